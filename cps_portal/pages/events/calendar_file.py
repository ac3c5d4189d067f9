"""An event as a calendar file (RFC 5545): in its own time zone, with a name that stays, called off where it is."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from icalendar import Calendar
from icalendar import Event as Entry

from cps_portal.pages.events.looking import found, looker_of
from cps_portal.pages.events.words import where_words
from members.access import member_here
from members.wording import link
from servicing.models import Booking, Event

# Sequence numbers count seconds from here.
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@require_safe
def event_ics(request: HttpRequest, event_id: UUID) -> HttpResponse:
    at = timezone.now()
    looker = looker_of(member_here(request), at=at)
    one: Any = found(event_id, looker)
    has_place = looker is not None and one.mine == Booking.State.PLACE
    return HttpResponse(
        written(one, join_link=one.join_link if has_place and one.online else "", at=at),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{slugify(one.title)[:60] or "event"}.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def written(event: Event, *, join_link: str, at: datetime) -> bytes:
    """The calendar of one event. `join_link`: "" for who has no place online."""
    address, zone = link("event", event.pk), ZoneInfo(event.time_zone)
    entry = Entry()
    entry.add("uid", f"{event.pk}@{urlsplit(settings.PORTAL_ORIGIN).hostname}")
    entry.add("dtstamp", at.astimezone(UTC))
    entry.add("dtstart", event.begins_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("description", "\n\n".join(part for part in (event.summary, join_link, address) if part))
    entry.add("location", join_link or where_words(event))
    entry.add("url", address)
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    # A calendar takes the later word on the same event.
    entry.add("sequence", int((at - SINCE).total_seconds()))
    calendar = Calendar()
    calendar.add("prodid", "-//Canon Professional Services//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
