"""Moments and days of a centre in words, by its own clock: Fri 20 Nov, 11:15."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.rules.zones import place_of


def day_words(day: date, *, today: date) -> str:
    """A day with its weekday; the year only where it is another one than today's: Fri 20 Nov."""
    return date_format(day, "D j M" if day.year == today.year else "D j M Y")


def moment_words(at: datetime, *, zone: str, now: datetime) -> str:
    """A day and a time: Fri 20 Nov, 11:15."""
    local = at.astimezone(ZoneInfo(zone))
    words = {"day": day_words(local.date(), today=local_day(now, zone)), "time": date_format(local, "H:i")}
    return _("%(day)s, %(time)s") % words


def short_moment(at: datetime, *, zone: str) -> str:
    """A weekday and a time, where the date stands beside it: Mon 14:00."""
    return date_format(at.astimezone(ZoneInfo(zone)), "D H:i")


def wall(at: datetime, *, zone: str) -> str:
    """What the centre's clock shows: 11:15."""
    return date_format(at.astimezone(ZoneInfo(zone)), "H:i")


def local_day(at: datetime, zone: str) -> date:
    """The centre's own date."""
    return at.astimezone(ZoneInfo(zone)).date()


def zone_words(zone: str) -> str:
    """Whose time a page speaks of: London time."""
    return _("%(place)s time") % {"place": place_of(zone, get_language() or "en")}
