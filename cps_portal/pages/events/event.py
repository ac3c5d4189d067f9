"""The page of an event: when by its own clock, why it is for me, and my place in it (programme §9)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages as toasts
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.events import words
from cps_portal.pages.events.looking import found, looker_of
from cps_portal.pages.servicing.times import moment_words, wall, zone_words
from members.access import MemberRequest, member_here, member_required
from servicing import events
from servicing.event_list import Looker
from servicing.models import Booking
from servicing.offers import BenefitError

State = Booking.State
REFUSALS = {
    "over": gettext_lazy("Booking has ended, so there is no place to take any more."),
    "not_yours": gettext_lazy("This event is for other members. The page says what is missing."),
}


@require_safe
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    at = timezone.now()
    member = member_here(request)
    looker = looker_of(member, at=at)
    one: Any = found(event_id, looker)
    own_zone = member.time_zone if member else ""
    return TemplateResponse(
        request,
        "events/event.html",
        {
            "crumbs": [{"label": _("Events"), "href": reverse("events")}, {"label": one.title}],
            "title": one.title,
            "summary": one.summary,
            "text": one.text,
            "when": words.when_words(one, zone=one.time_zone, now=at),
            "own_when": words.when_words(one, zone=own_zone, now=at)
            if own_zone and not words.same_clock(one, own_zone)
            else "",
            "where": words.where_words(one),
            "language": words.language_name(one.language),
            "audience": words.audience_words(one),
            "why": words.reason(one, looker.person) if looker else None,
            "booking_until": _clock(one.booking_ends_at, one.time_zone, at),
            "places": one.places,
            "free": words.places_words(free=words.free_of(one.places, taken=one.taken, waiting=one.waiting)),
            "waiting": one.waiting,
            "is_member": looker is not None,
            "is_staff": looker is None and request.user.is_authenticated,
            "sign_in": redirect_to_login(reverse("event", args=[one.pk])).url,
            "book": reverse("event-book", args=[one.pk]),
            "cancel": reverse("event-cancel", args=[one.pk]),
            "ics": reverse("event-ics", args=[one.pk]),
            **_standing(one, looker, at=at),
        },
    )


def _clock(moment: datetime, zone: str, now: datetime) -> str:
    return _("%(moment)s, %(place)s") % {
        "moment": moment_words(moment, zone=zone, now=now),
        "place": zone_words(zone),
    }


def _standing(one: Any, looker: Looker | None, *, at: datetime) -> dict[str, Any]:
    """Where one stands and what one can do: `state` is a code that the page words."""
    mine = one.mine if looker else ""
    if mine == State.HELD and one.held_until <= at:
        # It lapses at the next wake-up; whoever books now asks anew.
        mine = ""
    free = words.free_of(one.places, taken=one.taken, waiting=one.waiting)
    fits = looker is not None and words.reason(one, looker.person).fits
    can_book = fits and not mine and not one.cancelled_at and at < one.booking_ends_at
    if one.cancelled_at:
        state = "called_off"
    elif one.ends_at <= at:
        state = "over"
    elif mine:
        state = str(mine)
    else:
        state = "open" if at < one.booking_ends_at else "ended"
    came_at = one.came_at if looker else None
    return {
        "state": state,
        "can_book": can_book,
        "is_full": free == 0,
        "has_place": mine == State.PLACE,
        "came": wall(came_at, zone=one.time_zone) if came_at else "",
        "turn": one.turn if looker else 0,
        "held_until": _clock(one.held_until, one.time_zone, at) if mine == State.HELD else "",
        "hold_words": ngettext(
            "When a place becomes free it is kept for the first in line for %(hours)s hour, and we write to you.",
            "When a place becomes free it is kept for the first in line for %(hours)s hours, and we write to you.",
            one.hold_hours,
        )
        % {"hours": one.hold_hours},
        "join_link": one.join_link if one.online and mine == State.PLACE and state == "place" else "",
        "can_cancel": bool(mine) and not came_at and not one.cancelled_at and one.ends_at > at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def event_book(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """A place or a turn. Whoever signed in on the way here comes by GET and books on the page."""
    at = timezone.now()
    one = found(event_id, looker_of(member_here(request), at=at))
    if request.method == "POST":
        try:
            booking = events.book(one.pk, member_id=request.member.pk, at=at)
        except BenefitError as error:
            toasts.error(request, str(REFUSALS[error.code]))
        else:
            toasts.success(
                request,
                _("You have a place. Your ticket is your card.")
                if booking.state == State.PLACE
                else _("You are on the waiting list. We write to you when a place becomes free."),
            )
    return HttpResponseRedirect(reverse("event", args=[one.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def event_cancel(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """Give a place or a turn back; it always works and says so."""
    at = timezone.now()
    looker = looker_of(member_here(request), at=at)
    one: Any = found(event_id, looker)
    if request.method == "POST":
        events.cancel(one.pk, member_id=request.member.pk, at=at)
        if one.came_at:
            toasts.info(request, _("You were checked in already, so there is nothing to give back."))
        elif one.mine == State.WAITING:
            toasts.success(request, _("You are not on the waiting list any more."))
        else:
            toasts.success(request, _("Your place is given back. You can book again while places are free."))
    # An event that was unpublished since is only for those who booked it.
    return HttpResponseRedirect(reverse("event", args=[one.pk]) if one.published else reverse("events"))
