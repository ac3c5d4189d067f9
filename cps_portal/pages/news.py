"""Offers, events near a member and their last messages, as rows of the dashboard (programme §9, design 01)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from cps_portal.pages.events.rows import event_row
from cps_portal.pages.messages import subject_words
from cps_portal.pages.offers.reasons import why_shown
from members.models import Level, Message
from members.wording.words import moment_at
from servicing.models import Booking
from servicing.news import NewOffer, News

OFFERS_SHOWN = 3


def shown(news: News, *, level: Level, country: str, now: datetime) -> dict[str, Any]:
    """What the sections of a page are given: rows, and how many there are in all; level and country are theirs."""
    offers = [*([pack_row()] if news.pack_waits else []), *(_offer(one, level, country) for one in news.offers)]
    return {
        "offers": offers[:OFFERS_SHOWN],
        "offers_count": len(offers),
        "events": [
            event_row(
                one.event,
                taken=one.taken,
                waiting=one.waiting,
                mine=one.mine,
                turn=one.turn,
                called_off=one.called_off,
                now=now,
            )
            for one in news.events
        ],
        "events_count": news.events_count,
        "letters": [_letter(row) for row in news.messages],
    }


def places_kept(news: News, *, zone: str, now: datetime) -> list[dict[str, str]]:
    """Places at events that are kept for them until a moment: to be taken, as what needs them; gone once it is past."""
    return [
        {
            "words": _("A place is kept for you"),
            "href": reverse("event", args=[one.event.pk]),
            "name": one.event.title,
            "text": _("It is yours until %(moment)s; then it passes on.") % {"moment": moment_at(one.held_until, zone)},
            "action": _("Take the place"),
        }
        for one in news.events
        if one.mine == Booking.State.HELD and not one.called_off and one.held_until and one.held_until > now
    ]


def pack_row() -> dict[str, str]:
    """The welcome pack among the offers, until it was asked for."""
    return {
        "icon": "box",
        "title": _("Your welcome pack"),
        "text": _("Letter, membership card, priority stickers and a small gift. One per member, for good."),
        "action": _("Enter address"),
        "href": reverse("pack"),
    }


def of_staff(words: str) -> str:
    """What staff wrote in one language, between sentences that may run the other way."""
    return f"\u2068{words}\u2069" if get_language_bidi() else words


def _offer(offer: NewOffer, level: Level, country: str) -> dict[str, str]:
    until = {"day": date_format(offer.ends_on, "j M Y")}
    parts = [
        of_staff(offer.summary),
        why_shown(owned=offer.because, level=level, country=country if offer.of_some_countries else ""),
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


def _letter(row: Message) -> dict[str, Any]:
    return {"title": subject_words(row), "at": row.created_at, "href": reverse("message", args=[row.pk])}
