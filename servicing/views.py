"""Where equipment is serviced, for everybody: the locator and the page of a centre (programme §6)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kitbag.models import FamilyName
from members.models import Level
from servicing import coming
from servicing.home_terms import home_terms
from servicing.locator import Found, calendar_around, centres_for, countries_called, country_name, dated_hours_from
from servicing.locator_form import LocatorForm
from servicing.maps import maps_of
from servicing.models import Centre, Kind, Service
from servicing.rules import opening
from servicing.rules.address import address_lines
from servicing.rules.places import Place


@require_safe
def centres(request: HttpRequest) -> HttpResponse:
    """The locator: every Canon Service Centre that fits, on the maps and in a list, the nearest first."""
    at = timezone.now()
    form = LocatorForm(request.GET, today=at.date())
    form.is_valid()
    places = form.places()
    place = places[0] if places else None
    wish = form.wish(place)
    found = centres_for(wish, at=at)
    near = form.cleaned_data.get("near", "")
    return TemplateResponse(
        request,
        "servicing/centres.html",
        {
            "form": form,
            "narrowed": any(value for key, value in request.GET.items() if key != "named"),
            "maps": maps_of(found, here=wish.here),
            "rows": [_row(one, number, at=at) for number, one in enumerate(found, start=1)],
            "place": place_words(place) if place else "",
            "point": f"{place.latitude:g},{place.longitude:g}" if place and form.cleaned_data.get("at") else "",
            "others": [
                {"label": place_words(other), "href": _with(request.GET, at=_point(other), named=near)}
                for other in places[1:]
                if other.name
            ],
            "unknown": near if near and not place else "",
            "in_country": [
                {"label": country_name(code), "href": _with(request.GET, country=code, near="", at="", named="")}
                for code in (countries_called(near) if near and not place else ())
            ],
            "day": wish.day,
        },
    )


def _row(one: Found, number: int, *, at: datetime) -> dict[str, Any]:
    centre = one.centre
    return {
        "number": number,
        "code": centre.code.lower(),
        "name": centre.name,
        "kind": Kind(centre.kind).label,
        "is_canon": centre.kind == Kind.CANON,
        "is_demo": centre.is_demo,
        "town": centre.town,
        "country": country_name(str(centre.country)),
        "km": None if one.km is None else f"{max(one.km, 1):,.0f}",
        "is_open": one.standing.is_open,
        "state": coming.state_words(one.standing, zone=centre.time_zone, at=at),
        "clock": coming.clock_of(centre.time_zone, at=at),
        "spans": coming.span_words(one.spans),
        "services": [Service(service).label for service in centre.services],
        "takes_video": centre.takes_video,
        "serves_cps": centre.serves_cps,
        "offers": centre.offers,
    }


def place_words(place: Place) -> str:
    """A place for people: Newport, United Kingdom (near Cardiff)."""
    if not place.name:
        return _("your position")
    words = _("%(place)s, %(country)s") % {"place": place.name, "country": country_name(place.country)}
    return _("%(place)s (near %(larger)s)") % {"place": words, "larger": place.near} if place.near else words


def _point(place: Place) -> str:
    return f"{place.latitude:g},{place.longitude:g}"


def _with(query: QueryDict, **changes: str) -> str:
    """The locator's address with some answers changed, without empty ones."""
    kept = QueryDict(mutable=True)
    for name in LocatorForm.base_fields:
        if value := changes.get(name, query.get(name, "")):
            kept[name] = str(value)
    return f"{reverse('centres')}?{kept.urlencode()}"


@require_safe
def centre(request: HttpRequest, centre_code: str) -> HttpResponse:
    """One centre: where it is, when it opens, what it takes, and which benefits hold there. Four queries."""
    at = timezone.now()
    today = at.date()
    found = get_object_or_404(
        Centre.objects.working(today).prefetch_related("opening_hours", dated_hours_from(today)),
        code=centre_code.upper(),
    )
    calendar = calendar_around(found, at, language=get_language() or "en")
    notes = {hours.day: hours.note for hours in found.dated_hours.all() if hours.note}
    country = str(found.country)
    now = opening.standing(calendar, at)
    return TemplateResponse(
        request,
        "servicing/centre.html",
        {
            "crumbs": [{"label": _("Find a centre"), "href": reverse("centres")}, {"label": found.name}],
            "name": found.name,
            "kind": Kind(found.kind).label,
            "is_canon": found.kind == Kind.CANON,
            "is_demo": found.is_demo,
            "serves_cps": found.serves_cps,
            "address": address_lines(found.street, found.postcode, found.town, country),
            "country": country_name(country),
            "phone": found.phone,
            "phone_href": "tel:" + "".join(sign for sign in found.phone if sign.isdigit() or sign == "+"),
            "email": found.email,
            "latitude": f"{found.latitude:f}",
            "longitude": f"{found.longitude:f}",
            "state": coming.state_words(now, zone=found.time_zone, at=at),
            "is_open": now.is_open,
            "clock": coming.clock_of(found.time_zone, at=at),
            "week": coming.week_of(calendar, country=country, at=at),
            "others": coming.other_days(calendar, at=at, notes=notes),
            "cut_off": f"{found.cut_off:%H:%M}",
            "services": [Service(service).label for service in found.services],
            "families": [{"icon": family, "label": FamilyName(family).label} for family in found.families],
            "takes_video": found.takes_video,
            "targets": home_terms(country, day=today).cap > Level.RED,
            "offers": found.offers,
        },
    )
