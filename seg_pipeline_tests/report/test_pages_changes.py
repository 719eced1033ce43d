"""The page of the changes: what moved is counted, the first snapshot says so, every reason in each language."""

from __future__ import annotations

from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.report.pages import changes, moved
from seg_pipeline_tests.report import beside
from seg_pipeline_tests.report.beside import move, text, withdrawn
from seg_pipeline_tests.report.test_indicator import html

CHANGES = catalogue.texts("report/changes", "text")
BEFORE: dict[str, Any] = {"predecessor": {"version": "2025.1-demo"}, "compared_with": "2025.1-demo"}


def test_the_first_snapshot_says_that_it_is_the_first_and_has_no_tables() -> None:
    for language, shown in html(beside.book(), "changes", changes).items():
        for key in ("first", "no_revisions"):
            assert CHANGES[key][language] in text(shown)
        for key in ("no_figures", "no_reasons", "no_withdrawn"):  # there is nothing that they could be said of
            assert CHANGES[key][language] not in text(shown)
        assert "<table>" not in shown


def test_figures_that_moved_are_counted_and_those_of_d_are_told_in_the_order_of_the_cities() -> None:
    moves = [
        *move("853", 0.01, terms={"source_revision": 0.03, "boundary_change": -0.02}), *move("091", -0.01),
        *move("049", 0.0, terms={}), *move("049", 0.2, "moran"), *move("091", 0.1, geography="grid_1km"),
    ]  # fmt: skip
    made = beside.book(moves=moves, **BEFORE)
    page = changes.page(made, "changes")
    (lead,) = page.context["lead"]
    assert {gap: figure.value for gap, figure in lead.values.items()} == {
        "before": "2025.1-demo", "moved": 4, "all": len(made.table("indicators")),
    }  # fmt: skip
    assert [row.id.partition(".")[0] for row in page.context["headline"].rows] == ["helsinki", "turku"]
    assert [beside.values(row) for row in page.context["headline"].rows] == [[0.3, 0.31]] * 2
    assert {row.id: beside.values(row) for row in page.context["reasons"].rows} == {
        "term.source_revision": [4], "term.boundary_change": [1],
    }  # fmt: skip
    assert all("2025.1-demo" in text(shown) for shown in html(made, "changes", changes).values())


def test_the_snapshot_that_is_named_is_the_one_that_was_compared() -> None:
    late = {"version": "2027.1-demo"}  # published last, of a later edition: nothing is compared with it
    again = beside.book(moves=move("091", 0.01), predecessor=late, compared_with="2026.0-demo")
    alone = beside.book(predecessor=late, compared_with=None)
    assert "2026.0-demo" in text(html(again, "changes", changes)["en"])
    for made in (again, alone):
        assert "2027.1-demo" not in html(made, "changes", changes)["en"]


def test_a_year_that_is_compared_with_two_years_before_has_two_rows_of_its_own() -> None:
    moves = [*move("091", 0.01, year=2023), *move("091", 0.02, from_year=2025, to_year=2023)]
    made = beside.book(moves=moves, **BEFORE)
    told = changes.page(made, "changes").context
    ids = [row.id for name in ("headline", "newest") for row in told[name].rows]  # told otherwise, and a new year
    assert len(ids) == 2 == len(set(ids))


def test_a_move_that_has_no_terms_is_told_and_does_not_stop_the_report() -> None:
    """A value whose last digits differ has no row but ``total``: waterfall takes so little for arithmetic."""
    made = beside.book(moves=move("091", 3e-12, terms={}), **BEFORE)
    assert len(html(made, "changes", changes)) == len(LANGUAGES)
    assert moved.since(made, "091") is not None


def test_what_sources_told_anew_is_counted_by_release() -> None:
    rows = [("paavo", "counts", city, "income", "2025", "2026") for city in CITY_CODES]
    rows += [("paavo", "counts", "091", "income", "2024", "2026")]
    made = beside.book(revised=rows, **BEFORE)
    table = changes.revised(made)
    assert table is not None
    assert [beside.values(row) for row in table.rows] == [["2024", "2026", 1], ["2025", "2026", len(CITY_CODES)]]


def test_withdrawn_figures_have_their_reason_in_each_language() -> None:
    reasons = {"fi": "virhe <b>2019</b>", "sv": "fel & *brist* 2019", "en": "fault {x} 2019"}
    facts = [withdrawn("counts", "paavo", ["853", "091"], **reasons), withdrawn("areas", "", [], **reasons)]
    made = beside.book(withdrawn=facts, **BEFORE)
    cities = {"fi": "Turku ja Helsinki", "sv": "Åbo och Helsingfors", "en": "Turku and Helsinki"}
    for language, shown in html(made, "changes", changes).items():
        assert text(shown).count(reasons[language]) == 2
        assert 'data-text="manifest/withdrawn/1/reason"' in shown
        assert cities[language] in text(shown)
        others = {said for other, said in reasons.items() if other != language}
        assert not any(said in text(shown) for said in others)
    table = changes.withdrawn(made)
    assert table is not None
    assert [getattr(table.rows[1].cells[at], "key", None) for at in (1, 2)] == ["site.none"] * 2  # no source, no city
    assert [beside.values(row) for row in table.rows] == [["counts", 1234], ["areas", 1234]]
