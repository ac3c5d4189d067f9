"""Booking a loan, and what the counter does with it: out, back, cancelled, suspended (programme §6)."""

from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from kitbag import standing
from members.models import Member, User
from servicing.casework import Actor, CaseError, Who, as_centre, lock
from servicing.lending import pool
from servicing.lending.following import replan
from servicing.lending.right import calendar_for, day_at, plan_of, right_of, suspended_until
from servicing.models import Case, Loan, LoanSuspension, LoanUnit, Stretch
from servicing.rules.lending import NoLoan
from servicing.rules.steps import AT_THE_CENTRE

State = Loan.State


@transaction.atomic
def book(case_id: UUID, unit_id: int, from_day: date, *, loan_id: UUID, at: datetime, actor: Actor) -> Loan:
    """Book a unit for the member of a case, from a working day of the centre until some days after the repair.

    `loan_id` is the form's own key: twice is once. A case has one running loan; a member as many as they have cases
    with the right, which the three slots bound (our reading: the programme names no number of loans). Raises
    CaseError: "not_yours", "loan_running", "no_right", "suspended", "from_in_the_past", "from_closed",
    "from_too_late" (it would begin when the repair is back), "unit_taken", also for one that cannot stand in.
    """
    case, stretch = lock(case_id)
    if made := Loan.objects.filter(pk=loan_id).select_related("unit__product").first():
        if made.case_id != case.pk:
            raise CaseError("not_yours")
        return made
    units = pool.lock(case.centre_id)
    until_day = bookable_until(case, stretch, from_day, at=at)
    free = pool.units_for(case, from_day, until_day, today=day_at(case.centre, at))
    if unit_id not in {unit.pk for unit in free}:
        raise CaseError("unit_taken")
    loan = Loan(
        id=loan_id,
        unit=units[unit_id],
        case=case,
        member=cast(Member, case.member),
        period=DateRange(from_day, until_day),
        booked_at=at,
    )
    _save_new(loan)
    if actor.who == Who.MEMBER:
        pool.write(loan, "booked", actor, at=at)
    else:
        pool.say(loan, "booked", actor, at=at)
    return loan


def bookable_until(case: Case, stretch: Stretch, from_day: date, *, at: datetime) -> date:
    """The day until which a loan from a day would be booked; raises CaseError like `book`, but for the unit."""
    if Loan.objects.filter(case=case, state__in=pool.RUNNING).exists():
        raise CaseError("loan_running")
    ground = right_of(case, stretch, at=at)
    if not ground.is_given:
        raise CaseError("suspended" if ground.answer == NoLoan.SUSPENDED else "no_right")
    assert case.member_id is not None
    if suspended_until(case.member_id, from_day):
        raise CaseError("suspended")
    if from_day < ground.today:
        raise CaseError("from_in_the_past")
    if not calendar_for(case, stretch, today=ground.today).is_working(from_day):
        raise CaseError("from_closed")
    until_day = plan_of(case, stretch, ground).due_on
    if from_day >= until_day:
        raise CaseError("from_too_late")
    return until_day


def _save_new(loan: Loan) -> None:
    """The database has the last word: on days, and on one running loan a case."""
    try:
        with transaction.atomic():
            loan.save(force_insert=True)
    except IntegrityError as error:
        if "loan_unit_never_lent_twice" in str(error):
            raise CaseError("unit_taken") from error
        if "loan_one_running_a_case" in str(error):
            raise CaseError("loan_running") from error
        raise


def _locked(loan_id: UUID) -> tuple[Loan, Case, Stretch]:
    """A loan under the locks of its case and its pool. Raises Loan.DoesNotExist."""
    found = Loan.objects.select_related("unit").get(pk=loan_id)
    case, stretch = lock(found.case_id)
    pool.lock(found.unit.centre_id)
    return pool.fresh(found), case, stretch


@transaction.atomic
def cancel_booking(loan_id: UUID, *, words: str = "", at: datetime, actor: Actor) -> Loan:
    """End a booking before it is fetched; twice is once. The centre says why.

    Raises CaseError: "words_missing", "not_now" once it is out or back.
    """
    loan, _case, _stretch = _locked(loan_id)
    if loan.state == State.CANCELLED:
        return loan
    if loan.state != State.BOOKED:
        raise CaseError("not_now")
    is_members = actor.who == Who.MEMBER
    if not is_members and not words.strip():
        raise CaseError("words_missing")
    loan.state, loan.ended_why = State.CANCELLED, "member" if is_members else words.strip()[:300]
    loan.save(update_fields=["state", "ended_why"])
    if is_members:
        pool.write(loan, "cancelled", actor, at=at)
    else:
        pool.say(loan, "cancelled", actor, at=at, words=words.strip())
    return loan


