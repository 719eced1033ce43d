"""Where the areas are: WKT in EPSG:3067, checked to be in Finland and not to cross itself."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from seg_pipeline.sources.cities.checks import cells
from seg_pipeline.sources.cities.checks.cells import Wrong
from seg_pipeline.sources.cities.page import Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import told

WRITTEN = re.compile(r"(?:POINT|POLYGON|MULTIPOLYGON) ?\([()0-9., \-]+\)")
NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,17})?")
LONGEST = 1_000_000
EAST, NORTH = (50_000, 760_000), (6_570_000, 7_790_000)
EXPECTED = "geometry_expected"


def geometry(page: Page, problems: Problems) -> pd.DataFrame:
    """Return ``centroid`` and ``geometry`` of each row of a page; both empty where the row has no geometry."""
    values = page.cells("geometry")
    if "geometry" in page.columns:
        values, _ = cells.judged(page, "geometry", place, problems)
    point = [one[0] if isinstance(one, tuple) else None for one in values]
    shape = [one[1] if isinstance(one, tuple) else None for one in values]
    return pd.DataFrame({"centroid": pd.Series(point, dtype="str"), "geometry": pd.Series(shape, dtype="str")})


def place(text: str) -> object:
    """Judge a geometry: its representative point and its boundary, None where it is left out."""
    if not text:
        return None
    if len(text) > LONGEST:
        return Wrong("too_long", f"{LONGEST:,}", f"{len(text):,}")
    written = " ".join(text.upper().split())
    if not WRITTEN.fullmatch(written) or _depth(written) > 3:
        return Wrong("geometry", EXPECTED)
    shape = _shape(written)
    if shape is None or shape.is_empty:
        return Wrong("geometry", EXPECTED)
    east, north, *_ = shape.bounds
    east_most, north_most = shape.bounds[2:]
    if not (EAST[0] <= east <= east_most <= EAST[1] and NORTH[0] <= north <= north_most <= NORTH[1]):
        return Wrong("geometry", EXPECTED, told(_misplaced(east, north), f"{east:g} {north:g}"))
    if not shape.is_valid:
        from shapely.validation import explain_validity

        place = explain_validity(shape).partition("[")[2].rstrip("]")  # the reason before it is in English
        return Wrong("geometry", EXPECTED, told("geometry_crosses", place))
    inside = shape.representative_point()
    point = f"POINT ({round(inside.x)} {round(inside.y)})"
    return point, (None if shape.geom_type == "Point" else shape.wkt.upper())  # a locale may write small letters


def _shape(written: str):  # type: ignore[no-untyped-def]
    import shapely

    try:
        return shapely.from_wkt(written)
    except (shapely.errors.ShapelyError, ValueError):
        return None


def _depth(written: str) -> int:
    steps = np.array([1 if letter == "(" else -1 for letter in written if letter in "()"])
    return int(steps.cumsum().max())


def _misplaced(east: float, north: float) -> str:
    if abs(east) <= 180 and abs(north) <= 180:
        return "geometry_degrees"
    if EAST[0] <= north <= EAST[1] and NORTH[0] <= east <= NORTH[1]:
        return "geometry_swapped"
    return "geometry_gk" if 19_000_000 <= east <= 32_000_000 else "geometry_place"
