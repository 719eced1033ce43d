"""What moved between two years: every indicator with its interval and p-value, M and H also term by term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline.indicators.change import Index, change
from seg_pipeline.indicators.compute import METHOD_VERSION
from seg_pipeline.indicators.inference import Z, p_values
from seg_pipeline.indicators.intake import Batch, as_pandas, batches, tidy
from seg_pipeline.indicators.registry import BadCounts, Counts

SERIES = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale"]
TOTAL_CHANGE, SUPPRESSED = "total", "suppressed"
DECOMPOSED: dict[str, Index] = {
    "many_group_mutual_information": "mutual_information",
    "many_group_entropy": "entropy",
}
COLUMNS = [
    *SERIES, "from_year", "to_year", "from_release", "to_release", "term", "value", "value_corrected", "lower", "upper",
    "p_value", "status", "method_version",
]  # fmt: skip
DECIMALS, P_DIGITS = 12, 3


def changes(counts: Any, indicators: pd.DataFrame, *, partitions: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the changes from each year to the next, and from the first to the last, of all in `indicators`.

    The term ``total`` is the change of the value, beside the change corrected for chance with its 95 % interval and
    two-sided p-value; the two years count as independent draws, so both are on the safe side. The many-group M and H
    of the dimensions in `partitions` also have the terms of ``change``, and ``suppressed``: what areas make that are
    hidden in one of the years. These sum to the total. Where two releases tell the same year the later one counts.
    """
    told = _latest(as_pandas(indicators))
    parts = [_totals(told)]
    whole = None if partitions is None else set(partitions)
    for batch in batches(tidy(counts)):
        if (whole is None or batch.dimension in whole) and len(batch.groups) > 1:
            parts.append(pd.DataFrame(_terms(batch, told), columns=COLUMNS))
    found = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    return found.assign(method_version=METHOD_VERSION)[COLUMNS]


def _latest(indicators: pd.DataFrame) -> pd.DataFrame:
    ordered = indicators.sort_values([*SERIES, "reference_year", "release"], kind="stable")
    return ordered.drop_duplicates([*SERIES, "reference_year"], keep="last").reset_index(drop=True)


def _steps(years: list[Any]) -> list[tuple[int, int]]:
    """Return positions of years that are compared: each with the next, and the first with the last."""
    return [
        *zip(range(len(years)), range(1, len(years)), strict=False),
        *([(0, len(years) - 1)] if len(years) > 2 else []),
    ]


def _totals(told: pd.DataFrame) -> pd.DataFrame:
    series = told.groupby(SERIES, dropna=False, sort=True).indices.values()
    pairs = np.array([(rows[a], rows[b]) for rows in series for a, b in _steps(list(rows))], dtype=int).reshape(-1, 2)
    before, after = (told.iloc[pairs[:, at]].reset_index(drop=True) for at in (0, 1))
    value, corrected = after["value"] - before["value"], after["value_corrected"] - before["value_corrected"]
    error = (before["standard_error"] ** 2 + after["standard_error"] ** 2) ** 0.5
    p = pd.Series(p_values(corrected.fillna(0), error.fillna(0))).where(corrected.notna())
    shown = pd.Series([float(f"{number:.{P_DIGITS}g}") for number in p], dtype="float64")
    status = before["status"].where(before["status"] != "observed", after["status"])
    return before[SERIES].assign(
        from_year=before["reference_year"], to_year=after["reference_year"], from_release=before["release"],
        to_release=after["release"], term=TOTAL_CHANGE, value=value.round(DECIMALS), value_corrected=corrected,
        lower=(corrected - Z * error).round(DECIMALS), upper=(corrected + Z * error).round(DECIMALS), p_value=shown,
        status=status,
    )  # fmt: skip


def _terms(batch: Batch, told: pd.DataFrame) -> Iterator[dict[str, Any]]:
    case = {(f["source"], f["city"], f["geography"], f["reference_year"], f["release"]): at
            for at, f in enumerate(batch.fixed)}  # fmt: skip
    of = told[(told["dimension"] == batch.dimension) & told["indicator"].isin(list(DECOMPOSED)) & told["scale"].isna()]
    for series, rows in of.groupby(SERIES, dropna=False, sort=True):
        known = [row for row in rows.to_dict("records") if _case(row) in case]
        for a, b in _steps(known):
            before, after = known[a], known[b]
            steps = dict(zip(SERIES, series, strict=True)) | {
                "from_year": before["reference_year"], "to_year": after["reference_year"],
                "from_release": before["release"], "to_release": after["release"],
            }  # fmt: skip
            sides = _aligned(batch, case[_case(before)], case[_case(after)])
            for term, value in _decomposed(*sides, DECOMPOSED[before["indicator"]], after["value"] - before["value"]):
                defined = not np.isnan(value)
                yield steps | {"term": term, "value": round(value, DECIMALS) + 0.0 if defined else None,
                               "status": "observed" if defined else "not_applicable"}  # fmt: skip


def _case(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return row["source"], row["city"], row["geography"], row["reference_year"], row["release"]


def _aligned(batch: Batch, one: int, other: int) -> tuple[Counts, Counts, bool]:
    """Return both years' counts over the same areas, (groups, areas), and whether any was hidden: it is in neither."""
    sides = []
    for at in (one, other):
        ids = [str(area) for area in batch.area_id[at]]
        sides.append(dict(zip(ids, batch.cells[at].T, strict=False)))
    nobody = np.zeros(len(batch.groups))
    areas = sorted(sides[0].keys() | sides[1].keys())
    before, after = (np.stack([side.get(area, nobody) for area in areas], axis=1) for side in sides)
    seen = ~(np.isnan(before) | np.isnan(after)).any(0)
    return before[:, seen], after[:, seen], not seen.all()


def _decomposed(before: Counts, after: Counts, hidden: bool, index: Index, whole: float) -> Iterator[tuple[str, float]]:
    try:
        found = change(before, after, index)
    except BadCounts:
        return
    yield from found.terms.items()
    yield SUPPRESSED, whole - (found.after - found.before) if hidden else 0.0
