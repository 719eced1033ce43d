"""What a delivery usually looks like, seen from the one before it. Great Expectations judges; it only ever warns.

The rules and what is usual are in ``data/catalogue/expectations.csv``. The library takes seconds to load, so it is
loaded only here and only when a comparison is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import TOTAL

Tables = Mapping[str, pd.DataFrame]
CELL = ["geography", "area_id", "dimension", "group", "reference_year"]
SMALL = 100  # people; an area of fewer changes by chance
BOTH = "both"


@dataclass(frozen=True)
class Odd:
    """One thing that is not as usual: which rule, where (codes by column), what it was before and is now."""

    rule: str
    where: Mapping[str, Any]
    before: float | str
    now: float | str


def odd(now: Tables, before: Tables) -> list[Odd]:
    """Return what is unusual in the tables of a delivery compared with those of an earlier one.

    Each rule is a table of comparisons with a column ``measure``; Great Expectations says which of its rows are not
    between the catalogue's bounds, or not told by both deliveries.
    """
    compared = {rule: table.reset_index(drop=True) for rule, table in _compared(now, before).items() if len(table)}
    batches = _Batches()
    found = []
    for rule, table in compared.items():
        columns = [name for name in table.columns if name not in ("measure", "was", "is")]
        for at in batches.unexpected(table, rule):
            row: dict[str, Any] = {str(name): value for name, value in table.loc[at].items()}
            found.append(Odd(rule, {name: row[name] for name in columns}, row["was"], row["is"]))
    return found


class _Batches:
    """Great Expectations in an ephemeral context, which keeps nothing and sends nothing."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of what the library loads
            import great_expectations as gx
            from great_expectations.data_context.types.base import ProgressBarsConfig

        self.gx = gx
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        self.source = self.context.data_sources.add_pandas("deliveries")

    def unexpected(self, table: pd.DataFrame, rule: str) -> list[int]:
        """Return the rows of a table of comparisons whose measure is not what the rule expects."""
        asset = self.source.add_dataframe_asset(rule)
        batch = asset.add_batch_definition_whole_dataframe(rule).get_batch(batch_parameters={"dataframe": table})
        asked = {"result_format": "COMPLETE"}
        result = batch.validate(self._expectation(rule), result_format=asked).result
        return sorted(int(at) for at in result.get("unexpected_index_list") or [])

    def _expectation(self, rule: str) -> Any:
        usual = next(row for row in catalogue.rows("expectations") if row["rule"] == rule)
        expected = self.gx.expectations
        if usual["most"]:
            return expected.ExpectColumnValuesToBeBetween(
                column="measure", min_value=float(usual["least"]), max_value=float(usual["most"])
            )
        return expected.ExpectColumnValuesToBeInSet(column="measure", value_set=[BOTH])


def _compared(now: Tables, before: Tables) -> dict[str, pd.DataFrame]:
    """Return the comparisons of each rule: what is compared, what it was and is, and the measure that is judged."""
    made: dict[str, pd.DataFrame] = {}
    if len(now["counts"]) and len(before["counts"]):
        old, new = _latest(before["counts"]), _latest(now["counts"])
        made["total"] = _changed(*(_summed(_totals(one), ["geography", "dimension"], "count") for one in (old, new)))
        made["share"] = _shares(old, new)
        made["area"] = _by_area(old, new)
        made["distribution"] = _distributions(old, new)
        made["groups"] = _told(*(one[["geography", "dimension", "group"]] for one in (old, new)))
        made["closed_year"] = _closed(before["counts"], now["counts"])
        made["newest_year"] = _newest(before["counts"], now["counts"])
        made["hidden"] = _hidden(before["counts"], now["counts"])
    if len(now["areas"]) and len(before["areas"]):
        made["areas"] = _told(*(one["areas"][["geography", "area_id"]] for one in (before, now)))
    if "wellbeing" in now and "wellbeing" in before:
        made["wellbeing"] = _changed(*(_indicators(one["wellbeing"]) for one in (before, now)))
    if "area_funding" in now and "area_funding" in before:
        made["funding"] = _changed(*(_funding(one["area_funding"]) for one in (before, now)))
    return made


