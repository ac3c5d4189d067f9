"""Keeping papers: once, within the quota, for one's own things; swept when nothing needs them (programme §3)."""

import os
from datetime import timedelta

import pytest

from kitbag import proofs
from kitbag.claims import open_claim
from kitbag.models import Claim, Proof, ProofOpening
from kitbag.models.proofs import proof_storage
from kitbag.registration import KitError
from tests.factories import NOON, ProofFactory
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import left_on, upload


def keep(member, data=hostile.JPEG, **more):
    return proofs.keep_proof(upload(data), member_id=member.pk, at=NOON, **more)


def test_the_same_file_is_kept_once_and_gathers_its_items(layla, camera, lens, register, shelf):
    body, glass = register(layla, camera), register(layla, lens, serial="1234567890")
    first = keep(layla, item_ids=[body.pk])
    again = keep(layla, item_ids=[glass.pk])
    assert again.pk == first.pk
    assert set(first.items.all()) == {body, glass}
    assert len(left_on(shelf)) == 1


def test_two_members_may_keep_the_same_file(layla, omar, shelf):
    assert keep(layla).pk != keep(omar).pk
    assert len(left_on(shelf)) == 2


def test_a_removed_file_may_be_kept_anew(layla, shelf):
    first = keep(layla)
    proofs.remove_proof(first.pk, member_id=layla.pk, at=NOON)
    proofs.remove_proof(first.pk, member_id=layla.pk, at=NOON + timedelta(days=1))
    first.refresh_from_db()
    assert first.removed_at == NOON
    assert keep(layla).pk != first.pk


def test_nobody_adds_papers_to_anothers_item_or_removes_them(layla, omar, camera, register, shelf):
    theirs = register(omar, camera)
    proof = keep(layla, item_ids=[theirs.pk])
    assert list(proof.items.all()) == []
    with pytest.raises(Proof.DoesNotExist):
        proofs.remove_proof(proof.pk, member_id=omar.pk, at=NOON)


def test_the_quota_counts_what_is_kept(layla, settings, shelf):
    first = keep(layla)
    settings.PROOF_QUOTA_BYTES = first.size + 100
    with pytest.raises(KitError, match="proof_quota"):
        keep(layla, hostile.PNG)
    assert len(left_on(shelf)) == 1
    proofs.remove_proof(first.pk, member_id=layla.pk, at=NOON)
    settings.PROOF_QUOTA_BYTES = 100_000
    assert keep(layla, hostile.PNG).pk


def test_a_transaction_that_fails_leaves_no_file(layla, shelf, monkeypatch):
    def fail(self, **how):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Proof, "save", fail)
    with pytest.raises(RuntimeError):
        keep(layla)
    assert left_on(shelf) == []


def test_removed_files_take_room_until_they_are_swept(layla, settings, shelf):
    """Or sending and removing in turn would fill the disk."""
    settings.PROOF_QUOTA_BYTES = 6_000

    def keep_and_remove():
        for width in range(100, 120):
            proof = keep(layla, hostile.image("JPEG", size=(width, 80)))
            proofs.remove_proof(proof.pk, member_id=layla.pk, at=NOON)

    with pytest.raises(KitError, match="proof_quota"):
        keep_and_remove()
    assert sum(path.stat().st_size for path in left_on(shelf)) <= 12_000
    proofs.sweep(at=NOON + timedelta(days=31))
    assert keep(layla).pk


def test_a_receipt_sent_again_as_the_photo_of_a_number_is_that(layla, shelf):
    first = keep(layla)
    assert keep(layla, kind=Proof.Kind.NUMBER_PHOTO).pk == first.pk
    first.refresh_from_db()
    assert first.kind == Proof.Kind.NUMBER_PHOTO
    assert keep(layla).kind == Proof.Kind.NUMBER_PHOTO


