"""Taking a what-if bag over, clicked twice at once, and its control."""

import threading
import uuid

import pytest
from django.db import IntegrityError

from kitbag import registration, standing
from kitbag.models import ItemEvent, KitItem, Standing
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("committed_db")


def take(member, product, key):
    return lambda: registration.add_drafts(
        member_id=member.pk, counts={product.sku: 3}, key=key, at=NOON, by=member.user
    )


def test_a_bag_taken_over_six_times_at_once_is_there_once(together, layla, camera):
    results = together(*[take(layla, camera, uuid.uuid4())] * 6)
    assert {tuple(sorted(ids)) for ids in results} == {tuple(sorted(KitItem.objects.values_list("pk", flat=True)))}
    assert KitItem.objects.count() == ItemEvent.objects.filter(kind="added").count() == 3


def test_control_without_the_lock_both_find_nothing_made_yet(together, layla, camera, monkeypatch):
    both_have_looked = threading.Barrier(2)
    bulk_create = KitItem.objects.bulk_create

    def wait_then_create(items):
        both_have_looked.wait(timeout=20)
        return bulk_create(items)

    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))
    monkeypatch.setattr(KitItem.objects, "bulk_create", wait_then_create)
    results = together(*[take(layla, camera, uuid.uuid4())] * 2)
    assert any(isinstance(result, IntegrityError) for result in results)


def test_control_without_the_key_every_sending_adds_its_own(together, layla, camera):
    together(*[take(layla, camera, uuid.uuid4()) for _one in range(2)])
    assert KitItem.objects.count() == 6
