"""What a refusal says: its own words in each language, no sign that steers a terminal, and to a log no content."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.cities.faces import delimited as city_csv
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.readers import delimited, geojson, records, workbook
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import OF_STRUCTURE, Refused, quoted, say, told
from seg_pipeline_tests.sources.deliveries import as_csv, whole
from seg_pipeline_tests.sources.layers_made import collection, feature, square

REFUSALS = sorted(row["refusal"] for row in catalogue.rows("refusals"))
TEXTS = sorted(row["text"] for name in ("texts", "check_texts") for row in catalogue.rows(name))
DIALECT = delimited.Dialect("utf-8-sig", ",")
ENGLISH = {"a", "an", "and", "as", "at", "binary", "byte", "data", "expected", "feature", "features", "field", "fields",
           "found", "in", "line", "list", "nothing", "of", "or", "quotes", "record", "records", "row", "something",
           "than", "the", "too", "true", "with", "workbook", "expecting", "delimiter", "unterminated", "invalid",
           "error", "cannot", "zip", "archive", "bundle", "number", "sheet", "sheets", "columns", "cells"}  # fmt: skip
SHARED_WORDS = {"sv": {"data", "zip"}, "fi": {"zip"}}  # Swedish and Finnish words too
SECRET = st.integers(10_000, 99_999).map(str)


@pytest.mark.parametrize("key", REFUSALS)
@settings(max_examples=15, deadline=None)
@given(secret=SECRET, text=st.sampled_from(TEXTS), bare=st.booleans())
def test_a_discreet_message_repeats_nothing_of_the_delivery(key: str, secret: str, text: str, bare: bool) -> None:
    content = secret if bare else quoted(f"area_id {secret}")
    refused = Refused(key, content, told(text, content, content, content), 7, secret, f"Luvut {secret}", cell=secret)
    swapped = Refused(key, told(text, content, content, content), content, 7, content, secret, others=(refused,))
    for language in LANGUAGES:
        for one in (refused, swapped):
            said = one.message(language, discreet=True)
            assert secret not in said or key in OF_STRUCTURE
            assert re.search(r"\b7\b", said)
        assert secret not in Refused(key, "", "", 7, secret, secret).message(language, discreet=True)


def test_a_discreet_message_still_says_what_the_project_itself_has_named() -> None:
    said = Refused("not_a_number", quoted("70317"), "whole_number", 4, "Antal", "Väestö", file="f.csv")
    assert "found …" in said.message(discreet=True) and "a whole number of 0 or more" in said.message(discreet=True)
    assert "f.csv, line 4" in said.message(discreet=True) and "70317" in said.message()
    ours = Refused("unknown_municipality", quoted("12345"), "data/catalogue/municipalities.csv", 2, "area_id", "counts")
    assert 'sheet counts, line 2, column "area_id"' in ours.message(discreet=True)
    assert "data/catalogue/municipalities.csv" in ours.message(discreet=True) and "12345" in ours.message()
    hash_ = Refused("damaged", "ab12", "cd34").message(discreet=True)
    assert "ab12" in hash_ and "cd34" in hash_
    assert set(REFUSALS) >= OF_STRUCTURE


CITY = whole("joensuu")
CELLS = [(sheet, column) for sheet, rows in CITY.items() for column in rows[0]]
SPOILT = ("{}", "{}x", "=1+{}", "{} {}", "POINT ({} {})", "-{}", '{}"', "1,{}", "{}" * 30, "\x1b{}", "...{}")


def refusals_of(source: str, data: bytes, release: str) -> Iterator[Refused]:
    try:
        all_sources()[source].tables(data, release, "made_up")
    except Refused as refused:
        yield refused
        yield from refused.problems


def assert_silent(refused: Refused) -> None:
    for language in LANGUAGES:
        assert not re.search("[0-9]{5}", re.sub(r"(?<=\d),(?=\d{3})", "", refused.message(language, discreet=True)))


@pytest.mark.parametrize(("sheet", "column"), CELLS)
def test_no_cell_of_a_city_reaches_a_log(sheet: str, column: str) -> None:
    numbered = [{name: cell if name == column else "40417" for name, cell in row.items()} for row in CITY[sheet]]
    heads = [{name if name != column else "50519": cell for name, cell in row.items()} for row in CITY[sheet]]
    files = [as_csv(numbered), as_csv(heads), as_csv(CITY[sheet]).split(b"\n", 1)[1], as_csv(CITY[sheet]) + b"70317",
             as_csv(numbered).split(b"\n", 1)[1]]  # fmt: skip
    for way in SPOILT:
        for others in (False, True):
            rows = [dict(row) for row in (numbered if others else CITY[sheet])]
            rows[1][column] = way.replace("{}", "70317")
            files.append(as_csv(rows))
    found = [one for data in files for one in refusals_of("joensuu", data, "2025")]
    assert len(found) > 10
    for refused in found:
        assert_silent(refused)


YKR_ROW = {"xyind": "3851256672125", "v_yht": "12", "kunta": "91", "vuosi": "2024"}


@pytest.mark.parametrize("column", [*YKR_ROW, "header"])
@pytest.mark.parametrize("way", SPOILT)
def test_no_cell_of_the_closed_grid_reaches_a_log(column: str, way: str) -> None:
    spoilt = way.replace("{}", "70317")
    row = YKR_ROW | {column: spoilt}
    lines = [list(YKR_ROW), list(YKR_ROW.values()), list(row.values())]
    table = "".join(",".join(cells) + "\r\n" for cells in lines).encode()
    head = "".join(",".join(cells) + "\r\n" for cells in [[spoilt, *YKR_ROW], ["70317", *YKR_ROW.values()]]).encode()
    shape = square(0, 0, 250)
    layer = collection([feature(shape, **YKR_ROW), feature(shape, **row), feature(shape, **{spoilt: 70317})])
    odd = layer.replace(b'"Polygon"', b'"70317"', 1)
    system = collection([feature(shape, **row)], crs="urn:ogc:def:crs:EPSG::70317")
    files = (
        table,
        table[:-2],
        table.split(b"\n", 1)[1],
        head,
        layer,
        layer[:-9],
        odd,
        system,
        b'"70317"',
        b"[70317]\n",
    )
    found = [one for data in files for one in refusals_of("ykr_grid", data, "2025")]
    assert len(found) > 4
    for refused in found:
        assert_silent(refused)


def grid_of(value: Any) -> Grid:
    return records.records(value)


def city(data: bytes) -> None:
    problems = Problems()
    city_csv.read(data, (), problems)
    problems.refuse()


def book(name: str = "Sivu") -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as made:
        made.add_worksheet(name)
    return sink.getvalue()


def packed(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("requests.json", data)
    return sink.getvalue()


def features(*shapes: Any) -> bytes:
    told = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": told}).encode()


def wide() -> bytes:
    columns = dict.fromkeys(map(str, range(9000)), 1)
    return json.dumps({"type": "FeatureCollection", "features": [{"properties": columns}]}).encode()


PROVOKED: dict[str, Callable[[], Any]] = {
    "cut": lambda: delimited.read(b"x,y\n1,2", DIALECT),
    "empty": lambda: delimited.read(b" \n", DIALECT),
    "quotes": lambda: delimited.read(b'x,y\n"1"2,3\n', DIALECT),
    "an open quote": lambda: delimited.read(b'x,y\n"1,3\n', DIALECT),
    "a long field": lambda: delimited.read(b"x,y\n" + b"1" * 140_000 + b",3\n", DIALECT),
    "a byte": lambda: delimited.read(b"x,y\n\xe4,3\n", DIALECT),
    "UTF-16": lambda: delimited.read("x,y\n1,2\n".encode("utf-16"), DIALECT),
    "UTF-8": lambda: delimited.read("x,y\nä,2\n".encode(), delimited.Dialect("iso-8859-1", ",")),
    "a short row": lambda: delimited.read(b"x,y\n1\n", DIALECT),
    "a long row": lambda: delimited.read(b"x,y\n1,2,3\n1,2\n", DIALECT),
    "a city's cut file": lambda: city(b"x;y\n1;2"),
    "a city's quotes": lambda: city(b'x;y\n"1"2;3\n'),
    "a city's short row": lambda: city(b"x;y\n1\n"),
    "a city's wide file": lambda: city(b";".join([b"x"] * 5000) + b"\n"),
    "no JSON": lambda: records.document(b'{"x": ,}'),
    "deep JSON": lambda: records.document(b"[" * 200_000),
    "NaN": lambda: records.document(b"[NaN]"),
    "a key twice": lambda: records.document(b'{"x": 1, "x": 2}'),
    "records of nothing": lambda: grid_of(None),
    "records of text": lambda: grid_of("1"),
    "records of truth": lambda: grid_of(True),
    "a record of records": lambda: grid_of({"x": 1}),
    "a list in a list": lambda: grid_of([[1]]),
    "a list in a cell": lambda: grid_of([{"x": [1]}]),
    "no GeoJSON": lambda: geojson.read(b'{"x": 1}'),
    "GeoJSON cut": lambda: geojson.read(b'{"type": "FeatureCol'),
    "GeoJSON broken": lambda: geojson.read(b'{"type": "x" "y"}'),
    "GeoJSON deep": lambda: geojson.read(b"[" * 200_000),
    "GeoJSON of a long number": lambda: geojson.read(b'{"type": ' + b"1" * 6000 + b"}"),
    "GeoJSON of numbers": lambda: geojson.read(b'{"type": "FeatureCollection", "features": [1]}'),
    "GeoJSON of curves": lambda: geojson.read(features({"type": "Käyrä", "coordinates": [1, 2]})),
    "GeoJSON of text": lambda: geojson.read(features({"type": "Point", "coordinates": ["x", "y"]})),
    "GeoJSON of an open ring": lambda: geojson.read(
        features({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [2, 2]]]})
    ),
    "GeoJSON of many columns": lambda: geojson.read(wide()),
    "GeoJSON of many signs": lambda: geojson.read(b"[" * 3_500_001),
    "no workbook": lambda: workbook.sheets(b"PK\x03\x04"),
    "no workbook to read": lambda: workbook.read(b"x", "Luvut"),
    "no such sheet": lambda: workbook.read(book(), "Luvut"),
    "an empty sheet": lambda: workbook.read(book(), "Sivu"),
    "no bundle": lambda: bundle.unpack(b"PK\x03\x04requests.json"),
    "a packed bundle": lambda: bundle.unpack(packed(b"x" * 9000)),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVOKED)
def test_finnish_and_swedish_messages_hold_no_english(name: str) -> None:
    with pytest.raises(Refused) as refused:
        PROVOKED[name]()
    for language, shared in SHARED_WORDS.items():
        words = set(re.findall(r"[^\W\d_]+", refused.value.message(language).lower()))
        assert not words & (ENGLISH - shared), refused.value.message(language)
    assert "_" not in refused.value.message("en") and "�" not in refused.value.message("en")


def test_a_limit_that_another_library_moved_does_not_let_an_endless_cell_in() -> None:
    before = csv.field_size_limit(sys.maxsize)
    try:
        with pytest.raises(Refused, match="quotes"):
            PROVOKED["a long field"]()
    finally:
        csv.field_size_limit(before)


STEERING = "\x1b[2J\u202e\ud800\x07\x9b\u2066"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("discreet", [False, True])
def test_nothing_in_a_message_steers_a_terminal(language: str, discreet: bool) -> None:
    for key in REFUSALS:
        one = Refused(key, STEERING, STEERING, 1, STEERING, STEERING, STEERING, f"a{STEERING}.csv", STEERING)
        said = one.message(language, discreet)
        assert said.isprintable() and "a�[2J����" in said
        assert "".join(one.sentences(language, discreet)).isprintable()
        said.encode()


def test_a_cell_that_reads_like_a_text_of_the_catalogue_is_said_as_it_is() -> None:
    for text in TEXTS:
        for language in LANGUAGES:
            assert say(text, language)
            assert Refused("malformed", text, told(text, "{0} {x}"), 1).message(language)
