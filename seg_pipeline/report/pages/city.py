"""A page for each city: what is found in it first, then its indicators, areas, wellbeing and what moved."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline.classifications import CITIES
from seg_pipeline.report import judging, targets, terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.page import Drawing, Link, Page, Picture, Row, Table
from seg_pipeline.report.pages import areas, areatypes, indicator, moved, series, wellbeing
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, joined, say

CODES = {city.id: city.city for city in CITIES}
SECTIONS = ("indicators", "areas", "area-types", "wellbeing", "changes", "divisions", "missing")


def names(_: Book) -> list[str]:
    """Return the eleven cities."""
    return list(CODES)


def page(book: Book, name: str) -> Page:
    """Return the page of a city."""
    city = CODES[name]
    shown = {
        "lead": lead(book, city),
        "sections": [(id_, say(f"city.h_{id_.replace('-', '_')}")) for id_ in SECTIONS],
        "trend": trend(book, city),
        "others": series.others(book, city),
        "map": areas.picture(book, city),
        "types": _types(book, city),
        "wellbeing": wellbeing.of(book, city),
        "waited": wellbeing.waited(book, city),
        "warnings": targets.of_city(city, indicator.names(book)),
        "why": moved.picture(book, city),
        "since": moved.since(book, city),
        "revised": moved.revised(book, city),
        "divisions": divisions(book, city),
        "missing": missing(book, city),
    }
    return Page(f"city/{name}.html", "city.html", terms.city(city), shown)


def lead(book: Book, city: str) -> list[Statement]:
    """Return what is said first: the level, its direction, the other cities, the people in areas of high need."""
    row = series.latest(book, city)
    if row is None:
        return [say("city.lead_nothing")]
    level = say("city.lead_level", value=series.estimate(book, row, "share"),
                year=book.figure("indicators", row, "reference_year", "year"))  # fmt: skip
    need = areatypes.high(book, city)
    return [level, series.moved(book, series.change(book, city)), among(book, row), *([need] if need else [])]


def among(book: Book, row: int) -> Statement:
    """Return how a city stands among the others, as far as intervals tell: how many higher, lower, and which tied."""
    higher, tied, lower = series.told_apart(book, row)
    if not (higher or tied or lower):
        return say("city.alone")
    counted = {"higher": book.count("indicators", higher), "lower": book.count("indicators", lower)}
    if not tied:
        return say("city.among_apart", **counted)
    return say("city.among_tied", **counted, tied=series.cities(book, tied))


def trend(book: Book, city: str) -> Picture | Statement:
    """Return D over the years, a panel for each dimension."""
    rows = series.of(book, city, series.FIRST[0])
    rows = pd.concat([rows[rows["dimension"] == dimension] for dimension in series.DIMENSIONS])
    seen = rows[rows["interval"] == "published"]
    if seen.empty:
        return say("city.lead_nothing")
    moments = [_moment(series.record(book, "indicators", int(at))) for at in seen.index]
    title = say("city.trend_title")
    source = say("city.source_is", sources=terms.sources(seen["source"]))
    drawn = charts.trend(moments, say("city.trend_axis"), title, source, book.snapshot.made_up)
    told = [_told(book, int(at)) for at in rows.index]
    head = (*series.head("dimension"), say("city.head_since"))
    notes = [say("city.trend_note"), *series.definitions(rows), *_ended(book, rows)]
    table = Table(say("city.trend_caption"), head, told)
    return Picture("trend", title, directions(book, city), [Drawing(drawn)], table, source, notes)


def _moment(row: dict[str, Any]) -> charts.Moment:
    value, lower, upper = (float(row[name]) for name in ("value_corrected", "lower", "upper"))
    year, panel = int(row["reference_year"]), series.dimension(row["dimension"])
    return charts.Moment(series.row_id(row), year, value, lower, upper, panel=panel)


def _ended(book: Book, rows: pd.DataFrame) -> list[Statement]:
    ended = [name for name in dict.fromkeys(rows["dimension"]) if name not in series.current(book)]
    return [say("city.ended", dimensions=joined(series.dimension(name) for name in ended))] if ended else []


def directions(book: Book, city: str) -> Statement:
    """Return by which dimensions segregation rose, fell, and cannot be told from chance, since the year before."""
    ways: dict[str, list[Term | Statement]] = {"rose": [], "fell": [], "same": []}
    for dimension in series.current(book):
        if (way := series.way(book, series.change(book, city, dimension=dimension))) in ways:
            ways[way].append(series.dimension(dimension))
    said = [say(f"city.by_{way}", dimensions=joined(those)) for way, those in ways.items() if those]
    return say("city.trend_finding", parts=joined(said)) if said else say("city.moved_first")


def _told(book: Book, at: int) -> Row:
    own = series.record(book, "indicators", at)
    name = Link(f"indicator/{own['indicator']}.html", terms.term("dimensions", own["dimension"]))
    row = series.row(book, at, name)
    return Row(row.id, (*row.cells, say(f"city.since_{_way(book, own)}")))


def _way(book: Book, own: dict[str, Any]) -> str:
    same = {name: own[name] for name in ("source", "city", "geography", "indicator", "dimension")}
    rows = book.rows("changes", term="total", to_year=own["reference_year"], **same)
    return series.way(book, None if rows.empty else int(str(rows["from_year"].idxmax())))


def _types(book: Book, city: str) -> Table | Statement:
    if areatypes.typed(areatypes.of(book, city)).empty:
        return say("city.no_types")
    head = tuple(say(f"city.head_{name}") for name in ("type", "areas", "people"))
    return Table(say("city.types_caption"), head, areatypes.told(book, city))


def divisions(book: Book, city: str) -> list[tuple[Statement, Table]]:
    """Return the figures of other divisions and other sources, each in a table of its own."""
    rows = book.rows("indicators", city=city)
    rows = rows[rows["geography"] != judging.GEOGRAPHY]
    key = ["indicator", "dimension", "scale", "source", "geography"]
    rank = rows.groupby(key, dropna=False)["reference_year"].rank(ascending=False)
    tables = []
    for (geography, source), those in rows[rank.le(series.KEPT)].groupby(["geography", "source"], sort=True):
        name = say(f"city.division_{geography}", source=terms.source(str(source)))
        head = tuple(say(f"city.head_{part}") for part in ("indicator", "year", "value", "interval", "dimension"))
        order = those.sort_values(["dimension", "indicator", "scale", "reference_year"], kind="stable").index
        told = [_apart(book, int(at), f"{geography}.{source}") for at in order]
        tables.append((name, Table(say("city.division_caption", division=name), head, told)))
    return tables


def _apart(book: Book, at: int, before: str) -> Row:
    own = series.record(book, "indicators", at)
    row = series.row(book, at, series.named(book, at), f"{before}.{series.row_id(own)}")
    return Row(row.id, (*row.cells, terms.term("dimensions", own["dimension"])))


def missing(book: Book, city: str) -> list[Statement]:
    """Return what the city and its areas have not told of this edition."""
    own = book.rows("coverage", source=terms.slug(city))
    waited = own[own["status"].isin(wellbeing.WAITED)]
    said = []
    if len(own) and len(waited) == len(own):
        said.append(say("city.nothing_delivered"))
    elif len(waited):
        said.append(say("city.partly_delivered", missing=book.count("coverage", waited.index),
                        all=book.count("coverage", own.index)))  # fmt: skip
    untyped = areatypes.of(book, city)
    hidden = untyped.drop(areatypes.typed(untyped).index)
    if len(hidden):
        said.append(say("city.areas_untyped", areas=areatypes.areas(book, hidden)))
    return said or [say("city.nothing_missing")]
