"""Loans follow the repair: the offer, the day they are due back, reminders, and units that do not come back (§6)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, QuerySet

from members.models import Message
from servicing import turnaround
from servicing.casework import PORTAL, Kind, lock, note, tell
from servicing.lending import pool
from servicing.lending.right import FAST, Ground, day_at, plan_of, right_of
from servicing.models import Case, CaseEvent, CentreTask, Loan, Stretch
from servicing.rules.lending import Reminder, next_due, reminder_due

# Reminders begin two days before; a centre's day may be one ahead of the programme's.
LOOK_AHEAD = timedelta(days=4)


def follow(case: Case, stretch: Stretch, *, at: datetime) -> None:
    """Bring the loan of a case, and the offer of one, up to what its repair says now; the case is locked.

    For the end of every operation that moves a repair's dates. A right that appears is told once per stretch. A
    booking whose thing has left the centre ends. A loan's day moves as `rules.lending.next_due` says, and bookings
    of its unit that are in the way move to another, or end, in this transaction.
    """
    if case.member is None:
        return
    ground = right_of(case, stretch, at=at)
    if ground.is_given:
        _offer(case, stretch, ground, at=at)
    loan = pool.running(case)
    if loan is not None:
        pool.lock(loan.unit.centre_id)
        loan = pool.fresh(loan)
        if loan.state in pool.RUNNING:
            replan(loan, case, stretch, ground, at=at)


def _offer(case: Case, stretch: Stretch, ground: Ground, *, at: datetime) -> None:
    if _offers().filter(stretch=stretch).exists():
        return
    parts_on = ground.parts_on.isoformat() if ground.parts_on else ""
    note(stretch, Kind.LOAN, PORTAL, at=at, what="offered", ground=ground.answer.value)
    tell(
        case,
        Message.Kind.LOAN_OFFER,
        occasion=str(stretch.number),
        at=at,
        ground=ground.answer.value,
        parts_on=parts_on,
    )


def _offers() -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(kind=Kind.LOAN, facts__what="offered")


def replan(loan: Loan, case: Case, stretch: Stretch, ground: Ground, *, at: datetime) -> None:
    """The day a running loan is due back, anew; under the locks of its case and its pool."""
    of_loan = stretch_of(loan, stretch)
    is_out = loan.state == Loan.State.OUT
    if not is_out and (of_loan.left_at is not None or of_loan.pk != stretch.pk):
        loan.state, loan.ended_why = Loan.State.CANCELLED, "left"
        loan.save(update_fields=["state", "ended_why"])
        pool.say(loan, "left", PORTAL, at=at)
        return
    # Sent in again: the day that was told stands until the new stretch gives the right anew.
    planned_by = stretch if ground.is_given else of_loan
    told = loan.due_on
    plan = plan_of(case, planned_by, ground)
    due_on = next_due(plan, told=told, starts=loan.from_on, out=is_out, today=ground.today)
    # A loan that is fetched and due on one day would hold its unit for no day at all.
    due_on = max(due_on, loan.from_on + pool.DAY)
    if due_on == told:
        return
    if due_on > told:
        _make_room(loan, due_on, today=ground.today, at=at)
    loan.period = DateRange(loan.from_on, due_on)
    loan.save(update_fields=["period"])
    if is_out:
        pool.say(loan, "back" if plan.is_back else "longer", PORTAL, at=at)


def stretch_of(loan: Loan, latest: Stretch) -> Stretch:
    """The stretch during which a loan was booked."""
    if latest.requested_at <= loan.booked_at:
        return latest
    earlier = Stretch.objects.filter(case=latest.case_id, requested_at__lte=loan.booked_at).order_by("-number")
    return earlier[0]


def _make_room(loan: Loan, until: date, *, today: date, at: datetime) -> None:
    """Other bookings of the unit up to a day give way; a mere booking goes first itself, where a unit is free."""
    in_the_way = pool.booked_on(loan.unit, beside=loan, period__overlap=DateRange(loan.due_on, until))
    if not in_the_way:
        return
    if loan.state == Loan.State.BOOKED:
        free = pool.free_units(loan.unit.centre_id, loan.case.product, loan.from_on, until, today=today, beside=loan)
        if free:
            loan.unit, loan.period = free[0], DateRange(loan.from_on, until)
            loan.save(update_fields=["unit", "period"])
            pool.say(loan, "moved", PORTAL, at=at)
            return
    for booking in in_the_way:
        pool.give_way(booking, today=today, at=at)


def daily(*, at: datetime) -> dict[str, int]:
    """What only time brings: rights by the clock, days that move, reminders, overdue units. Repeating changes nothing.

    Each case in a transaction of its own. Answers how many cases were offered a loan and how many loans were seen to.
    """
    return {"offered": _offer_by_the_clock(at), "loans": _see_to_loans(at)}


def _offer_by_the_clock(at: datetime) -> int:
    told = _offers().filter(stretch=OuterRef("pk"))
    stretches = Stretch.objects.filter(
        lane=FAST, received_at__isnull=False, left_at=None, ended_at=None, terms__loan=True
    ).filter(~Exists(told))
    p90_of, offered = _usual_once(), 0
    for stretch in stretches.select_related("case__centre", "case__product", "case__member"):
        if right_of(stretch.case, stretch, at=at, p90_of=p90_of).is_given:
            _follow(stretch.case_id, at)
            offered += 1
    return offered


def _usual_once() -> Callable[[Case, datetime], Fraction | None]:
    """The centres' usual time, asked once per centre."""

    @cache
    def of_centre(centre_id: int, at: datetime) -> Fraction | None:
        found = turnaround.usual([centre_id], at=at).get(centre_id)
        return Fraction(found.p90) if found else None

    return lambda case, at: of_centre(case.centre_id, at)


