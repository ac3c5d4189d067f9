"""A postal address, as simple as one can be asked for anywhere: of a return, of a welcome pack."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag.forms import named_in
from cps_portal.pages.servicing.questions import LineField, LinesField
from members.rules.names import tidy
from members.rules.phones import is_phone, latin_digits


class AddressFields(forms.Form):
    use_required_attribute = False

    name = LineField(label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    street = LinesField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        help_text=gettext_lazy("Company, floor or district too, a line for each."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    postcode = LineField(
        label=gettext_lazy("Postcode"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = LineField(
        label=gettext_lazy("Town"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={
            "required": gettext_lazy("Choose a country from the list."),
            "invalid_choice": gettext_lazy("Choose a country from the list."),
        },
    )
    phone = forms.CharField(
        label=pgettext_lazy("for the carrier", "Phone"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("For the carrier only."),
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", pgettext("no country chosen yet", "Choose a country")), *named_in(get_language())]

    def clean_street(self) -> str:
        lines = [line for line in self.cleaned_data["street"].split("\n") if line]
        if len(lines) > 4:
            raise ValidationError(_("Four lines fit on a label."), code="lines")
        return "\n".join(lines)

    def clean_phone(self) -> str:
        phone = latin_digits(tidy(self.cleaned_data["phone"]))
        if phone and not is_phone(phone):
            raise ValidationError(_("Write the number with digits, as +44 20 7946 0000."), code="invalid")
        return phone
