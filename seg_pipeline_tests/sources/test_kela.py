"""Kela: two dialects, months against years, hidden numbers, what is refused, and a fetch under every fault."""

from __future__ import annotations

import json
import runpy
import time
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.quality.contracts import findings
from seg_pipeline.settings import DEMO
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.kela import SOURCES
from seg_pipeline.sources.protocols import ckan
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Source
from seg_pipeline_tests.servers import ckan as server
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback

ASSISTANCE, HOUSING = SOURCES
NEWER = (
    "aikatyyppi,vuosi,kuukausi_nro,vuosikuukausi,kunta_nro,kunta_nimi,etuus,saaja_lkm,saaja_laskenta_lkm,maksettu_eur\n"
)
OLDER = "kunta;kuukausi;kuntanumero;saajaruokakunnat;aikajakso;ruokakuntatyyppi;vuosi\n"
PERSONS = "aikatyyppi,vuosi,kuukausi_nro,vuosikuukausi,kunta_nro,ikaryhma,sukupuoli,saaja_lkm\n"
HOUSEHOLDS = "aikatyyppi,vuosi,kuukausi_nro,vuosikuukausi,kunta_nro,kotitaloustyyppi,saajakotitalous_lkm\n"
JUNE = "Kuukausi,2024,6,202406,91,Helsinki,Yleinen asumistuki,54000,,1.00\n"
GENERAL = "kelan-etuuksien-saajat-ja-maksetut-etuudet"


@cache
def demo() -> dict[str, bytes]:
    return {name.split("/")[0]: data for name, data in runpy.run_path(str(DEMO / "generators/kela.py"))["deliveries"]()}


def read(source: Source, data: bytes | str, release: str = "2026") -> Delivered:
    told = source.tables(data.encode() if isinstance(data, str) else data, release, "kela.file")
    assert not findings(told.tables["wellbeing"], "wellbeing")
    return told


def refusal(source: Source, data: bytes | str, release: str = "2026") -> Refused:
    with pytest.raises(Refused) as refused:
        read(source, data, release)
    assert refused.value.refusal != "unreadable", refused.value.message()
    for language in ("fi", "sv", "en"):
        assert refused.value.message(language)
    return refused.value


def values(told: Delivered, indicator: str = "") -> dict[str, float]:
    table = told.tables["wellbeing"]
    table = table[table["indicator"] == indicator] if indicator else table
    keys = table["city"] + " " + table["reference_year"].astype("str") + " " + table["period"]
    return dict(zip(keys, table["value"], strict=True))


def test_month_6_and_12_become_the_half_years_and_the_rest_is_counted() -> None:
    told = read(
        HOUSING,
        NEWER
        + JUNE
        + "Kuukausi,2024,12,202412,091,Helsinki,Yleinen asumistuki,55000.0,,1.00\n"
        + "Kuukausi,2024,5,202405,91,Helsinki,Yleinen asumistuki,53000,,1.00\n"
        + "Kuukausi,2024,12,202412,91,Helsinki,Lapsilisä,90000,,1.00\n"
        + "Kuukausi,2024,12,202412,199,Tuntematon,Yleinen asumistuki,12,,-35.10\n"
        + "Kuukausi,2024,12,202412,0,Koko maa,Yleinen asumistuki,300000,,1.00\n"
        + "Vuosi,2024,,,91,Helsinki,Yleinen asumistuki,,,9.00\n"
        + "Vuosi,2008,12,200812,993,993,Yleinen asumistuki,,,9.00\n",
    )
    assert values(told) == {"091 2024 h1": 54000, "091 2024 h2": 55000}
    assert told.rows == {
        "rows of a whole year": 2, "other months": 1, "the whole country": 1, "municipality unknown": 1,
        "repeated": 0, "other groups": 1, "wellbeing": 2,
    }  # fmt: skip
    row = told.tables["wellbeing"].iloc[0]
    assert (row["unit"], row["licence"], row["status"]) == ("households", "CC BY 4.0", "observed")


def test_social_assistance_in_the_general_file_counts_households() -> None:
    told = read(ASSISTANCE, NEWER + JUNE.replace("Yleinen asumistuki", "Perustoimeentulotuki") + JUNE)
    assert values(told, "social_assistance_households") == {"091 2024 h1": 54000} and len(told.tables["wellbeing"]) == 1


