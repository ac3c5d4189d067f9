"""The value of a product through its life: one step line over its three stages, the index under today's.

Stages have no length of their own, so each takes a third. x and y are per cent; lines stay in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cps_portal.drawing.chart import Segment


@dataclass(frozen=True, slots=True)
class ValueCurve:
    past: tuple[Segment, ...]
    ahead: tuple[Segment, ...]
    today_x: float


def value_curve(points: Sequence[int], *, reached: int, rtl: bool = False) -> ValueCurve | None:
    """A step for each stage's points, solid until the middle of the one reached; None where there are no points."""
    top = max(points, default=0)
    if not top:
        return None
    third = 100 / len(points)
    today = (reached + 0.5) * third
    runs: list[tuple[float, float, float, float]] = []
    for place, value in enumerate(points):
        y = 100 - 100 * value / top
        start, end = place * third, (place + 1) * third
        if place:
            runs.append((start, 100 - 100 * points[place - 1] / top, start, y))
        runs += [(start, y, today, y), (today, y, end, y)] if place == reached else [(start, y, end, y)]
    past = [run for run in runs if run[0] <= today and run[2] <= today]
    ahead = [run for run in runs if run not in past]
    return ValueCurve(_drawn(past, rtl), _drawn(ahead, rtl), round(100 - today if rtl else today, 2))


def _drawn(runs: Sequence[tuple[float, float, float, float]], rtl: bool) -> tuple[Segment, ...]:
    return tuple(
        Segment(*(round(value, 2) for value in ((100 - x1, y1, 100 - x2, y2) if rtl else (x1, y1, x2, y2))))
        for x1, y1, x2, y2 in runs
    )
