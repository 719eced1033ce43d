"""The segregation figures of a city as sentences, cells and rows; where there is no figure, why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITY_CODES, CONTRASTS
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure, Kind, Term
from seg_pipeline.report.page import Link, Row, Table
from seg_pipeline.report.statement import Joined, Statement, joined, say

FIRST = ("dissimilarity", "income")  # what is said first of a city
MAIN = ("dissimilarity", "entropy", "isolation", "moran")  # told of every year; the rest of the latest years
DIMENSIONS = tuple(contrast.dimension for contrast in CONTRASTS)
KEPT = 3  # years of the indices that are not main ones


def cell(book: Book, table: str, row: int, column: str, kind: Kind) -> Figure | Statement:
    """Return a figure, or its status where there is none."""
    figure = book.figure(table, row, column, kind)
    return say(f"site.status_{book.table(table)['status'].loc[row]}") if figure.empty else figure


def record(book: Book, table: str, row: int) -> dict[str, Any]:
    """Return a row by its number."""
    return {str(name): value for name, value in book.table(table).iloc[row].items()}


def estimate(book: Book, row: int, kind: Kind = "index") -> Figure | Statement:
    """Return the value of an indicator, freed of chance where that can be done."""
    corrected = book.figure("indicators", row, "value_corrected", kind)
    return cell(book, "indicators", row, "value", kind) if corrected.empty else corrected


def interval(book: Book, table: str, row: int, kind: Kind = "index") -> Statement:
    """Return the interval of a value or of a change, or that there is no reliable one."""
    lower, upper = (book.figure(table, row, end, kind) for end in ("lower", "upper"))
    if lower.empty or upper.empty:
        return say("city.not_reliable")
    return say("site.interval", lower=lower, upper=upper)


def with_interval(book: Book, row: int) -> Figure | Statement:
    """Return the value of an indicator with its interval after it, for one cell."""
    value, ends = estimate(book, row), interval(book, "indicators", row)
    if isinstance(value, Statement):
        return value
    if ends.key == "city.not_reliable":
        return say("city.value_alone", value=value)
    return say("city.value_interval", value=value, **ends.values)


def of(book: Book, city: str, indicator: str | None = None, dimension: str | None = None) -> pd.DataFrame:
    """Return the figures of a city by postal area, by dimension and year."""
    rows = book.rows("indicators", city=city, geography=judging.GEOGRAPHY)
    asked = {"indicator": indicator, "dimension": dimension}
    for column, wanted in asked.items():
        rows = rows if wanted is None else rows[rows[column] == wanted]
    return rows.sort_values(["dimension", "indicator", "reference_year"], kind="stable")


def latest(book: Book, city: str, indicator: str = FIRST[0], dimension: str = FIRST[1]) -> int | None:
    """Return the row of the latest figure of a city that has an interval, if there is one."""
    rows = of(book, city, indicator, dimension)
    rows = judging.latest(rows[(rows["interval"] == "published") & (rows["status"] == "observed")])
    return None if rows.empty else int(rows.index[-1])


def change(book: Book, city: str, indicator: str = FIRST[0], dimension: str = FIRST[1]) -> int | None:
    """Return the row of `changes` that tells the latest figure from the one before it, if there is one."""
    rows = book.rows("changes", city=city, geography=judging.GEOGRAPHY, indicator=indicator, dimension=dimension)
    rows = rows[(rows["term"] == "total") & (rows["status"] == "observed")]
    rows = rows.sort_values(["to_year", "from_year"], kind="stable")
    return None if rows.empty else int(rows.index[-1])


def way(book: Book, row: int | None) -> str:
    """Return ``rose``, ``fell``, ``same`` or ``unknown`` of a row of `changes`, ``first`` where there is no row."""
    return "first" if row is None else judging.direction(pd.Series(record(book, "changes", row)))


def moved(book: Book, row: int | None, of: str = "moved", kind: Kind = "change") -> Statement:
    """Return what may be said of a change: the direction by the interval, never by the estimate."""
    said = way(book, row)
    if row is None:
        return say("city.moved_first")
    if said == "unknown":
        return say(f"city.{of}_unknown")
    told = {end: book.figure("changes", row, end, kind) for end in ("lower", "upper")}
    change = book.figure("changes", row, "value_corrected", kind)
    year = book.figure("changes", row, "from_year", "year")
    return say(f"city.{of}_{said}", year=year, change=change, **told)


def told_apart(book: Book, row: int) -> tuple[list[int], list[int], list[int]]:
    """Return the rows of other cities that are higher, cannot be told from this one, and are lower."""
    own = record(book, "indicators", row)
    rows = judging.contrasts(book, str(own["indicator"]))
    rows = rows[(rows["dimension"] == own["dimension"]) & (rows["reference_year"] == own["reference_year"])]
    rows = rows[rows["comparison_group"].notna() & (rows["city"] != own["city"])]
    if pd.isna(own["comparison_group"]):
        return [], [], []
    tied = judging.tied(rows["comparison_group"], own["comparison_group"])
    above = rows["value_corrected"] > own["value_corrected"]
    higher, level, lower = ([int(at) for at in rows.index[which]] for which in (~tied & above, tied, ~tied & ~above))
    return higher, level, lower


def current(book: Book) -> list[str]:
    """Return the dimensions that the newest release still tells; the others have ended, or are late."""
    rows = judging.contrasts(book, FIRST[0])
    newest = set(rows.loc[rows["release"] == rows["release"].max(), "dimension"])
    return [name for name in DIMENSIONS if name in newest]


def dimension(name: str) -> Statement | Term:
    """Return the short name of a dimension, for sentences and heads of columns."""
    return say(f"city.dim_{name}") if name in DIMENSIONS else terms.term("dimensions", name)


def cities(book: Book, rows: Iterable[int], table: str = "indicators") -> Joined:
    """Return the cities of some rows in the order of the catalogue, which says nothing of their values."""
    codes = set(book.table(table)["city"].loc[list(rows)])
    return joined(terms.city(code) for code in CITY_CODES if code in codes)


def definitions(rows: pd.DataFrame) -> list[Statement]:
    """Return the changes of definition between the first and the last release of some figures that concern them."""
    first, last = rows["release"].min(), rows["release"].max()
    return [
        say("city.definition", dimension=dimension(row["dimension"]),
            definition=Term({language: row[language] for language in LANGUAGES},
                            f"catalogue/definitions/{row['source']}.{row['dimension']}.{row['release']}"))
        for row in catalogue.rows("definitions")
        if row["source"] in set(rows["source"]) and first < row["release"] <= last
        and _concerned(rows[rows["dimension"] == row["dimension"]], row["groups"])
    ]  # fmt: skip


def _concerned(rows: pd.DataFrame, groups: str) -> bool:
    """Return whether figures are of one of these groups; those of all groups together are, and none named is all."""
    told = {*rows["group"], *rows["reference_group"]}
    return bool(told) and (not groups or "all" in told or bool(told & set(groups.split())))


def row_id(row: Mapping[str, Any]) -> str:
    """Return the permalink of a figure on the page of its city; of one radius among several, with the radius."""
    said = f"{row['indicator']}.{row['dimension']}.{row['reference_year']}"
    return said if pd.isna(row["scale"]) else f"{said}.{row['scale']:.0f}m"


def row(book: Book, at: int, name: Link | Statement, id_: str = "") -> Row:
    """Return the row of a table that tells one figure: what, year, value, interval."""
    own = record(book, "indicators", at)
    year = book.figure("indicators", at, "reference_year", "year")
    return Row(id_ or row_id(own), (name, year, estimate(book, at), interval(book, "indicators", at)))


def named(book: Book, at: int) -> Link:
    """Return the name of the indicator of a figure, which leads to its page."""
    own = record(book, "indicators", at)
    name: Term | Statement = terms.short("indicators", own["indicator"])
    if pd.notna(own["scale"]):
        name = say("city.of_scale", indicator=name, metres=book.figure("indicators", at, "scale", "whole"))
    return Link(f"indicator/{own['indicator']}.html", name)


def head(first: str) -> tuple[Statement, ...]:
    """Return the heads of a table of figures."""
    return tuple(say(f"city.head_{name}") for name in (first, "year", "value", "interval"))


def others(book: Book, city: str) -> list[tuple[Term, Table]]:
    """Return a table of each dimension with every index but D: the main ones of every year, the rest of the latest."""
    rows = of(book, city)
    rows = rows[rows["indicator"] != FIRST[0]]
    rank = rows.groupby(["indicator", "dimension", "scale"], dropna=False)["reference_year"].rank(ascending=False)
    rows = rows[rows["indicator"].isin(MAIN) | rank.le(KEPT)]
    tables = []
    for code in [row["dimension"] for row in catalogue.rows("dimensions")]:
        those = rows[rows["dimension"] == code]
        if not those.empty:
            name = terms.term("dimensions", code)
            told = [row(book, int(at), named(book, int(at))) for at in those.index]
            tables.append((name, Table(say("city.others_caption", dimension=name), head("indicator"), told)))
    return tables
