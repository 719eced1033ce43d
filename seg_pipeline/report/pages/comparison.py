"""The cities side by side without false ranking: tied groups in order, and which pairs can be told apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Link, Page, Row, Said, Table
from seg_pipeline.report.pages import tied
from seg_pipeline.report.pages.indicator_series import TABLE, Series
from seg_pipeline.report.statement import Statement, say

INDICES = ("dissimilarity", "isolation", "many_group_entropy", "moran")  # one of each of the main families


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["comparison"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    shown = [_index(Series(book, one)) for one in INDICES if len(Series(book, one).main)]
    return Page(f"{name}.html", "comparison.html", say("comparison.title"), {"indices": shown})


def _index(series: Series) -> dict[str, Any]:
    return {
        "id": series.indicator,
        "name": series.name,
        "more": Link(f"indicator/{series.indicator}.html", series.name),
        "dimensions": [_dimension(series, one) for one in series.dimensions],
        "matrix": _matrix(series),
    }


def _latest(series: Series, dimension: str) -> pd.DataFrame:
    return judging.latest(series.main[series.main["dimension"] == dimension])


def _dimension(series: Series, dimension: str) -> dict[str, Any]:
    rows = _latest(series, dimension)
    groups = tied.tiers(rows)
    left_out = tied.uncompared(rows)
    return {
        "id": f"{series.indicator}.{dimension}",
        "heading": say("comparison.dimension", **_told(series, dimension, rows)),
        "groups": [[_city(series, dimension, rows, at) for at in group] for group in groups],
        "state": _state(groups),
        "left_out": say("comparison.not_compared", cities=tied.cities(rows, left_out)) if left_out else None,
        "pairs": _pairs(series, dimension, rows, [at for group in groups for at in group]) if groups else None,
    }


def _told(series: Series, dimension: str, rows: pd.DataFrame) -> dict[str, Any]:
    year = series.book.figure(TABLE, int(rows.index[0]), "reference_year", "year")
    return {"dimension": terms.term("dimensions", dimension), "year": year}


def _state(groups: list[list[int]]) -> Statement:
    return say(f"comparison.{'none' if not groups else 'unordered' if len(groups) == 1 else 'from_highest'}")


def _city(series: Series, dimension: str, rows: pd.DataFrame, at: int) -> Link:
    place = f"{dimension}.{tied.slug(rows, at)}.{series.records[at]['reference_year']}"
    return Link(f"indicator/{series.indicator}.html#{place}", tied.city(rows, at))


def _pairs(series: Series, dimension: str, rows: pd.DataFrame, compared: list[int]) -> Table:
    caption = say("comparison.pairs_caption", name=series.name, **_told(series, dimension, rows))
    head = [say("indicator.city"), say("comparison.not_apart"), say("comparison.apart")]
    return Table(caption, head, [_pair(series, dimension, rows, at, compared) for at in compared])


def _pair(series: Series, dimension: str, rows: pd.DataFrame, at: int, compared: list[int]) -> Row:
    near = tied.share_a_letter(rows, at)
    far = [other for other in compared if other != at and other not in near]
    cells = [tied.city(rows, at), _listed(rows, near), _listed(rows, far)]
    return Row(f"{series.indicator}.{dimension}.{tied.slug(rows, at)}", cells)


def _listed(rows: pd.DataFrame, numbers: list[int]) -> Said:
    return tied.cities(rows, numbers) if numbers else say("comparison.nobody")


def _matrix(series: Series) -> Table:
    columns = {one: _latest(series, one) for one in series.dimensions}
    head: list[Said] = [say("indicator.city")]
    head += [say("comparison.dimension", **_told(series, one, rows)) for one, rows in columns.items()]
    there = {str(city) for rows in columns.values() for city in rows["city"]}
    lines = [_line(series, city, columns) for city in sorted(there, key=tied.PLACE.__getitem__)]
    return Table(say("comparison.matrix_caption", name=series.name), head, lines)


def _line(series: Series, city: str, columns: dict[str, pd.DataFrame]) -> Row:
    cells = [_cell(series, rows.index[rows["city"] == city]) for rows in columns.values()]
    name = Link(f"city/{terms.slug(city)}.html", terms.city(city))
    return Row(f"{series.indicator}.{terms.slug(city)}", [name, *cells])


def _cell(series: Series, found: pd.Index) -> Said:
    if found.empty:
        return say("site.status_none")
    value, letters = (series.cell(int(found[0]), column) for column in ("value_corrected", "letters"))
    if isinstance(value, Figure) and isinstance(letters, Figure):
        return say("comparison.cell", value=value, letters=letters)
    return value
