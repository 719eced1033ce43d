"""The first page: counted by intervals as anybody may count again, no ranking, nothing left empty."""

from __future__ import annotations

import pytest

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITIES, CITY_CODES
from seg_pipeline.report import proof, telling
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Picture, Table
from seg_pipeline.report.pages import overview
from seg_pipeline.report.statement import Statement
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.report.test_city import ID, MARK, book_of, counted, figure, total


@pytest.fixture(scope="module")
def book(demo: Seg) -> Book:
    return Book(Snapshot.at(demo.data / "snapshots" / "2026.1-demo"))


def test_the_lead_counts_what_the_table_of_changes_tells(book: Book) -> None:
    rows = book.table("changes")
    rows = rows[(rows["term"] == "total") & (rows["indicator"] == "dissimilarity") & (rows["dimension"] == "income")]
    rows = rows[rows["geography"] == "postal_area"].sort_values(["to_year", "from_year"]).groupby("city").tail(1)
    again = {"rose": (rows["lower"] > 0).sum(), "fell": (rows["upper"] < 0).sum(),
               "same": ((rows["lower"] <= 0) & (rows["upper"] >= 0)).sum()}  # fmt: skip
    said = overview.lead(book)[0]
    assert counted(said, *again) == again
    assert sum(again.values()) == len(rows) == len(CITIES)


def test_the_highest_are_a_tied_group_in_the_order_of_the_catalogue() -> None:
    changes = [total(0.01, 0.02) | {"city": city} for city in CITY_CODES[:3]]
    now = [figure(city, value, letters) for city, value, letters in
           zip(CITY_CODES[:3], (0.30, 0.31, 0.10), ("a", "a", "b"), strict=True)]  # fmt: skip
    none = {"profile": "area_type", "geography": "postal_area", "city": "091", "area_id": "1", "boundary_vintage": 2024,
            "reference_year": 2024, "category": None, "status": "missing"}  # fmt: skip
    area = {"geography": "postal_area", "city": "091", "area_id": "1", "boundary_vintage": 2024, "population": 5.0}
    said = overview.lead(book_of(changes=changes, indicators=now, area_profiles=[none], areas=[area]))
    assert [one.key for one in said] == ["overview.ways", "overview.highest"]
    tied = [one.address for one in said[1].values["cities"].items]  # type: ignore[union-attr]
    assert tied == [f"catalogue/cities/{city}" for city in CITY_CODES[:2]]


def test_cards_and_tables_keep_the_order_of_the_catalogue_not_of_values(book: Book) -> None:
    page = overview.page(book, "index")
    ways = [f"city/{one.id}.html" for one in CITIES]
    assert [card.to.to for card in page.context["cards"]] == ways
    for name in ("moved", "wellbeing"):
        table = page.context[name]
        assert isinstance(table, Table)
        assert [row.cells[0].to for row in table.rows] == ways  # type: ignore[union-attr]
    for name in ("levels", "types"):
        assert isinstance(page.context[name], Picture)
        assert [row.cells[0].to for row in page.context[name].table.rows] == ways


def test_every_cell_that_moved_says_the_direction_of_its_interval(book: Book) -> None:
    table = overview.moved(book)
    assert isinstance(table, Table)
    said = {cell.key for row in table.rows for cell in row.cells[1:] if isinstance(cell, Statement)}
    assert said <= {f"overview.moved_{way}" for way in overview.WAYS} | {"city.since_first", "city.since_unknown"}


def test_three_languages_state_the_same_and_every_id_once(book: Book) -> None:
    page = overview.page(book, "index")
    told = {language: telling.html(book, page, language) for language in LANGUAGES}
    proof.refuse_difference(page.path, told)
    for shown, _ in told.values():
        proof.refuse_unbound(page.path, shown)
        there = ID.findall(shown)
        assert len(there) == len(set(there))
        assert set(MARK.findall(shown)) <= set(there)


def test_a_snapshot_without_wellbeing_names_the_sources_it_waits_for() -> None:
    waited = [{"table": "wellbeing", "source": source, "status": "absent"} for source in ("sotkanet", "espoo")]
    made = book_of(wellbeing=[{"indicator": "none of these", "city": "091"}], coverage=waited)
    said = overview.wellbeing_table(made)
    assert isinstance(said, Statement)
    assert [one.address for one in said.values["sources"].items] == ["catalogue/source_names/sotkanet:short"]  # type: ignore[union-attr]