def test_a_number_that_is_hidden_while_the_money_is_told_is_suppressed() -> None:
    lines = JUNE.replace("54000", "") + JUNE.replace("54000", "").replace("1.00", "").replace("91,H", "49,H")
    table = read(HOUSING, NEWER + lines).tables["wellbeing"]
    assert table.set_index("city")["status"].to_dict() == {"091": "suppressed", "049": "missing"}
    older = OLDER + "Veteli;6;924;NA;kuukausi;Yhteensä;2018\n"
    assert read(HOUSING, older).tables["wellbeing"]["status"].tolist() == ["suppressed"]


def test_the_older_dialect_writes_quoted_numbers_with_a_padded_decimal_comma() -> None:
    told = read(
        HOUSING,
        "\ufeff"
        + OLDER
        + '"Helsinki";"12";"91";"56,0000000000000";"kuukausi";"Yhteensä";"2018"\n'
        + '"Helsinki";"12";"91";"7,0000000000000";"kuukausi";"Yksin\nasuvat";"2018"\n'
        + '"Helsinki";NA;"91";"9";"vuosi";"Yhteensä";"2018"\n',
    )
    assert values(told) == {"091 2018 h2": 56} and told.rows["other groups"] == 1


def test_groups_are_added_only_where_no_row_tells_all_of_them() -> None:
    row = "Kuukausi,2024,6,202406,91,{},{},{}\n".format
    parts = row("0-17", "Mies", 10) + row("0-17", "Nainen", 20) + row("18-", "Mies", 5) + row("18-", "Nainen", 7)
    total = row("Yhteensä", "Mies", 16) + row("Yhteensä", "Nainen", 28)
    assert values(read(ASSISTANCE, PERSONS + parts)) == {"091 2024 h1": 42}
    assert values(read(ASSISTANCE, PERSONS + parts + total)) == {"091 2024 h1": 44}
    hidden = read(ASSISTANCE, PERSONS + parts + row("65-", "Nainen", ""))
    assert hidden.tables["wellbeing"]["status"].tolist() == ["suppressed"]


def test_families_with_children_are_one_of_the_household_types() -> None:
    row = "Kuukausi,2024,6,202406,91,{},{}\n".format
    parts = row("Yksin asuvat", 50) + row("Yhden huoltajan perheet", 20) + row("Kahden huoltajan perheet", 10)
    told = read(ASSISTANCE, HOUSEHOLDS + parts)
    assert values(told, "social_assistance_families_number") == {"091 2024 h1": 30}
    assert values(told, "social_assistance_households") == {"091 2024 h1": 80}
    told = read(ASSISTANCE, HOUSEHOLDS + parts + row("Lapsiperheet yhteensä", 31))
    assert values(told, "social_assistance_families_number") == {"091 2024 h1": 31}
    assert values(told, "social_assistance_households") == {"091 2024 h1": 80}, "a subtotal is not added to its parts"


