"""An item's life in one line of days: what happened, what its value did, and what lies ahead (programme §3, §4)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from cps_portal.pages.kitbag import words
from kitbag.models import ItemEvent, KitItem, RemovalReason, Stage
from kitbag.rules.worth import Step
from members.rules.days import day_begins, programme_day

Kind = ItemEvent.Kind
# What only a member does, or staff who act for them.
MEMBERS_OWN = frozenset(
    (
        *(Kind.ADDED, Kind.EDITED, Kind.EDIT_PROPOSED, Kind.CLAIM_OPENED, Kind.CLAIM_ANSWERED),
        *(Kind.PROOF_ADDED, Kind.PROOF_REMOVED, Kind.REMOVED, Kind.UNDONE),
    )
)
Line = tuple[datetime, dict[str, Any]]


def timeline_of(item: KitItem, steps: Sequence[Step], *, day: date) -> dict[str, list[dict[str, Any]]]:
    """`past` and `ahead`, the newest first; one query for the events, none for the value.

    The value is told from the day the item was added until it was removed; of a removed item nothing lies ahead.
    """
    events = ItemEvent.objects.filter(item=item).values_list("at", "kind", "facts", "by", "item__member__user")
    lines: list[Line] = [
        (
            at,
            {
                "on": programme_day(at),
                "words": ItemEvent.Kind(kind).label,
                "text": ". ".join(filter(None, [words.of_event(kind, facts), _on_behalf(kind, facts, by, owner)])),
            },
        )
        for at, kind, facts, by, owner in events
    ]
    last = programme_day(item.removed_at) if item.removed_at else None
    lines += _changes_of_value(steps, after=programme_day(item.added_at), until=last)
    # Events of one moment keep their order.
    lines.sort(key=lambda line: line[0], reverse=True)
    return {
        "ahead": [line for _at, line in lines if line["on"] > day],
        "past": [line for _at, line in lines if line["on"] <= day],
    }


def _on_behalf(kind: str, facts: Mapping[str, Any], by: int | None, owner: int) -> str:
    """That staff did what is the member's to do (cps_portal/acting.py); "" where the member did it."""
    is_members = kind in MEMBERS_OWN and facts.get("reason") != RemovalReason.CLAIMED
    return _("By our staff, on your behalf") if is_members and by not in (None, owner) else ""


def _changes_of_value(steps: Sequence[Step], *, after: date, until: date | None) -> Iterator[Line]:
    for before, step in pairwise(steps):
        if step.day <= after or (until is not None and step.day > until) or step.points == before.points:
            continue
        value = {"old": f"{before.points:,}", "new": f"{step.points:,}"}
        said = _("Its value falls: %(old)s to %(new)s points") if step.points < before.points else ""
        yield (
            day_begins(step.day),
            {
                "on": step.day,
                "words": (said or _("Its value rises: %(old)s to %(new)s points")) % value,
                "text": str(Stage(step.stage).label) if step.stage != before.stage else "",
            },
        )
