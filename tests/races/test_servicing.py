"""Races for slots, estimates and steps. Each has a control: with its guard removed the same race goes wrong."""

import contextlib
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from kitbag import standing
from kitbag.models import Standing
from servicing import bench, estimating, intake, invariants, requesting, slots
from servicing.casework import CaseError, as_member
from servicing.models import Case, CaseEvent, Centre, Estimate, Intake, Service, SlotHold, Stretch
from servicing.requesting import Address, Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import State
from tests.factories import NOON, MemberFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")
Lane = Stretch.Lane
TUESDAY = NOON + timedelta(days=1)
LATER = TUESDAY + timedelta(hours=2)


@pytest.fixture
def gold():
    return MemberFactory(user__name="Layla Mansour")


@pytest.fixture
def tom():
    return UserFactory(name="Tom Bench", is_staff=True)


@pytest.fixture
def things(gold, register, settings):
    """So many Fast Track things of the member."""
    settings.ITEMS_VALIDATED_PER_HOUR = 10**6

    def make(count):
        camera = ProductFactory(points=400, fast_track=True)
        return [register(gold, camera, at=NOON + timedelta(seconds=place)) for place in range(count)]

    return make


def ask(item, *, lane=Lane.QUEUED, case_id=None, at=TUESDAY):
    """A call that asks for a repair of an item."""
    wish = Wish(
        service=Service.REPAIR,
        centre_id=Centre.objects.get(code="UK").pk,
        address=Address("Layla Mansour", "1 Rye Lane", "London", "GB", "SE15 4TY"),
        lane=lane,
    )
    given = {"member_id": item.member_id, "wish": wish, "case_id": case_id or uuid4(), "at": at}
    return lambda: requesting.request_case(item.pk, **given, actor=as_member(item.member.user))


def receive(case, by):
    return lambda: intake.receive(case.pk, seen=intake.Seen(condition="As described"), at=LATER, by=by)


def estimate(case, by, *, at=LATER):
    work = [Charge("part", "Shutter unit", Decimal("100.00"))]
    return lambda: estimating.send_estimate(
        case.pk, work=work, shipping=Decimal("15.00"), estimate_id=uuid4(), at=at, by=by
    )


def answer(waiting, *, accept):
    user = waiting.case.member.user
    return lambda: estimating.answer(waiting.pk, accept=accept, at=LATER, actor=as_member(user))


def inspected(item, by):
    """A case on the bench, ready for an estimate."""
    case = ask(item)()
    receive(case, by)()
    return bench.take_step(case.pk, State.INSPECTED, at=LATER, by=by)


def unlocked(gate):
    """What `casework.lock` reads, without its locks; waits until all have read."""

    def read(case_id):
        case = Case.objects.select_related("centre", "product", "member__user", "item__product").get(pk=case_id)
        stretch = case.stretches.order_by("-number")[0]
        stretch.case = case
        gate.wait(timeout=20)
        return case, stretch

    return read


class ReadThenWait:
    """Reads an estimate without its lock, and goes on at a signal."""

    def __init__(self, signal):
        self.signal = signal

    def get(self, **by):
        found = Estimate.objects.get(**by)
        self.signal.wait(timeout=20)
        return found


def without_the_standing_lock(monkeypatch):
    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))


def wait_before(monkeypatch, module, name, parties):
    """Threads meet before a function runs; late ones go on alone."""
    gate, real = threading.Barrier(parties), getattr(module, name)

    def meet(*args, **kwargs):
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(timeout=1)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, meet)


def holds():
    assert not list(invariants.broken(at=LATER))


def raised(results, kind):
    return [result for result in results if isinstance(result, kind)]


def lanes():
    return Counter(Stretch.objects.values_list("lane", flat=True))


