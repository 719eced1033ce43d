"""Sotkanet: what its rows become, what is counted and not used, what is refused, and a fetch under every fault."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES, WELLBEING
from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national import sotkanet, sotkanet_figures
from seg_pipeline.sources.national.sotkanet import SOURCES
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered
from seg_pipeline_tests.servers import sotkanet as server
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback

(SOTKANET,) = SOURCES
HEADER = "indicator;region;year;gender;primary value;absolute value\n"
LONG = "indicator,region,year,gender,primary.value,region.code,region.title.fi\n"


@pytest.fixture(scope="module")
def bodies() -> dict[str, bytes]:
    return server.made_up()


def read(data: bytes | str, release: str = "2026") -> Delivered:
    told = SOTKANET.tables(data.encode() if isinstance(data, str) else data, release, "sotkanet.file")
    table = told.tables["wellbeing"]
    assert not findings(table, "wellbeing")
    return told


def refusal(data: bytes | str, release: str = "2026") -> Refused:
    with pytest.raises(Refused) as refused:
        read(data, release)
    assert refused.value.refusal != "unreadable", refused.value.message()
    for language in ("fi", "sv", "en"):
        assert refused.value.message(language)
    return refused.value


def packed(bodies: dict[str, bytes], **other: Any) -> bytes:
    """Return a bundle of `bodies`, with some of them other than they are."""
    changed = bodies | {name.replace("_", " "): data for name, data in other.items()}
    kept = {name: data if isinstance(data, bytes) else json.dumps(data).encode() for name, data in changed.items()}
    return bundle.pack(bundle.Body(name, "https://sotkanet.fi", data) for name, data in kept.items())


def test_every_row_of_the_catalogue_is_an_indicator_of_ours_and_no_two_are_one() -> None:
    told = [(ours.indicator, ours.group) for ours in sotkanet_figures.mapped().values()]
    assert len(told) == len(set(told)) and {indicator for indicator, _ in told} <= set(WELLBEING)


def test_per_thousand_becomes_per_cent() -> None:
    told = read(HEADER + "187;46;2023;total;186.4;123731\n")
    row = told.tables["wellbeing"].iloc[0]
    assert (row["city"], row["indicator"], row["value"], row["unit"]) == ("091", "foreign_language", 18.64, "percent")
    assert (row["numerator"], row["reference_year"], row["producer"]) == (123731, 2023, "Statistics Finland")


def test_the_same_rows_are_the_same_table_in_every_layout(bodies: dict[str, bytes]) -> None:
    rows = [(127, 46, 2023, "total", "664028"), (127, 20, 2023, "total", "314024"), (3099, 46, 2022, "total", "14.9")]
    names = ("indicator", "region", "year", "gender")
    now = [dict(zip((*names, "value"), row, strict=True)) | {"absValue": None} for row in rows]
    then = [{name: str(cell) for name, cell in zip((*names, "primary value"), row, strict=True)} for row in rows]
    csv = HEADER + "".join(";".join(map(str, row)) + ";\n" for row in rows)
    code = {46: "091,Helsinki", 20: "049,Espoo"}
    long = LONG + "".join(",".join(map(str, row)) + f",{code[row[1]]}\n" for row in rows)
    split = {f"data {number}": [row for row in now if row["indicator"] == number] for number in (127, 3099)}
    kept = {name: data for name, data in bodies.items() if name in ("regions", "about 127", "about 3099")}
    whole = packed(kept | {name: json.dumps(told).encode() for name, told in split.items()})
    tables = [read(data).tables["wellbeing"] for data in (json.dumps(now), json.dumps(then), csv, long, whole)]
    assert all(table.equals(tables[0]) for table in tables) and len(tables[0]) == 3


def test_what_is_not_used_is_counted_by_why() -> None:
    told = read(
        HEADER
        + "127;46;2023;total;10;\n127;46;2023;total;10;\n127;658;2023;total;5;\n"
        + "127;46;2023;male;4;\n5;46;2023;total;1;\n"
    )
    assert told.rows == {
        "indicators not used": 1, "other regions": 1, "other genders": 1, "repeated": 1, "wellbeing": 1,
    }  # fmt: skip


def test_an_empty_value_is_missing_and_nought_is_a_number() -> None:
    table = read(HEADER + "3071;46;2023;total;;\n3071;20;2023;total;0;\n").tables["wellbeing"]
    assert table["status"].tolist() == ["observed", "missing"] and table["value"].tolist()[0] == 0


def test_the_metadata_say_who_made_a_figure_and_thl_alone_is_open(bodies: dict[str, bytes]) -> None:
    def told(number: str, producer: str) -> tuple[str, str]:
        about = json.loads(bodies[f"about {number}"])
        about["organization"]["title"]["en"] = producer
        name = f"about {number}"
        kept = {key: data for key, data in bodies.items() if key in ("regions", f"data {number}")}
        row = read(packed(kept | {name: json.dumps(about).encode()})).tables["wellbeing"].iloc[0]
        return row["producer"], row["licence"]

    assert told("493", "Finnish Institute for Health and Welfare (THL)")[1] == "CC BY 4.0"
    assert told("493", "Somebody else") == ("Somebody else", "not stated")
    assert told("187", "Statistics Finland") == ("Statistics Finland", "not stated")


def test_the_whole_demo_keeps_the_contract_and_has_every_city(bodies: dict[str, bytes]) -> None:
    table = read(packed(bodies)).tables["wellbeing"]
    told = table.groupby("city")["indicator"].nunique()
    expected = len({ours.indicator for ours in sotkanet_figures.mapped().values()})
    assert told.to_dict() == dict.fromkeys((city.city for city in CITIES), expected)


@pytest.mark.parametrize(
    ("data", "key", "line", "column"),
    [
        ("", "empty", None, ""), (HEADER, "empty", None, ""), ("[]", "empty", None, ""),
        (HEADER + "127;46;2023;total;10", "truncated", 2, ""), (HEADER + "127;46;2023\n", "truncated", 2, ""),
        (HEADER + "127;46;2023;total;10;;\n", "fields", 2, ""), ("id;name\n1;2\n", "layout", 1, ""),
        ("indicator;region;year;gender\n127;46;2023;total\n", "missing_column", 1, "value"),
        (HEADER.strip() + ";sex\n127;46;2023;total;10;;x\n", "unknown_column", 1, "sex"),
        (HEADER.replace("absolute value", "year") + "127;46;2023;total;10;1\n", "duplicate_column", 1, "year"),
        (HEADER + "127;46;2023;total;1e5;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;NaN;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;Infinity;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;..;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;1,5;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;=1+1;\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;" + "9" * 400 + ";\n", "not_a_number", 2, "primary value"),
        (HEADER + "127;46;2023;total;5;-x\n", "not_a_number", 2, "absolute value"),
        (HEADER + "127;46;2023;total;-5;\n", "out_of_range", 2, "primary value"),
        (HEADER + "127;46;2023;total;5.5;\n", "out_of_range", 2, "primary value"),
        (HEADER + "3099;46;2023;total;100.1;\n", "out_of_range", 2, "primary value"),
        (HEADER + "187;46;2023;total;1000.1;\n", "out_of_range", 2, "primary value"),
        (HEADER + "127;46;23;total;5;\n", "not_a_number", 2, "year"),
        (HEADER + "127;46;2027;total;5;\n", "release", 2, "year"),
        (HEADER + "127;46;2023;total;5;\n127;46;2023;total;6;\n", "duplicate_area", 3, "indicator"),
        (HEADER + "127;46;2023;total;5;\n127;46;2023;total;5;5\n", "duplicate_area", 3, "indicator"),
        (LONG + "127,46,2023,total,5,999,Nowhere\n", "unknown_municipality", 2, "region.code"),
        (LONG + "127,46,2023,total,5,91,Helsinki\n", "unknown_municipality", 2, "region.code"),
        (LONG + '127,46,2023,total,"5\n', "malformed", 2, ""),
        ('[{"indicator": 127, "region": 46, "year": 2023, "gender": "total", "value": "x"}]', "not_a_number", 1,
         "value"),
        ('[{"indicator": 127, "region": 46, "year": 2023, "gender": "total", "value": 1E400}]', "not_a_number", 1,
         "value"),
        ('[{"indicator": 127, "region": [46], "year": 2023, "gender": "total", "value": 1}]', "malformed", 1, "region"),
        ('[{"indicator": 127, "indicator": 128}]', "duplicate_column", None, "indicator"),
        ('[{"indicator": 127, "value": 1, "primary value": 2}]', "missing_column", 1, "region"),
        ('{"error": "x"}', "malformed", None, ""), ("[" * 90_000, "malformed", None, ""),
        (HEADER.encode("utf-16"), "encoding", 1, ""), (HEADER.encode() + b"127;\0\n", "encoding", 1, ""),
        (HEADER.encode() + "ä".encode("latin-1") + b"\n", "encoding", 2, ""),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_where_it_is_wrong(
    data: bytes | str, key: str, line: int | None, column: str
) -> None:
    refused = refusal(data)
    assert (refused.refusal, refused.line, refused.column) == (key, line, column)


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    told = HEADER + "127;46;2023;total;10;\n"
    assert (
        read(b"\xef\xbb\xbf" + told.replace("\n", "\r\n").encode())
        .tables["wellbeing"]
        .equals(read(told).tables["wellbeing"])
    )


@pytest.mark.parametrize(
    ("other", "key"),
    [
        ({"regions": b"{}"}, "malformed"), ({"regions": b"[1]"}, "malformed"), ({"regions": [{"id": 46}]}, "malformed"),
        ({"regions": b"not json"}, "malformed"), ({"about_127": b"[]"}, "malformed"), ({"about_127": {}}, "malformed"),
        ({"about_127": {"title": {"fi": "Työttömät"}, "organization": {"title": {"fi": "x"}}}}, "another_indicator"),
        ({"about_127": {"title": {"fi": "Väestö 31.12."}, "organization": {"title": {"fi": "=x"}}}},
         "another_indicator"),
        ({"about_127": {"title": {"fi": "Väestö 31.12."}, "organization": {"title": {"fi": " "}}}},
         "another_indicator"),
        ({"about_127": {"title": {"fi": "Väestö 31.12."}, "organization": {"title": {"fi": {}, "en": []}}}},
         "malformed"),
        ({"data_127": {"a": 1}}, "malformed"), ({"data_5": []}, "missing_sheet"), ({"more": b"[]"}, "layout"),
        ({"data_127": [{"indicator": 181, "region": 46, "year": 2020, "gender": "total", "value": 1}]},
         "another_indicator"),
        ({"regions": [{"id": 46, "code": "091", "category": "KUNTA"}, {"id": 46, "code": "049", "category": "KUNTA"}]},
         "duplicate_area"),
        ({"regions": [{"id": 46, "code": "990", "category": "KUNTA"}]}, "unknown_municipality"),
    ],
)  # fmt: skip
def test_a_bundle_with_a_hostile_answer_is_refused(bodies: dict[str, bytes], other: dict[str, Any], key: str) -> None:
    refused = refusal(packed(bodies, **other))
    assert refused.refusal == key and (refused.sheet or key == "missing_sheet")


def test_a_bundle_without_regions_or_with_a_body_twice_is_refused(bodies: dict[str, bytes]) -> None:
    assert refusal(packed({"about 127": bodies["about 127"]})).refusal == "missing_sheet"
    twice = [bundle.Body("regions", "", bodies["regions"])] * 2
    assert refusal(bundle.pack(twice)).refusal == "duplicate_column"


@pytest.mark.parametrize("name", ["requests.json", "0000"])
def test_a_container_that_unpacks_to_more_than_it_is_never_is_unpacked(name: str) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("requests.json", b'{"bodies": []}')
        with container.open("bomb" if name == "requests.json" else name, "w", force_zip64=True) as entry:
            for _ in range(300):
                entry.write(b"\0" * (1 << 20))
    begun = time.monotonic()
    assert refusal(sink.getvalue()).refusal == "malformed" and time.monotonic() - begun < 1


def test_an_empty_answer_in_a_bundle_tells_nothing(bodies: dict[str, bytes]) -> None:
    kept = {name: bodies[name] for name in ("regions", "about 127")} | {"data 127": b"[]"}
    assert read(packed(kept)).rows == {
        "indicators not used": 0, "other regions": 0, "other genders": 0, "repeated": 0, "wellbeing": 0,
    }  # fmt: skip


def test_two_files_of_one_release_have_parts_of_their_own(bodies: dict[str, bytes]) -> None:
    assert SOTKANET.part(packed(bodies)) == ""
    assert SOTKANET.part((HEADER + "127;46;2022;total;1;\n127;46;2023;total;1;\n").encode()) == "127-years-2022-2023"
    assert SOTKANET.part(b"\0\0") == ""


CELLS = st.sampled_from(
    ["127", "187", "5", "46", "20", "658", "2023", "2022", "total", "male", "10", "10.5", "", "-1", "x"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * 6), max_size=6))
def test_whatever_the_cells_each_row_is_told_counted_or_refused(rows: list[tuple[str, ...]]) -> None:
    data = HEADER + "".join(";".join(row) + "\n" for row in rows)
    try:
        told = read(data)
    except Refused as refused:
        assert refused.refusal != "unreadable"
    else:
        assert sum(told.rows.values()) == len(rows) and len(told.tables["wellbeing"]) == told.rows["wellbeing"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_bundle_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    kept = {name: body for name, body in server.made_up().items() if name == "regions" or name.endswith(" 127")}
    whole = bytearray(packed(kept))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        read(bytes(whole))
    except Refused as refused:
        assert refused.refusal != "unreadable"


FEW = ("127", "187")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two indicators only, so that a fetch under a fault is short."""
    rows = {number: ours for number, ours in sotkanet_figures.mapped().items() if number in FEW}
    monkeypatch.setattr(sotkanet, "mapped", lambda: rows)


