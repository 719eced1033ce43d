"""The order in which cities stand: by tiers that intervals part, and within a tier always that of the catalogue."""

from __future__ import annotations

import pandas as pd

from seg_pipeline.classifications import CITIES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Term
from seg_pipeline.report.statement import Joined, joined

PLACE = {city.city: at for at, city in enumerate(CITIES)}


def in_place(rows: pd.DataFrame, numbers: list[int]) -> list[int]:
    """Return numbers of rows in the order of the catalogue's cities."""
    return sorted(numbers, key=lambda at: (PLACE[str(rows.loc[at, "city"])], at))


def tiers(rows: pd.DataFrame) -> list[list[int]]:
    """Return the rows of one comparison in tied groups, the highest first."""
    return [in_place(rows, group) for group in judging.tiers(rows)]


def uncompared(rows: pd.DataFrame) -> list[int]:
    """Return the rows that could not be compared."""
    return in_place(rows, [int(str(at)) for at in rows.index[rows["comparison_group"].isna()]])


def ordered(rows: pd.DataFrame) -> list[int]:
    """Return all rows as a table shows them: tier by tier, and last those that could not be compared."""
    return [at for group in tiers(rows) for at in group] + uncompared(rows)


def cities(rows: pd.DataFrame, numbers: list[int]) -> Joined:
    """Return the names of the cities of some rows, in the order of the catalogue."""
    return joined(city(rows, at) for at in in_place(rows, numbers))


def city(rows: pd.DataFrame, at: int) -> Term:
    """Return the name of the city of a row."""
    return terms.city(str(rows.loc[at, "city"]))


def slug(rows: pd.DataFrame, at: int) -> str:
    """Return the word of the city of a row."""
    return terms.slug(str(rows.loc[at, "city"]))


def share_a_letter(rows: pd.DataFrame, at: int) -> list[int]:
    """Return the compared rows, the row itself left out, that cannot be told from it."""
    alike = judging.tied(rows["comparison_group"], str(rows.loc[at, "comparison_group"]))
    return in_place(rows, [int(str(other)) for other in rows.index[alike] if other != at])
