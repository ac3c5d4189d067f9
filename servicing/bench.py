"""What the bench does with a case it has received: one step at a time, from the one table (programme §6)."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kitbag.registration import KitError
from kitbag.renumbering import renumber
from members.models import Message, User
from servicing import lending, slots
from servicing.casework import PORTAL, Actor, CaseError, Kind, Who, as_centre, lock, news_of, note, step, tell
from servicing.models import Case, CaseEvent, Stretch
from servicing.rules.steps import LEFT, OVER, State

BY_HAND = frozenset({State.INSPECTED, State.IN_REPAIR, State.QUALITY_CHECK})


@transaction.atomic
def take_step(case_id: UUID, to: State, *, words: str = "", at: datetime, by: User) -> Case:
    """Inspected, in repair, quality check. Raises CaseError("not_now")."""
    if to not in BY_HAND:
        raise CaseError("not_now")
    case, stretch = lock(case_id)
    step(case, stretch, to, as_centre(by), at=at, words=words)
    lending.follow(case, stretch, at=at)
    return case


@transaction.atomic
def await_parts(case_id: UUID, *, parts_on: date | None, words: str = "", at: datetime, by: User) -> Case:
    """Parts are awaited, or come later than was said; the clock goes on (programme §6).

    Raises CaseError: "not_now", "parts_in_the_past".
    """
    case, stretch = lock(case_id)
    today = at.astimezone(ZoneInfo(case.centre.time_zone)).date()
    if parts_on is not None and parts_on < today:
        raise CaseError("parts_in_the_past")
    expected = parts_on.isoformat() if parts_on else ""
    case.parts_on = parts_on
    case.save(update_fields=["parts_on"])
    if case.state == State.AWAITING_PARTS:
        note(stretch, Kind.PARTS, as_centre(by), at=at, words=words, parts_on=expected)
        tell(
            case,
            Message.Kind.CASE_STEP,
            occasion=f"parts {at.isoformat()}",
            at=at,
            **news_of(stretch, State.AWAITING_PARTS, words=words, parts_on=expected),
        )
    else:
        step(case, stretch, State.AWAITING_PARTS, as_centre(by), at=at, words=words, parts_on=expected)
    lending.follow(case, stretch, at=at)
    return case


@transaction.atomic
def send_back(
    case_id: UUID,
    to: State,
    *,
    tracking: str = "",
    carrier: str = "",
    words: str = "",
    at: datetime,
    by: User,
) -> Case:
    """Handed to shipping: repaired, unrepaired, or beyond repair. The clock stops and the slot passes on.

    Raises CaseError("not_now").
    """
    if to not in LEFT:
        raise CaseError("not_now")
    case, stretch = lock(case_id)
    case.outbound_tracking, case.outbound_carrier, case.parts_on = tracking, carrier, None
    case.save(update_fields=["outbound_tracking", "outbound_carrier", "parts_on"])
    step(case, stretch, to, as_centre(by), at=at, words=words, tracking=tracking, carrier=carrier)
    slots.free(stretch, as_centre(by), at=at)
    lending.follow(case, stretch, at=at)
    return case


@transaction.atomic
def is_back(case_id: UUID, *, on: date | None = None, at: datetime, actor: Actor) -> Case:
    """The thing is back: the member says so, the carrier's day is entered, or a week has passed.

    That day, of the centre, begins the 30 days for reopening and the end of a loan. Twice is once. Raises
    CaseError: "not_now", "back_too_early", "back_in_the_future".
    """
    case, stretch = lock(case_id)
    if case.state == State.CLOSED:
        return case
    if case.state not in LEFT or stretch.left_at is None:
        raise CaseError("not_now")
    zone = ZoneInfo(case.centre.time_zone)
    day = on or at.astimezone(zone).date()
    if day < stretch.left_at.astimezone(zone).date():
        raise CaseError("back_too_early")
    if day > at.astimezone(zone).date():
        raise CaseError("back_in_the_future")
    stretch.back_on = day
    step(case, stretch, State.CLOSED, actor, at=at, back_on=day.isoformat())
    lending.follow(case, stretch, at=at)
    return case


def closes_on(stretch: Stretch) -> date | None:
    """The day, of the centre, on which a case that has left closes by itself; None before it left."""
    if stretch.left_at is None:
        return None
    left = stretch.left_at.astimezone(ZoneInfo(stretch.centre.time_zone)).date()
    return left + timedelta(days=settings.CASE_CLOSES_AFTER_DAYS)


def close_what_is_back(*, at: datetime) -> int:
    """Cases whose seventh day after shipping has come close by themselves; answers how many."""
    soonest = at - timedelta(days=settings.CASE_CLOSES_AFTER_DAYS - 1)
    left = Stretch.objects.filter(ended_at=None, left_at__lte=soonest).select_related("centre")
    closed = 0
    for stretch in left:
        day = closes_on(stretch)
        if day is not None and at.astimezone(ZoneInfo(stretch.centre.time_zone)).date() >= day:
            is_back(stretch.case_id, on=day, at=at, actor=PORTAL)
            closed += 1
    return closed


@transaction.atomic
def change_number(case_id: UUID, *, serial_typed: str, words: str = "", at: datetime, by: User) -> Case:
    """A repair gave the unit another serial number: the item has it from now on, the old one stays findable.

    A visitor's thing only notes it. Raises CaseError with the code of `kitbag.renumbering`, "not_now";
    standing.DayTurned.
    """
    case, stretch = lock(case_id)
    if State(case.state) in OVER or case.state == State.REQUESTED:
        raise CaseError("not_now")
    old = case.item.serial_typed if case.item else case.serial
    if case.item is not None:
        try:
            renumber(case.item.pk, serial_typed=serial_typed, at=at, by=by)
        except KitError as error:
            raise CaseError(error.code) from error
    if serial_typed != old:
        note(stretch, Kind.NUMBER, as_centre(by), at=at, words=words, serial=[old, serial_typed])
    return case


@transaction.atomic
def write(case_id: UUID, *, words: str, internal: bool = False, at: datetime, actor: Actor) -> CaseEvent:
    """A message from the member to the centre, or from the centre; an internal one stays at the centre.

    Raises CaseError: "words_missing", "too_late" a month after a case is over.
    """
    if not words.strip():
        raise CaseError("words_missing")
    case, stretch = lock(case_id)
    if stretch.ended_at and at > stretch.ended_at + timedelta(days=settings.CASE_REOPEN_DAYS):
        raise CaseError("too_late")
    event = note(stretch, Kind.MESSAGE, actor, at=at, words=words.strip(), internal=internal)
    if actor.who != Who.MEMBER and not internal:
        tell(case, Message.Kind.CASE_MESSAGE, occasion=str(event.pk), at=at, words=words.strip())
    return event