def test_the_demo_tells_every_indicator_of_both() -> None:
    told = read(ASSISTANCE, demo()[ASSISTANCE.id]), read(HOUSING, demo()[HOUSING.id])
    found = {name for one in told for name in one.tables["wellbeing"]["indicator"].unique()}
    assert found == {"social_assistance_persons", "social_assistance_households", "social_assistance_families_number",
                     "housing_allowance_households"}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "key", "line", "column"),
    [
        ("", "empty", None, ""), (NEWER, "empty", None, ""), (NEWER + JUNE.strip(), "truncated", 2, ""),
        (NEWER + "Kuukausi,2024,6\n", "truncated", 2, ""), (NEWER + JUNE.replace("\n", ",x\n"), "fields", 2, ""),
        ("name,type,format\na,b,c\n", "layout", 1, ""),
        (NEWER.replace("kunta_nro,", "alue,") + JUNE, "no_municipality_code", 1, "kunta_nro"),
        (NEWER.replace("etuus", "etuuslaji") + JUNE, "missing_column", 1, "etuus"),
        (NEWER.strip() + ",ikaryhma\n" + JUNE.replace("\n", ",0-17\n"), "unknown_variable", 1, "ikaryhma"),
        (NEWER.strip() + ",etuus\n" + JUNE.replace("\n", ",x\n"), "duplicate_column", 1, "etuus"),
        (NEWER.replace(",", ";") + JUNE.replace(",", ";"), "layout", 1, ""),
        (OLDER.replace(";", ",") + "Veteli,6,924,5,kuukausi,Yhteensä,2018\n", "layout", 1, ""),
        (NEWER + JUNE.replace("54000", "NA"), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", '"54000,0"'), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", "54000.5"), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", "-3"), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", "NaN"), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", "=1+1"), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("54000", "9" * 500), "not_a_number", 2, "saaja_lkm"),
        (NEWER + JUNE.replace("1.00", "Infinity"), "not_a_number", 2, "maksettu_eur"),
        (NEWER + JUNE.replace(",91,", ",KU091,"), "not_a_number", 2, "kunta_nro"),
        (NEWER + JUNE.replace(",91,", ",,"), "not_a_number", 2, "kunta_nro"),
        (NEWER + JUNE.replace(",91,", ",999,"), "unknown_municipality", 2, "kunta_nro"),
        (NEWER + JUNE.replace(",6,", ",13,"), "not_a_number", 2, "kuukausi_nro"),
        (NEWER + JUNE.replace(",6,", ",,"), "not_a_number", 2, "kuukausi_nro"),
        (NEWER + JUNE.replace("202406", "202412"), "not_a_number", 2, "vuosikuukausi"),
        (NEWER + JUNE.replace("Kuukausi", "Lukuvuosi"), "not_a_number", 2, "aikatyyppi"),
        (NEWER + JUNE.replace("2024", "2027"), "release", 2, "vuosi"),
        (NEWER + JUNE + JUNE.replace("54000", "54001"), "duplicate_area", 3, "kunta_nro"),
        (OLDER + '"Veteli;6;924;5;kuukausi;Yhteensä;2018\n', "malformed", 2, ""),
        (NEWER.encode("utf-16"), "encoding", 1, ""), (NEWER.encode() + b"\0" * 50, "encoding", 1, ""),
        (NEWER.encode() + JUNE.replace("asumistuki", "asumistukö").encode("latin-1"), "encoding", 2, ""),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_where_it_is_wrong(
    data: bytes | str, key: str, line: int | None, column: str
) -> None:
    refused = refusal(HOUSING, data)
    assert (refused.refusal, refused.line, refused.column) == (key, line, column)


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    plain = read(HOUSING, NEWER + JUNE).tables["wellbeing"]
    assert read(HOUSING, ("\ufeff" + NEWER + JUNE).replace("\n", "\r\n")).tables["wellbeing"].equals(plain)


def test_a_row_that_is_there_twice_word_by_word_is_counted_once() -> None:
    told = read(HOUSING, NEWER + JUNE + JUNE)
    assert told.rows["repeated"] == 1 and told.rows["wellbeing"] == 1


def about(slug: str = "perustoimeentulotuen-saajat", **more: Any) -> bundle.Body:
    described = {"success": True, "result": server.package(slug, "x", [server.resource("one")], **more)}
    return bundle.Body(f"package {slug}", "", json.dumps(described).encode())


def test_a_bundle_carries_the_licence_that_the_catalogue_stated() -> None:
    file = bundle.Body("file one", "", (NEWER + JUNE).encode())
    for stated, shown in (
        ({"license_id": "cc-by-4.0"}, "CC BY 4.0"),
        ({"license_id": "other", "license_title": "Other (Closed)"}, "Other (Closed)"),
        ({"license_id": None, "license_title": None}, "not stated"),
        ({"license_title": "=x", "license_id": "x"}, "not stated"),
    ):  # fmt: skip
        told = read(HOUSING, bundle.pack([about(**stated), file]))
        assert told.tables["wellbeing"]["licence"].tolist() == [shown]


def page(records: list[dict[str, Any]], total: int, start: int = 0, number: str = "one") -> bundle.Body:
    fields = [{"id": name} for name in ("_id", *NEWER.strip().split(","))]
    answer = {"success": True, "result": {"fields": fields, "records": records, "total": total}}
    return bundle.Body(f"page {number} {start}", "", json.dumps(answer).encode())


