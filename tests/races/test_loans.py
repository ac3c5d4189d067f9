"""Races over units that are lent. Each has a control: with its guard removed the same race goes wrong."""

import threading
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction

from servicing import bench, lending
from servicing.casework import CaseError, as_member, lock
from servicing.lending import pool
from servicing.models import Loan, LoanUnit
from tests.factories import UserFactory
from tests.servicing.lent import (
    DUE_ON,
    awaiting_parts,
    body,
    booked,
    fetched,
    gold_item,
    moment,
    unit,
)

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def world():
    """Two members whose repairs are late, a clerk, and one unit that both could have."""
    clerk, camera = UserFactory(is_staff=True), body()
    mine = awaiting_parts(gold_item(camera), clerk)
    theirs = awaiting_parts(gold_item(camera), clerk, parts_on=date(2026, 12, 18))
    return mine, theirs, clerk, unit(camera)


@pytest.fixture
def unlocked(monkeypatch):
    """The pool is read without its lock, and all who read wait for each other."""
    have_read = threading.Barrier(2)
    free_units = pool.free_units

    def lock_nothing(centre_id):
        return {unit.pk: unit for unit in LoanUnit.objects.filter(centre=centre_id).select_related("product")}

    def read(*args, **kwargs):
        found = free_units(*args, **kwargs)
        have_read.wait(timeout=20)
        return found

    monkeypatch.setattr(pool, "lock", lock_nothing)
    monkeypatch.setattr(pool, "free_units", read)


@pytest.fixture
def unconstrained():
    """Without the exclusion constraint; it comes back once the rows that break it are gone."""
    (constraint,) = (rule for rule in Loan._meta.constraints if rule.name == "loan_unit_never_lent_twice")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Loan, constraint)
    yield
    Loan.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Loan, constraint)


def booking(case, lent, **options):
    return lambda: booked(case, lent, **options)


def parts_later(case, clerk):
    return lambda: bench.await_parts(case.pk, parts_on=date(2026, 12, 7), at=moment(11, 30), by=clerk)


def codes(results):
    return [result.code for result in results if isinstance(result, CaseError)]


def is_broken_off(result):
    """The database ended a deadlock by breaking one of the acts off."""
    return isinstance(result, OperationalError) and "deadlock" in str(result)


def overlapping():
    """How many pairs of loans hold one unit on one day."""
    loans = list(Loan.objects.exclude(state=Loan.State.CANCELLED))
    return sum(
        one.unit_id == other.unit_id and one.from_on < other.due_on and other.from_on < one.due_on
        for place, one in enumerate(loans)
        for other in loans[place + 1 :]
    )


# Two members want the last unit


def test_two_members_who_book_the_last_unit_at_once_are_one_loan(together, world):
    mine, theirs, _clerk, last = world
    results = together(booking(mine, last), booking(theirs, last))
    assert (codes(results), Loan.objects.count()) == (["unit_taken"], 1)


def test_without_the_lock_the_constraint_still_lets_only_one_have_it(together, world, unlocked):
    mine, theirs, _clerk, last = world
    results = together(booking(mine, last), booking(theirs, last))
    assert codes(results) == ["unit_taken"] or any(map(is_broken_off, results))
    assert Loan.objects.count() == 1


def test_control_without_lock_and_constraint_both_have_it(together, world, unlocked, unconstrained):
    mine, theirs, _clerk, last = world
    results = together(booking(mine, last), booking(theirs, last))
    assert (codes(results), overlapping()) == ([], 1)


def test_a_form_sent_twice_at_once_is_one_booking(together, world):
    mine, _theirs, _clerk, last = world
    key = "5f6f4a3e-31d0-4f9a-9d3b-0b6f3c1d2a10"
    results = together(booking(mine, last, loan_id=key), booking(mine, last, loan_id=key))
    assert {str(loan.pk) for loan in results} == {key}
    assert Loan.objects.count() == 1


# An extension meets a booking


