"""A removal can be undone until the end of the 14th day after it (programme §3)."""

from datetime import timedelta

import pytest

from kitbag import invariants, removal, standing, validation
from kitbag.models import ItemEvent, KitItem, LevelChange, RemovalReason, Spell, StolenUnit
from kitbag.registration import KitError
from kitbag.standing import Stands
from members.models import Level
from tests.factories import NOON, ProductFactory

LATER = NOON + timedelta(days=2)


def remove(item, reason=RemovalReason.SOLD, at=NOON):
    return removal.remove_item(item.pk, member_id=item.member_id, reason=reason, at=at, by=None)


def undo(item, at=LATER):
    return removal.undo_removal(item.pk, member_id=item.member_id, at=at, by=item.member.user)


def test_it_counts_again_from_the_day_of_the_undo_and_not_between(layla, camera, lens, register):
    register(layla, lens, serial="1234567890")
    item = register(layla, camera)
    remove(item, at=NOON + timedelta(minutes=1))
    assert undo(item).state == KitItem.State.VALIDATED
    assert standing.on(layla.pk, LATER.date()) == Stands(555, Level.SILVER)
    assert standing.on(layla.pk, LATER.date() - timedelta(days=1)) == Stands(235, Level.RED)
    first, second = Spell.objects.filter(item=item).order_by("opened_at")
    assert (first.closed_cause, second.cause, second.closed_at) == ("sold", "undone", None)
    item.refresh_from_db()
    assert (item.removed_at, item.removal_reason) == (None, "")
    assert [change.to_level for change in LevelChange.objects.order_by("at")] == [1, 0, 1]
    assert not list(invariants.broken(at=LATER))


def test_undoing_twice_changes_nothing(layla, camera, register):
    item = register(layla, camera)
    remove(item)
    undo(item)
    undo(item, at=LATER + timedelta(hours=1))
    assert Spell.objects.filter(item=item).count() == 2
    assert ItemEvent.objects.filter(item=item, kind=ItemEvent.Kind.UNDONE).count() == 1


@pytest.mark.parametrize(("days", "works"), [(0, True), (14, True), (15, False)])
def test_until_the_end_of_the_fourteenth_day(layla, camera, register, days, works):
    item = register(layla, camera)
    remove(item)
    at = NOON.replace(hour=23, minute=59) + timedelta(days=days)
    if works:
        assert undo(item, at=at).state == KitItem.State.VALIDATED
        return
    with pytest.raises(KitError, match="too_late"):
        undo(item, at=at)
    item.refresh_from_db()
    assert item.state == KitItem.State.REMOVED
    assert standing.on(layla.pk, at.date()).points == 0


def test_a_unit_registered_since_makes_it_a_claim_and_takes_nothing(layla, omar, camera, register):
    item = register(layla, camera, serial="012345678901")
    remove(item)
    register(omar, camera, serial="012345678901", at=NOON + timedelta(days=1))
    assert undo(item).reasons == ["unit_held"]
    item.refresh_from_db()
    assert item.state == KitItem.State.WAITING
    assert standing.on(omar.pk, LATER.date()).points == 320
    assert standing.on(layla.pk, LATER.date()).points == 0
    assert not list(invariants.broken(at=LATER))


def test_the_fourth_of_a_product_without_numbers_waits(layla, register):
    strap = ProductFactory(serial_need="none", points=5)
    first, _second, _third = (register(layla, strap, serial=" ", at=NOON + timedelta(minutes=n)) for n in range(3))
    remove(first, at=NOON + timedelta(minutes=5))
    register(layla, strap, serial=" ", at=NOON + timedelta(minutes=6))
    assert undo(first).reasons == ["over_limit"]
    assert standing.on(layla.pk, LATER.date()).points == 15


def test_a_report_of_theft_is_withdrawn(layla, omar, camera, register):
    item = register(layla, camera, serial="012345678901")
    remove(item, RemovalReason.STOLEN)
    undo(item)
    assert StolenUnit.objects.get().withdrawn_at == LATER
    remove(item, RemovalReason.SOLD, at=LATER + timedelta(hours=1))
    bought = register(omar, camera, serial="012345678901", at=LATER + timedelta(hours=2))
    assert bought.state == KitItem.State.VALIDATED


def test_what_did_not_count_comes_back_as_it_was(layla, vera, camera, lens, register):
    draft = register(layla, camera, store="")
    asked = register(layla, lens, serial="1")
    validation.ask_member(asked.pk, note="Which lens is it?", by=vera, at=NOON)
    refused = register(layla, lens, serial="2")
    validation.reject_item(refused.pk, note="Not ours.", by=vera, at=NOON)
    for item in (draft, asked, refused):
        remove(item)
        undo(item)
        item.refresh_from_db()
    assert (draft.state, draft.reasons) == (KitItem.State.DRAFT, [])
    assert (asked.state, asked.reasons, asked.note) == (
        KitItem.State.WAITING,
        ["serial_shape", "asked"],
        "Which lens is it?",
    )
    assert (refused.state, refused.note) == (KitItem.State.REFUSED, "Not ours.")
    assert standing.on(layla.pk, LATER.date()).points == 0
    assert not list(invariants.broken(at=LATER))
