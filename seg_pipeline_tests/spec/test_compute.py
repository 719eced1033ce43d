"""One call from counts to indicators: what is used, what is covered, and why a value is not there."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from seg_pipeline import tables
from seg_pipeline.indicators import compute
from seg_pipeline.quality import contracts

Row = tuple[str, str, int | None]


def counts(*rows: Row, dimension: str = "income", year: int = 2024) -> pd.DataFrame:
    """Return a counts table of one city: rows of area, group and count (None: suppressed)."""
    table = pd.DataFrame(rows, columns=["area_id", "group", "count"])
    hidden = table["count"].isna()
    table["count"] = table["count"].astype("Int64")
    return tables.conform(
        table.assign(
            city="091",
            geography="postal_area",
            boundary_vintage=2026,
            dimension=dimension,
            reference_year=year,
            source="paavo",
            release="2026",
            status=["suppressed" if hide else "observed" for hide in hidden],
            lower=table["count"].fillna(0),
            upper=table["count"].fillna(29),
        ),
        "counts",
    )


def area(name: str, low: int | None, high: int | None, total: int) -> list[Row]:
    middle = None if low is None or high is None else total - low - high
    return [(name, "low", low), (name, "middle", middle), (name, "high", high), (name, "total", total)]


def only(indicators: pd.DataFrame, name: str) -> dict[str, Any]:
    found = indicators[indicators["indicator"] == name]
    assert len(found) == 1
    return {str(column): value for column, value in found.iloc[0].items()}


def test_a_suppressed_area_is_left_out_and_lowers_coverage() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50), *area("3", None, None, 25))
    row = only(compute(table), "dissimilarity")
    assert row["value"] == pytest.approx(0.5)
    assert (row["areas"], row["population"], row["coverage"]) == (2, 100, pytest.approx(0.8))


def test_an_area_where_nobody_of_the_two_groups_lives_is_not_used_but_covered() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50), *area("3", 0, 0, 0))
    row = only(compute(table), "isolation")
    assert (row["areas"], row["coverage"], row["status"]) == (2, 1.0, "observed")


def test_a_group_without_members_gives_no_number_but_a_status() -> None:
    row = only(compute(counts(*area("1", 0, 10, 50), *area("2", 0, 30, 50))), "entropy")
    assert pd.isna(row["value"]) and row["status"] == "not_applicable"


def test_a_city_with_every_area_hidden_gives_no_number_but_a_status() -> None:
    row = only(compute(counts(*area("1", None, None, 20))), "dissimilarity")
    assert pd.isna(row["value"])
    assert (row["status"], row["areas"], row["coverage"]) == ("missing", 0, 0.0)


def test_no_counts_give_no_indicators() -> None:
    assert compute(tables.empty("counts")).empty


def test_indicators_keep_their_contract_in_any_order_of_rows() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50))
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(compute(table), compute(shuffled))
    assert contracts.findings(compute(table), "indicators") == []


def test_two_years_are_never_mixed() -> None:
    both = pd.concat([counts(*area("1", 5, 5, 20), year=2023), counts(*area("1", 9, 1, 20), year=2024)])
    assert sorted(compute(both)["reference_year"].unique()) == [2023, 2024]
