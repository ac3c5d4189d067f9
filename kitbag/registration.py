"""Adding a kit item, completing it, and the check that makes it count (programme §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction

from kitbag import checking, claim_news, standing
from kitbag.models import ItemEvent, KitItem, LevelChange, Product, Spell, Standing, Valuation
from kitbag.rules import checks
from kitbag.rules.checks import MEMBER_ACTS, Reason
from kitbag.rules.serials import normalise
from kitbag.standing import Stands
from members import messages
from members.models import Message, User
from members.rules.days import programme_day


class KitError(Exception):
    """An act the programme does not allow; `code` names the rule, for a form to put into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Details:
    """The four details of §3 as typed; anything may be left out."""

    serial_typed: str = ""
    country_of_purchase: str = ""
    purchased_on: date | None = None
    store: str = ""
    number_confirmed: bool = False


@transaction.atomic
def add_item(
    *,
    member_id: int,
    product_id: int,
    details: Details | None = None,
    item_id: UUID | None = None,
    at: datetime,
    by: User | None = None,
) -> KitItem:
    """Put a product into the kitbag: a draft where details are missing, else checked at once.

    `by` is the member's user, or staff acting for them. `item_id` is the form's own key: sent a second time
    it gives the item that the first one made, unchanged. Raises KitError("not_yours") for a key that is
    another member's item, standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    held = standing.lock(member_id)
    if item_id and (made := KitItem.objects.filter(pk=item_id).first()):
        if made.member_id != member_id:
            raise KitError("not_yours")
        return made
    item = KitItem(id=item_id or uuid4(), member_id=member_id, product_id=product_id, added_at=at)
    _fill(item, details or Details())
    item.save(force_insert=True)
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.ADDED, by=by)
    _check(item, held, at=at, by=by)
    return item


@transaction.atomic
def add_drafts(
    *, member_id: int, counts: Mapping[str, int], key: UUID, at: datetime, by: User | None = None
) -> list[UUID]:
    """Put things of a what-if bag into the kitbag as drafts: so many of each sku; unknown skus fall away.

    `key` is the form's own: sent a second time it makes nothing more. Returns the ids of its items, whoever
    sent it first. Raises standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    standing.lock(member_id)
    known = dict(Product.objects.filter(sku__in=list(counts)).values_list("sku", "pk"))
    wanted = {
        uuid5(key, f"{member_id} {sku} {place}"): known[sku]
        for sku, count in counts.items()
        if sku in known
        for place in range(count)
    }
    made = set(KitItem.objects.filter(pk__in=list(wanted)).values_list("pk", flat=True))
    items = [
        KitItem(id=item_id, member_id=member_id, product_id=product_id, added_at=at)
        for item_id, product_id in wanted.items()
        if item_id not in made
    ]
    KitItem.objects.bulk_create(items)
    ItemEvent.objects.bulk_create(ItemEvent(item=item, at=at, kind=ItemEvent.Kind.ADDED, by=by) for item in items)
    return list(wanted)


@transaction.atomic
def complete_item(
    item_id: UUID,
    *,
    member_id: int,
    details: Details,
    product_id: int | None = None,
    at: datetime,
    by: User | None,
) -> KitItem:
    """Change the details of an item that does not count yet, and check it again.

    Raises KitError("counts") for a validated one (that is an edit), KitError("removed"), DayTurned.
    """
    standing.enter_day(programme_day(at))
    held = standing.lock(member_id)
    item = KitItem.objects.select_for_update().get(pk=item_id, member=member_id)
    if item.state == KitItem.State.VALIDATED:
        raise KitError("counts")
    if item.state == KitItem.State.REMOVED:
        raise KitError("removed")
    unit = item.product_id, item.serial
    if product_id is not None:
        item.product_id = product_id
    _fill(item, details)
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.EDITED, by=by)
    item.note = ""
    _check(item, held, at=at, by=by)
    if (item.product_id, item.serial) != unit or Reason.UNIT_HELD not in item.reasons:
        claim_news.withdraw_claims_of(item, at=at)
    return item


