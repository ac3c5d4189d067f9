"""A serial number that a repair replaced: the centre writes the new one, without a new check (programme §3)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kitbag import standing
from kitbag.models import FormerNumber, ItemEvent, KitItem, StolenUnit
from kitbag.registration import KitError
from kitbag.rules.serials import normalise
from members.models import User
from members.rules.days import programme_day


@transaction.atomic
def renumber(item_id: UUID, *, serial_typed: str, at: datetime, by: User) -> KitItem:
    """Give a counting item the number that its unit has after a repair; it counts on, in the same spell.

    The old number stays findable for ever, and a stolen flag follows the unit to the new one. The number it
    has already changes nothing. Raises KitError: "not_counting", "number_missing", "unit_held" (a validated
    item has this number); standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    serial = normalise(serial_typed)
    standing.lock(KitItem.objects.values_list("member", flat=True).get(pk=item_id))
    item = KitItem.objects.select_for_update().get(pk=item_id)
    if item.state != KitItem.State.VALIDATED:
        raise KitError("not_counting")
    if not serial:
        raise KitError("number_missing")
    old_typed, old = item.serial_typed, item.serial
    if serial == old:
        return item
    item.serial_typed, item.serial, item.number_confirmed = serial_typed, serial, False
    try:
        with transaction.atomic():
            item.save(update_fields=["serial_typed", "serial", "number_confirmed"])
    except IntegrityError as error:
        if "unit_validated_once" in str(error):
            raise KitError("unit_held") from error
        raise
    if old:
        FormerNumber.objects.get_or_create(
            product_id=item.product_id, serial=old, item=item, defaults={"replaced_at": at}
        )
        StolenUnit.objects.filter(product=item.product_id, serial=old).update(serial=serial)
    ItemEvent.objects.create(
        item=item, at=at, kind=ItemEvent.Kind.RENUMBERED, facts={"serial": [old_typed, serial_typed]}, by=by
    )
    return item
