"""Boundaries: what a layer of areas becomes, and what of it is refused."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.refusal import Refused
from seg_pipeline_tests.sources.layers_made import collection, feature, postal, square, written

POSTAL, MUNICIPAL = (all_sources()[name] for name in ("postal_boundaries", "municipal_boundaries"))
TWO = [postal("00100", square(0, 0)), postal("02290", square(1, 0), kunta="049", namn="")]


def read(features: list[dict[str, Any]], release: str = "2026", **more: Any) -> Any:
    return POSTAL.tables(collection(features, **more), release, "made_up.json")


def test_areas_have_boundary_point_names_municipality_and_surface() -> None:
    delivered = read(TWO)
    assert findings(delivered.areas, "areas") == [] and delivered.rows == {"areas": 2} and not delivered.whole
    first = delivered.areas.set_index("area_id").loc["00100"]
    assert (first["city"], first["name_fi"], first["name_sv"], first["surface"]) == (
        "091", "Alue 00100", "Område 00100", 1_000_000,
    )  # fmt: skip
    assert first["boundary_vintage"] == 2026
    assert shapely.from_wkt(first["geometry"]).equals(square(0, 0)) and first["centroid"] == "POINT (385500 6672500)"
    assert delivered.areas["name_sv"].isna().tolist() == [True, False]


def test_rounding_to_whole_metres_keeps_every_area_valid_and_its_point_inside() -> None:
    jagged = shapely.Polygon([(385_000 + x + 0.49 * (x % 2), 6_672_000 + 0.51 * (x % 3)) for x in range(60)]
                             + [(385_059, 6_672_040), (385_000, 6_672_040.4)])  # fmt: skip
    spike = shapely.union(square(2, 2), shapely.box(387_000, 6_674_999.6, 389_000, 6_674_999.9))
    areas = read([postal("00100", jagged), postal("00120", spike)]).areas
    shapes = shapely.from_wkt(areas["geometry"].to_numpy(object))
    assert shapely.is_valid(shapes).all() and (shapely.get_coordinates(shapes) % 1 == 0).all()
    assert shapely.intersects(shapes, shapely.from_wkt(areas["centroid"].to_numpy(object))).all()


def test_the_older_key_and_the_number_of_a_municipality_are_read() -> None:
    old = [feature(square(0, 0), posti_alue="00100", nimi="A", namn="B", kuntanro=91, vuosi=2018)]
    areas = read(old, "2018").areas
    assert areas[["area_id", "city", "boundary_vintage"]].to_numpy().tolist() == [["00100", "091", 2018]]


def test_a_municipality_is_its_own_city() -> None:
    data = written({"NATCODE": ["091"], "NAMEFIN": ["Helsinki"], "NAMESWE": ["Helsingfors"]}, [square(0, 0)], "GPKG")
    (area,) = MUNICIPAL.tables(data, "2026", "f").areas.to_dict("records")
    assert (area["geography"], area["city"], area["area_id"], area["name_sv"]) == (
        "municipality", "091", "091", "Helsingfors",
    )  # fmt: skip


def test_a_bundle_of_pages_is_one_delivery() -> None:
    pages = [bundle.Body(f"pno_tilasto_2026.{at}", "https://x", collection([one])) for at, one in enumerate(TWO)]
    assert POSTAL.tables(bundle.pack(pages), "2026", "f").areas.equals(read(TWO).areas)


@pytest.mark.parametrize(
    ("features", "refusal", "line"),
    [
        ([*TWO, postal("00100", square(3, 0))], "duplicate_area", 3),
        ([postal("0010", square(0, 0))], "not_an_area", 1),
        ([postal(None, square(0, 0))], "not_an_area", 1),  # type: ignore[arg-type]
        ([postal("00100", square(0, 0), kunta="999")], "unknown_municipality", 1),
        ([postal("00100", square(0, 0), kunta="")], "unknown_municipality", 1),
        ([postal("00100", square(0, 0), nimi="=cmd()")], "missing_name", 1),
        ([postal("00100", square(0, 0), nimi="")], "missing_name", 1),
        ([postal("00100", square(0, 0), namn="@x")], "missing_name", 1),
        ([postal("00100", square(0, 0), pinta_ala=-1)], "not_a_number", 1),
        ([postal("00100", square(0, 0), pinta_ala=10**30)], "not_a_number", 1),
        ([postal("00100", square(0, 0), vuosi=2025)], "release", 1),
        ([*TWO, postal("00120", shapely.box(385_000, 6_672_000, 385_000.2, 6_672_000.2))], "layer_geometry", 3),
        ([feature(square(0, 0), postinumeroalue="00100", nimi="A")], "missing_column", None),
        ([feature(square(0, 0), kunta="091", nimi="A")], "missing_column", None),
    ],
)
def test_a_wrong_feature_is_refused_with_its_number(
    features: list[dict[str, Any]], refusal: str, line: int | None
) -> None:
    with pytest.raises(Refused) as refused:
        read(features)
    assert (refused.value.refusal, refused.value.line, refused.value.file) == (refusal, line, "made_up.json")


def test_a_layer_named_after_another_year_is_refused() -> None:
    told = [postal("00100", square(0, 0))]
    del told[0]["properties"]["vuosi"]
    assert read(told, name="pno_2026").rows == {"areas": 1}
    with pytest.raises(Refused, match='"2025"'):
        read(told, name="pno_2025")


def bundled(*pages: bytes) -> bytes:
    return bundle.pack([bundle.Body(str(at), "", page) for at, page in enumerate(pages)])


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (bundled(), "empty"),
        (bundled(collection(TWO)[:-9]), "truncated"),
        (bundled(collection(TWO), b""), "empty"),
        (bundled(collection(TWO[:1]), collection(TWO[:1])), "duplicate_area"),
        (bundled(collection(TWO[:1]), collection(TWO[1:], "urn:ogc:def:crs:EPSG::3879")), "coordinate_system"),
        (bundled(collection(TWO))[:400], "malformed"),
    ],
)
def test_a_bundle_that_is_not_whole_is_refused(data: bytes, refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        POSTAL.tables(data, "2026", "f")
    assert refused.value.refusal == refusal


def test_an_extract_is_named_by_its_municipalities() -> None:
    assert POSTAL.part(collection(TWO)) == "of-049-091"
    six = [postal(f"0010{at}", square(at, 0), kunta=code) for at, code in
           enumerate(("091", "049", "092", "837", "564", "853"))]  # fmt: skip
    assert POSTAL.part(collection(six)) == "of-6-places"