def _fill(item: KitItem, details: Details) -> None:
    serial = normalise(details.serial_typed)
    # "This is what it says" speaks of one number; another one is looked at anew.
    item.number_confirmed = details.number_confirmed and bool(serial)
    item.serial_typed = details.serial_typed
    item.serial = serial
    item.country_of_purchase = details.country_of_purchase
    item.purchased_on = details.purchased_on
    item.store = details.store


def _check(item: KitItem, held: Standing, *, at: datetime, by: User | None) -> None:
    """Decide between draft, waiting and validated. The standing and the item are locked."""
    product = Product.objects.get(pk=item.product_id)
    entry = checking.entry_of(item, product)
    if checks.missing(entry):
        item.state, item.reasons = KitItem.State.DRAFT, []
        item.save()
        return
    around = checking.surroundings(product, item.serial, member_id=item.member_id, item_id=item.pk, at=at)
    found = checking.reasons(entry, around, at=at)
    if not found:
        try:
            with transaction.atomic():
                validate(item, held, cause=Spell.Cause.REGISTERED, at=at, by=None)
            return
        except IntegrityError as error:
            if "unit_validated_once" not in str(error):
                raise
            # Another member completed the same unit at the same moment: now it is a claim.
            found = [Reason.UNIT_HELD]
    wait(item, found, at=at)


def before(item: KitItem) -> dict[str, object]:
    """What a decision of staff changes on an item, for taking it back (taking_back.py): facts of its event."""
    return {"before": list(item.reasons), "note_before": item.note}


def wait(item: KitItem, found: list[Reason], *, at: datetime, note: str = "", by: User | None = None) -> None:
    """Let a locked item wait for its reasons; tells the member where they have to act."""
    was = before(item) if by else {}
    item.state, item.reasons, item.note = KitItem.State.WAITING, [reason.value for reason in found], note
    item.validated_at = None
    item.save()
    kind = ItemEvent.Kind.ASKED if Reason.ASKED in found else ItemEvent.Kind.WAITING
    facts = was | {"reasons": item.reasons, "note": note}
    event = ItemEvent.objects.create(item=item, at=at, kind=kind, facts=facts, by=by)
    if MEMBER_ACTS.intersection(item.reasons) and by is not None:
        tell(item, Message.Kind.ITEM_NEEDS_YOU, occasion=str(event.pk), at=at)


def validate(item: KitItem, held: Standing, *, cause: Spell.Cause, at: datetime, by: User | None) -> Stands:
    """Make a locked, complete item count: its spell opens and its points join the total."""
    was = before(item) if by else {}
    item.state, item.reasons, item.validated_at, item.note = KitItem.State.VALIDATED, [], at, ""
    item.save()
    open_spell(item, cause=cause, at=at)
    after = standing.settle(held, at=at, cause=LevelChange.Cause.REGISTERED, item_id=item.pk)
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.VALIDATED, facts=was, by=by)
    tell(item, Message.Kind.ITEM_VALIDATED, occasion=at.isoformat(), at=at, stands=after)
    return after


def open_spell(item: KitItem, *, cause: Spell.Cause, at: datetime) -> Spell:
    return Spell.objects.create(
        member_id=item.member_id,
        product_id=item.product_id,
        item=item,
        opened_at=at,
        counted_from=programme_day(at),
        cause=cause,
    )


def close_spell(item_id: UUID, *, cause: Spell.ClosedCause, at: datetime) -> None:
    """End the open spell of an item."""
    spell = Spell.objects.select_for_update().get(item=item_id, closed_at=None)
    spell.closed_at, spell.counted_until, spell.closed_cause = at, programme_day(at), cause
    spell.save(update_fields=["closed_at", "counted_until", "closed_cause"])


def tell(item: KitItem, kind: Message.Kind, *, occasion: str, at: datetime, stands: Stands | None = None) -> None:
    """Queue a message about an item to its member."""
    product = item.product
    value = Valuation.objects.in_force().filter(product=product, effective_on__lte=programme_day(at))
    points = value.order_by("-effective_on").values_list("points", flat=True).first() or 0
    facts = {
        "item": str(item.pk),
        "product": product.name,
        "points": points,
        "reasons": item.reasons,
        "note": item.note,
    }
    if stands:
        facts |= {"total": stands.points, "level": int(stands.level)}
    messages.post(
        user_id=item.member.user_id, kind=kind, about=f"item {item.pk}", occasion=occasion, facts=facts, at=at
    )
