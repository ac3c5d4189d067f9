"""The last nights as three strips over one row of days: members touched, levels up and down, and the time taken.

x is per cent of the width and y per cent of a strip's height from the top, so that one drawing fits every screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cps_portal.drawing.chart import Segment

# The share of a day's room that its bar fills.
FILLED = 0.7


@dataclass(frozen=True, slots=True)
class NightFigures:
    """What is drawn of a night; `milliseconds` is None where it is not complete."""

    day: date
    members: int
    levels_up: int
    levels_down: int
    milliseconds: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    night: NightFigures


@dataclass(frozen=True, slots=True)
class DayMark:
    x: float
    day: date


@dataclass(frozen=True, slots=True)
class NightsChart:
    """`top_…` are the figures at the upper edge of each strip; levels have it at both edges, 0 in the middle."""

    top_members: int
    top_levels: int
    top_milliseconds: int
    members: tuple[Bar, ...]
    up: tuple[Bar, ...]
    down: tuple[Bar, ...]
    duration: tuple[Segment, ...]
    marks: tuple[DayMark, ...]


def round_top(highest: int) -> int:
    """The next of 1, 2 or 5 times a power of ten, so that the edge of a strip can be read; at least 1."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= highest:
                return step * power
        power *= 10


def nights_chart(nights: Sequence[NightFigures], *, days: int, is_rtl: bool = False) -> NightsChart:
    """Where everything stands. `nights` in order of day, the last at the end; a missing day leaves its room empty."""
    first = nights[-1].day - timedelta(days=days - 1)
    shown = [night for night in nights if night.day >= first]
    room = 100 / days
    top_members = round_top(max(night.members for night in shown))
    top_levels = round_top(max(max(night.levels_up, night.levels_down) for night in shown))
    top_milliseconds = round_top(max(night.milliseconds or 0 for night in shown))

    def middle(day: date) -> float:
        x = ((day - first).days + 0.5) * room
        return 100 - x if is_rtl else x

    def bar(night: NightFigures, share: float, *, base: float, rises: bool = True) -> Bar:
        x = middle(night.day) - room * FILLED / 2
        y = base - share if rises else base
        return Bar(round(x, 3), round(y, 3), round(room * FILLED, 3), round(share, 3), night)

    timed = [(night.day, night.milliseconds) for night in shown if night.milliseconds is not None]
    points = [(round(middle(day), 3), round(100 - took * 100 / top_milliseconds, 3)) for day, took in timed]
    return NightsChart(
        top_members=top_members,
        top_levels=top_levels,
        top_milliseconds=top_milliseconds,
        members=tuple(bar(one, one.members * 100 / top_members, base=100) for one in shown if one.members),
        up=tuple(bar(one, one.levels_up * 50 / top_levels, base=50) for one in shown if one.levels_up),
        down=tuple(
            bar(one, one.levels_down * 50 / top_levels, base=50, rises=False) for one in shown if one.levels_down
        ),
        duration=tuple(
            Segment(*points[index], *points[index + 1])
            for index in range(len(points) - 1)
            if timed[index + 1][0] - timed[index][0] == timedelta(days=1)
        ),
        marks=tuple(
            DayMark(round(middle(day), 3), day)
            for day in (first + timedelta(days=number) for number in range(days))
            if day.day == 1
        ),
    )
