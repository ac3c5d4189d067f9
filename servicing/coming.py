"""A centre's hours in words, in its own time: open now or not, its week, and the days that are different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.rules.zones import place_of
from servicing.models import Weekday
from servicing.rules import opening
from servicing.rules.calendar import Calendar, Span
from servicing.rules.opening import Standing

WEEKS_TOLD = 6


@dataclass(frozen=True, slots=True)
class Hours:
    """A line of hours: spans as "09:00–17:30", none when closed."""

    day: str
    spans: Sequence[str]
    why: str = ""
    is_today: bool = False


def state_words(standing: Standing, *, zone: str, at: datetime) -> str:
    """Open or closed at a moment and until when, by the centre's clock: Open now, until 17:30."""
    if standing.changes_at is None:
        return _("Closed until further notice")
    local = standing.changes_at.astimezone(ZoneInfo(zone))
    wall = date_format(local, "H:i")
    if standing.is_open:
        return _("Open now, until %(time)s") % {"time": wall}
    if local.date() == at.astimezone(ZoneInfo(zone)).date():
        return _("Closed now, opens at %(time)s") % {"time": wall}
    return _("Closed now, opens %(day)s at %(time)s") % {"day": date_format(local, "DAY_FORMAT"), "time": wall}


def clock_of(zone: str, *, at: datetime) -> str:
    """What a clock in the centre shows: 14:05, London time."""
    wall = date_format(at.astimezone(ZoneInfo(zone)), "H:i")
    return _("%(time)s %(place)s time") % {"time": wall, "place": place_of(zone, get_language() or "en")}


def span_words(spans: Sequence[Span]) -> list[str]:
    return [f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans]


def week_of(calendar: Calendar, *, country: str, at: datetime) -> list[Hours]:
    """The ordinary week, beginning on the day on which weeks begin in the country."""
    first = Locale.parse(f"und_{country}").first_week_day
    today = calendar.local_day(at).weekday()
    return [
        Hours(str(Weekday(day).label), span_words(calendar.week[day]), is_today=day == today)
        for day in ((first + step) % 7 for step in range(7))
    ]


def other_days(calendar: Calendar, *, at: datetime, notes: Mapping[date, str]) -> list[Hours]:
    """The days of the next weeks that are not like their weekday: holidays, and what the centre says itself."""
    days = opening.other_days(
        calendar, first=calendar.local_day(at), days=int(timedelta(weeks=WEEKS_TOLD).days), notes=notes
    )
    return [Hours(date_format(other.day, "DAY_FORMAT"), span_words(other.spans), other.why) for other in days]
