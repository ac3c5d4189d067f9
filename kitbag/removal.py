"""Taking an item out of the kitbag, with its effect shown first, and undoing it (programme §3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kitbag import standing
from kitbag.models import ItemEvent, KitItem, LevelChange, ProposedEdit, RemovalReason, Spell, StolenUnit
from kitbag.registration import KitError, close_spell
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
    held = standing.lock(member_id)
    item = KitItem.objects.select_for_update().get(pk=item_id, member=member_id)
    if item.state == KitItem.State.REMOVED:
        return item
    if item.in_case_since and reason != RemovalReason.STOLEN:
        raise KitError("in_servicing")
    counted = item.state == KitItem.State.VALIDATED
    item.state, item.reasons = KitItem.State.REMOVED, []
    item.removed_at, item.removal_reason = at, reason
    item.save(update_fields=["state", "reasons", "removed_at", "removal_reason"])
    ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING).update(
        state=ProposedEdit.State.WITHDRAWN, decided_at=at
    )
    ItemEvent.objects.create(
        item=item, at=at, kind=ItemEvent.Kind.REMOVED, facts={"reason": reason, "counted": counted}, by=by
    )
    if counted:
        close_spell(item.pk, cause=Spell.ClosedCause(reason), at=at)
        standing.settle(held, at=at, cause=LevelChange.Cause.REMOVED, item_id=item.pk)
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
    return item


def undo_ends_on(removed_at: datetime) -> date:
    """The last programme day on which a removal can be undone."""
    return programme_day(removed_at) + timedelta(days=settings.REMOVAL_UNDO_DAYS)
