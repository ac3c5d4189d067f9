"""The chart of 24 months: step lines, because points change on a day (design NOTES, "Chart").

x is per cent of the width, y is per cent of the height from the top; lines stay in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cps_portal.drawing.scale import top_of

Point = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Month:
    x: float
    day: date
    is_quarter: bool
    is_half: bool
    with_year: bool


@dataclass(frozen=True, slots=True)
class Band:
    """The stretch of points that gives a level; y is its upper edge, base its lower."""

    level: int
    y: float
    base: float
    height: float
    middle: float
    points: int


@dataclass(frozen=True, slots=True)
class Fall:
    x: float
    y: float
    day: date
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    top: int
    today_x: float
    today_y: float
    past: tuple[Segment, ...]
    ahead: tuple[Segment, ...]
    waiting: tuple[Segment, ...]
    falls: tuple[Fall, ...]
    months: tuple[Month, ...]
    bands: tuple[Band, ...]
    ruler: tuple[tuple[float, bool], ...]


def month_starts(first: date, last: date) -> list[date]:
    """First days of months within two days, both included."""
    days = []
    year, month = first.year, first.month
    if first.day > 1:
        year, month = (year + month // 12, month % 12 + 1)
    while date(year, month, 1) <= last:
        days.append(date(year, month, 1))
        year, month = (year + month // 12, month % 12 + 1)
    return days


def steps(points: Sequence[Point], until: date) -> list[tuple[date, int, date, int]]:
    """Horizontal and vertical runs of a step line that holds each total until the next day of change."""
    runs: list[tuple[date, int, date, int]] = []
    for index, (day, total) in enumerate(points):
        end = points[index + 1][0] if index + 1 < len(points) else until
        if end > day:
            runs.append((day, total, end, total))
        if index + 1 < len(points) and points[index + 1][1] != total:
            runs.append((end, total, end, points[index + 1][1]))
    return runs


def points_chart(
    past: Sequence[Point],
    ahead: Sequence[Point],
    *,
    today: date,
    begins: Sequence[int],
    waiting: int = 0,
    first: date,
    last: date,
    is_rtl: bool = False,
) -> Chart:
    """Where everything of the chart stands.

    `past` are totals from a day on, the first not after `first`; `ahead` are the totals after each
    announced fall, in order of day. The line of today joins them. `waiting` points are drawn above the
    forecast. `first` and `last` are the edges of the time axis.
    """
    span = (last - first).days
    now = past[-1][1] if past else 0
    highest = max([total for _, total in past] + [now + waiting, 0])
    top = top_of(highest, begins[-1])

    def x(day: date) -> float:
        share = min(max((day - first).days, 0), span) * 100 / span
        return round(100 - share if is_rtl else share, 3)

    def y(points: int) -> float:
        return round(100 - points * 100 / top, 3)

    def drawn(points: Sequence[Point], until: date) -> tuple[Segment, ...]:
        return tuple(Segment(x(a), y(p), x(b), y(q)) for a, p, b, q in steps(points, until))

    inside = [(max(day, first), total) for day, total in _from(past, first)]
    forecast = [(today, now), *(point for point in ahead if today < point[0] <= last)]
    edges = [*begins, top]
    step = 100 if top <= 3000 else 1000 if top <= 30000 else 10000
    return Chart(
        top=top,
        today_x=x(today),
        today_y=y(now),
        past=drawn(inside, today),
        ahead=drawn(forecast, last),
        waiting=drawn([(day, total + waiting) for day, total in forecast], last) if waiting else (),
        falls=tuple(Fall(x(day), y(total), day, total) for day, total in forecast[1:]),
        months=tuple(
            Month(
                x=x(day),
                day=day,
                is_quarter=(index % 3 == 0),
                is_half=(index % 6 == 0),
                with_year=(index % 12 == 0),
            )
            for index, day in enumerate(month_starts(first, last))
        ),
        bands=tuple(
            Band(
                level=level,
                y=y(edges[level + 1]),
                base=y(edges[level]),
                height=round(y(edges[level]) - y(edges[level + 1]), 3),
                middle=round((y(edges[level]) + y(edges[level + 1])) / 2, 3),
                points=edges[level],
            )
            for level in range(len(begins))
        ),
        ruler=tuple((y(points), points % (step * 5) == 0) for points in range(0, top + 1, step)),
    )


def _from(past: Sequence[Point], first: date) -> list[Point]:
    """Points from the one in force on `first` on."""
    before = [index for index, (day, _) in enumerate(past) if day <= first]
    return list(past[before[-1] :] if before else past)
