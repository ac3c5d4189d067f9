"""Races of the kitbag's forms. Each has a control: with its guard removed the same race goes wrong."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from kitbag import checking, invariants, registration, removal, standing
from kitbag.models import ItemEvent, KitItem, RemovalReason, Spell, Standing
from tests.conftest import details
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("committed_db")
LATER = NOON + timedelta(days=1)


def send(member, product, key, serial="012345678901"):
    return lambda: registration.add_item(
        member_id=member.pk, product_id=product.pk, details=details(serial), item_id=key, at=NOON, by=None
    )


def undo(item):
    return lambda: removal.undo_removal(item.pk, member_id=item.member_id, at=LATER, by=None)


def test_a_form_sent_six_times_at_once_adds_one_item(together, layla, camera):
    key = uuid.uuid4()
    results = together(*[send(layla, camera, key)] * 6)
    assert {item.pk for item in results} == {key}
    assert KitItem.objects.count() == ItemEvent.objects.filter(kind="added").count() == 1
    assert Standing.objects.get(member=layla).points == 320


def test_control_without_the_key_every_sending_adds_one(together, layla, camera):
    together(*[send(layla, camera, None)] * 6)
    assert KitItem.objects.count() == 6


def test_control_without_the_lock_both_look_for_the_key_too_early(together, layla, camera, monkeypatch):
    both_have_looked = threading.Barrier(2)
    fill = registration._fill

    def wait_then_fill(item, given):
        both_have_looked.wait(timeout=20)
        fill(item, given)

    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))
    monkeypatch.setattr(registration, "_fill", wait_then_fill)
    key = uuid.uuid4()
    results = together(*[send(layla, camera, key)] * 2)
    assert any(isinstance(result, IntegrityError) for result in results)


def test_undone_six_times_at_once_it_counts_once(together, layla, camera, register):
    item = register(layla, camera)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=None)
    together(*[undo(item)] * 6)
    assert Spell.objects.filter(item=item, cause="undone").count() == 1
    assert Standing.objects.get(member=layla).points == 320
    assert not list(invariants.broken(at=LATER))


def test_an_undo_that_meets_a_registration_gives_one_holder(together, layla, omar, camera, register, monkeypatch):
    item = register(layla, camera, serial="012345678901")
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=None)
    both_have_looked = threading.Barrier(2)
    look = checking.surroundings

    def look_then_wait(*args, **kwargs):
        found = look(*args, **kwargs)
        both_have_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(checking, "surroundings", look_then_wait)
    later = lambda: registration.add_item(  # noqa: E731
        member_id=omar.pk, product_id=camera.pk, details=details("012345678901"), at=LATER, by=None
    )
    results = together(undo(item), later)
    assert not [result for result in results if isinstance(result, Exception)]
    states = sorted(KitItem.objects.values_list("state", flat=True))
    assert states == ["validated", "waiting"]
    assert not list(invariants.broken(at=LATER))
