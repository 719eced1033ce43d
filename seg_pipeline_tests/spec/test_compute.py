"""One call from counts to indicators: what is used, what is covered, and why a value is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from seg_pipeline import tables
from seg_pipeline.classifications import CONTRASTS, ORDERED, PARTITIONS
from seg_pipeline.geography import BadCoordinates
from seg_pipeline.indicators import INDICATORS, BadCounts, Contrast, compute
from seg_pipeline.indicators.changes import changes
from seg_pipeline.indicators.profiles import area_profiles
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


def made(table: pd.DataFrame, areas: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the table ``indicators`` as the pipeline makes it."""
    found = compute(table, areas, contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS)
    return tables.conform(found, "indicators")


def only(indicators: pd.DataFrame, name: str) -> dict[str, Any]:
    found = indicators[indicators["indicator"] == name]
    assert len(found) == 1
    return {str(column): value for column, value in found.iloc[0].items()}


def test_a_suppressed_area_is_left_out_and_lowers_coverage() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50), *area("3", None, None, 25))
    row = only(made(table), "dissimilarity")
    assert row["value"] == pytest.approx(0.5)
    assert (row["areas"], row["population"], row["coverage"]) == (2, 100, pytest.approx(0.8))


def test_an_area_where_nobody_of_the_two_groups_lives_is_not_used_but_covered() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50), *area("3", 0, 0, 0))
    row = only(made(table), "isolation")
    assert (row["areas"], row["coverage"], row["status"]) == (2, 1.0, "observed")


def test_a_group_without_members_gives_no_number_but_a_status() -> None:
    row = only(made(counts(*area("1", 0, 10, 50), *area("2", 0, 30, 50))), "entropy")
    assert pd.isna(row["value"]) and row["status"] == "not_applicable"


def test_a_city_with_every_area_hidden_gives_no_number_but_a_status() -> None:
    row = only(made(counts(*area("1", None, None, 20))), "dissimilarity")
    assert pd.isna(row["value"])
    assert (row["status"], row["areas"], row["coverage"]) == ("missing", 0, 0.0)


def test_no_counts_give_no_indicators() -> None:
    assert made(tables.empty("counts")).empty


def test_indicators_keep_their_contract_in_any_order_of_rows() -> None:
    table = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50))
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(made(table), made(shuffled))
    assert contracts.findings(made(table), "indicators") == []


def test_two_years_are_never_mixed() -> None:
    both = pd.concat([counts(*area("1", 5, 5, 20), year=2023), counts(*area("1", 9, 1, 20), year=2024)])
    assert sorted(made(both)["reference_year"].unique()) == [2023, 2024]


RANDOM = np.random.default_rng(7)
SHARE = np.clip(RANDOM.normal(0.3, 0.12, 40), 0.02, 0.9)


