"""Two members, one unit: every order of events, and neither learns who the other is."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kitbag import claims, editing, invariants, registration, removal, standing, validation
from kitbag.models import Claim, ItemEvent, KitItem, RemovalReason, Spell
from kitbag.registration import KitError
from members.models import Message
from tests.conftest import details
from tests.factories import NOON, MemberFactory, ProofFactory

SERIAL = "012345678901"
LATER = NOON + timedelta(days=1)


@pytest.fixture
def dispute(layla, omar, camera, register):
    """Layla holds the unit; Omar's item waits for it, and he has asked."""
    held = register(layla, camera, serial=SERIAL)
    asked = register(omar, camera, serial=SERIAL)
    return held, asked, ask(asked, omar)


def ask(item, member, **changes):
    return claims.open_claim(
        item.pk,
        member_id=member.pk,
        ground=Claim.Ground.USED,
        proof_id=changes.get("proof_id") or ProofFactory(member=member).pk,
        at=NOON,
        by=member.user,
    )


def points(member, at=LATER):
    return standing.on(member.pk, at.date()).points


def state(item):
    return KitItem.objects.get(pk=item.pk).state


def test_a_claim_moves_no_points_and_tells_the_holder_without_a_name(dispute, layla, omar):
    held, asked, claim = dispute
    assert (points(layla), points(omar)) == (320, 0)
    assert claim.answer_by == NOON.date() + timedelta(days=14)
    message = Message.objects.get(kind=Message.Kind.CLAIM_AGAINST)
    assert message.user == layla.user
    assert "Omar" not in str(message.facts)
    assert str(asked.pk) not in str(message.facts)
    assert message.facts["item"] == str(held.pk)


def test_asking_twice_is_one_claim(dispute, omar):
    _held, asked, claim = dispute
    assert ask(asked, omar) == claim
    assert Message.objects.filter(kind=Message.Kind.CLAIM_AGAINST).count() == 1


def test_a_claim_needs_a_waiting_item_and_proof_of_ones_own(dispute, layla, omar, lens, register):
    held, asked, _claim = dispute
    with pytest.raises(KitError, match="not_a_claim"):
        ask(held, layla)
    third = MemberFactory()
    waiting = register(third, asked.product, serial=SERIAL)
    with pytest.raises(KitError, match="proof_missing"):
        ask(waiting, third, proof_id=ProofFactory(member=omar).pk)
    assert Claim.objects.count() == 1


def test_releasing_hands_over_in_one_act(dispute, layla, omar):
    held, asked, claim = dispute
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    assert (state(held), state(asked)) == ("removed", "validated")
    assert (points(layla), points(omar)) == (0, 320)
    assert Spell.objects.get(item=held).closed_cause == "claimed"
    assert Spell.objects.get(item=asked).cause == "claimed"
    told = {m.user_id: m.facts["yours"] for m in Message.objects.filter(kind=Message.Kind.CLAIM_DECIDED)}
    assert told == {layla.user_id: False, omar.user_id: True}
    with pytest.raises(KitError, match="not_open"):
        claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    with pytest.raises(KitError, match="claimed"):
        removal.undo_removal(held.pk, member_id=layla.pk, at=LATER, by=layla.user)
    assert not list(invariants.broken(at=LATER))


def test_only_the_holder_answers(dispute, omar):
    _held, _asked, claim = dispute
    with pytest.raises(Claim.DoesNotExist):
        claims.release(claim.pk, member_id=omar.pk, at=LATER, by=omar.user)
    with pytest.raises(Claim.DoesNotExist):
        claims.object_to(claim.pk, member_id=omar.pk, proof_id=ProofFactory(member=omar).pk, at=LATER, by=omar.user)


def test_objecting_needs_proof_and_staff_decide_for_the_holder(dispute, layla, omar, vera):
    held, asked, claim = dispute
    with pytest.raises(KitError, match="proof_missing"):
        claims.object_to(claim.pk, member_id=layla.pk, proof_id=uuid4(), at=LATER, by=layla.user)
    claims.object_to(
        claim.pk, member_id=layla.pk, proof_id=ProofFactory(member=layla).pk, words="Mine", at=LATER, by=layla.user
    )
    with pytest.raises(KitError, match="note_missing"):
        claims.decide(claim.pk, for_claimant=False, note=" ", by=vera, at=LATER)
    claims.decide(claim.pk, for_claimant=False, note="Invoice of the holder", by=vera, at=LATER)
    assert (state(held), state(asked)) == ("validated", "refused")
    assert (points(layla), points(omar)) == (320, 0)
    assert not list(invariants.broken(at=LATER))


