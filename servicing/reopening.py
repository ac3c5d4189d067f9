"""Sending a closed case in again: a new stretch with its own slot, receipt and clock (programme §6)."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kitbag.models import KitItem
from servicing.casework import Actor, CaseError, Who, lock
from servicing.models import Case, Stretch
from servicing.requesting import begin_stretch
from servicing.rules.steps import State


def reopen_until(stretch: Stretch) -> date | None:
    """The last day, by the centre, on which a closed stretch can be reopened; None while it is not back."""
    return stretch.back_on + timedelta(days=settings.CASE_REOPEN_DAYS) if stretch.back_on else None


@transaction.atomic
def reopen_case(case_id: UUID, *, words: str, at: datetime, actor: Actor) -> Case:
    """Send a closed case in again within 30 days of its way back: a new stretch, with its own slot and clock.

    It takes a free slot, or is first in the queue. Raises CaseError: "not_now", "too_late", "removed", "in_case".
    """
    case, last = lock(case_id)
    if case.state == State.REQUESTED and last.number > 1 and actor.who == Who.MEMBER:
        return case
    until = reopen_until(last)
    if case.state != State.CLOSED or until is None:
        raise CaseError("not_now")
    if at.astimezone(ZoneInfo(case.centre.time_zone)).date() > until:
        raise CaseError("too_late")
    item = KitItem.objects.select_for_update().get(cases=case)
    if item.state == KitItem.State.REMOVED:
        raise CaseError("removed")
    if item.in_case_since:
        raise CaseError("in_case")
    item.in_case_since = at
    item.save(update_fields=["in_case_since"])
    case.state, case.fault_words, case.parts_on = State.REQUESTED, words, None
    case.inbound_tracking = case.outbound_tracking = case.outbound_carrier = ""
    case.save()
    begin_stretch(case, last.number + 1, actor, lane=Stretch.Lane.QUEUED, at=at)
    return case
