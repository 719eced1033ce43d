"""Two sources on the people of one city: every pair once, the difference by hand, and a finding where it is large."""

from __future__ import annotations

import pandas as pd

from seg_pipeline.quality import contracts
from seg_pipeline.quality.reconciliation import findings, reconcile
from seg_pipeline_tests.spec.test_compute import area, counts


def of(source: str, geography: str, *totals: int, release: str = "2026") -> pd.DataFrame:
    rows = [row for at, total in enumerate(totals) for row in area(f"{at}", 30, 20, total)]
    return counts(*rows).assign(source=source, geography=geography, release=release)


def test_totals_of_a_city_are_compared_once_for_each_pair() -> None:
    both = pd.concat([of("helsinki", "city_district", 100, 200), of("paavo", "postal_area", 150, 160)])
    made = reconcile(both.reset_index(drop=True))
    assert contracts.findings(made, "reconciliation") == []
    total = made[made["group"] == "total"].iloc[0]
    assert (total["source"], total["other_source"], total["value"], total["other_value"]) == (
        "helsinki",
        "paavo",
        300,
        310,
    )
    assert abs(total["difference"] - (300 - 310) / 310) < 1e-12 and total["agreement"] == "within"
    assert set(made[["source", "other_source"]].agg(" ".join, axis=1)) == {"helsinki paavo"}


def test_a_large_difference_is_outside_and_a_warning() -> None:
    both = pd.concat([of("helsinki", "city_district", 100, 100), of("paavo", "postal_area", 150, 160)])
    made = reconcile(both.reset_index(drop=True))
    said = findings(made)
    assert [finding.severity for finding in said] == ["warn"] and "differs from paavo on income" in said[0].message
    assert said[0].rows == int((made["agreement"] == "outside").sum()) > 0


def test_a_hidden_area_is_compared_by_its_bounds_and_of_releases_the_latest_is() -> None:
    hidden = counts(*area("1", 30, 20, 100), *area("2", None, None, 90))
    districts = hidden.assign(source="helsinki", geography="city_district")
    for low, said in ((40, (40, 40, 0.0)), (400, (59, 400, -0.8525)), (20, (30, 20, 0.5))):
        national = counts(*area("9", low, 20, 500)).assign(source="paavo", geography="postal_area")
        made = reconcile(pd.concat([districts, national]).reset_index(drop=True))
        row = made[made["group"] == "low"].iloc[0]
        assert (row["value"], row["other_value"], round(row["difference"], 6)) == said
    nothing = districts.assign(upper=districts["upper"].mask(districts["status"] == "suppressed"))
    made = reconcile(pd.concat([nothing, of("paavo", "postal_area", 190)]).reset_index(drop=True))
    assert set(made["group"]) == {"total"}
    releases = pd.concat([of("a", "city_district", 100), of("paavo", "postal_area", 90, release="2025"),
                          of("paavo", "postal_area", 101, release="2026")])  # fmt: skip
    made = reconcile(releases.reset_index(drop=True))
    assert set(made["other_release"]) == {"2026"}


def test_one_source_alone_has_nothing_to_be_compared_with() -> None:
    assert reconcile(of("paavo", "postal_area", 100)).empty and findings(reconcile(of("paavo", "postal_area", 1))) == []
