"""Races for points. Each has a control: with its guard removed the same race goes wrong."""

import contextlib
import threading
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kitbag import invariants, night, registration, standing, valuing
from kitbag.models import KitItem, Night, Stage, Standing
from members.rules.days import day_begins
from tests.conftest import details
from tests.factories import NOON, ProductFactory

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = NOON.date()


@pytest.fixture
def six_products():
    return [ProductFactory(points=300) for _ in range(6)]


def add(member, product, serial=None, at=NOON):
    return lambda: registration.add_item(
        member_id=member.pk, product_id=product.pk, details=details(serial), at=at, by=None
    )


def test_six_registrations_at_once_give_all_their_points(together, layla, six_products):
    together(*[add(layla, product) for product in six_products])
    assert Standing.objects.get(member=layla).points == 1800
    assert not list(invariants.broken(at=NOON))


def test_control_without_the_standing_lock_points_are_lost(together, layla, six_products, monkeypatch):
    all_have_read = threading.Barrier(6)
    derive = standing.derive

    def derive_then_wait(member_id, day):
        result = derive(member_id, day)
        all_have_read.wait(timeout=20)
        return result

    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))
    monkeypatch.setattr(standing, "derive", derive_then_wait)
    together(*[add(layla, product) for product in six_products])
    monkeypatch.undo()
    assert Standing.objects.get(member=layla).points < 1800
    assert list(invariants.broken(at=NOON))


def test_two_members_completing_the_same_unit_give_one_holder_and_one_claim(together, layla, omar, camera):
    for round_ in range(6):
        serial = str(700_000_000_000 + 10 * round_)
        together(add(layla, camera, serial), add(omar, camera, serial))
        states = sorted(KitItem.objects.filter(serial=serial).values_list("state", flat=True))
        assert states == ["validated", "waiting"], round_
        assert KitItem.objects.get(serial=serial, state="waiting").reasons == ["unit_held"]
    assert not list(invariants.broken(at=NOON))


def test_control_without_the_unique_rule_both_hold_the_unit(together, layla, omar, camera, monkeypatch):
    both_have_looked = threading.Barrier(2)
    look = registration.checking.surroundings

    def look_then_wait(*args, **kwargs):
        found = look(*args, **kwargs)
        both_have_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(registration.checking, "surroundings", look_then_wait)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('unit_validated_once'::regclass)")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX unit_validated_once")
    try:
        together(add(layla, camera, "700000000000"), add(omar, camera, "700000000000"))
        assert KitItem.objects.filter(serial="700000000000", state="validated").count() == 2
        assert any("validated 2 times" in finding for finding in invariants.broken(at=NOON))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "SET session_replication_role = replica; DELETE FROM kitbag_kititem; RESET session_replication_role"
            )
            cursor.execute(definition)


def across_midnight(layla, camera, vera):
    """A registration of the last second of a day stays open while the night of the next day starts."""
    tomorrow = DAY + timedelta(days=1)
    valuing.replan(
        camera.pk, mark=(Stage.SUPERSEDED, tomorrow), reason="x", short_notice="It came late", by=vera, at=NOON
    )
    late = day_begins(tomorrow) - timedelta(seconds=1)
    after = day_begins(tomorrow) + timedelta(minutes=1)
    opened, go_on = threading.Event(), threading.Event()

    def hold_open():
        with transaction.atomic():
            add(layla, camera, at=late)()
            opened.set()
            go_on.wait(timeout=20)

    def night_while_open():
        opened.wait(timeout=20)
        try:
            return night.run(at=after, clock=lambda: after)
        finally:
            go_on.set()

    return tomorrow, after, hold_open, night_while_open


def test_a_registration_held_open_across_midnight_keeps_the_night_waiting(together, layla, camera, vera):
    tomorrow, after, hold_open, night_while_open = across_midnight(layla, camera, vera)
    held, done = together(hold_open, night_while_open)
    assert held is None
    assert tomorrow not in done
    assert not Night.objects.filter(day=tomorrow).exists()
    assert night.run(at=after, clock=lambda: after)[-1] == tomorrow
    assert Standing.objects.get(member=layla).points == 192
    assert not list(invariants.broken(at=after))


def test_control_without_the_lock_of_the_day_the_night_misses_the_registration(
    together, layla, camera, vera, monkeypatch
):
    tomorrow, after, hold_open, night_while_open = across_midnight(layla, camera, vera)
    monkeypatch.setattr(standing, "enter_day", lambda day: None)
    held, done = together(hold_open, night_while_open)
    assert held is None
    assert tomorrow in done
    assert Standing.objects.get(member=layla).points == 320
    assert any("the facts" in finding for finding in invariants.broken(at=after))


def test_two_nights_at_once_are_one(together, layla, camera, register, vera):
    register(layla, camera)
    valuing.replan(
        camera.pk,
        mark=(Stage.SUPERSEDED, DAY + timedelta(days=1)),
        reason="x",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    at = NOON + timedelta(days=2)
    results = together(*[lambda: night.run(at=at, clock=lambda: at)] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len([result for result in results if at.date() in result]) == 1
    assert Standing.objects.get(member=layla).points == 192
    assert not list(invariants.broken(at=at))


def test_control_without_their_lock_two_nights_collide(together, layla, camera, register, vera, monkeypatch):
    register(layla, camera)
    valuing.replan(
        camera.pk,
        mark=(Stage.SUPERSEDED, DAY + timedelta(days=1)),
        reason="x",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    at = NOON + timedelta(days=2)
    both_have_chosen = threading.Barrier(2)
    choose = night.next_day

    def choose_then_wait(through):
        day = choose(through)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_chosen.wait(timeout=3)
        return day

    monkeypatch.setattr(night, "_alone", lambda: nullcontext(True))
    monkeypatch.setattr(night, "next_day", choose_then_wait)
    results = together(*[lambda: night.run(at=at, clock=lambda: at)] * 2)
    finished = [result for result in results if not isinstance(result, Exception)]
    collided = [result for result in results if isinstance(result, IntegrityError)]
    assert collided or sum(at.date() in result for result in finished) == 2
