"""The address of a figure leads back to its value, whatever the table; one that leads nowhere is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.report.book import Book, Figure, ReportError, numbered, ranges
from seg_pipeline_tests.report.made import Made

FACTS = {"version": "2026.1", "receipts": [{"file": "a.csv"}, {"file": "b.csv"}], "tables": {"areas": 3}}
CELLS = st.one_of(st.none(), st.floats(-1e6, 1e6))
NUMBERS = st.lists(st.integers(0, 60), max_size=30)


def book_of(cells: list[Any], **manifest: Any) -> Book:
    """Return a book with one table `t` of one column `v`, whose rows come with numbers that the book has to drop."""
    table = pd.DataFrame({"v": pd.array(cells, dtype="Float64"), "even": [at % 2 == 0 for at in range(len(cells))]})
    table.index = pd.Index(range(100, 100 + len(cells)))
    return Book(Made({"t": table}, manifest=FACTS | manifest))  # type: ignore[arg-type]  # stands in for a snapshot


@st.composite
def chosen(draw: st.DrawFn) -> tuple[list[Any], list[int]]:
    """Some cells, and some of their rows."""
    cells = draw(st.lists(CELLS, min_size=1, max_size=12))
    rows = draw(st.lists(st.integers(0, len(cells) - 1), min_size=1, unique=True))
    return cells, rows


def same(one: Any, other: Any) -> bool:
    return bool(pd.isna(other)) if pd.isna(one) else bool(one == pytest.approx(other))


def again(book: Book, figure: Figure) -> None:
    """The figure's address leads to its value."""
    assert same(figure.value, book.read(figure.address)), figure


@given(NUMBERS)
def test_rows_are_written_as_runs_and_read_back_in_their_order(numbers: list[int]) -> None:
    assert numbered(ranges(numbers)) == numbers


@given(st.integers(0, 50), st.integers(1, 40))
def test_a_run_is_written_by_its_ends_and_no_longer(first: int, length: int) -> None:
    assert ranges(list(range(first, first + length))) == (f"{first}-{first + length - 1}" if length > 1 else f"{first}")


@given(chosen())
def test_the_address_of_a_cell_leads_to_the_cell(made: tuple[list[Any], list[int]]) -> None:
    cells, rows = made
    book = book_of(cells)
    for row in rows:
        figure = book.figure("t", row, "v", "index")
        assert figure.address == f"t/{row}/v"
        assert figure.empty is (cells[row] is None)
        assert same(figure.value, cells[row])
        again(book, figure)


@given(chosen())
def test_what_is_made_of_cells_is_what_anybody_makes_of_them(made: tuple[list[Any], list[int]]) -> None:
    cells, rows = made
    book, there = book_of(cells), [cells[row] for row in rows if cells[row] is not None]
    expected = {
        "distinct": len(set(there)),
        "sum": sum(there) if len(there) == len(rows) else None,
        "least": min(there, default=None),
        "greatest": max(there, default=None),
    }
    for how, value in expected.items():
        figure = book.made(how, "t", rows, "v", "decimal")
        assert same(value, figure.value), how
        again(book, figure)


@given(chosen())
def test_counts_and_sizes_lead_back_and_do_not_depend_on_an_order(made: tuple[list[Any], list[int]]) -> None:
    cells, rows = made
    book = book_of(cells)
    counted = book.count("t", rows)
    assert counted == book.count("t", sorted(rows, reverse=True))
    assert (counted.value, book.size("t").value) == (len(rows), len(cells))
    again(book, counted)
    again(book, book.size("t"))


@given(st.floats(-9, 9), st.floats(-9, 9), st.booleans())
def test_a_difference_is_the_first_less_the_second(one: float, other: float, turned: bool) -> None:
    book, rows = book_of([one, other]), [1, 0] if turned else [0, 1]
    figure = book.made("difference", "t", rows, "v", "change")
    assert same(figure.value, other - one if turned else one - other)
    again(book, figure)


@pytest.mark.parametrize(
    ("way", "value"), [(("version",), "2026.1"), (("receipts", 1, "file"), "b.csv"), (("tables", "areas"), 3)]
)
def test_a_fact_of_the_manifest_leads_back(way: tuple[str | int, ...], value: Any) -> None:
    figure = book_of([1.0]).fact(*way, kind="code")
    assert figure.address == "/".join(["manifest", *map(str, way)])
    assert figure.value == value == book_of([1.0]).read(figure.address)


@pytest.mark.parametrize(
    "address",
    ["t/3/v", "t/0/w", "t/-1/v", "t/one/v", "t//v", "t", "t/0", "", "w/0/v", "count:t/0-3", "sum:t/0-3/v", "mean:t/0/v",
     "rows:w", "sum:t/0/w", "difference:t/0/v", "difference:t/0-2/v", "manifest/nothing", "manifest/receipts/2/file",
     "manifest/receipts/one", "manifest/version/0"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(ReportError, match="the snapshot has nothing at"):
        book_of([1.0, 2.0, 3.0]).read(address)


@pytest.mark.parametrize(("row", "column"), [(3, "v"), (-1, "v"), (0, "w")])
def test_a_cell_that_is_not_there_is_no_figure(row: int, column: str) -> None:
    with pytest.raises(ReportError, match=f"'t/{row}/{column}'"):
        book_of([1.0, 2.0, 3.0]).figure("t", row, column, "index")


def test_of_no_rows_there_are_none_and_nothing_is_the_greatest() -> None:
    book = book_of([1.0, None])
    assert book.count("t", []).value == 0 == book.read("count:t/")
    assert book.made("distinct", "t", [], "v", "whole").value == 0
    assert book.made("greatest", "t", [], "v", "index").empty
    assert book.rows("t", v=7.0).empty
    assert book.rows("t", v=[]).empty


def test_rows_are_found_by_one_value_or_several_and_keep_their_number() -> None:
    book = book_of([5.0, 6.0, None, 6.0])
    assert list(book.rows("t", v=6.0).index) == [1, 3]
    assert list(book.rows("t", v=[5.0, 6.0], even=True).index) == [0]
    assert list(book.rows("t").index) == [0, 1, 2, 3]


def test_a_snapshot_without_receipts_and_findings_has_none() -> None:
    assert (book_of([1.0]).findings, len(book_of([1.0]).receipts)) == ([], 2)
    assert book_of([1.0], findings=[{"rule": "late"}]).findings == [{"rule": "late"}]
