"""Where a place stands on the portal's maps: Lambert's azimuthal equal-area projection, one window a map.

The drawing (servicing/data/draw_map.py) and the pins go through the same lines, so that a pin stands on its coast.
"""

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

EDGE = 8  # half a pin, in SVG units


@dataclass(frozen=True, slots=True)
class Window:
    """One map: the point it looks down on in degrees, the size of the Earth's radius and the frame in SVG units."""

    name: str
    latitude: float
    longitude: float
    radius: float
    left: float
    top: float
    width: int
    height: int

    def project(self, latitude: float, longitude: float) -> tuple[float, float]:
        """SVG coordinates of a point in degrees; (0, 0) is the frame's upper left corner."""
        here, there, turn = radians(self.latitude), radians(latitude), radians(longitude - self.longitude)
        facing = 1 + sin(here) * sin(there) + cos(here) * cos(there) * cos(turn)
        stretch = self.radius * sqrt(2 / max(facing, 1e-9))
        x = stretch * cos(there) * sin(turn)
        y = stretch * (cos(here) * sin(there) - sin(here) * cos(there) * cos(turn))
        return x - self.left, -y - self.top

    def shows(self, latitude: float, longitude: float) -> bool:
        """Whether a point in degrees lies in the frame, far enough from its edge for a whole pin."""
        x, y = self.project(latitude, longitude)
        return EDGE <= x <= self.width - EDGE and EDGE <= y <= self.height - EDGE


# The whole of EMEA, from Iceland to the Cape and to Kazakhstan; and Europe larger, as its own map agency draws it.
EMEA = Window("emea", latitude=20, longitude=27, radius=310, left=-272, top=-286, width=490, height=590)
EUROPE = Window("europe", latitude=52, longitude=14, radius=750, left=-250, top=-265, width=500, height=492)
WINDOWS = (EMEA, EUROPE)


def project(latitude: float, longitude: float, *, window: Window = EMEA) -> tuple[float, float]:
    """SVG coordinates of a point in degrees on one of the maps."""
    return window.project(latitude, longitude)
