"""The right to a loan, and the days that a repair gives it (programme §6)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from django.conf import settings

from members.rules.levels import Rank
from servicing import slots, turnaround
from servicing.centres import calendar_of
from servicing.models import Case, Centre, LoanSuspension, Stretch
from servicing.rules import lending
from servicing.rules.calendar import DAY, Calendar
from servicing.rules.clock import Run, reading
from servicing.rules.lending import Bench, NoLoan, Plan, Right
from servicing.rules.steps import AT_THE_CENTRE, LEFT, OVER, State
from servicing.rules.terms import Given

FAST = Stretch.Lane.FAST
# How far a calendar is read for loans where the case has none of its own.
AHEAD = 120 * DAY


@dataclass(frozen=True, slots=True)
class Ground:
    """The answer, and what it rests on; days are the centre's.

    `late_on`: when the working days are over after which a loan is due (None: not known, or an estimate waits).
    `ready_on`: when the repair is likely done, by target, parts or the centre's usual time; None without a day.
    """

    answer: Right | NoLoan
    today: date
    loan_after: int | None = None
    late_on: date | None = None
    parts_on: date | None = None
    p90: Fraction | None = None
    ready_on: date | None = None
    suspended_until: date | None = None

    @property
    def is_given(self) -> bool:
        return isinstance(self.answer, Right)


def day_at(centre: Centre, at: datetime) -> date:
    """The centre's own day at a moment."""
    return at.astimezone(ZoneInfo(centre.time_zone)).date()


def usual_p90(case: Case, at: datetime) -> Fraction | None:
    """Working days of nine in ten of the centre's cases; None with too few."""
    found = turnaround.usual([case.centre_id], at=at).get(case.centre_id)
    return Fraction(found.p90) if found else None


def right_of(
    case: Case,
    stretch: Stretch,
    *,
    at: datetime,
    p90_of: Callable[[Case, datetime], Fraction | None] = usual_p90,
) -> Ground:
    """Whether a loan is theirs to ask for at a moment, by the copied terms; before receipt by those of today.

    The clock of the case runs with the loan's own days as its target. In at most three queries once received.
    """
    today = day_at(case.centre, at)
    if stretch.lane != FAST or case.member is None:
        return Ground(NoLoan.STANDARD, today)
    state = State(case.state)
    if state in OVER or state in LEFT:
        return Ground(NoLoan.NOT_AT_THE_CENTRE, today)
    if stretch.terms is None:
        found = slots.conditions_at(stretch, at=at)
        given, level = found.given, int(found.benefit_level)
    else:
        given, level = Given.from_json(stretch.terms), stretch.benefit_level or Rank.RED
    bench = Bench(
        state=state,
        fast=True,
        loan_after=given.loan_after if given.loan else None,
        high_enough=level >= Rank.GOLD,
        parts_on=case.parts_on if state == State.AWAITING_PARTS else None,
    )
    run = turnaround.run_of(stretch, turnaround.steps_of(stretch)) if bench.loan_after else None
    if run is None or state not in AT_THE_CENTRE:
        return Ground(lending.right(bench), today, loan_after=bench.loan_after)
    return _by_the_clock(bench, run, case, at=at, today=today, p90_of=p90_of)


def _by_the_clock(
    bench: Bench,
    run: Run,
    case: Case,
    *,
    at: datetime,
    today: date,
    p90_of: Callable[[Case, datetime], Fraction | None],
) -> Ground:
    assert case.member_id is not None
    said = reading(replace(run, target=bench.loan_after), at)
    due_day = run.calendar.local_day(said.due_at) if said.due_at else None
    until = suspended_until(case.member_id, today)
    bench = replace(bench, missed=said.missed, late_on=due_day, suspended=until is not None)
    answer = lending.right(bench)
    if answer == NoLoan.ON_TIME and bench.state != State.QUALITY_CHECK:
        bench = replace(bench, p90=p90_of(case, at))
        answer = lending.right(bench)
    days = [bench.parts_on] if bench.parts_on else []
    usual = ceil(bench.p90) if answer == Right.USUALLY_LATE and bench.p90 else 0
    if target := max(run.target or 0, usual):
        ready_at = reading(replace(run, target=target), at).due_at
        days += [run.calendar.local_day(ready_at)] if ready_at else []
    return Ground(
        answer,
        today,
        loan_after=bench.loan_after,
        late_on=due_day,
        parts_on=bench.parts_on,
        p90=bench.p90,
        ready_on=max(days) if days else None,
        suspended_until=until,
    )


def suspended_until(member_id: int, day: date) -> date | None:
    """The first day on which a member who has no loans on a day may have them again; None where they may."""
    rows = LoanSuspension.objects.filter(member=member_id, from_on__lte=day, until_on__gt=day)
    return rows.order_by("-until_on").values_list("until_on", flat=True).first()


def calendar_for(case: Case, stretch: Stretch, *, today: date) -> Calendar:
    """The centre's calendar for a loan: the one the case took with it, else the centre's of today."""
    if stretch.calendar is not None:
        return Calendar.from_json(stretch.calendar)
    return calendar_of(case.centre, first=today - AHEAD, last=today + AHEAD)


def plan_of(case: Case, stretch: Stretch, ground: Ground) -> Plan:
    """The day on which a loan of a stretch would be due back, by what is known of the repair (programme §6).

    Some working days after the repaired thing is back: that day where it is known, but not before anybody knew;
    else by the way home, from shipping or from the day the repair is likely done.
    """
    today = ground.today
    calendar = calendar_for(case, stretch, today=today)
    after = settings.LOAN_DAYS_AFTER_RETURN
    if stretch.back_on is not None:
        known_on = calendar.local_day(stretch.ended_at) if stretch.ended_at else stretch.back_on
        return Plan(max(lending.ends_on(stretch.back_on, calendar, days=after), known_on), True, is_back=True)
    if stretch.left_at is not None:
        left_on = calendar.local_day(stretch.left_at)
        home_on = lending.ends_on(left_on, calendar, days=settings.LOAN_SHIPPING_DAYS)
        return Plan(lending.ends_on(max(home_on, today), calendar, days=after), home_on > today)
    home_on = lending.expected_back(
        due_on=ground.ready_on,
        parts_on=None,
        today=today,
        calendar=calendar,
        shipping=settings.LOAN_SHIPPING_DAYS,
    )
    is_dated = ground.ready_on is not None and ground.ready_on > today
    return Plan(lending.ends_on(home_on, calendar, days=after), is_dated)


def first_day(case: Case, stretch: Stretch, *, today: date) -> date:
    """The first day on which a loan can be fetched: today where the centre works, else its next working day."""
    calendar = calendar_for(case, stretch, today=today)
    return today if calendar.is_working(today) else calendar.next_working(today)
