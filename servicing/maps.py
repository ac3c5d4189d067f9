"""The locator's two maps with their pins, as plain values for the template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from servicing.locator import Found, Point
from servicing.models import Kind
from servicing.rules.projection import EMEA, EUROPE, Window


@dataclass(frozen=True, slots=True)
class Pin:
    """A centre on a map, in per cent of its frame as SVG writes it.

    `code` and `name` are empty where the other map shows it larger.
    """

    x: str
    y: str
    is_canon: bool
    is_nearest: bool
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Map:
    """One drawing with its pins and, where it is in the frame, the place asked about. `is_main`: shown on a phone."""

    name: str
    pins: Sequence[Pin]
    here: tuple[str, str] | None
    is_main: bool


def maps_of(found: Iterable[Found], *, here: Point | None) -> list[Map]:
    """Europe large and the whole of EMEA, with a pin for every centre in the frame; the nearest is the first found."""
    centres = list(enumerate(found))
    at_home = EUROPE.shows(*here) if here else None
    return [
        Map(
            name=window.name,
            pins=[
                _pin(one, window, is_nearest=bool(here) and place == 0)
                for place, one in reversed(centres)
                if window.shows(*one.point)
            ],
            here=_per_cent(window, here) if here and window.shows(*here) else None,
            is_main=at_home is None or at_home == (window is EUROPE),
        )
        for window in (EUROPE, EMEA)
    ]


def _pin(one: Found, window: Window, *, is_nearest: bool) -> Pin:
    x, y = _per_cent(window, one.point)
    larger_elsewhere = window is EMEA and EUROPE.shows(*one.point)
    return Pin(
        x=x,
        y=y,
        is_canon=one.centre.kind == Kind.CANON,
        is_nearest=is_nearest,
        code="" if larger_elsewhere else one.centre.code.lower(),
        name="" if larger_elsewhere else f"{one.centre.name}, {one.centre.town}",
    )


def _per_cent(window: Window, point: Point) -> tuple[str, str]:
    """Texts, so that no language writes its own decimal sign into them."""
    x, y = window.project(*point)
    return f"{x * 100 / window.width:.2f}%", f"{y * 100 / window.height:.2f}%"
