"""What the counter does with a loan: handed over, taken back, cancelled, photographed; and no more loans for a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.bench.acts import MEMBER_READS
from cps_portal.pages.bench.fields import Photos, day_field, line_field, words_field
from members.models import User
from servicing import lending
from servicing.casework import CaseError, as_centre, lock
from servicing.files import Opened, keep_files
from servicing.lending import pool
from servicing.models import CaseFile, Loan

T = TypeVar("T")
Data = Mapping[str, Any]
CHANGE, SUSPEND = "servicing.change_loan", "servicing.add_loansuspension"
State, Purpose = Loan.State, CaseFile.Purpose


class HandOverForm(forms.Form):
    condition = words_field(
        _("Condition"), required=True, help_text=_("What both see now. It stands in the agreement.")
    )
    accessories = line_field(_("With it"), 300)
    photos = Photos(label=_("Photos"), required=False)


class TakeBackForm(forms.Form):
    condition = words_field(_("Condition"), required=True, help_text=_("Compare it with the hand-over beside this."))
    accessories = line_field(_("With it"), 300)
    photos = Photos(label=_("Photos"), required=False)
    damaged = forms.BooleanField(
        label=_("It is damaged, or something is missing"),
        required=False,
        help_text=_("It leaves the pool at once, and its bookings move to other units or become tasks."),
    )
    words = line_field(_("What is damaged or missing"), 300)

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        if self.cleaned_data.get("damaged") and not words:
            raise ValidationError(_t("Say what is damaged or missing."))
        return words


class CancelForm(forms.Form):
    words = words_field(_("Reason"), required=True, help_text=MEMBER_READS)


class PhotosForm(forms.Form):
    photos = Photos(label=_("Photos"), required=True)


class SuspendForm(forms.Form):
    from_on = day_field(_("From"), required=True)
    until_on = day_field(_("Until"), required=True, help_text=_("The first day on which loans are theirs again."))
    words = line_field(_("Reason"), 300, required=True)


@dataclass(frozen=True, slots=True)
class LoanAct:
    """One act: its words, its form, the operation, in which states, and what it takes. `writes`: to the member."""

    code: str
    label: str | Promise
    button: str | Promise
    form: type[forms.Form]
    states: frozenset[Loan.State]
    carry: Callable[[Loan, Data, list[Opened], datetime, User], Any]
    permission: str = CHANGE
    writes: bool = False
    note: str | Promise = ""


def _keep(loan: Loan, ready: list[Opened], purpose: CaseFile.Purpose, at: datetime, by: User) -> None:
    if ready:
        keep_files(ready, purpose=purpose, case=loan.case, at=at, by=by)


def _hand_over(loan: Loan, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    lending.hand_over(loan.pk, condition=data["condition"], accessories=data["accessories"], at=at, by=by)
    _keep(loan, ready, Purpose.HANDED_OUT, at, by)


def _take_back(loan: Loan, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    lending.take_back(
        loan.pk,
        condition=data["condition"],
        accessories=data["accessories"],
        damaged=data["damaged"],
        words=data["words"],
        at=at,
        by=by,
    )
    _keep(loan, ready, Purpose.HANDED_BACK, at, by)


def _cancel(loan: Loan, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    lending.cancel_booking(loan.pk, words=data["words"], at=at, actor=as_centre(by))


def _photos(loan: Loan, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    _keep(loan, ready, Purpose.HANDED_BACK if loan.state == State.BACK else Purpose.HANDED_OUT, at, by)


def _suspend(loan: Loan, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    lending.suspend(
        loan.member_id,
        from_on=data["from_on"],
        until_on=data["until_on"],
        reason=data["words"],
        loan=loan,
        at=at,
        by=by,
    )


ACTS: Mapping[str, LoanAct] = {
    act.code: act
    for act in (
        LoanAct("hand_over", _("Hand over"), _("Hand it over"), HandOverForm, frozenset({State.BOOKED}), _hand_over),
        LoanAct("take_back", _("Take back"), _("Take it back"), TakeBackForm, frozenset({State.OUT}), _take_back),
        LoanAct(
            "cancel",
            _("Cancel the booking"),
            _("Cancel the booking"),
            CancelForm,
            frozenset({State.BOOKED}),
            _cancel,
            writes=True,
        ),
        LoanAct("photos", _("Photos"), _("Keep the photos"), PhotosForm, frozenset({State.OUT, State.BACK}), _photos),
        LoanAct(
            "suspend",
            _("No loans for a time"),
            _("Suspend loans"),
            SuspendForm,
            frozenset({State.OUT, State.BACK, State.CANCELLED}),
            _suspend,
            permission=SUSPEND,
            note=_(
                "For a member who brings units back late or damaged. Nothing is sent: the loan page says until when."
            ),
        ),
    )
}


def allowed(loan: Loan, user: User) -> list[LoanAct]:
    """What this user may do with a loan now."""
    return [act for act in ACTS.values() if loan.state in act.states and user.has_perm(act.permission)]


def mark_of(loan: Loan) -> str:
    """What a form is made for: the state, the unit and the day; posted with it."""
    day = "" if loan.period.isempty else loan.due_on.isoformat()
    return f"{loan.state}-{loan.unit_id}-{day}"


@transaction.atomic
def carry_out(loan: Loan, mark: str, act: Callable[[], T]) -> T:
    """Do an act if the loan still stands where its form was made, under the locks that the act takes as well.

    Raises CaseError("moved"), and what the act raises: then nothing is written.
    """
    lock(loan.case_id)
    pool.lock(loan.unit.centre_id)
    if mark_of(pool.fresh(loan)) != mark:
        raise CaseError("moved")
    return act()
