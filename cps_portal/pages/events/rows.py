"""An event as a row, in the list of events and on the dashboard."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format

from cps_portal.pages.events.words import free_of, places_words, when_words, where_words
from servicing.models import Booking, Event


def event_row(
    event: Event, *, taken: int, waiting: int, mine: str, turn: int, called_off: bool, now: datetime
) -> dict[str, Any]:
    """Its day, when and where by its own clock, and how one stands there. `mine`: the state of a booking or ""."""
    local = event.begins_at.astimezone(ZoneInfo(event.time_zone))
    free = free_of(event.places, taken=taken, waiting=waiting)
    return {
        "day": date_format(local, "j"),
        "month": date_format(local, "M"),
        "title": event.title,
        "href": reverse("event", args=[event.pk]),
        "when": when_words(event, zone=event.time_zone, now=now),
        "where": where_words(event),
        "state": places_words(free=free, mine=mine, turn=turn, called_off=called_off),
        "is_mine": bool(mine),
        "needs_you": mine == Booking.State.HELD and not called_off,
    }
