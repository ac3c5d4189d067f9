"""The points scale: an exposure scale from 0 to a little beyond Platinum (design NOTES, "Points scale").

Positions are per cent of the width, so that one drawing fits every screen; lines stay in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# A drawing of more ticks than this reads as a grey bar.
MOST_TICKS = 100
STEPS = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
# Two names closer than this share of the width would touch.
ROOM = 12.0
# A label whose threshold stands closer to the end than this share turns to its other side on a phone.
NEAR_END = 20.0


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    kind: str  # "major", "wide" (small, not on a phone) or "narrow" (small, on a phone only)


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold with its level: where it stands and the points under it."""

    x: float
    level: int
    points: int
    is_now: bool
    is_near_end: bool
    is_named: bool


@dataclass(frozen=True, slots=True)
class Scale:
    top: int
    value: float
    waiting: float
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]


def top_of(highest: int, platinum: int) -> int:
    """End of the scale in points: an eighth beyond Platinum or the highest value, in whole hundreds."""
    reach = max(platinum * 9 // 8, highest)
    return -(-reach // 100) * 100


def step_of(top: int) -> int:
    """Points between two small ticks, so that no scale has more than a hundred of them."""
    return next((step for step in STEPS if top / step <= MOST_TICKS), STEPS[-1])


def roomy(places: Sequence[float], *, first: int) -> set[int]:
    """Which names have room: `first` always, then from the highest down those that touch no other."""
    kept = {first}
    for index in reversed(range(len(places))):
        if all(abs(places[index] - places[other]) >= ROOM for other in kept):
            kept.add(index)
    return kept


def points_scale(total: int, waiting: int, begins: Sequence[int], *, level: int, is_rtl: bool = False) -> Scale:
    """Where everything of a scale stands.

    `begins` are the points from which Red, Silver, Gold and Platinum begin; `level` is the level today,
    which a hold may keep above what `total` gives. In right-to-left pages x = 100 - x.
    """
    top = top_of(total + waiting, begins[-1])
    step = step_of(top)

    def x(points: int) -> float:
        share = min(points, top) * 100 / top
        return round(100 - share if is_rtl else share, 3)

    majors = range(0, top + 1, step * 5)
    ticks = dict.fromkeys(range(0, top + 1, step), "wide")
    if step == STEPS[0]:
        ticks |= dict.fromkeys(range(50, top + 1, 100), "narrow")
    ticks |= dict.fromkeys(majors, "major")
    named = roomy([points * 100 / top for points in begins], first=level)
    return Scale(
        top=top,
        value=x(total),
        waiting=x(total + waiting),
        ticks=tuple(Tick(x(points), kind) for points, kind in sorted(ticks.items())),
        marks=tuple(
            Mark(
                x=x(points),
                level=index,
                points=points,
                is_now=index == level,
                is_near_end=(top - points) * 100 / top < NEAR_END,
                is_named=index in named,
            )
            for index, points in enumerate(begins)
        ),
    )