def client(loopback: Loopback) -> Client:
    return Client(QUICK, routes={server.HOST: loopback.url})


def test_a_fetch_asks_for_every_indicator_and_brings_one_delivery(bodies: dict[str, bytes]) -> None:
    with Loopback(server.answering(bodies)) as loopback, client(loopback) as asking:
        (fetched,) = sotkanet.fetch(asking, 2026)
    assert (fetched.release, SOTKANET.part(fetched.data)) == ("2026", "")
    assert len(loopback.asked) == 1 + 2 * len(sotkanet_figures.mapped())
    years = [value for name, value in loopback.asked[2].query if name == "years"]
    assert years == [str(year) for year in range(1990, 2027)]
    assert read(fetched.data).tables["wellbeing"].equals(read(packed(bodies)).tables["wellbeing"])


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_passing_fault_leaves_the_fetch_whole(few: None, bodies: dict[str, bytes], fault: str, at: int) -> None:
    with Loopback(server.answering(bodies)) as loopback, client(loopback) as asking:
        plain = list(sotkanet.fetch(asking, 2026))
    with Loopback(server.answering(bodies), {at: PASSING[fault]()}) as loopback, client(loopback) as asking:
        assert list(sotkanet.fetch(asking, 2026)) == plain


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("at", [1, 2, 5])
def test_a_lasting_fault_leaves_nothing(few: None, bodies: dict[str, bytes], fault: str, at: int) -> None:
    with Loopback(server.answering(bodies), {at: LASTING[fault]()}) as loopback, client(loopback) as asking:
        with pytest.raises(Unavailable):
            list(sotkanet.fetch(asking, 2026))


