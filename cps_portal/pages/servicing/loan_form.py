"""Forms of a member's loan: the first day, then a unit that is free."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.acting_forms import CaseForm
from cps_portal.pages.servicing.questions import NeededField
from cps_portal.pages.servicing.words import REFUSALS
from servicing.models import LoanUnit


class FromForm(CaseForm):
    """The day on which the member wants to fetch it; empty is the first one."""

    from_day = NeededField(label=gettext_lazy("First day of the loan"), required=False)

    def __init__(self, data: Any, *, first: date, last: date) -> None:
        super().__init__(data if data and "from_day" in data else None, initial={"from_day": first}, auto_id="from_%s")
        self.fields["from_day"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    @property
    def day(self) -> date | None:
        """The day that was asked for; None where none was, or it is none."""
        return self.cleaned_data.get("from_day") if self.is_bound and self.is_valid() else None


class BookForm(CaseForm):
    """One of the units that are free from a day on; `key` makes a second sending the same booking."""

    from_day = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    key = forms.UUIDField(widget=forms.HiddenInput)
    unit = forms.ChoiceField(label=gettext_lazy("Which unit?"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, units: Sequence[LoanUnit], from_day: date | None) -> None:
        initial = {"from_day": from_day, "key": uuid4(), "unit": units[0].pk if units else None}
        super().__init__(data, initial=initial)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(unit.pk), str(unit)) for unit in units]
        field.error_messages = {
            **field.error_messages,
            "invalid_choice": str(REFUSALS["unit_taken"][1]),
            "required": _("Choose a unit."),
        }

    def key_of(self) -> UUID | None:
        """The key of the booking that was sent, however the rest of it reads."""
        self.full_clean()
        return self.cleaned_data.get("key")
