"""What the bench does with a case, one step at a time: exactly what the table of steps allows now (programme §6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.bench.fields import Photos, day_field, line_field, serial_field, words_field
from members.models import User
from servicing import bench
from servicing.casework import CaseError, as_centre, lock
from servicing.files import Opened, keep_files
from servicing.models import Case, CaseEvent, CaseFile
from servicing.rules.steps import BENCH, LEFT, OVER, STEPS, State

T = TypeVar("T")
MEMBER_READS = _("The member reads this.")


class StepForm(forms.Form):
    """A step that needs nothing but, perhaps, words."""

    words = words_field(help_text=MEMBER_READS)


class PartsForm(forms.Form):
    parts_on = day_field(_("Parts expected on"), help_text=_("Empty where nobody can say. The clock goes on."))
    words = words_field(help_text=MEMBER_READS)


class BackForm(forms.Form):
    carrier = line_field(_("Carrier"), 60)
    tracking = line_field(_("Tracking number"), 60)
    words = words_field(help_text=MEMBER_READS)


class DayForm(forms.Form):
    back_on = day_field(_("Delivered on"), required=True, help_text=_("The carrier’s day; the loan ends after it."))


class MessageForm(forms.Form):
    words = words_field(_("Message"), required=True, help_text=MEMBER_READS)
    photos = Photos(label=_("Photos or papers"), required=False)


class NoteForm(forms.Form):
    words = words_field(_("Note"), required=True, help_text=_("Only the centre and CPS staff read this."))


class NumberForm(forms.Form):
    serial = serial_field(_("New serial number"), required=True)
    words = words_field(help_text=_("Why it has another number. The member reads this."))


Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its words, its form, and the operation. `ready`: its files, made safe before anything is locked."""

    code: str
    label: str | Promise
    button: str | Promise
    form: type[forms.Form]
    carry: Callable[[Case, Data, list[Opened], datetime, User], Any]
    note: str | Promise = ""


def _stepping(to: State) -> Callable[[Case, Data, list[Opened], datetime, User], Any]:
    return lambda case, data, ready, at, by: bench.take_step(case.pk, to, words=data["words"], at=at, by=by)


def _sending(to: State) -> Callable[[Case, Data, list[Opened], datetime, User], Any]:
    return lambda case, data, ready, at, by: bench.send_back(
        case.pk, to, tracking=data["tracking"], carrier=data["carrier"], words=data["words"], at=at, by=by
    )


def _parts(case: Case, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    return bench.await_parts(case.pk, parts_on=data["parts_on"], words=data["words"], at=at, by=by)


def _back(case: Case, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    return bench.is_back(case.pk, on=data["back_on"], at=at, actor=as_centre(by))


def _write(case: Case, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    event = bench.write(case.pk, words=data["words"], at=at, actor=as_centre(by))
    keep_files(ready, purpose=CaseFile.Purpose.MESSAGE, case=case, event=event, at=at, by=by)
    return event


def _note(case: Case, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    return bench.write(case.pk, words=data["words"], internal=True, at=at, actor=as_centre(by))


def _number(case: Case, data: Data, ready: list[Opened], at: datetime, by: User) -> Any:
    return bench.change_number(case.pk, serial_typed=data["serial"], words=data["words"], at=at, by=by)


_STOPS = _("The clock stops and the Fast Track slot passes on.")
ACTS: Mapping[str, Act] = {
    act.code: act
    for act in (
        Act("inspected", _("Inspected"), _("Mark as inspected"), StepForm, _stepping(State.INSPECTED)),
        Act("in_repair", _("In repair"), _("Begin the work"), StepForm, _stepping(State.IN_REPAIR)),
        Act("awaiting_parts", _("Await parts"), _("Wait for parts"), PartsForm, _parts),
        Act(
            "quality_check",
            _("Quality check"),
            _("Hand to the quality check"),
            StepForm,
            _stepping(State.QUALITY_CHECK),
        ),
        Act("shipped", _("Shipped"), _("Hand to shipping"), BackForm, _sending(State.SHIPPED), _STOPS),
        Act("returned", _("Return unrepaired"), _("Send back unrepaired"), BackForm, _sending(State.RETURNED), _STOPS),
        Act(
            "beyond_repair",
            _("Beyond repair"),
            _("Send back as beyond repair"),
            BackForm,
            _sending(State.BEYOND_REPAIR),
            _STOPS,
        ),
        Act("back", _("It is back"), _("Close the case"), DayForm, _back),
        Act("write", _("Message"), _("Send the message"), MessageForm, _write),
        Act("note", _("Internal note"), _("Keep the note"), NoteForm, _note),
        Act(
            "number",
            _("Serial number"),
            _("Change the serial number"),
            NumberForm,
            _number,
            _("For a number that the repair changed. The old one stays findable for ever."),
        ),
    )
}
ESTIMATE = "estimate"
# What usually comes next: the one primary act of a case's page.
NEXT: Mapping[State, str] = {
    State.RECEIVED: "inspected",
    State.INSPECTED: ESTIMATE,
    State.ACCEPTED: "in_repair",
    State.DECLINED: "returned",
    State.IN_REPAIR: "quality_check",
    State.AWAITING_PARTS: "in_repair",
    State.QUALITY_CHECK: "shipped",
    State.SHIPPED: "back",
    State.RETURNED: "back",
    State.BEYOND_REPAIR: "back",
}


def allowed(state: State) -> list[str]:
    """The acts on a case in a state, steps first, in the order of the bench."""
    steps = STEPS[state] & BENCH
    codes = [code for code in ACTS if code in {step.value for step in steps}]
    if state == State.AWAITING_PARTS:
        codes.append("awaiting_parts")
    if State.ESTIMATE_SENT in STEPS[state]:
        codes.append(ESTIMATE)
    if state in LEFT:
        codes.append("back")
    if state not in (State.CANCELLED, State.EXPIRED):
        codes.append("write")
    codes.append("note")
    if state not in OVER and state != State.REQUESTED:
        codes.append("number")
    first = NEXT.get(state)
    return sorted(codes, key=lambda code: code != first)


# Events after which a form that was opened before is out of date; messages and notes are not among them.
MOVES = ("step", "parts", "number", "lane", "changed", "estimate_expired")


def mark_of(case: Case) -> str:
    """The state that a form is made for, with the event that led to it: what is posted with the form."""
    last = CaseEvent.objects.filter(case=case.pk, kind__in=MOVES).order_by("-pk").values_list("pk", flat=True).first()
    return f"{case.state}-{last or 0}"


@transaction.atomic
def carry_out(case: Case, mark: str, act: Callable[[], T]) -> T:
    """Do an act if the case still stands where its form was made; the case is locked meanwhile.

    Raises CaseError("moved"), and what the act raises: then nothing is written.
    """
    held, _stretch = lock(case.pk)
    if mark_of(held) != mark or held.centre_id != case.centre_id:
        raise CaseError("moved")
    return act()
