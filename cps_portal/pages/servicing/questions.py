"""What every question about sending something in shares: its fields, and how it keeps what was said (programme §6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cps_portal.pages.joining_form import NameField
from cps_portal.pages.kitbag.forms import read_date
from cps_portal.pages.servicing.words import REFUSALS
from kitbag.models import KitItem
from kitbag.registration import KitError
from members.models import Member
from members.rules.names import STEERING, can_be_seen, tidy
from members.wording.words import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """What the questions are about. `centres` are those that take it: key as text to name."""

    item: KitItem
    member: Member
    today: date
    centres: Mapping[str, str] = field(default_factory=dict)
    is_grey: bool = False
    is_proven: bool = False
    entered: Mapping[str, Any] = field(default_factory=dict)


class LineField(NameField):
    """One line of text in any script; invisible text is none."""


class LinesField(forms.CharField):
    """Text of several lines, without invisible steering and without empty lines at its ends."""

    def to_python(self, value: Any) -> str:
        text = STEERING.sub("", super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        text = "\n".join(tidy(line) for line in text.split("\n")).strip("\n")
        return text if can_be_seen(text) or "\x00" in text else ""


class NeededChoice(forms.ChoiceField):
    """A choice that some other answers make necessary: `mark` stands beside it in place of “(optional)”."""

    mark: Words = ""


class NeededField(forms.Field):
    """A day ahead, from a date picker or typed by hand."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})

    def to_python(self, value: Any) -> date | None:
        typed = str(value or "")[:200]
        if not tidy(typed):
            return None
        day = None if "\x00" in typed else read_date(tidy(typed))
        if day is None:
            raise ValidationError(_("Write the date as 14/09/2027 or 14 Sep 2027."), code="invalid")
        return day


class QuestionForm(forms.Form):
    """A form about one product; subclasses prepare their own fields."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, asked: Asked) -> None:
        self.asked = asked
        super().__init__(data, initial=dict(asked.entered))
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to what is asked about."""

    def answers(self) -> dict[str, Any]:
        """What was said, as JSON takes it."""
        return {}

    def refuse(self, error: KitError) -> None:
        """Put the programme's refusal into words, beside the field it belongs to."""
        name, words = REFUSALS[error.code]
        self.add_error(name if name in self.fields else None, ValidationError(str(words), code=error.code))
