"""What the forms of the staff pages share: a reason, days by the browser's own field, values as people read them."""

from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.rules.days import programme_day

in_this_century = MaxValueValidator(date(2099, 12, 31), gettext_lazy("Choose a day of this century."))


def day_input() -> forms.DateInput:
    """The browser's own field for a day: works by keyboard, on a tablet and without scripts."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def today() -> date:
    """The programme day by the clock: these pages are doors."""
    return programme_day(timezone.now())


def shown(value: object) -> str:
    """A value for people: days as everywhere, nothing as a dash, choices by their words elsewhere."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return "–" if value in (None, "") else str(value)


class ReasonForm(forms.Form):
    """Why, for an act that asks nothing else."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("Stays on the audit trail."),
    )


class ReasonedForm(forms.ModelForm):
    """A change that says why; the reason stands in the row's history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("Stays in the history of this row."),
    )


class DatedForm(ReasonedForm):
    """Terms from a day on: a day's terms are final before the day begins."""

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day <= today():
            raise ValidationError(_("Choose a day after today: what holds today was settled before it began."))
        in_this_century(day)
        return day
