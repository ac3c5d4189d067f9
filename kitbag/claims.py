"""Claims over a unit: opening, the holder's answer, the decision (programme §3).

A kit item never changes owner: a decided claim closes the holder's item and validates the claimant's own,
in one transaction. Until then the holder's points stay. Standings of both members are locked in the order
of their ids, whoever acts, so that no two acts wait for each other; where the members concerned turn out to
be others once the locks are there, the locks are given back and taken anew.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from kitbag import claim_news, desk, standing
from kitbag.models import Claim, ItemEvent, KitItem, LevelChange, Proof, ProposedEdit, RemovalReason, Spell, Standing
from kitbag.registration import KitError, close_spell, validate, wait
from kitbag.rules.checks import Reason
from members.models import Message, User
from members.rules.days import programme_day


def lock_all(member_ids: Iterable[int]) -> dict[int, Standing]:
    """Standings under lock, in key order."""
    return {member_id: standing.lock(member_id) for member_id in sorted(set(member_ids))}


class _Others(Exception):
    """Other members are concerned than those whose standings are locked."""


def _lock_those(concerned: Callable[[], Iterable[int]]) -> dict[int, Standing]:
    """Standings under lock of members that only their own locks keep from changing.

    Rolling back to the savepoint gives locks of a wrong guess back, so that the order of keys is kept.
    """
    while True:
        try:
            with transaction.atomic():
                held = lock_all(concerned())
                if not held.keys() >= set(concerned()):
                    raise _Others
                return held
        except _Others:
            continue


def lock_with_claimants(member_id: int, item_id: UUID) -> dict[int, Standing]:
    """The standing of an item's member, and of whoever may get its unit when the item gives it up."""
    claimants = Claim.objects.open().filter(held_item=item_id).values_list("item__member", flat=True)
    return _lock_those(lambda: [member_id, *claimants.all()])


def lock_with_every_claimant(member_id: int) -> dict[int, Standing]:
    """The standing of a member who gives all their units up, and of everybody who may get one of them."""
    claimants = Claim.objects.open().filter(held_item__member=member_id).values_list("item__member", flat=True)
    return _lock_those(lambda: [member_id, *claimants.all()])


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
    Raises KitError: "not_a_claim" (the item does not wait for this), "proof_missing", "changed" (ask again);
    standing.DayTurned.
    """
    day = programme_day(at)
    standing.enter_day(day)
    held, holder = _lock_with_holder(item_id, member_id)
    item = KitItem.objects.select_for_update().get(pk=item_id)
    existing = Claim.objects.open().filter(item=item).first()
    if existing:
        return existing
    if item.state != KitItem.State.WAITING or Reason.UNIT_HELD not in item.reasons:
        raise KitError("not_a_claim")
    proof = Proof.objects.kept().filter(pk=proof_id, member=member_id).first()
    if proof is None:
        raise KitError("proof_missing")
    if holder is None:
        try:
            with transaction.atomic():
                _free(item, held[member_id], cause=Spell.Cause.REGISTERED, at=at, by=None)
        except IntegrityError as error:
            if "unit_validated_once" not in str(error):
                raise
            # Somebody registered the free unit at this very moment; asked again, it is a claim against them.
            raise KitError("changed") from error
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
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.CLAIM_OPENED, facts={"ground": ground}, by=by)
    claim_news.against(claim, at=at)
    return claim


def _lock_with_holder(item_id: UUID, member_id: int) -> tuple[dict[int, Standing], KitItem | None]:
    """Standings of the member who asks and of whoever holds the unit, and the holder's item as it is then."""

    def holder() -> KitItem | None:
        waiting = KitItem.objects.get(pk=item_id, member=member_id)
        validated = KitItem.objects.validated().filter(product=waiting.product_id, serial=waiting.serial)
        return validated.exclude(member=member_id).first()

    def concerned() -> list[int]:
        found = holder()
        return [member_id, found.member_id] if found else [member_id]

    held = _lock_those(concerned)
    return held, holder()


@transaction.atomic
def release(claim_id: int, *, member_id: int, at: datetime, by: User | None) -> Claim:
    """The holder lets the unit go: their item closes and the claimant's counts, at once.

    Raises KitError("not_open") where it was decided before, Claim.DoesNotExist for another member's;
    standing.DayTurned.
    """
    claim, held = _locked(claim_id, at=at, holder=member_id)
    claim.answer, claim.answered_at = Claim.Answer.RELEASED, at
    claim.save(update_fields=["answer", "answered_at"])
    _answered(claim, by=by)
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
    _answered(claim, by=by)
    return claim


