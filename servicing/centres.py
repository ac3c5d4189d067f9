"""The calendar of a centre: its week, its dated hours and the public holidays of its country (programme §6)."""

from collections.abc import Mapping
from datetime import date, time
from functools import cache

import holidays

from servicing.models import Centre
from servicing.rules.calendar import Calendar, Span

WEEKDAYS = 7


def calendar_of(centre: Centre, *, first: date, last: date, language: str = "en") -> Calendar:
    """A centre's calendar with the public holidays of first ≤ day ≤ last.

    `language`: of their names; what a case keeps is in English.
    Reads `opening_hours` and `dated_hours`: two queries, none where they are prefetched.
    """
    week: list[list[Span]] = [[] for _day in range(WEEKDAYS)]
    for hours in centre.opening_hours.all():
        week[hours.weekday].append((hours.opens, hours.closes))
    dated: dict[date, list[Span]] = {}
    for of_day in centre.dated_hours.all():
        spans = dated.setdefault(of_day.day, [])
        if of_day.opens is not None and of_day.closes is not None:
            spans.append((of_day.opens, of_day.closes))
    return Calendar(
        zone=centre.time_zone,
        week=tuple(tuple(sorted(spans)) for spans in week),
        cut_off=_whole_minute(centre.cut_off),
        dated={day: tuple(sorted(spans)) for day, spans in dated.items()},
        closed=public_holidays(str(centre.country), centre.holiday_region, first=first, last=last, language=language),
    )


def _whole_minute(wall: time) -> time:
    return wall.replace(second=0, microsecond=0)


def public_holidays(country: str, region: str, *, first: date, last: date, language: str = "en") -> dict[date, str]:
    """Public holidays of first ≤ day ≤ last by name; none for a country or region the library does not know.

    In the language asked for where the library has the country's holidays in it, else in English or its own.
    """
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in _of_year(country, region, year, language).items()
        if first <= day <= last
    }


@cache
def _of_year(country: str, region: str, year: int, language: str) -> Mapping[date, str]:
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return {}
    languages = holidays.list_localized_countries(include_aliases=False).get(country, [])
    found = holidays.country_holidays(
        country,
        subdiv=region if region in known[country] else None,
        years=year,
        language=next((code for code in _spoken(language, country) if code in languages), None),
    )
    return dict(found.items())


def _spoken(language: str, country: str) -> tuple[str, ...]:
    english = ("en_GB", "en_US")
    return english if language.startswith("en") else (language, f"{language}_{country}", *english)
