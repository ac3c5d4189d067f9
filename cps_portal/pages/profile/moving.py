"""Moving to another participating country: what it changes and what stays, before it is done (programme §1).

Our reading of "benefits follow the new country": they do from the moment of the move, for what begins after it;
a case keeps the terms that it began with.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_countries import countries

from cps_portal.pages.benefits import benefit_lines
from cps_portal.pages.joining_form import sort_key
from cps_portal.pages.privacy.export import crumbs
from kitbag import standing
from members.access import MemberRequest, member_required
from members.models import CountryMove, CountryTerms, Level, Member
from members.moving import NoMove, move
from members.rules.days import programme_day
from members.rules.levels import Rank
from members.rules.zones import first_zone, place_of, zones_of
from servicing import events
from servicing.home_terms import HomeTerms, home_terms
from servicing.locator import country_name
from servicing.models import Case, Event
from servicing.offers import follow_country

LISTED_MOVES = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def account_move(request: MemberRequest) -> HttpResponse:
    """`?country=HR` shows what a move there changes; the POST of the same moves. Moving twice is moving once."""
    now = timezone.now()
    day = programme_day(now)
    member, own = request.member, str(request.member.country)
    asked = (request.POST if request.method == "POST" else request.GET).get("country", "").upper()
    taking_part = {
        str(code): country_name(str(code)) for code in CountryTerms.objects.on(day).values_list("country", flat=True)
    }
    if asked not in taking_part and asked in dict(countries):
        return HttpResponseRedirect(f"{reverse('country-other')}?{urlencode({'country': asked})}")
    if request.method == "POST" and asked in taking_part:
        return _moved(request, to=asked, at=now)
    others = [(code, name) for code, name in taking_part.items() if code != own]
    to = asked if asked in dict(others) else ""
    return TemplateResponse(
        request,
        "profile/account_move.html",
        {
            "crumbs": crumbs(_("Move to another country")),
            "country": country_name(own),
            "choices": sorted(others, key=lambda pair: sort_key(pair[1])),
            "to": to,
            "effects": _effects(member, to, at=now) if to else None,
            "error": _("Choose a country from the list.") if request.method == "POST" else "",
            "moves": [
                {"from": country_name(str(row.from_country)), "to": country_name(str(row.to_country)), "at": row.at}
                for row in CountryMove.objects.filter(member=member)[:LISTED_MOVES]
            ],
        },
    )


def _moved(request: MemberRequest, *, to: str, at: datetime) -> HttpResponse:
    """The move, with the time zone if they want it to change too."""
    zone = first_zone(to) if "time_zone" in request.POST else None
    try:
        move(request.member.pk, to=to, at=at, time_zone=zone)
    except NoMove:
        messages.error(request, _("Choose a country from the list."))
    else:
        messages.success(request, _("Your official country: %(country)s.") % {"country": country_name(to)})
    return HttpResponseRedirect(reverse("account-move"))


def _effects(member: Member, to: str, *, at: datetime) -> dict[str, Any]:
    """What is other there for the member's level, and what stays; the same few queries whatever they have."""
    day = programme_day(at)
    stands = standing.on(member.pk, day)
    there = home_terms(to, day=day)
    gone, new = follow_country(member, to=to, level=stands.level, day=day)
    followed = events.follow_country(member, to=to, level=stands.level, at=at)
    return {
        "name": country_name(to),
        "lines": _compared(stands.level, home_terms(str(member.country), day=day), there),
        "capped": _capped(stands.level, there, country_name(to)),
        "points": stands.points,
        "level": stands.level.label,
        "cases": _cases(Case.objects.open().owned_by(member).count()),
        "gone": [_offer(offer.title, str(offer.pk)) for offer in gone],
        "new": [offer.title for offer in new],
        "events_gone": [_event(event) for event in followed.gone],
        "events_new": [_event(event) for event in followed.new],
        "booked": _booked(followed),
        "zone": _zone(member.time_zone, to),
    }


def _compared(level: Level, home: HomeTerms, there: HomeTerms) -> list[dict[str, Any]]:
    """Each benefit of a level by the terms of both countries, and whether it changes."""
    return [
        {"words": one["words"], "now": one["cells"][0], "then": other["cells"][0], "changes": one != other}
        for one, other in zip(benefit_lines([level], home), benefit_lines([level], there), strict=True)
    ]


def _capped(level: Level, there: HomeTerms, name: str) -> str:
    """Where the new country gives less than the level."""
    reached = there.reached(level)
    if reached == level:
        return ""
    said = {"level": level.label, "country": name, "reached": Level(reached).label}
    if reached < Rank.SILVER:
        return _("Your level stays %(level)s. In %(country)s it has no Fast Track targets or loans.") % said
    return _("Your level stays %(level)s. In %(country)s benefits end at those of %(reached)s.") % said


def _cases(number: int) -> str:
    if not number:
        return ""
    return ngettext(
        "%(number)s open case: it keeps the terms that it began with.",
        "%(number)s open cases: they keep the terms that they began with.",
        number,
    ) % {"number": number}


def _booked(followed: events.Followed) -> list[str]:
    """Places and turns, which stay whoever the event is for."""
    said = []
    if number := followed.places:
        words = ngettext("%(number)s place at an event", "%(number)s places at events", number)
        said.append(words % {"number": number})
    if number := followed.turns:
        words = ngettext("%(number)s turn on a waiting list", "%(number)s turns on waiting lists", number)
        said.append(words % {"number": number})
    return said


def _event(event: Event) -> Mapping[str, str]:
    return {"title": event.title, "href": reverse("event", args=[event.pk])}


def _offer(title: str, key: str) -> Mapping[str, str]:
    return {"title": title, "href": reverse("offer", args=[key])}


def _zone(current: str, to: str) -> str:
    """The place whose time the new country keeps; empty where the member's zone is one of it."""
    if current in zones_of(to):
        return ""
    return place_of(first_zone(to), get_language() or "en")
