"""Removal, undo, theft and claims in every awkward order (programme §3)."""

from datetime import timedelta

import pytest

from kitbag import claims, editing, invariants, registration, removal, standing, validation
from kitbag.models import Claim, FormerNumber, ItemEvent, KitItem, ProposedEdit, RemovalReason, Spell, StolenUnit
from kitbag.registration import KitError
from tests.conftest import details
from tests.factories import NOON, MemberFactory, ProofFactory

SERIAL = "012345678901"
LATER = NOON + timedelta(days=1)


def remove(item, reason=RemovalReason.SOLD, at=NOON):
    return removal.remove_item(item.pk, member_id=item.member_id, reason=reason, at=at, by=None)


def undo(item, at=LATER):
    return removal.undo_removal(item.pk, member_id=item.member_id, at=at, by=None)


def ask(item, at=NOON):
    return claims.open_claim(
        item.pk,
        member_id=item.member_id,
        ground=Claim.Ground.USED,
        proof_id=ProofFactory(member=item.member).pk,
        at=at,
        by=item.member.user,
    )


def state(item):
    row = KitItem.objects.get(pk=item.pk)
    return row.state, row.reasons


def points(member, at=LATER):
    return standing.on(member.pk, at.date()).points


@pytest.fixture(autouse=True)
def facts_hold(db):
    """Whatever the order, derived figures are those of the facts."""
    yield
    assert not list(invariants.broken(at=LATER + timedelta(days=30)))


# Removing and undoing


def test_the_first_reason_of_a_removal_stands(layla, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item)
    remove(item, RemovalReason.STOLEN, at=LATER)
    item.refresh_from_db()
    assert (item.removal_reason, item.removed_at) == (RemovalReason.SOLD, NOON)
    assert ItemEvent.objects.filter(item=item, kind=ItemEvent.Kind.REMOVED).count() == 1
    assert not StolenUnit.objects.exists()


def test_stolen_after_sold_is_said_by_undoing_first(layla, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item)
    undo(item)
    remove(item, RemovalReason.STOLEN, at=LATER + timedelta(minutes=1))
    assert StolenUnit.objects.get().withdrawn_at is None
    assert points(layla) == 0


def test_reported_stolen_twice_is_one_report(layla, camera, register):
    item = register(layla, camera, serial=SERIAL)
    for minutes in range(2):
        remove(item, RemovalReason.STOLEN, at=NOON + timedelta(minutes=minutes))
    assert StolenUnit.objects.get().reported_at == NOON
    undo(item)
    again = LATER + timedelta(hours=1)
    remove(item, RemovalReason.STOLEN, at=again)
    report = StolenUnit.objects.get()
    assert (report.reported_at, report.withdrawn_at) == (again, None)


def test_only_what_was_validated_is_flagged_stolen(layla, camera, register):
    waiting = register(layla, camera, serial="12345")
    remove(waiting, RemovalReason.STOLEN)
    assert not StolenUnit.objects.exists()


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(days=15, hours=-12, seconds=-1), True), (timedelta(days=15, hours=-12), False)]
)
def test_the_fourteenth_day_ends_at_midnight(layla, camera, register, after, works):
    item = register(layla, camera)
    remove(item)
    if works:
        assert undo(item, at=NOON + after).state == KitItem.State.VALIDATED
        return
    with pytest.raises(KitError, match="too_late"):
        undo(item, at=NOON + after)


def test_an_item_in_servicing_leaves_as_stolen_and_comes_back_in_servicing(layla, camera, register):
    item = register(layla, camera, serial=SERIAL)
    KitItem.objects.filter(pk=item.pk).update(in_case_since=NOON)
    for reason in (RemovalReason.SOLD, RemovalReason.LOST, RemovalReason.BROKEN, RemovalReason.OTHER):
        with pytest.raises(KitError, match="in_servicing"):
            remove(item, reason)
    remove(item, RemovalReason.STOLEN)
    undo(item)
    item.refresh_from_db()
    assert (item.state, item.in_case_since) == (KitItem.State.VALIDATED, NOON)


