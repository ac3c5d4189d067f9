"""A centre's weeks as strips over one row of weeks: shares as bars, working days as lines.

x is per cent of the width and y per cent of a strip's height from the top, so that one drawing fits every screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from cps_portal.drawing.chart import Segment
from cps_portal.drawing.nights import round_top

# The share of a week's room that its bar fills, and how many weeks have their name below.
FILLED = 0.7
NAMED = 13


@dataclass(frozen=True, slots=True)
class Week:
    """What is drawn of a week; None where nothing left the bench, or nothing with a target."""

    monday: date
    on_time: float | None
    paused: float | None
    half: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    monday: date
    share: int


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    monday: date
    days: float


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    monday: date


@dataclass(frozen=True, slots=True)
class WeeksChart:
    """`top_days` is the figure at the upper edge of the strip of days; shares reach from 0 to 100 per cent."""

    top_days: int
    on_time: tuple[Bar, ...]
    paused: tuple[Bar, ...]
    half: tuple[Segment, ...]
    most: tuple[Segment, ...]
    half_dots: tuple[Dot, ...]
    most_dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]


def weeks_chart(weeks: Sequence[Week], *, is_rtl: bool = False) -> WeeksChart:
    """Where everything stands. `weeks` in order, each week of the time once."""
    room = 100 / max(len(weeks), 1)
    top = round_top(int(max((week.most or 0 for week in weeks), default=0)) + 1)

    def middle(place: int) -> float:
        x = (place + 0.5) * room
        return round(100 - x if is_rtl else x, 3)

    def bars(shares: Sequence[float | None]) -> tuple[Bar, ...]:
        return tuple(
            Bar(
                x=round(middle(place) - room * FILLED / 2, 3),
                y=round(100 - share * 100, 3),
                width=round(room * FILLED, 3),
                height=round(share * 100, 3),
                monday=weeks[place].monday,
                share=int(share * 100),
            )
            for place, share in enumerate(shares)
            if share is not None
        )

    def dots(days: Sequence[float | None]) -> dict[int, Dot]:
        return {
            place: Dot(middle(place), round(100 - value * 100 / top, 3), weeks[place].monday, value)
            for place, value in enumerate(days)
            if value is not None
        }

    half, most = dots([week.half for week in weeks]), dots([week.most for week in weeks])
    step = -(-len(weeks) // NAMED) or 1
    return WeeksChart(
        top_days=top,
        on_time=bars([week.on_time for week in weeks]),
        paused=bars([week.paused for week in weeks]),
        half=_lines(half),
        most=_lines(most),
        half_dots=tuple(half.values()),
        most_dots=tuple(most.values()),
        marks=tuple(Mark(middle(place), week.monday) for place, week in enumerate(weeks) if place % step == 0),
    )


def _lines(dots: dict[int, Dot]) -> tuple[Segment, ...]:
    """Between weeks that follow each other; a week without figures leaves a gap."""
    return tuple(
        Segment(dots[before].x, dots[before].y, dots[after].x, dots[after].y)
        for before, after in pairwise(sorted(dots))
        if after - before == 1
    )
