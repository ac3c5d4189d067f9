"""The maps of the locator and the distances beside them."""

import re
from pathlib import Path

import pytest

from servicing.rules.distance import kilometres
from servicing.rules.projection import EMEA, EUROPE, WINDOWS, project

LAND = Path(__file__).resolve().parents[2] / "static" / "map" / "land.svg"
LONDON, CAPE_TOWN, ALMATY, CAIRO = (51.5, -0.13), (-33.93, 18.42), (43.25, 76.95), (30.06, 31.25)
# Points well inside a land or a sea, told by any atlas.
INLAND = [(48.0, 10.0), (40.0, -4.0), (39.0, 33.0), (47.0, 20.0), (52.5, -1.5), (63.0, 27.0)]
AT_SEA = [(35.5, 18.0), (43.0, 34.5), (56.0, 3.0), (45.0, -8.0), (62.0, 19.5)]


def on_land(window, latitude, longitude):
    """Whether the drawing has land there: an even-odd count of the coasts east of the point."""
    symbol = re.search(rf'<symbol id="{window.name}".*?\bd="([^"]+)"', LAND.read_text())[1]
    x, y = window.project(latitude, longitude)
    crossings = 0
    for shape in symbol.split("z")[:-1]:
        start, steps = shape[1:].split("l")
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        ring = [tuple(map(int, start.split()))]
        for step in zip(numbers[::2], numbers[1::2], strict=True):
            ring.append((ring[-1][0] + step[0], ring[-1][1] + step[1]))
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                crossings += 1
    return crossings % 2 == 1


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_a_pin_stands_on_the_coast_it_belongs_to(window):
    assert [point for point in INLAND if not on_land(window, *point)] == []
    assert [point for point in AT_SEA if on_land(window, *point)] == []


def test_equal_areas_stay_equal():
    """A degree's cell at the Cape and one in Lapland, by their own size on the Earth."""

    def cell(latitude, longitude):
        corners = [
            (latitude, longitude),
            (latitude, longitude + 1),
            (latitude + 1, longitude + 1),
            (latitude + 1, longitude),
        ]
        ring = [project(*corner) for corner in corners]
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2

    def on_earth(latitude, longitude):
        width = kilometres(latitude + 0.5, longitude, latitude + 0.5, longitude + 1)
        return width * kilometres(latitude, longitude, latitude + 1, longitude)

    shares = [cell(*place) / on_earth(*place) for place in [(-34, 19), (68, 25), (0, 20), (45, 70)]]
    assert max(shares) / min(shares) < 1.001


def test_frames_hold_what_they_promise():
    assert all(EMEA.shows(*place) for place in (LONDON, CAPE_TOWN, ALMATY, CAIRO))
    assert [EUROPE.shows(*place) for place in (LONDON, CAIRO, CAPE_TOWN, ALMATY)] == [True, False, False, False]
    assert project(52, 14, window=EUROPE) == pytest.approx((-EUROPE.left, -EUROPE.top))
    assert all(isinstance(number, float) for number in project(-20, -153)), "the far side of the Earth is no error"


@pytest.mark.parametrize(
    ("here", "there", "known"),
    [(LONDON, (48.86, 2.35), 343), (LONDON, CAPE_TOWN, 9_670), ((64.1, 179.9), (64.1, -179.9), 9.7), (CAIRO, CAIRO, 0)],
)
def test_distances_are_those_of_the_globe(here, there, known):
    assert kilometres(*here, *there) == pytest.approx(known, rel=0.01)
    assert kilometres(*there, *here) == pytest.approx(kilometres(*here, *there))
