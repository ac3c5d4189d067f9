"""The locator: which centres there are, what they take, how far they are and when they open (programme §6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from babel import Locale
from django.db.models import Prefetch
from django.utils.translation import get_language
from django_countries import countries

from servicing.centres import calendar_of
from servicing.models import Centre, DatedHours
from servicing.rules import opening, places
from servicing.rules.calendar import LONGEST_CLOSURE, Calendar, Span
from servicing.rules.distance import kilometres
from servicing.rules.opening import Standing
from servicing.rules.places import Place

Point = tuple[float, float]
# How people shorten the names of countries; the list of countries knows the full ones.
SHORT_NAMES = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "uae": "AE", "holland": "NL"}
# A day may lie so far ahead; opening hours say nothing of later ones.
DAYS_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for; empty values ask for nothing. `here` is latitude and longitude in degrees."""

    cps: bool = False
    kind: str = ""
    country: str = ""
    service: str = ""
    video: bool = False
    open_now: bool = False
    day: date | None = None
    here: Point | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A centre that fits. `km` is None where no place is known; `spans` are the hours of the day that was asked for."""

    centre: Centre
    km: float | None
    standing: Standing
    spans: tuple[Span, ...] = ()

    @property
    def point(self) -> Point:
        return float(self.centre.latitude), float(self.centre.longitude)


def centres_for(wish: Wish, *, at: datetime) -> list[Found]:
    """Centres that fit a wish at a moment: the nearest first, else by country and name. Three queries."""
    today = at.date()
    rows = Centre.objects.working(today).prefetch_related("opening_hours", dated_hours_from(today - timedelta(days=1)))
    if wish.cps:
        rows = rows.filter(serves_cps=True)
    if wish.video:
        rows = rows.filter(takes_video=True)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.country:
        rows = rows.filter(country=wish.country)
    if wish.service:
        rows = rows.filter(services__contains=[wish.service])
    found = [one for centre in rows if (one := _fitting(centre, wish, at)) is not None]
    if wish.here is not None:
        found.sort(key=lambda one: (one.km or 0, one.centre.code))
    else:
        found.sort(
            key=lambda one: (
                places.fold(country_name(str(one.centre.country))),
                places.fold(one.centre.name),
                one.centre.code,
            )
        )
    return found


def _fitting(centre: Centre, wish: Wish, at: datetime) -> Found | None:
    calendar = calendar_around(centre, at)
    standing = opening.standing(calendar, at)
    spans = calendar.hours_on(wish.day) if wish.day else ()
    if (wish.open_now and not standing.is_open) or (wish.day and not spans):
        return None
    km = kilometres(*wish.here, float(centre.latitude), float(centre.longitude)) if wish.here else None
    return Found(centre, km, standing, spans)


def calendar_around(centre: Centre, at: datetime, *, language: str = "en") -> Calendar:
    """A centre's calendar from the day before a moment until the last day that can be asked for.

    `language`: of the holidays' names.
    """
    return calendar_of(
        centre,
        language=language,
        first=at.date() - timedelta(days=1),
        last=at.date() + timedelta(days=DAYS_AHEAD + LONGEST_CLOSURE),
    )


def dated_hours_from(day: date) -> Prefetch:
    """Dated hours of a day and later: what lies behind says nothing to somebody who wants to come."""
    return Prefetch("dated_hours", DatedHours.objects.filter(day__gte=day))


def countries_with_centres(*, day: date) -> list[tuple[str, str]]:
    """Code and name, in the page's language and its order, of every country that has a centre on a day. One query."""
    codes = Centre.objects.working(day).order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code)) for code in codes), key=lambda entry: places.fold(entry[1]))


def country_name(code: str) -> str:
    """A country's name as the portal writes it, in the page's language."""
    return str(countries.name(code)) or code


def places_called(text: str) -> list[Place]:
    """Places of a typed name, the largest first; a country may follow ("Newport, UK", "Köln Germany")."""
    head, comma, tail = text.partition(",")
    if comma and (homes := countries_called(tail)) and (found := places.find(head, countries=homes)):
        return found
    if found := places.find(text):
        return found
    words = text.replace(",", " ").split()
    for at in range(len(words) - 1, 0, -1):
        homes = countries_called(" ".join(words[at:]))
        if homes and (found := places.find(" ".join(words[:at]), countries=homes)):
            return found
    return []


def countries_called(text: str) -> frozenset[str]:
    """ISO codes of the countries of a name, in English, in the page's language or by their code."""
    wanted = places.fold(text)
    names = _codes_of("en") | _codes_of(get_language() or "en") | SHORT_NAMES
    code = names.get(wanted) or (wanted.upper() if wanted.upper() in _country_names("en") else "")
    return frozenset({code} if code else ())


@cache
def _country_names(language: str) -> dict[str, str]:
    """Names of countries by ISO code in a language, as Unicode's CLDR has them."""
    return {code: name for code, name in Locale.parse(language).territories.items() if len(code) == 2}


@cache
def _codes_of(language: str) -> dict[str, str]:
    return {places.fold(name): code for code, name in _country_names(language).items()}
