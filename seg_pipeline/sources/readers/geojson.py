"""GeoJSON, strictly: one feature collection, no number that JSON does not have, no key twice, no endless nesting."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.sources.readers import delimited
from seg_pipeline.sources.readers.systems import system
from seg_pipeline.sources.readers.vector import (
    LARGEST,
    MOST_CELLS,
    MOST_COLUMNS,
    Geometries,
    Layer,
    refuse_more,
)
from seg_pipeline.sources.refusal import Refused, quoted

MOST = {b"[": 3_500_000, b"{": 1_000_000, b",": 12_000_000, b'"': 8_000_000}  # bounds what parsing takes to 1.5 GiB
NAMED_SYSTEM = re.compile(r"urn:ogc:def:crs:(EPSG|OGC):[0-9.]*:([A-Z]*[0-9]+)")
DEPTH = {"Point": 0, "Polygon": 2, "MultiPolygon": 3}  # lists around a position
EXPECTED = "geojson"


def read(data: bytes) -> Layer:
    """Return the features of a GeoJSON FeatureCollection. Raises Refused."""
    if len(data) > LARGEST:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{LARGEST:,}")
    for sign, most in MOST.items():
        refuse_more(data.count(sign), most, "signs", sign.decode())
    text = delimited.decode(data, "utf-8-sig")
    try:
        told = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except RecursionError:
        raise Refused("malformed", found="deep_nesting", expected=EXPECTED) from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise Refused("truncated" if cut else "malformed", "broken_json", EXPECTED, error.lineno) from None
    except ValueError:  # a number of thousands of digits
        raise Refused("malformed", found="long_number", expected=EXPECTED) from None
    return _layer(told)


def _layer(told: Any) -> Layer:
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list) or told.get("type") != "FeatureCollection":
        raise Refused("layout", found=quoted(json.dumps(told)[:40]), expected=EXPECTED, line=1)
    for at, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict | None):
            raise Refused("malformed", found=quoted(json.dumps(feature)[:40]), expected="geojson_feature", line=at)
    properties = [feature.get("properties") or {} for feature in features]
    columns = dict.fromkeys(itertools.chain.from_iterable(properties))
    refuse_more(len(columns), MOST_COLUMNS, "columns")
    refuse_more(len(columns) * len(features), MOST_CELLS, "cells")
    table = {name: [one.get(name) for one in properties] for name in columns}
    name = told.get("name")
    return Layer(
        pd.DataFrame(table, dtype=object, index=range(len(features))),
        _geometries([feature.get("geometry") for feature in features]),
        _system(told),
        name if isinstance(name, str) else "",
    )


def _geometries(shapes: list[Any]) -> Geometries:
    """Return the shapes as geometries, those of a kind all at once; refuse a kind that no layer here has."""
    found: Geometries = np.empty(len(shapes), dtype=object)
    kinds = [shape.get("type") if isinstance(shape, dict) else None for shape in shapes]
    for kind in sorted({str(kind) for kind, shape in zip(kinds, shapes, strict=True) if shape is not None}):
        where = [at for at, one in enumerate(kinds) if str(one) == kind and shapes[at] is not None]
        if kind not in DEPTH:
            raise Refused("layer_geometry", found=quoted(kind), expected=" / ".join(DEPTH), line=where[0] + 1)
        found[where] = _of_a_kind([shapes[at].get("coordinates") for at in where], kind, where)
    return found


def _of_a_kind(nested: list[Any], kind: str, where: list[int]) -> Geometries:
    """Return geometries of one kind from nested lists, through flat arrays of coordinates and offsets."""
    import shapely

    level = nested
    offsets: list[npt.NDArray[np.int64]] = []
    for _ in range(DEPTH[kind]):
        _refuse_scalars(level, offsets, where)
        offsets.append(np.concatenate(([0], np.cumsum([len(part) for part in level], dtype=np.int64))))
        level = list(itertools.chain.from_iterable(level))
    try:
        if not all(isinstance(position, list) for position in level):
            raise TypeError
        positions = np.array([position[:2] for position in level], dtype=object).reshape(-1, 2)
        flat = positions.astype(np.float64) if set(map(type, positions.flat)) <= {int, float} else None
    except (TypeError, ValueError, OverflowError):
        flat = None
    if flat is None or not np.isfinite(flat).all():
        raise Refused("layer_geometry", found="not_positions", expected="shapes", line=where[0] + 1)
    if kind != "Point":
        _refuse_open(flat, offsets, where)
    try:
        return shapely.from_ragged_array(getattr(shapely.GeometryType, kind.upper()), flat, tuple(offsets[::-1]))
    except (ValueError, shapely.errors.GEOSException):
        raise Refused("layer_geometry", found="broken_geometry", expected="shapes", line=where[0] + 1) from None


def _refuse_open(flat: npt.NDArray[np.float64], offsets: list[npt.NDArray[np.int64]], where: list[int]) -> None:
    """Refuse a ring of fewer than four positions, or one that does not end where it begins."""
    begin, end = offsets[-1][:-1], offsets[-1][1:]
    off = end - begin < 4
    off[~off] = (flat[begin[~off]] != flat[end[~off] - 1]).any(axis=1)
    if off.any():
        at = _feature(int(off.argmax()), offsets[:-1])
        raise Refused("layer_geometry", found="open_ring", expected="valid_polygon", line=where[at] + 1)


def _feature(at: int, offsets: list[npt.NDArray[np.int64]]) -> int:
    """Return in which shape the part `at` of the innermost level is."""
    for ends in reversed(offsets):
        at = int(np.searchsorted(ends, at, side="right")) - 1
    return at


def _refuse_scalars(level: list[Any], offsets: list[npt.NDArray[np.int64]], where: list[int]) -> None:
    """Refuse a number or a text where a list has to be, naming the feature that it is in."""
    wrong = next((at for at, part in enumerate(level) if not isinstance(part, list)), None)
    if wrong is not None:
        at = where[_feature(wrong, offsets)] + 1
        raise Refused("layer_geometry", found="not_positions", expected="shapes", line=at)


def _system(told: dict[str, Any]) -> str:
    """Return the system that the collection names; without one, GeoJSON is in longitude and latitude."""
    if told.get("crs") is None:
        return system("OGC:CRS84")
    member = told["crs"]
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name")) if isinstance(properties, dict) else json.dumps(member)
    known = NAMED_SYSTEM.fullmatch(name)
    return system(":".join(known.groups()) if known else name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise Refused("duplicate_column", found=quoted(twice), column=twice)
    return told


def _no_constant(name: str) -> float:
    raise Refused("not_a_number", found=quoted(name), expected="number")