@transaction.atomic
def hand_over(loan_id: UUID, *, condition: str, accessories: str = "", at: datetime, by: User) -> Loan:
    """The member has the unit, from its booking's first day on; the loan begins on the day it is fetched.

    Twice is once. Raises CaseError: "words_missing", "not_now", "too_early", "suspended", "out_of_pool",
    "unit_is_out" while somebody else has it.
    """
    if not condition.strip():
        raise CaseError("words_missing")
    loan, case, stretch = _locked(loan_id)
    if loan.state == State.OUT:
        return loan
    if loan.state != State.BOOKED or case.state not in AT_THE_CENTRE:
        raise CaseError("not_now")
    today = day_at(case.centre, at)
    if today < loan.from_on:
        raise CaseError("too_early")
    if suspended_until(loan.member_id, today):
        raise CaseError("suspended")
    if loan.unit.out_since is not None:
        raise CaseError("out_of_pool")
    loan.state, loan.handed_over_at = State.OUT, at
    loan.condition_out, loan.accessories_out = condition.strip(), accessories.strip()
    # As one that is out: the unit on the counter is the one they get, and what is in its way moves.
    replan(loan, case, stretch, right_of(case, stretch, at=at), at=at)
    loan.period = DateRange(today, loan.due_on)
    try:
        with transaction.atomic():
            loan.save()
    except IntegrityError as error:
        if "loan_unit_out_once" in str(error):
            raise CaseError("unit_is_out") from error
        raise
    pool.write(loan, "out", as_centre(by), at=at, words=loan.condition_out)
    return loan


@transaction.atomic
def take_back(
    loan_id: UUID,
    *,
    condition: str,
    accessories: str = "",
    damaged: bool = False,
    words: str = "",
    at: datetime,
    by: User,
) -> Loan:
    """The unit is back: its loan ends today, and it may go out again today.

    Damage takes it out of the pool, for the reason in `words`; bookings of it move or become tasks. Where it comes
    late, bookings whose first day has passed begin today. Twice is once. Raises CaseError: "words_missing",
    "not_now".
    """
    if not condition.strip() or (damaged and not words.strip()):
        raise CaseError("words_missing")
    loan, case, _stretch = _locked(loan_id)
    if loan.state == State.BACK:
        return loan
    if loan.state != State.OUT:
        raise CaseError("not_now")
    today, due_on = day_at(case.centre, at), loan.due_on
    loan.state, loan.returned_at, loan.damaged = State.BACK, at, damaged
    loan.condition_back, loan.accessories_back = condition.strip(), accessories.strip()
    loan.ended_why = words.strip()[:300] if damaged else ""
    loan.period = DateRange(loan.from_on, min(due_on, today))
    loan.save()
    pool.write(loan, "returned", as_centre(by), at=at, words=loan.condition_back)
    if damaged:
        _leaves_the_pool(loan.unit, words.strip()[:300], today=today, at=at)
    if today > due_on:
        for booking in pool.booked_on(loan.unit, period__overlap=DateRange(due_on, today)):
            _begins_today(booking, today=today, at=at)
        loan.period = DateRange(loan.from_on, today)
        loan.save(update_fields=["period"])
    return loan


def _leaves_the_pool(unit: LoanUnit, why: str, *, today: date, at: datetime) -> None:
    unit.out_since, unit.out_why = at, why
    unit.save(update_fields=["out_since", "out_why"])
    for booking in pool.booked_on(unit):
        pool.give_way(booking, today=today, at=at)


def _begins_today(booking: Loan, *, today: date, at: datetime) -> None:
    if booking.due_on <= today:
        pool.give_way(booking, today=today, at=at)
        return
    booking.period = DateRange(today, booking.due_on)
    booking.save(update_fields=["period"])


@transaction.atomic
def suspend(
    member_id: int, *, from_on: date, until_on: date, reason: str, loan: Loan | None = None, at: datetime, by: User
) -> LoanSuspension:
    """No loans for a member from a day until another, of the centres; only staff decide on it, never the portal.

    Nothing is written where it ends: whoever asks looks at the days. Bookings stay; they are handed over only on a
    day without it. Raises CaseError: "words_missing", "ends_before_it_begins".
    """
    standing.lock(member_id)
    if not reason.strip():
        raise CaseError("words_missing")
    if until_on <= from_on:
        raise CaseError("ends_before_it_begins")
    return LoanSuspension.objects.create(
        member_id=member_id, from_on=from_on, until_on=until_on, reason=reason.strip()[:300], loan=loan, by=by, at=at
    )
