"""Coverage: every status that a source can have, and nothing expected is left out."""

from __future__ import annotations

import pandas as pd
import pytest

from seg_pipeline import catalogue, tables
from seg_pipeline.quality import contracts
from seg_pipeline.quality.coverage import Told, coverage, findings

CITIES = ["helsinki"]


def delivery(release: str, outcome: str = "read", revision: int = 1, reason: str | None = None) -> dict[str, object]:
    return {"source": "x", "release": release, "part": "whole", "revision": revision, "file": "x.csv",
            "received": "2026-02-01T00:00:00+00:00", "sha256": "0" * 64, "outcome": outcome,
            "rows": 10 if outcome == "read" else None, "reason": reason}  # fmt: skip


def book(*rows: dict[str, object]) -> pd.DataFrame:
    return tables.conform(pd.DataFrame(rows, columns=list(tables.CONTRACTS["deliveries"].columns)), "deliveries")


@pytest.fixture
def expecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue that waits for one subject of one city and one of Paavo, and waives one."""
    told = {
        "expected": ({"source": "cities", "table": "counts", "subject": "language"},
                     {"source": "paavo", "table": "counts", "subject": "income"}),
        "waivers": ({"source": "helsinki", "edition": "2027", "table": "counts", "subject": "language",
                     "who": "TEM", "why": "the register moved"},),
    }  # fmt: skip
    monkeypatch.setattr(catalogue, "rows", lambda name: told[name])


@pytest.mark.usefixtures("expecting")
@pytest.mark.parametrize(
    ("rows", "told", "status", "note"),
    [
        ([delivery("2026")], Told("2026", 2024, 8), "arrived", None),
        ([delivery("2026", revision=2), delivery("2026", "replaced")], Told("2026", 2024, 8), "revised", None),
        ([delivery("2025")], Told("2025", 2023, 8), "late", None),
        ([delivery("2025"), delivery("2026", "refused", 1, "bad row")], Told("2025", 2023, 8), "refused", "bad row"),
        ([delivery("2026"), delivery("2026", "refused", 2, "bad row")], Told("2026", 2024, 8), "arrived", "bad row"),
        ([], None, "absent", None),
        (
            [delivery("2026", revision=2), delivery("2026", "corrected", reason="bad row")],
            Told("2026", 2024, 8),
            "arrived",
            None,
        ),
        (
            [delivery("2026", revision=2), delivery("2026", "replaced", reason="it told language")],
            None,
            "absent",
            "it told language",
        ),
        ([delivery("2026", "refused", reason="bad euros") | {"part": "funding"}], None, "absent", None),
        ([delivery("2026", "refused", reason="bad row") | {"part": "counts"}], None, "refused", "bad row"),
    ],
)
def test_each_status(rows: list[dict[str, object]], told: Told | None, status: str, note: str | None) -> None:
    found = {("helsinki", "counts", "language"): told} if told else {}
    made = coverage(2026, CITIES, {"helsinki": book(*rows), "paavo": book()}, found, {})
    assert contracts.findings(made, "coverage") == []
    row = made.set_index("source").loc["helsinki"]
    assert (row["status"], row["note"] if pd.notna(row["note"]) else None) == (status, note)
    assert made.set_index("source").loc["paavo", "status"] == "absent"


@pytest.mark.usefixtures("expecting")
def test_a_waiver_names_who_and_why_and_ends_with_the_arrival() -> None:
    nothing = {"helsinki": book(), "paavo": book()}
    row = coverage(2027, CITIES, nothing, {}, {}).set_index("source").loc["helsinki"]
    assert (row["status"], row["who"], row["note"]) == ("waived", "TEM", "the register moved")
    arrived = {("helsinki", "counts", "language"): Told("2027", 2025, 8)}
    there = coverage(2027, CITIES, {**nothing, "helsinki": book(delivery("2027"))}, arrived, {})
    assert there.set_index("source").loc["helsinki", "status"] == "arrived"


@pytest.mark.usefixtures("expecting")
def test_a_source_of_which_nobody_expects_anything_is_told_once_it_has_sent_a_file() -> None:
    books = {"helsinki": book(), "paavo": book(), "ykr_grid": book(delivery("2026", "refused", reason="bad cell"))}
    made = coverage(2026, CITIES, books, {}, {})
    row = made[made["source"] == "ykr_grid"]
    assert row[["table", "subject", "status", "note"]].to_numpy().tolist() == [
        ["deliveries", "all", "refused", "bad cell"]
    ]


@pytest.mark.usefixtures("expecting")
def test_a_service_that_is_down_is_said_beside_what_is_late() -> None:
    told = {("paavo", "counts", "income"): Told("2025", 2023, 8)}
    books = {"helsinki": book(), "paavo": book(delivery("2025"))}
    made = coverage(2026, CITIES, books, told, {"paavo": "the service did not answer"})
    assert made.loc[made["source"] == "paavo", ["status", "note"]].to_numpy().tolist() == [
        ["late", "the service did not answer"]
    ]
    said = [str(finding) for finding in findings(made)]
    assert len(said) == 2 and any("paavo: late: income; the service did not answer" in one for one in said)


def test_what_is_expected_is_expected_of_sources_and_subjects_that_exist() -> None:
    from seg_pipeline.classifications import DIMENSIONS, FUNDING, GEOGRAPHIES, WELLBEING
    from seg_pipeline.sources import all_sources

    known = {"counts": DIMENSIONS, "wellbeing": tuple(WELLBEING), "areas": GEOGRAPHIES, "crosswalk": GEOGRAPHIES,
             "area_funding": FUNDING}  # fmt: skip
    for row in catalogue.rows("expected"):
        assert row["source"] == "cities" or row["table"] in all_sources()[row["source"]].tells, row
        assert row["subject"] in known[row["table"]], row
    for row in catalogue.rows("waivers"):
        assert row["source"] in all_sources() and row["edition"].isdigit() and row["who"] and row["why"], row
    assert {row["source"] for row in catalogue.rows("sources")} == set(all_sources())
