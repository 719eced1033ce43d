"""Layers: each format tells the same, and a hostile file is a typed refusal that names where and what to do."""

from __future__ import annotations

import json
import sqlite3
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.sources.readers import vector
from seg_pipeline.sources.refusal import Refused
from seg_pipeline_tests.sources.layers_made import METRES, collection, feature, packed, square, written

SHAPES = [square(0, 0), square(1, 0), square(5, 7)]
CODES = ["00100", "00120", "02290"]
COLUMNS: dict[str, Any] = {"posti_alue": CODES, "people": [5, 0, 12]}
JSON = collection([feature(s, posti_alue=c, people=p) for s, c, p in zip(SHAPES, CODES, [5, 0, 12], strict=True)])
PACKAGE = written(COLUMNS, SHAPES, "GPKG")
SHAPEFILE = written(COLUMNS, SHAPES, "ESRI Shapefile")


def parts(data: bytes = SHAPEFILE) -> dict[str, bytes]:
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as container:
        return {name: container.read(name) for name in container.namelist()}


def refusal(data: bytes) -> Refused:
    with pytest.raises(Refused) as found:
        vector.polygons(vector.read(data))
    for language in ("fi", "sv", "en"):
        assert found.value.message(language)
    return found.value


@pytest.mark.parametrize("data", [JSON, PACKAGE, SHAPEFILE], ids=["geojson", "geopackage", "shapefile"])
def test_each_format_tells_the_same_layer(data: bytes) -> None:
    layer = vector.read(data)
    assert (layer.texts("POSTI_ALUE"), layer.texts("people"), layer.crs) == (CODES, ["5", "0", "12"], METRES)
    assert shapely.equals(vector.polygons(layer), SHAPES).all()
    assert len(layer) == 3 and layer.find("nothing") == ""


@pytest.mark.parametrize(
    ("crs", "told"),
    [("EPSG:3879", "urn:ogc:def:crs:EPSG::3879"), ("EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"), ("EPSG:4326", None)],
)
def test_other_systems_come_out_in_metres(crs: str, told: str | None) -> None:
    from pyproj import Transformer

    away = Transformer.from_crs(METRES, crs, always_xy=True)
    turned = shapely.transform(SHAPES, lambda x, y: away.transform(x, y), interleaved=False)
    for data in (
        collection([feature(shape, a=1) for shape in turned], told),
        written({"a": [1, 1, 1]}, turned, "GPKG", crs),
        written({"a": [1, 1, 1]}, turned, "ESRI Shapefile", crs),
    ):
        back = vector.polygons(vector.read(data))
        assert (shapely.hausdorff_distance(back, SHAPES) < 0.01).all()


def test_a_table_alone_has_attributes_and_no_shapes() -> None:
    layer = vector.read(parts()["made.dbf"])
    assert layer.geometry is None and (layer.texts("posti_alue"), layer.texts("people")) == (CODES, ["5", "0", "12"])
    with pytest.raises(Refused, match="without geometry"):
        vector.polygons(layer)
    deleted = bytearray(parts()["made.dbf"])
    deleted[struct.unpack_from("<H", deleted, 8)[0]] = 0x2A
    assert vector.read(bytes(deleted)).texts("posti_alue") == CODES[1:]


def test_a_polygon_that_touches_itself_keeps_its_land_and_a_crossing_one_is_refused() -> None:
    x, y = 385_000, 6_672_000
    touching = [(x, y), (x + 20, y), (x + 20, y + 20), (x + 10, y), (x, y + 20), (x, y)]
    (mended,) = vector.polygons(vector.read(collection([feature(shapely.Polygon(touching), a=1)])))
    assert mended.is_valid and mended.area == shapely.Polygon(touching).area
    crossing = shapely.Polygon([(x, y), (x + 20, y + 20), (x + 20, y), (x, y + 20), (x, y)])
    found = refusal(collection([feature(square(0, 0), a=1), feature(crossing, a=2)]))
    assert (found.refusal, found.line) == ("layer_geometry", 2) and "Self-intersection" in found.found


def test_a_tangle_is_refused_before_anybody_tries_to_mend_it() -> None:
    turns = np.arange(20_001) * 2 * np.pi * 10_000 / 20_001
    star = shapely.Polygon(np.column_stack((385_000 + 5_000 * np.cos(turns), 6_672_000 + 5_000 * np.sin(turns))))
    begun = time.monotonic()
    assert refusal(collection([feature(star, a=1)])).refusal == "layer_geometry"
    assert time.monotonic() - begun < 10


