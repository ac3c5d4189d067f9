"""Places at events: booked under the event's lock, a waiting list in order, and who came (programme §9)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from kitbag import standing
from members import messages
from members.models import Member, Message
from members.rules.days import programme_day
from servicing.models import Booking, Event
from servicing.offers import BenefitError
from servicing.rules.audience import Audience, Person, fit

State = Booking.State
LIVE = (State.PLACE, State.WAITING, State.HELD)
# Who booked is told when one of these changes.
WHEN_AND_WHERE = ("begins_at", "ends_at", "time_zone", "online", "place", "country")


@dataclass(frozen=True, slots=True)
class Room:
    """How full an event is. `free`: None where there is no limit; places kept for the waiting list are not free."""

    free: int | None
    waiting: int


def audience_of(event: Event) -> Audience:
    return Audience(frozenset(event.levels), frozenset(event.countries))


@dataclass(frozen=True, slots=True)
class Followed:
    """What a move to a country does: events to be booked that are `gone` and `new`, and what is held and stays.

    `places`: at events that are not over; `turns`: on waiting lists, with places kept for the member.
    """

    gone: list[Event]
    new: list[Event]
    places: int
    turns: int


def follow_country(member: Member, *, to: str, level: int, at: datetime) -> Followed:
    """What a move changes, in two queries. A place or a turn is never asked again who it is for (see `book`)."""
    held = Booking.objects.filter(member=member, state__in=LIVE).exclude(held_until__lte=at)
    coming = held.filter(event__ends_at__gt=at, event__cancelled_at=None, came_at=None)
    states = list(coming.values_list("state", flat=True))
    here = Person(level, str(member.country))
    there = replace(here, country=to)
    gone, new = [], []
    open_ones = Event.objects.ahead(at).filter(booking_ends_at__gt=at, cancelled_at=None)
    for event in open_ones.exclude(Exists(held.filter(event=OuterRef("pk")))):
        was, will_be = (fit(audience_of(event), person).fits for person in (here, there))
        if was and not will_be:
            gone.append(event)
        elif will_be and not was:
            new.append(event)
    places = states.count(State.PLACE)
    return Followed(gone, new, places, len(states) - places)


def room_of(event: Event) -> Room:
    """Free places and the length of the waiting list; in one query."""
    states = list(Booking.objects.filter(event=event, state__in=LIVE).values_list("state", flat=True))
    taken = len(states) - states.count(State.WAITING)
    return Room(None if event.places is None else max(0, event.places - taken), states.count(State.WAITING))


@transaction.atomic
def book(event_id: UUID, *, member_id: int, at: datetime) -> Booking:
    """A place for a member, or their turn on the waiting list; a place kept for them is taken. Twice is once.

    Nobody passes who waits: while somebody does, a free place is theirs. Raises BenefitError: "over" (booking
    has ended, or it was cancelled), "not_yours" (another level or country).
    """
    event = _lock(event_id)
    mine = Booking.objects.filter(event=event, member=member_id, state__in=LIVE).first()
    if mine is not None and mine.held_until is not None and mine.held_until <= at:
        # Nobody came by since its time ran out; the next in line has it, as if the schedule had.
        _end(mine, State.LAPSED, at=at)
        hold_for_waiting(event, at=at)
        mine = None
    if mine is not None and mine.state != State.HELD:
        return mine
    if event.cancelled_at or at >= event.booking_ends_at:
        raise BenefitError("over")
    if mine is not None:
        mine.state, mine.held_until = State.PLACE, None
        mine.save(update_fields=["state", "held_until"])
        return mine
    member = Member.objects.get(pk=member_id)
    level = standing.on(member_id, programme_day(at)).level
    if not fit(audience_of(event), Person(level, str(member.country))).fits:
        raise BenefitError("not_yours")
    room = room_of(event)
    has_place = room.free is None or (room.free > 0 and not room.waiting)
    return Booking.objects.create(
        event=event, member=member, state=State.PLACE if has_place else State.WAITING, asked_at=at
    )


def _lock(event_id: UUID) -> Event:
    return Event.objects.select_for_update(no_key=True).get(pk=event_id)


def lock_running(event_id: UUID) -> Event:
    """The event that people come to; raises BenefitError("called_off") where it does not take place."""
    event = _lock(event_id)
    if event.cancelled_at:
        raise BenefitError("called_off")
    return event


@transaction.atomic
def cancel(event_id: UUID, *, member_id: int, at: datetime) -> None:
    """Give a place or a turn back; always works, and twice is once. The place is kept for the first that waits."""
    event = _lock(event_id)
    mine = Booking.objects.filter(event=event, member=member_id, state__in=LIVE, came_at=None).first()
    if mine is None:
        return
    _end(mine, State.CANCELLED, at=at)
    hold_for_waiting(event, at=at)


def _end(booking: Booking, state: Booking.State, *, at: datetime) -> None:
    booking.state, booking.ended_at, booking.held_until = state, at, None
    booking.save(update_fields=["state", "ended_at", "held_until"])


def hold_for_waiting(event: Event, *, at: datetime) -> None:
    """Keep free places of a locked event for who waits, in order, each for its hours; they are told."""
    if event.cancelled_at or at >= event.booking_ends_at:
        return
    room = room_of(event)
    free = room.waiting if room.free is None else room.free
    waiting = Booking.objects.filter(event=event, state=State.WAITING).select_related("member")
    told = []
    for booking in waiting.order_by("asked_at", "pk")[:free]:
        booking.state = State.HELD
        booking.held_until = min(at + timedelta(hours=event.hold_hours), event.booking_ends_at)
        booking.save(update_fields=["state", "held_until"])
        told.append(_news(event, booking, "kept", occasion=str(booking.pk), at=at))
    messages.post_many(told)


def _news(event: Event, booking: Booking, change: str, *, occasion: str, at: datetime) -> messages.Post:
    """What a member hears of their place; `booking` with its member."""
    return messages.Post(
        user_id=booking.member.user_id,
        kind=Message.Kind.EVENT_PLACE,
        about=f"event {event.pk}",
        occasion=occasion,
        facts={
            **_facts(event),
            "change": change,
            "held_until": booking.held_until.isoformat() if booking.held_until else "",
        },
        at=at,
    )


def _facts(event: Event) -> dict[str, Any]:
    return {
        "event": str(event.pk),
        "title": event.title,
        "begins_at": event.begins_at.isoformat(),
        "zone": event.time_zone,
        "place": "" if event.online else event.place,
    }


@transaction.atomic
def lapse(event_id: UUID, *, at: datetime) -> int:
    """Places kept and not taken in time pass on to the next; answers how many lapsed."""
    event = _lock(event_id)
    held = Booking.objects.filter(event=event, state=State.HELD, held_until__lte=at).select_related("member")
    late = list(held.order_by("pk"))
    for booking in late:
        _end(booking, State.LAPSED, at=at)
    if not event.cancelled_at:
        messages.post_many(_news(event, one, "lapsed", occasion=f"{one.pk} lapsed", at=at) for one in late)
    hold_for_waiting(event, at=at)
    return len(late)


def lapse_all(*, at: datetime) -> int:
    """The same for every event that has places kept until a moment before now."""
    events = Booking.objects.filter(state=State.HELD, held_until__lte=at).values_list("event", flat=True).distinct()
    return sum(lapse(event, at=at) for event in list(events))


@transaction.atomic
def change_places(event_id: UUID, *, places: int | None, at: datetime) -> Event:
    """More or fewer places; more of them go to who waits. Raises BenefitError("too_few") below those given away."""
    event = _lock(event_id)
    given = Booking.objects.filter(event=event, state__in=(State.PLACE, State.HELD)).count()
    if places is not None and places < given:
        raise BenefitError("too_few")
    event.places = places
    event.save(update_fields=["places"])
    hold_for_waiting(event, at=at)
    return event


@transaction.atomic
def rewrite(event: Event, *, at: datetime) -> int:
    """Keep what staff changed of an event; who booked is told of another time or place. Answers how many are told.

    Places, and that it is called off, change by the operations beside this one.
    """
    before = _lock(event.pk)
    event.places, event.cancelled_at = before.places, before.cancelled_at
    event.save()
    if all(getattr(before, name) == getattr(event, name) for name in WHEN_AND_WHERE) or event.cancelled_at:
        return 0
    live = Booking.objects.filter(event=event, state__in=LIVE).select_related("member")
    told = [_news(event, one, "moved", occasion=f"{one.pk} {at.isoformat()}", at=at) for one in live]
    messages.post_many(told)
    return len(told)


@transaction.atomic
def call_off(event_id: UUID, *, at: datetime) -> Event:
    """The event does not take place: everybody with a place or a turn is told. Twice is once."""
    event = _lock(event_id)
    if event.cancelled_at:
        return event
    event.cancelled_at = at
    event.save(update_fields=["cancelled_at"])
    live = Booking.objects.filter(event=event, state__in=LIVE).select_related("member")
    messages.post_many(
        messages.Post(
            user_id=booking.member.user_id,
            kind=Message.Kind.EVENT_CANCELLED,
            about=f"event {event.pk}",
            occasion=str(booking.pk),
            facts=_facts(event),
            at=at,
        )
        for booking in live
    )
    return event