def _latest(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest year of each geography and dimension."""
    latest = counts.groupby(["geography", "dimension"])["reference_year"].transform("max")
    return counts[counts["reference_year"] == latest].assign(count=lambda table: table["count"].astype("float64"))


def _totals(counts: pd.DataFrame) -> pd.DataFrame:
    return counts[counts["group"] == TOTAL]


def _summed(table: pd.DataFrame, by: list[str], value: str) -> pd.Series[float]:
    return table.groupby(by)[value].sum(min_count=1).dropna().astype("float64")


def _changed(old: pd.Series[float], new: pd.Series[float]) -> pd.DataFrame:
    """Return the relative change of what both tell."""
    both = pd.DataFrame({"was": old, "is": new}).dropna()
    both = both[both["was"] > 0]
    return both.assign(measure=both["is"] / both["was"] - 1).reset_index()


def _shares(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    told = []
    for one in (old, new):
        known = one[one["count"].notna()]
        of = known[known["group"] != TOTAL].merge(
            _totals(known)[["geography", "area_id", "dimension", "count"]], on=["geography", "area_id", "dimension"],
            suffixes=("", "_total"),
        )  # fmt: skip
        sums = of.groupby(["geography", "dimension", "group"])[["count", "count_total"]].sum()
        told.append((sums["count"] / sums["count_total"].where(sums["count_total"] > 0)).astype("float64"))
    both = pd.DataFrame({"was": told[0], "is": told[1]}).dropna()
    return both.assign(measure=both["is"] - both["was"]).reset_index()


def _by_area(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    cells = ["geography", "area_id", "dimension"]
    changed = _changed(*(_summed(_totals(one), cells, "count") for one in (old, new)))
    return changed[changed[["was", "is"]].max(axis=1) >= SMALL]


def _distributions(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return, of each group, the share of its people that would have to move for it to be spread as before."""
    kind, cells = ["geography", "dimension", "group"], ["geography", "dimension", "group", "area_id"]
    parts = []
    for one in (old, new):
        summed = _summed(one, cells, "count")
        whole = summed.groupby(kind).transform("sum")
        parts.append(summed / whole.where(whole >= SMALL))
    both = pd.DataFrame({"was": parts[0], "is": parts[1]})
    told = both.groupby(kind).transform("count").gt(0).all(axis=1)
    moved = (both[told].fillna(0)["is"] - both[told].fillna(0)["was"]).abs().groupby(kind).sum() / 2
    return pd.DataFrame({"was": 0.0, "is": moved, "measure": moved}).reset_index()


def _told(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return what either tells, and whether both do."""
    joined = old.drop_duplicates().merge(new.drop_duplicates(), how="outer", indicator="measure")
    joined["measure"] = joined["measure"].astype("str").replace({"left_only": "gone", "right_only": "new"})
    return joined.assign(was="", **{"is": joined["measure"]})


def _closed(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return how many cells of each year that both tell are told differently."""
    both = before.merge(now, on=CELL, suffixes=("_was", "_is"))
    differs = (both["count_was"] != both["count_is"]).fillna(False) | (both["status_was"] != both["status_is"])
    kinds = both.assign(measure=differs.astype("float64")).groupby(["geography", "dimension", "reference_year"])
    summed = kinds["measure"].sum()
    return pd.DataFrame({"was": 0.0, "is": summed, "measure": summed}).reset_index()


def _newest(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return by how many years each dimension goes on."""
    last = [one.groupby(["geography", "dimension"])["reference_year"].max().astype("float64") for one in (before, now)]
    both = pd.DataFrame({"was": last[0], "is": last[1]}).dropna()
    return both.assign(measure=both["is"] - both["was"]).reset_index()


def _hidden(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    shares = [
        (one["status"] == "suppressed").astype("float64").groupby([one["geography"], one["dimension"]]).mean()
        for one in (before, now)
    ]
    both = pd.DataFrame({"was": shares[0], "is": shares[1]}).dropna()
    return both.assign(measure=both["is"] - both["was"]).reset_index()


def _indicators(wellbeing: pd.DataFrame) -> pd.Series[float]:
    """Return the latest value of each indicator, group and period."""
    by = ["indicator", "group", "period"]
    told = wellbeing[wellbeing["value"].notna()].sort_values("reference_year", kind="stable")
    return told.groupby(by)["value"].last()


def _funding(table: pd.DataFrame) -> pd.Series[float]:
    """Return the euros of the latest year of each kind."""
    latest = table.groupby("funding")["reference_year"].transform("max")
    return _summed(table[table["reference_year"] == latest], ["funding"], "value")