def test_adding_and_removing_a_paper_are_told_once_on_the_item(layla, omar, camera, register, shelf):
    body = register(layla, camera)
    proof = keep(layla)
    for _time in range(2):
        proofs.add_to_item(proof.pk, item_id=body.pk, member_id=layla.pk, at=NOON, by=layla.user)
    for _time in range(2):
        proofs.remove_proof(proof.pk, member_id=layla.pk, at=NOON, by=layla.user)
    events = body.events.filter(kind__startswith="proof_").order_by("pk")
    assert [(event.kind, event.facts, event.by) for event in events] == [
        ("proof_added", {"name": "receipt.pdf"}, layla.user),
        ("proof_removed", {"name": "receipt.pdf"}, layla.user),
    ]
    with pytest.raises(KitError, match="proof_missing"):
        proofs.add_to_item(proof.pk, item_id=body.pk, member_id=layla.pk, at=NOON, by=layla.user)
    with pytest.raises(KitError, match="proof_missing"):
        proofs.add_to_item(keep(omar).pk, item_id=body.pk, member_id=layla.pk, at=NOON, by=layla.user)


@pytest.fixture
def disputed(layla, omar, camera, register, shelf):
    register(layla, camera, serial="012345678901")
    asked = register(omar, camera, serial="012345678901")
    proof = keep(omar)
    claim = open_claim(asked.pk, member_id=omar.pk, ground=Claim.Ground.USED, proof_id=proof.pk, at=NOON, by=omar.user)
    return claim, proof


def test_a_paper_that_a_claim_rests_on_stays_until_it_is_decided(disputed, omar):
    claim, proof = disputed
    with pytest.raises(KitError, match="proof_in_claim"):
        proofs.remove_proof(proof.pk, member_id=omar.pk, at=NOON)
    Claim.objects.filter(pk=claim.pk).withdraw(at=NOON)
    proofs.remove_proof(proof.pk, member_id=omar.pk, at=NOON)
    assert not Proof.objects.kept().filter(pk=proof.pk).exists()


def test_staff_open_a_paper_only_for_what_rests_on_it_and_it_is_written_down(disputed, layla, vera):
    claim, proof = disputed
    waiting = claim.item_id
    assert proofs.purposes_of(proof) == [f"claim {claim.pk}", f"review {waiting}"]
    with pytest.raises(KitError, match="proof_not_needed"):
        proofs.open_for_staff(proof.pk, purpose="claim 0", by=vera, role="Validation", at=NOON)
    proofs.open_for_staff(proof.pk, purpose=f"claim {claim.pk}", by=vera, role="Validation", at=NOON)
    opening = ProofOpening.objects.get()
    assert (opening.proof, opening.by, opening.role, opening.purpose) == (
        proof,
        vera,
        "Validation",
        f"claim {claim.pk}",
    )
    other = keep(layla, hostile.PNG)
    with pytest.raises(KitError, match="proof_not_needed"):
        proofs.open_for_staff(other.pk, purpose=f"claim {claim.pk}", by=vera, role="Validation", at=NOON)


def test_the_sweep_takes_what_nothing_needs_and_no_more(layla, shelf):
    kept, removed, lately = keep(layla), keep(layla, hostile.PNG), keep(layla, hostile.PDF)
    proofs.remove_proof(removed.pk, member_id=layla.pk, at=NOON - timedelta(days=31))
    proofs.remove_proof(lately.pk, member_id=layla.pk, at=NOON - timedelta(days=29))
    orphan, fresh = (proof_storage().save(f"zz/{name}", hostile_file()) for name in ("old", "new"))
    long_ago = (NOON - timedelta(days=2)).timestamp()
    for path in left_on(shelf):
        os.utime(path, (long_ago, long_ago))
    os.utime(shelf / fresh, (NOON.timestamp(), NOON.timestamp()))
    assert [proofs.sweep(at=NOON), proofs.sweep(at=NOON)] == [2, 0]
    assert {path.name for path in left_on(shelf)} == {
        "new",
        kept.file.name.split("/")[-1],
        lately.file.name.split("/")[-1],
    }
    assert orphan == "zz/old"


def hostile_file():
    return upload(hostile.JPEG)


def test_a_row_whose_file_is_gone_says_so(layla, shelf):
    with pytest.raises(FileNotFoundError):
        ProofFactory(member=layla).content()
