"""Made-up boundaries of the made-up postal areas: the land nearest to each area's point, as GeoJSON of two years.

Codes, names and points are those of the made-up Paavo deliveries beside this folder. An area that is new in 2026 has
no point in 2018; it lies beside the first area of its city. Where an area is new or gone, its neighbours' boundaries
move, so that the crosswalk between the two years has something to tell.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from seg_pipeline.classifications import MUNICIPALITY_BY_NAME

PAAVO = Path(__file__).parents[1] / "paavo"
LABEL = re.compile(r"([0-9]{5})  (.+) \(([^()]+)\)")
REACH = 4_000  # metres from its point that an area reaches at most
BESIDE = 700  # metres from the first area of its city to a new one
TITLE = "made_up_pno_tilasto_{year} KEKSITTYÄ AINEISTOA - made-up data"


class Area(NamedTuple):
    """A made-up postal area: its code, name, municipality and point."""

    code: str
    name: str
    municipality: str
    x: float
    y: float


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the files of both years."""
    earlier = areas_2018()
    for year, areas in ((2018, earlier), (2026, areas_2026(earlier))):
        yield f"postal_boundaries/made_up_postal_boundaries_{year}.geojson", layer(areas, year)


def areas_2018() -> list[Area]:
    """Return the areas of the release with points."""
    with (PAAVO / "made_up_paavo_2018.csv").open(encoding="utf-8", newline="") as file:
        return [Area(row["postinumero"], row["nimi"], row["kuntano"].zfill(3), float(row["euref_x"]),
                     float(row["euref_y"])) for row in csv.DictReader(file)]  # fmt: skip


def areas_2026(earlier: list[Area]) -> list[Area]:
    """Return the areas of the latest release, those of 2018 where they were."""
    before = {area.code: area for area in earlier}
    first = {area.municipality: area for area in reversed(earlier)}
    found = []
    with (PAAVO / "made_up_paavo_2026.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            told = LABEL.fullmatch(row["Postinumeroalue_x"])
            if told:
                owner = MUNICIPALITY_BY_NAME[told[3]]
                near = first[owner]
                new = Area(told[1], told[2], owner, near.x + BESIDE, near.y + BESIDE)
                found.append(before.get(told[1], new)._replace(name=told[2]))
    return found


def layer(areas: list[Area], year: int) -> bytes:
    """Return the areas as the service gives them: GeoJSON in EPSG:3067."""
    ordered = sorted(areas)
    points = shapely.points([(area.x, area.y) for area in ordered])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    own = shapely.intersection(cells, shapely.buffer(points, REACH, quad_segs=2))
    shapes = shapely.transform(own, np.rint)
    told = {
        "type": "FeatureCollection",
        "name": TITLE.format(year=year),
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3067"}},
        "features": [_feature(area, shape, year) for area, shape in zip(ordered, shapes, strict=True)],
    }
    return (json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _feature(area: Area, shape: Any, year: int) -> dict[str, Any]:
    key = "postinumeroalue" if year > 2021 else "posti_alue"
    swedish = area.name.replace("Keksitty", "Påhittad")
    told = {key: area.code, "nimi": area.name, "namn": swedish, "pinta_ala": round(shape.area), "vuosi": year,
            "kunta": area.municipality}  # fmt: skip
    ring = [[int(x), int(y)] for x, y in shapely.get_coordinates(shape)]
    return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}
