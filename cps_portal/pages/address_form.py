"""A postal address, as simple as one can be asked for anywhere: of a return, of a welcome pack (programme §8).

Whatever it is asked for, it comes onto a label: its postcode has the shape of its country, and its letters are ones
that the portal can print.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django_countries import countries

from cps_portal.pages.kitbag.forms import named_in
from cps_portal.pages.servicing.questions import LineField, LinesField
from cps_portal.pdf.letters import cannot_print
from members.rules.names import tidy
from members.rules.phones import is_phone, latin_digits
from servicing.rules.postcodes import EXAMPLES, postcode_of


def unprintable(text: str) -> ValidationError | None:
    """What is said beside a field with letters that no font of the labels has."""
    missing = cannot_print(text)
    words = _("The label cannot print %(letters)s. Write it in other letters.")
    return ValidationError(words % {"letters": missing}, code="letters") if missing else None


def postcode_in(country: str, typed: str) -> str:
    """A postcode as its country writes it. Raises ValidationError with an example of the country's."""
    written = postcode_of(latin_digits(typed), country)
    if written is not None:
        return written
    if not typed:
        words, code = _("Enter the postcode. One in %(country)s looks like %(example)s."), "required"
    else:
        words, code = _("A postcode in %(country)s looks like %(example)s."), "postcode"
    raise ValidationError(words % {"country": countries.name(country), "example": EXAMPLES[country]}, code=code)


class AddressFields(forms.Form):
    use_required_attribute = False

    ON_THE_LABEL = ("name", "street", "postcode", "town")

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    street = LinesField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        help_text=gettext_lazy("Company, floor or district too, a line for each."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
        error_messages={"required": gettext_lazy("Enter the street and the number.")},
    )
    postcode = LineField(
        label=gettext_lazy("Postcode"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = LineField(
        label=gettext_lazy("Town"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": gettext_lazy("Enter the town.")},
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
        self.fields["postcode"].mark = gettext_lazy("(where the country has one)")  # type: ignore[attr-defined]
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", pgettext("no country chosen yet", "Choose a country")), *named_in(get_language())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in self.ON_THE_LABEL:
            if error := unprintable(data.get(name) or ""):
                self.add_error(name, error)
        if "postcode" in data and data.get("country"):
            try:
                data["postcode"] = postcode_in(data["country"], data["postcode"])
            except ValidationError as error:
                self.add_error("postcode", error)
        return data

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
