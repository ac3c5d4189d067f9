"""Cases at risk: targets that will hardly be met are noted for their centre, each ground once (programme §5)."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from servicing import board
from servicing.casework import PORTAL, Kind, lock
from servicing.models import CaseEvent, Centre, Stretch
from servicing.rules.board import Marks, risk_of
from servicing.rules.steps import State

# How a warning of a ground is called in the events of a case.
WARNING = "risk_{}"


def warn_of_risks(*, at: datetime) -> int:
    """Note every case at risk for its centre alone; answers how many notes were written. Repeating changes nothing.

    The board reads the same anew whenever it is opened; the note says since when it was known.
    """
    running = Stretch.objects.filter(received_at__isnull=False, left_at=None, ended_at=None, due_at__gt=at)
    written = 0
    for centre in Centre.objects.filter(pk__in=running.values("centre")):
        by = board.marks_of(centre, at=at)
        found = board.at_risk(running.filter(centre=centre), centre, by)
        for case_id in list(found.values_list("case", flat=True)):
            written += _warn(case_id, by, at=at)
    return written


@transaction.atomic
def _warn(case_id: UUID, by: Marks, *, at: datetime) -> int:
    case, stretch = lock(case_id)
    due = stretch.due_at if stretch.left_at is None else None
    due_on = due.astimezone(ZoneInfo(case.centre.time_zone)).date() if due else None
    risk = risk_of(State(case.state), due_at=due, due_on=due_on, parts_on=case.parts_on, by=by)
    if risk is None:
        return 0
    warning = WARNING.format(risk.value)
    if CaseEvent.objects.filter(stretch=stretch, kind=Kind.WARNING, facts__warning=warning).exists():
        return 0
    # Not by `note`: nothing was done to the case, so it stays as stale as it is.
    CaseEvent.objects.create(
        case=case,
        stretch=stretch,
        at=at,
        kind=Kind.WARNING,
        actor=PORTAL.who,
        facts={"warning": warning},
        internal=True,
    )
    return 1