def test_an_extension_and_a_booking_that_it_meets_leave_the_unit_to_one(together, world):
    """Whoever is second sees the other: the booking is refused, or made and then ended with its message."""
    mine, theirs, clerk, last = world
    loan = fetched(mine, last, clerk)
    results = together(parts_later(mine, clerk), booking(theirs, last, from_day=DUE_ON))
    loan.refresh_from_db()
    assert (loan.due_on, overlapping()) == (date(2026, 12, 14), 0)
    ended = Loan.objects.filter(case=theirs, state=Loan.State.CANCELLED, ended_why="no_unit").count()
    assert (codes(results) == ["unit_taken"]) != (ended == 1)


def test_control_without_lock_and_constraint_an_extension_runs_into_a_booking(
    together, world, unconstrained, monkeypatch
):
    mine, theirs, clerk, last = world
    fetched(mine, last, clerk)
    have_read = threading.Barrier(2)
    booked_on, free_units = pool.booked_on, pool.free_units

    def wait_after(read):
        def reading(*args, **kwargs):
            found = read(*args, **kwargs)
            have_read.wait(timeout=20)
            return found

        return reading

    monkeypatch.setattr(pool, "lock", lambda centre_id: {row.pk: row for row in LoanUnit.objects.all()})
    monkeypatch.setattr(pool, "booked_on", wait_after(booked_on))
    monkeypatch.setattr(pool, "free_units", wait_after(free_units))
    results = together(parts_later(mine, clerk), booking(theirs, last, from_day=DUE_ON))
    assert (codes(results), overlapping()) == ([], 1)


# Two repairs, each in the way of the other's booking


@pytest.fixture
def crossed(world):
    """Each of two members has a unit out; a third and a fourth have booked them from the day they are due."""
    mine, theirs, clerk, first = world
    second, third = unit(first.product), unit(first.product)
    theirs = bench.await_parts(theirs.pk, parts_on=date(2026, 12, 4), at=moment(11, 24, 9), by=clerk)
    others = [awaiting_parts(gold_item(first.product), clerk, parts_on=date(2026, 12, 18)) for _member in range(2)]
    fetched(mine, first, clerk)
    fetched(theirs, second, clerk)
    for case, lent in zip(others, (first, second), strict=True):
        booked(case, lent, from_day=DUE_ON)
    return mine, theirs, others, clerk, third


def test_two_extensions_and_the_members_they_move_wait_for_each_other_without_a_knot(together, crossed):
    """One spare unit for two bookings: one moves, one ends, and their members cancel at the same moment."""
    mine, theirs, others, clerk, _spare = crossed
    cancelling = [
        lambda case=case: lending.cancel_booking(
            Loan.objects.get(case=case).pk, at=moment(11, 30), actor=as_member(case.member.user)
        )
        for case in others
    ]
    results = together(parts_later(mine, clerk), parts_later(theirs, clerk), *cancelling)
    assert not [result for result in results if isinstance(result, Exception)]
    assert overlapping() == 0
    assert {loan.due_on for loan in Loan.objects.filter(case__in=[mine, theirs])} == {date(2026, 12, 14)}
    assert {loan.state for loan in Loan.objects.filter(case__in=others)} == {Loan.State.CANCELLED}


def test_control_taking_the_other_members_lock_after_the_pool_ties_the_knot(together, crossed, monkeypatch):
    """What the order of locks is for: an act that locked the moved booking's case as well would deadlock."""
    mine, _theirs, others, clerk, _spare = crossed
    give_way, both_hold = pool.give_way, threading.Barrier(2)

    def with_their_case(booking, **options):
        both_hold.wait(timeout=20)
        lock(booking.case_id)
        give_way(booking, **options)

    def their_own_act():
        with transaction.atomic():
            lock(others[0].pk)
            both_hold.wait(timeout=20)
            pool.lock(others[0].centre_id)

    monkeypatch.setattr(pool, "give_way", with_their_case)
    results = together(parts_later(mine, clerk), their_own_act)
    assert [is_broken_off(result) for result in results].count(True) == 1
