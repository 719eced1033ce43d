"""Which figures moved most and why, from the table ``moved``; and whether chance could have made the move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seg_pipeline.snapshots.comparing.diff import Difference

HEADLINE = {"indicator": "dissimilarity", "geography": "postal_area"}
SERIES = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale"]
FIGURE = [*SERIES, "from_year", "to_year"]
INTERVAL = ["lower", "upper"]
TOTAL = "total"
SAME = 9  # decimals by which two changes are as large as each other


def headline(difference: Difference, moved: pd.DataFrame) -> pd.DataFrame:
    """Return the headline figures that moved, the largest first, with the intervals of both sides.

    Columns besides those of `moved`: ``from_lower``, ``from_upper``, ``to_lower``, ``to_upper``, and ``direction``:
    rose, fell, or not_told_apart; corrected where both are of one year.
    """
    rows = largest(moved)
    for column, value in HEADLINE.items():
        rows = rows[rows[column] == value]
    for when, side in (("from", difference.before), ("to", difference.after)):
        there = side.frame("indicators", [*SERIES, "reference_year", "release", *INTERVAL])
        names = {"reference_year": f"{when}_year", "release": f"{when}_release"} | {i: f"{when}_{i}" for i in INTERVAL}
        rows = rows.merge(there.rename(columns=names), "left", [*SERIES, f"{when}_year", f"{when}_release"])
    rose = (rows["to_lower"] > rows["from_upper"]) & (rows["value"] > 0)
    fell = (rows["to_upper"] < rows["from_lower"]) & (rows["value"] < 0)
    told = rows.assign(direction="not_told_apart")
    told.loc[rows["from_year"] == rows["to_year"], "direction"] = "corrected"
    rose, fell = (of & (rows["from_year"] != rows["to_year"]) for of in (rose, fell))
    told.loc[rose, "direction"], told.loc[fell, "direction"] = "rose", "fell"
    return told


def largest(moved: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each figure that moved, its ``value`` the whole change, the largest first."""
    rows = moved[(moved["term"] == TOTAL) & moved["value"].fillna(0).ne(0)]
    sized = rows.assign(size=rows["value"].abs().round(SAME))
    return sized.sort_values(["size", *FIGURE], ascending=[False, *[True] * len(FIGURE)], ignore_index=True)


def largest_terms(moved: pd.DataFrame) -> dict[str, int]:
    """Return, by term, how many figures moved most because of it."""
    terms = moved[(moved["term"] != TOTAL) & moved["value"].fillna(0).ne(0)]
    largest = terms.assign(size=terms["value"].abs()).sort_values(["size", "term"], ascending=[False, True])
    found = largest.drop_duplicates(FIGURE)["term"].value_counts()
    return {str(term): int(found[term]) for term in sorted(found.index, key=lambda term: (-found[term], term))}


def terms_of(moved: pd.DataFrame, figure: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the terms that moved one figure, the largest first."""
    of = moved[(moved["term"] != TOTAL) & moved["value"].fillna(0).ne(0)]
    for column in FIGURE:
        of = of[of[column].isna() if pd.isna(figure[column]) else of[column] == figure[column]]
    told = [(str(term), float(value)) for term, value in zip(of["term"], of["value"], strict=True)]
    return sorted(told, key=lambda term: (-abs(term[1]), term[0]))