def test_an_undo_that_meets_a_new_holder_goes_on_as_a_claim(layla, omar, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item)
    bought = register(omar, camera, serial=SERIAL, at=NOON + timedelta(hours=1))
    undo(item)
    assert state(item) == ("waiting", ["unit_held"])
    claim = ask(item, at=LATER)
    assert claim.held_item_id == bought.pk
    claims.release(claim.pk, member_id=omar.pk, at=LATER, by=omar.user)
    assert (points(layla), points(omar)) == (320, 0)


def test_sold_and_stolen_from_the_buyer_does_not_come_back_by_undoing(layla, omar, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item)
    bought = register(omar, camera, serial=SERIAL, at=NOON + timedelta(hours=1))
    remove(bought, RemovalReason.STOLEN, at=NOON + timedelta(hours=2))
    undo(item)
    assert state(item) == ("waiting", ["stolen"])
    assert points(layla) == 0


def test_sold_and_renumbered_since_does_not_come_back_by_undoing(layla, omar, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item)
    repaired = register(omar, camera)
    FormerNumber.objects.create(product=camera, serial=SERIAL, item=repaired, replaced_at=NOON)
    undo(item)
    assert state(item) == ("waiting", ["former_number"])


def test_a_stolen_unit_that_staff_gave_to_its_buyer_is_a_claim_for_the_first_owner(layla, omar, vera, camera, register):
    item = register(layla, camera, serial=SERIAL)
    remove(item, RemovalReason.STOLEN)
    bought = register(omar, camera, serial=SERIAL, at=NOON + timedelta(hours=1))
    assert state(bought) == ("waiting", ["stolen"])
    validation.accept_item(bought.pk, by=vera, at=NOON + timedelta(hours=2))
    undo(item)
    assert state(item) == ("waiting", ["unit_held"])
    assert (points(layla), points(omar)) == (0, 320)


# Claims


@pytest.fixture
def dispute(layla, omar, camera, register):
    """Layla holds the unit; Omar has asked for it."""
    held = register(layla, camera, serial=SERIAL)
    asked = register(omar, camera, serial=SERIAL)
    return held, asked, ask(asked)


def claim_state(claim):
    return Claim.objects.get(pk=claim.pk).state


def test_a_claimant_who_changes_the_store_goes_on_asking(dispute, omar):
    _held, asked, claim = dispute
    changed = details(SERIAL, store="Calumet")
    registration.complete_item(asked.pk, member_id=omar.pk, details=changed, at=LATER, by=omar.user)
    assert (claim_state(claim), state(asked)) == (Claim.State.OPEN, ("waiting", ["unit_held"]))


def test_a_claimant_who_takes_a_detail_away_asks_no_more(dispute, omar):
    _held, asked, claim = dispute
    changed = details(SERIAL, store="")
    registration.complete_item(asked.pk, member_id=omar.pk, details=changed, at=LATER, by=omar.user)
    assert (claim_state(claim), state(asked)) == (Claim.State.WITHDRAWN, ("draft", []))


def test_a_claimant_who_undoes_their_removal_may_ask_again(dispute):
    _held, asked, claim = dispute
    remove(asked)
    assert claim_state(claim) == Claim.State.WITHDRAWN
    undo(asked)
    assert state(asked) == ("waiting", ["unit_held"])
    assert ask(asked, at=LATER).pk != claim.pk


def test_a_holders_change_of_number_that_waits_leaves_the_claim_open(dispute, layla, omar, vera):
    held, asked, claim = dispute
    odd = details("77", number_confirmed=True)
    edit = editing.edit_item(held.pk, member_id=layla.pk, details=odd, at=NOON, by=layla.user)
    assert (edit.state, claim_state(claim)) == (ProposedEdit.State.WAITING, Claim.State.OPEN)
    assert (points(layla), points(omar)) == (320, 0)
    validation.decide_edit(edit.pk, passes=True, by=vera, at=LATER)
    assert (claim_state(claim), state(asked)) == (Claim.State.FOR_CLAIMANT, ("validated", []))
    assert (points(layla), points(omar)) == (320, 320)


