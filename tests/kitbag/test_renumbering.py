"""A repair gives a unit a new number: the item counts on, and the old number is never free again (programme §3)."""

from datetime import timedelta

import pytest

from kitbag import invariants, removal, standing, validation
from kitbag.models import FormerNumber, ItemEvent, RemovalReason, Spell, StolenUnit
from kitbag.registration import KitError
from kitbag.renumbering import renumber
from tests.factories import NOON

LATER = NOON + timedelta(days=1)
OLD, NEW = "012345678901", "987654321098"


def test_it_counts_on_in_the_same_spell_without_a_check(layla, vera, camera, register):
    item = register(layla, camera, serial=OLD)
    renumber(item.pk, serial_typed="9876-5432 1098", at=LATER, by=vera)
    item.refresh_from_db()
    assert (item.state, item.serial, item.serial_typed) == ("validated", NEW, "9876-5432 1098")
    assert Spell.objects.get(item=item).closed_at is None
    assert standing.on(layla.pk, LATER.date()).points == 320
    event = ItemEvent.objects.get(item=item, kind=ItemEvent.Kind.RENUMBERED)
    assert (event.facts["serial"], event.by) == ([OLD, "9876-5432 1098"], vera)
    assert not list(invariants.broken(at=LATER))


def test_the_old_number_is_reviewed_whoever_registers_it(layla, omar, vera, camera, register):
    item = register(layla, camera, serial=OLD)
    renumber(item.pk, serial_typed=NEW, at=LATER, by=vera)
    assert FormerNumber.objects.get().serial == OLD
    assert register(omar, camera, serial=OLD, at=LATER).reasons == ["former_number"]
    assert register(layla, camera, serial=OLD, at=LATER).reasons == ["former_number"]


def test_a_stolen_flag_follows_the_unit_to_its_new_number(layla, omar, vera, camera, register):
    lost = register(omar, camera, serial=OLD)
    removal.remove_item(lost.pk, member_id=omar.pk, reason=RemovalReason.STOLEN, at=NOON, by=omar.user)
    found = register(layla, camera, serial=OLD)
    validation.accept_item(found.pk, by=vera, at=NOON)
    renumber(found.pk, serial_typed=NEW, at=LATER, by=vera)
    assert StolenUnit.objects.get().serial == NEW


@pytest.mark.parametrize(
    ("typed", "code"), [("", "number_missing"), ("--", "number_missing"), ("111111111111", "unit_held")]
)
def test_what_is_refused(layla, omar, vera, camera, register, typed, code):
    register(omar, camera, serial="111111111111")
    item = register(layla, camera, serial=OLD)
    with pytest.raises(KitError, match=code):
        renumber(item.pk, serial_typed=typed, at=LATER, by=vera)
    item.refresh_from_db()
    assert item.serial == OLD
    assert not FormerNumber.objects.exists()


def test_only_what_counts_is_renumbered_and_the_same_number_changes_nothing(layla, vera, camera, register):
    waiting = register(layla, camera, serial="12")
    with pytest.raises(KitError, match="not_counting"):
        renumber(waiting.pk, serial_typed=NEW, at=LATER, by=vera)
    item = register(layla, camera, serial=OLD)
    renumber(item.pk, serial_typed=OLD, at=LATER, by=vera)
    assert not ItemEvent.objects.filter(kind=ItemEvent.Kind.RENUMBERED).exists()