def _answered(claim: Claim, *, by: User | None) -> None:
    assert claim.answered_at is not None
    ItemEvent.objects.create(
        item=claim.held_item,
        at=claim.answered_at,
        kind=ItemEvent.Kind.CLAIM_ANSWERED,
        facts={"answer": str(claim.answer)},
        by=by,
    )


@transaction.atomic
def decide(claim_id: int, *, for_claimant: bool, note: str, by: User, at: datetime) -> Claim:
    """Staff decide an open claim, with the reason for the record; both members hear the outcome.

    Raises KitError: "not_open" (somebody decided first), "note_missing", "on_another_desk"; standing.DayTurned.
    """
    if not note.strip():
        raise KitError("note_missing")
    claim, held = _locked(claim_id, at=at)
    desk.refuse_if_elsewhere(claim.item_id, by=by, at=at)
    _decide(claim, held, for_claimant=for_claimant, note=note.strip(), by=by, at=at)
    return claim


def _locked(claim_id: int, *, at: datetime, holder: int | None = None) -> tuple[Claim, dict[int, Standing]]:
    standing.enter_day(programme_day(at))
    claims = Claim.objects.filter(held_item__member=holder) if holder else Claim.objects.all()
    both = claims.filter(pk=claim_id).values_list("item__member", "held_item__member")
    # A claim may have been turned against the next holder meanwhile: then it is not this holder's to answer.
    held = _lock_those(both.get)
    claim = claims.select_for_update(of=("self",)).select_related("item", "held_item").get(pk=claim_id)
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
        claim_news.tell(one, Message.Kind.CLAIM_DECIDED, claim, at=at, yours=won)
    if for_claimant:
        _close_holder(holder, held[holder.member_id], at=at)
        _free(item, held[item.member_id], cause=Spell.Cause.CLAIMED, at=at, by=by)
        _turn_others(claim, at=at)
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
        wait(item, others, at=at, note=item.note)
    else:
        validate(item, held, cause=cause, at=at, by=by)


def _turn_others(decided: Claim, *, at: datetime) -> None:
    """Other members' claims on the same unit now stand against the new holder, who hears it and has their time."""
    if not KitItem.objects.validated().filter(pk=decided.item_id).exists():
        # The new holder's item waits for something else: nobody holds the unit, and whoever asks again is checked.
        Claim.objects.open().filter(held_item=decided.held_item_id).withdraw(at=at)
        return
    for claim in Claim.objects.open().filter(held_item=decided.held_item_id).select_for_update():
        claim.held_item = decided.item
        claim.answer, claim.answered_at, claim.answer_proof, claim.answer_words = "", None, None, ""
        claim.answer_by = programme_day(at) + timedelta(days=settings.CLAIM_ANSWER_DAYS)
        claim.save(update_fields=["held_item", "answer", "answered_at", "answer_proof", "answer_words", "answer_by"])
        claim_news.against(claim, at=at)


def after_unit_left(item: KitItem, held: dict[int, Standing], *, at: datetime) -> None:
    """An item gave its unit up (removed, or another number): its own claim ends, the first against it is granted.

    Not where it was reported stolen: then the claimants' items wait for staff, who have their proof.
    `held` comes from `lock_with_claimants`.
    """
    claim_news.withdraw_claims_of(item, at=at)
    against = Claim.objects.open().filter(held_item=item).order_by("opened_at", "pk")
    if item.removal_reason == RemovalReason.STOLEN:
        for claim in against:
            claimant = KitItem.objects.select_for_update().get(pk=claim.item_id)
            others = [Reason(code) for code in claimant.reasons if code != Reason.UNIT_HELD]
            wait(claimant, [*others, Reason.STOLEN], at=at, note=claimant.note)
        against.withdraw(at=at)
        return
    claim_granted = against.first()
    if claim_granted is None:
        return
    claimant = KitItem.objects.select_for_update().get(pk=claim_granted.item_id)
    claim_granted.state, claim_granted.decided_at = Claim.State.FOR_CLAIMANT, at
    claim_granted.save(update_fields=["state", "decided_at"])
    ItemEvent.objects.create(item=claimant, at=at, kind=ItemEvent.Kind.CLAIM_DECIDED, facts={"yours": True})
    claim_news.tell(claimant, Message.Kind.CLAIM_DECIDED, claim_granted, at=at, yours=True)
    _free(claimant, held[claimant.member_id], cause=Spell.Cause.CLAIMED, at=at, by=None)
    _turn_others(claim_granted, at=at)
