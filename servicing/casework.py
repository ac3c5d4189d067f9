"""What every act on a case shares: its lock, its log, one table of steps, and the clock at the last event (§6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kitbag import standing
from kitbag.models import KitItem
from kitbag.registration import KitError
from members import messages
from members.models import Message, User
from servicing import turnaround
from servicing.models import Case, CaseEvent, Stretch
from servicing.rules.numbers import case_number
from servicing.rules.steps import LEFT, OVER, State, may

Kind, Who = CaseEvent.Kind, CaseEvent.Actor
# What a step knows that its member is told, too.
TOLD = frozenset({"parts_on", "tracking", "carrier", "back_on", "expired", "came_on"})


class CaseError(KitError):
    """An act on a case that the programme does not allow; `code` names the rule, for a form to put into words."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: as what, and with which account (None: the portal by itself)."""

    who: CaseEvent.Actor
    user: User | None = None


# A fact of events whose actor is the member, and whose account is of staff who acted on the member's behalf.
ON_BEHALF = "on_behalf"
PORTAL = Actor(Who.PORTAL)


def as_member(user: User) -> Actor:
    return Actor(Who.MEMBER, user)


def as_centre(user: User) -> Actor:
    return Actor(Who.CENTRE, user)


def lock(case_id: UUID) -> tuple[Case, Stretch]:
    """A case with its latest stretch, under lock: the member's standing first, as every operation takes it.

    Raises Case.DoesNotExist.
    """
    member_id = Case.objects.values_list("member", flat=True).get(pk=case_id)
    if member_id is not None:
        standing.lock(member_id)
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("centre", "product", "member__user", "item__product", "visitor")
        .get(pk=case_id)
    )
    stretch = case.stretches.order_by("-number")[0]
    stretch.case = case
    return case, stretch


def next_number(code: str, at: datetime) -> str:
    """A case number nobody has had: numbers may be skipped, never used twice in a year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number_seq')")
        return case_number(code, at.year, cursor.fetchone()[0])


def _on_behalf(case: Case, actor: Actor) -> bool:
    """Whether staff did what is the member's to do, by the member's own rules (cps_portal/acting.py)."""
    if actor.who != Who.MEMBER or actor.user is None or not actor.user.is_staff or case.member is None:
        return False
    return case.member.user_id != actor.user.pk


def note(
    stretch: Stretch,
    kind: CaseEvent.Kind,
    actor: Actor,
    *,
    at: datetime,
    words: str = "",
    state: State | None = None,
    internal: bool = False,
    **facts: Any,
) -> CaseEvent:
    """Write down that something happened; the member sees it unless it is internal."""
    if _on_behalf(stretch.case, actor):
        facts[ON_BEHALF] = True
    event = CaseEvent.objects.create(
        case=stretch.case,
        stretch=stretch,
        at=at,
        kind=kind,
        state=state.value if state else "",
        actor=actor.who,
        by=actor.user,
        note=words,
        facts=facts,
        internal=internal,
    )
    if at > stretch.case.changed_at:
        stretch.case.changed_at = at
        stretch.case.save(update_fields=["changed_at"])
    return event


def step(
    case: Case, stretch: Stretch, to: State, actor: Actor, *, at: datetime, words: str = "", **facts: Any
) -> CaseEvent:
    """Take a step of the table; the clock is read anew and the member hears of it where another did it.

    Raises CaseError("not_now") for a step that is not in the table: nothing is written.
    """
    if not may(State(case.state), to):
        raise CaseError("not_now")
    before = case.state
    case.state = to.value
    case.save(update_fields=["state"])
    event = note(stretch, Kind.STEP, actor, at=at, words=words, state=to, before=before, **facts)
    if to in LEFT:
        stretch.left_at = at
    if to in OVER:
        stretch.ended_at = at
        _leave_servicing(case)
    turnaround.keep(stretch, at=at)
    if actor.who != Who.MEMBER and to != State.ESTIMATE_SENT:
        tell(case, Message.Kind.CASE_STEP, occasion=str(event.pk), at=at, **news_of(stretch, to, words=words, **facts))
    return event


def news_of(stretch: Stretch, to: State, *, words: str = "", **facts: Any) -> dict[str, Any]:
    """What the message of a step says beside the case (members/wording), with the clock as it was read last."""
    runs = to not in LEFT | OVER and stretch.target_days is not None and stretch.due_at is not None
    return {
        "state": to.value,
        "words": words,
        "due_at": stretch.due_at.isoformat() if runs and stretch.due_at else "",
        "zone": stretch.centre.time_zone,
        **{name: fact for name, fact in facts.items() if name in TOLD},
    }


def about(case: Case) -> dict[str, Any]:
    """The facts that every message about a case holds."""
    return {"case": str(case.pk), "number": case.number, "product": case.product.name}


def _leave_servicing(case: Case) -> None:
    if case.item_id is not None:
        KitItem.objects.filter(pk=case.item_id).update(in_case_since=None)


def tell(case: Case, kind: Message.Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Queue a message about a case to its member; a visitor has no account to write to."""
    if case.member is None:
        return
    messages.post(
        user_id=case.member.user_id,
        kind=kind,
        about=f"case {case.pk}",
        occasion=occasion,
        facts={**about(case), **facts},
        at=at,
    )
