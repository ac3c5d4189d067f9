"""Forms of the desk: a visitor of another CPS region, and what the centre takes at its own word (programme §6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from cps_portal.pages.address_form import postcode_in, unprintable
from cps_portal.pages.bench.fields import line_field, serial_field, words_field
from cps_portal.pages.kitbag.choosing import chosen
from kitbag import search
from kitbag.models import Product
from servicing.models import Service
from servicing.requesting import Address

OFFERED = 6


class AddressFields(forms.Form):
    """Where the thing goes back to."""

    return_name = line_field(gettext_lazy("Goes back to: name"), 120, required=True, dir="auto")
    return_street = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    return_postcode = line_field(gettext_lazy("Postcode"), 16)
    return_town = line_field(gettext_lazy("Town"), 80, required=True, dir="auto")
    return_country = forms.ChoiceField(label=gettext_lazy("Country"), choices=())
    return_phone = line_field(gettext_lazy("Telephone"), 32, inputmode="tel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["return_country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", _("Choose a country")), *countries]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("return_name", "return_street", "return_postcode", "return_town"):
            if error := unprintable(data.get(name) or ""):
                self.add_error(name, error)
        if "return_postcode" in data and data.get("return_country"):
            try:
                data["return_postcode"] = postcode_in(data["return_country"], data["return_postcode"])
            except ValidationError as error:
                self.add_error("return_postcode", error)
        return data

    @property
    def address(self) -> Address:
        data = self.cleaned_data
        names = ("name", "street", "postcode", "town", "country", "phone")
        return Address(**{name: data[f"return_{name}"] for name in names})


def service_field(services: Sequence[str]) -> forms.ChoiceField:
    """The services that a centre has."""
    return forms.ChoiceField(
        label=_("Service"), choices=[(one.value, one.label) for one in Service if one.value in services]
    )


class VisitorForm(AddressFields):
    """What a visitor brought. The product is searched by name; where several fit, one is chosen below."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    region = line_field(gettext_lazy("CPS region"), 60, required=True, list="cps-regions")
    card_number = line_field(gettext_lazy("Card number"), 40, required=True, dir="ltr")
    name = line_field(gettext_lazy("Name on the card"), 120, required=True, dir="auto")
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = line_field(gettext_lazy("Telephone of the visitor"), 32, inputmode="tel")
    product = line_field(gettext_lazy("Product"), 120, required=True)
    sku = forms.ChoiceField(label=gettext_lazy("Which one"), choices=(), required=False, widget=forms.RadioSelect)
    serial = serial_field(gettext_lazy("Serial number"))
    service = forms.ChoiceField(choices=())
    fault_words = words_field(gettext_lazy("What is wrong"), required=True)
    condition = words_field(gettext_lazy("Condition"), required=True)
    accessories = line_field(gettext_lazy("What came with it"), 500, dir="auto")

    field_order = (
        *("region", "card_number", "name", "email", "phone", "product", "sku", "serial", "service", "fault_words"),
        *("condition", "accessories"),
    )

    def __init__(self, *args: Any, services: Sequence[str], day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["service"] = service_field(services)
        self.order_fields(self.field_order)
        self.offered = found = self._found(self.data.get("product", "")) if self.is_bound else []
        sku = self.fields["sku"]
        assert isinstance(sku, forms.ChoiceField)
        sku.choices = found
        self.meant: Product | None = None
        if not found or len(found) == 1:
            sku.widget = forms.HiddenInput()

    def _found(self, typed: str) -> list[tuple[str, str]]:
        text = typed.replace("\x00", "").strip()[:120]
        exact = list(Product.objects.filter(name__iexact=text).values_list("sku", "name")[:1]) if text else []
        if exact or not text:
            return exact
        return [(hit.sku, hit.name) for hit in search.suggest(text, day=self.day, limit=OFFERED)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        offered = [sku for sku, _name in self.offered]
        wanted = data.get("sku") or (offered[0] if len(offered) == 1 else "")
        if data.get("product") and not offered:
            self.add_error("product", _("There is no such product. Write its name as it stands on it."))
        elif data.get("product") and not wanted:
            self.add_error("sku", _("Choose which one it is."))
        elif wanted and chosen(wanted, day=self.day):
            self.meant = Product.objects.get(sku=wanted)
        return data


class WordForm(AddressFields):
    """A product that can no longer be serviced, taken by the centre all the same."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.ChoiceField(choices=())
    fault_words = words_field(gettext_lazy("What is wrong"), required=True)

    field_order = ("service", "fault_words")

    def __init__(self, *args: Any, services: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"] = service_field(services)
        self.order_fields(self.field_order)
