"""Events in words: when by their own clock, where, for whom, and how full they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, ngettext, pgettext
from django.utils.translation import gettext as _

from cps_portal.pages.servicing.times import day_words, local_day, zone_words
from members.models import Level
from servicing.events import audience_of
from servicing.locator import country_name
from servicing.models import Booking, Event
from servicing.rules.audience import Person, fit


def when_words(event: Event, *, zone: str, now: datetime) -> str:
    """From when to when, as the clocks of a zone show it: Thu 3 Dec, 18:00–20:00, London time."""
    begins, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (event.begins_at, event.ends_at))
    today = local_day(now, zone)
    first, last = (
        {"day": day_words(moment.date(), today=today), "time": date_format(moment, "H:i")} for moment in (begins, ends)
    )
    place = zone_words(zone)
    if begins.date() == ends.date():
        # From when to when reads from left to right in every language.
        times = (
            f"\u2066{first['time']}–{last['time']}\u2069" if get_language_bidi() else f"{first['time']}–{last['time']}"
        )
        return _("%(day)s, %(times)s, %(place)s") % {"day": first["day"], "times": times, "place": place}
    words = first | {"last_day": last["day"], "until": last["time"], "place": place}
    return _("%(day)s, %(time)s to %(last_day)s, %(until)s, %(place)s") % words


def same_clock(event: Event, zone: str) -> bool:
    """Whether the clocks of a zone show the event's own time when it begins and ends."""
    own, other = ZoneInfo(event.time_zone), ZoneInfo(zone)
    return all(
        moment.astimezone(own).utcoffset() == moment.astimezone(other).utcoffset()
        for moment in (event.begins_at, event.ends_at)
    )


def where_words(event: Event) -> str:
    """Online, or the place with its country."""
    if event.online:
        return _("Online")
    # An address in other letters stands whole, however the page runs.
    place = f"\u2068{event.place}\u2069" if get_language_bidi() else event.place
    return _("%(place)s, %(country)s") % {"place": place, "country": country_name(str(event.country))}


def language_name(code: str) -> str:
    """A language in the language of the page; its code where it has no name."""
    known = Locale.parse(get_language() or "en", sep="-").languages
    name: str = known.get(code.lower(), code)
    return name[:1].upper() + name[1:]


def listed(names: Iterable[str]) -> str:
    return pgettext("between things in a row", ", ").join(names)


def audience_words(event: Event) -> str:
    """For whom it is, whoever looks."""
    levels = listed(str(Level(level).label) for level in sorted(set(event.levels)))
    countries = listed(sorted(country_name(code) for code in event.countries))
    every_level = set(event.levels) >= set(Level.values)
    if every_level and not countries:
        return _("For every member.")
    if every_level:
        return _("For members of every level in: %(countries)s.") % {"countries": countries}
    if not countries:
        return _("For members with the level: %(levels)s.") % {"levels": levels}
    return _("For members with the level: %(levels)s, in: %(countries)s.") % {
        "levels": levels,
        "countries": countries,
    }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an event is for a member, or what is missing."""

    fits: bool
    words: str
    needs_level: bool = False


def reason(event: Event, person: Person) -> Reason:
    """In words, from the very rule by which places are given."""
    how = fit(audience_of(event), person)
    level = {"level": Level(person.level).label, "country": country_name(person.country)}
    if how.fits:
        if event.countries:
            return Reason(True, _("It is for you: you are %(level)s, and your country is %(country)s.") % level)
        return Reason(True, _("It is for you: you are %(level)s.") % level)
    if how.needs_level is not None:
        needed = {"needed": Level(how.needs_level).label}
        return Reason(False, _("You are %(level)s. With %(needed)s you can come.") % (level | needed), True)
    if event.countries and person.country not in event.countries:
        return Reason(False, _("Your country is %(country)s, so it is not for you.") % level)
    return Reason(False, _("You are %(level)s; it is for other levels.") % level)


def places_words(*, free: int | None, mine: str = "", turn: int = 0, called_off: bool = False) -> str:
    """How one stands with an event, or how many places are left; "" where there is no limit. `free`: None: no limit."""
    if called_off:
        return _("It does not take place.")
    if mine == Booking.State.PLACE:
        return _("You have a place.")
    if mine == Booking.State.HELD:
        return _("A place is kept for you.")
    if mine == Booking.State.WAITING:
        return _("You are number %(turn)s on the waiting list.") % {"turn": turn}
    if free is None:
        return ""
    if not free:
        return _("Full, with a waiting list.")
    return ngettext("%(number)s place left.", "%(number)s places left.", free) % {"number": f"{free:,}"}


def free_of(places: int | None, *, taken: int, waiting: int) -> int | None:
    """Places that one can book; none while somebody waits, and None without a limit."""
    if places is None:
        return None
    return 0 if waiting else max(0, places - taken)
