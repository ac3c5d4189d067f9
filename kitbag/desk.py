"""Whose desk an item is on: no item is worked by two clerks (programme §10).

What waits for staff is handed out oldest first, to a country team what is its members'. Who gets an item has it
for LEASE, and anew each time that they are shown it; meanwhile it is handed to nobody else, and only they decide on
it. A claim lies on the desk of whoever has the item that asks for the unit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kitbag.models import Claim, KitItem, ProposedEdit, ReviewLease
from kitbag.registration import KitError
from kitbag.rules.checks import MEMBER_ACTS
from members.country_teams import seen_by
from members.models import User

LEASE = timedelta(minutes=10)
COUNTED_MOST = 999


@dataclass(frozen=True, slots=True)
class Left:
    """What there is besides: items that wait for their members, and open claims."""

    with_members: int
    claims: int


def take_next(*, by: User, at: datetime, edits: bool = True) -> UUID | None:
    """Put the oldest item that nobody else has on a desk: its own check, or a proposed edit of it.

    Rows that another transaction holds at this moment are passed over, so that two clerks who ask at once
    get two items. None where nothing is left.
    """
    while True:
        with transaction.atomic():
            item_id = _oldest(by, at, edits=edits)
            if item_id is None:
                return None
            # Read anew under the lock: another desk may have taken it, and let go of the row, since it was chosen.
            if not _on_other_desks(by, at).filter(item=item_id).exists():
                _put(item_id, by=by, at=at)
                return item_id


def _oldest(by: User, at: datetime, *, edits: bool) -> UUID | None:
    """The oldest that waits on no other desk, its row under lock."""
    elsewhere = _on_other_desks(by, at)
    items = seen_by(KitItem.objects.for_staff(), by).filter(~Exists(elsewhere.filter(item=OuterRef("pk"))))
    item = items.order_by("added_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if edits:
        waiting = ProposedEdit.objects.filter(state=ProposedEdit.State.WAITING, item__state=KitItem.State.VALIDATED)
        free = seen_by(waiting, by).filter(~Exists(elsewhere.filter(item=OuterRef("item")))).select_related("item")
        edit = free.order_by("proposed_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("item",)).first()
        if edit and (item is None or edit.proposed_at < item.added_at):
            return edit.item_id
    return item.pk if item else None


@transaction.atomic
def take(item_id: UUID, *, by: User, at: datetime) -> ReviewLease:
    """Put one item on a desk, or leave it where it is: whose row comes back has it."""
    KitItem.objects.select_for_update(no_key=True).get(pk=item_id)
    held = _on_other_desks(by, at).filter(item=item_id).select_related("by").first()
    return held or _put(item_id, by=by, at=at)


def _on_other_desks(by: User, at: datetime) -> QuerySet[ReviewLease]:
    return ReviewLease.objects.filter(until__gt=at).exclude(by=by)


def _put(item_id: UUID, *, by: User, at: datetime) -> ReviewLease:
    """The item's row is locked: one desk at a time is written."""
    return ReviewLease.objects.update_or_create(item_id=item_id, defaults={"by": by, "until": at + LEASE})[0]


def refuse_if_elsewhere(item_id: UUID, *, by: User, at: datetime) -> None:
    """Called by every decision, under the item's lock. Raises KitError("on_another_desk")."""
    if _on_other_desks(by, at).filter(item=item_id).exists():
        raise KitError("on_another_desk")


def clear(item_id: UUID, *, by: User) -> None:
    """It is decided, or put back: the desk is free of it."""
    ReviewLease.objects.filter(item=item_id, by=by).delete()


def left_over(*, by: User) -> Left:
    """What the queue does not hand out: no further than COUNTED_MOST is counted."""
    waiting = seen_by(KitItem.objects.filter(state=KitItem.State.WAITING), by)
    theirs = waiting.filter(reasons__overlap=sorted(MEMBER_ACTS))
    return Left(
        with_members=theirs[: COUNTED_MOST + 1].count(),
        claims=seen_by(Claim.objects.open(), by)[: COUNTED_MOST + 1].count(),
    )