def tidy(cities: tuple[str, ...] = ("a",), year: int = 1, people: int = 1000) -> pd.DataFrame:
    """Return a tidy table of three groups with nothing but what has to be there, and a city and a year."""
    rows = []
    for at, city in enumerate(cities):
        for area, share in enumerate(SHARE):
            low = int(share * people) + at
            parts = {"low": low, "middle": people // 3, "high": people - low - people // 3 if low < 600 else 10}
            rows += [(city, year, f"{area:03}", group, count) for group, count in parts.items()]
    return pd.DataFrame(rows, columns=["city", "reference_year", "area_id", "group", "count"])


def places() -> pd.DataFrame:
    xy = [(380_000 + 700 * (at % 8), 6_670_000 + 700 * (at // 8)) for at in range(len(SHARE))]
    return pd.DataFrame({"area_id": [f"{at:03}" for at in range(len(SHARE))], "surface": 490_000,
                         "centroid": [f"POINT ({x} {y})" for x, y in xy]})  # fmt: skip


def test_any_tidy_table_will_do_and_all_give_the_same() -> None:
    import polars
    import pyarrow as pa

    table = tidy()
    found = compute(table)
    assert set(found["indicator"]) == {n for n, i in INDICATORS.items() if i.needs in (("x", "y"), ("counts",))} - {
        "ordinal_entropy", "ordinal_variance_ratio"
    }  # fmt: skip
    pd.testing.assert_frame_equal(compute(pa.table(table)), found)
    pd.testing.assert_frame_equal(compute(polars.from_pandas(table)), found)
    plain = table.drop(columns=["city", "reference_year"])
    assert compute(plain)["value"].tolist() == found["value"].tolist()


def test_the_engine_needs_no_catalogue_and_no_dagster() -> None:
    import subprocess
    import sys

    code = """import sys; from seg_pipeline import indicators
kept_out = "dagster", "pandera", "seg_pipeline.catalogue", "seg_pipeline.tables"
loaded = [name for name in kept_out if name in sys.modules]
assert not loaded, loaded; print(indicators.dissimilarity([30, 10], [10, 30]))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "0.5", done.stderr


def test_every_index_of_the_registry_is_computed_where_places_are_known() -> None:
    found = compute(tidy(), places(), ordered={"group": {"low": 1, "middle": 2, "high": 3}})
    assert set(found["indicator"]) == set(INDICATORS)
    assert found["scale"].dropna().unique().tolist() == [1000, 2000, 4000]  # areas are 700 m apart: 500 m holds one
    ranges = {name: (index.low, index.high) for name, index in INDICATORS.items()}
    told = found[found["status"] == "observed"]
    assert all(ranges[n][0] <= v <= ranges[n][1] for n, v in zip(told["indicator"], told["value"], strict=True))
    assert (found.loc[found["value"].isna(), "status"] == "not_applicable").all()
    undefined = {"absolute_concentration", "relative_concentration", "moran"}  # of equal areas, of a group spread alike
    assert set(found.loc[found["value"].isna(), "indicator"]) == undefined


def test_an_interval_holds_its_corrected_value_which_lies_below_what_chance_inflates() -> None:
    found = compute(tidy(people=60)).query("interval == 'published' and group != 'all'")
    assert len(found) and (found["lower"] <= found["value_corrected"]).all()
    assert (found["value_corrected"] <= found["upper"]).all()
    d = found[found["indicator"] == "dissimilarity"]
    assert (d["value_corrected"] < d["value"]).all() and (d["expected_if_random"] > 0.02).all()


def test_a_city_does_not_depend_on_the_others_beside_it() -> None:
    alone = compute(tidy()).drop(columns="comparison_group")
    beside = compute(tidy(("a", "b", "c"))).query("city == 'a'").drop(columns="comparison_group")
    pd.testing.assert_frame_equal(beside.reset_index(drop=True), alone, check_exact=False, rtol=0, atol=2e-6)


def test_a_small_city_does_not_depend_on_a_large_one_beside_it() -> None:
    large = tidy(("b",)).assign(count=lambda table: table["count"] * 40)
    alone = compute(tidy()).drop(columns="comparison_group")
    beside = compute(pd.concat([tidy(), large])).query("city == 'a'").drop(columns="comparison_group")
    pd.testing.assert_frame_equal(beside.reset_index(drop=True), alone, check_exact=False, rtol=0, atol=2e-6)


def test_the_same_table_gives_the_same_numbers() -> None:
    pd.testing.assert_frame_equal(compute(tidy(), places()), compute(tidy(), places()))


def test_equal_cities_cannot_be_told_apart_and_unequal_ones_can() -> None:
    three = tidy(("a", "b", "c"))
    even = three[three["city"] == "c"].assign(count=300)
    found = compute(pd.concat([three[three["city"] != "c"], even])).query("indicator == 'isolation' and group == 'low'")
    letters = dict(zip(found["city"], found["comparison_group"], strict=True))
    assert letters["a"] == letters["b"] == "a"
    assert letters["c"] != "a"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": -1}, "negative"), ({"count": 0.5}, "not whole"), ({"count": float("inf")}, "infinite"),
        ({"count": "many"}, "no number"), ({"count": 2.0**60}, "too large"), ({"area_id": None}, "has no area_id"),
        ({"area_id": "001", "group": "low"}, "second of its area"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_counts_is_refused_with_its_row(change: dict[str, Any], said: str) -> None:
    table = tidy().astype(object)
    for column, value in change.items():
        table.loc[0, column] = value
    with pytest.raises(BadCounts, match=said):
        compute(table)


def test_other_things_than_tables_are_refused() -> None:
    for wrong in ([1, 2], {"a": 1}, "counts.csv", tidy().drop(columns="group"), None):
        with pytest.raises(BadCounts):
            compute(wrong)


def test_a_part_that_is_greater_than_the_whole_is_refused_with_its_area() -> None:
    table = pd.DataFrame({"area_id": ["1", "1"], "group": ["low", "total"], "count": [9, 5]})
    with pytest.raises(BadCounts, match="low is 9, more than the total of 5"):
        compute(table)


@pytest.mark.parametrize("point", ["POINT (24.9 60.2)", "POINT (380000)", "here"])
def test_places_that_are_not_in_metres_are_refused(point: str) -> None:
    with pytest.raises(BadCoordinates):
        compute(tidy(), places().assign(centroid=point))


def test_areas_without_a_place_are_left_out_of_what_needs_one() -> None:
    some = places()
    some.loc[:4, "centroid"] = None
    found = compute(tidy(), some).query("group == 'low'").set_index("indicator")
    assert found.loc["dissimilarity", "areas"] == 40 and found.loc["moran", "areas"] == 35
    assert found.loc["moran", "coverage"] == pytest.approx(35 / 40, abs=0.01)


@pytest.mark.parametrize("counts_", [[[5], [3]], [[5, 7], [0, 0]], [[0, 0], [0, 0]]])
def test_small_and_one_sided_cities_give_a_status_and_never_a_nan_beyond_it(counts_: list[list[int]]) -> None:
    rows = [(str(a), g, n) for g, line in zip("xy", counts_, strict=True) for a, n in enumerate(line)]
    found = compute(pd.DataFrame(rows, columns=["area_id", "group", "count"]))
    assert (found["value"].notna() == (found["status"] == "observed")).all()
    assert (found["interval"] != "published").all() and found["lower"].isna().all()


def test_an_unknown_group_is_missing_and_not_silently_left_out() -> None:
    found = compute(tidy(), contrasts=[Contrast("group", "low", "rich")])
    pair = found[found["reference_group"] == "rich"]
    assert len(pair) and set(pair["status"]) == {"missing"}


def test_location_quotients_have_the_mean_one_and_the_city_needs_as_much_as_itself() -> None:
    profiles = area_profiles(
        tidy(), places(), contrasts=[Contrast("group", "low", "high")], partitions=["group"],
        need={("group", "low"): 1.0}, types={"less": 100.0, "more": float("inf")},
    )  # fmt: skip
    people = tidy().groupby("area_id")["count"].sum()
    for profile, mean in (("location_quotient", 1), ("need_index", 100)):
        value = profiles[profiles["profile"] == profile].set_index("area_id")["value"]
        assert (value * people).sum() / people.sum() == pytest.approx(mean, abs=1e-4)
    types = profiles[profiles["profile"] == "area_type"]
    assert ((types["value"] <= 100) == (types["category"] == "less")).all()
    shares = profiles[profiles["profile"] == "share"]
    assert ((shares["lower"] < shares["value"]) & (shares["value"] < shares["upper"])).all()
    moran = profiles[profiles["profile"] == "local_moran"]
    assert set(moran["category"]) <= {"high_high", "low_low", "high_low", "low_high", "not_significant"}


def test_the_terms_of_a_change_sum_to_its_total_and_no_change_is_none() -> None:
    later = tidy(year=2).assign(count=lambda t: np.where(t["group"] == "low", t["count"] // 2, t["count"]))
    for after, moved in ((later, True), (tidy(year=2), False)):
        both = pd.concat([tidy(), after])
        found = changes(both, compute(both))
        total = found[found["term"] == "total"].set_index("indicator")["value"]
        for name in ("many_group_mutual_information", "many_group_entropy"):
            terms = found[(found["indicator"] == name) & (found["term"] != "total")]
            assert terms["value"].sum() == pytest.approx(total[name], abs=1e-9)
            assert (abs(total[name]) > 1e-4) == moved
        p = found["p_value"].dropna()
        assert (p > 0).all() and (moved or (p == 1).all())


def test_an_area_hidden_in_one_year_is_its_own_term() -> None:
    both = pd.concat([tidy(), tidy(year=2)]).assign(status="observed")
    hidden = (both["reference_year"] == 2) & (both["area_id"] == "003")
    both["status"] = both["status"].mask(hidden, "suppressed")
    found = (
        changes(both, compute(both)).query("indicator == 'many_group_mutual_information'").set_index("term")["value"]
    )
    assert found["suppressed"] == pytest.approx(found["total"], abs=1e-9) and abs(found["total"]) > 1e-6


def test_a_dimension_of_a_total_alone_and_one_without_a_contrast_have_no_index_and_no_error() -> None:
    total = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50)).query("group == 'total'").reset_index(drop=True)
    assert made(total).empty and area_profiles(total, contrasts=CONTRASTS).empty
    unasked = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50))
    told = area_profiles(unasked, contrasts=[], partitions=["income"])
    assert set(told["profile"]) == {"local_information"} and told[["lower", "upper"]].isna().all(axis=None)
