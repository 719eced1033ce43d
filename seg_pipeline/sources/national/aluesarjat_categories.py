"""What the variables of Aluesarjat mean: which category is which group of which of our dimensions.

``data/catalogue/aluesarjat/categories.csv`` has a row for each category of each variable, by its label or else its
code; alternatives are separated by ``|``. A group told by several rows is their sum, and only where all of them are
there. A category without a group is in no table of ours: a rate, an amount of money, an age class that is none of
our groups. `base` says of whom the numbers tell: everyone, or those aged 15 or over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from seg_pipeline import catalogue
from seg_pipeline.classifications import TOTAL
from seg_pipeline.sources.readers.cube import Dimension
from seg_pipeline.sources.refusal import Refused, quoted

TABLE = "data/catalogue/aluesarjat/categories.csv"

Groups = dict[str, tuple[int, ...]]  # the places of the categories that a group is the sum of


class Told(NamedTuple):
    """One of our dimensions in one variable, and of whom it tells."""

    groups: Groups
    base: str


class Meaning(NamedTuple):
    """What one variable tells: our dimensions, the place of its total, and of whom that total tells."""

    told: dict[str, Told]
    total: int | None
    base: str


class Slice(NamedTuple):
    """Where a cube tells one of our dimensions: along which variable, in which categories, all others at a total."""

    dimension: str
    variable: int
    groups: Groups
    totals: dict[int, int | None]


def slices(variables: Sequence[Dimension]) -> list[Slice]:
    """Return every dimension of ours in a cube that has these variables beside its areas and years.

    Raises Refused for a variable or category that the catalogue does not know.
    """
    means = [meaning(variable) for variable in variables]
    return [
        Slice(dimension, at, told.groups, totals)
        for at, mean in enumerate(means)
        for dimension, told in mean.told.items()
        for others in [{other: one for other, one in enumerate(means) if other != at}]
        for totals in [{other: one.total for other, one in others.items() if one.base in ("", told.base)}]
        if len(totals) == len(others) and None not in totals.values()
    ]


def wanted(variable: Dimension) -> list[str]:
    """Return the codes that are asked of a service: those of the total and of groups; all where there is no total."""
    mean = meaning(variable, whole=False)
    if mean.total is None:
        return list(variable.codes)
    places = {place for told in mean.told.values() for group in told.groups.values() for place in group}
    return [variable.codes[place] for place in sorted(places | {mean.total})]


def meaning(variable: Dimension, whole: bool = True) -> Meaning:
    """Return what the categories of a variable mean. Of the whole variable, each category has to be known."""
    rows = _rows(variable)
    places = _places(variable, {row["category"] for row in rows}, whole)
    totals = [row for row in rows if row["group"] == TOTAL and row["category"] in places]
    first = totals[0] if totals else {"category": "", "base": ""}
    told = {dimension: _told([row for row in rows if row["dimension"] == dimension], places) for dimension in
            dict.fromkeys(row["dimension"] for row in rows if row["dimension"])}  # fmt: skip
    return Meaning({d: one for d, one in told.items() if one}, places.get(first["category"]), first["base"])


def _told(rows: list[dict[str, str]], places: dict[str, int]) -> Told | None:
    """Return the groups of one dimension whose categories are all there; None without one, or without its total."""
    there: dict[str, list[int | None]] = {}
    for row in rows:
        there.setdefault(row["group"], []).append(places.get(row["category"]))
    groups = {group: tuple(place for place in found if place is not None) for group, found in there.items()
              if None not in found}  # fmt: skip
    if not set(groups) - {TOTAL} or (TOTAL in there and TOTAL not in groups):
        return None
    return Told(groups, rows[0]["base"])


def _rows(variable: Dimension) -> list[dict[str, str]]:
    names = {variable.label.casefold(), variable.code.casefold()}
    rows = [row for row in catalogue.rows("aluesarjat/categories") if row["variable"].casefold() in names]
    if not rows:
        raise Refused("unknown_variable", found=quoted(variable.label), expected=TABLE)
    return rows


def _places(variable: Dimension, known: set[str], whole: bool) -> dict[str, int]:
    """Where each category of the catalogue is in the variable: by its label, or else by its code."""
    spellings = {spelling.casefold(): category for category in known for spelling in category.split("|")}
    places: dict[str, int] = {}
    for at, (code, label) in enumerate(zip(variable.codes, variable.labels, strict=True)):
        category = spellings.get(label.casefold()) or spellings.get(code.casefold())
        if category is None and whole:
            raise Refused("unknown_category", found=quoted(label), expected=TABLE, column=variable.label)
        if category in places:
            raise Refused("malformed", found=quoted(label), expected="each category once", column=variable.label)
        if category is not None:
            places[category] = at
    return places
