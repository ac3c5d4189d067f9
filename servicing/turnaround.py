"""The clock of a stretch, from its events, and what the centres really take (programme §6)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import connection

from servicing.models import CaseEvent, Stretch
from servicing.rules.calendar import Calendar
from servicing.rules.clock import Pause, Reading, Run, reading
from servicing.rules.steps import State

THOUSANDTH = Decimal("0.001")
STATISTICS_DAYS = 90
FEWEST_CASES = 10


def run_of(stretch: Stretch, events: Iterable[CaseEvent]) -> Run | None:
    """A stretch under the clock, from its own events in order; None before its terms are copied."""
    if stretch.calendar is None or stretch.received_at is None:
        return None
    return Run(
        calendar=Calendar.from_json(stretch.calendar),
        received_at=stretch.received_at,
        slot_at=stretch.slot_at,
        target=stretch.target_days,
        pauses=pauses_of(events),
        stopped_at=stretch.left_at,
    )


def pauses_of(events: Iterable[CaseEvent]) -> list[Pause]:
    """From each estimate sent to the answer or its expiry; one that replaces another goes on pausing."""
    pauses: list[Pause] = []
    sent: datetime | None = None
    for event in events:
        if event.kind != CaseEvent.Kind.STEP:
            continue
        if event.state == State.ESTIMATE_SENT:
            sent = sent or event.at
        elif sent is not None:
            pauses.append((sent, max(sent, event.at)))
            sent = None
    return [*pauses, (sent, None)] if sent is not None else pauses


def read(stretch: Stretch, *, now: datetime) -> Reading | None:
    """The clock of a stretch at a moment, by its events; in one query."""
    run = run_of(stretch, steps_of(stretch))
    return reading(run, now) if run else None


def steps_of(stretch: Stretch) -> Iterable[CaseEvent]:
    """The steps of a stretch in the order in which they happened."""
    return CaseEvent.objects.filter(stretch=stretch, kind=CaseEvent.Kind.STEP).order_by("at", "pk")


def keep(stretch: Stretch, *, at: datetime) -> None:
    """Keep beside a stretch what its clock says after an event, for lists; saves the stretch."""
    said = read(stretch, now=at)
    if said is not None:
        stretch.paused_since = said.paused_since
        stretch.due_at = None if said.paused_since else said.due_at
        if said.stopped_at is not None:
            stretch.worked_days, stretch.paused_days = rounded(said.counted), rounded(said.paused)
            stretch.in_time = said.in_time
    stretch.save()


def rounded(days: Fraction) -> Decimal:
    """Working days with three decimals, rounded down."""
    return Decimal(int(days * 1000)).scaleb(-3)


@dataclass(frozen=True, slots=True)
class Usual:
    """Working days that half, and nine in ten, of a centre's cases took in the last 90 days."""

    cases: int
    p50: Decimal
    p90: Decimal


def usual(centre_ids: Collection[int], *, at: datetime) -> Mapping[int, Usual]:
    """What centres really took; only those that had ten cases or more. In one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT centre_id, count(*),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY worked_days),
                percentile_cont(0.9) WITHIN GROUP (ORDER BY worked_days)
            FROM servicing_stretch
            WHERE left_at > %s AND left_at <= %s AND centre_id = ANY(%s) AND worked_days IS NOT NULL
            GROUP BY centre_id HAVING count(*) >= %s""",
            [at - timedelta(days=STATISTICS_DAYS), at, list(centre_ids), FEWEST_CASES],
        )
        return {
            centre: Usual(count, Decimal(str(half)).quantize(THOUSANDTH), Decimal(str(most)).quantize(THOUSANDTH))
            for centre, count, half, most in cursor.fetchall()
        }
