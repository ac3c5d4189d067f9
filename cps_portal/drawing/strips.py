"""Strips of a report: one plot over a row of pieces of time, as bars that rise or as a line, with dots.

x is per cent of the width and y per cent of the strip's height from the top, so that one drawing fits every screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from cps_portal.drawing.chart import Segment
from cps_portal.drawing.nights import round_top

# The share of a piece's room that its bar fills, and how many pieces have their name below.
FILLED = 0.7
NAMED = 7


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The name of a piece under the strips; one in two has no room on a phone."""

    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Strip:
    """`top` is the figure at the upper edge; `bars` for what happened, `runs` and `dots` for how it stood."""

    top: int
    bars: tuple[Bar, ...]
    runs: tuple[Segment, ...]
    dots: tuple[Dot, ...]


def middles(pieces: int, *, is_rtl: bool = False) -> list[float]:
    """Where the middle of each piece stands."""
    places = [(place + 0.5) * 100 / pieces for place in range(pieces)]
    return [round(100 - x if is_rtl else x, 3) for x in places]


def bars(pieces: Sequence[date], values: Sequence[int | None], *, top: int = 0, is_rtl: bool = False) -> Strip:
    """A bar for each value above 0; `top` where the scale is given, as for per cent."""
    top = top or round_top(max((value or 0 for value in values), default=0))
    width = round(100 / max(len(pieces), 1) * FILLED, 3)
    return Strip(
        top=top,
        bars=tuple(
            Bar(
                round(x - width / 2, 3),
                round(100 - value * 100 / top, 3),
                width,
                round(value * 100 / top, 3),
                day,
                value,
            )
            for x, day, value in zip(middles(len(pieces), is_rtl=is_rtl), pieces, values, strict=True)
            if value
        ),
        runs=(),
        dots=(),
    )


def line(pieces: Sequence[date], values: Sequence[int | None], *, top: int = 0, is_rtl: bool = False) -> Strip:
    """A line through every value; a piece without one leaves a gap."""
    top = top or round_top(max((value or 0 for value in values), default=0))
    dots = [
        None if value is None else Dot(x, round(100 - value * 100 / top, 3), day, value)
        for x, day, value in zip(middles(len(pieces), is_rtl=is_rtl), pieces, values, strict=True)
    ]
    return Strip(
        top=top,
        bars=(),
        runs=tuple(Segment(one.x, one.y, two.x, two.y) for one, two in pairwise(dots) if one and two),
        dots=tuple(dot for dot in dots if dot),
    )


def marks(pieces: Sequence[date], *, is_rtl: bool = False) -> tuple[Mark, ...]:
    """Names under the strips, as many as have room."""
    step = -(-len(pieces) // NAMED) or 1
    found = zip(middles(len(pieces), is_rtl=is_rtl), pieces, strict=True)
    return tuple(Mark(x, day) for place, (x, day) in enumerate(found) if place % step == 0)
