"""Staff decide on waiting items and proposed edits: accept, reject, ask (programme §3, §10)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kitbag import checking, claims, desk, standing
from kitbag.editing import pass_edit
from kitbag.models import Claim, ItemEvent, KitItem, Product, ProposedEdit, Spell, Standing
from kitbag.registration import KitError, before, tell, validate, wait
from kitbag.rules import checks
from kitbag.rules.checks import Reason
from members.models import Message, User
from members.rules.days import programme_day


def _locked(item_id: UUID, *, by: User, at: datetime) -> tuple[dict[int, Standing], KitItem]:
    """Standings and item under lock; raises KitError("on_another_desk") where another clerk works on it."""
    standing.enter_day(programme_day(at))
    member_id = KitItem.objects.values_list("member", flat=True).get(pk=item_id)
    held = claims.lock_with_claimants(member_id, item_id)
    item = KitItem.objects.select_for_update().get(pk=item_id)
    desk.refuse_if_elsewhere(item_id, by=by, at=at)
    return held, item


@transaction.atomic
def accept_item(item_id: UUID, *, by: User, at: datetime) -> KitItem:
    """Staff have checked a waiting item: it counts from now.

    Raises KitError: "on_another_desk", "not_waiting" (somebody decided first), "details_missing", "unit_held" (a
    claim decides that, not this act); standing.DayTurned.
    """
    held, item = _locked(item_id, by=by, at=at)
    if item.state != KitItem.State.WAITING:
        raise KitError("not_waiting")
    product = Product.objects.get(pk=item.product_id)
    if checks.missing(checking.entry_of(item, product)):
        raise KitError("details_missing")
    try:
        with transaction.atomic():
            validate(item, held[item.member_id], cause=Spell.Cause.REVIEWED, at=at, by=by)
    except IntegrityError as error:
        if "unit_validated_once" in str(error):
            raise KitError("unit_held") from error
        raise
    return item


@transaction.atomic
def reject_item(item_id: UUID, *, note: str, by: User, at: datetime) -> KitItem:
    """Staff do not accept a waiting item; the member reads why and may put it right.

    Raises KitError: "on_another_desk", "not_waiting", "note_missing", "claim_open" (that is decided first);
    standing.DayTurned.
    """
    if not note.strip():
        raise KitError("note_missing")
    _held, item = _locked(item_id, by=by, at=at)
    if item.state != KitItem.State.WAITING:
        raise KitError("not_waiting")
    if Claim.objects.open().filter(item=item).exists():
        raise KitError("claim_open")
    facts = before(item) | {"note": note.strip()}
    item.state, item.reasons, item.note = KitItem.State.REFUSED, [], note.strip()
    item.save(update_fields=["state", "reasons", "note"])
    event = ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.REFUSED, facts=facts, by=by)
    tell(item, Message.Kind.ITEM_NEEDS_YOU, occasion=str(event.pk), at=at)
    return item


@transaction.atomic
def ask_member(item_id: UUID, *, note: str, by: User, at: datetime) -> KitItem:
    """Staff ask the member about a waiting item; it goes on waiting, now for the member.

    Raises KitError: "on_another_desk", "not_waiting", "note_missing"; standing.DayTurned.
    """
    if not note.strip():
        raise KitError("note_missing")
    _held, item = _locked(item_id, by=by, at=at)
    if item.state != KitItem.State.WAITING:
        raise KitError("not_waiting")
    reasons = [Reason(code) for code in item.reasons if code != Reason.ASKED]
    wait(item, [*reasons, Reason.ASKED], at=at, note=note.strip(), by=by)
    return item


@transaction.atomic
def decide_edit(edit_id: int, *, passes: bool, note: str = "", by: User, at: datetime) -> ProposedEdit:
    """Staff let a proposed edit pass, or refuse it with a note; the item keeps counting either way.

    Raises KitError: "on_another_desk", "not_waiting", "unit_held", "note_missing"; standing.DayTurned.
    """
    if not passes and not note.strip():
        raise KitError("note_missing")
    item_id = ProposedEdit.objects.values_list("item", flat=True).get(pk=edit_id)
    held, item = _locked(item_id, by=by, at=at)
    edit = ProposedEdit.objects.select_for_update().get(pk=edit_id)
    if edit.state != ProposedEdit.State.WAITING or item.state != KitItem.State.VALIDATED:
        raise KitError("not_waiting")
    if passes:
        try:
            with transaction.atomic():
                pass_edit(edit, item, held, at=at, by=by)
        except IntegrityError as error:
            if "unit_validated_once" in str(error):
                raise KitError("unit_held") from error
            raise
        return edit
    edit.state, edit.decided_at, edit.decided_by, edit.note = ProposedEdit.State.REFUSED, at, by, note.strip()
    edit.save(update_fields=["state", "decided_at", "decided_by", "note"])
    facts = {"edit": edit.pk, "note": edit.note}
    ItemEvent.objects.create(item=item, at=at, kind=ItemEvent.Kind.EDIT_REFUSED, facts=facts, by=by)
    return edit
