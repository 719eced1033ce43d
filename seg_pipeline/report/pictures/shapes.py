"""Areas on paper: polygons in EPSG:3067 become outlines in pixels, at one scale both ways, north up.

A common border is simplified once for both of its areas and rounded alike, so that no gap opens between neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

DOT = 5.0  # pixels: the radius of an area of which only the middle is known
FINEST = 0.6  # pixels: what is smaller than a square of this side is simplified away
MARGIN = 0.03  # of the frame, around what it holds
PEOPLE = 0.7  # of the people live in the areas that the frame holds
ZOOMED = 0.4  # the frame is drawn larger where it has at most so much of the city's box

Geometries = Mapping[str, Any]  # the id of the row in the table → a polygon or a point


@dataclass(frozen=True)
class Frame:
    """A part of the plane and the paper it is drawn on: metres east and north of its corner, pixels."""

    west: float
    north: float
    metres: float  # a pixel is so many
    width: float
    height: float

    @property
    def box(self) -> Any:
        """The part of the plane, as a polygon."""
        return shapely.box(self.west, self.north - self.height * self.metres, self.west + self.width * self.metres,
                           self.north)  # fmt: skip

    def on_paper(self, metres: Any) -> Any:
        """Return points of the plane in tenths of a pixel: y grows downward."""
        moved = (np.asarray(metres) - (self.west, self.north)) * (1, -1)
        return np.rint(moved / self.metres * 10).astype(int)


def framed(bounds: tuple[float, float, float, float], width: float, height: float) -> Frame:
    """Return the frame that holds the bounds, at most this wide and this high."""
    west, south, east, north = bounds
    margin = MARGIN * max(east - west, north - south, 1.0)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    metres = max((east - west) / width, (north - south) / height)
    high = (north - south) / metres
    return Frame(west - (width * metres - (east - west)) / 2, north, metres, width, high)


def bounds(shapes: Geometries) -> tuple[float, float, float, float]:
    """Return the box around all shapes."""
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    return float(west), float(south), float(east), float(north)


def where_people_live(shapes: Geometries, people: Mapping[str, float]) -> Geometries:
    """Return the most densely peopled areas that together have most of the people; all, where that saves no room."""
    known = [row for row in shapes if people.get(row, 0) > 0 and shapely.area(shapes[row]) > 0]
    dense = sorted(known, key=lambda row: (-people[row] / shapely.area(shapes[row]), row))
    reached = np.cumsum([people[row] for row in dense])
    if not dense:
        return shapes
    last = int(np.searchsorted(reached, PEOPLE * reached[-1]))
    held = {row: shapes[row] for row in dense[: last + 1]}
    return held if _box(held) <= ZOOMED * _box(shapes) else shapes


def outlines(shapes: Geometries, frame: Frame, dot: float = DOT) -> dict[str, str]:
    """Return the path of each shape that the frame shows, in pixels."""
    polygons = {row: shape for row, shape in shapes.items() if shapely.area(shape) > 0}
    simple = _simplified(polygons, frame.metres * FINEST)
    shown = {row: shapely.clip_by_rect(shape, *frame.box.bounds) for row, shape in simple.items()}
    paths = {row: _path(shape, frame) for row, shape in shown.items()}
    within = [row for row in shapes if row not in polygons and shapely.covers(frame.box, shapes[row])]
    paths |= {row: _dot(frame.on_paper(shapely.get_coordinates(shapes[row]))[0] / 10, dot) for row in within}
    return {row: path for row, path in paths.items() if path}


def _simplified(polygons: Geometries, side: float) -> dict[str, Any]:
    """Simplify a city's polygons together; slivers of some metres between neighbours of a source are closed first."""
    given = np.array(list(polygons.values()), dtype=object)
    whole = given if shapely.coverage_is_valid(given) else shapely.coverage_clean(given)
    return dict(zip(polygons, shapely.coverage_simplify(whole, side), strict=True))


def _path(shape: Any, frame: Frame) -> str:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in polygons for ring in (part.exterior, *part.interiors)]
    return "".join(_ring(frame.on_paper(shapely.get_coordinates(ring))) for ring in rings)


def _ring(tenths: Any) -> str:
    """Return a closed ring as steps from point to point; the sum of rounded places never drifts."""
    steps = np.diff(tenths, axis=0)[:-1]
    moved = steps[(steps != 0).any(axis=1)]
    if len(moved) < 2:  # a line has no inside
        return ""
    return f"M{_pair(tenths[0])}l{' '.join(_pair(step) for step in moved)}z"


def _pair(tenths: Any) -> str:
    return f"{_pixels(tenths[0])} {_pixels(tenths[1])}"


def _pixels(tenths: int) -> str:
    """Write tenths in as few letters as a path needs: ``-.5``."""
    written = f"{tenths / 10:g}"
    return written.replace("0.", ".") if written.lstrip("-").startswith("0.") else written


def _dot(at: Any, radius: float) -> str:
    across = 2 * radius
    arc = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{at[0] - radius:g} {at[1]:g}{arc} {across:g} 0{arc} {-across:g} 0z"


def _box(shapes: Geometries) -> float:
    west, south, east, north = bounds(shapes)
    return (east - west) * (north - south)