def record(city: int, value: int | None, month: int = 6) -> dict[str, Any]:
    return {
        "_id": city, "aikatyyppi": "Kuukausi", "vuosi": 2024, "kuukausi_nro": month, "vuosikuukausi": 202400 + month,
        "kunta_nro": city, "kunta_nimi": "x", "etuus": "Yleinen asumistuki", "saaja_lkm": value, "maksettu_eur": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bodies", "key"),
    [
        ([page([record(91, 5)], 2)], "truncated"),
        ([page([record(91, 5)], 1), page([record(49, 5)], 2, 0, "two")], "truncated"),
        ([page([record(91, 5)], 2), page([record(91, 6)], 2, 1)], "duplicate_area"),
        ([page([record(91, 5)], 1), page([record(91, 6)], 1, 0, "two")], "told_twice"),
        ([page([record(91, 5)], 2), page([record(49, 6)], 3, 1)], "malformed"), ([about(), page([], 0, 1)], "ok"),
        ([bundle.Body("package x", "", b"{}")], "malformed"), ([bundle.Body("package x", "", b"[[")], "malformed"),
        ([bundle.Body("other x", "", b"")], "layout"), ([bundle.Body("page one 0", "", b"{}")], "malformed"),
        ([bundle.Body("file one", "", b"")], "empty"), ([page([record(91, 5) | {"x": {}}], 1)], "malformed"),
    ],
)  # fmt: skip
def test_a_bundle_that_is_short_or_strange_is_refused(bodies: list[bundle.Body], key: str) -> None:
    if key == "ok":
        assert not len(read(HOUSING, bundle.pack(bodies)).tables["wellbeing"])
    else:
        assert refusal(HOUSING, bundle.pack(bodies)).refusal == key


def test_pages_of_a_datastore_are_one_table() -> None:
    told = read(
        HOUSING, bundle.pack([about(), page([record(91, 5)], 3), page([record(49, None), record(92, 7)], 3, 1)])
    )
    table = told.tables["wellbeing"].set_index("city")
    assert table["value"].dropna().to_dict() == {"091": 5, "092": 7} and table["status"]["049"] == "suppressed"


def test_two_files_of_one_release_have_parts_of_their_own() -> None:
    assert HOUSING.part((NEWER + JUNE).encode()) == "benefits-2024-2024"
    assert HOUSING.part(b"") == "" and ASSISTANCE.part(demo()[ASSISTANCE.id]) == ""


CELLS = [st.sampled_from(cells) for cells in (
    ("Kuukausi", "Vuosi", "x"), ("2024", "2023", "20"), ("6", "12", "5", ""), ("202406", "202312", ""),
    ("91", "199", "0", "999"),
    ("x",), ("Yleinen asumistuki", "Lapsilisä"), ("5", "", "NA"), ("", "1"), ("", "-1.5"),
)]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(*CELLS), min_size=1, max_size=5))
def test_whatever_the_cells_each_row_is_told_counted_or_refused(rows: list[tuple[str, ...]]) -> None:
    try:
        told = read(HOUSING, NEWER + "".join(",".join(row) + "\n" for row in rows))
    except Refused as refused:
        assert refused.refusal != "unreadable"
    else:
        assert sum(told.rows.values()) == len(rows) and len(told.tables["wellbeing"]) == told.rows["wellbeing"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    source, whole = data.draw(
        st.sampled_from([(HOUSING, demo()[HOUSING.id][:4000] + b"\n"), (HOUSING, (NEWER + JUNE).encode())])
    )
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        read(source, bytes(damaged))
    except Refused as refused:
        assert refused.refusal != "unreadable"


def client(loopback: Loopback) -> Client:
    return Client(QUICK, routes={server.HOST: loopback.url, "www.avoindata.fi": loopback.url})


def stored(many: int = 3) -> Any:
    """Answer with the general package whose table is in the datastore, `many` municipalities and another benefit."""
    cities = (91, 49, 92, 837, 564, 853, 179, 297, 398, 167, 698)
    rows = [record(cities[at % 11], at, 6 if at < 11 else 12) | {"_id": at} for at in range(many)]
    other = [record(91, 5) | {"_id": 99, "etuus": "Lapsilisä"}]
    title = "Kelan etuuksien saajat ja maksetut etuudet"
    return server.answering(
        [server.package(GENERAL, title, [server.resource("one", stored=True)])], tables={"one": rows + other}
    )


def in_files() -> Any:
    """Answer with the two packages of social assistance, whose tables are files; one lies on the older host."""
    bodies = [body for body in bundle.unpack(demo()[ASSISTANCE.id]) if body.name.startswith("file ")]
    slugs = ("perustoimeentulotuen-saajat", "perustoimeentulotuen-saajakotitaloudet")
    old = "https://www.avoindata.fi/data/dataset/two/data.csv"
    packages = [
        server.package(
            slugs[0], "Perustoimeentulotuen saajat", [server.resource("one"), server.resource("x", format="JSON")]
        ),
        server.package(slugs[1], "Perustoimeentulotuen saajakotitaloudet", [server.resource("two", url=old)]),
    ]
    return server.answering(packages, files={"one": bodies[0].data, "two": bodies[1].data})


def fetched(source: Source, answering: Any, faults: dict[int, Answer] | None = None) -> tuple[bytes, str]:
    assert source.fetch is not None
    with Loopback(answering, faults) as loopback, client(loopback) as asking:
        (one,) = source.fetch(asking, 2026)
    assert one.release == "2026"
    return one.data, one.licence


def test_a_table_of_the_datastore_is_fetched_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ckan, "PAGE", 4)
    data, licence = fetched(HOUSING, stored(11))
    told = read(HOUSING, data)
    assert len(told.tables["wellbeing"]) == 11 and sum(told.rows.values()) == 11 and licence == "CC BY 4.0"
    assert [body.name for body in bundle.unpack(data)][1:] == ["page one 0", "page one 4", "page one 8"]


