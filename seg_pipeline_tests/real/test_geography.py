"""Boundaries, keys and grids on real files: published numbers, known changes, and the crosswalk's error."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from seg_pipeline import tables
from seg_pipeline.geography.crosswalk import by_code, by_land, without
from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.readers import vector
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered
from seg_pipeline_tests.sources.layers_made import packed

pytestmark = pytest.mark.real
Shared = Callable[[str], Path]
LAYERS = {
    2018: "pno_polygons_2015_2019/pno_reduced_2018_epsg3067.geojson",
    2023: "pno_polygons_capital_region/PKS_postinumeroalueet_2023_manner_shp.zip",
    2026: "paavo_pub2026_wfs_metro/pno_tilasto_2026_metro_wfs_attributes_only.geojson",
}
UUSIMAA = "pno_polygons_capital_region/uusimaa_postal_code_areas.gpkg"  # release 2019, without municipality
MUNICIPALITIES = "municipalities/finland_municipalities_2021.gpkg"
GRID_2021 = "hsy_population_grid/Population_grid_2021_HSY.gpkg"
GRID_2015 = "hsy_population_grid/Vaestotietoruudukko_2015."


def read(source: str, data: bytes, release: str) -> Delivered:
    delivered = all_sources()[source].tables(data, release, "f")
    for name, table in delivered.tables.items():
        assert findings(table, name) == []
    return delivered


@pytest.fixture(scope="module")
def areas(shared: Shared) -> dict[int, pd.DataFrame]:
    return {
        year: read("postal_boundaries", shared(name).read_bytes(), str(year)).areas for year, name in LAYERS.items()
    }


@pytest.fixture(scope="module")
def keys(shared: Shared) -> dict[int, pd.DataFrame]:
    name = "pno_keys/postinumero_kunta_avain_{}.txt"
    return {year: read("postal_keys", shared(name.format(year)).read_bytes(), str(year)).areas for year in (2016, 2020)}


def owners(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["area_id"], table["city"], strict=True))


def told(crosswalk: pd.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    columns = (crosswalk[name].tolist() for name in ("from_area", "to_area", "weight", "rule"))
    return {(before, after): (weight, rule) for before, after, weight, rule in zip(*columns, strict=True)}


def test_the_national_layer_is_read_in_seconds_and_stays_valid(shared: Shared) -> None:
    data = shared(LAYERS[2018]).read_bytes()
    begun = time.monotonic()
    delivered = all_sources()["postal_boundaries"].tables(data, "2018", "f")
    assert time.monotonic() - begun < 5
    assert delivered.rows == {"areas": 3_030} and delivered.whole
    shapes = shapely.from_wkt(delivered.areas["geometry"].to_numpy(object))
    assert shapely.is_valid(shapes).all() and (shapely.get_coordinates(shapes) % 1 == 0).all()
    exact = vector.read(data)
    before = pd.Series(shapely.area(vector.polygons(exact)), exact.texts("posti_alue"))
    after = pd.Series(shapely.area(shapes), delivered.areas["area_id"])
    assert (after / before[after.index] - 1).abs().max() < 0.004  # what rounding to a metre does to the smallest


def test_boundaries_agree_with_the_land_areas_that_paavo_publishes(areas: dict[int, pd.DataFrame]) -> None:
    metro = areas[2026]
    ratio = shapely.area(shapely.from_wkt(metro["geometry"].to_numpy(object))) / metro["surface"].astype(float)
    assert abs(float(np.median(ratio)) - 1) < 0.005
    assert metro.groupby("city").size()[["091", "049", "092", "837", "853"]].tolist() == [84, 45, 37, 36, 27]


def test_points_lie_inside_their_areas(areas: dict[int, pd.DataFrame]) -> None:
    for table in areas.values():
        shapes, points = (shapely.from_wkt(table[name].to_numpy(object)) for name in ("geometry", "centroid"))
        assert (shapely.distance(shapes, points) <= 1).all()


def test_an_extract_without_municipality_is_refused(shared: Shared) -> None:
    with pytest.raises(Refused) as refused:
        read("postal_boundaries", shared(UUSIMAA).read_bytes(), "2019")
    assert refused.value.refusal == "missing_column"


def test_the_municipal_layer_says_of_which_year_it_is(shared: Shared) -> None:
    data = shared(MUNICIPALITIES).read_bytes()
    assert read("municipal_boundaries", data, "2022").rows == {"areas": 309}
    with pytest.raises(Refused, match='"2022"'):
        read("municipal_boundaries", data, "2021")


def test_areas_change_their_municipality_and_come_back(
    keys: dict[int, pd.DataFrame], areas: dict[int, pd.DataFrame], shared: Shared
) -> None:
    with shared("paavo_pub2018_national/paavo_pub2018.csv").open(encoding="utf-8", newline="") as file:
        paavo = {row["postinumero"].zfill(5): row["kuntano"].zfill(3) for row in csv.DictReader(file)}
    of_2016, of_2020, of_2026 = owners(keys[2016]), owners(keys[2020]), owners(areas[2026])
    moved = {
        code: (of_2016[code], paavo[code], of_2020[code]) for code in ("33850", "33870", "01490", "15700", "91210")
    }
    assert moved == {
        "33850": ("604", "604", "837"),  # to Tampere, from Pirkkala
        "33870": ("418", "418", "837"),  # to Tampere, from Lempäälä
        "01490": ("753", "753", "092"),  # to Vantaa, from Sipoo
        "15700": ("098", "098", "098"),  # Hollola; Lahti in release 2026
        "91210": ("564", "139", "139"),  # from Oulu, to Ii
    }
    assert [of_2026[code] for code in ("33850", "33870", "01490")] == ["837", "837", "092"]
    assert owners(areas[2018]) == paavo


def test_mergers_of_municipalities_are_seen_in_the_keys(keys: dict[int, pd.DataFrame], shared: Shared) -> None:
    crosswalk = by_code(keys[2016], keys[2020], "postal_keys", "2020")
    moved = crosswalk[crosswalk["rule"] == "municipality"]
    before, after = owners(keys[2016]), owners(keys[2020])
    joined = {(before[code], after[code]) for code in moved["from_area"]}
    assert ("174", "297") in joined and ("442", "051") in joined and ("911", "541") in joined
    assert "532" not in before.values() and "476" not in before.values()  # Nastola and Maaninka had merged by 2016
    data = shared("municipality_changes/lakkautetut_kunnat_vuoteen_2022_asti.xlsx").read_bytes()
    delivered = read("municipal_changes", data, "2022")
    assert dict(delivered.rows) == {"crosswalk": 234, "before_1971": 68, "ceded": 49}
    merged = told(delivered.tables["crosswalk"])
    assert [merged[pair] for pair in (("532", "398"), ("476", "297"), ("174", "297"))] == [(1, "merged")] * 3


def test_keys_and_releases_tell_how_many_codes_went_and_came(
    keys: dict[int, pd.DataFrame], areas: dict[int, pd.DataFrame]
) -> None:
    first, second, third = set(keys[2016]["area_id"]), set(areas[2018]["area_id"]), set(keys[2020]["area_id"])
    assert (len(first), len(second), len(third)) == (3_036, 3_030, 3_026)
    assert (len(first - second), len(second - first)) == (12, 6)  # two years; 2017 to 2018 alone was 11 and 5
    assert (len(second - third), len(third - second)) == (4, 0)
    assert len(without(keys[2016], by_code(keys[2016], keys[2020], "postal_keys", "2020"))) == len(first - third)


def test_changes_of_the_areas_themselves_are_found_in_the_boundaries(areas: dict[int, pd.DataFrame]) -> None:
    found = told(by_land(areas[2018], areas[2026], "postal_boundaries", "2026"))
    assert found["02290", "02210"] == (1.0, "merged")  # Espoo
    assert found["33380", "37100"] == (1.0, "merged") and found["21520", "21530"] == (1.0, "merged")
    assert found["33850", "33960"][1] == "land_area" and 0.4 < found["33850", "33960"][0] < 0.45
    assert found["01490", "01490"] == (1.0, "municipality")
    assert sum(rule == "same" for _, rule in found.values()) == 325 and len(found) == 337


def test_a_capital_region_crosswalk_takes_no_time(areas: dict[int, pd.DataFrame]) -> None:
    begun = time.monotonic()
    found = by_land(areas[2018], areas[2023], "postal_boundaries", "2023")
    assert time.monotonic() - begun < 2
    assert findings(tables.conform(found, "crosswalk"), "crosswalk") == []
    assert found["from_area"].nunique() == 167


def people_by_piece(earlier: pd.DataFrame, later: pd.DataFrame, grid: tuple[Any, Any]) -> pd.DataFrame:
    """Return the people that really live in each piece of an earlier area: cells of 250 m, shared out by land."""
    cells, people = grid
    before, after = (shapely.from_wkt(table["geometry"].to_numpy(object)) for table in (earlier, later))
    first, second = shapely.STRtree(after).query(before, predicate="intersects")
    piece = shapely.intersection(before[first], after[second])
    at, cell = shapely.STRtree(cells).query(piece, predicate="intersects")
    land = shapely.area(shapely.intersection(piece[at], cells[cell]))
    there = np.bincount(cell, land, len(cells))
    told = np.bincount(at, land / np.maximum(there[cell], 1e-9) * people[cell], len(piece))
    codes = (table["area_id"].to_numpy()[at] for table, at in ((earlier, first), (later, second)))
    return pd.DataFrame(dict(zip(("from_area", "to_area"), codes, strict=True)) | {"people": told})


@pytest.fixture(scope="module")
def grid(shared: Shared) -> tuple[Any, Any]:
    layer = vector.read(shared(GRID_2021).read_bytes())
    people = np.array(layer.column("inhabitants"), dtype=float)
    return vector.polygons(layer)[people < 10_000], people[people < 10_000]


@pytest.mark.parametrize(("year", "misplaced", "worst"), [(2026, 0.018, 0.22), (2023, 0.040, 0.40)])
def test_the_crosswalk_misplaces_no_more_people_than_is_said(
    areas: dict[int, pd.DataFrame], grid: tuple[Any, Any], year: int, misplaced: float, worst: float
) -> None:
    truth = people_by_piece(areas[2018], areas[year], grid)
    crosswalk = by_land(areas[2018], areas[year], "postal_boundaries", str(year))
    enough = truth.groupby("from_area")["people"].transform("sum") >= 200
    truth = truth[enough & truth["from_area"].isin(crosswalk["from_area"])]
    both = truth.merge(crosswalk[["from_area", "to_area", "weight", "error"]], how="left", on=["from_area", "to_area"])
    total = both.groupby("from_area")["people"].transform("sum")
    off = (both["weight"].fillna(0) - both["people"] / total).abs()
    area = (off * total).groupby(both["from_area"]).sum() / 2
    assert area.sum() / truth["people"].sum() < misplaced
    assert (off.groupby(both["from_area"]).sum() / 2).max() < worst
    within = (off <= both["error"])[both["weight"].notna()]
    assert within.mean() >= 0.98


def residents(shared: Shared, year: str) -> dict[str, int]:
    """Return the people of three cities at the end of a year, from the register."""
    file = shared("helsinki_region_language_city_level/SSVAVR02_20250223-105323.csv")
    with file.open(encoding="iso-8859-1", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row[list(row)[1]].startswith("Kaikki")]
    codes = {"Helsinki": "091", "Espoo": "049", "Vantaa": "092"}
    return {codes[next(iter(row.values()))]: int(row[year]) for row in rows if next(iter(row.values())) in codes}


def test_the_grid_of_2015_holds_the_people_of_the_end_of_that_year(shared: Shared) -> None:
    parts = {
        f"Vaestotietoruudukko_2015.{end}": shared(GRID_2015 + end).read_bytes() for end in ("shp", "shx", "dbf", "prj")
    }
    data = packed(parts | {"kunnat.gpkg": shared(MUNICIPALITIES).read_bytes()})
    delivered = read("hsy_grid", data, "2015")
    assert dict(delivered.rows) == {"counts": 5_672, "outside_the_cities": 111, "unlocated": 1}
    counts = delivered.counts
    hidden = counts[(counts["status"] == "suppressed")]
    assert hidden.groupby("area_id").size().eq(9).all() and hidden["upper"].max() == 99
    assert hidden["area_id"].nunique() + 60 > 2_675  # of 2,743 such cells, those of the three cities
    people = counts[counts["dimension"] == "population"].groupby("city")["count"].sum()
    with pytest.raises(Refused, match="put the municipal boundaries into the same zip file"):
        read("hsy_grid", packed(parts), "2015")
    register = residents(shared, "2015")
    for city, known in register.items():
        assert 0.955 < people[city] / known < 1  # the rest live in no known cell, or in one of fewer than five
    assert 0.99 < (people.sum() + 30_244) / sum(register.values()) < 1.01


def test_the_grid_of_2021_holds_the_people_of_the_end_of_that_year(shared: Shared) -> None:
    data = packed({"grid.gpkg": shared(GRID_2021).read_bytes(), "kunnat.gpkg": shared(MUNICIPALITIES).read_bytes()})
    delivered = read("hsy_grid", data, "2021")
    assert dict(delivered.rows) == {"counts": 5_738, "outside_the_cities": 114, "unlocated": 1}
    people = delivered.counts.groupby("city")["count"].sum()
    for city, known in residents(shared, "2021").items():
        assert 0.955 < people[city] / known < 1
