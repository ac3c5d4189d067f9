"""Draw the locator's maps: `python -m servicing.data.draw_map LAND` writes static/map/land.svg (see README.md).

LAND is the file land-50m.json of the npm package world-atlas: Natural Earth's land without borders, as TopoJSON.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import Any

from servicing.rules.projection import WINDOWS, Window

Point = tuple[float, float]
MAP = Path(__file__).resolve().parents[2] / "static" / "map" / "land.svg"
MARGIN = 6  # units drawn beyond the frame, so that a coast is not cut in sight
DETAIL = 2.5  # least area in square units that a corner must span to stay
SMALLEST = 2.5  # least area in square units of an island


def rings(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """Every coast as a closed ring of (longitude, latitude) in degrees."""
    (x_scale, y_scale), (x_start, y_start) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for x_step, y_step in arc:
            x, y = x + x_step, y + y_step
            points.append((x * x_scale + x_start, y * y_scale + y_start))
        arcs.append(points)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                line: list[Point] = []
                for index in ring:
                    line += (arcs[index] if index >= 0 else arcs[~index][::-1])[bool(line) :]
                yield line


def clipped(ring: list[Point], window: Window) -> list[Point]:
    """The part of a ring inside the window and its margin (Sutherland and Hodgman)."""
    edges = (
        (0, 1, -MARGIN),
        (0, -1, -window.width - MARGIN),
        (1, 1, -MARGIN),
        (1, -1, -window.height - MARGIN),
    )
    for axis, sign, edge in edges:
        kept: list[Point] = []
        for before, after in zip(ring[-1:] + ring[:-1], ring, strict=True):
            depth_before, depth_after = sign * before[axis] - edge, sign * after[axis] - edge
            if (depth_before < 0) != (depth_after < 0):
                share = depth_before / (depth_before - depth_after)
                kept.append((before[0] + share * (after[0] - before[0]), before[1] + share * (after[1] - before[1])))
            if depth_after >= 0:
                kept.append(after)
        ring = kept
    return ring


def corner(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def simplified(ring: list[Point]) -> list[Point]:
    """The ring without its flattest corners (Visvalingam and Whyatt)."""
    count = len(ring)
    before, after, alive = [(i - 1) % count for i in range(count)], [(i + 1) % count for i in range(count)], count
    weight = [corner(ring[before[i]], ring[i], ring[after[i]]) for i in range(count)]
    gone = [False] * count
    heap = [(weight[i], i) for i in range(count)]
    heapify(heap)
    while heap and alive > 3:
        area, i = heappop(heap)
        if gone[i] or area != weight[i]:
            continue
        if area >= DETAIL:
            break
        gone[i], alive = True, alive - 1
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            weight[j] = max(area, corner(ring[before[j]], ring[j], ring[after[j]]))
            heappush(heap, (weight[j], j))
    return [point for i, point in enumerate(ring) if not gone[i]]


def extent(ring: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def path(shapes: Iterable[list[Point]]) -> str:
    """SVG path data in whole units, relative from point to point."""
    parts = []
    for shape in shapes:
        whole = [(round(x), round(y)) for x, y in shape]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(whole) if a != b]
        if len(steps) > 1:
            drawn = "".join(f"{x:+d}{y:+d}" if y < 0 else f"{x:+d} {y}" for x, y in steps)
            drawn = drawn.replace("+", " ")
            parts.append(f"M{whole[0][0]} {whole[0][1]}l{drawn.strip()}z")
    return "".join(parts)


def drawing(topology: dict[str, Any], window: Window) -> str:
    shapes = []
    for ring in rings(topology):
        shape = clipped([window.project(latitude, longitude) for longitude, latitude in ring[:-1]], window)
        if len(shape) > 2 and extent(shape) >= SMALLEST:
            shapes.append(simplified(shape))
    return path(shapes)


def main(source: Path) -> None:
    topology = json.loads(source.read_text(encoding="utf-8"))
    symbols = "\n".join(
        f'<symbol id="{window.name}" viewBox="0 0 {window.width} {window.height}">'
        f'<path fill-rule="evenodd" d="{drawing(topology, window)}"/></symbol>'
        for window in WINDOWS
    )
    MAP.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
