"""Deciding on what waits, and taking such a decision back.

The rule. A decision counts at once, but its member hears of it TAKE_BACK_SECONDS later: the messages
are posted in its transaction and come into being that much later; before, neither the outbox nor the member's
pages know them. Until then who decided may take it back, once, unless

- something has happened to the item since: any event of it, its being taken into servicing, another decision;
- a message is on its way all the same, or others than the member have heard (a claim that the decision ended).

Facts of points are never rewritten. An accepted item that is taken back keeps its spell, closed at that moment
(on the same programme day it holds no day at all), and its level changes, if there are any, there and back. The
item waits again for what it waited for. A passed edit goes back by the same road that it came, spell after spell.
The messages are withdrawn, those of both level changes among them: nobody was told, so nothing is told.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kitbag import claims, desk, standing
from kitbag.models import Claim, ItemEvent, KitItem, LevelChange, ProposedEdit, Spell, Standing
from kitbag.registration import KitError, close_spell, open_spell
from kitbag.validation import accept_item, ask_member, decide_edit, reject_item
from members import messages
from members.models import Message, User
from members.rules.days import programme_day

Kind = ItemEvent.Kind
DECISIONS = (Kind.VALIDATED, Kind.REFUSED, Kind.ASKED, Kind.EDIT_PASSED, Kind.EDIT_REFUSED)


@transaction.atomic
def decide_item(item_id: UUID, *, decision: str, note: str = "", by: User, at: datetime) -> ItemEvent:
    """Accept, reject or ask about the item on a desk ("accept", "reject", "ask"); the answer is its event.

    Raises KitError as the operations of validation.py; standing.DayTurned.
    """
    if decision == "accept":
        accept_item(item_id, by=by, at=at)
    elif decision == "reject":
        reject_item(item_id, note=note, by=by, at=at)
    else:
        ask_member(item_id, note=note, by=by, at=at)
    return _decided(item_id, by=by, at=at)


@transaction.atomic
def decide_edit_of(edit_id: int, *, passes: bool, note: str = "", by: User, at: datetime) -> ItemEvent:
    """The same for a proposed edit."""
    return _decided(decide_edit(edit_id, passes=passes, note=note, by=by, at=at).item_id, by=by, at=at)


def _decided(item_id: UUID, *, by: User, at: datetime) -> ItemEvent:
    """Hold the messages of a decision back and free the desk."""
    event = ItemEvent.objects.select_related("item__member").filter(item=item_id, by=by, at=at).latest("pk")
    messages.hold_back(_messages_of(event, created_at=at), until=takeable_until(event))
    desk.clear(item_id, by=by)
    return event


def takeable_until(event: ItemEvent) -> datetime:
    """Until when a decision can be taken back."""
    return event.at + timedelta(seconds=settings.TAKE_BACK_SECONDS)


def _messages_of(event: ItemEvent, *, created_at: datetime) -> QuerySet[Message]:
    changes = LevelChange.objects.filter(member=event.item.member_id, item=event.item_id, at=event.at)
    levels = [f"change-{pk}" for pk in changes.values_list("pk", flat=True)]
    about = Q(about=f"item {event.item_id}") | Q(about="level", occasion__in=levels)
    return Message.objects.filter(about, user=event.item.member.user_id, created_at=created_at)


@transaction.atomic
def take_back(event_id: int, *, by: User, at: datetime) -> KitItem:
    """Undo one's own decision of a moment ago; the item waits again, on the same desk.

    Raises KitError: "not_yours" (another's, or no decision), "take_back_late", "moved_on" (something happened to
    the item since), "already_told", "unit_held" (its former number is another's now); standing.DayTurned.
    """
    event = ItemEvent.objects.select_related("item__member").filter(pk=event_id, by=by, kind__in=DECISIONS).first()
    if event is None or not {"before", "edit"} & event.facts.keys():
        raise KitError("not_yours")
    standing.enter_day(programme_day(at))
    held = claims.lock_with_claimants(event.item.member_id, event.item_id)[event.item.member_id]
    item = KitItem.objects.select_for_update().get(pk=event.item_id)
    if at >= takeable_until(event):
        raise KitError("take_back_late")
    _refuse_if_moved(event, item)
    if not messages.withdraw(_messages_of(event, created_at=takeable_until(event))):
        raise KitError("already_told")
    if "edit" in event.facts:
        _edit_waits_again(event, item, held, at=at)
    else:
        _waits_again(event, item, held, at=at)
    ItemEvent.objects.create(item=item, at=at, kind=Kind.TAKEN_BACK, facts={"reasons": item.reasons}, by=by)
    desk.take(item.pk, by=by, at=at)
    return item


def _refuse_if_moved(event: ItemEvent, item: KitItem) -> None:
    newest = ItemEvent.objects.filter(item=item).order_by("-pk").values_list("pk", flat=True).first()
    touched = Claim.objects.filter(Q(item=item) | Q(held_item=item), decided_at__gte=event.at)
    in_case = item.in_case_since is not None and item.in_case_since >= event.at
    if newest != event.pk or in_case or touched.exists():
        raise KitError("moved_on")


def _waits_again(event: ItemEvent, item: KitItem, held: Standing, *, at: datetime) -> None:
    counted = item.state == KitItem.State.VALIDATED
    item.state, item.validated_at = KitItem.State.WAITING, None
    item.reasons, item.note = event.facts["before"], event.facts["note_before"]
    item.save(update_fields=["state", "validated_at", "reasons", "note"])
    if counted:
        close_spell(item.pk, cause=Spell.ClosedCause.TAKEN_BACK, at=at)
        _settle(held, item, at=at)


def _edit_waits_again(event: ItemEvent, item: KitItem, held: Standing, *, at: datetime) -> None:
    edit = ProposedEdit.objects.select_for_update().get(pk=event.facts["edit"])
    edit.state, edit.decided_at, edit.decided_by, edit.note = ProposedEdit.State.WAITING, None, None, ""
    edit.save(update_fields=["state", "decided_at", "decided_by", "note"])
    if event.kind == Kind.EDIT_REFUSED:
        return
    was: dict[str, Any] = event.facts["was"]
    close_spell(item.pk, cause=Spell.ClosedCause.EDITED, at=at)
    for name, value in was.items():
        setattr(item, name, value)
    try:
        with transaction.atomic():
            item.save(update_fields=list(was))
    except IntegrityError as error:
        if "unit_validated_once" in str(error):
            raise KitError("unit_held") from error
        raise
    open_spell(item, cause=Spell.Cause.EDITED, at=at)
    _settle(held, item, at=at)


def _settle(held: Standing, item: KitItem, *, at: datetime) -> None:
    """Bring the standing back. Of the way up nobody was told, so nobody is of the way down."""
    standing.settle(held, at=at, cause=LevelChange.Cause.TAKEN_BACK, item_id=item.pk)
    back = LevelChange.objects.filter(member=item.member_id, item=item, at=at).values_list("pk", flat=True)
    occasions = [f"change-{pk}" for pk in back]
    Message.objects.filter(user=item.member.user_id, about="level", occasion__in=occasions).delete()
