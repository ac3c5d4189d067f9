"""Editing a validated item: details are recorded, a new product or serial number is proposed (programme §3)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kitbag import checking, claims, standing
from kitbag.models import ItemEvent, KitItem, LevelChange, Product, ProposedEdit, Spell, Standing
from kitbag.registration import Details, KitError, close_spell, open_spell
from kitbag.rules import checks
from kitbag.rules.checks import Entry, Reason
from kitbag.rules.serials import normalise
from members.models import User
from members.rules.days import latest_day_on_earth, programme_day

UNIT = ("product_id", "serial_typed", "serial", "number_confirmed")
DETAILS = ("country_of_purchase", "purchased_on", "store")


@transaction.atomic
def edit_item(
    item_id: UUID,
    *,
    member_id: int,
    details: Details,
    product_id: int | None = None,
    at: datetime,
    by: User | None,
) -> ProposedEdit | None:
    """Record new details of a validated item; it goes on counting all the while.

    Store, country and date are recorded at once. A changed product or serial number becomes a proposed
    edit: it passes at once where the checks find it clean, else it waits for staff; the item keeps its old
    values meanwhile, never zero in between. Returns the proposed edit, if there is one.
    Raises KitError: "not_counting" (complete it instead), "details_missing" (a counting item keeps all of
    them), "in_servicing" (product and number are as the centre received them), "date_future",
    "date_early"; standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    held = claims.lock_with_claimants(member_id, item_id)
    item = KitItem.objects.select_for_update(of=("self",)).select_related("product").get(pk=item_id, member=member_id)
    if item.state != KitItem.State.VALIDATED:
        raise KitError("not_counting")
    product = item.product if product_id is None else Product.objects.get(pk=product_id)
    serial = normalise(details.serial_typed)
    entry = Entry(
        category=product.category,
        serial_need=product.serial_need,
        announced_year=product.announced_year,
        serial=serial,
        country=details.country_of_purchase,
        purchased_on=details.purchased_on,
        store=details.store,
        number_confirmed=details.number_confirmed,
    )
    if checks.missing(entry):
        raise KitError("details_missing")
    _check_date(entry, at=at)
    _record_details(item, details, at=at, by=by)
    if serial == item.serial and product.pk == item.product_id:
        if details.serial_typed != item.serial_typed:
            item.serial_typed = details.serial_typed
            item.save(update_fields=["serial_typed"])
        return None
    if item.in_case_since:
        raise KitError("in_servicing")
    return _propose(item, held, product, entry, details, at=at, by=by)


def _check_date(entry: Entry, *, at: datetime) -> None:
    if entry.purchased_on and entry.purchased_on > latest_day_on_earth(at):
        raise KitError("date_future")
    if entry.purchased_on and entry.announced_year and entry.purchased_on.year < entry.announced_year:
        raise KitError("date_early")


def _record_details(item: KitItem, details: Details, *, at: datetime, by: User | None) -> None:
    changed = {
        name: [str(getattr(item, name) or ""), str(getattr(details, name) or "")]
        for name in DETAILS
        if str(getattr(item, name) or "") != str(getattr(details, name) or "")
    }
    if not changed:
        return
    for name in changed:
        setattr(item, name, getattr(details, name))
    item.save(update_fields=list(changed))
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.EDITED, facts=changed, by=by)


def _propose(
    item: KitItem,
    held: dict[int, Standing],
    product: Product,
    entry: Entry,
    details: Details,
    *,
    at: datetime,
    by: User | None,
) -> ProposedEdit:
    waiting = ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING)
    waiting.update(state=ProposedEdit.State.WITHDRAWN, decided_at=at)
    around = checking.surroundings(product, entry.serial, member_id=item.member_id, item_id=item.pk, at=at)
    found = checking.reasons(entry, around, at=at)
    edit = ProposedEdit.objects.create(
        item=item,
        product=product,
        serial_typed=details.serial_typed,
        serial=entry.serial,
        number_confirmed=details.number_confirmed,
        reasons=[reason.value for reason in found],
        proposed_at=at,
    )
    facts = {"serial": [item.serial_typed, edit.serial_typed], "reasons": edit.reasons}
    if product.pk != item.product_id:
        facts["product"] = [item.product.name, product.name]
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.EDIT_PROPOSED, facts=facts, by=by)
    if not found:
        try:
            with transaction.atomic():
                pass_edit(edit, item, held, at=at, by=None)
        except IntegrityError as error:
            if "unit_validated_once" not in str(error):
                raise
            edit.refresh_from_db()
            edit.reasons = [Reason.UNIT_HELD.value]
            edit.save(update_fields=["reasons"])
    return edit


def pass_edit(edit: ProposedEdit, item: KitItem, held: dict[int, Standing], *, at: datetime, by: User | None) -> None:
    """Take a proposed edit over: the old spell closes and the new one opens in this transaction."""
    # As it was, for taking a decision of staff back (taking_back.py).
    was = {"edit": edit.pk, "was": {name: getattr(item, name) for name in UNIT}} if by else {}
    close_spell(item.pk, cause=Spell.ClosedCause.EDITED, at=at)
    item.product_id, item.serial_typed, item.serial = edit.product_id, edit.serial_typed, edit.serial
    item.number_confirmed = edit.number_confirmed
    item.save(update_fields=["product", "serial_typed", "serial", "number_confirmed"])
    open_spell(item, cause=Spell.Cause.EDITED, at=at)
    standing.settle(held[item.member_id], at=at, cause=LevelChange.Cause.EDITED, item_id=item.pk)
    claims.after_unit_left(item, held, at=at)
    edit.state, edit.decided_at, edit.decided_by = ProposedEdit.State.PASSED, at, by
    edit.save(update_fields=["state", "decided_at", "decided_by"])
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.EDIT_PASSED, facts=was, by=by)
