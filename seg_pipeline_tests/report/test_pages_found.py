"""Download, method and search: every way leads to something that is there, and every name is found as it is."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITIES, CONTRASTS, DIMENSIONS
from seg_pipeline.report.book import Book
from seg_pipeline.report.pages import download, method, search
from seg_pipeline.report.statement import Statement
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.formats import FORMATS, choose
from seg_pipeline_tests.report import beside
from seg_pipeline_tests.report.beside import text
from seg_pipeline_tests.report.test_indicator import IDS, html

LINK = re.compile(r'<a href="([^"]*)"')
ENTRIES = re.compile(r'<script id="entries" type="application/json">(.*?)</script>', re.DOTALL)
HOSTILE = "</script><b>&amp; {x} *y*"
KEY = {"city": "091", "geography": "postal_area", "boundary_vintage": 2026}


def searched(*names: tuple[str, str | None, str | None]) -> Book:
    """Return a snapshot with these areas (id, Finnish and Swedish name), which have profiles, and one that has none."""
    areas = [KEY | {"area_id": id_, "name_fi": fi, "name_sv": sv} for id_, fi, sv in names]
    bare = KEY | {"area_id": "99999", "name_fi": "Without", "name_sv": None}
    old = [KEY | {"area_id": "00001", "boundary_vintage": 2020}]
    tables = {
        "cities": pd.DataFrame({"city": [one.city for one in CITIES]}),
        "areas": pd.DataFrame([*areas, bare, *(one | {"name_fi": "Old", "name_sv": None} for one in old)]),
        "area_profiles": pd.DataFrame([*areas, *areas, *old], columns=[*KEY, "area_id"]),
    }
    return beside.book(tables=tables)


def entries(shown: str) -> Any:
    """Return what the script of the page is given."""
    found = ENTRIES.search(shown)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def book() -> Book:
    return searched(("00100", "Keskusta", "Centrum"), ("00200", HOSTILE, None), ("00300", None, None))


def test_every_term_that_is_found_leads_to_an_id_on_the_page_of_the_method(book: Book) -> None:
    ids = {language: set(IDS.findall(shown)) for language, shown in html(book, "method", method).items()}
    ways = [entry.to for entry in search.entries(book) if entry.kind == "term"]
    assert len(ways) == len(set(ways)) > len(method.SECTIONS) + len(catalogue.rows("area_types"))
    for way in ways:
        page, _, anchor = way.partition("#")
        assert page == "method.html"
        assert all(anchor in ids[language] for language in LANGUAGES), way


def test_each_page_has_its_ids_once(book: Book) -> None:
    for name, kind in (("method", method), ("search", search)):
        for shown in html(book, name, kind).values():
            ids = IDS.findall(shown)
            assert len(ids) == len(set(ids))


def test_the_script_and_the_list_have_the_same_entries(book: Book) -> None:
    pages = html(book, "search", search)
    found = [entries(shown) for shown in pages.values()]
    assert found[0] == found[1] == found[2]
    ways = sorted(entry[1] for entry in found[0]["entries"])
    assert ways == sorted(entry.to for entry in search.entries(book))
    for shown in pages.values():
        assert sorted(LINK.findall(shown.partition('id="everything"')[2].partition("</section>")[0])) == ways


def test_areas_are_found_by_name_and_code_and_only_where_a_page_lists_them(book: Book) -> None:
    page = html(book, "search", search)["en"]
    areas = [entry for entry in entries(page)["entries"] if search.KINDS[entry[0]] == "area"]
    assert [(entry[1], entry[2], entry[4]) for entry in areas] == [
        ("city/helsinki.html#area.postal_area.00100", ["Keskusta", "Centrum", "Keskusta"], "00100"),
        ("city/helsinki.html#area.postal_area.00200", HOSTILE, "00200"),
        ("city/helsinki.html#area.postal_area.00300", "00300", "00300"),
    ]
    assert HOSTILE not in page
    assert text(page).count(HOSTILE) == 1


def test_every_city_is_found_and_names_stand_in_the_order_of_their_language(book: Book) -> None:
    for language, shown in html(book, "search", search).items():
        cities = re.findall(r'<li><a href="city/\w+\.html">([^<]*)</a></li>', shown)
        own = [getattr(one, f"name_{language}") for one in CITIES]
        alphabet = "abcdefghijklmnopqrstuvwxyzåäö -"
        assert cities == sorted(own, key=lambda name: [alphabet.index(letter) for letter in name.lower()])


def test_the_letters_after_z_stand_in_their_order() -> None:
    names = ["Ö", "Åvik", "Zeta", "Ähtäri", "Ålund", "Aura"]
    shown = html(searched(*((f"0{at}", name, None) for at, name in enumerate(names))), "search", search)
    for page in shown.values():
        listed = re.findall(r'<li><a href="city/helsinki\.html#[^"]*">([^<]*)</a>', page)
        assert listed == ["Aura", "Zeta", "Ålund", "Åvik", "Ähtäri", "Ö"]


def test_the_page_of_the_method_compares_what_the_classifications_compare(book: Book) -> None:
    rows = {row.id: row.cells for row in method.page(book, "method").context["dimensions"].rows}
    there = [code for code in DIMENSIONS if code in set(book.table("indicators")["dimension"])]
    assert list(rows) == [f"dimension.{code}" for code in there]
    compared = {one.dimension: one for one in CONTRASTS}
    for code in there:
        told = [one.key if isinstance(one, Statement) else one.address for one in rows[f"dimension.{code}"][1:]]
        one = compared.get(code)
        rest = f"catalogue/groups/{code}.{one.reference_group}" if one and one.reference_group != "rest" else ""
        expected = [f"catalogue/groups/{code}.{one.group}", rest or "method.rest"] if one else None
        assert told == (expected or ["method.all_groups", "site.none"])


def test_the_limits_of_the_types_are_those_of_the_catalogue_and_rise(book: Book) -> None:
    table = method.page(book, "method").context["types"]
    limits = [row["up_to"] for row in catalogue.rows("area_types")]
    told = [row.cells[1] for row in table.rows]
    assert [one.texts["fi"] for one in told[:-1]] == limits[:-1]
    assert told[-1].key == "method.no_limit"
    assert sorted(map(float, limits[:-1])) == [float(limit) for limit in limits[:-1]]


def test_the_version_of_the_method_is_that_of_the_figures(book: Book) -> None:
    for shown in html(book, "method", method).values():
        assert 'data-cell="indicators/0/method_version" data-kind="code">3<' in shown
    empty = beside.book(tables={})
    empty._tables["indicators"] = empty.table("indicators").iloc[:0]
    assert "method_version" not in html(empty, "method", method)["en"]


def test_every_file_that_can_be_taken_along_is_one_that_the_snapshot_has(source: Path) -> None:
    book = Book(Snapshot.at(source))
    made = {f"data/{name}" for name in FORMATS["zip"].files(choose(book.snapshot))}
    there = {f"data/{path.name}" for path in source.iterdir()}
    for language, shown in html(book, "download", download).items():
        ways = LINK.findall(shown.partition("<main")[2].partition("</main>")[0])
        led = {posixpath.normpath(posixpath.join(language, way)) for way in ways if not way.startswith("#")}
        assert led - there == made | {f"{language}/summary.pdf"}
        assert there <= led
        assert all(name in text(shown) for name in book.snapshot.tables)
