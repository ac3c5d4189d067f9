"""Claims over a unit: opening, the holder's answer, the decision (programme §3).

A kit item never changes owner: a decided claim closes the holder's item and validates the claimant's own,
in one transaction. Until then the holder's points stay. Standings of both members are locked in the order
of their ids, whoever acts, so that no two acts wait for each other.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kitbag import standing
from kitbag.models import Claim, ItemEvent, KitItem, LevelChange, Proof, ProposedEdit, RemovalReason, Spell, Standing
from kitbag.registration import KitError, close_spell, validate, wait
from kitbag.rules.checks import Reason
from members import messages
from members.models import Message, User
from members.rules.days import programme_day


def lock_all(member_ids: Iterable[int]) -> dict[int, Standing]:
    """Standings under lock, in key order."""
    return {member_id: standing.lock(member_id) for member_id in sorted(set(member_ids))}


@transaction.atomic
def open_claim(
    item_id: UUID,
    *,
    member_id: int,
    ground: Claim.Ground,
    words: str = "",
    proof_id: UUID,
    at: datetime,
    by: User | None,
) -> Claim | None:
    """Ask for the unit of a waiting item, with proof; its holder hears that a claim exists, no more.

    Asking twice gives the claim that is open. Where nobody holds the unit any more there is nothing to
    claim: the item is checked again instead, and None returned.
    Raises KitError: "not_a_claim" (the item does not wait for this), "proof_missing"; standing.DayTurned.
    """
    day = programme_day(at)
    standing.enter_day(day)
    waiting = KitItem.objects.get(pk=item_id, member=member_id)
    holder = KitItem.objects.validated().filter(product=waiting.product_id, serial=waiting.serial).first()
    held = lock_all([member_id] + ([holder.member_id] if holder else []))
    item = KitItem.objects.select_for_update().get(pk=item_id)
    existing = Claim.objects.open().filter(item=item).first()
    if existing:
        return existing
    if item.state != KitItem.State.WAITING or Reason.UNIT_HELD not in item.reasons:
        raise KitError("not_a_claim")
    proof = Proof.objects.kept().filter(pk=proof_id, member=member_id).first()
    if proof is None:
        raise KitError("proof_missing")
    still_held = holder and KitItem.objects.validated().filter(pk=holder.pk, serial=item.serial).exists()
    if holder is None or not still_held:
        _free(item, held[member_id], cause=Spell.Cause.REGISTERED, at=at, by=None)
        return None
    proof.items.add(item)
    claim = Claim.objects.create(
        item=item,
        held_item=holder,
        ground=ground,
        words=words,
        proof=proof,
        opened_at=at,
        answer_by=day + timedelta(days=settings.CLAIM_ANSWER_DAYS),
    )
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.CLAIM_OPENED, by=by)
    ItemEvent.objects.create(item=holder, at=at, kind=ItemEvent.Kind.CLAIM_AGAINST)
    _tell(holder, Message.Kind.CLAIM_AGAINST, claim, at=at, answer_by=claim.answer_by.isoformat())
    return claim


@transaction.atomic
def release(claim_id: int, *, member_id: int, at: datetime, by: User | None) -> Claim:
    """The holder lets the unit go: their item closes and the claimant's counts, at once.

    Raises KitError("not_open") where it was decided before, Claim.DoesNotExist for another member's;
    standing.DayTurned.
    """
    claim, held = _locked(claim_id, at=at, holder=member_id)
    claim.answer, claim.answered_at = Claim.Answer.RELEASED, at
    claim.save(update_fields=["answer", "answered_at"])
    ItemEvent.objects.create(item=claim.held_item, at=at, kind=ItemEvent.Kind.CLAIM_ANSWERED, by=by)
    _decide(claim, held, for_claimant=True, note="", by=None, at=at)
    return claim


@transaction.atomic
def object_to(
    claim_id: int, *, member_id: int, proof_id: UUID, words: str = "", at: datetime, by: User | None
) -> Claim:
    """The holder objects, with proof; staff decide. A second objection replaces the first one's words.

    Raises KitError: "not_open", "proof_missing"; Claim.DoesNotExist; standing.DayTurned.
    """
    claim, _held = _locked(claim_id, at=at, holder=member_id)
    proof = Proof.objects.kept().filter(pk=proof_id, member=member_id).first()
    if proof is None:
        raise KitError("proof_missing")
    proof.items.add(claim.held_item)
    claim.answer, claim.answered_at = Claim.Answer.OBJECTED, at
    claim.answer_proof, claim.answer_words = proof, words
    claim.save(update_fields=["answer", "answered_at", "answer_proof", "answer_words"])
    ItemEvent.objects.create(item=claim.held_item, at=at, kind=ItemEvent.Kind.CLAIM_ANSWERED, by=by)
    return claim


@transaction.atomic
def decide(claim_id: int, *, for_claimant: bool, note: str, by: User, at: datetime) -> Claim:
    """Staff decide an open claim, with the reason for the record; both members hear the outcome.

    Raises KitError: "not_open" (somebody decided first), "note_missing"; standing.DayTurned.
    """
    if not note.strip():
        raise KitError("note_missing")
    claim, held = _locked(claim_id, at=at)
    _decide(claim, held, for_claimant=for_claimant, note=note.strip(), by=by, at=at)
    return claim


def _locked(claim_id: int, *, at: datetime, holder: int | None = None) -> tuple[Claim, dict[int, Standing]]:
    standing.enter_day(programme_day(at))
    claims = Claim.objects.filter(held_item__member=holder) if holder else Claim.objects.all()
    claim = claims.select_related("item", "held_item").get(pk=claim_id)
    held = lock_all([claim.item.member_id, claim.held_item.member_id])
    claim = Claim.objects.select_for_update(of=("self",)).select_related("item", "held_item").get(pk=claim_id)
    if claim.state != Claim.State.OPEN:
        raise KitError("not_open")
    return claim, held


def _decide(
    claim: Claim, held: dict[int, Standing], *, for_claimant: bool, note: str, by: User | None, at: datetime
) -> None:
    item = KitItem.objects.select_for_update().get(pk=claim.item_id)
    holder = KitItem.objects.select_for_update().get(pk=claim.held_item_id)
    claim.state = Claim.State.FOR_CLAIMANT if for_claimant else Claim.State.FOR_HOLDER
    claim.note, claim.decided_at, claim.decided_by = note, at, by
    claim.save(update_fields=["state", "note", "decided_at", "decided_by"])
    for one in (item, holder):
        won = (one.pk == item.pk) == for_claimant
        ItemEvent.objects.create(item=one, at=at, kind=ItemEvent.Kind.CLAIM_DECIDED, facts={"yours": won}, by=by)
        _tell(one, Message.Kind.CLAIM_DECIDED, claim, at=at, yours=won)
    if for_claimant:
        _close_holder(holder, held[holder.member_id], at=at)
        _free(item, held[item.member_id], cause=Spell.Cause.CLAIMED, at=at, by=by)
        _withdraw_others(claim, at=at)
    else:
        item.state, item.reasons = KitItem.State.REFUSED, []
        item.note = ""
        item.save(update_fields=["state", "reasons", "note"])


def _close_holder(holder: KitItem, held: Standing, *, at: datetime) -> None:
    """The holder's item ends; in servicing too: the centre keeps its case, the points go."""
    ProposedEdit.objects.filter(item=holder, state=ProposedEdit.State.WAITING).update(
        state=ProposedEdit.State.WITHDRAWN, decided_at=at
    )
    holder.state, holder.removed_at, holder.removal_reason = KitItem.State.REMOVED, at, RemovalReason.CLAIMED
    holder.save(update_fields=["state", "removed_at", "removal_reason"])
    close_spell(holder.pk, cause=Spell.ClosedCause.CLAIMED, at=at)
    standing.settle(held, at=at, cause=LevelChange.Cause.CLAIMED, item_id=holder.pk)


