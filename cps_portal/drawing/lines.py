"""Lines over a time, drawn in per cent of a plot: patterns tell them apart, and each is named at its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# In the order of the lines: full, dashed, dotted, long dashes (design: pattern carries state).
PATTERNS = ("solid", "dashed", "dotted", "long")
MARKS = 6


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, from point to point, in per cent."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    pattern: str
    runs: Sequence[Run]
    end_y: float
    last: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Lines:
    lines: Sequence[Line]
    marks: Sequence[Mark]
    top: int


def lines_chart(days: Sequence[date], series: Sequence[tuple[str, Sequence[int]]], *, is_rtl: bool) -> Lines | None:
    """Lines over days, from 0 to a round top; None where there is nothing to draw (fewer than two days)."""
    if len(days) < 2 or not series:
        return None
    top = round_top(max((value for _label, values in series for value in values), default=0))
    step = 100 / (len(days) - 1)
    places = [round(100 - at * step if is_rtl else at * step, 2) for at in range(len(days))]

    def height(value: int) -> float:
        return round(100 - 100 * value / top, 2)

    lines = [
        Line(
            label,
            PATTERNS[number % len(PATTERNS)],
            _runs(places, [height(value) for value in values]),
            height(values[-1]),
            f"{values[-1]:,}",
        )
        for number, (label, values) in enumerate(series)
    ]
    every = max(1, -(-len(days) // MARKS))
    return Lines(lines, [Mark(places[at], days[at]) for at in range(0, len(days), every)], top)


def _runs(places: Sequence[float], heights: Sequence[float]) -> list[Run]:
    """From point to point; where nothing changes in one piece, as a pattern begins anew with each."""
    turns = [
        at
        for at in range(len(heights))
        if at in (0, len(heights) - 1) or not heights[at - 1] == heights[at] == heights[at + 1]
    ]
    return [Run(places[a], heights[a], places[b], heights[b]) for a, b in pairwise(turns)]


def round_top(most: int) -> int:
    """The next of 1, 2, 5 times a power of ten, at least 10."""
    power = 10
    while True:
        for factor in (1, 2, 5):
            if most <= factor * power:
                return factor * power
        power *= 10
