"""Aluesarjat: smallest areas only, held against the city's own row; what a cube does not tell is not made up."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import settings as folders
from seg_pipeline.classifications import GROUPS
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback
from seg_pipeline_tests.servers.pxweb import PxWeb, Table
from seg_pipeline_tests.sources.test_px import Lists, written

ALUESARJAT = all_sources()["aluesarjat"]
TONGUES = [("ALL", "Kaikki äidinkielet"), ("1", "Suomi ja saame"), ("2", "Ruotsi"), ("3", "Muu kieli")]
AREAS = [
    ("091", "091 Helsinki"), ("0911", "091 1 Eteläinen suurpiiri"), ("091201P", "091 201 Reijolan peruspiiri"),
    ("09110", "091 10 Kruununhaka"), ("091201", "091 201 Ruoholahti"), ("091204", "091 204 Munkkisaari"),
    ("091999", "091 999 Muut"), ("091998", "091 998 Kantakaupunki"),
]  # fmt: skip
SEXES = [("all", "Molemmat sukupuolet"), ("1", "Miehet"), ("2", "Naiset")]
YEARS = [("2010", "2010"), ("2011", "2011")]
ONE_YEAR = YEARS[:1]
TOTALS = ["11000", "10040", "10040", "6000", "4000", '".."', "960", "500"]  # 40 people are kept back


def read(data: bytes, release: str = "2026") -> Delivered:
    """Read a delivery, and hold it against its contracts and the conservation of its rows."""
    delivered = ALUESARJAT.tables(data, release, "file.px")
    for name, table in delivered.tables.items():
        assert contracts.findings(table, name) == []
    return delivered


def px(lists: Lists, cells: Sequence[str], contents: str = "Väestö 1. tammikuuta") -> bytes:
    return written(lists, cells, contents)


def refusal(data: bytes, release: str = "2026") -> Refused:
    with pytest.raises(Refused) as refused:
        ALUESARJAT.tables(data, release, "file.px")
    for language in ("fi", "sv", "en"):
        assert refused.value.message(language)
    return refused.value


def cells(counts: pd.DataFrame, dimension: str, group: str = "total") -> dict[str, int]:
    found = counts[(counts["dimension"] == dimension) & (counts["group"] == group)].dropna(subset=["count"])
    return dict(zip(found["area_id"], found["count"], strict=True))


def tongues(totals: Sequence[str] = TOTALS, years: Sequence[tuple[str, str]] = ONE_YEAR) -> bytes:
    """Areas by mother tongue: 7 of 10 speak Finnish, 1 Swedish, 2 another language."""
    rows = [[t] + [t if t[0] == '"' else str(int(t) * share // 10) for share in (7, 1, 2)] for t in totals]
    lists = {"Alue": AREAS, "Äidinkieli": TONGUES, "Vuosi": years}
    return px(lists, [" ".join(cell for _ in years for cell in [one]) for row in rows for one in row])


def test_only_the_smallest_areas_are_counted_and_their_ids_do_not_repeat() -> None:
    delivered = read(tongues())
    assert cells(delivered.counts, "mother_tongue") == {"091010": 6000, "091201": 4000}
    assert list(delivered.areas["name_fi"]) == ["Kruununhaka", "Ruoholahti", "Munkkisaari"]
    assert list(delivered.areas["area_id"]) == ["091010", "091201", "091204"]
    assert delivered.areas["population"].tolist() == [6000, 4000, pd.NA]
    assert set(delivered.counts["geography"]) == {"city_district"} and set(delivered.counts["city"]) == {"091"}


def test_every_cell_is_accounted_for() -> None:
    assert read(tongues()).rows == {
        "cells the city's own": 4, "cells of larger areas": 12, "cells of no known area": 4,
        "cells of the smallest areas": 12,
    }  # fmt: skip


def test_foreign_languages_are_told_where_other_languages_are() -> None:
    counts = read(tongues()).counts
    assert (
        cells(counts, "language", "foreign")
        == cells(counts, "mother_tongue", "other")
        == {"091010": 1200, "091201": 800}
    )
    assert cells(counts, "language", "domestic") == {"091010": 4800, "091201": 3200}


def test_what_is_kept_back_is_bounded_by_the_rest_of_the_city() -> None:
    kept = read(tongues()).counts.query("area_id == '091204' and dimension == 'mother_tongue'").set_index("group")
    assert set(kept["status"]) == {"suppressed"} and set(kept["lower"]) == {0}
    assert kept["upper"].to_dict() == {"total": 50, "finnish_sami": 30, "swedish": 10, "other": 10}  # 40 28 4 8 and up


def test_a_cube_of_swedish_alone_tells_of_no_other_language() -> None:
    lists = {"Alue": AREAS, "Äidinkieli": [("all", "Yhteensä"), ("2", "Ruotsi")], "Vuosi": ONE_YEAR}
    told = [total if total[0] == '"' else f"{total} {int(total) // 10}" for total in TOTALS]
    counts = read(px(lists, [row if row[0] != '"' else f"{row} {row}" for row in told])).counts
    assert set(counts["dimension"]) == {"mother_tongue"}
    assert cells(counts, "mother_tongue", "swedish") == {"091010": 600, "091201": 400}
    other = counts.query("group in ('finnish_sami', 'other')")
    assert set(other["status"]) == {"missing"}
    assert other.query("area_id == '091010'")["upper"].tolist() == [6000, 6000]
    assert other["lower"].dropna().eq(0).all()


def test_sex_is_summed_over_by_its_own_total_and_single_years_make_our_age_groups() -> None:
    single = [f"{age}-vuotiaat" for age in range(20)] + [f"{age}-{age + 4}-vuotiaat" for age in range(20, 95, 5)]
    labels = ["Väestö yhteensä", *single, "95+-vuotiaat"]
    ages = [(str(at), label) for at, label in enumerate(labels)]
    lists = {"Alue": AREAS[:1] + AREAS[3:4] + AREAS[6:7], "Sukupuoli": SEXES, "Ikä": ages, "Vuosi": ONE_YEAR}
    rows = [[36 * each, *[each] * 36] for each in (20, 19, 1)]  # the city, an area, those of no known area
    found = [str(n) for row in rows for sex in (1, 0, 1) for n in (np.array(row) * sex)]
    counts = read(px(lists, found)).counts
    assert set(counts["group"]) == set(GROUPS["age"])
    assert cells(counts, "age") == {"091010": 36 * 19}
    told = {
        group: cells(counts, "age", group)["091010"] // 19 for group in ("0-2", "3-6", "7-12", "13-15", "20-24", "85+")
    }
    assert told == {"0-2": 3, "3-6": 4, "7-12": 6, "13-15": 3, "20-24": 1, "85+": 3}


def education(summed: int = 100) -> bytes:
    degrees = ["Ikäryhmä yhteensä", "Tutkinnon suorittaneita yhteensä", "Keskiaste",
               "Alin korkea- ja alempi korkeakouluaste", "Ylempi korkeakouluaste ja tutkijakoulutus",
               "Ei perusasteen jälk. tutkintoa tai tuntematon"]  # fmt: skip
    ages = [("ALL", "Yli 15-vuotiaat yhteensä"), ("1", "15-24-vuotiaat")]
    lists = {"Alue": AREAS[:1] + AREAS[3:4], "Ikä": ages, "Koulutusaste": [(d, d) for d in degrees], "Vuosi": ONE_YEAR}
    row = f"{summed} 75 40 20 15 25 9 9 9 0 0 0"
    return px(lists, [row, row])


def test_education_of_those_aged_15_is_a_dimension_of_its_own() -> None:
    counts = read(education()).counts
    assert set(counts["dimension"]) == {"education_15"}
    told = {group: cells(counts, "education_15", group)["091010"] for group in GROUPS["education_15"]}
    assert told == {"total": 100, "basic": 25, "secondary": 40, "lower_tertiary": 20, "upper_tertiary": 15}


def test_a_mother_tongue_of_those_aged_15_is_not_taken_for_that_of_everyone() -> None:
    ages = [("ALL", "Yli 15-vuotiaat yhteensä")]
    lists = {"Alue": AREAS[:1] + AREAS[3:4], "Ikä": ages, "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}
    delivered = read(px(lists, ["10 7 1 2", "10 7 1 2"]))
    assert delivered.counts.empty
    assert delivered.rows == {"cells the city's own": 4, "cells of breakdowns that no table of ours has": 4}


def test_a_rate_is_no_count_and_unemployed_people_have_no_base_there() -> None:
    lists = {"Alue": AREAS[:1] + AREAS[3:4], "Sukupuoli": SEXES,
             "Työttömyys": [("1", "Työttömät"), ("2", "Työttömyysaste")], "Vuosi": YEARS}  # fmt: skip
    row = '70 72 7.2 7.1 ".." 40 ".." 7.9 ".." 32 ".." 6.3'
    counts = read(px(lists, [row, row], "Työttömät 31. joulukuuta")).counts
    told = counts.dropna(subset=["count"])
    assert list(zip(told["group"], told["reference_year"], told["count"], strict=True)) == [
        ("unemployed", 2010, 70),
        ("unemployed", 2011, 72),
    ]
    assert set(counts.query("group == 'total'")["status"]) == {"missing"}


@pytest.mark.parametrize(
    ("contents", "year"),
    [("Väkiluku 1. tammikuuta", 2009), ("Väkiluku 1.1.2010 alkaen", 2009), ("Väestö 31. joulukuuta", 2010),
     ("Väestö 31.joulukuuta", 2010), ("Väestö alkaen 31.12. 2001", 2010)],
)  # fmt: skip
def test_the_year_of_a_1_january_is_the_year_before(contents: str, year: int) -> None:
    data = tongues().replace("Väestö 1. tammikuuta".encode("cp1252"), contents.encode("cp1252"))
    assert set(read(data).counts["reference_year"]) == {year}


def test_people_of_no_known_class_are_in_no_group_and_not_in_the_total_of_the_groups() -> None:
    lists = {"Alue": AREAS[:1] + AREAS[3:4], "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}
    delivered = read(px(lists, ["1000 700 100 190"] * 2))
    assert cells(delivered.counts, "mother_tongue") == {"091010": 990}
    assert delivered.areas["population"].tolist() == [1000]


CODED = {
    "0910000000": "091 Helsinki", "0911000000": "091 1 Eteläinen suurpiiri",
    "0911101000": "091 101 Vironniemen peruspiiri",
    "0911101010": "091 10 Kruununhaka", "0919999999": "091 999 Muut", "0919980000": "091 998 Kantakaupunki",
    "0490000000": "049 Espoo", "0491000000": "Suur-Leppävaara", "0491011000": "Kanta-Leppävaara",
    "0491011111": "Pohjois-Leppävaara", "0499999999": "Muut", "0920000000": "Vantaa",
    "0921000000": "Myyrmäen suuralue", "0921010000": "Linnainen", "0929999000": "Muut", "2350000000": "Kauniainen",
}  # fmt: skip
TOLD = {"091": 674_500, "049": 314_000, "092": 247_000, "235": 10_000}


def spoken(people: int) -> npt.NDArray[np.int64]:
    """All, Finnish, Swedish and other, of so many people."""
    other, swedish = people // 5, people // 20
    return np.array([people, people - other - swedish, swedish, other])


def live() -> Table:
    """A table as the service has it: ten-digit codes, ages in classes that are not ours, years as positions."""
    years = ["2022", "2023", "2024", "2026"]
    variables: list[tuple[str, str, Sequence[str], Sequence[str]]] = [
        ("Alue", "Alue", list(CODED), list(CODED.values())),
        ("Äidinkieli", "Äidinkieli", [code for code, _ in TONGUES], [label for _, label in TONGUES]),
        ("Ikä", "Ikä", ["ALL", "0-6", "65-"], ["Yhteensä", "0–6-vuotiaat", "65 vuotta täyttäneet"]),
        ("Vuosi", "Vuosi", ["0", "1", "2", "4"], years),
        ("Tiedot", "Tiedot", ["lkm"], ["Väestö"]),
    ]
    table = np.empty((len(CODED), 4, 3, 4, 1), dtype=object)
    for at, code in enumerate(CODED):
        city, unlocated = (spoken(people) for people in (TOLD[code[:3]], TOLD[code[:3]] // 50))
        is_city, is_outside = code[3:] == "0000000", code[3] == "9"
        people = city if is_city else unlocated if is_outside else city - unlocated
        for age, part in enumerate((1, 20, 5)):
            table[at, :, age, :, 0] = (people // part)[:, None]
    return Table("Väestö alueittain äidinkielen ja iän mukaan", variables, table)


PATH = "/api/v1/fi/Aluesarjat/vrm/vaerak/alu_vaerak_004p.px"


def fetched(
    service: PxWeb, faults: Mapping[int, Answer] | None = None, always: Answer | None = None
) -> tuple[list[bytes], int]:
    with Loopback(service, faults, always) as server, Client(QUICK, routes={"stat.hel.fi": server.url}) as client:
        found = list(ALUESARJAT.fetch(client, 2026)) if ALUESARJAT.fetch else []
        assert [(one.release, one.url) for one in found] == [("2026", f"https://stat.hel.fi{PATH}")]
        return [one.data for one in found], len(server.asked)


@pytest.fixture(scope="module")
def whole() -> bytes:
    return fetched(PxWeb({PATH: live()}, most=60))[0][0]


def test_a_fetched_table_tells_every_city_once_and_names_every_variable(whole: bytes) -> None:
    counts = read(whole).counts
    assert set(counts["reference_year"]) == {2022, 2023, 2024}  # 2026 is not over in the edition of 2026
    last = counts[counts["reference_year"] == 2024]
    assert cells(last, "language") == {"091010": 661_010, "049111": 307_720, "092010": 242_060}
    assert cells(last, "language", "foreign") == {"091010": 132_202, "049111": 61_544, "092010": 48_412}
    assert read(whole).areas["name_fi"].tolist() == ["Pohjois-Leppävaara", "Kruununhaka", "Linnainen"]


def test_one_answer_or_many_pieces_are_the_same_table(whole: bytes) -> None:
    at_once = fetched(PxWeb({PATH: live()}))[0][0]
    assert len(bundle.unpack(at_once)) == 2 < len(bundle.unpack(whole))
    pd.testing.assert_frame_equal(read(at_once).counts, read(whole).counts)


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_at_any_request_changes_nothing(name: str, whole: bytes) -> None:
    _, many = fetched(PxWeb({PATH: live()}, most=60))
    for request in {1, 2, 3, many // 2 + 1, many}:
        data, asked = fetched(PxWeb({PATH: live()}, most=60), faults={request: PASSING[name]()})
        assert data == [whole] and asked == many + 1


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_at_any_request_leaves_nothing_half(name: str) -> None:
    for request in (1, 3, 5):
        with pytest.raises(Unavailable):
            fetched(PxWeb({PATH: live()}, most=60), faults={request: LASTING[name]()})


def test_a_service_that_stays_down_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        fetched(PxWeb({PATH: live()}), always=PASSING["error"]())


def test_the_canary_sings_only_of_what_has_moved() -> None:
    def sung(table: Table) -> list[str]:
        with Loopback(PxWeb({PATH: table})) as server, Client(QUICK, routes={"stat.hel.fi": server.url}) as client:
            assert ALUESARJAT.probe
            return [canary.what for canary in ALUESARJAT.probe(client) if canary.moved]

    table = live()
    assert sung(table) == []
    renamed = [
        ("Kieli" if code == "Äidinkieli" else code, "Kieli" if code == "Äidinkieli" else text, values, texts)
        for code, text, values, texts in table.variables
    ]
    moved = Table("Asunnot", renamed, table.cells)
    assert sung(moved) == ["alu_vaerak_004p: title", "alu_vaerak_004p: mother tongue"]


def test_a_table_that_moved_to_another_day_is_noticed(whole: bytes) -> None:
    table = live()
    table.cells[:] = np.vectorize(lambda n: n * 0.985 // 1, otypes=[object])(table.cells)
    data = fetched(PxWeb({PATH: table}))[0][0]
    assert refusal(data).refusal == "reference_year"


def test_the_parts_of_a_release_are_its_tables(whole: bytes) -> None:
    series = '"Alue","Äidinkieli","2024"\n"Espoo","Ruotsi",1\n'.encode()
    assert [ALUESARJAT.part(data) for data in (tongues(), whole, series)] == ["t1", "alu_vaerak_004p", "cities"]
    evil = tongues().replace(b'"t1"', b'"../../etc"')
    assert [ALUESARJAT.part(data) for data in (evil, b"", b"PK\x03\x04", whole[:50], b"\xff" * 99)] == [""] * 5


SERIES = """"Alue","Äidinkieli","1980","1981"
"Helsinki","Kaikki Äidinkielet",1000,1100
"Helsinki","Suomi ja saame",800,..
"Helsinki","Ruotsi",100,90
"Helsinki","Muu kieli",90,..
"Espoo","Kaikki Äidinkielet",10,11
"Espoo","Suomi ja saame",8,..
"Espoo","Ruotsi",1,2
"Espoo","Muu kieli",1,..
"""


def test_the_cities_series_is_of_municipalities() -> None:
    delivered = read(SERIES.encode())
    counts = delivered.counts
    assert set(counts["geography"]) == {"municipality"} and set(counts["area_id"]) == {"049", "091"}
    assert cells(counts[counts["reference_year"] == 1980], "language") == {"049": 10, "091": 990}
    later = counts.query("reference_year == 1981 and area_id == '091' and dimension == 'mother_tongue'")
    told = later.set_index("group")[["status", "lower", "upper"]].T.to_dict("list")
    assert told["total"] == ["observed", 1100, 1100] and told["other"] == ["missing", 0, 1100]
    assert delivered.rows == {"cities and mother tongues": 8}


SPOILT_SERIES = {
    "a word": (SERIES.replace("1000", "abc"), "not_a_number", 2),
    "a negative number": (SERIES.replace("1000", "-5"), "not_a_number", 2),
    "a decimal": (SERIES.replace("1000", "10.5"), "not_a_number", 2),
    "an empty cell": (SERIES.replace("1000", ""), "not_a_number", 2),
    "a huge number": (SERIES.replace("1000", "9" * 30), "not_a_number", 2),
    "a row twice": (SERIES + '"Espoo","Muu kieli",1,..\n', "malformed", 10),
    "a row too few": (SERIES.replace('"Espoo","Ruotsi",1,2\n', ""), "malformed", 8),
    "another order": (SERIES.replace("Ruotsi", "x", 1).replace("Muu kieli", "Ruotsi", 1), "malformed", 6),
    "a column that is no year": (SERIES.replace("1981", "yht"), "unknown_column", 1),
    "a year twice": (SERIES.replace("1981", "1980"), "duplicate_column", 1),
    "no year": ('"Alue","Äidinkieli",\n"Espoo","Ruotsi",\n', "unknown_column", 1),
    "cut": (SERIES[:-4], "truncated", 9),
    "a row too short": (SERIES.replace("1000,1100", "1000"), "fields", 2),
    "an unknown place": (SERIES.replace("Espoo", "Atlantis"), "unknown_level", None),
    "an unknown language": (SERIES.replace("Ruotsi", "Klingon"), "unknown_category", None),
    "groups above the total": (SERIES.replace("1000,", "980,"), "total", None),
    "groups far below the total": (SERIES.replace("1000,", "1090,"), "total", None),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT_SERIES)
def test_a_spoilt_series_is_refused(name: str) -> None:
    text, expected, line = SPOILT_SERIES[name]
    found = refusal(text.encode())
    assert (found.refusal, found.line) == (expected, line)


def of_areas(areas: Sequence[tuple[str, str]], row: str = "10 7 1 2") -> bytes:
    return px({"Alue": areas, "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}, [row] * len(areas))


SPOILT = {
    "areas above the city": (tongues(["10500", *TOTALS[1:]]), "city_total"),
    "areas far below the city": (tongues(["12000", *TOTALS[1:]]), "city_total"),
    "too many of no known area": (tongues(["12500", *TOTALS[1:6], "2460", "500"]), "city_total"),
    "a group above the city's": (
        px({"Alue": AREAS[:1] + AREAS[3:4], "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}, ["10 7 1 2", "10 6 2 2"]),
        "city_total"),
    "groups above their total": (of_areas(AREAS[:1] + AREAS[3:4], "10 8 1 2"), "total"),
    "a group above its total": (
        px({"Alue": AREAS[:1] + AREAS[3:4], "Äidinkieli": TONGUES[:2], "Vuosi": ONE_YEAR}, ["10 11", "10 11"]),
        "total"),
    "larger areas alone": (of_areas(AREAS[:3]), "incomplete"),
    "a city without its smallest areas": (
        of_areas([*AREAS[:1], *AREAS[3:4], ("049", "049 Espoo"), ("0491", "049 1 Suur-Leppävaara")]), "incomplete"),
    "no row of the city": (of_areas(AREAS[3:5]), "missing_total"),
    "a negative number": (of_areas(AREAS[:1] + AREAS[3:4], "10 -1 1 2"), "not_a_number"),
    "a broken number": (of_areas(AREAS[:1] + AREAS[3:4], "10 7.5 1 1.5"), "not_a_number"),
    "an impossible number": (of_areas(AREAS[:1] + AREAS[3:4], f"{10**12} 7 1 2"), "not_a_number"),
    "an area of no level": (of_areas([*AREAS, ("x", "091 12345 Outola")]), "unknown_level"),
    "a city of another name": (of_areas([*AREAS, ("x", "091 Outola")]), "unknown_level"),
    "an area without a number": (of_areas([*AREAS, ("x", "Outola")]), "unknown_level"),
    "a municipality that is none": (of_areas([*AREAS, ("x", "999 1 Outola")]), "unknown_municipality"),
    "a name like a formula": (of_areas([*AREAS, ("x", "091 77 =1+1")]), "missing_name"),
    "an area twice": (of_areas([*AREAS, ("x", "091 010 Kruununhaka")]), "malformed"),
    "the city twice": (of_areas([*AREAS, ("x", "091 Helsinki")]), "malformed"),
    "an unknown variable": (
        px({"Alue": AREAS, "Siviilisääty": TONGUES, "Vuosi": ONE_YEAR}, ["1 1 1 1"] * 8), "unknown_variable"),
    "no areas": (px({"Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}, ["10 7 1 2"]), "missing_dimension"),
    "no years": (px({"Alue": AREAS, "Äidinkieli": TONGUES}, ["10 7 1 2"] * 8), "missing_dimension"),
    "months for years": (
        px({"Alue": AREAS, "Äidinkieli": TONGUES, "Vuosi": [("1", "2010M01")]}, ["10 7 1 2"] * 8), "not_a_number"),
    "a year twice": (
        px({"Alue": AREAS, "Äidinkieli": TONGUES, "Vuosi": [("1", "2010"), ("2", "2010")]}, ["1 1 1 1"] * 16),
        "malformed"),
    "a day that nobody says": (
        px({"Alue": AREAS, "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}, ["10 7 1 2"] * 8, "Väestö"), "reference_year"),
    "two days": (
        px({"Alue": AREAS, "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR}, ["10 7 1 2"] * 8, "1.1. ja 31.12."),
        "reference_year"),
    "a category twice": (
        px({"Alue": AREAS, "Äidinkieli": [*TONGUES, ("9", "ruotsi")], "Vuosi": ONE_YEAR}, ["10 7 1 2 1"] * 8),
        "malformed"),
    "not of this source": (b"%PDF-1.7 ...", "layout"),
    "UTF-16": ("Alue".encode("utf-16"), "encoding"),
    "nothing": (b"", "empty"),
    "a broken bundle": (b"PK\x03\x04" + bytes(26) + b"requests.json", "malformed"),
    "a bundle of nothing": (bundle.pack([]), "incomplete"),
    "a bundle of one body": (bundle.pack([bundle.Body("metadata", "u/t.px", b"{}")]), "incomplete"),
    "a bundle of no cubes": (bundle.pack([bundle.Body("metadata", "u/t.px", b"{}")] * 2), "layout"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_cube_that_cannot_be_true_is_refused(name: str) -> None:
    data, expected = SPOILT[name]
    found = refusal(data)
    assert found.refusal == expected, found.message()


def test_a_year_after_the_release_is_refused() -> None:
    assert refusal(tongues(), "2008").refusal == "release"
    assert set(read(tongues(), "2009").counts["boundary_vintage"]) == {2009}


def pieces(whole: bytes) -> list[bundle.Body]:
    return bundle.unpack(whole)


def test_pieces_that_are_missing_or_double_are_refused(whole: bytes) -> None:
    bodies = pieces(whole)
    for spoilt in (bodies[:-1], [*bodies, bodies[-1]], [*bodies[:-1], bodies[1]]):
        assert refusal(bundle.pack(spoilt)).refusal in ("cells", "city_total", "missing_total", "incomplete")


@settings(max_examples=40)
@given(st.lists(st.integers(90, 5000), min_size=2, max_size=9), st.integers(0, 9), st.integers(0, 99))
def test_the_smallest_areas_and_the_unlocated_never_exceed_the_city(
    sizes: list[int], kept: int, unlocated: int
) -> None:
    """What is told, at most what is kept back, and those of no area: the city's row lies between."""
    city = sum(sizes) + kept + min(unlocated, sum(sizes) // 20)
    if kept > 0.01 * city:
        return
    areas = [("091", "091 Helsinki"), *[(str(at), f"091 {at + 10} Alue") for at in range(len(sizes))],
             ("k", "091 500 Salattu"), ("m", "091 999 Muut")]  # fmt: skip
    rows = [str(city), *map(str, sizes), '".."', str(city - sum(sizes) - kept)]
    told = [row if row[0] == '"' else f"{row} {row} 0 0" for row in rows]
    data = px(
        {"Alue": areas, "Äidinkieli": TONGUES, "Vuosi": ONE_YEAR},
        [" ".join([row] * 4) if row[0] == '"' else row for row in told],
    )
    counts = read(data).counts.query("dimension == 'mother_tongue' and group == 'total'")
    rest = city - sum(sizes) - (city - sum(sizes) - kept)
    assert counts["lower"].sum() == sum(sizes) and counts["upper"].sum() >= sum(sizes) + rest


SEEDS = {"tongues": tongues(), "education": education(), "series": SERIES.encode()}


@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_a_spoilt_delivery_is_read_true_or_refused(seed: str, data: st.DataObject) -> None:
    """No other exception than a refusal, and no table that breaks its contract."""
    whole = SEEDS[seed]
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, min(len(whole), begin + 40)))
    moved = data.draw(st.one_of(st.binary(max_size=6), st.integers(0, len(whole)).map(lambda at: whole[at : at + 30])))
    try:
        delivered = ALUESARJAT.read(whole[:begin] + moved + whole[end:], "2026")
    except Refused as refused:
        assert refused.message("sv")
    else:
        assert [contracts.findings(table, name) for name, table in delivered.tables.items()] == [[], []]