def test_64_requests_at_once_take_exactly_three_places(together, things):
    items = things(64)
    lane_of = (Lane.QUEUED, Lane.STANDARD)
    results = together(*[ask(item, lane=lane_of[place % 2]) for place, item in enumerate(items)])
    assert not raised(results, Exception)
    assert sorted(SlotHold.objects.filter(freed_at=None).values_list("number", flat=True)) == [1, 2, 3]
    assert (lanes()[Lane.FAST], sum(lanes().values())) == (3, 64)
    assert set(lanes()) == {Lane.FAST, Lane.QUEUED, Lane.STANDARD}
    holds()


def test_control_without_the_lock_requests_meet_at_a_place(together, things, monkeypatch):
    items = things(8)
    without_the_standing_lock(monkeypatch)
    wait_before(monkeypatch, slots, "take", 8)
    results = together(*[ask(item) for item in items])
    assert raised(results, IntegrityError)


def test_control_without_the_rule_of_the_database_as_well_all_take_one(together, things, monkeypatch):
    items = things(8)
    without_the_standing_lock(monkeypatch)
    gate, take = threading.Barrier(8), SlotHold.objects.create

    def create_together(**values):
        gate.wait(timeout=20)
        return take(**values)

    monkeypatch.setattr(SlotHold.objects, "create", create_together)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('slot_held_by_one_case'::regclass)")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX slot_held_by_one_case")
    try:
        assert not raised(together(*[ask(item) for item in items]), Exception)
        assert SlotHold.objects.filter(freed_at=None).count() == 8
        assert any("holds 8 Fast Track places" in finding for finding in invariants.broken(at=LATER))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM servicing_slothold")
            cursor.execute(definition)


def test_accepted_and_declined_at_once_is_one_answer(together, things, tom):
    for item in things(3):
        waiting = estimate(inspected(item, tom), tom)()
        results = together(answer(waiting, accept=True), answer(waiting, accept=False))
        (refused,) = raised(results, CaseError)
        assert refused.code == "answered"
        waiting.refresh_from_db()
        assert Case.objects.get(pk=waiting.case_id).state == waiting.state
        assert waiting.state in {"accepted", "declined"}
    holds()


def test_control_without_its_locks_both_answers_are_written(together, things, tom, monkeypatch):
    waiting = estimate(inspected(things(4)[0], tom), tom)()
    monkeypatch.setattr(estimating, "lock", unlocked(threading.Barrier(2)))
    both_have_read = threading.Barrier(2)
    monkeypatch.setattr(Estimate.objects, "select_for_update", lambda: ReadThenWait(both_have_read))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE servicing_estimate DISABLE TRIGGER estimate_decided_once")
    try:
        together(answer(waiting, accept=True), answer(waiting, accept=False))
        answers = CaseEvent.objects.filter(kind="step", state__in=["accepted", "declined"])
        assert answers.count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE servicing_estimate ENABLE TRIGGER estimate_decided_once")


def test_an_answer_that_meets_a_new_estimate_is_before_it_or_refused(together, things, tom):
    for item in things(3):
        case = inspected(item, tom)
        first = estimate(case, tom)()
        results = together(answer(first, accept=True), estimate(case, tom))
        refused = raised(results, Exception)
        assert [error.code for error in refused] in ([], ["replaced"])
        first.refresh_from_db()
        assert first.state == ("replaced" if refused else "accepted")
        assert Estimate.objects.get(case=case, state="waiting").version == 2
    holds()


def test_control_without_its_locks_an_answer_goes_to_an_estimate_that_was_replaced(together, things, tom, monkeypatch):
    case = inspected(things(3)[0], tom)
    first = estimate(case, tom)()
    monkeypatch.setattr(estimating, "lock", unlocked(threading.Barrier(2)))
    replaced = threading.Event()

    def replace():
        estimate(case, tom)()
        replaced.set()

    monkeypatch.setattr(Estimate.objects, "select_for_update", lambda: ReadThenWait(replaced))
    refused, _done = together(answer(first, accept=True), replace)
    # Only the database still refuses to decide it twice.
    assert isinstance(refused, IntegrityError)


