"""The page of the sources: every status is counted, every finding told, and nothing of a closed source."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.classifications import DIMENSIONS, GEOGRAPHIES
from seg_pipeline.report.pages import sources
from seg_pipeline.tables.operations import COVERAGE_STATUSES
from seg_pipeline_tests.report import beside
from seg_pipeline_tests.report.beside import covered, receipt, text
from seg_pipeline_tests.report.test_indicator import IDS, html

STATUSES = catalogue.texts("report/sources", "text")
CLOSED = [beside.CLOSED, "not stated by the city", "only by word of mouth"]
HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize("licence", CLOSED)
def test_the_file_and_the_hash_of_a_closed_source_stand_nowhere(licence: str) -> None:
    secret, other = "rekisteri-4711.xlsx", "fedcba98" * 8
    made = beside.book(
        [covered("espoo", "income", "arrived", release="2026", rows=7), covered("paavo", "income", "arrived")],
        receipts=[receipt("espoo", secret, HASH, licence), receipt("paavo", "paavo.csv", other)],
        findings=[{"rule": "refused", "subject": "espoo", "message": f"{secret}: row 5 is Virtanen"}],
    )
    for language, shown in html(made, "sources", sources).items():
        assert secret not in shown and "4711" not in shown and HASH not in shown and "Virtanen" not in shown
        assert STATUSES["closed"][language] in text(shown)
        assert "paavo.csv" in text(shown) and other in text(shown)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["paavo", "espoo"]), st.sampled_from(COVERAGE_STATUSES)), max_size=12))
def test_each_status_is_counted_of_each_source(found: list[tuple[str, str]]) -> None:
    made = beside.book([covered(source, list(DIMENSIONS)[at], status) for at, (source, status) in enumerate(found)])
    table = sources.page(made, "sources").context["overview"]
    assert [row.id for row in table.rows] == [f"of.{one}" for one in ("paavo", "espoo") if one in dict(found)]
    for row in table.rows:
        of = Counter(status for source, status in found if f"of.{source}" == row.id)
        came = of["arrived"] + of["revised"]
        told = [of.total(), came, of["late"], of["absent"], of["refused"], of["waived"]]
        assert beside.values(row) == told
        assert told[0] == sum(told[1:])
        assert [made.read(cell.address) for cell in row.cells[1:]] == told
    (lead,) = sources.lead(made)
    if awaited := [one for one in found if one[1] != "waived"]:
        came = sum(status in ("arrived", "revised") for _, status in found)
        assert [lead.values[gap].value for gap in ("all", "arrived", "edition")] == [len(awaited), came, 2026]  # type: ignore[union-attr]
    else:
        assert lead.key == "sources.lead_nothing"


def test_every_status_is_told_by_its_word_in_each_language() -> None:
    rows = [covered("paavo", name, status, note="rivi 5: <b>{x}</b> & *y*") for name, status in
            zip(DIMENSIONS, COVERAGE_STATUSES, strict=False)]  # fmt: skip
    for language, shown in html(beside.book(rows), "sources", sources).items():
        assert all(STATUSES[f"status_{status}"][language] in text(shown) for status in COVERAGE_STATUSES)
        assert text(shown).count("rivi 5: <b>{x}</b> & *y*") == len(rows)
        ids = IDS.findall(shown)
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("table", "subject"),
    [*(("areas", name) for name in GEOGRAPHIES), *(("crosswalk", name) for name in ("municipality", "postal_area")),
     *(("counts", name) for name in DIMENSIONS), ("deliveries", "all")],
)  # fmt: skip
def test_whatever_coverage_may_tell_of_has_a_name(table: str, subject: str) -> None:
    made = beside.book([covered("key_figures", subject, "refused", table, note="the file is empty")])
    assert all("the file is empty" in text(shown) for shown in html(made, "sources", sources).values())


def test_everything_that_is_waited_for_has_a_name() -> None:
    for row in catalogue.rows("expected"):
        assert sources.called(row["table"], row["subject"]) is not None


def test_known_findings_have_a_sentence_and_others_are_named_by_their_cells() -> None:
    found = [{"rule": rule, "subject": "paavo", "message": "not to be shown"} for rule in sources.KNOWN]
    new = [{"rule": "rule_2027", "subject": "paavo"}, {"rule": "odd", "subject": "snapshot <b>"}]
    made = beside.book([covered("paavo", "income", "late")], findings=[*found, *new])
    for language, shown in html(made, "sources", sources).items():
        assert all(STATUSES[f"finding_{rule}"][language] in text(shown) for rule in sources.KNOWN)
        assert "not to be shown" not in shown
        assert shown.count('<p class="notice">') == len(found) + len(new)
        assert 'data-cell="manifest/findings/7/rule" data-kind="code">rule_2027<' in shown
        assert "snapshot &lt;b&gt;" in shown


def test_a_later_revision_and_a_part_of_a_delivery_are_told_apart() -> None:
    parts = [receipt("paavo", f"{part}{at}.csv", HASH, part=part, revision=at) for part in "ab" for at in (1, 2)]
    rows = beside.book(receipts=parts)
    table = sources.page(rows, "sources").context["sources"][0].receipts
    assert [row.id for row in table.rows] == [f"receipt.paavo.2026.{part}.{at}" for part in "ab" for at in (1, 2)]
    assert [len(row.cells[1].items) for row in table.rows] == [1, 2, 1, 2]
    assert "revision 2" in text(html(rows, "sources", sources)["en"])
