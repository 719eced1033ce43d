"""The first page: the eleven cities at a glance, and the way to each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from seg_pipeline.catalogue import rows as catalogued
from seg_pipeline.classifications import CITIES, CITY_CODES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Drawing, Link, Page, Picture, Row, Said, Table
from seg_pipeline.report.pages import areatypes, series, sources, tied, wellbeing
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, joined, say

WAYS = ("rose", "fell", "same")
KEY = ("neet", "child_low_income", "social_assistance_families", "no_study_place", "early_childhood_participation")


@dataclass(frozen=True)
class Card:
    """The way to a city's page, and what is said of it."""

    to: Link
    level: Statement
    way: Statement


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["index"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    shown = {
        "lead": lead(book),
        "cards": [card(book, city) for city in CITY_CODES],
        "levels": levels(book),
        "types": types(book),
        "moved": moved(book),
        "notes": series.definitions(judging.contrasts(book, series.FIRST[0])),
        "wellbeing": wellbeing_table(book),
        "read": [say(f"overview.read_{part}") for part in ("value", "interval", "tied")],
        "missing": missing(book),
    }
    return Page(f"{name}.html", "overview.html", say("overview.title"), shown)


def lead(book: Book) -> list[Statement]:
    """Return what is said first: in how many cities segregation moved, where it is highest, who lives in need."""
    changes = [row for city in CITY_CODES if (row := series.change(book, city)) is not None]
    said = [_ways(book, changes)] if changes else [say("overview.first")]
    top = judging.highest(_latest(book, series.FIRST[1]))
    if top:
        text = "overview.highest" if len(top) > 1 else "overview.highest_one"
        said.append(say(text, cities=series.cities(book, top)))
    need = areatypes.high(book)
    return [*said, *([need] if need else [])]


def _ways(book: Book, changes: list[int]) -> Statement:
    counted = {way: book.count("changes", [row for row in changes if series.way(book, row) == way]) for way in WAYS}
    known = [row for row in changes if series.way(book, row) in WAYS]
    years = {end: book.made(how, "changes", changes, f"{end}_year", "year")
             for end, how in (("from", "least"), ("to", "greatest"))}  # fmt: skip
    return say("overview.ways", **counted, all=book.count("changes", known), first=years["from"], last=years["to"])


def _latest(book: Book, dimension: str) -> pd.DataFrame:
    rows = judging.contrasts(book, series.FIRST[0])
    return judging.latest(rows[rows["dimension"] == dimension])


def card(book: Book, city: str) -> Card:
    """Return the card of a city."""
    to = Link(f"city/{terms.slug(city)}.html", terms.city(city))
    row = series.latest(book, city)
    if row is None:
        return Card(to, say("city.lead_nothing"), say("overview.card_first"))
    level = say("overview.card_level", value=series.estimate(book, row, "share"))
    return Card(to, level, say(f"overview.card_{series.way(book, series.change(book, city))}"))


def levels(book: Book) -> Picture | Statement:
    """Return D of every city, one drawing for each dimension, the cities in groups that intervals part."""
    told = {dimension: _latest(book, dimension) for dimension in series.current(book)}
    if not told:
        return say("city.lead_nothing")
    title, axis = say("overview.levels_title"), say("city.trend_axis")
    source = say("city.source_is", sources=terms.sources(pd.concat(told.values())["source"]))
    drawings = [
        Drawing(charts.compared(_points(rows), axis, title, source, book.snapshot.made_up),
                series.dimension(dimension), dimension)
        for dimension, rows in told.items()
    ]  # fmt: skip
    head = (say("overview.head_city"), *(_head(book, dimension, rows) for dimension, rows in told.items()))
    rows = [Row(f"city.{terms.slug(city)}", (_city(city), *(_cell(book, those, city) for those in told.values())))
            for city in CITY_CODES]  # fmt: skip
    table = Table(say("overview.levels_caption"), head, rows)
    return Picture("levels", title, _tied(book, told), drawings, table, source, (say("overview.levels_note"),))


def _points(rows: pd.DataFrame) -> list[charts.Point]:
    order = [row for tier in tied.tiers(rows) for row in tier]
    return [
        charts.Point(f"city.{terms.slug(row['city'])}", terms.city(row["city"]), float(row["value_corrected"]),
                     float(row["lower"]), float(row["upper"]))
        for _, row in rows.loc[order].iterrows()
    ]  # fmt: skip


def _head(book: Book, dimension: str, rows: pd.DataFrame) -> Statement:
    return say("overview.head_dimension", dimension=series.dimension(dimension),
               year=book.figure("indicators", int(rows.index[0]), "reference_year", "year"))  # fmt: skip


def _cell(book: Book, rows: pd.DataFrame, city: str) -> Said:
    found = rows.index[rows["city"] == city]
    return series.with_interval(book, int(found[0])) if len(found) else say("site.status_none")


def _city(city: str) -> Link:
    return Link(f"city/{terms.slug(city)}.html", terms.city(city))


def _tied(book: Book, told: dict[str, pd.DataFrame]) -> Statement:
    said = [
        say("overview.highest_by", dimension=series.dimension(dimension),
            cities=series.cities(book, judging.highest(rows)))
        for dimension, rows in told.items() if judging.highest(rows)
    ]  # fmt: skip
    return say("overview.levels_finding", parts=joined(said)) if said else say("overview.not_compared")


def types(book: Book) -> Picture | Statement:
    """Return the shares of each city's people by the type of their area."""
    rows = areatypes.of(book)
    known = areatypes.typed(rows)
    if known.empty:
        return say("city.no_types")
    rank = [(city, f"types.{terms.slug(city)}") for city in CITY_CODES]
    parts = [part for city, row in rank for part in areatypes.parts(book, rows, city, row)]
    finding = areatypes.high(book)
    if not parts or finding is None:
        return say("city.no_types")
    source = say("city.source_is", sources=terms.sources(rows["source"]))
    title = say("overview.types_title")
    kinds = [terms.term("area_types", name) for name in areatypes.TYPES]
    drawn = charts.shares(parts, say("overview.types_axis"), title, source, book.snapshot.made_up, kinds)
    head: list[Said] = [say("overview.head_city"), *kinds, say("city.untyped")]
    told = [Row(row, (_city(city), *_people(book, rows[rows["city"] == city]))) for city, row in rank]
    table = Table(say("overview.types_caption"), head, told)
    return Picture("types", title, finding, [Drawing(drawn)], table, source, (say("overview.types_note"),))


def _people(book: Book, rows: pd.DataFrame) -> list[Figure | Statement]:
    known = areatypes.typed(rows)
    kinds = [known[known["category"] == name] for name in areatypes.TYPES]
    return [areatypes.people(book, those) for those in (*kinds, rows.drop(known.index))]


def moved(book: Book) -> Table | Statement:
    """Return in which direction each city moved in each dimension since the year before, by the interval."""
    known = [dimension for dimension in series.current(book)
             if any(series.change(book, city, dimension=dimension) is not None for city in CITY_CODES)]  # fmt: skip
    if not known:
        return say("overview.first")
    head = (say("overview.head_city"), *(series.dimension(dimension) for dimension in known))
    rows = [Row(f"moved.{terms.slug(city)}", (_city(city), *(_moved(book, city, dimension) for dimension in known)))
            for city in CITY_CODES]  # fmt: skip
    return Table(say("overview.moved_caption"), head, rows)


def _moved(book: Book, city: str, dimension: str) -> Statement:
    row = series.change(book, city, dimension=dimension)
    way = series.way(book, row)
    if row is None or way == "unknown":
        return say(f"city.since_{way}")
    return say(f"overview.moved_{way}", change=book.figure("changes", row, "value_corrected", "change"))


def wellbeing_table(book: Book) -> Table | Statement:
    """Return the latest figures of the key indicators of wellbeing, or which sources have delivered nothing."""
    rows = book.table("wellbeing")
    keys = [row["indicator"] for row in catalogued("wellbeing") if row["indicator"] in KEY]
    keys = [key for key in keys if rows["indicator"].eq(key).any()]
    if not keys:
        waited = book.rows("coverage", table="wellbeing", status=list(wellbeing.WAITED))
        own = {city.id for city in CITIES}
        return say("overview.wellbeing_nothing", sources=terms.sources(set(waited["source"]) - own))
    head: list[Said] = [say("overview.head_city"), *(terms.term("wellbeing", key) for key in keys)]
    told = [Row(f"wellbeing.{terms.slug(city)}", (_city(city), *(_wellbeing(book, city, key) for key in keys)))
            for city in CITY_CODES]  # fmt: skip
    return Table(say("overview.wellbeing_caption"), head, told)


def _wellbeing(book: Book, city: str, indicator: str) -> Said:
    rows = book.rows("wellbeing", city=city, indicator=indicator)
    if rows.empty:
        return say("site.status_none")
    row = wellbeing.latest(rows)
    return wellbeing.dated(book, row)


def missing(book: Book) -> list[Statement]:
    """Return which sources and cities have told nothing of this edition, and how many things are waited for."""
    rows = sources.expected(book)
    waited = rows[rows["status"].isin(wellbeing.WAITED)]
    if waited.empty:
        return [say("city.nothing_missing")]
    silent = set(waited["source"]) & set(sources.silent(rows))
    said = [
        say("overview.missing", missing=book.count("coverage", waited.index), all=book.count("coverage", rows.index))
    ]
    if silent:
        said.append(say("overview.silent", sources=terms.sources(silent)))
    return said