@pytest.mark.parametrize("body", [b"{}", b"[]", b'"x"', b"<xml/>", b"[{"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_answer_of_another_kind_leaves_nothing(few: None, bodies: dict[str, bytes], body: bytes, at: int) -> None:
    right = (at != 2) == (body == b"[]") and body in (b"{}", b"[]")
    with Loopback(server.answering(bodies), {at: Answer(body)}) as loopback, client(loopback) as asking:
        if right:
            assert list(sotkanet.fetch(asking, 2026))
        else:
            with pytest.raises(Unavailable, match=r"seg sources probe|not JSON"):
                list(sotkanet.fetch(asking, 2026))


def test_the_canary_sings_only_when_something_moved(bodies: dict[str, bytes]) -> None:
    with Loopback(server.answering(bodies)) as loopback, client(loopback) as asking:
        canaries = list(sotkanet.probe(asking))
    assert not [canary for canary in canaries if canary.moved]
    assert len(canaries) == len(catalogue.rows("sotkanet/regions")) + 3 * len(sotkanet_figures.mapped())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"title": {"fi": "Muu", "sv": "", "en": ""}}, "title of 127"),
        ({"organization": {"id": 2, "title": {"en": "Muu", "fi": "Muu"}}}, "producer of 127"),
        ({"range": {"start": 1990, "end": 2001}}, "years of 127"), ({"range": None}, "years of 127"),
        ({"title": None}, "indicator 127"),
    ],
)  # fmt: skip
def test_the_canary_says_what_moved(few: None, bodies: dict[str, bytes], change: dict[str, Any], what: str) -> None:
    moved = bodies | {"about 127": json.dumps(json.loads(bodies["about 127"]) | change).encode()}
    with Loopback(server.answering(moved)) as loopback, client(loopback) as asking:
        assert [canary.what for canary in sotkanet.probe(asking) if canary.moved] == [what]


def test_a_region_that_is_another_municipality_now_moves_the_canary(few: None, bodies: dict[str, bytes]) -> None:
    listed = json.loads(bodies["regions"])
    next(region for region in listed if region["id"] == 46)["id"] = 4646
    moved = bodies | {"regions": json.dumps(listed).encode()}
    with Loopback(server.answering(moved)) as loopback, client(loopback) as asking:
        assert [canary.what for canary in sotkanet.probe(asking) if canary.moved] == ["region 46"]


def test_many_rows_take_little_time() -> None:
    lines = [f"127;{46 if at % 2 else 658};{1990 + at % 30};total;{at % 1000};" for at in range(60)]
    data = HEADER + "\n".join(lines * 4000) + "\n"
    begun = time.monotonic()
    refused = refusal(data)
    assert refused.refusal == "duplicate_area" and time.monotonic() - begun < 5