def test_a_table_of_huge_lists_is_refused_in_time() -> None:
    begun = time.monotonic()
    larger = [AREAS[0], *((str(at), f"091 1 Alue {at}") for at in range(150_000))]
    assert refusal(of_areas(larger, "10 7 1 2")).refusal == "incomplete"
    many = [AREAS[0], *((str(at), f"091 {at} Alue") for at in range(10, 996))]
    ages = [("0", "Väestö yhteensä"), ("1", "0-vuotiaat"), ("2", "1-vuotiaat"), ("3", "2-vuotiaat")]
    years = [(str(year), str(year)) for year in range(1950, 2020)]
    assert refusal(px({"Alue": many, "Ikä": ages, "Vuosi": years}, ["1 " * len(many) * 4 * 70])).refusal == "malformed"
    assert time.monotonic() - begun < 20


def generator() -> ModuleType:
    path = folders.DEMO / "generators" / "aluesarjat.py"
    spec = importlib.util.spec_from_file_location("demo_aluesarjat", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def demo() -> Iterator[tuple[str, bytes]]:
    yield from generator().deliveries()


def test_the_demo_is_small_the_same_every_time_and_says_that_it_is_made_up() -> None:
    first, second = dict(demo()), dict(demo())
    assert first == second and list(first) == ["aluesarjat/made_up_aluesarjat_2026.px"]
    (data,) = first.values()
    delivered = read(data)
    assert len(data) < 200_000 and "KEKSITTYÄ AINEISTOA" in data.decode("cp1252")
    assert delivered.areas["name_fi"].str.startswith("Keksitty ").all()
    assert set(delivered.areas["city"]) == {"091", "049", "092"}
    assert set(delivered.counts["dimension"]) == {"language", "mother_tongue"}
    assert {"observed", "suppressed"} == set(delivered.counts["status"])
