"""Any tidy table of counts in, checked: pandas, polars, Arrow or DuckDB; a column that is not there is filled.

A tidy table has a row for each area and group, with ``area_id``, ``group`` and ``count``. It may have ``dimension``,
``city``, ``geography``, ``boundary_vintage``, ``reference_year``, ``source``, ``release`` and ``status``; without them
all of it is one city at one time. A group named ``total`` is everybody; without it everybody is the sum of the groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.indicators.registry import BadCounts, Counts

TOTAL = "total"
CASE = ["source", "release", "city", "geography", "reference_year"]
FILLED = {"source": "counts", "release": "", "city": "city", "geography": "area", "reference_year": 0,
          "boundary_vintage": 0, "dimension": "group"}  # fmt: skip
KEY = [*CASE, "boundary_vintage", "area_id", "dimension", "group"]
AT_ONCE = 1 << 16  # cells of a batch; a larger case is a batch of its own
LARGEST = 2**53  # counts above are no longer whole as floating-point numbers


@dataclass(frozen=True)
class Batch:
    """One dimension of several cities and years, side by side: areas are the last axis, filled up where few.

    `fixed` tells each case's source, release, city, geography and year; `cells` has shape (cases, groups, areas) and
    `base` (cases, areas), NaN where not observed, 0 where filled up. `area_id` and `vintage` name each case's areas.
    """

    dimension: str
    fixed: list[dict[str, Any]]
    groups: tuple[str, ...]
    cells: Counts
    base: Counts
    area_id: list[npt.NDArray[np.object_]]
    vintage: list[npt.NDArray[np.object_]]

    def of(self, group: str) -> Counts:
        """Return a group's counts, (cases, areas); NaN everywhere for a group that was not delivered."""
        if group == TOTAL:
            return self.base
        return self.cells[:, self.groups.index(group)] if group in self.groups else np.full_like(self.base, np.nan)


def tidy(table: Any) -> pd.DataFrame:
    """Return a tidy table of counts as pandas, filled and checked. Raises BadCounts, which says what is wrong."""
    counts = as_pandas(table)
    lacking = [column for column in ("area_id", "group", "count") if column not in counts.columns]
    if lacking:
        raise BadCounts(f"no column {', '.join(lacking)}; a tidy table of counts has area_id, group and count")
    filled: dict[str, Any] = {column: value for column, value in FILLED.items() if column not in counts.columns}
    counts = counts.assign(**filled)
    number = pd.to_numeric(counts["count"], errors="coerce").astype("Float64")
    text = number.isna() & counts["count"].notna()
    if text.any():
        raise BadCounts(_said("is no number", counts[text]))
    if "status" in counts.columns:
        number = number.mask(counts["status"] != "observed")
    plain = number.to_numpy(np.float64, na_value=np.nan)
    for wrong, what in (
        (np.isinf(plain), "is infinite"), (plain < 0, "is negative"), (plain > LARGEST, "is too large"),
        (np.isfinite(plain) & (plain != np.rint(plain)), "is not whole"),
    ):  # fmt: skip
        if wrong.any():
            raise BadCounts(_said(what, counts[wrong]))
    for column in ("area_id", "group"):
        if counts[column].isna().any():
            raise BadCounts(_said(f"has no {column}", counts[counts[column].isna()]))
    twice = counts.duplicated(KEY)
    if twice.any():
        raise BadCounts(_said("is the second of its area and group", counts[twice]))
    return counts.assign(count=plain)


def as_pandas(table: Any) -> pd.DataFrame:
    """Return any table that speaks Arrow as pandas. Raises BadCounts for what is no table."""
    if isinstance(table, pd.DataFrame):
        return table.reset_index(drop=True)
    if not hasattr(table, "__arrow_c_stream__"):
        raise BadCounts(
            f"a table is pandas, polars, Arrow or anything that speaks Arrow; this is {type(table).__name__}"
        )
    import pyarrow as pa

    return pd.DataFrame(pa.table(table).to_pandas())


def batches(counts: pd.DataFrame) -> Iterator[Batch]:
    """Yield a checked table in batches, in order of dimension, geography and case; the areas of each in order."""
    for (dimension, _), told in counts.groupby(["dimension", "geography"], sort=True):
        wide = told.set_index([*CASE, "area_id", "boundary_vintage", "group"])["count"].unstack("group").sort_index()
        groups = tuple(group for group in wide.columns if group != TOTAL)
        if not groups:  # a dimension of a total alone has nobody to compare
            continue
        number, known = pd.factorize(pd.MultiIndex.from_frame(wide.index.to_frame()[CASE]))
        begin = np.flatnonzero(np.r_[True, np.diff(number) > 0, True])
        longest = int(np.diff(begin).max())
        together = max(1, AT_ONCE // (longest * len(groups)))
        for first in range(0, len(known), together):
            spans = [slice(*span) for span in zip(begin[first:-1], begin[first + 1 :], strict=False)][:together]
            yield _batch(str(dimension), wide, groups, list(known[first : first + together]), spans, longest)


def _batch(
    dimension: str, wide: pd.DataFrame, groups: tuple[str, ...], known: list[Any], spans: list[slice], longest: int
) -> Batch:
    numbers = wide[list(groups)].to_numpy(np.float64)
    everyone = wide[TOTAL].to_numpy(np.float64) if TOTAL in wide.columns else numbers.sum(1)
    cells, base = np.zeros((len(spans), len(groups), longest)), np.zeros((len(spans), longest))
    for at, span in enumerate(spans):
        cells[at, :, : span.stop - span.start] = numbers[span].T
        base[at, : span.stop - span.start] = everyone[span]
    area, vintage = (wide.index.get_level_values(of).to_numpy(object) for of in ("area_id", "boundary_vintage"))
    fixed = [dict(zip(CASE, case, strict=True)) | {"dimension": dimension} for case in known]
    batch = Batch(dimension, fixed, groups, cells, base, [area[s] for s in spans], [vintage[s] for s in spans])
    _refuse_larger_part(batch)
    return batch


def _refuse_larger_part(batch: Batch) -> None:
    larger = batch.cells > batch.base[:, None]
    if larger.any():
        case, group, area = np.argwhere(larger)[0]
        part, whole = batch.cells[case, group, area], batch.base[case, area]
        place = f"{batch.fixed[case]['city']}, area {batch.area_id[case][area]}, {batch.dimension}"
        raise BadCounts(f"{place}: {batch.groups[group]} is {part:.0f}, more than the total of {whole:.0f}")


def _said(what: str, rows: pd.DataFrame) -> str:
    row = rows.iloc[0]
    more = f" ({len(rows)} such rows)" if len(rows) > 1 else ""
    return f"the count {row['count']!r} of area {row['area_id']!r}, group {row['group']!r} {what}{more}"
