"""Events to come, as people look for them: narrowed down, the near ones first for a member (programme §9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from members.models import Level
from servicing.events import LIVE, State
from servicing.models import Booking, Event
from servicing.rules.audience import Person

ONLINE, ON_SITE = "online", "site"


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks: a member with what decides about events."""

    member_id: int
    person: Person


@dataclass(frozen=True, slots=True)
class EventWish:
    """What is looked for; empty: anything. `country` is where it takes place; `everyone`: also what is not theirs."""

    country: str = ""
    language: str = ""
    level: int | None = None
    where: str = ""
    everyone: bool = False


def seen(looker: Looker | None) -> QuerySet[Event]:
    """Published events and those they booked, with how full each is and how they stand there.

    Adds: taken, waiting (numbers of members); for a member mine (the state of their booking or ""), held_until,
    came_at, turn (on the waiting list, from 1; 0 for who does not wait), and far ("0" near, "1" elsewhere).
    """
    rows = Event.objects.annotate(taken=_number(State.PLACE, State.HELD), waiting=_number(State.WAITING))
    if looker is None:
        return rows.filter(published=True)
    mine = Booking.objects.filter(event=OuterRef("pk"), member=looker.member_id, state__in=LIVE)
    first = Booking.objects.filter(event=OuterRef("pk"), state=State.WAITING).filter(
        Q(asked_at__lt=OuterRef("my_asked_at")) | Q(asked_at=OuterRef("my_asked_at"), pk__lte=OuterRef("my_key"))
    )
    return (
        rows.annotate(
            mine=Coalesce(Subquery(mine.values("state")[:1]), Value("")),
            held_until=Subquery(mine.values("held_until")[:1], output_field=DateTimeField()),
            came_at=Subquery(mine.values("came_at")[:1], output_field=DateTimeField()),
            my_asked_at=Subquery(mine.filter(state=State.WAITING).values("asked_at")[:1]),
            my_key=Subquery(mine.filter(state=State.WAITING).values("pk")[:1]),
            far=Case(
                When(Q(online=True) | Q(country=looker.person.country), then=Value("0")),
                default=Value("1"),
                output_field=CharField(),
            ),
        )
        .annotate(turn=_counted(first))
        .filter(Q(published=True) | ~Q(mine=""))
    )


def _number(*states: Booking.State) -> Coalesce:
    return _counted(Booking.objects.filter(event=OuterRef("pk"), state__in=states))


def _counted(bookings: QuerySet[Booking]) -> Coalesce:
    counted = bookings.order_by().values("event").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def ahead(wish: EventWish, *, looker: Looker | None, at: datetime) -> QuerySet[Event]:
    """Events that are not over and fit a wish; of a member's, those for them or within reach, and all they booked."""
    rows = seen(looker).filter(ends_at__gt=at)
    if wish.country:
        rows = rows.filter(country=wish.country)
    if wish.language:
        rows = rows.filter(language=wish.language)
    if wish.level is not None:
        rows = rows.filter(levels__contains=[wish.level])
    if wish.where:
        rows = rows.filter(online=wish.where == ONLINE)
    if looker is not None and not wish.everyone:
        person = looker.person
        # As servicing.rules.audience.fit says: their country, and their level or a higher one.
        reach = [level for level in Level.values if level >= person.level]
        theirs = Q(countries=[]) | Q(countries__contains=[person.country])
        rows = rows.filter((theirs & Q(levels__overlap=reach)) | ~Q(mine=""))
    return rows


def asked_for(*, at: datetime) -> tuple[Sequence[str], Sequence[str]]:
    """Countries and languages of events to come, for the questions of the list; in one query."""
    pairs = Event.objects.filter(published=True, ends_at__gt=at).values_list("country", "language").distinct()
    found = list(pairs)
    return sorted({str(country) for country, _ in found if country}), sorted({language for _, language in found})