def test_staff_decide_for_the_claimant_even_while_the_holder_says_nothing(dispute, layla, omar, vera):
    held, asked, claim = dispute
    claims.decide(claim.pk, for_claimant=True, note="Two invoices", by=vera, at=LATER)
    assert (state(held), state(asked)) == ("removed", "validated")
    with pytest.raises(KitError, match="not_open"):
        claims.decide(claim.pk, for_claimant=False, note="Second thoughts", by=vera, at=LATER)
    assert (points(layla), points(omar)) == (0, 320)


def test_a_holder_who_sells_it_meanwhile_frees_it(dispute, layla, omar):
    held, asked, claim = dispute
    removal.remove_item(held.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=LATER, by=layla.user)
    assert (state(held), state(asked)) == ("removed", "validated")
    claim.refresh_from_db()
    assert claim.state == Claim.State.FOR_CLAIMANT
    undone = removal.undo_removal(held.pk, member_id=layla.pk, at=LATER, by=layla.user)
    assert (undone.state, undone.reasons) == ("waiting", ["unit_held"])
    assert not list(invariants.broken(at=LATER))


def test_a_holder_who_reports_it_stolen_leaves_it_to_staff(dispute, layla, omar, vera):
    held, asked, claim = dispute
    removal.remove_item(held.pk, member_id=layla.pk, reason=RemovalReason.STOLEN, at=LATER, by=layla.user)
    asked.refresh_from_db()
    assert (asked.state, asked.reasons) == ("waiting", ["stolen"])
    claim.refresh_from_db()
    assert claim.state == Claim.State.WITHDRAWN
    validation.accept_item(asked.pk, by=vera, at=LATER)
    assert (points(layla), points(omar)) == (0, 320)


def test_a_claimant_who_corrects_the_number_or_removes_the_item_ends_the_claim(dispute, layla, omar, camera, register):
    _held, asked, claim = dispute
    registration.complete_item(asked.pk, member_id=omar.pk, details=details("555555555555"), at=LATER, by=omar.user)
    claim.refresh_from_db()
    assert claim.state == Claim.State.WITHDRAWN
    assert state(asked) == "validated"
    again = register(omar, camera, serial=SERIAL, at=LATER)
    second = ask(again, omar)
    removal.remove_item(again.pk, member_id=omar.pk, reason=RemovalReason.OTHER, at=LATER, by=omar.user)
    second.refresh_from_db()
    assert second.state == Claim.State.WITHDRAWN
    assert points(layla) == 320


def test_a_holder_whose_edit_takes_another_number_frees_nothing_by_chance(dispute, layla, omar, vera):
    held, asked, claim = dispute
    editing.edit_item(held.pk, member_id=layla.pk, details=details("666666666666"), at=LATER, by=layla.user)
    asked.refresh_from_db()
    claim.refresh_from_db()
    assert (asked.state, claim.state) == ("validated", Claim.State.FOR_CLAIMANT)
    assert (points(layla), points(omar)) == (320, 320)
    assert not list(invariants.broken(at=LATER))


def test_of_two_claimants_the_second_now_claims_against_the_first(dispute, layla, omar, register):
    _held, asked, claim = dispute
    third = MemberFactory()
    waiting = register(third, asked.product, serial=SERIAL)
    second = ask(waiting, third)
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    second.refresh_from_db()
    assert (second.state, second.held_item_id) == (Claim.State.OPEN, asked.pk)
    claims.release(second.pk, member_id=omar.pk, at=LATER, by=omar.user)
    assert (points(layla), points(omar), points(third)) == (0, 0, 320)
    assert not list(invariants.broken(at=LATER))


def test_a_claim_on_a_unit_that_is_free_again_counts_at_once(layla, omar, camera, register):
    held = register(layla, camera, serial=SERIAL)
    asked = register(omar, camera, serial=SERIAL)
    removal.remove_item(held.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    assert ask(asked, omar) is None
    assert state(asked) == "validated"


def test_the_timeline_of_each_speaks_of_their_own_side_only(dispute, layla):
    held, asked, claim = dispute
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    mine = ItemEvent.objects.filter(item=held).order_by("pk").values_list("kind", flat=True)
    theirs = ItemEvent.objects.filter(item=asked).order_by("pk").values_list("kind", flat=True)
    assert list(mine)[-3:] == ["claim_against", "claim_answered", "claim_decided"]
    assert "claim_opened" in list(theirs)
    assert "claim_against" not in list(theirs)
