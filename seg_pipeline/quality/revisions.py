"""What a source has told twice, differently. A closed year that changes at the source is never overwritten unseen."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from seg_pipeline import tables

CELL = ["city", "area", "subject", "group", "reference_year", "period"]
WATCHED = {  # table: how its rows are told as cells
    "counts": {"subject": "dimension", "value": "count"},
    "wellbeing": {"subject": "indicator", "value": "value"},
}


class Issue(NamedTuple):
    """One telling of a source: a revision of a release."""

    release: str
    revision: int


def between(
    before: pd.DataFrame, after: pd.DataFrame, table: str, first: Issue, then: Issue, gone: bool = False
) -> pd.DataFrame:
    """Return the cells that two tellings of one source tell differently, as rows of the contract ``revisions``.

    Only years that the first told of a subject are closed: a year that the second adds is news, not a revision.
    A cell that only one of them tells, in a year that is closed, counts where `gone` says so.
    """
    old, new = _cells(before, table), _cells(after, table)
    if old.empty or new.empty:
        return tables.empty("revisions")
    joined = old.merge(new, on=CELL, how="outer" if gone else "inner", suffixes=("_before", "_after"))
    years = old[["subject", "reference_year"]].drop_duplicates()
    joined = joined.merge(years, on=["subject", "reference_year"])
    for when in ("before", "after"):
        joined[f"status_{when}"] = joined[f"status_{when}"].fillna("missing")
    was, now = joined["value_before"], joined["value_after"]
    differs = (was != now) & ~(was.isna() & now.isna()) | (joined["status_before"] != joined["status_after"])
    told = joined[differs].assign(
        source=str(before["source"].iloc[0]), table=table,
        release_before=first.release, revision_before=first.revision,
        release_after=then.release, revision_after=then.revision,
    )  # fmt: skip
    return tables.conform(told, "revisions")


def _cells(told: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a table's rows as cells with value and status; one row a cell, the last one told."""
    named = WATCHED[table]
    by_area = "area_id" in told
    cells = pd.DataFrame(
        {
            "city": told["city"],
            "area": told["geography"] + " " + told["area_id"] if by_area else pd.Series("city", told.index, "str"),
            "subject": told[named["subject"]],
            "group": told["group"],
            "reference_year": told["reference_year"],
            "period": told["period"] if "period" in told else pd.Series("year", told.index, "str"),
            "value": told[named["value"]].astype("float64"),
            "status": told["status"],
        }
    )
    return cells.drop_duplicates(CELL, keep="last")