@transaction.atomic
def _follow(case_id: UUID, at: datetime) -> None:
    case, stretch = lock(case_id)
    follow(case, stretch, at=at)


def _see_to_loans(at: datetime) -> int:
    near = Loan.objects.filter(state__in=pool.RUNNING, period__endswith__lte=at.date() + LOOK_AHEAD)
    cases = list(near.order_by("period", "pk").values_list("case", flat=True))
    for case_id in cases:
        _see_to(case_id, at)
    return len(cases)


@transaction.atomic
def _see_to(case_id: UUID, at: datetime) -> None:
    """Follow the repair first: only a day that stands is reminded of."""
    case, stretch = lock(case_id)
    follow(case, stretch, at=at)
    loan = pool.running(case)
    if loan is None or loan.state != Loan.State.OUT:
        return
    pool.lock(loan.unit.centre_id)
    loan = pool.fresh(loan)
    if loan.state == Loan.State.OUT:
        _remind(loan, at=at)


def _remind(loan: Loan, *, at: datetime) -> None:
    today, due_on = day_at(loan.case.centre, at), loan.due_on
    reminder = reminder_due(due_on, today)
    if reminder is None:
        return
    facts = {key: value for key, value in pool.facts_of(loan).items() if key in {"loan", "unit", "serial"}}
    tell(
        loan.case,
        Message.Kind.LOAN_DUE,
        occasion=f"{loan.pk} {due_on.isoformat()} {reminder.value}",
        at=at,
        reminder=reminder.value,
        due_on=due_on.isoformat(),
        centre=loan.case.centre.name,
        **facts,
    )
    if reminder in {Reminder.OVERDUE_1, Reminder.OVERDUE_3}:
        words = f"{loan.unit}, {loan.case.number}: due back {due_on.isoformat()}"
        pool.ask_the_centre(loan, CentreTask.Kind.LOAN_OVERDUE, occasion=due_on.isoformat(), words=words[:300], at=at)
        for booking in pool.booked_on(loan.unit, period__startswith__lte=today):
            pool.give_way(booking, today=today, at=at)