POINT = shapely.Point(385_000, 6_672_000)
RING = [[385_000, 6_672_000], [386_000, 6_672_000], [386_000, 6_673_000], [385_000, 6_672_000]]


def shaped(**geometry: Any) -> bytes:
    told = [feature(square(0, 0), a=1), {"type": "Feature", "properties": {"a": 2}, "geometry": geometry}]
    return collection(told)


def polygon(*positions: Any) -> bytes:
    return shaped(type="Polygon", coordinates=[list(positions)])


HOSTILE_JSON: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n ", "empty"),
    "no features": (collection([]), "empty"),
    "cut": (JSON[: len(JSON) // 2], "truncated"),
    "cut before the last brace": (JSON[:-1], "truncated"),
    "something after": (JSON + b"x", "malformed"),
    "utf-16": (JSON.decode().encode("utf-16"), "encoding"),
    "latin-1": (collection([feature(SHAPES[0], nimi="Etu-Töölö")]).decode().encode("latin-1"), "encoding"),
    "nul": (b"\0" * 100, "encoding"),
    "a web page": (b"<html><body>login</body></html>", "malformed"),
    "a csv": (b"posti_alue,nimi\n00100,A\n", "malformed"),
    "a virtual file of GDAL": (b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd", "malformed"),
    "a list": (b"[1, 2]", "layout"),
    "one geometry": (json.dumps(shapely.geometry.mapping(POINT)).encode(), "layout"),
    "features that are none": (collection([1, 2]), "malformed"),  # type: ignore[list-item]
    "properties that are none": (collection([{"type": "Feature", "properties": 7, "geometry": None}]), "malformed"),
    "deep nesting": (b"[" * 200_000, "malformed"),
    "deep nesting inside": (collection([]).replace(b"[]", b"[" * 100_000 + b"]" * 100_000), "malformed"),
    "a long number": (JSON.replace(b'"people": 5', b'"people": ' + b"9" * 5_000), "malformed"),
    "not a number": (JSON.replace(b'"people": 5', b'"people": NaN'), "not_a_number"),
    "infinity": (JSON.replace(b'"people": 5', b'"people": -Infinity'), "not_a_number"),
    "a key twice": (JSON.replace(b'"people": 5', b'"people": 5, "people": 6'), "duplicate_column"),
    "an unknown system": (JSON.replace(b"EPSG::3067", b"EPSG::2393"), "coordinate_system"),
    "a system with a file": (JSON.replace(b"urn:ogc:def:crs:EPSG::3067", b"+proj=longlat +nadgrids=/etc/passwd"),
                             "coordinate_system"),
    "a system that is none": (JSON.replace(b'"name": "urn:ogc:def:crs:EPSG::3067"', b'"code": 7'), "coordinate_system"),
    "degrees said to be metres": (collection([feature(shapely.box(24, 60, 25, 61), a=1)]), "layer_geometry"),
    "x and y the other way": (collection([feature(shapely.transform(square(0, 0), lambda p: p[:, ::-1]), a=1)]),
                              "layer_geometry"),
    "no geometry": (shaped(), "layer_geometry"),
    "a null geometry": (collection([feature(None, a=1)]), "layer_geometry"),
    "a point": (collection([feature(POINT, a=1)]), "layer_geometry"),
    "a line": (shaped(type="LineString", coordinates=RING), "layer_geometry"),
    "a collection": (shaped(type="GeometryCollection", geometries=[]), "layer_geometry"),
    "a polygon without rings": (shaped(type="Polygon", coordinates=[]), "layer_geometry"),
    "an empty ring": (polygon(), "layer_geometry"),
    "a ring of two": (polygon(*RING[:2]), "layer_geometry"),
    "an open ring": (polygon(*RING[:3]), "layer_geometry"),
    "a position that is none": (polygon(RING[0], 7, RING[2], RING[0]), "layer_geometry"),
    "a position of one number": (polygon(RING[0], [1], RING[2], RING[0]), "layer_geometry"),
    "a position of texts": (polygon(RING[0], ["385000", "6672000"], RING[2], RING[0]), "layer_geometry"),
    "a position of truth": (polygon(RING[0], [True, False], RING[2], RING[0]), "layer_geometry"),
    "a position too far": (polygon(RING[0], [7.5, 1], RING[2], RING[0]).replace(b"7.5", b"1e999"), "layer_geometry"),
    "a huge whole number": (polygon(RING[0], [10**400, 1], RING[2], RING[0]), "layer_geometry"),
    "coordinates that are a text": (shaped(type="Polygon", coordinates="x"), "layer_geometry"),
    "coordinates that are missing": (shaped(type="Polygon"), "layer_geometry"),
    "too many columns": (collection([feature(None, **{f"a{at}_{n}": 1 for n in range(100)}) for at in range(6)]),
                         "too_many"),
    "too many texts": (b'""' * 4_000_001, "too_many"),
    "too many lists": (b"[" * 6_000_001, "too_many"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_JSON)
def test_a_hostile_geojson_is_refused(case: str) -> None:
    data, expected = HOSTILE_JSON[case]
    assert refusal(data).refusal == expected


def test_a_mark_of_utf_8_third_coordinates_and_missing_attributes_are_no_fault() -> None:
    told = [feature(shapely.force_3d(square(0, 0), 7.0), a=1), feature(square(2, 2), b="=1+1")]
    layer = vector.read(b"\xef\xbb\xbf" + collection(told))
    assert layer.texts("a") == ["1", ""] and layer.texts("b") == ["", "=1+1"]
    assert not shapely.has_z(vector.polygons(layer)).any()


def altered(tmp_path: Path, *statements: str) -> bytes:
    path = tmp_path / "made.gpkg"
    path.write_bytes(PACKAGE)
    base = sqlite3.connect(path)
    base.create_function("ST_IsEmpty", 1, lambda _: 0)
    base.create_function("ST_MinX", 1, lambda _: 0)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()
    return path.read_bytes()


FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n"
TWIN = [
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('twin', 'features', 'twin', 3067)",
    "INSERT INTO gpkg_geometry_columns VALUES ('twin', 'geom', 'POLYGON', 3067, 0, 0)",
]
HOSTILE_BASES = {
    "a view that never ends": ([f"CREATE VIEW gpkg_extra AS {FOREVER}"], "database"),
    "the layer as a view": (["ALTER TABLE made RENAME TO kept", "CREATE VIEW made AS SELECT * FROM kept"], "database"),
    "a computed column": (["ALTER TABLE made ADD COLUMN big AS (hex(zeroblob(900000000)))"], "database"),
    "a virtual table": (["CREATE VIRTUAL TABLE words USING fts5(text)"], "database"),
    "two layers": (["CREATE TABLE twin (fid INTEGER PRIMARY KEY, geom POLYGON)", *TWIN], "layers"),
    "a second layer that is not there": (TWIN, "malformed"),
    "a table that is not there": (["UPDATE gpkg_contents SET table_name = 'gone'",
                                   "UPDATE gpkg_geometry_columns SET table_name = 'gone'"], "layers"),
    "no layer": (["DELETE FROM gpkg_geometry_columns"], "layers"),
    "a name that is a statement": (["UPDATE gpkg_contents SET table_name = 'x\"; DROP TABLE made; --'",
                                    "UPDATE gpkg_geometry_columns SET table_name = 'x\"; DROP TABLE made; --'"],
                                   "layers"),
    "no contents": (["DROP TABLE gpkg_contents"], "malformed"),
    "another system": (["UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 2393 WHERE srs_id = 3067"],
                       "coordinate_system"),
    "no rows": (["DROP TRIGGER rtree_made_geom_delete", "DELETE FROM made"], "empty"),
    "a geometry of other bytes": ([*(f"DROP TRIGGER rtree_made_geom_update{at}" for at in (2, 4, 5, 6, 7)),
                                   "UPDATE made SET geom = x'00112233'"], "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_BASES)
def test_a_hostile_geopackage_is_refused(case: str, tmp_path: Path) -> None:
    statements, expected = HOSTILE_BASES[case]
    assert refusal(altered(tmp_path, *statements)).refusal == expected


def test_triggers_of_a_geopackage_do_not_run(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER armed{} AFTER {} ON made BEGIN DELETE FROM made; END"
    whens = ("INSERT", "UPDATE", "DELETE")
    armed = altered(tmp_path, *(trigger.format(at, when) for at, when in enumerate(whens)))
    assert vector.read(armed).texts("posti_alue") == CODES


def test_a_geopackage_beside_a_write_ahead_log_is_read_without_it() -> None:
    assert vector.read(PACKAGE[:18] + b"\2\2" + PACKAGE[20:]).texts("posti_alue") == CODES


@pytest.mark.parametrize("at", [17, 100, 4096, len(PACKAGE) // 2, len(PACKAGE) - 4096])
def test_a_cut_geopackage_is_refused(at: int) -> None:
    assert refusal(PACKAGE[:at]).refusal in ("malformed", "layout", "truncated", "encoding")


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "plain.db")
    base.execute("CREATE TABLE made (posti_alue)")
    base.commit()
    base.close()
    assert refusal((tmp_path / "plain.db").read_bytes()).refusal == "layout"


def bomb() -> bytes:
    return packed({"made.shp": bytes(300 << 20)})


HOSTILE_ZIPS = {
    "cut": (SHAPEFILE[: len(SHAPEFILE) // 2], "malformed"),
    "empty": (packed({}), "encoding"),
    "shapes alone": (parts()["made.shp"], "missing_part"),
    "index alone": (parts()["made.shx"], "missing_part"),
    "no shapefile": (packed({"readme.txt": b"x"}), "layers"),
    "two shapefiles": (packed(parts() | {"b.shp": b"", "b.dbf": b""}), "layers"),
    "a geopackage": (packed({"made.gpkg": PACKAGE}), "layers"),
    "no table": (packed({n: d for n, d in parts().items() if not n.endswith(".dbf")}), "missing_part"),
    "no index": (packed({n: d for n, d in parts().items() if not n.endswith(".shx")}), "missing_part"),
    "no system": (packed({n: d for n, d in parts().items() if not n.endswith(".prj")}), "missing_part"),
    "a system of junk": (packed(parts() | {"made.prj": b"GEOGCS[" * 1000}), "coordinate_system"),
    "shapes cut": (packed(parts() | {"made.shp": parts()["made.shp"][:-40]}), "truncated"),
    "shapes of nothing": (packed(parts() | {"made.shp": b"\0" * 100}), "truncated"),
    "table cut": (packed(parts() | {"made.dbf": parts()["made.dbf"][:-40]}), "truncated"),
    "table of junk": (packed(parts() | {"made.dbf": b"\xff" * 400}), "malformed"),
    "a ring that does not close": (packed(parts() | {"made.shp": parts()["made.shp"][:-16] + bytes(16)}), "malformed"),
    "two of one name": (packed(parts() | {"folder/made.shp": b""}), "malformed"),
    "too many files": (packed({f"{at}.txt": b"" for at in range(100)}), "too_large"),
}


@pytest.mark.parametrize("case", HOSTILE_ZIPS)
def test_a_hostile_zip_is_refused(case: str) -> None:
    data, expected = HOSTILE_ZIPS[case]
    assert refusal(data).refusal == expected


def test_a_zip_that_would_unpack_without_end_is_refused() -> None:
    assert refusal(bomb()).refusal == "too_large"


def test_a_path_in_a_zip_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    escaping = packed({f"../../{name}": data for name, data in parts().items()})
    assert vector.read(escaping).texts("posti_alue") == CODES
    assert not list(tmp_path.iterdir())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([JSON, PACKAGE, SHAPEFILE, parts()["made.dbf"]]), st.data())
def test_bytes_that_are_changed_anywhere_give_a_layer_or_a_refusal(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        changed[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        layer = vector.read(
            bytes(changed[: draw.draw(st.integers(1, len(data)))] if draw.draw(st.booleans()) else changed)
        )
        assert len(layer) and (layer.geometry is None or len(layer.geometry) == len(layer))
        vector.polygons(layer)
    except Refused as refused:
        assert refused.message("fi") and refused.message("sv") and refused.message("en")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.booleans()), min_size=1, max_size=8))
def test_what_is_written_as_geojson_is_read_back(cells: list[tuple[int, int, bool]]) -> None:
    ring = square(3, 0, 100).buffer(9).difference(square(3, 0, 50))
    shapes = [
        shapely.affinity.translate(shapely.MultiPolygon([square(0, 0, 100), ring]) if many else square(0, 0, 100), x, y)
        for x, y, many in cells
    ]
    layer = vector.read(collection([feature(shape, at=at) for at, shape in enumerate(shapes)]))
    assert layer.texts("at") == [str(at) for at in range(len(shapes))]
    assert shapely.equals(layer.geometry, np.array(shapes, dtype=object)).all()
