"""Taking an item out of the kitbag, with its effect shown first, and undoing it (programme §3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from kitbag import checking, claims, standing
from kitbag.models import ItemEvent, KitItem, LevelChange, ProposedEdit, RemovalReason, Spell, StolenUnit
from kitbag.registration import KitError, close_spell, open_spell, wait
from kitbag.rules.checks import Reason
from kitbag.standing import Stands
from members.models import Level, Threshold, User
from members.rules.days import programme_day


@dataclass(frozen=True, slots=True)
class Effect:
    """What a removal would do on a day."""

    before: Stands
    after: Stands


def effect_of(item: KitItem, *, day: date) -> Effect:
    """Points and level before and after removing an item, by the one expression."""
    before = standing.on(item.member_id, day)
    lost = Spell.objects.filter(item=item.pk).open().total_on(day)
    thresholds = Threshold.objects.on(day)
    points = before.points - lost
    # A hold keeps its level whatever is removed; without one the thresholds decide.
    kept = before.level if before.level > thresholds.level_for(before.points) else Level.RED
    return Effect(before, Stands(points, Level(max(thresholds.level_for(points), kept))))


@transaction.atomic
def remove_item(item_id: UUID, *, member_id: int, reason: RemovalReason, at: datetime, by: User | None) -> KitItem:
    """Take an item out of the kitbag; its points leave the total in the same transaction.

    Removing it twice changes nothing. Raises KitError("in_servicing") for an item with an open case, unless
    it was stolen; standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    # Whoever claims this unit may get it by this very act: their standings are locked with ours.
    held = claims.lock_with_claimants(member_id, item_id)
    item = KitItem.objects.select_for_update().get(pk=item_id, member=member_id)
    if item.state == KitItem.State.REMOVED:
        return item
    if item.in_case_since and reason != RemovalReason.STOLEN:
        raise KitError("in_servicing")
    counted = item.state == KitItem.State.VALIDATED
    facts = {"reason": reason, "counted": counted, "state": item.state, "reasons": item.reasons}
    item.state, item.reasons = KitItem.State.REMOVED, []
    item.removed_at, item.removal_reason = at, reason
    item.save(update_fields=["state", "reasons", "removed_at", "removal_reason"])
    ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING).update(
        state=ProposedEdit.State.WITHDRAWN, decided_at=at
    )
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.REMOVED, facts=facts, by=by)
    if counted:
        close_spell(item.pk, cause=Spell.ClosedCause(reason), at=at)
        standing.settle(held[member_id], at=at, cause=LevelChange.Cause.REMOVED, item_id=item.pk)
        if reason == RemovalReason.STOLEN and item.serial:
            # Only a validated holder can flag a unit stolen.
            StolenUnit.objects.update_or_create(
                item=item,
                defaults={
                    "product_id": item.product_id,
                    "serial": item.serial,
                    "reported_at": at,
                    "withdrawn_at": None,
                },
            )
    claims.after_unit_left(item, held, at=at)
    return item


def undo_ends_on(removed_at: datetime) -> date:
    """The last programme day on which a removal can be undone."""
    return programme_day(removed_at) + timedelta(days=settings.REMOVAL_UNDO_DAYS)


@transaction.atomic
def undo_removal(item_id: UUID, *, member_id: int, at: datetime, by: User | None) -> KitItem:
    """Put a removed item back as it was, until the end of the 14th day after its removal (programme §3).

    A counting item counts again from now, in a spell of its own; where its unit has been registered, reported
    stolen or renumbered since, or others of its kind without a number have taken its place, it waits instead.
    A report of theft is withdrawn. Undoing twice changes nothing. Raises KitError("too_late"),
    KitError("claimed") where a decision took it, standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    held = standing.lock(member_id)
    item = KitItem.objects.select_for_update().get(pk=item_id, member=member_id)
    if item.state != KitItem.State.REMOVED or item.removed_at is None:
        return item
    if item.removal_reason == RemovalReason.CLAIMED:
        raise KitError("claimed")
    if programme_day(at) > undo_ends_on(item.removed_at):
        raise KitError("too_late")
    removal = ItemEvent.objects.filter(item=item, kind=ItemEvent.Kind.REMOVED).latest("at", "pk")
    item.removed_at, item.removal_reason = None, ""
    StolenUnit.objects.filter(item=item, withdrawn_at=None).update(withdrawn_at=at)
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.UNDONE, by=by)
    if not removal.facts["counted"]:
        item.state, item.reasons = removal.facts["state"], removal.facts["reasons"]
        item.save(update_fields=["state", "reasons", "removed_at", "removal_reason"])
        return item
    suspected = _waiting_for_a_report(item)
    taken = _taken_since(item, at=at)
    if not taken:
        try:
            with transaction.atomic():
                item.state = KitItem.State.VALIDATED
                item.save(update_fields=["state", "removed_at", "removal_reason"])
        except IntegrityError as error:
            if "unit_validated_once" not in str(error):
                raise
            taken = [Reason.UNIT_HELD]
    if taken:
        wait(item, taken, at=at)
        return item
    for other in suspected:
        # The report is withdrawn and the unit held again: from now on that is a claim.
        reasons = [Reason(code) for code in other.reasons if code not in (Reason.STOLEN, Reason.UNIT_HELD)]
        wait(other, [*reasons, Reason.UNIT_HELD], at=at, note=other.note)
    open_spell(item, cause=Spell.Cause.UNDONE, at=at)
    standing.settle(held, at=at, cause=LevelChange.Cause.REGISTERED, item_id=item.pk)
    return item


def _waiting_for_a_report(item: KitItem) -> list[KitItem]:
    """Items of others that wait because this one was reported stolen, under lock.

    Locked before the unit is taken again: whoever decides on one of them takes these in the same order.
    """
    waiting = KitItem.objects.filter(product=item.product_id, state=KitItem.State.WAITING)
    waiting = waiting.exclude(serial="").filter(serial=item.serial, reasons__contains=[Reason.STOLEN.value])
    return list(waiting.exclude(pk=item.pk).select_for_update().order_by("pk"))


def _taken_since(item: KitItem, *, at: datetime) -> list[Reason]:
    around = checking.surroundings(item.product, item.serial, member_id=item.member_id, item_id=item.pk, at=at)
    if around.held_by_another:
        return [Reason.UNIT_HELD]
    # Sold, and then lost to whoever bought it: their report of theft or new number stands against the undo.
    if around.stolen or around.former_number:
        met = {Reason.STOLEN: around.stolen, Reason.FORMER_NUMBER: around.former_number}
        return [reason for reason, found in met.items() if found]
    if not item.serial and around.without_number >= settings.ITEMS_WITHOUT_NUMBER_PER_PRODUCT:
        return [Reason.OVER_LIMIT]
    return []
