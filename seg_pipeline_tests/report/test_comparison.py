"""Cities side by side: tied groups as an independent reckoning of the letters gives them, in no order within."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.report import terms
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Table
from seg_pipeline.report.pages import comparison
from seg_pipeline_tests.report import made
from seg_pipeline_tests.report.test_indicator import html, text

SLUGS = [terms.slug(city) for city in CITY_CODES]
estimates = st.lists(st.tuples(st.floats(0.05, 0.5), st.floats(0.001, 0.05)), min_size=11, max_size=11)


def reckoned(rows: pd.DataFrame) -> list[list[str]]:
    """Return the tied groups of one comparison by the components of the graph of common letters."""
    letters = [set(said) for said in rows["comparison_group"]]
    shared = np.array([[bool(one & other) for other in letters] for one in letters])
    _, component = connected_components(shared, directed=False)
    groups = [rows[component == one] for one in set(component)]
    groups.sort(key=lambda group: -group["value_corrected"].min())
    return [[terms.slug(city) for city in CITY_CODES if city in set(group["city"])] for group in groups]


def shown_groups(shown: str) -> list[list[str]]:
    """Return the tied groups of the first dimension as the page shows them."""
    first = re.search(r'<ol class="tiers">(.*?)</ol>', shown, re.DOTALL)
    assert first
    return [re.findall(r"#income\.([a-z]+)\.2024", group) for group in first[1].split('<ul class="tied">')[1:]]


def compared(book: Book) -> pd.DataFrame:
    return book.rows("indicators", indicator="dissimilarity", dimension="income", reference_year=2024)


@settings(max_examples=15, deadline=None)
@given(estimates)
def test_the_tied_groups_are_those_of_the_letters(found: list[tuple[float, float]]) -> None:
    values, errors = zip(*found, strict=True)
    book = made.book(("dissimilarity",), values=values, errors=errors)
    index = comparison.page(book, "comparison").context["indices"][0]
    of_income = index["dimensions"][0]
    groups = [[re.findall(r"#income\.([a-z]+)", city.to)[0] for city in group] for group in of_income["groups"]]
    assert groups == reckoned(compared(book))
    assert of_income["state"].key == ("comparison.from_highest" if len(groups) > 1 else "comparison.unordered")


def test_the_page_shows_the_groups_in_every_language() -> None:
    book = made.book(("dissimilarity", "moran"))
    for shown in html(book, "comparison", comparison).values():
        groups = shown_groups(shown)
        assert groups == reckoned(compared(book))
        assert len(groups) > 1
        assert all(group == [slug for slug in SLUGS if slug in group] for group in groups)
        ids = re.findall(r'<[^>]*\sid="([^"]*)"', shown)
        assert len(ids) == len(set(ids))


def test_all_tied_is_said_plainly() -> None:
    book = made.book(("dissimilarity",), errors=(0.5,) * 11)
    shown = html(book, "comparison", comparison)["en"]
    assert "All the cities are in one tied group" in text(shown)
    assert shown_groups(shown) == [SLUGS]


def test_which_pairs_can_be_told_apart_is_what_their_letters_say() -> None:
    book = made.book(("dissimilarity",))
    pairs: Table = comparison.page(book, "comparison").context["indices"][0]["dimensions"][0]["pairs"]
    letters = {terms.slug(row["city"]): set(row["comparison_group"]) for _, row in compared(book).iterrows()}
    for row in pairs.rows:
        slug = row.id.rpartition(".")[2]
        for cell, together in ((row.cells[1], True), (row.cells[2], False)):
            named = {item.address.rpartition("/")[2] for item in getattr(cell, "items", ())}
            expected = {other for other in SLUGS if other != slug and bool(letters[slug] & letters[other]) is together}
            assert {terms.slug(code) for code in named} == expected


@pytest.mark.parametrize("hidden", [("091",), tuple(CITY_CODES)], ids=["one", "all"])
def test_a_city_that_could_not_be_compared_is_named_and_stands_in_no_group(hidden: tuple[str, ...]) -> None:
    rows = made.estimates("dissimilarity").reset_index(drop=True)
    rows.loc[rows["city"].isin(hidden), ["value_corrected", "lower", "upper", "comparison_group"]] = None
    rows.loc[rows["city"].isin(hidden), "interval"] = "not_reliable"
    shown = html(made.book(indicators=rows), "comparison", comparison)["en"]
    assert "Could not be compared: Helsinki" in text(shown)
    assert "#income.helsinki" not in shown
    assert ("No city could be compared" in text(shown)) is (len(hidden) > 1)


def test_a_snapshot_without_indices_says_so() -> None:
    book = made.book(indicators=made.estimates("gini").iloc[:0])
    assert "This snapshot has no figures that can be compared" in text(html(book, "comparison", comparison)["en"])
