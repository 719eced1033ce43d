"""Where the cells of a grid are: their codes, their middles in EPSG:3067, and the municipality that each lies in."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from seg_pipeline.geography.coordinates import FINLAND
from seg_pipeline.sources import bundle
from seg_pipeline.sources.national import layers
from seg_pipeline.sources.national.grid_counts import Flags, Grid
from seg_pipeline.sources.readers import delimited, shapefile, vector, zipped
from seg_pipeline.sources.readers.vector import Layer
from seg_pipeline.sources.refusal import Refused, quoted

MUNICIPALITY = ("kunta", "kunta_nro", "natcode")
TABLE = delimited.Dialect("utf-8-sig", ",")
BOUNDARY_FILES = (".gpkg", ".geojson", ".json", ".shp")
MIDDLE = re.compile(r"([0-9]{6})([0-9]{7})")  # YKR's XYIND: x and y of the middle, whole metres
CODE = re.compile(r"[0-9A-Za-z_.\-]{1,40}")

Texts = npt.NDArray[np.object_]
Metres = npt.NDArray[np.float64]


def parts(data: bytes) -> tuple[Layer, Layer | None]:
    """Return the layer of cells, and the municipal boundaries where the same zip file holds them. Raises Refused.

    The boundaries are the layer with an attribute of municipality and far fewer features.
    """
    if bundle.looks_like(data):
        return layers.layer(data), None
    if not zipped.looks_like(data):
        return _one(data), None
    found = sorted((_one(each) for each in _layers(zipped.unzipped(data))), key=len)
    if len(found) == 2 and found[0].geometry is not None and found[0].find(*MUNICIPALITY):
        return found[1], found[0]
    if len(found) != 1:
        raise Refused("layers", found=quoted(", ".join(one.name for one in found)), expected="one_layer")
    return found[0], None


def codes(layer: Layer, grid: Grid) -> list[str]:
    """Return the code of each cell. Raises Refused for one that is missing or there twice."""
    told = layer.texts(*grid.keys)
    first: dict[str, int] = {}
    for at, code in enumerate(told, 1):
        if not CODE.fullmatch(code) or code[0] == "-":
            raise Refused("not_an_area", quoted(code), "a code", line=at, column=grid.keys[0])
        if code in first:
            raise Refused("duplicate_area", found=code, expected=str(first[code]), line=at, column=grid.keys[0])
        first[code] = at
    return told


def unlocated(people: npt.NDArray[np.int64], grid: Grid) -> Flags:
    """Say which cell holds the people whose home is not known: the one, at most, with more than a cell can hold."""
    found: Flags = np.zeros(len(people), dtype=bool) if grid.whole_cells is None else people > grid.whole_cells
    if found.sum() > 1:
        at = int(np.flatnonzero(found)[1])
        raise Refused("unlocated", found=f"{people[at]:,}", expected=f"{grid.whole_cells:,}", line=at + 1)
    return found


def middles(layer: Layer, grid: Grid) -> Metres:
    """Return the middle of each cell in EPSG:3067. Raises Refused for one that is not in Finland."""
    if grid.coded_middle:
        matched = [MIDDLE.fullmatch(code) for code in layer.texts(*grid.keys)]
        for at, found in enumerate(matched, 1):
            if found is None:
                raise Refused("not_an_area", "a code", "13 digits", line=at, column=grid.keys[0])
        middle = np.array([found.groups() for found in matched if found], dtype=np.float64).reshape(-1, 2)
    elif grid.corner:
        corner = [layer.texts(axis) for axis in grid.corner]
        for axis, cells in zip(grid.corner, corner, strict=True):
            for at, cell in enumerate(cells, 1):
                if not re.fullmatch("[0-9]{5,7}", cell):
                    raise Refused("not_a_number", quoted(cell), "whole_number", line=at, column=axis)
        middle = np.array(corner, dtype=np.float64).T + grid.size / 2
    else:
        middle = vector.centres(layer)
    outside = ((middle < FINLAND[:2]) | (middle > FINLAND[2:])).any(axis=1)
    if outside.any():
        at = int(outside.argmax())
        raise Refused("layer_geometry", "POINT ({:.0f} {:.0f})".format(*middle[at]), "in_finland", line=at + 1)
    return middle


def owners(layer: Layer, middle: Metres, boundaries: Layer | None) -> Texts:
    """Return the municipality of each cell: the file's own, or else the one that its middle lies in; empty outside."""
    if layer.find(*MUNICIPALITY):
        return np.array(layers.municipalities(layer, MUNICIPALITY), dtype=object)
    if boundaries is None:
        raise Refused("no_municipality", expected=", ".join(BOUNDARY_FILES))
    import shapely

    codes_of = layers.municipalities(boundaries, MUNICIPALITY)
    tree = shapely.STRtree(vector.polygons(boundaries))
    cell, area = tree.query(shapely.points(middle), predicate="intersects")
    found: Texts = np.full(len(middle), "", dtype=object)
    found[cell[::-1]] = np.array(codes_of, dtype=object)[area[::-1]]  # on a border, the municipality that comes first
    return found


def _one(data: bytes) -> Layer:
    """Return a layer of any kind, or the table of a CSV file."""
    head = data.removeprefix(delimited.UTF_8_MARK).lstrip()[:1]
    known = (b"SQLite", zipped.SIGNATURE, shapefile.PART)
    if shapefile.looks_like_table(data) or head in (b"{", b"[", b"") or data.startswith(known):
        return vector.read(data)
    import pandas as pd

    vector.refuse_more(data.count(b",") + data.count(b"\n"), vector.MOST_CELLS, "cells")
    grid = delimited.read(data, TABLE)
    if not grid.rows:
        raise Refused("empty")
    return Layer(pd.DataFrame(grid.rows, columns=grid.header, dtype=object), None, "")


def _layers(entries: dict[str, bytes]) -> list[bytes]:
    """Return each layer in a zip as a file of its own: shapefiles with their parts, and the files that stand alone."""
    found: list[bytes] = []
    shapes = {name[:-4] for name in entries if name.lower().endswith(".shp")}
    for stem in sorted(shapes):
        found.append(zipped.zipped({name: data for name, data in entries.items() if name[:-4] == stem}))
    alone: dict[str, Any] = {name: data for name, data in entries.items() if name[:-4] not in shapes}
    found += [data for name, data in sorted(alone.items()) if name.lower().endswith((*BOUNDARY_FILES, ".dbf", ".csv"))]
    if not found or len(found) > 2:
        raise Refused("layers", found=quoted(", ".join(sorted(entries))), expected="one_layer")
    return found
