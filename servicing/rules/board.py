"""The parts of a centre's board: open cases in the order in which the bench looks at them (programme §6)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from servicing.rules.calendar import DAY, LONGEST_CLOSURE, Calendar, NeverOpens
from servicing.rules.clock import MINUTE
from servicing.rules.steps import State


class Part(StrEnum):
    """Each open stretch is in one of them; `risk` and `stale` are lists that look at what is on the bench once more."""

    MISSED = "missed"
    RISK = "risk"
    TODAY = "today"
    NEXT = "next"
    LATER = "later"
    PAUSED = "paused"
    QUEUED = "queued"
    STANDARD = "standard"
    EXPECTED = "expected"
    BACK = "back"
    STALE = "stale"


class Risk(StrEnum):
    """Why a target that has not passed yet will hardly be met."""

    PARTS = "parts"
    NOT_BEGUN = "not_begun"


# Work that has not begun: what is due by the end of the next working day has no time left for it.
NOT_BEGUN = frozenset({State.RECEIVED, State.INSPECTED, State.ACCEPTED, State.AWAITING_PARTS})


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


def risk_of(
    state: State, *, due_at: datetime | None, due_on: date | None, parts_on: date | None, by: Marks
) -> Risk | None:
    """Why the target of a running clock is at risk; None where it is not, or has passed.

    `due_at` is None while an estimate waits or without a target; `due_on` is its day by the centre. The repair
    follows the parts: those that come on the day it is due, or later, come too late (as for loans).
    """
    if due_at is None or due_on is None or due_at <= by.missed_until:
        return None
    if state == State.AWAITING_PARTS and parts_on is not None and parts_on >= due_on:
        return Risk.PARTS
    return Risk.NOT_BEGUN if state in NOT_BEGUN and due_at < by.next_ends else None


def _working_days_back(calendar: Calendar, today: date, days: int) -> date:
    """The day so many working days before another; a closed centre's days count as they are."""
    day, left = today, days
    for _back in range(LONGEST_CLOSURE):
        if left == 0:
            return day
        day -= timedelta(days=1)
        left -= calendar.is_working(day)
    return today - timedelta(days=days)
