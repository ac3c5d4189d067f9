"""What a calendar says to somebody who wants to come: open or closed, until when, and what the next weeks change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from servicing.rules.calendar import LONGEST_CLOSURE, Calendar, Span


@dataclass(frozen=True, slots=True)
class Standing:
    """Open or closed at a moment; `changes_at` (UTC) is when that ends, None where it never opens again."""

    is_open: bool
    changes_at: datetime | None


@dataclass(frozen=True, slots=True)
class OtherDay:
    """A day that is not as its weekday usually is: its hours, () when closed, and why."""

    day: date
    spans: tuple[Span, ...]
    why: str


def standing(calendar: Calendar, at: datetime) -> Standing:
    """Whether a centre is open at an aware moment, and until when it stays so."""
    today = calendar.local_day(at)
    for ahead in range(LONGEST_CLOSURE + 1):
        for opens, closes in calendar.spans_on(today + timedelta(days=ahead)):
            if opens <= at < closes:
                return Standing(is_open=True, changes_at=closes)
            if at < opens:
                return Standing(is_open=False, changes_at=opens)
    return Standing(is_open=False, changes_at=None)


def other_days(calendar: Calendar, *, first: date, days: int, notes: Mapping[date, str]) -> Iterator[OtherDay]:
    """The days from `first` on whose hours differ from their weekday's; `notes` says why where staff did."""
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        spans = calendar.hours_on(day)
        if spans != calendar.week[day.weekday()]:
            yield OtherDay(day, spans, notes.get(day) or ("" if spans else calendar.closed.get(day, "")))
