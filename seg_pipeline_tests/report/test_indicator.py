"""A page for every indicator, with its limits; no order where intervals give none; and a warning of targets."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITY_CODES, GEOGRAPHIES
from seg_pipeline.indicators import INDICATORS
from seg_pipeline.report import limits, proof, targets, telling, terms
from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.page import Picture
from seg_pipeline.report.pages import indicator, indicators
from seg_pipeline.report.pages.indicator_segregation import finding
from seg_pipeline.report.pages.indicator_series import Series
from seg_pipeline_tests.report import made

WELLBEING = [row["indicator"] for row in catalogue.rows("wellbeing")]
IDS = re.compile(r'<[^>]*\sid="([^"]*)"')
MARKS = re.compile(r'<(?:path|rect|circle)[^>]*\sdata-row="([^"]*)"')


def html(book: Book, name: str, kind: object = indicator) -> dict[str, str]:
    """Return a page in every language, proved as the site proves it."""
    page = kind.page(book, name)  # type: ignore[attr-defined]
    told = {language: telling.html(book, page, language) for language in LANGUAGES}
    proof.refuse_difference(page.path, told)
    for language, (shown, _) in told.items():
        proof.refuse_unbound(f"{language}/{page.path}", shown)
    return {language: shown for language, (shown, _) in told.items()}


def text(shown: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", shown)))


def test_every_indicator_has_limits_in_three_languages_and_nothing_else_has() -> None:
    named = [row["indicator"] for row in catalogue.rows("limits")]
    assert Counter(named) == Counter([*INDICATORS, *WELLBEING])
    assert all(row[language].strip() for row in catalogue.rows("limits") for language in LANGUAGES)


@pytest.mark.parametrize("name", INDICATORS)
def test_the_family_the_symbol_and_the_reference_are_those_of_the_formula(name: str) -> None:
    about, formula = limits.of(name), INDICATORS[name]
    assert about.family == formula.family.partition(",")[0].replace(" ", "_")
    assert about.symbol.texts == dict.fromkeys(LANGUAGES, formula.symbol)
    assert about.reference.texts == dict.fromkeys(LANGUAGES, formula.reference)


def test_an_index_without_limits_gets_no_page() -> None:
    rows = made.estimates("gini").assign(indicator="unheard_of")
    book = made.book(indicators=rows.reset_index(drop=True))
    assert "unheard_of" in indicator.names(book)
    with pytest.raises(ReportError, match="unheard_of"):
        indicator.page(book, "unheard_of")


def test_every_indicator_of_the_snapshot_has_a_page_and_is_in_the_list() -> None:
    book = made.book()
    assert Counter(indicator.names(book)) == Counter([*INDICATORS, *WELLBEING])
    listed = html(book, "indicators", indicators)["sv"]
    for name in indicator.names(book):
        assert indicator.page(book, name).path == f"indicator/{name}.html"
        assert listed.count(f'href="indicator/{name}.html"') == 1 + (name == indicators.START)


@pytest.mark.parametrize("name", ["dissimilarity", "atkinson_01", "many_group_spatial_entropy"])
def test_a_page_proves_its_figures_and_every_mark_finds_its_row(name: str) -> None:
    for shown in html(made.book((name,)), name).values():
        ids = Counter(IDS.findall(shown))
        assert max(ids.values()) == 1
        marks = set(MARKS.findall(shown))
        assert {f"income.{terms.slug(city)}.2024" for city in CITY_CODES} <= marks
        assert marks <= set(ids)
        assert {f"income.{terms.slug(city)}.2018" for city in CITY_CODES} <= set(
            ids
        )  # earlier years keep their address


def test_a_dimension_that_ends_early_is_said_and_the_text_of_the_scale_is_there() -> None:
    shown = text(html(made.book(("isolation",)), "isolation")["en"])
    assert "Tenure: the latest year is 2018" in shown
    assert "Between the group's share in the city and 1." in shown
    assert "Bell 1954; Lieberson 1981" in shown


def test_cities_that_cannot_be_told_apart_stand_in_the_catalogues_order_whatever_their_values() -> None:
    """The two highest and the four in the middle swap their values; each pair stays tied, and the table the same."""
    swapped = list(made.VALUES)
    swapped[0], swapped[1] = swapped[1], swapped[0]
    swapped[4], swapped[6] = swapped[6], swapped[4]
    orders = []
    for values in (made.VALUES, tuple(swapped)):
        errors = tuple(0.004 for _ in values)
        book = made.book(("dissimilarity",), values=values, errors=errors)
        table = indicator.page(book, "dissimilarity").context["dimensions"][0]["picture"].table
        orders.append([row.id for row in table.rows])
    assert orders[0] == orders[1]
    assert orders[0][:2] == ["income.helsinki.2024", "income.espoo.2024"]


@pytest.mark.parametrize(
    ("spread", "said"), [(0.001, "indicator.finding_tied"), (0.1, "indicator.finding_parted")], ids=["tied", "parted"]
)
def test_highest_and_lowest_are_named_only_where_intervals_part_them(spread: float, said: str) -> None:
    values = tuple(0.2 + spread * at for at in range(11))
    book = made.book(("gini",), values=values, errors=(0.01,) * 11)
    rows = Series(book, "gini").main
    assert finding(rows[(rows["dimension"] == "income") & (rows["reference_year"] == made.YEARS[1])]).key == said


def test_without_an_interval_a_city_is_said_but_neither_drawn_nor_ordered() -> None:
    rows = made.estimates("gini")
    hidden = rows["city"] == "091"
    empty = ["value_corrected", "lower", "upper", "comparison_group"]
    rows = rows.assign(
        interval=rows["interval"].mask(hidden, "not_reliable"), **{one: rows[one].mask(hidden) for one in empty}
    )
    book = made.book(indicators=rows.reset_index(drop=True))
    shown = html(book, "gini")["en"]
    assert "income.helsinki.2024" not in MARKS.findall(shown)
    picture: Picture = indicator.page(book, "gini").context["dimensions"][0]["picture"]
    assert picture.table.rows[-1].id == "income.helsinki.2024"
    assert "too much is chance" in text(shown)


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [(0.001, 0.2, "higher than 2018"), (-0.2, -0.001, "lower than 2018"), (-0.1, 0.1, "cannot be told from 2018"),
     (None, None, "not judged against 2018")],
)  # fmt: skip
def test_a_change_is_said_by_its_interval(lower: float | None, upper: float | None, said: str) -> None:
    told: tuple[Any, ...] = ("paavo", "091", "postal_area", "gini", "income", pd.NA, 2018, 2024, "total", lower, upper)
    changes = pd.DataFrame([told], columns=made.CHANGES)
    book = made.book(("gini",), changes=changes)
    row = re.search(r'<tr id="income\.helsinki\.2024">.*?</tr>', html(book, "gini")["en"], re.DOTALL)
    assert row and said in text(row[0])


def test_what_every_reason_for_no_interval_and_every_division_is_called() -> None:
    known = set(catalogue.texts("report/indicator", "text"))
    assert {"not_reliable", "few_areas", "not_estimated", "suppressed", *GEOGRAPHIES} <= known
    for unit in {row["unit"] for row in catalogue.rows("wellbeing")}:
        assert {f"unit_{unit}", f"axis_{unit}"} <= known


def test_a_figure_of_wellbeing_stands_with_its_source_and_in_no_order_of_value() -> None:
    rows: list[made.Told] = [
        ("no_study_place", city, "total", year, "year", "vipunen", 11.0 - at, "observed")
        for at, city in enumerate(reversed(CITY_CODES))
        for year in (2023, 2024)
    ]
    rows.append(("no_study_place", "049", "total", 2024, "year", "espoo", None, "suppressed"))
    shown = html(made.book(("gini",), wellbeing=made.wellbeing(rows)), "no_study_place")
    assert max(Counter(IDS.findall(shown["fi"])).values()) == 1
    latest = [one for one in IDS.findall(shown["en"]) if one.startswith("latest.")]
    slugs = [terms.slug(city) for city in CITY_CODES]
    assert [one for one in latest if one.endswith(".2024")] == [f"latest.{slug}.2024" for slug in slugs]
    assert "latest.espoo.2024.espoo" in latest
    assert "hidden" in text(shown["en"])
    assert "Creative Commons Attribution" in text(shown["en"])


def test_what_has_not_arrived_is_said() -> None:
    coverage = pd.DataFrame(
        [("vipunen", "wellbeing", "no_study_place", "absent"), ("sotkanet", "wellbeing", "neet", "arrived")],
        columns=["source", "table", "subject", "status"],
    )
    book = made.book(("gini",), coverage=coverage)
    assert "This figure has not arrived from: Vipunen" in text(html(book, "no_study_place")["en"])
    assert "A delivery has arrived but has no figures of this indicator: Sotkanet" in text(html(book, "neet")["en"])
    assert "No source delivers this indicator yet" in text(html(book, "low_income")["en"])


def test_a_target_warns_where_it_is_set_and_nowhere_else() -> None:
    book = made.book(("gini",))
    for row in catalogue.rows("targets"):
        shown = text(html(book, row["indicator"])["en"])
        assert row["source_en"] in shown
        assert "Campbell's and Goodhart's law" in shown
    assert 'class="warning"' not in html(book, "gini")["en"]
    assert targets.of_city("091", ["no_study_place"])
    assert not targets.of_city("091", ["neet"])
    assert not targets.of_city("049", ["no_study_place"])
    assert targets.warnings("gini") == []


def test_a_target_on_an_index_warns_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {f"{part}{language}": f"{part}{language} text" for part in ("", "source_") for language in LANGUAGES}
    row = {"indicator": "gini", "dimension": "income", "city": "", **said}
    rows = catalogue.rows
    monkeypatch.setattr(catalogue, "rows", lambda name: (row,) if name == "targets" else rows(name))
    targets._text.cache_clear()
    try:
        shown = text(html(made.book(("gini",)), "gini")["fi"])
        assert "Tulot (18 vuotta täyttäneet): fi text" in shown
        assert targets.of_city("091", ["gini"]) == targets.of_city("698", ["gini"]) != []
    finally:
        targets._text.cache_clear()


def test_targets_name_known_indicators_and_cities_and_say_who_set_them() -> None:
    for row in catalogue.rows("targets"):
        assert row["indicator"] in {*INDICATORS, *WELLBEING}
        assert row["city"] in {"", *CITY_CODES}
        assert all(row[f"{part}{language}"].strip() for part in ("", "source_") for language in LANGUAGES)
