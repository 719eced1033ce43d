"""Population grids: what a cell becomes, what its source has hidden, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered
from seg_pipeline_tests.servers.loopback import QUICK, Loopback
from seg_pipeline_tests.servers.wfs import GeoServer
from seg_pipeline_tests.sources.layers_made import collection, feature, packed, square, written

KILOMETRE, HSY, YKR = (all_sources()[name] for name in ("population_grid_1km", "hsy_grid", "ykr_grid"))
AGES = ("IKA0_9", "IKA10_19", "IKA20_29", "IKA30_39", "IKA40_49", "IKA50_59", "IKA60_69", "IKA70_79", "IKA_YLI80")
HELSINKI, ESPOO, ELSEWHERE = "091", "049", "257"


def kilometre(at: int, people: int, *parts: int, **others: Any) -> dict[str, Any]:
    told = {"grd_id": f"1kmN6672E{at:04}", "id_nro": at, "xkoord": 385_000 + 1000 * at, "ykoord": 6_672_000,
            "kunta": HELSINKI, "vaesto": people,
            **dict(zip(("miehet", "naiset", "ika_0_14", "ika_15_64", "ika_65_"), parts, strict=True))}  # fmt: skip
    return feature(square(at, 0), **told | others)


def cell(at: int, people: int, *ages: int, **others: Any) -> dict[str, Any]:
    told = {
        "INDEX": at,
        "ASUKKAITA": people,
        "ASVALJYYS": 35.5,
        **dict(zip(AGES, ages, strict=True)),
        "kunta": HELSINKI,
    }
    return feature(square(at, 0, 250), **told | others)


def read(source: Any, features: list[dict[str, Any]], release: str = "2026") -> Delivered:
    delivered: Delivered = source.tables(collection(features), release, "made_up")
    assert findings(delivered.counts, "counts") == [] and findings(delivered.areas, "areas") == []
    assert sum(delivered.rows.values()) == len(features)
    return delivered


def counts(delivered: Delivered, area: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = delivered.counts[delivered.counts["area_id"] == area].astype(object)
    rows = rows.where(rows.notna(), None)
    return {(row["dimension"], row["group"]): (row["count"], row["status"], row["lower"], row["upper"])
            for row in rows.to_dict("records")}  # fmt: skip


HIDDEN = (-1,) * 5


def test_a_square_kilometre_tells_people_sex_and_age_and_hides_them_below_ten() -> None:
    delivered = read(KILOMETRE, [kilometre(1, 100, 48, 52, 20, 60, 20), kilometre(2, 9, *HIDDEN)])
    told, few = counts(delivered, "1kmN6672E0001"), counts(delivered, "1kmN6672E0002")
    assert told["sex", "men"] == (48, "observed", 48, 48) and told["age_broad", "65+"] == (20, "observed", 20, 20)
    assert few["population", "total"] == few["sex", "total"] == (9, "observed", 9, 9)
    assert {few[key] for key in few if key[1] != "total"} == {(None, "suppressed", 0, 9)}
    areas = delivered.areas.set_index("area_id")
    assert areas["centroid"]["1kmN6672E0001"] == "POINT (386500 6672500)" and areas["geometry"].isna().all()
    assert areas["population"].tolist() == [100, 9] and set(areas["population_year"]) == {2025}


def test_cells_outside_the_eleven_cities_are_counted_and_not_told() -> None:
    delivered = read(KILOMETRE, [kilometre(1, 100, 48, 52, 20, 60, 20), kilometre(2, 9, *HIDDEN, kunta=ELSEWHERE)])
    assert delivered.rows == {"counts": 1, "outside_the_cities": 1}
    assert set(delivered.areas["area_id"]) == {"1kmN6672E0001"}


def test_ages_are_hidden_where_all_are_99_and_told_where_99_is_a_number() -> None:
    delivered = read(HSY, [cell(1, 99, *[99] * 9), cell(2, 891, *[99] * 9), cell(3, 190, 99, 91, *[0] * 7)], "2015")
    hidden, nines, told = (counts(delivered, str(at)) for at in (1, 2, 3))
    assert hidden["age_decade", "0-9"] == (None, "suppressed", 0, 99)
    assert nines["age_decade", "80+"] == (99, "observed", 99, 99)
    assert told["age_decade", "0-9"] == (99, "observed", 99, 99)


def test_people_whose_home_is_not_known_are_counted_apart() -> None:
    delivered = read(HSY, [cell(1, 5, *[99] * 9), cell(2, 30_244, *[3_000] * 8, 6_244)], "2015")
    assert delivered.rows == {"counts": 1, "unlocated": 1}
    assert delivered.counts["count"].max() == 5


def test_the_reduced_grid_has_people_alone() -> None:
    columns: dict[str, list[Any]] = {
        "id": ["a.1", "a.2"], "inhabitants": [5, 2_268], "occupancy_rate": [1.5, 999_999_999.0],
        "kunta": [HELSINKI, ESPOO],
    }  # fmt: skip
    delivered = HSY.tables(written(columns, [square(0, 0, 250), square(1, 0, 250)], "GPKG"), "2021", "f")
    assert set(delivered.counts["dimension"]) == {"population"} and delivered.counts["count"].tolist() == [2_268, 5]


def borders(*owners: str) -> bytes:
    shapes = [square(at, 0, 5_000) for at in range(len(owners))]
    return collection([feature(shape, kunta=owner) for shape, owner in zip(shapes, owners, strict=True)])


def without_owner(features: list[dict[str, Any]]) -> bytes:
    for one in features:
        one["properties"].pop("kunta")
    return collection(features)


def test_the_municipality_is_that_of_the_cells_middle_when_boundaries_come_along() -> None:
    cells = without_owner([cell(at, 5, *[99] * 9) for at in (0, 19, 20, 39, 40)])
    delivered = HSY.tables(packed({"cells.json": cells, "kunnat.json": borders(HELSINKI, ESPOO)}), "2015", "f")
    assert delivered.areas.set_index("area_id")["city"].to_dict() == {
        "0": HELSINKI, "19": HELSINKI, "20": ESPOO, "39": ESPOO,
    }  # fmt: skip
    assert delivered.rows == {"counts": 4, "outside_the_cities": 1}


def test_without_municipality_the_grid_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="put the municipal boundaries into the same zip file"):
        HSY.tables(without_owner([cell(1, 5, *[99] * 9)]), "2015", "f")


def test_ykr_is_a_table_whose_code_is_the_middle_of_the_cell() -> None:
    table = b"xyind,v_yht,kunta\r\n3851256672125,12,91\r\n3853756672125,-1,91\r\n3853756672375,7,257\r\n"
    delivered = YKR.tables(table, "2025", "ykr.csv")
    assert findings(delivered.counts, "counts") == [] and findings(delivered.areas, "areas") == []
    assert delivered.rows == {"counts": 2, "outside_the_cities": 1}
    assert counts(delivered, "3853756672125") == {("population", "total"): (None, "suppressed", 0, None)}
    assert delivered.areas["centroid"].tolist() == ["POINT (385125 6672125)", "POINT (385375 6672125)"]
    assert delivered.areas["population"].isna().tolist() == [False, True]
    mixed = packed({"ykr.csv": table.replace(b",kunta", b"").replace(b",91", b"").replace(b",257", b""),
                    "kunnat.json": borders(HELSINKI)})  # fmt: skip
    assert YKR.tables(mixed, "2025", "f").rows == {"counts": 3}
    assert not YKR.open


def changed(**others: Any) -> list[dict[str, Any]]:
    return [kilometre(1, 100, 48, 52, 20, 60, 20), kilometre(2, 100, 48, 52, 20, 60, 20, **others)]


@pytest.mark.parametrize(
    ("others", "refusal"),
    [
        ({"miehet": 49}, "total"),
        ({"miehet": -1, "naiset": -1}, "total"),
        ({"miehet": -1, "naiset": 101}, "total"),
        ({"vaesto": -2}, "not_a_number"),
        ({"vaesto": 10**12}, "not_a_number"),
        ({"vaesto": 100.5}, "not_a_number"),
        ({"vaesto": None}, "not_a_number"),
        ({"vaesto": True}, "not_a_number"),
        ({"vaesto": "1 000"}, "not_a_number"),
        ({"vaesto": "٣"}, "not_a_number"),
        ({"vaesto": [100]}, "not_a_number"),
        ({"grd_id": "1kmN6672E0001"}, "duplicate_area"),
        ({"grd_id": ""}, "not_an_area"),
        ({"grd_id": "=1+1"}, "not_an_area"),
        ({"grd_id": "-1"}, "not_an_area"),
        ({"kunta": "999"}, "unknown_municipality"),
        ({"kunta": None}, "unknown_municipality"),
        ({"xkoord": 24.9}, "not_a_number"),
        ({"xkoord": 900_000}, "layer_geometry"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_number(others: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        read(KILOMETRE, changed(**others))
    assert (refused.value.refusal, refused.value.line) == (refusal, 2)
    assert "100" not in refused.value.message(discreet=True)


@pytest.mark.parametrize(
    ("features", "refusal"),
    [
        ([cell(1, 20_000, *[99] * 9), cell(2, 20_000, *[99] * 9)], "unlocated"),
        ([cell(1, 100, *[99] * 9)], "total"),
        ([cell(1, 50, 50, *[99] * 8)], "total"),
        ([cell(1, 50, *[99] * 9, IKA0_9="x")], "not_a_number"),
    ],
)
def test_a_wrong_cell_of_hsy_is_refused(features: list[dict[str, Any]], refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        read(HSY, features)
    assert refused.value.refusal == refusal


def test_a_dimension_is_all_there_or_not_at_all() -> None:
    part = [kilometre(1, 100, 48, 52, 20, 60, 20)]
    del part[0]["properties"]["naiset"]
    with pytest.raises(Refused, match='"naiset" is missing'):
        read(KILOMETRE, part)
    for gone in ("miehet", "ika_0_14", "ika_15_64", "ika_65_"):
        del part[0]["properties"][gone]
    assert set(read(KILOMETRE, part).counts["dimension"]) == {"population"}


@pytest.mark.parametrize(
    "data",
    [b"", b"xyind\r\n", b"xyind,v_yht,kunta\r\n", b"xyind,v_yht,kunta\r\n385125,1,91\r\n", b"a,b\r\n1,2\r\n",
     b"xyind,v_yht,kunta\r\n3851256672125,1\r\n", b"xyind,v_yht,kunta\r\n3851256672125,NaN,91\r\n",
     b"xyind,v_yht,kunta\r\n3851256672125,1e999,91\r\n", b"xyind;v_yht;kunta\r\n3851256672125;1;91\r\n",
     b"xyind,v_yht,kunta\r\n3851256672125,1,91", b"xyind,xyind,kunta\r\n1,2,91\r\n", b"\xff\xfex\0y\0",
     b"xyind,v_yht,kunta\r\n9999999999999,1,91\r\n", packed({"a.csv": b"", "b.csv": b"x"}),
     packed({"a.txt": b"x"}), packed({f"{at}.json": borders(HELSINKI) for at in range(3)}), json.dumps({}).encode()],
)  # fmt: skip
def test_a_hostile_table_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        YKR.tables(data, "2025", "f")
    assert refused.value.refusal != "unreadable" and refused.value.message("sv")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100), st.sampled_from([HELSINKI, ESPOO, ELSEWHERE])),
                min_size=1, max_size=12))  # fmt: skip
def test_every_cell_is_told_once_or_counted(cells: list[tuple[int, int, str]]) -> None:
    features = []
    for at, (people, share, owner) in enumerate(cells):
        men = people * share // 100
        parts = HIDDEN if people < 10 else (men, people - men, 0, men, people - men)
        features.append(kilometre(at, people, *parts, kunta=owner))
    delivered = read(KILOMETRE, features)
    totals = delivered.counts.query("dimension == 'population'")
    assert totals["count"].sum() == sum(people for people, _, owner in cells if owner != ELSEWHERE)
    assert len(totals) == delivered.rows["counts"]


def test_the_grid_is_fetched_in_pages_under_the_year_that_it_describes() -> None:
    layers = {"vaestoruutu:vaki2024_1km": [kilometre(1, 9, *HIDDEN)],
              "vaestoruutu:vaki2025_1km": [kilometre(at, 9, *HIDDEN) for at in range(25)],
              "vaestoruutu:vaki2026_1km_kp": [feature(shapely.Point(385_000, 6_672_000), grd_id="x")],
              "vaestoruutu:vaki2026_5km": [kilometre(1, 9, *HIDDEN)]}  # fmt: skip
    with Loopback(GeoServer(layers, most=10)) as server, Client(QUICK, routes={"geo.stat.fi": server.url}) as client:
        assert KILOMETRE.fetch and KILOMETRE.probe
        (one,) = KILOMETRE.fetch(client, 2026)
        assert not any(canary.moved for canary in KILOMETRE.probe(client))
    assert (
        one.release == "2026"
        and one.file == "vaki2025_1km.zip"
        and one.url == "https://geo.stat.fi/geoserver/vaestoruutu/wfs"
    )
    delivered = KILOMETRE.tables(one.data, one.release, one.file)
    assert delivered.rows == {"counts": 25} and set(delivered.counts["reference_year"]) == {2025}
    with pytest.raises(Refused, match='"2025"'):
        KILOMETRE.tables(one.data, "2025", one.file)
