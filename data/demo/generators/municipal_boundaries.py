"""Made-up boundaries of the eleven cities: the land of their made-up postal areas together, as GeoJSON of 2026.

Codes and names of the cities are real; the boundaries are those of invented areas.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import shapely

from seg_pipeline.classifications import CITIES

TITLE = "made_up_kunta1000k_2026 KEKSITTYÄ AINEISTOA - made-up data"


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    postal = _postal()
    areas = json.loads(postal.layer(postal.areas_2026(postal.areas_2018()), 2026))
    by_city: dict[str, list[Any]] = {}
    for area in areas["features"]:
        by_city.setdefault(area["properties"]["kunta"], []).append(shapely.geometry.shape(area["geometry"]))
    features = [
        {
            "type": "Feature",
            "properties": {"kunta": city.city, "vuosi": 2026, "nimi": city.name_fi, "namn": city.name_sv,
                           "name": city.name_en},
            "geometry": shapely.geometry.mapping(shapely.set_precision(shapely.union_all(by_city[city.city]), 1)),
        }
        for city in sorted(CITIES, key=lambda city: city.city)
    ]  # fmt: skip
    told = {"type": "FeatureCollection", "name": TITLE, "crs": areas["crs"], "features": features}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    yield "municipal_boundaries/made_up_municipal_boundaries_2026.geojson", f"{text}\n".encode()


def _postal() -> ModuleType:
    """Return the generator of postal boundaries, which stands beside this file."""
    path = Path(__file__).with_name("postal_boundaries.py")
    spec = importlib.util.spec_from_file_location("made_up_postal_boundaries", path)
    assert spec and spec.loader  # noqa: S101  a file that is there has both
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
