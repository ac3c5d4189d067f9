"""Which changes of plan need a second person, and asking for one (programme §10).

A change asks for approval where on any one day more members would lose a level than APPROVAL_LEVELS_LOST, or points
of more members would differ than APPROVAL_MEMBERS; and always where it reaches over more days than a preview shows,
since nobody has seen those.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from kitbag.impact import Impact
from kitbag.registration import KitError
from members.models import PlanRequest, User


def needs_second(impact: Impact) -> bool:
    """Whether a change is larger than one person decides."""
    return impact.more_days > 0 or any(
        day.fall > settings.APPROVAL_LEVELS_LOST or day.members > settings.APPROVAL_MEMBERS for day in impact.days
    )


def as_facts(impact: Impact) -> list[dict[str, Any]]:
    """The days of an impact as they are kept: figures only."""
    return [
        {
            "day": day.day.isoformat(),
            "items": day.items,
            "members": day.members,
            "points": day.points,
            "rise": day.rise,
            "fall": day.fall,
        }
        for day in impact.days
    ]


def ask(*, title: str, path: str, entered: dict[str, list[str]], impact: Impact, by: User, at: datetime) -> PlanRequest:
    """Leave an act for a second person; the same act asked twice waits once."""
    same = PlanRequest.objects.filter(path=path, entered=entered, by=by, state=PlanRequest.State.WAITING).first()
    return same or PlanRequest.objects.create(
        title=title[:300], path=path, entered=entered, impact=as_facts(impact), by=by, asked_at=at
    )


@transaction.atomic
def grown(key: int, impact: Impact, *, by: User) -> bool:
    """Whether an act concerns more members now than when it was asked for; what it does now is kept to be looked at.

    Raises KitError: "decided_before", "own_request".
    """
    asked = _open(key, by)
    now = as_facts(impact)
    if not larger(now, asked.impact):
        return False
    asked.impact = now
    asked.save(update_fields=["impact"])
    return True


def larger(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> bool:
    """Whether on its largest day more members are concerned, or more fall, than before."""
    return any(_most(now, name) > _most(before, name) for name in ("members", "fall"))


def _most(days: list[dict[str, Any]], name: str) -> int:
    return max((day[name] for day in days), default=0)


def _open(key: int, by: User) -> PlanRequest:
    asked = PlanRequest.objects.select_for_update().get(pk=key)
    if asked.state != PlanRequest.State.WAITING:
        raise KitError("decided_before")
    if asked.by_id == by.pk:
        raise KitError("own_request")
    return asked


@transaction.atomic
def approve(key: int, *, by: User, at: datetime) -> PlanRequest:
    """A second person approves; who calls carries the act out in the same transaction.

    Raises KitError: "decided_before", "own_request".
    """
    asked = _open(key, by)
    asked.state, asked.decided_by, asked.decided_at = PlanRequest.State.APPROVED, by, at
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    return asked


@transaction.atomic
def refuse(key: int, *, why: str, by: User, at: datetime) -> PlanRequest:
    """A second person refuses, and says why. Raises KitError: "decided_before", "own_request", "reason_missing"."""
    if not why.strip():
        raise KitError("reason_missing")
    asked = _open(key, by)
    asked.state, asked.decided_by, asked.decided_at, asked.why = PlanRequest.State.REFUSED, by, at, why.strip()
    asked.save(update_fields=["state", "decided_by", "decided_at", "why"])
    return asked
