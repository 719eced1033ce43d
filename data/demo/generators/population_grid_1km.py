"""A made-up 1 km population grid: the made-up postal areas' people spread around their points, as GeoJSON.

As in the real layer, a cell of fewer than 10 people has −1 for sex and age.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

SEED = 20260131
PER_CELL, MOST_CELLS = 6_000, 3
HIDDEN_BELOW, HIDDEN = 10, -1
PAAVO = Path(__file__).parents[1] / "paavo" / "made_up_paavo_2018.csv"
TITLE = "made_up_vaki2025_1km KEKSITTYÄ AINEISTOA - made-up data"


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    told = {
        "type": "FeatureCollection",
        "name": TITLE,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3067"}},
        "features": [_feature(*place, *cell) for place, cell in sorted(cells().items())],
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    yield "population_grid_1km/made_up_population_grid_1km_2026.geojson", f"{text}\n".encode()


def cells() -> dict[tuple[int, int], tuple[int, str]]:
    """Return the people and the municipality of each cell, by its kilometres east and north."""
    found: dict[tuple[int, int], tuple[int, str]] = {}
    with PAAVO.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            draw = np.random.default_rng([SEED, crc32(row["postinumero"].encode()), 1])
            people = int(row["he_vakiy"] or 0)
            many = min(MOST_CELLS, people // PER_CELL + 1)
            for at, share in enumerate(np.rint(draw.dirichlet(np.full(many, 0.8)) * people).astype(int).tolist()):
                place = (int(row["euref_x"]) // 1000 + at % 2, int(row["euref_y"]) // 1000 + at // 2)
                before, owner = found.get(place, (0, row["kuntano"].zfill(3)))
                if share > 0:
                    found[place] = (before + share, owner)
    return found


def _feature(east: int, north: int, people: int, owner: str) -> dict[str, Any]:
    men, young, old = round(people * 0.49), round(people * 0.16), round(people * 0.21)
    parts = (men, people - men, young, people - young - old, old) if people >= HIDDEN_BELOW else (HIDDEN,) * 5
    names = ("miehet", "naiset", "ika_0_14", "ika_15_64", "ika_65_")
    told = {
        "grd_id": f"1kmN{north}E{east:04}", "id_nro": north * 10_000 + east, "xkoord": east * 1000,
        "ykoord": north * 1000, "kunta": owner, "vaesto": people, **dict(zip(names, parts, strict=True)),
    }  # fmt: skip
    x, y = east * 1000, north * 1000
    ring = [[x, y], [x + 1000, y], [x + 1000, y + 1000], [x, y + 1000], [x, y]]
    return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}
