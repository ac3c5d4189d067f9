"""Courtesy loans: when the right appears, how long a loan lasts, and when it is reminded of (programme §6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from servicing.rules.calendar import Calendar
from servicing.rules.steps import AT_THE_CENTRE, State

DAYS_AFTER_IT_IS_BACK = 3


class Right(StrEnum):
    """Why a loan is theirs to ask for now."""

    MISSED = "missed"
    PARTS = "parts"
    USUALLY_LATE = "usually_late"


class NoLoan(StrEnum):
    """Why it is not."""

    LEVEL = "level"
    ON_TIME = "on_time"
    NOT_AT_THE_CENTRE = "not_at_the_centre"
    SUSPENDED = "suspended"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Bench:
    """A case as the right to a loan sees it.

    `loan_after`: working days after which it is late, None where the terms give no loan. `counted` and `missed`
    come from the clock, which was run with `loan_after` as its target; `late_on` is the centre's day on which
    it comes to be late. `parts_on`: when awaited parts are expected. `p90`: working days of nine in ten of the
    centre's cases, None where it has too few.
    """

    state: State
    fast: bool
    loan_after: int | None
    missed: bool
    late_on: date | None
    parts_on: date | None = None
    p90: Fraction | None = None
    suspended: bool = False


def right(bench: Bench) -> Right | NoLoan:
    """Whether a loan is theirs to ask for, and why.

    Parts expected on the day it is due, or later, will miss the target: the repair follows the parts. The
    centre's usual time speaks until the quality check, when the case speaks for itself.
    """
    if not bench.fast:
        return NoLoan.STANDARD
    if bench.loan_after is None:
        return NoLoan.LEVEL
    if bench.state not in AT_THE_CENTRE:
        return NoLoan.NOT_AT_THE_CENTRE
    if bench.suspended:
        return NoLoan.SUSPENDED
    if bench.missed:
        return Right.MISSED
    if bench.state == State.AWAITING_PARTS and bench.parts_on and bench.late_on and bench.parts_on >= bench.late_on:
        return Right.PARTS
    if bench.state != State.QUALITY_CHECK and bench.p90 is not None and bench.p90 > bench.loan_after:
        return Right.USUALLY_LATE
    return NoLoan.ON_TIME


def ends_on(back_on: date, calendar: Calendar, *, days: int = DAYS_AFTER_IT_IS_BACK) -> date:
    """The day a loan is due back: some working days of the centre after the repaired thing is back."""
    day = back_on
    for _number in range(days):
        day = calendar.next_working(day)
    return day


def expected_back(
    *, due_on: date | None, parts_on: date | None, today: date, calendar: Calendar, shipping: int
) -> date:
    """The day the repaired thing is likely back: the latest of what is known, and the way home.

    `shipping`: working days for the way. A due day that has passed says nothing more: then it counts from today.
    """
    ready = max(day for day in (due_on, parts_on, today) if day is not None)
    return ends_on(ready, calendar, days=shipping)


class Reminder(StrEnum):
    """Two days before, on the day, and one and three days after it."""

    SOON = "soon"
    TODAY = "today"
    OVERDUE_1 = "overdue_1"
    OVERDUE_3 = "overdue_3"


_OFFSETS = {Reminder.SOON: -2, Reminder.TODAY: 0, Reminder.OVERDUE_1: 1, Reminder.OVERDUE_3: 3}


def reminder_due(due_on: date, today: date) -> Reminder | None:
    """The latest reminder whose day has come, however many days the portal missed."""
    come = [reminder for reminder, offset in _OFFSETS.items() if due_on + timedelta(days=offset) <= today]
    return come[-1] if come else None


def is_match(*, wanted_mount: str, wanted_family: str, mount: str, family: str) -> bool:
    """Whether a unit can stand in: of the same family, and for bodies and lenses of the same mount."""
    return family == wanted_family and (not wanted_mount or mount == wanted_mount)
