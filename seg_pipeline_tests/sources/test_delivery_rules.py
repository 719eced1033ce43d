"""Each rule of the delivery format is broken once in each city and face: that problem is found, there, and no other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import pytest

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.refusal import Refused
from seg_pipeline_tests.sources.deliveries import Rows, as_csv, as_parquet, as_workbook, changed, whole

Spoil = Callable[[Rows], Rows]


def cell(line: int, column: str, text: str) -> Spoil:
    return lambda rows: changed(rows, line, column, text)


def again(line: int) -> Spoil:
    return lambda rows: [*rows, dict(rows[line - 2])]


def without_row(line: int) -> Spoil:
    return lambda rows: [row for at, row in enumerate(rows, 2) if at != line]


def without_column(column: str) -> Spoil:
    return lambda rows: [{name: text for name, text in row.items() if name != column} for row in rows]


def with_column(column: str) -> Spoil:
    return lambda rows: [{**row, column: "1"} for row in rows]


class Rule(NamedTuple):
    sheet: str
    spoil: Spoil
    refusal: str
    line: int | None
    column: str
    alone: bool = True  # can be found in the sheet by itself, as in a CSV file


RULES = {
    "an area without a code": Rule("counts", cell(4, "area_id", ""), "not_an_area", 4, "area_id"),
    "a code like a formula": Rule("counts", cell(4, "area_id", "=1+1"), "not_an_area", 4, "area_id"),
    "a code that is too long": Rule("counts", cell(4, "area_id", "1" * 41), "not_an_area", 4, "area_id"),
    "no name": Rule("counts", cell(5, "area_name_fi", ""), "missing_name", 5, "area_name_fi"),
    "a name like a formula": Rule("counts", cell(5, "area_name_fi", "@SUM(A1)"), "missing_name", 5, "area_name_fi"),
    "a name that is too long": Rule("counts", cell(5, "area_name_fi", "x" * 121), "too_long", 5, "area_name_fi"),
    "two names": Rule("counts", cell(6, "area_name_fi", "Keksitty 9"), "duplicate_area", 6, "area_name_fi"),
    "two Swedish names": Rule("counts", cell(6, "area_name_sv", "Påhittad 9"), "duplicate_area", 6, "area_name_sv"),
    "an unknown dimension": Rule("counts", cell(3, "dimension", "languages"), "unknown_group", 3, "dimension"),
    "pupils among inhabitants": Rule("counts", cell(3, "dimension", "pupil_language"), "unknown_group", 3, "dimension"),
    "an unknown group": Rule("counts", cell(4, "group", "swedes"), "unknown_group", 4, "group"),
    "a group of another dimension": Rule("counts", cell(4, "group", "single"), "unknown_group", 4, "group"),
    "an empty group": Rule("counts", cell(4, "group", ""), "unknown_group", 4, "group"),
    "a date for a year": Rule("counts", cell(3, "reference_year", "2024-12-31"), "not_a_number", 3, "reference_year"),
    "a year of two digits": Rule("counts", cell(3, "reference_year", "24"), "not_a_number", 3, "reference_year"),
    "a year long gone": Rule("counts", cell(3, "reference_year", "1905"), "not_a_number", 3, "reference_year"),
    "a year to come": Rule("counts", cell(3, "reference_year", "2027"), "release", 3, "reference_year"),
    "an empty count": Rule("counts", cell(3, "count", ""), "not_a_number", 3, "count"),
    "a negative count": Rule("counts", cell(3, "count", "-80"), "not_a_number", 3, "count"),
    "half a person": Rule("counts", cell(3, "count", "80.5"), "not_a_number", 3, "count"),
    "a decimal comma": Rule("counts", cell(3, "count", "80,0"), "not_a_number", 3, "count"),
    "a point between thousands": Rule("counts", cell(3, "count", "1.080"), "not_a_number", 3, "count"),
    "a comma between thousands": Rule("counts", cell(3, "count", "1,080"), "not_a_number", 3, "count"),
    "blanks that part no thousands": Rule("counts", cell(3, "count", "10 80"), "not_a_number", 3, "count"),
    "a number too large": Rule("counts", cell(3, "count", "1000000000"), "not_a_number", 3, "count"),
    "a number in words": Rule("counts", cell(3, "count", "NaN"), "not_a_number", 3, "count"),
    "a number of other digits": Rule("counts", cell(3, "count", "٨٠"), "not_a_number", 3, "count"),
    "an exponent": Rule("counts", cell(3, "count", "8e1"), "not_a_number", 3, "count"),
    "one dot": Rule("counts", cell(3, "count", "."), "not_a_number", 3, "count"),
    "a row twice": Rule("counts", again(4), "duplicate_area", 26, "area_id"),
    "no total": Rule("counts", without_row(2), "missing_total", 2, "group"),
    "groups that do not make their total": Rule("counts", cell(4, "count", "21"), "total", 3, "count"),
    "a group larger than its total": Rule("counts", cell(9, "count", "51"), "part_too_large", 9, "count"),
    "groups larger than their total beside a hidden one": Rule(
        "counts", lambda rows: changed(changed(rows, 3, "count", "..."), 4, "count", "101"), "part_too_large", 3,
        "count",
    ),
    "a column that is missing": Rule("counts", without_column("count"), "missing_column", 1, "count"),
    "a column that nobody knows": Rule("counts", with_column("households"), "unknown_column", 1, "households"),
    "a code on the sheet of areas twice": Rule("areas", again(2), "duplicate_area", 4, "area_id"),
    "an area that is its own parent": Rule(
        "areas", lambda rows: changed(rows, 3, "parent", rows[1]["area_id"]), "not_an_area", 3, "parent"
    ),
    "a geometry in degrees": Rule("areas", cell(2, "geometry", "POINT (24.9 60.2)"), "geometry", 2, "geometry"),
    "a geometry with its axes swapped": Rule(
        "areas", cell(2, "geometry", "POINT (6672000 385000)"), "geometry", 2, "geometry"
    ),
    "a geometry in a plane of the city": Rule(
        "areas", cell(2, "geometry", "POINT (25496000 6672000)"), "geometry", 2, "geometry"
    ),
    "a boundary that crosses itself": Rule(
        "areas", cell(2, "geometry", "POLYGON ((385000 6672000, 386000 6673000, 386000 6672000, 385000 6673000, "
                                     "385000 6672000))"), "geometry", 2, "geometry",
    ),
    "a geometry of another kind": Rule(
        "areas", cell(2, "geometry", "LINESTRING (385000 6672000, 386000 6673000)"), "geometry", 2, "geometry"
    ),
    "an unclosed geometry": Rule(
        "areas", cell(2, "geometry", "POLYGON ((385000 6672000, 386000 6673000))"), "geometry", 2, "geometry"
    ),
    "a geometry without end": Rule(
        "areas", cell(2, "geometry", "POLYGON " + "(" * 5000 + ")"), "geometry", 2, "geometry"
    ),
    "a school without a code": Rule("schools", cell(3, "school_id", ""), "not_an_area", 3, "school_id"),
    "a school without a name": Rule("schools", cell(3, "name", ""), "missing_name", 3, "name"),
    "a school with two names": Rule("schools", cell(4, "name", "Keksitty 9"), "duplicate_area", 4, "name"),
    "an unknown group of pupils": Rule("schools", cell(4, "group", "sami"), "unknown_group", 4, "group"),
    "pupils that do not make their total": Rule("schools", cell(2, "count", "301"), "total", 3, "count"),
    "a school's row twice": Rule("schools", again(3), "duplicate_area", 5, "school_id"),
    "a school without its total": Rule("schools", without_row(2), "missing_total", 2, "group"),
    "an unknown indicator": Rule("wellbeing", cell(3, "indicator", "happiness"), "unknown_group", 3, "indicator"),
    "an unknown group of people": Rule("wellbeing", cell(3, "group", "everyone"), "unknown_group", 3, "group"),
    "an unknown period": Rule("wellbeing", cell(3, "period", "h3"), "unknown_group", 3, "period"),
    "an indicator's row twice": Rule("wellbeing", again(4), "duplicate_area", 6, "indicator"),
    "a value that is text": Rule("wellbeing", cell(4, "value", "9 %"), "not_a_number", 4, "value"),
    "a value that is infinite": Rule("wellbeing", cell(4, "value", "Infinity"), "not_a_number", 4, "value"),
    "no value and nothing to make it from": Rule("wellbeing", cell(4, "value", ""), "not_a_number", 4, "value"),
    "a per cent above 100": Rule("wellbeing", cell(4, "value", "100.1"), "not_a_number", 4, "value"),
    "half a household": Rule("wellbeing", cell(5, "value", "812.5"), "not_a_number", 5, "value"),
    "a value that is not its quotient": Rule("wellbeing", cell(2, "value", "7.4"), "share", 2, "value"),
    "a numerator above its denominator": Rule("wellbeing", cell(3, "numerator", "5600"), "numerator", 3, "numerator"),
    "a denominator of none": Rule(
        "wellbeing", lambda rows: changed(changed(rows, 3, "denominator", "0"), 3, "numerator", "0"), "not_a_number", 3,
        "denominator",
    ),
    "an unknown kind of funding": Rule("funding", cell(2, "funding", "gifts"), "unknown_group", 2, "funding"),
    "euros below none": Rule("funding", cell(2, "euros", "-1"), "not_a_number", 2, "euros"),
    "euros with their sign": Rule("funding", cell(2, "euros", "125000 €"), "not_a_number", 2, "euros"),
    "euros of three decimals": Rule("funding", cell(2, "euros", "125.000"), "not_a_number", 2, "euros"),
    "funding told twice": Rule("funding", again(2), "duplicate_area", 4, "area_id"),
    "funding of an area that is not listed": Rule(
        "funding", cell(2, "area_id", "x1"), "unknown_area", 2, "area_id", alone=False
    ),
    "counts of an area that is not listed": Rule(
        "counts", cell(14, "area_id", "x1"), "unknown_area", 14, "area_id", alone=False
    ),
    "a school in an area that is not listed": Rule(
        "schools", cell(4, "area_id", "x1"), "unknown_area", 4, "area_id", alone=False
    ),
    "an area called otherwise on its own sheet": Rule(
        "areas", cell(3, "area_name_fi", "Keksitty 9"), "another_name", 14, "area_name_fi", alone=False
    ),
}  # fmt: skip
CITY_IDS = [city.id for city in CITIES]


def found(city: str, data: bytes) -> Refused:
    """The refusal; the reader itself raises nothing else."""
    with pytest.raises(Refused) as refused:
        all_sources()[city].read(data, "2026")
    return refused.value


def seen(refused: Refused) -> list[tuple[str, int | None, str]]:
    return [(one.refusal, one.line, one.column) for one in refused.problems]


@pytest.mark.parametrize("city", CITY_IDS)
def test_a_sound_delivery_is_tables_that_keep_their_contracts(city: str) -> None:
    sheets = whole(city)
    delivered = all_sources()[city].read(as_workbook(sheets), "2026")
    assert set(delivered.tables) == set(all_sources()[city].tells)
    for name, table in delivered.tables.items():
        assert contracts.findings(table, name) == [], name
    assert dict(delivered.rows) == {name: len(rows) for name, rows in sheets.items()}
    assert len(delivered.counts) == len(sheets["counts"]) + len(sheets["schools"])
    for name, rows in sheets.items():
        for data in (as_csv(rows), as_parquet(rows)):
            alone = all_sources()[city].read(data, "2026")
            assert dict(alone.rows) == {name: len(rows)} and all_sources()[city].part(data) == name


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("city", CITY_IDS)
def test_a_seeded_defect_is_found_in_its_row_and_column_and_no_other(name: str, city: str) -> None:
    rule = RULES[name]
    sheets = whole(city)
    spoilt = rule.spoil(sheets[rule.sheet])
    refused = found(city, as_workbook(sheets | {rule.sheet: spoilt}))
    first = refused.problems[0]
    expected = (rule.refusal, rule.line, rule.column)
    assert expected in seen(refused), refused
    if rule.alone:
        assert seen(refused) == [expected] and first.sheet == rule.sheet, [str(one) for one in refused.problems]
        if first.column in spoilt[0]:
            letter = chr(ord("A") + list(spoilt[0]).index(first.column))
            assert first.cell in (f"{letter}{rule.line}", "")
        alone = found(city, as_csv(spoilt))
        assert seen(alone) == [expected], [str(one) for one in alone.problems]
    for language in catalogue.LANGUAGES:
        what, remedy = first.sentences(language)
        assert what.endswith(".") and remedy.endswith((".", ")")), (what, remedy)


def test_every_problem_is_found_counted_exactly_and_listed_up_to_a_bound() -> None:
    sheets = whole("turku")
    counts = sheets["counts"]
    for line, column, text in (
        (2, "count", "x"),
        (9, "area_name_fi", ""),
        (14, "group", "?"),
        (25, "reference_year", ""),
    ):
        counts = changed(counts, line, column, text)
    euros = changed(sheets["funding"], 3, "euros", "x")
    refused = found("turku", as_workbook(sheets | {"counts": counts, "funding": euros}))
    assert [(one.sheet, one.line) for one in refused.problems] == [
        ("counts", 2), ("counts", 9), ("counts", 14), ("counts", 25), ("funding", 3),
    ]  # fmt: skip
    assert refused.count == 5 and "And 4 more problems" in str(refused)
    many = [row | {"count": "x"} for row in counts for _ in range(200)]
    everything = found("turku", as_csv([row | {"area_id": f"853{at:05}"} for at, row in enumerate(many)]))
    of_count = [one for one in everything.problems if one.column == "count"]
    assert len(of_count) == 50 and sum(1 + one.alike for one in of_count) == len(many) == 4800


@pytest.mark.parametrize("city", ["helsinki", "espoo", "vantaa"])
def test_codes_that_lost_their_zero_are_pointed_out(city: str) -> None:
    rows = [row | {"area_id": row["area_id"].lstrip("0")} for row in whole(city)["counts"]]
    refused = found(city, as_csv(rows))
    assert {one.refusal for one in refused.problems} == {"lost_zeros"} and refused.count == len(rows)
    assert refused.expected == f'"{whole(city)["counts"][0]["area_id"]}"'


@pytest.mark.parametrize("city", CITY_IDS)
def test_a_zero_that_is_lost_on_one_sheet_is_pointed_out(city: str) -> None:
    sheets = whole(city)
    areas = [row | {"area_id": f"0{at}", "parent": ""} for at, row in enumerate(sheets["areas"], 1)]
    counts = [row | {"area_id": row["area_id"][-1]} for row in sheets["counts"]]
    refused = found(city, as_workbook({"areas": areas, "counts": counts}))
    assert {one.refusal for one in refused.problems} == {"lost_zeros"}
    assert (refused.line, refused.column, refused.found, refused.expected) == (2, "area_id", '"1"', '"01"')


@pytest.mark.parametrize("city", CITY_IDS)
def test_the_file_of_another_city_is_refused(city: str) -> None:
    other = "oulu" if city != "oulu" else "kuopio"
    refused = found(city, as_csv(whole(other)["counts"]))
    assert seen(refused) == [("another_city", 2, "area_id")]


ACCEPTED = {
    "thousands apart": ("count", "1 080", 1080), "thousands apart, hard": ("count", "1\u00a0080", 1080),
    "thousands apart, narrow": ("count", "1\u202f080", 1080), "millions": ("count", "1 001 080", 1001080),
    "zeros in front": ("count", "0080", 80),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_numbers_as_finnish_spreadsheets_write_them_are_read(name: str) -> None:
    column, text, number = ACCEPTED[name]
    rows = whole("lahti")["counts"]
    rows = changed(changed(rows, 3, column, text), 2, column, str(number + 20))
    table = all_sources()["lahti"].read(as_csv(rows), "2026").counts
    assert number in set(table["count"])


def test_decimal_commas_are_read_where_decimals_belong() -> None:
    sheets = whole("lahti")
    rows = changed(changed(sheets["wellbeing"], 2, "value", "7,32"), 3, "denominator", "5 590,0")
    table = all_sources()["lahti"].read(as_csv(rows), "2026").tables["wellbeing"]
    assert set(table["value"].dropna().round(3)) == {7.32, 7.066, 812}
    money = all_sources()["lahti"].read(as_csv(changed(sheets["funding"], 2, "euros", "1 125 000,50")), "2026")
    assert money.tables["area_funding"]["value"].max() == 1125000.5


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.alone])
def test_a_discreet_message_repeats_no_count_of_the_delivery(name: str) -> None:
    """Whatever is wrong, and even where a count stands in the wrong column, a log is told no number but a place."""
    rule = RULES[name]
    rows = rule.spoil(whole("lahti")[rule.sheet])
    secret = [{column: text.replace("80", "7919") for column, text in row.items()} for row in rows]
    shifted = [dict(zip(row, [*list(row.values())[1:], *list(row.values())[:1]], strict=True)) for row in secret]
    headless = as_csv(secret).split(b"\n", 1)[1]
    for data in (as_csv(secret), as_csv(shifted), headless, as_csv(secret)[:-3], as_csv(secret).replace(b";", b",")):
        with contextlib.suppress(Refused):
            all_sources()["lahti"].read(data, "2026")
            continue
        said = found("lahti", data).message(discreet=True)
        assert "7919" not in said, said
