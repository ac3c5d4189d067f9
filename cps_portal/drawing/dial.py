"""The dial of a clock: a centre's working hours as a line, its ticks and its milled edge (design NOTES).

x is per cent of the width. Closed days in a row take .34 of a day, nights and breaks nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from math import sin
from typing import NamedTuple

from servicing.rules.calendar import DAY, Calendar

CLOSED_RUN = 0.34
HALF_HOUR = timedelta(minutes=30)
# Half the angle of the cylinder that a dial shows: its knurl is packed towards the ends.
SHOWN_HALF = 1.35


@dataclass(frozen=True, slots=True)
class Size:
    """A height and everything in it, in pixels; `width` is the narrowest that it is drawn for."""

    height: int
    width: int
    knurl: int
    lines: int
    tick_top: int
    half: int
    hour: int
    middle: int
    edge: int
    numeral: int
    stem: int
    bar: int
    bar_height: int
    label: int
    day_room: int
    has_words: bool


CASE = Size(72, 900, 8, 300, 10, 3, 5, 9, 14, 38, 42, 50, 12, 88, 92, True)
SLOT = Size(52, 262, 6, 96, 8, 3, 4, 7, 9, 28, 30, 35, 9, 68, 43, False)


class Part(NamedTuple):
    """A stretch of time on the line, in units of the longest day."""

    start: datetime
    end: datetime
    x0: float
    x1: float


class Axis:
    """From moments to per cent of the width, in the order of time."""

    def __init__(self, calendar: Calendar, days: Sequence[date]) -> None:
        longest = max(calendar.open_seconds(day) for day in days)
        self.calendar, self.days = calendar, days
        self.open: list[Part] = []
        self.closed: list[Part] = []
        x = 0.0
        for is_open, run in groupby(days, key=calendar.is_working):
            group = list(run)
            if not is_open:
                begins, ends = _midnights(calendar, group)
                self.closed.append(Part(begins, ends, x, x + CLOSED_RUN))
                x += CLOSED_RUN
                continue
            for day in group:
                for opens, closes in calendar.spans_on(day):
                    width = (closes - opens).total_seconds() / longest
                    self.open.append(Part(opens, closes, x, x + width))
                    x += width
        self.units = x
        self._parts = sorted([*self.open, *self.closed])

    def at(self, moment: datetime) -> float:
        """Where a moment stands; one in a night at the edge that it belongs to."""
        x = 0.0
        for part in self._parts:
            if moment < part.start:
                break
            share = min((moment - part.start) / (part.end - part.start), 1.0)
            x = part.x0 + share * (part.x1 - part.x0)
        return x * 100 / self.units

    def extent(self, day: date) -> tuple[float, float]:
        """From where to where an open day goes."""
        spans = self.calendar.spans_on(day)
        return self.at(spans[0][0]), self.at(spans[-1][1])


def _midnights(calendar: Calendar, days: Sequence[date]) -> tuple[datetime, datetime]:
    midnight = time.min
    return calendar.moment(days[0], midnight), calendar.moment(days[-1] + DAY, midnight)


def ticks_of(axis: Axis, size: Size, day_width: float) -> Iterator[tuple[float, int]]:
    """Half hours, hours and the fourth hour of each day, as far as there is room for them."""
    longest = max((part.end - part.start).total_seconds() for part in axis.open) / 3600
    per_hour = day_width / max(longest, 1)
    for day in axis.days:
        spans = axis.calendar.spans_on(day)
        for number, (opens, closes) in enumerate(spans):
            moment = opens + HALF_HOUR
            while moment < closes:
                passed = moment - spans[0][0]
                if number == 0 and passed == 8 * HALF_HOUR and day_width >= 24:
                    yield axis.at(moment), size.middle
                elif passed.total_seconds() % 3600 == 0 and per_hour >= 4:
                    yield axis.at(moment), size.hour
                elif size.has_words and per_hour >= 14:
                    yield axis.at(moment), size.half
                moment += HALF_HOUR


def edges_of(axis: Axis, day_width: float) -> list[float]:
    """Where a day begins; in a long ribbon only where a closed run begins and ends."""
    edges = {part.x0 * 100 / axis.units for part in axis.closed} | {part.x1 * 100 / axis.units for part in axis.closed}
    if day_width >= 5:
        edges |= {axis.extent(day)[0] for day in axis.days if axis.calendar.is_working(day)}
    return sorted(edges)


def path_of(lines: Iterable[tuple[float, int]]) -> str:
    """Upright lines from the top, as path data in a box 1000 wide."""
    return "".join(f"M{round(place * 10, 1):g} 0v{length}" for place, length in lines)


@cache
def knurl(lines: int, height: int) -> str:
    """The milled edge as path data in a box 1000 wide, packed towards the ends as on a cylinder."""
    places = (500 + 500 * sin(SHOWN_HALF * (2 * number / lines - 1)) / sin(SHOWN_HALF) for number in range(1, lines))
    return path_of((round(place / 10, 2), height) for place in places)
