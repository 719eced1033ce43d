"""What may be said of figures: whether one moved, which cities can be told apart, which value is the latest.

Nothing is said by the point estimate: a figure rose where the whole interval of its change is above zero, and cities
are put in an order only where no chain of common letters in ``comparison_group`` ties them.
"""

from __future__ import annotations

import pandas as pd

from seg_pipeline.report.book import Book

GEOGRAPHY = "postal_area"  # the division that all eleven cities have
KEY = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale"]


def direction(total: pd.Series) -> str:
    """Return ``rose``, ``fell``, ``same`` (cannot be told from chance) or ``unknown`` of a row of `changes`."""
    if pd.isna(total["lower"]) or pd.isna(total["upper"]):
        return "unknown"
    return "rose" if total["lower"] > 0 else "fell" if total["upper"] < 0 else "same"


def tiers(rows: pd.DataFrame) -> list[list[int]]:
    """Return the rows of one comparison in groups that intervals part, the highest first; within a group by row.

    Nothing above a cut shares a letter with anything below it. Rows without a letter could not be compared and are
    left out.
    """
    compared = rows[rows["comparison_group"].notna()].sort_values("value_corrected", ascending=False, kind="stable")
    letters = [set(said) for said in compared["comparison_group"]]
    groups: list[list[int]] = []
    for at, row in enumerate(compared.index):
        if not set().union(*letters[:at]) & set().union(*letters[at:]):
            groups.append([])
        groups[-1].append(int(row))
    return [sorted(group) for group in groups]


def highest(rows: pd.DataFrame) -> list[int]:
    """Return the row with the highest corrected value and every row that cannot be told from it."""
    compared = rows[rows["comparison_group"].notna()]
    if compared.empty:
        return []
    top = compared["value_corrected"].to_numpy().argmax()
    alike = tied(compared["comparison_group"], compared["comparison_group"].iloc[top])
    return [int(str(row)) for row in compared.index[alike]]


def tied(groups: pd.Series[str], letters: str) -> pd.Series[bool]:
    """Return which comparison groups cannot be told from one with these letters; none where there are no letters."""
    return groups.map(lambda of: bool(set(of) & set(letters)), na_action="ignore").fillna(False).astype(bool)


def lowest(rows: pd.DataFrame) -> list[int]:
    """Return the row with the lowest corrected value and every row that cannot be told from it."""
    return highest(rows.assign(value_corrected=-rows["value_corrected"]))


def latest(rows: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Return the rows of the latest reference year of each combination of the columns `by` (of all, without any)."""
    years = (
        rows.groupby(list(by), dropna=False)["reference_year"].transform("max") if by else rows["reference_year"].max()
    )
    return rows[rows["reference_year"] == years]


def contrasts(book: Book, indicator: str, geography: str = GEOGRAPHY) -> pd.DataFrame:
    """Return the figures of an indicator that may be compared: observed, and published with an interval."""
    return book.rows("indicators", indicator=indicator, geography=geography, interval="published", status="observed")