def test_a_holder_who_loses_it_loses_the_change_that_waited(dispute, layla):
    held, _asked, claim = dispute
    odd = details("77", number_confirmed=True)
    edit = editing.edit_item(held.pk, member_id=layla.pk, details=odd, at=NOON, by=layla.user)
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    edit.refresh_from_db()
    assert edit.state == ProposedEdit.State.WITHDRAWN


def test_a_holder_in_servicing_can_release_and_the_case_goes_on(dispute, layla, omar):
    held, _asked, claim = dispute
    KitItem.objects.filter(pk=held.pk).update(in_case_since=NOON)
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    held.refresh_from_db()
    assert (held.state, held.in_case_since) == (KitItem.State.REMOVED, NOON)
    assert (points(layla), points(omar)) == (0, 320)


def test_what_waits_for_something_else_too_goes_on_waiting_when_the_unit_is_free(layla, omar, vera, camera, register):
    register(layla, camera, serial="12345", number_confirmed=True)
    held = KitItem.objects.get()
    validation.accept_item(held.pk, by=vera, at=NOON)
    asked = register(omar, camera, serial="12345", number_confirmed=True)
    assert asked.reasons == ["shape_confirmed", "unit_held"]
    claim = ask(asked)
    claims.release(claim.pk, member_id=layla.pk, at=LATER, by=layla.user)
    assert state(asked) == ("waiting", ["shape_confirmed"])
    validation.accept_item(asked.pk, by=vera, at=LATER)
    assert (points(layla), points(omar)) == (0, 320)


def test_a_decision_for_the_holder_leaves_the_next_claimant_asking(dispute, layla, vera, register):
    held, asked, claim = dispute
    third = MemberFactory()
    waiting = register(third, asked.product, serial=SERIAL)
    second = ask(waiting)
    claims.decide(claim.pk, for_claimant=False, note="The holder's invoice", by=vera, at=LATER)
    second.refresh_from_db()
    assert (second.state, second.held_item_id) == (Claim.State.OPEN, held.pk)
    assert (points(layla), points(third)) == (320, 0)


def test_a_claimant_who_lost_may_correct_the_number(dispute, omar, vera):
    _held, asked, claim = dispute
    claims.decide(claim.pk, for_claimant=False, note="The holder's invoice", by=vera, at=LATER)
    assert state(asked) == ("refused", [])
    corrected = details("888888888888")
    registration.complete_item(asked.pk, member_id=omar.pk, details=corrected, at=LATER, by=omar.user)
    assert state(asked) == ("validated", [])


def test_a_holder_who_lost_it_cannot_undo_and_may_claim_it_back(dispute, layla, vera, register):
    held, asked, claim = dispute
    claims.decide(claim.pk, for_claimant=True, note="Two invoices", by=vera, at=LATER)
    with pytest.raises(KitError, match="claimed"):
        undo(held)
    again = register(layla, asked.product, serial=SERIAL, at=LATER)
    assert state(again) == ("waiting", ["unit_held"])
    assert ask(again, at=LATER).held_item_id == asked.pk
    assert Spell.objects.filter(item=held, closed_at=LATER).exists()


def test_a_claim_over_a_unit_reported_stolen_is_opened_again_when_the_report_is_undone(dispute, layla):
    held, asked, claim = dispute
    remove(held, RemovalReason.STOLEN)
    assert (claim_state(claim), state(asked)) == (Claim.State.WITHDRAWN, ("waiting", ["stolen"]))
    undo(held)
    assert (state(held), state(asked)) == (("validated", []), ("waiting", ["unit_held"]))
    assert ask(asked, at=LATER).held_item_id == held.pk
