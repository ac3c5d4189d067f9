"""Offers, events near a member and their last messages, as rows of the dashboard (programme §9, design 01)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cps_portal.pages.messages import subject_words
from members.models import Message
from members.rules.zones import place_of
from servicing.models import Booking
from servicing.news import NewEvent, NewOffer, News

OFFERS_SHOWN = 3
EVENTS_SHOWN = 3


def shown(news: News) -> dict[str, Any]:
    """What the sections of a page are given: rows, and how many there are in all."""
    offers = [*([_pack()] if news.pack_waits else []), *(_offer(one) for one in news.offers)]
    near = sorted(news.events, key=lambda event: (not event.mine, not event.is_near, event.begins_at))
    first = sorted(near[:EVENTS_SHOWN], key=lambda event: event.begins_at)
    return {
        "offers": offers[:OFFERS_SHOWN],
        "offers_count": len(offers),
        "events": [_event(event) for event in first],
        "events_count": len(news.events),
        "letters": [_letter(row) for row in news.messages],
    }


def _pack() -> dict[str, str]:
    return {
        "icon": "box",
        "title": _("Your welcome pack"),
        "text": _("Letter, membership card, priority stickers and a small gift. One per member, for good."),
        "action": _("Enter address"),
        "href": "/offers/pack/",
    }


def _offer(offer: NewOffer) -> dict[str, str]:
    until = {"day": date_format(offer.ends_on, "j M Y")}
    parts = [
        offer.summary,
        _("Shown because you own the %(product)s.") % {"product": offer.because} if offer.because else "",
        _("Before %(day)s.") % until,
    ]
    if offer.codes_left is not None:
        left = ngettext("%(number)s code left.", "%(number)s codes left.", offer.codes_left)
        parts.append(left % {"number": f"{offer.codes_left:,}"})
    return {
        "icon": "tag",
        "title": offer.title,
        "text": " ".join(part for part in parts if part),
        "action": _("See offer"),
        "href": reverse("offer", args=[offer.id]),
    }


def _event(event: NewEvent) -> dict[str, str]:
    local = event.begins_at.astimezone(ZoneInfo(event.zone))
    return {
        "day": date_format(local, "j"),
        "month": date_format(local, "M"),
        "title": event.title,
        "text": f"{_when(local, event)} {_places(event)}".strip(),
        "href": reverse("event", args=[event.id]),
    }


def _when(local: datetime, event: NewEvent) -> str:
    values = {
        "time": date_format(local, "D H:i"),
        "place": place_of(event.zone, get_language() or "en"),
    }
    if event.online:
        return _("%(time)s, online, %(place)s time.") % values
    return _("%(time)s, %(place)s time.") % values


def _places(event: NewEvent) -> str:
    if event.called_off:
        return _("It does not take place.")
    if event.mine == Booking.State.PLACE:
        return _("You have a place.")
    if event.mine == Booking.State.HELD:
        return _("A place is kept for you.")
    if event.mine == Booking.State.WAITING:
        return _("You are number %(turn)s on the waiting list.") % {"turn": event.turn}
    if event.free is None:
        return ""
    if not event.free:
        return _("Full, with a waiting list.")
    return ngettext("%(number)s place left.", "%(number)s places left.", event.free) % {"number": f"{event.free:,}"}


def _letter(row: Message) -> dict[str, Any]:
    return {"title": subject_words(row), "at": row.created_at, "href": reverse("message", args=[row.pk])}
