"""The time zone a country's members start with, and the zones one can choose (Members move: they choose)."""

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

# Where a country has several zones: the one most of its people live by.
MOST_PEOPLE = {
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "KZ": "Asia/Almaty",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}
PLACES = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def zones_of(country: str) -> list[str]:
    """IANA zones of an ISO 3166 country, the one most people live by first; empty for an unknown code."""
    known = available_timezones()
    zones = sorted(
        zone for zone in get_global("territory_zones").get(country, []) if zone in known and zone.startswith(PLACES)
    )
    first = MOST_PEOPLE.get(country)
    if first in zones:
        zones.remove(first)
        zones.insert(0, first)
    return zones


def first_zone(country: str) -> str:
    """The zone a new member of a country starts with; UTC where the country is unknown."""
    return next(iter(zones_of(country)), "UTC")


@cache
def all_zones() -> tuple[str, ...]:
    """Every zone named after a place, in alphabetical order, and UTC."""
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.startswith(PLACES)))


@cache
def place_of(zone: str, language: str) -> str:
    """The place a time zone is named for, in a language: London."""
    return get_timezone_location(zone, locale=language, return_city=True)
