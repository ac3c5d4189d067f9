"""Keeping papers of members: proofs of purchase and photos of serial numbers (programme §3).

A file is opened in a process with limits (cleaning.py), stored on a private shelf (shelves.py), and only then
written down. It is kept as long as the member keeps it; a removed one may be needed by a claim that it was
shown in and goes KEPT_AFTER_REMOVAL later.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, Sum

from kitbag import shelves, standing
from kitbag.cleaning import clean
from kitbag.models import Claim, ItemEvent, KitItem, Proof, ProofOpening
from kitbag.models.proofs import proof_storage
from kitbag.registration import KitError
from members.models import User

KEPT_AFTER_REMOVAL = timedelta(days=30)
ONE_OPENING = timedelta(hours=1)


def quota_used(member_id: int) -> int:
    """Bytes of the papers that a member keeps."""
    return Proof.objects.kept().filter(member=member_id).aggregate(size=Sum("size"))["size"] or 0


def keep_proof(
    upload: UploadedFile,
    *,
    member_id: int,
    kind: Proof.Kind = Proof.Kind.RECEIPT,
    item_ids: Collection[UUID] = (),
    at: datetime,
    by: User | None = None,
) -> Proof:
    """Keep a file as a proof, for items of the member if any are named; the same file is kept once.

    A receipt sent again as the photo of a number is that from then on.
    Raises KitError: "proof_empty", "proof_large" (over PROOF_MAX_BYTES), "proof_quota" (over
    PROOF_QUOTA_BYTES in all), and those of `cleaning.clean`.
    """
    data, digest = shelves.sent(upload, most=settings.PROOF_MAX_BYTES)
    known = Proof.objects.kept().filter(member=member_id, digest=digest).first()
    if known is None:
        _refuse_beyond_quota(member_id, len(data))
        cleaned = clean(data)
        proof = Proof(
            member_id=member_id,
            kind=kind,
            name=shelves.shown_name(upload.name or ""),
            content_type=cleaned.content_type,
            size=len(cleaned.content),
            digest=digest,
            uploaded_at=at,
        )
        known = _written(proof, cleaned.content)
    if kind == Proof.Kind.NUMBER_PHOTO and known.kind != kind:
        known.kind = kind
        known.save(update_fields=["kind"])
    for item in KitItem.objects.filter(member=member_id, pk__in=item_ids):
        add_to_item(known.pk, item_id=item.pk, member_id=member_id, at=at, by=by)
    return known


def _refuse_beyond_quota(member_id: int, size: int) -> None:
    """Raise KitError("proof_quota") where one more file is too many.

    Removed files take room until they are swept: of both together there may be twice as much.
    """
    stored = Proof.objects.filter(member=member_id).exclude(file="").aggregate(size=Sum("size"))["size"] or 0
    quota = settings.PROOF_QUOTA_BYTES
    if quota_used(member_id) + size > quota or stored + size > 2 * quota:
        raise KitError("proof_quota")


@transaction.atomic
def add_to_item(proof_id: UUID, *, item_id: UUID, member_id: int, at: datetime, by: User | None) -> None:
    """Let a kept paper belong to an item; twice is once.

    Raises KitError("proof_missing") where it is removed or another's, KitItem.DoesNotExist for another's item.
    """
    standing.lock(member_id)
    proof = Proof.objects.kept().filter(pk=proof_id, member=member_id).first()
    if proof is None:
        raise KitError("proof_missing")
    item = KitItem.objects.get(pk=item_id, member=member_id)
    if not proof.items.filter(pk=item.pk).exists():
        proof.items.add(item)
        _tell(proof, [item], kind=ItemEvent.Kind.PROOF_ADDED, at=at, by=by)


def _tell(proof: Proof, items: Iterable[KitItem], *, kind: ItemEvent.Kind, at: datetime, by: User | None) -> None:
    for item in items:
        ItemEvent.objects.create(item=item, at=at, kind=kind, facts={"name": proof.name}, by=by)


def _written(proof: Proof, content: bytes) -> Proof:
    """Store the file, then write the row under the member's lock."""
    with shelves.storing(proof_storage()) as stored:
        name = stored.put(content)
        with transaction.atomic():
            standing.lock(proof.member_id)
            known = Proof.objects.kept().filter(member=proof.member_id, digest=proof.digest).first()
            if known:
                stored.take_back()
                return known
            _refuse_beyond_quota(proof.member_id, proof.size)
            proof.file.name = name
            proof.save(force_insert=True)
    return proof


@transaction.atomic
def remove_proof(proof_id: UUID, *, member_id: int, at: datetime, by: User | None = None) -> None:
    """Take a paper out of the member's; removing it twice is removing it once.

    Raises KitError("proof_in_claim") while an open claim rests on it, Proof.DoesNotExist for another's.
    """
    standing.lock(member_id)
    proof = Proof.objects.get(pk=proof_id, member=member_id)
    if Claim.objects.open().filter(Q(proof=proof) | Q(answer_proof=proof)).exists():
        raise KitError("proof_in_claim")
    if Proof.objects.kept().filter(pk=proof.pk).update(removed_at=at):
        _tell(proof, proof.items.all(), kind=ItemEvent.Kind.PROOF_REMOVED, at=at, by=by)


@transaction.atomic
def open_for_staff(
    proof_id: UUID, *, purpose: str, by: User, role: str, at: datetime, once_in: timedelta = timedelta(0)
) -> Proof:
    """Write down that staff open a paper, and for what; the member sees it. `purpose` is a review or a claim.

    A picture that stands beside what is decided is opened `once_in` a time, however often its page is shown.
    Raises KitError("proof_not_needed") where nothing that waits or is disputed rests on it, Proof.DoesNotExist where
    it is removed.
    """
    proof = Proof.objects.kept().get(pk=proof_id)
    if purpose not in purposes_of(proof):
        raise KitError("proof_not_needed")
    if not ProofOpening.objects.filter(proof=proof, by=by, purpose=purpose, at__gt=at - once_in).exists():
        ProofOpening.objects.create(proof=proof, by=by, role=role, purpose=purpose, at=at)
    return proof


def purposes_of(proof: Proof) -> list[str]:
    """What staff may open a paper for now: open claims that rest on it, items of it that wait for them."""
    items = list(proof.items.values_list("pk", flat=True))
    rests_on = Q(proof=proof) | Q(answer_proof=proof) | Q(item__in=items) | Q(held_item__in=items)
    claims = Claim.objects.open().filter(rests_on).order_by("pk")
    waiting = (
        proof.items.filter(Q(state=KitItem.State.WAITING) | Q(proposed_edits__state="waiting"))
        .distinct()
        .order_by("pk")
    )
    return [f"claim {claim.pk}" for claim in claims] + [f"review {item.pk}" for item in waiting]


def sweep(*, at: datetime) -> int:
    """Delete files that nothing needs: of papers removed long enough ago, and those without a row.

    Answers how many files went. Lost or repeated calls change nothing.
    """
    storage = proof_storage()
    gone = 0
    for proof in Proof.objects.filter(removed_at__lt=at - KEPT_AFTER_REMOVAL).exclude(file=""):
        storage.delete(str(proof.file.name))
        Proof.objects.filter(pk=proof.pk).update(file="")
        gone += 1
    return gone + shelves.sweep_orphans(storage, Proof.objects.all(), at=at)
