"""A slip can be taken back for a minute: nobody was told, and no fact of points is rewritten."""

from datetime import timedelta

import pytest

from kitbag import invariants, registration
from kitbag.editing import edit_item
from kitbag.models import ItemEvent, KitItem, LevelChange, ProposedEdit, Spell, Standing
from kitbag.proofs import add_to_item
from kitbag.registration import KitError
from kitbag.taking_back import decide_edit_of, decide_item, take_back
from members import delivery
from members.models import Message
from tests.conftest import details
from tests.factories import NOON, ProductFactory, ProofFactory, UserFactory

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=59)
MINUTE = NOON + timedelta(seconds=60)


@pytest.fixture
def waiting(layla, register):
    """An item of Layla's that waits for staff, worth a level."""
    return register(layla, ProductFactory(points=600), serial="12345", number_confirmed=True)


def points(member):
    row = Standing.objects.get(member=member)
    return row.points, row.level


def decided(item, decision, vera, note="Look again"):
    return decide_item(item.pk, decision=decision, note=note, by=vera, at=NOON)


@pytest.mark.parametrize("decision", ["accept", "reject", "ask"])
def test_its_messages_wait_a_minute(waiting, vera, decision):
    decided(waiting, decision, vera)
    posted = Message.objects.filter(user=waiting.member.user)
    assert {(row.created_at, row.due_at) for row in posted} == {(MINUTE, MINUTE)}
    assert not delivery.due(at=SOON).exists()
    assert list(delivery.due(at=MINUTE).order_by("pk")) == list(posted.order_by("pk"))


@pytest.mark.parametrize("decision", ["accept", "reject", "ask"])
def test_taken_back_it_waits_as_before_and_nobody_is_told(waiting, layla, vera, decision):
    before = KitItem.objects.get(pk=waiting.pk)
    event = decided(waiting, decision, vera)
    take_back(event.pk, by=vera, at=SOON)
    after = KitItem.objects.get(pk=waiting.pk)
    assert (after.state, after.reasons, after.note) == ("waiting", before.reasons, before.note)
    assert after.validated_at is None
    assert not Message.objects.exists()
    assert ItemEvent.objects.filter(item=waiting).first().kind == ItemEvent.Kind.TAKEN_BACK
    assert points(layla) == (0, 0)
    assert not list(invariants.broken(at=SOON))


def test_facts_of_points_stay_as_they_were_written(waiting, layla, vera):
    event = decided(waiting, "accept", vera)
    assert points(layla) == (600, 1)
    take_back(event.pk, by=vera, at=SOON)
    spell = Spell.objects.get(item=waiting)
    assert (spell.counted_from, spell.counted_until, spell.closed_cause) == (NOON.date(), NOON.date(), "taken_back")
    assert list(LevelChange.objects.order_by("pk").values_list("from_level", "to_level", "causes")) == [
        (0, 1, ["registered"]),
        (1, 0, ["taken_back"]),
    ]


def test_it_may_be_decided_again(waiting, layla, vera):
    take_back(decided(waiting, "reject", vera).pk, by=vera, at=SOON)
    event = decide_item(waiting.pk, decision="accept", by=vera, at=SOON)
    assert points(layla) == (600, 1)
    take_back(event.pk, by=vera, at=SOON + timedelta(seconds=1))
    decide_item(waiting.pk, decision="accept", by=vera, at=SOON + timedelta(seconds=2))
    assert points(layla) == (600, 1)
    assert Message.objects.filter(kind=Message.Kind.LEVEL_UP).count() == 1
    assert Message.objects.filter(kind=Message.Kind.ITEM_VALIDATED).count() == 1
    assert not list(invariants.broken(at=MINUTE))


def refused(event, code, *, by, at=SOON):
    with pytest.raises(KitError, match=code):
        take_back(event.pk, by=by, at=at)


def test_only_who_decided_takes_it_back(waiting, vera):
    refused(decided(waiting, "accept", vera), "not_yours", by=UserFactory())


def test_only_decisions_are_taken_back(waiting, layla, vera):
    refused(waiting.events.first(), "not_yours", by=layla.user)


def test_once(waiting, vera):
    event = decided(waiting, "accept", vera)
    take_back(event.pk, by=vera, at=SOON)
    refused(event, "moved_on", by=vera)


def test_not_after_the_minute(waiting, vera):
    refused(decided(waiting, "accept", vera), "take_back_late", by=vera, at=MINUTE)


def test_not_once_the_message_is_on_its_way(waiting, vera):
    event = decided(waiting, "reject", vera)
    Message.objects.update(leased_until=MINUTE)
    refused(event, "already_told", by=vera)
    assert KitItem.objects.get(pk=waiting.pk).state == "refused"


def test_not_once_something_has_happened_to_the_item(waiting, layla, vera):
    event = decided(waiting, "reject", vera)
    paper = ProofFactory(member=layla)
    add_to_item(paper.pk, item_id=waiting.pk, member_id=layla.pk, at=SOON, by=layla.user)
    refused(event, "moved_on", by=vera)


def test_not_once_the_member_has_put_it_right(waiting, layla, vera):
    event = decided(waiting, "reject", vera)
    registration.complete_item(waiting.pk, member_id=layla.pk, details=details(), at=SOON, by=layla.user)
    refused(event, "moved_on", by=vera)
    assert KitItem.objects.get(pk=waiting.pk).state == "validated"


def test_not_once_it_is_in_servicing(waiting, vera):
    event = decided(waiting, "accept", vera)
    KitItem.objects.filter(pk=waiting.pk).update(in_case_since=SOON)
    refused(event, "moved_on", by=vera)


# Proposed edits


@pytest.fixture
def edit(layla, register):
    """A new number proposed for a validated item of Layla's."""
    item = register(layla, ProductFactory(points=600), serial="012345678901")
    edit_item(item.pk, member_id=layla.pk, details=details("77", number_confirmed=True), at=NOON, by=layla.user)
    Message.objects.all().delete()
    return ProposedEdit.objects.get()


@pytest.mark.parametrize("passes", [True, False])
def test_an_edit_goes_back_by_the_road_it_came(edit, layla, vera, passes):
    event = decide_edit_of(edit.pk, passes=passes, note="No", by=vera, at=NOON)
    take_back(event.pk, by=vera, at=SOON)
    edit.refresh_from_db()
    assert (edit.state, edit.decided_at, edit.note) == ("waiting", None, "")
    assert (edit.item.serial, edit.item.serial_typed, edit.item.state) == ("012345678901", "012345678901", "validated")
    assert points(layla) == (600, 1)
    assert not Message.objects.exists()
    assert not list(invariants.broken(at=SOON))


def test_not_where_its_former_number_is_anothers_now(edit, omar, vera, register):
    event = decide_edit_of(edit.pk, passes=True, by=vera, at=NOON)
    register(omar, edit.item.product, serial="012345678901", at=NOON + timedelta(seconds=30))
    refused(event, "unit_held", by=vera)
    edit.refresh_from_db()
    assert edit.state == "passed"