def test_tables_in_files_are_fetched_from_the_hosts_of_the_catalogue() -> None:
    data, _ = fetched(ASSISTANCE, in_files())
    assert (
        read(ASSISTANCE, data).tables["wellbeing"].equals(read(ASSISTANCE, demo()[ASSISTANCE.id]).tables["wellbeing"])
    )


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize(("source", "answering", "at"), [(HOUSING, stored(3), 1), (HOUSING, stored(3), 2),
                                                         (ASSISTANCE, in_files(), 2),
                                                         (ASSISTANCE, in_files(), 4)])  # fmt: skip
def test_a_passing_fault_leaves_the_fetch_whole(source: Source, answering: Any, at: int, fault: str) -> None:
    assert fetched(source, answering, {at: PASSING[fault]()}) == fetched(source, answering)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize(("source", "answering", "at"), [(HOUSING, stored(3), 1), (HOUSING, stored(3), 2),
                                                         (ASSISTANCE, in_files(), 2),
                                                         (ASSISTANCE, in_files(), 4)])  # fmt: skip
def test_a_lasting_fault_leaves_nothing(source: Source, answering: Any, at: int, fault: str) -> None:
    with pytest.raises(Unavailable):
        fetched(source, answering, {at: LASTING[fault]()})


FAILURES = (b"[]", b"{}", b'{"success": false, "error": {"message": "Not found"}}', b'{"success": true, "result": []}',
            b'{"success": true, "result": {"records": [], "fields": [], "total": 5}}',
            b'{"success": true, "result": {"resources": [{"name": "no id"}]}}', b"not json", b'"x"')  # fmt: skip


@pytest.mark.parametrize("body", FAILURES)
@pytest.mark.parametrize("at", [1, 2])
def test_an_answer_of_another_kind_leaves_nothing(body: bytes, at: int) -> None:
    with pytest.raises(Unavailable):
        fetched(HOUSING, stored(3), {at: Answer(body)})


def test_a_package_without_csv_or_with_a_file_elsewhere_is_not_taken() -> None:
    title = "Perustoimeentulotuen saajat"
    for listed, said in (([], "has no CSV"), ([server.resource("x", format="JSON")], "has no CSV"),
                         ([server.resource("x", url="https://elsewhere.example/x.csv")], "another host")):  # fmt: skip
        with pytest.raises(Unavailable, match=said):
            fetched(ASSISTANCE, server.answering([server.package("perustoimeentulotuen-saajat", title, listed)]))


def probed(source: Source, answering: Any) -> list[str]:
    assert source.probe is not None
    with Loopback(answering) as loopback, client(loopback) as asking:
        return [canary.what for canary in source.probe(asking) if canary.moved]


def test_the_canary_sings_only_when_something_moved() -> None:
    assert probed(HOUSING, stored()) == [] and probed(ASSISTANCE, in_files()) == []
    moved = server.package(GENERAL, "Muu aineisto", [server.resource("x", format="JSON")], license_id="other-closed")
    assert probed(HOUSING, server.answering([moved])) == [
        f"{what} of {GENERAL}" for what in ("title", "licence", "formats")
    ]
    assert probed(HOUSING, server.answering([])) == [f"package {GENERAL}"]


def test_a_large_file_takes_little_time() -> None:
    cities = [
        row.split(",")[0] for row in ("091", "049", "092", "837", "564", "853", "179", "297", "398", "167", "698")
    ]
    lines = [
        f"Kuukausi,{year},{month},{year}{month:02},{city},x,Etuus {benefit},{month * 7},,{benefit}.25\n"
        for year in range(2018, 2026) for month in range(1, 13) for city in cities for benefit in range(190)
    ]  # fmt: skip
    begun = time.monotonic()
    told = read(HOUSING, NEWER + "".join(lines) + JUNE)
    assert sum(told.rows.values()) == len(lines) + 1 == 200_641 and time.monotonic() - begun < 10
