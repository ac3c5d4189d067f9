"""The door of an event: who came, near its day; what was entered by mistake is taken back (programme §9)."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from members.models import User
from servicing.events import LIVE, State, lock_running, room_of
from servicing.models import Booking, Event, EventVisitor
from servicing.offers import BenefitError

# Before its first day there is something to build up, and after its last one a list to be typed in (D).
AROUND = timedelta(days=1)


def door_days(event: Event) -> tuple[date, date]:
    """The first and the last day of its own clock on which its door is open."""
    zone = ZoneInfo(event.time_zone)
    return event.begins_at.astimezone(zone).date() - AROUND, event.ends_at.astimezone(zone).date() + AROUND


def why_shut(event: Event, *, at: datetime) -> str:
    """ "too_early" or "too_late"; "" while the door is open."""
    today = at.astimezone(ZoneInfo(event.time_zone)).date()
    opens, closes = door_days(event)
    return "too_early" if today < opens else "too_late" if today > closes else ""


def _lock_open(event_id: UUID, *, at: datetime) -> Event:
    event = lock_running(event_id)
    if code := why_shut(event, at=at):
        raise BenefitError(code)
    return event


@transaction.atomic
def check_in(event_id: UUID, *, member_id: int, at: datetime) -> tuple[Booking, bool]:
    """A member came. Answers the booking and whether they were checked in before: scanning twice changes nothing.

    Raises BenefitError: "called_off", "too_early", "too_late", "no_place".
    """
    event = _lock_open(event_id, at=at)
    booking = Booking.objects.filter(event=event, member=member_id, state=State.PLACE).first()
    if booking is None:
        raise BenefitError("no_place")
    if booking.came_at is not None:
        return booking, True
    booking.came_at = at
    booking.save(update_fields=["came_at"])
    return booking, False


@transaction.atomic
def let_in(event_id: UUID, *, member_id: int, at: datetime) -> tuple[Booking, bool]:
    """Check in a member who came without a place, where one is free. Answers as `check_in` does.

    At the door it goes to who is there, not to who waits; a place kept for them is theirs. Raises BenefitError:
    "called_off", "too_early", "too_late", "full".
    """
    event = _lock_open(event_id, at=at)
    mine = Booking.objects.filter(event=event, member=member_id, state__in=LIVE).first()
    if mine is not None and mine.state == State.PLACE:
        return check_in(event_id, member_id=member_id, at=at)
    if (mine is None or mine.state == State.WAITING) and room_of(event).free == 0:
        raise BenefitError("full")
    booking = mine or Booking(event=event, member_id=member_id, asked_at=at)
    booking.state, booking.held_until, booking.came_at = State.PLACE, None, at
    booking.save()
    return booking, False


@transaction.atomic
def check_in_visitor(
    event_id: UUID, *, region: str, card_number: str, name: str, at: datetime, by: User
) -> tuple[EventVisitor, bool]:
    """A card holder of another CPS region came; the same card twice is once.

    Raises BenefitError: "called_off", "too_early", "too_late".
    """
    event = _lock_open(event_id, at=at)
    visitor, is_new = EventVisitor.objects.get_or_create(
        event=event, region=region, card_number=card_number, defaults={"name": name, "came_at": at, "by": by}
    )
    return visitor, not is_new


@transaction.atomic
def take_back(event_id: UUID, *, booking_id: int, at: datetime) -> Booking:
    """A member is not in after all: their place stays theirs; twice is once.

    Raises BenefitError: "called_off", "too_early", "too_late"; and Booking.DoesNotExist.
    """
    event = _lock_open(event_id, at=at)
    booking = Booking.objects.select_related("member__user").get(pk=booking_id, event=event)
    if booking.came_at is not None:
        booking.came_at = None
        booking.save(update_fields=["came_at"])
    return booking


@transaction.atomic
def take_back_visitor(event_id: UUID, *, visitor_id: int, at: datetime) -> bool:
    """A visitor is not in after all; False where that was taken back before. Raises BenefitError."""
    event = _lock_open(event_id, at=at)
    gone, _rows = EventVisitor.objects.filter(pk=visitor_id, event=event).delete()
    return bool(gone)
