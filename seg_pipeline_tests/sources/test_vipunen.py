"""Vipunen: shares of rounded counts, counts too few to be shown, what is refused, and a fetch under every fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES
from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national import vipunen
from seg_pipeline.sources.national.vipunen import SOURCES
from seg_pipeline.sources.protocols import vipunen as protocol
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered
from seg_pipeline_tests.servers import vipunen as server
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback

(VIPUNEN,) = SOURCES
EARLY, LEAVERS = catalogue.rows("vipunen/resources")


def record(part: Any, whole: Any, city: Any = "091", year: Any = 2024, about: dict[str, str] = EARLY) -> dict[str, Any]:
    told = {"municipality": city, "year": year, "numerator": part, "denominator": whole}
    return {about[role]: cell for role, cell in told.items()} | {"kotikuntaFi": "x"}


def read(told: Any, release: str = "2026") -> Delivered:
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    delivered = VIPUNEN.tables(data, release, "vipunen.json")
    assert not findings(delivered.tables["wellbeing"], "wellbeing")
    return delivered


def refusal(told: Any, release: str = "2026") -> Refused:
    with pytest.raises(Refused) as refused:
        read(told, release)
    assert refused.value.refusal != "unreadable", refused.value.message()
    for language in ("fi", "sv", "en"):
        assert refused.value.message(language)
    return refused.value


def packed(resources: dict[str, list[dict[str, Any]]], size: int = 5000) -> bytes:
    bodies = []
    for name, rows in resources.items():
        bodies.append(bundle.Body(f"count {name}", "", str(len(rows)).encode()))
        for start in range(0, len(rows), size):
            data = json.dumps(rows[start : start + size]).encode()
            bodies.append(bundle.Body(f"page {name} {start}", "", data))
    return bundle.pack(bodies)


def test_a_share_is_of_the_counts_as_they_are_shown() -> None:
    row = read([record(30, 36)]).tables["wellbeing"].iloc[0]
    assert (row["value"], row["numerator"], row["denominator"]) == (pytest.approx(250 / 3), 30, 36)
    assert (row["city"], row["indicator"], row["unit"]) == ("091", "early_childhood_participation", "percent")
    left = read([record(3, 300, about=LEAVERS)]).tables["wellbeing"].iloc[0]
    assert (left["indicator"], left["value"]) == ("no_study_place", 1)


@pytest.mark.parametrize(
    ("part", "whole", "status"),
    [("1–4", 300, "suppressed"), ("1-4", 300, "suppressed"), (3, "1–4", "suppressed"), ("1–4", None, "suppressed"),
     (None, 300, "missing"), (30, None, "missing"), (0, 0, "not_applicable"), (0, 300, "observed"),
     ("30", "300.0", "observed")],
)  # fmt: skip
def test_a_count_that_is_not_told_has_a_status(part: Any, whole: Any, status: str) -> None:
    table = read([record(part, whole)]).tables["wellbeing"]
    assert table["status"].tolist() == [status]
    if whole == 300:
        assert table["denominator"].tolist() == [300], "what is shown stays"


def test_rounding_may_make_a_part_three_more_than_its_whole() -> None:
    assert read([record(102, 99)]).tables["wellbeing"]["value"].iloc[0] > 100
    assert refusal([record(105, 99)]).refusal == "part_too_large"


def test_people_of_no_known_municipality_are_counted() -> None:
    told = read([record(30, 300), record(30, 300), record(3, 9, None), record(3, 9, "999"), record(3, 9, "200")])
    assert told.rows == {"municipality unknown": 3, "repeated": 1, "wellbeing": 1}


def test_the_demo_has_every_city_and_both_indicators() -> None:
    told = read(packed(server.made_up()))
    found = told.tables["wellbeing"].groupby("city")["indicator"].nunique()
    assert found.to_dict() == dict.fromkeys((city.city for city in CITIES), 2)
    assert (told.tables["wellbeing"]["status"] == "suppressed").sum() == 1


@pytest.mark.parametrize(
    ("told", "key", "column"),
    [
        (b"", "empty", ""), ([], "empty", ""), ({}, "malformed", ""), ([1], "malformed", ""),
        ([{"a": 1}], "layout", ""),
        (b"[" * 90_000, "malformed", ""), (b'[{"a": 1, "a": 2}]', "duplicate_column", "a"),
        ([record([3], 9)], "malformed", "lapsetLkm"), ([record("5-9", 9)], "not_a_number", "lapsetLkm"),
        ([record(-3, 9)], "not_a_number", "lapsetLkm"), ([record(2.5, 9)], "not_a_number", "lapsetLkm"),
        ([record("=3", 9)], "not_a_number", "lapsetLkm"), ([record(3, 10**12)], "not_a_number", "vaestoLkm"),
        ([record(3, 9, 91)], "not_a_number", "kooditKotikunta"),
        ([record(3, 9, "KU091")], "not_a_number", "kooditKotikunta"),
        ([record(3, 9, "990")], "unknown_municipality", "kooditKotikunta"),
        ([record(3, 9, year="2023/2024")], "not_a_number", "tilastovuosi"),
        ([record(3, 9, year=2027)], "release", "tilastovuosi"),
        ([record(3, 9), record(6, 9)], "duplicate_area", "kooditKotikunta"),
        (b'[{"kooditKotikunta": "091", "tilastovuosi": 2024, "lapsetLkm": NaN, "vaestoLkm": 9}]', "not_a_number", ""),
        ("x".encode("utf-16"), "encoding", ""),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_where_it_is_wrong(told: Any, key: str, column: str) -> None:
    refused = refusal(told)
    assert (refused.refusal, refused.column) == (key, column)


@pytest.mark.parametrize(
    ("bodies", "key"),
    [
        ({"count x": b"1"}, "truncated"), ({"count x": b"many"}, "malformed"), ({"count x": b'{"a": 1}'}, "truncated"),
        ({"page x 0": b"[]"}, "missing_sheet"), ({"page x 0": b"{}"}, "layout"), ({"other": b"1"}, "layout"),
        ({"count x": b"1", "page x 0": b'[{"a": 1}]'}, "unknown_variable"),
        ({f"count {EARLY['resource']}": b"1", f"page {EARLY['resource']} 0": b'[{"a": 1}]'}, "missing_column"),
    ],
)  # fmt: skip
def test_a_bundle_that_is_short_or_strange_is_refused(bodies: dict[str, bytes], key: str) -> None:
    assert refusal(bundle.pack(bundle.Body(name, "", data) for name, data in bodies.items())).refusal == key


def test_two_files_of_one_release_have_parts_of_their_own() -> None:
    assert VIPUNEN.part(packed(server.made_up())) == "" and VIPUNEN.part(b"x") == ""
    told = json.dumps([record(3, 9, year=2022), record(3, 9, year=2024)]).encode()
    assert VIPUNEN.part(told) == "early_childhood_participation-2022-2024"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 3, 30, "1–4", None, -1]), st.sampled_from([0, 9, 300, "1–4", None]),
                          st.sampled_from(["091", "049", None,
                           "999"]), st.sampled_from([2023, 2024])), min_size=1, max_size=5))  # fmt: skip
def test_whatever_the_cells_each_row_is_told_counted_or_refused(rows: list[tuple[Any, ...]]) -> None:
    try:
        told = read([record(*row) for row in rows])
    except Refused as refused:
        assert refused.refusal != "unreadable"
    else:
        assert sum(told.rows.values()) == len(rows) and len(told.tables["wellbeing"]) == told.rows["wellbeing"]


def fetched(answering: Any = None, faults: dict[int, Answer] | None = None) -> bytes:
    with Loopback(answering or server.answering(server.made_up()), faults) as loopback:
        with Client(QUICK, routes={server.HOST: loopback.url}) as asking:
            (one,) = vipunen.fetch(asking, 2026)
    return one.data


def test_a_fetch_brings_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(packed(server.made_up())).tables["wellbeing"]
    assert read(fetched()).tables["wellbeing"].equals(whole)
    monkeypatch.setattr(protocol, "PAGE", 20)
    data = fetched()
    assert len([body for body in bundle.unpack(data) if body.name.startswith("page")]) == 6
    assert read(data).tables["wellbeing"].equals(whole)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [1, 2, 3, 7])
def test_a_passing_fault_leaves_the_fetch_whole(fault: str, at: int) -> None:
    assert fetched(faults={at: PASSING[fault]()}) == fetched()


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_lasting_fault_leaves_nothing(fault: str, at: int) -> None:
    with pytest.raises(Unavailable):
        fetched(faults={at: LASTING[fault]()})


@pytest.mark.parametrize("body", [b"{}", b"[]", b"true", b"56", b"-1", b"not json"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_an_answer_of_another_kind_leaves_nothing(body: bytes, at: int) -> None:
    with pytest.raises(Unavailable):
        fetched(faults={at: Answer(body)})


def test_a_resource_that_is_not_there_says_which_table_to_correct() -> None:
    with pytest.raises(Unavailable, match=r"vipunen/resources\.csv"):
        fetched(server.answering({EARLY["resource"]: []}))


def probed(resources: dict[str, list[dict[str, Any]]]) -> list[str]:
    with Loopback(server.answering(resources)) as loopback:
        with Client(QUICK, routes={server.HOST: loopback.url}) as asking:
            return [canary.what for canary in vipunen.probe(asking) if canary.moved]


def test_the_canary_sings_only_when_something_moved() -> None:
    assert probed(server.made_up()) == []
    early = EARLY["resource"]
    gone = {name: rows for name, rows in server.made_up().items() if name != early}
    assert probed(gone) == [f"resource {early}"]
    assert probed(gone | {early: [{"other": 1}]}) == [f"columns of {early}"]
    assert probed(gone | {early: []}) == [f"columns of {early}"]
