"""Forms of the kitbag: they shape what was typed and write nothing."""

import uuid
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django_countries import countries

from cps_portal.pages.joining_form import sort_key
from cps_portal.pages.kitbag.words import REFUSALS
from kitbag.models import RemovalReason
from kitbag.registration import Details, KitError
from kitbag.rules import dates
from kitbag.rules.checks import Detail
from kitbag.rules.serials import normalise
from members.rules.names import can_be_seen, tidy


class MayWait(forms.Field):
    """A field whose value is needed in the end and may be left out for now: not marked as optional."""

    may_wait = True

    def validate(self, value: Any) -> None:
        if self.may_wait and value in self.empty_values:
            return
        super().validate(value)


def read_date(text: str) -> date | None:
    """A day as people type it, with the months of the page's language. None where it is no day."""
    months = {str(month).casefold(): number for names in (MONTHS, MONTHS_3) for number, month in names.items()}
    return dates.read_date(text, months=months)


class PurchaseDateField(MayWait):
    """The date of purchase, from a date picker or typed by hand."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})

    def to_python(self, value: Any) -> date | None:
        typed = str(value or "")[:200]
        text = tidy(typed)
        if not text:
            return None
        day = None if "\x00" in typed else read_date(text)
        if day is None:
            raise ValidationError(_("Write the date as 14/09/2027 or 14 Sep 2027."), code="invalid")
        if not dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
            raise ValidationError(_("Look at the year again."), code="year")
        return day


class SerialField(MayWait, forms.CharField):
    """A serial number as text: kept as typed, on one line."""

    def to_python(self, value: Any) -> str:
        text = tidy(super().to_python(value) or "") if "\x00" not in str(value or "") else str(value)
        return text if can_be_seen(text) else ""

    def validate(self, value: str) -> None:
        super().validate(value)
        foreign = any(char.isalpha() and not normalise(char) for char in value)
        if value and "\x00" not in value and (foreign or not normalise(value)):
            raise ValidationError(_("Write it with the letters A to Z and digits, as on the product."), code="letters")


class StoreField(MayWait, forms.CharField):
    """The store's name, in any script; signs that steer the direction of text are left out."""

    def to_python(self, value: Any) -> str:
        text = tidy(super().to_python(value) or "") if "\x00" not in str(value or "") else str(value)
        return text if can_be_seen(text) else ""


class CountryField(MayWait, forms.ChoiceField):
    """Any country of the world: kit bought anywhere counts."""


@cache
def named_in(language: str) -> list[tuple[str, str]]:
    """Every country with its name in a language, which is the active one, in the order people look for them."""
    return sorted(((code, str(name)) for code, name in countries), key=lambda pair: sort_key(pair[1]))


class DetailsForm(forms.Form):
    """The four details of §3. Any may be left out, unless the item counts and has to keep them."""

    use_required_attribute = False

    serial_typed = SerialField(
        label=gettext_lazy("Serial number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    country_of_purchase = CountryField(
        label=gettext_lazy("Country of purchase"),
        error_messages={"invalid_choice": gettext_lazy("Choose a country from the list.")},
    )
    purchased_on = PurchaseDateField(label=gettext_lazy("Date of purchase"))
    store = StoreField(
        label=gettext_lazy("Store"),
        max_length=120,
        help_text=gettext_lazy("Who sold it to you. For second-hand kit the shop or the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, serial_need: str, keeps_all: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields[Detail.COUNTRY]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", pgettext("no country chosen yet", "Choose a country")), *named_in(get_language())]
        for field in self.fields.values():
            if isinstance(field, MayWait):
                field.may_wait = not keeps_all
        if serial_need == "none":
            del self.fields[Detail.SERIAL]
            return
        self.fields[Detail.SERIAL].required = serial_need == "required"
        # The page shows where the number is, beside the form, under this name.
        self.fields[Detail.SERIAL].widget.attrs["aria-describedby"] = "serial-place"

    def details(self, *, number_confirmed: bool = False) -> Details:
        """What was entered, as the operations take it."""
        typed = self.cleaned_data
        return Details(
            serial_typed=typed.get(Detail.SERIAL, ""),
            country_of_purchase=typed[Detail.COUNTRY],
            purchased_on=typed[Detail.DATE],
            store=typed[Detail.STORE],
            number_confirmed=number_confirmed,
        )

    def refuse(self, error: KitError) -> None:
        """Put the programme's refusal into words, beside the field it belongs to."""
        field, words = REFUSALS[error.code]
        self.add_error(field if field in self.fields else None, ValidationError(str(words), code=error.code))


class KeyField(forms.UUIDField):
    """The key that a page gave its form. People never see it, so a broken one is replaced and not shown."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class AddForm(DetailsForm):
    """The details of a new item, under a key of its own so that a second click adds nothing."""

    item = KeyField(required=False)


class RemovalForm(forms.Form):
    """Why it leaves the kitbag (§3)."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you remove it?"),
        choices=RemovalReason.offered(),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose one of these reasons."),
        },
    )
