"""Layers of features: attributes and geometry, whatever file they came in. It knows no publisher.

`read` takes GeoJSON, a GeoPackage, a zipped shapefile, or a DBF table alone, in memory: no path that a file names is
ever opened. `polygons` and `centres` give geometry that can be trusted: in EPSG:3067, inside Finland, valid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.geography.coordinates import FINLAND
from seg_pipeline.sources.readers.systems import METRES, transformer
from seg_pipeline.sources.refusal import Refused, quoted, told

LARGEST = 128 << 20  # bytes of a file, unpacked
MOST_CELLS = 8_000_000  # attributes of all features
MOST_COLUMNS = 500
MOST_POSITIONS = 3_000_000  # the boundaries of all postal areas have about a million
MOST_OF_ONE, LARGE = 150_000, 5_000  # positions of one feature, and of one that is looked through alone
CROSSINGS = 100  # segments that may lie near a segment, on average; more is a tangle that takes hours to mend
REPAIRED = 1e-6  # most by which the area of an invalid polygon may change when it is made valid, as a share

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Layer:
    """Features: `attributes` as they were delivered (object columns), their shapes, and the system these are in.

    `geometry` is None for a table without shapes; `crs` is then empty. `name` is the layer's own, where it has one.
    """

    attributes: pd.DataFrame
    geometry: Geometries | None
    crs: str
    name: str = ""

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.attributes)

    def find(self, *names: str) -> str:
        """Return the first of `names` that is an attribute, in any case of letters; empty where none is."""
        there = {str(column).casefold(): str(column) for column in self.attributes}
        return next((there[name.casefold()] for name in names if name.casefold() in there), "")

    def column(self, *names: str) -> list[Any]:
        """Return the values of the first of `names` that is an attribute. Raises Refused for want of them all."""
        found = self.find(*names)
        if not found:
            raise Refused("missing_column", expected=quoted(" / ".join(names)), column=names[0])
        return list(self.attributes[found])

    def texts(self, *names: str) -> list[str]:
        """Return that column as text: 91 and 91.0 are "91", and what is missing is empty."""
        return [_text(value) for value in self.column(*names)]


def read(data: bytes) -> Layer:
    """Return the one layer in `data`, recognised by how the file begins. Raises Refused."""
    from seg_pipeline.sources.readers import geojson, geopackage, shapefile, zipped

    if not data.strip():
        raise Refused("empty")
    shapefile.refuse_alone(data)
    if zipped.looks_like(data):
        layer = shapefile.read(zipped.unzipped(data))
    elif shapefile.looks_like_table(data):
        layer = shapefile.table(data)
    else:
        layer = geopackage.read(data) if geopackage.looks_like(data) else geojson.read(data)
    if not len(layer):
        raise Refused("empty")
    return layer


def polygons(layer: Layer) -> Geometries:
    """Return the layer's polygons in EPSG:3067, two-dimensional and valid, in the order of the features.

    A polygon that touches itself is made valid, which changes none of its area; any other fault is refused with the
    number of the feature.
    """
    import shapely

    shapes = _in_metres(layer)
    _refuse(~np.isin(shapely.get_type_id(shapes), (3, 6)), shapes, "polygon", lambda one: one.geom_type)
    bad = _invalid(shapes)
    if bad.any():
        mended = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        moved = np.abs(shapely.area(mended) - shapely.area(shapes[bad])) > REPAIRED * shapely.area(shapes[bad])
        off = np.zeros(len(shapes), dtype=bool)
        off[bad] = moved | ~np.isin(shapely.get_type_id(mended), (3, 6)) | shapely.is_empty(mended)
        _refuse(off, shapes, "valid_polygon", lambda one: str(shapely.is_valid_reason(one)))
        shapes[bad] = mended
    return shapes


def _invalid(shapes: Geometries) -> npt.NDArray[np.bool_]:
    """Say which polygons are not valid; refuse one that would take minutes to look through or to make valid.

    Large ones are looked through one by one, so that the first tangle ends it.
    """
    import shapely

    size = shapely.get_num_coordinates(shapes)
    _refuse(size > MOST_OF_ONE, shapes, "valid_polygon", lambda one: f"{shapely.get_num_coordinates(one):,} positions")
    found = np.zeros(len(shapes), dtype=bool)
    found[size <= LARGE] = ~shapely.is_valid(shapes[size <= LARGE])
    for at in [*np.flatnonzero(found), *np.flatnonzero(size > LARGE)]:
        found[at] = found[at] or not shapely.is_valid(shapes[at])
        if found[at] and _tangled(shapes[at]):
            raise Refused("layer_geometry", found="tangle", expected="valid_polygon", line=int(at) + 1)
    return found


def _tangled(shape: Any) -> bool:
    """Say whether so many segments of a polygon lie across others that making it valid would take too long."""
    import shapely

    ends, ring = shapely.get_coordinates(shapely.get_parts(shapely.get_rings(shape)), return_index=True)
    segments = shapely.linestrings(np.stack((ends[:-1], ends[1:]), axis=1)[ring[:-1] == ring[1:]])
    tree, near = shapely.STRtree(segments), 0
    for begin in range(0, len(segments), 20):
        near += tree.query(segments[begin : begin + 20]).shape[1]
        if near > CROSSINGS * len(segments):
            return True
    return False


def centres(layer: Layer) -> npt.NDArray[np.float64]:
    """Return the middle of each feature in EPSG:3067, metres, shape (features, 2)."""
    import shapely

    return shapely.get_coordinates(shapely.centroid(_in_metres(layer)))


def _in_metres(layer: Layer) -> Geometries:
    """Return the shapes, flat and in EPSG:3067; refuse what is missing, empty, or not in Finland."""
    import shapely

    if layer.geometry is None:
        raise Refused("layer_geometry", found="no_shapes", expected="shapes")
    shapes = shapely.force_2d(layer.geometry)
    _refuse(shapely.is_missing(shapes) | shapely.is_empty(shapes), shapes, "shapes", lambda _: "no_shape")
    refuse_more(int(shapely.get_num_coordinates(shapes).sum()), MOST_POSITIONS, "positions")
    if layer.crs != METRES:
        turned = transformer(layer.crs)
        shapes = shapely.transform(shapes, lambda x, y: turned.transform(x, y), interleaved=False)
    box = shapely.bounds(shapes)
    inside = (box[:, :2] >= FINLAND[:2]).all(axis=1) & (box[:, 2:] <= FINLAND[2:]).all(axis=1)  # False for NaN
    _refuse(~inside, shapes, "in_finland", lambda one: "POINT ({:.0f} {:.0f})".format(*shapely.bounds(one)[:2]))
    return np.array(shapes, dtype=object)


def refuse_more(many: int, most: int, what: str, sign: str = "") -> None:
    """Refuse a file that holds more of something than is read, so that none takes all memory or time."""
    if many > most:
        raise Refused("too_many", found=told(f"many_{what}", f"{many:,}", sign), expected=f"{most:,}")


def _refuse(off: npt.NDArray[np.bool_], shapes: Geometries, expected: str, found: Callable[[Any], str]) -> None:
    if off.any():
        at = int(off.argmax())
        raise Refused("layer_geometry", found=found(shapes[at]), expected=expected, line=at + 1)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
