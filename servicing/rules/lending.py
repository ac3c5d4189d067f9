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
    COUNTRY = "country"
    ON_TIME = "on_time"
    NOT_AT_THE_CENTRE = "not_at_the_centre"
    SUSPENDED = "suspended"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Bench:
    """A case as the right to a loan sees it.

    `loan_after`: working days after which it is late, None where the terms give no loan; `high_enough`: the
    benefit level is one that has loans, so that a country's terms are what is missing. `missed` comes from the
    clock, which was run with `loan_after` as its target; `late_on` is the centre's day on which it comes to be
    late. `parts_on`: when awaited parts are expected. `p90`: working days of nine in ten of the centre's cases,
    None where it has too few.
    """

    state: State
    fast: bool
    loan_after: int | None
    high_enough: bool = True
    missed: bool = False
    late_on: date | None = None
    parts_on: date | None = None
    p90: Fraction | None = None
    suspended: bool = False


def right(bench: Bench) -> Right | NoLoan:
    """Whether a loan is theirs to ask for, and why.

    Parts expected on the day it is due, or later, will miss the target: the repair follows the parts. The
    centre's usual time speaks until the quality check, when the case speaks for itself. What was declined comes
    back as it is: nothing about it will be late any more, but what was missed stays missed.
    """
    if not bench.fast:
        return NoLoan.STANDARD
    if bench.loan_after is None:
        return NoLoan.COUNTRY if bench.high_enough else NoLoan.LEVEL
    if bench.state not in AT_THE_CENTRE:
        return NoLoan.NOT_AT_THE_CENTRE
    if bench.suspended:
        return NoLoan.SUSPENDED
    if bench.missed:
        return Right.MISSED
    if bench.state == State.DECLINED:
        return NoLoan.ON_TIME
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


@dataclass(frozen=True, slots=True)
class Plan:
    """The day a loan would be due back by what is known of the repair now.

    `dated`: it follows from a day ahead, a target's or that of parts; otherwise only from today, and moves on with
    every day. `is_back`: the repaired thing is back, so that nothing moves it any more.
    """

    due_on: date
    dated: bool
    is_back: bool = False


def next_due(plan: Plan, *, told: date, starts: date, out: bool, today: date) -> date:
    """The day a loan is due back from now on; `told` is the one it had.

    One that is out is never due earlier than was told, unless the thing is back. While the repair is late without
    a day, it moves only when its first reminder would go out, so that nobody is told a new day every day. A booking
    follows its repair both ways, and lasts a day at least.
    """
    if not out:
        return max(plan.due_on, starts + timedelta(days=1))
    if plan.is_back:
        return plan.due_on
    is_near = told + timedelta(days=_OFFSETS[Reminder.SOON]) <= today
    return max(told, plan.due_on) if plan.dated or is_near else told


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


@dataclass(frozen=True, slots=True)
class Kit:
    """A product as lending compares it with another."""

    sku: str
    family: str
    mount: str
    category: str
    series: str


def is_match(wanted: Kit, unit: Kit) -> bool:
    """Whether a unit can stand in: of the same family, and where the thing has a mount, of the same mount."""
    return unit.family == wanted.family and (not wanted.mount or unit.mount == wanted.mount)


def likeness(wanted: Kit, unit: Kit) -> tuple[int, int, int]:
    """How well a unit stands in, best first when sorted: the same product, then its series, then its category."""
    return (unit.sku != wanted.sku, unit.series != wanted.series, unit.category != wanted.category)
