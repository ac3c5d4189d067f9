"""The parts of a centre's board: open cases in the order in which the bench looks at them (programme §6)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from servicing.rules.calendar import DAY, LONGEST_CLOSURE, Calendar, NeverOpens
from servicing.rules.clock import MINUTE


class Part(StrEnum):
    """Each open stretch is in one of them, `stale` excepted, which looks at all on the bench once more."""

    MISSED = "missed"
    TODAY = "today"
    NEXT = "next"
    LATER = "later"
    PAUSED = "paused"
    QUEUED = "queued"
    STANDARD = "standard"
    EXPECTED = "expected"
    BACK = "back"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Marks:
    """The moments that divide a board. `next_day` is the next working day, None where the centre never opens.

    Due by `missed_until` is missed; before `day_ends` is due today, before `next_ends` by the end of `next_day`.
    What nothing happened to since `stale_before` is stale.
    """

    today: date
    next_day: date | None
    missed_until: datetime
    day_ends: datetime
    next_ends: datetime
    stale_before: datetime


def marks(calendar: Calendar, *, at: datetime, stale_days: int) -> Marks:
    """How a board is divided at an aware moment; `stale_days` are working days."""
    today = calendar.local_day(at)
    day_ends = calendar.moment(today + DAY, time.min)
    try:
        next_day: date | None = calendar.next_working(today)
    except NeverOpens:
        next_day = None
    return Marks(
        today=today,
        next_day=next_day,
        missed_until=at - MINUTE,
        day_ends=day_ends,
        next_ends=calendar.moment(next_day + DAY, time.min) if next_day else day_ends,
        stale_before=at - (today - _working_days_back(calendar, today, stale_days)),
    )


def _working_days_back(calendar: Calendar, today: date, days: int) -> date:
    """The day so many working days before another; a closed centre's days count as they are."""
    day, left = today, days
    for _back in range(LONGEST_CLOSURE):
        if left == 0:
            return day
        day -= timedelta(days=1)
        left -= calendar.is_working(day)
    return today - timedelta(days=days)