def full_with_a_queue(things):
    items = things(5)
    held = [ask(item)() for item in items[:3]]
    for place, item in enumerate(items[3:]):
        ask(item, at=TUESDAY + timedelta(minutes=place + 1))()
    assert lanes() == {Lane.FAST: 3, Lane.QUEUED: 2}
    return [
        lambda case=case: requesting.cancel_case(case.pk, at=LATER, actor=as_member(case.member.user))
        for case in held[:2]
    ]


def test_two_places_freed_at_once_go_to_both_that_wait_each_once(together, things):
    results = together(*full_with_a_queue(things))
    assert not raised(results, Exception)
    assert sorted(SlotHold.objects.filter(freed_at=None).values_list("number", flat=True)) == [1, 2, 3]
    assert lanes()[Lane.QUEUED] == 0
    assert SlotHold.objects.count() == 5
    holds()


def test_control_without_the_lock_both_go_to_the_first_that_waits(together, things, monkeypatch):
    freeing = full_with_a_queue(things)
    without_the_standing_lock(monkeypatch)
    wait_before(monkeypatch, slots, "take", 2)
    results = together(*freeing)
    assert raised(results, IntegrityError) or list(invariants.broken(at=LATER))


def test_a_form_sent_six_times_at_once_opens_one_case(together, things):
    item, key = things(4)[0], uuid4()
    results = together(*[ask(item, case_id=key)] * 6)
    assert {case.pk for case in results} == {key}
    assert Case.objects.count() == SlotHold.objects.count() == CaseEvent.objects.filter(kind="step").count() == 1
    holds()


def test_control_without_the_lock_the_form_is_not_recognised(together, things, monkeypatch):
    item, key, gate = things(4)[0], uuid4(), threading.Barrier(6)

    def read_together(member_id):
        gate.wait(timeout=20)
        return Standing.objects.get(member=member_id)

    monkeypatch.setattr(standing, "lock", read_together)
    assert raised(together(*[ask(item, case_id=key)] * 6), (IntegrityError, CaseError))


def test_received_at_two_benches_at_once_it_is_received_once(together, things, tom):
    for item in things(3):
        case = ask(item)()
        results = together(*[receive(case, tom)] * 2)
        assert [error.code for error in raised(results, CaseError)] == ["not_now"]
        assert Intake.objects.filter(stretch__case=case).count() == 1
    holds()


def test_control_without_the_lock_both_benches_receive_it(together, things, tom, monkeypatch):
    case = ask(things(4)[0])()
    monkeypatch.setattr(intake, "lock", unlocked(threading.Barrier(2)))
    assert raised(together(*[receive(case, tom)] * 2), IntegrityError)


def on_the_way_back(item, tom):
    case = inspected(item, tom)
    for state in (State.IN_REPAIR, State.QUALITY_CHECK):
        bench.take_step(case.pk, state, at=LATER, by=tom)
    bench.send_back(case.pk, State.SHIPPED, at=LATER, by=tom)
    at = LATER + timedelta(days=7)
    return (
        lambda: bench.is_back(case.pk, at=at, actor=as_member(case.member.user)),
        lambda: bench.close_what_is_back(at=at),
    )


def closings():
    return CaseEvent.objects.filter(kind="step", state="closed").count()


def test_back_by_its_member_and_by_itself_at_once_it_is_closed_once(together, things, tom):
    items = things(3)
    for count, item in enumerate(items, start=1):
        results = together(*on_the_way_back(item, tom))
        assert not raised(results, Exception)
        assert closings() == count
    holds()


def test_control_without_the_lock_it_is_closed_twice(together, things, tom, monkeypatch):
    both = on_the_way_back(things(4)[0], tom)
    monkeypatch.setattr(bench, "lock", unlocked(threading.Barrier(2)))
    results = together(*both)
    assert raised(results, IntegrityError) or closings() == 2