def _free(item: KitItem, held: Standing, *, cause: Spell.Cause, at: datetime, by: User | None) -> None:
    """The unit is free: a waiting item counts, unless it waits for something else as well."""
    others = [Reason(code) for code in item.reasons if code != Reason.UNIT_HELD]
    if others:
        wait(item, others, at=at)
    else:
        validate(item, held, cause=cause, at=at, by=by)


def _withdraw_others(decided: Claim, *, at: datetime) -> None:
    """Other members' claims on the same unit now stand against the new holder."""
    Claim.objects.open().filter(held_item=decided.held_item_id).exclude(pk=decided.pk).update(
        held_item=decided.item_id, answer="", answered_at=None, answer_proof=None, answer_words=""
    )


def after_unit_left(item: KitItem, held: dict[int, Standing], *, at: datetime) -> None:
    """An item gave its unit up (removed, or another number): its own claim ends, the first against it is granted.

    Not where it was reported stolen: then the claimants' items wait for staff, who have their proof.
    `held` must hold the standings of `members_concerned` beside the item's own.
    """
    Claim.objects.filter(item=item).withdraw(at=at)
    against = Claim.objects.open().filter(held_item=item).order_by("opened_at", "pk")
    if item.removal_reason == RemovalReason.STOLEN:
        for claim in against:
            claimant = KitItem.objects.select_for_update().get(pk=claim.item_id)
            others = [Reason(code) for code in claimant.reasons if code != Reason.UNIT_HELD]
            wait(claimant, [*others, Reason.STOLEN], at=at)
        against.withdraw(at=at)
        return
    claim_granted = against.first()
    if claim_granted is None:
        return
    claimant = KitItem.objects.select_for_update().get(pk=claim_granted.item_id)
    claim_granted.state, claim_granted.decided_at = Claim.State.FOR_CLAIMANT, at
    claim_granted.save(update_fields=["state", "decided_at"])
    ItemEvent.objects.create(item=claimant, at=at, kind=ItemEvent.Kind.CLAIM_DECIDED, facts={"yours": True})
    _tell(claimant, Message.Kind.CLAIM_DECIDED, claim_granted, at=at, yours=True)
    _free(claimant, held[claimant.member_id], cause=Spell.Cause.CLAIMED, at=at, by=None)
    _withdraw_others(claim_granted, at=at)


def members_concerned(item_id: UUID) -> list[int]:
    """Members whose standing may change when this item gives its unit up, besides its owner's."""
    return list(Claim.objects.open().filter(held_item=item_id).values_list("item__member", flat=True))


def _tell(item: KitItem, kind: Message.Kind, claim: Claim, *, at: datetime, **facts: object) -> None:
    messages.post(
        user_id=item.member.user_id,
        kind=kind,
        about=f"claim {claim.pk}",
        occasion=at.isoformat(),
        facts={"item": str(item.pk), "product": item.product.name, "claim": claim.pk, **facts},
        at=at,
    )
