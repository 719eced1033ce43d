"""One row for each area, measure and year: shares, location quotients, local scores, the need index, the area type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline.geography.coordinates import FINLAND, Box
from seg_pipeline.indicators import composite, local
from seg_pipeline.indicators.compute import METHOD_VERSION, REST, Contrast
from seg_pipeline.indicators.inference import Z
from seg_pipeline.indicators.intake import CASE, TOTAL, Batch, batches, tidy
from seg_pipeline.indicators.places import Places
from seg_pipeline.indicators.registry import NotApplicable

AREA = ["source", "release", "city", "geography", "area_id", "boundary_vintage"]
COLUMNS = [
    *AREA, "reference_year", "profile", "dimension", "group", "value", "lower", "upper", "category", "status",
    "method_version",
]  # fmt: skip
PERMUTATIONS = 999
DECIMALS = 6


def area_profiles(
    counts: Any,
    areas: Any = None,
    *,
    contrasts: Iterable[Any],
    partitions: Iterable[str] = (),
    need: Mapping[tuple[str, str], float] | None = None,
    types: Mapping[str, float] | None = None,
    within: Box | None = FINLAND,
) -> pd.DataFrame:
    """Return the profiles of all areas in a tidy table of `counts` (see ``compute``).

    `contrasts` names the groups that have a ``share`` of their dimension's total (Wilson's interval), a
    ``location_quotient`` and, where `areas` give centroids, a ``local_moran`` against their reference group; a
    dimension in `partitions` has ``local_information``. `need` gives the weight of each dimension and group in the
    ``need_index``, with the city at 100; `types` the upper limit of each ``area_type``, the last infinite, on the
    same index with all cities together at 100, which is the type's `value`.
    """
    table, places = tidy(counts), Places.of(areas, within)
    pairs = [Contrast(c.dimension, c.group, c.reference_group) for c in contrasts]
    wanted = {(pair.dimension, pair.group) for pair in pairs}
    shares = _shares(table, wanted | set(need or {}))
    parts = [*_profiles_of(shares[_is_one_of(shares, wanted)])]
    for batch in batches(table):
        if batch.dimension in set(partitions):
            parts.append(_local_information(batch))
        parts += [_local_moran(batch, pair, places) for pair in pairs if pair.dimension == batch.dimension]
    if need and types:
        parts += [*_composite(shares[_is_one_of(shares, set(need))], need, types)]
    told = [part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)]
    found = pd.concat(told, ignore_index=True).reindex(columns=COLUMNS)
    found[["value", "lower", "upper"]] = found[["value", "lower", "upper"]].astype("float64").round(DECIMALS)
    return found.assign(method_version=METHOD_VERSION)


def _is_one_of(table: pd.DataFrame, groups: set[tuple[str, str]]) -> pd.Series[bool]:
    return pd.Series(list(zip(table["dimension"], table["group"], strict=True)), index=table.index).isin(list(groups))


def _shares(table: pd.DataFrame, groups: set[tuple[str, str]]) -> pd.DataFrame:
    """Return each group's count, its area's total, the share of it, and the share in the city where both are known."""
    cell = [*AREA, "reference_year", "dimension"]
    total = table[table["group"] == TOTAL].set_index(cell)["count"]
    if total.empty:
        total = table.groupby(cell)["count"].sum(min_count=1)
    told = table[_is_one_of(table, groups)].reset_index(drop=True)
    people = pd.Series(total.reindex(pd.MultiIndex.from_frame(told[cell])).to_numpy())
    known = told["count"].notna() & people.notna()
    case = [told[name] for name in (*CASE, "dimension", "group")]
    of_city = told["count"].where(known).groupby(case).transform("sum") / people.where(known).groupby(case).transform(
        "sum"
    )
    status = told.get("status", pd.Series("observed", index=told.index)).where(told["count"].isna(), "observed")
    status = status.mask(told["count"].notna() & people.isna(), "missing").mask(people == 0, "not_applicable")
    share = (told["count"] / people).where(status == "observed")
    return told.assign(people=people, share=share, of_city=of_city, status=status)


def _profiles_of(shares: pd.DataFrame) -> Iterator[pd.DataFrame]:
    lower, upper = composite.wilson(shares["count"].to_numpy(), shares["people"].to_numpy(), Z)
    seen = shares["share"].notna()
    yield shares.assign(
        profile="share", value=shares["share"], lower=pd.Series(lower, shares.index).where(seen),
        upper=pd.Series(upper, shares.index).where(seen),
    )  # fmt: skip
    whole = shares["of_city"].where(shares["of_city"] > 0)
    quotient = shares["share"] / whole
    nobody = seen & whole.isna()
    yield shares.assign(
        profile="location_quotient", value=quotient, lower=lower / whole.where(seen), upper=upper / whole.where(seen),
        status=shares["status"].mask(nobody, "not_applicable"),
    )  # fmt: skip


def _rows(batch: Batch, profile: str, group: str | None, value: Any, status: Any, category: Any = None) -> pd.DataFrame:
    """Return a row for each area of each case; `value`, `status` and `category` have shape (cases, areas)."""
    lengths = [len(area) for area in batch.area_id]
    there = np.arange(value.shape[-1]) < np.array(lengths)[:, None]
    fixed = {name: np.repeat([case[name] for case in batch.fixed], lengths) for name in [*CASE, "dimension"]}
    return pd.DataFrame(
        fixed
        | {"area_id": np.concatenate(batch.area_id), "boundary_vintage": np.concatenate(batch.vintage)}
        | {"profile": profile, "group": group, "value": value[there], "status": status[there]}
        | {"category": category[there] if category is not None else None}
    )


def _local_information(batch: Batch) -> pd.DataFrame:
    seen = np.logical_not(np.isnan(batch.cells).any(axis=1))
    counts = np.where(seen[:, None], batch.cells, 0)
    scores = np.zeros(seen.shape)
    for at, case in enumerate(counts):
        if case.any():
            scores[at] = local.information_of_areas(case[case.any(1)])
    empty = counts.sum(1) == 0
    status = np.where(~seen, "suppressed", np.where(empty, "not_applicable", "observed"))
    return _rows(batch, "local_information", None, np.where(seen & ~empty, scores, np.nan), status)


def _local_moran(batch: Batch, pair: Contrast, places: Places) -> pd.DataFrame:
    x = batch.of(pair.group)
    y = batch.base - x if pair.reference_group == REST else batch.of(pair.reference_group)
    seen = ~np.isnan(x) & ~np.isnan(y)
    x, y = np.where(seen, x, 0), np.where(seen, y, 0)
    value, kind, told = np.full(x.shape, np.nan), np.full(x.shape, None, dtype=object), np.zeros(x.shape, dtype=bool)
    neighbours = (given["neighbours"] for given, _ in places.settings(batch, x + y > 0) if "neighbours" in given)
    for smoother in neighbours:
        for at, there in enumerate(smoother.told):
            try:
                found = (
                    local.local_moran(x[at, there], y[at, there], smoother.of[at], PERMUTATIONS)
                    if there.any()
                    else None
                )
            except NotApplicable:
                continue
            if found:
                value[at, there], kind[at, there], told[at] = found.statistic, found.kind, True
    status = np.where(~seen, "suppressed", np.where(np.isnan(value), "not_applicable", "observed"))
    rows = _rows(batch, "local_moran", pair.group, value, status, kind)
    lengths = [len(area) for area in batch.area_id]
    of_told = pd.Series(told[np.arange(x.shape[-1]) < np.array(lengths)[:, None]])
    return rows[of_told].assign(category=lambda t: t["category"].str.replace("[- ]", "_", regex=True))


def _composite(
    shares: pd.DataFrame, need: Mapping[tuple[str, str], float], types: Mapping[str, float]
) -> Iterator[pd.DataFrame]:
    """Yield the need index and the area type of each area and release: of the latest year of each component."""
    latest = shares.sort_values("reference_year", kind="stable").drop_duplicates(
        [*AREA, "dimension", "group"], keep="last"
    )
    year = latest.groupby(AREA, sort=True)["reference_year"].max()
    named = latest.assign(component=latest["dimension"] + " " + latest["group"])
    wide = {
        of: named.pivot(index=AREA, columns="component", values=of) for of in ("share", "people", "count", "status")
    }
    components, weights = [" ".join(of) for of in need], np.array(list(need.values()))
    if set(components) - set(wide["share"].columns):
        return
    share, people, count = (wide[of][components].to_numpy(np.float64).T for of in ("share", "people", "count"))
    key, status = wide["share"].index.to_frame(index=False), wide["status"][components]
    why = [(status == of).any(axis=1) for of in ("suppressed", "not_applicable")]
    hidden = np.select(why, ["suppressed", "not_applicable"], "missing")
    known = ~np.isnan(share).any(0)
    for profile, together in (("need_index", AREA[:4]), ("area_type", ["source", "release", "geography"])):
        value, error = np.full(len(key), np.nan), np.full(len(key), np.nan)
        for rows in key.groupby(together, sort=True).indices.values():
            of = rows[known[rows]]
            whole = count[:, of].sum(1) / np.maximum(people[:, of].sum(1), 1)
            if len(of) and (whole > 0).all():
                value[of] = composite.need_index(share[:, of], whole, weights)
                error[of] = composite.need_index_error(share[:, of], people[:, of], whole, weights)
        made = key.assign(
            reference_year=year.to_numpy(), profile=profile, dimension=None, group=None, value=value,
            lower=np.maximum(value - Z * error, 0), upper=value + Z * error,
            status=np.where(np.isnan(value), hidden, "observed"),
        )  # fmt: skip
        yield made.assign(category=composite.area_type(value, *_limits(types)) if profile == "area_type" else None)


def _limits(types: Mapping[str, float]) -> tuple[Sequence[str], Sequence[float]]:
    return list(types), list(types.values())[:-1]
