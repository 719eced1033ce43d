"""Layers that tests make: features of squares, and the same as GeoJSON, GeoPackage, and zipped shapefile."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyogrio.raw import write

EAST, NORTH = 385_000, 6_672_000
METRES, URN = "EPSG:3067", "urn:ogc:def:crs:EPSG::3067"


def square(column: float, row: float, size: float = 1000) -> shapely.Polygon:
    """Return a square in the south of Finland, `column` and `row` sides away from a corner."""
    x, y = EAST + column * size, NORTH + row * size
    return shapely.box(x, y, x + size, y + size)


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    """Return one feature of a GeoJSON file."""
    return {"type": "Feature", "properties": properties, "geometry": shape and shapely.geometry.mapping(shape)}


def postal(code: str, shape: Any, **others: Any) -> dict[str, Any]:
    """Return a postal area as the service gives it."""
    told = {"postinumeroalue": code, "nimi": f"Alue {code}", "namn": f"Område {code}", "kunta": "091",
            "pinta_ala": 1_000_000, "vuosi": 2026} | others  # fmt: skip
    return feature(shape, **told)


def collection(features: Sequence[dict[str, Any]], crs: str | None = URN, **more: Any) -> bytes:
    """Return features as a GeoJSON file."""
    told: dict[str, Any] = {"type": "FeatureCollection", "name": "made", "features": list(features)} | more
    if crs:
        told["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(told, ensure_ascii=False).encode()


def written(columns: Mapping[str, Sequence[Any]], shapes: Sequence[Any], driver: str, crs: str = METRES) -> bytes:
    """Return a layer as a GeoPackage, or as a zipped shapefile."""
    suffix = {"GPKG": ".gpkg", "ESRI Shapefile": ".shp"}[driver]
    fields = [_column(values) for values in columns.values()]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(Path(folder) / f"made{suffix}", np.array(shapely.to_wkb(list(shapes)), dtype=object), fields,
              list(columns), driver=driver, crs=crs, geometry_type="Polygon")  # fmt: skip
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return files["made.gpkg"] if driver == "GPKG" else packed(files)


def packed(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return files as a zip."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", how) as container:
        for name, data in files.items():
            container.writestr(name, data)
    return sink.getvalue()


def _column(values: Sequence[Any]) -> npt.NDArray[Any]:
    array = np.array(values)
    return array.astype(object) if array.dtype.kind == "U" else array
