"""Who hears what about a claim: each side its own, and never of the other (programme §3)."""

from datetime import datetime

from kitbag.models import Claim, ItemEvent, KitItem
from members import messages
from members.models import Message


def tell(item: KitItem, kind: Message.Kind, claim: Claim, *, at: datetime, **facts: object) -> None:
    """Queue a message about a claim to the member of one of its items."""
    messages.post(
        user_id=item.member.user_id,
        kind=kind,
        about=f"claim {claim.pk}",
        occasion=at.isoformat(),
        facts=facts_of(item, claim, **facts),
        at=at,
    )


def facts_of(item: KitItem, claim: Claim, **facts: object) -> dict[str, object]:
    """What a message about a claim is written from; also for a preview before it is decided."""
    return {"item": str(item.pk), "product": item.product.name, "claim": claim.pk, **facts}


def against(claim: Claim, *, at: datetime) -> None:
    """The holder hears that a claim exists, and until when they can answer."""
    holder = claim.held_item
    ItemEvent.objects.create(item=holder, at=at, kind=ItemEvent.Kind.CLAIM_AGAINST)
    tell(holder, Message.Kind.CLAIM_AGAINST, claim, at=at, answer_by=claim.answer_by.isoformat())


def withdraw_claims_of(item: KitItem, *, at: datetime) -> None:
    """An item asks no more for its unit: its open claim ends, and the holder, who was asked, hears that it did."""
    for claim in Claim.objects.open().filter(item=item).select_related("held_item__member", "held_item__product"):
        claim.state, claim.decided_at = Claim.State.WITHDRAWN, at
        claim.save(update_fields=["state", "decided_at"])
        holder = claim.held_item
        facts = {"yours": True, "withdrawn": True}
        ItemEvent.objects.create(item=holder, at=at, kind=ItemEvent.Kind.CLAIM_DECIDED, facts=facts)
        tell(holder, Message.Kind.CLAIM_DECIDED, claim, at=at, **facts)
