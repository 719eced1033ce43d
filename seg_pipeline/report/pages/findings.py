"""What the summary finds: levels as tied groups, directions by their intervals, types of areas, gaps in wellbeing."""

from __future__ import annotations

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Kind, Term
from seg_pipeline.report.page import Drawing, Link, Picture, Row, Said, Table
from seg_pipeline.report.pages import areatypes, tied
from seg_pipeline.report.paper import Block
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Joined, Statement, joined, say

INDEX = "dissimilarity"
FIRST = "income"  # the contrast that is drawn
CONTRASTS = ("income", "education", "activity", "tenure", "household_type")
WORST = "very_high_need"
WELLBEING = (
    "child_low_income", "low_income", "unemployment", "neet", "no_study_place", "social_assistance_recipients",
    "early_childhood_participation",
)  # fmt: skip
ASKED_BY_LANGUAGE = ("neet", "early_childhood_participation")
MOMENT = ["city", "reference_year", "source"]
DIRECTIONS = ("rose", "fell", "same")


def levels(book: Book) -> list[Block]:
    """Return where groups live furthest and least apart."""
    lead = say("summary.lead", cities=book.made("distinct", "cities", book.table("cities").index, "city", "whole"))
    rows = judging.contrasts(book, INDEX)
    latest = {name: judging.latest(rows[rows["dimension"] == name]) for name in CONTRASTS}
    there = {name: of for name, of in latest.items() if of["comparison_group"].notna().any()}
    if not there:
        return [Block("text", lead), Block("text", say("summary.nothing"))]
    first = Block("picture", _drawn(book, there[FIRST]), width=60) if FIRST in there else None
    head = [say(f"summary.level_{name}") for name in ("group", "year", "range", "highest", "lowest", "move")]
    table = Table(say("summary.level_table"), head, [_level(book, name, of) for name, of in there.items()])
    shares = (7, 2, 4, 6, 5, 10)
    return [
        Block("text", lead),
        first or Block("text", say("summary.income_missing")),
        Block("table", table, columns=shares),
    ]


def directions(book: Book) -> list[Block]:
    """Return in which cities the latest change by income rose, fell, or cannot be told from chance."""
    rows = changed(book, FIRST)
    return [Block("list", _named(book, rows))] if len(rows) else [Block("text", say("summary.no_change"))]


def changed(book: Book, dimension: str) -> pd.DataFrame:
    """Return the latest whole change of a contrast in each city, with its direction, where one can be told."""
    rows = book.rows("changes", indicator=INDEX, geography=judging.GEOGRAPHY, dimension=dimension, term="total")
    rows = rows[rows["to_year"] == rows["to_year"].max()]
    rows = rows[rows["from_year"] == rows["from_year"].max()]
    told = rows.assign(direction=[judging.direction(row) for _, row in rows.iterrows()])
    return told[told["direction"] != "unknown"].sort_values("city", key=lambda of: of.map(tied.PLACE), kind="stable")


def areas(book: Book) -> list[Block]:
    """Return how many areas there are of each type, and in which cities."""
    rows = judging.latest(book.rows("area_profiles", profile="area_type", geography=judging.GEOGRAPHY))
    typed = rows[rows["category"].notna()]
    if typed.empty:
        return [Block("text", say("summary.area_missing"))]
    worst, untyped = typed[typed["category"] == WORST], rows[rows["category"].isna()]
    of = {"year": _year(book, "area_profiles", typed), "all": book.count("area_profiles", typed.index)}
    count = book.count("area_profiles", worst.index)
    sure = book.count("area_profiles", areatypes.sure(worst, "high_need").index)
    said = say("summary.area_count", count=count, sure=sure, **of) if len(worst) else say("summary.area_none", **of)
    shown = Block("picture", _types(book, typed, said), width=54)
    hidden = say("summary.area_untyped", count=book.count("area_profiles", untyped.index))
    return [shown, *([Block("text", hidden)] if len(untyped) else [])]


def wellbeing(book: Book) -> list[Block]:
    """Return how far apart the cities are in wellbeing, and the groups by language where cities tell them."""
    rows = [row for name in WELLBEING if (row := _spread(book, name))]
    if not rows:
        return [Block("text", say("summary.well_missing"))]
    head = [say(f"summary.{name}") for name in
            ("well_indicator", "level_year", "well_cities", "well_least", "well_greatest", "well_gap")]  # fmt: skip
    told = [said for name in ASKED_BY_LANGUAGE if (said := _by_language(book, name))] + _hidden_by_language(book)
    table = Block("table", Table(say("summary.well_table"), head, rows), (8, 2, 3, 2, 2, 4))
    return [Block("text", say("summary.well_lead")), table, *([Block("list", told)] if told else [])]


def _cities(rows: pd.DataFrame) -> Joined:
    """Return the cities of rows in the order of the catalogue, which says nothing of their values."""
    return joined(terms.city(city) for city in sorted(rows["city"].unique(), key=tied.PLACE.__getitem__))


def _year(book: Book, table: str, rows: pd.DataFrame, column: str = "reference_year") -> Said:
    return book.figure(table, int(rows.index[0]), column, "year")


def _finding(book: Book, rows: pd.DataFrame) -> Statement:
    highest, lowest = judging.highest(rows), judging.lowest(rows)
    if set(highest) & set(lowest):
        return say("summary.tied_all")
    return say("summary.finding", highest=_end(book, rows, "high", highest), lowest=_end(book, rows, "low", lowest))


def _end(book: Book, rows: pd.DataFrame, end: str, numbers: list[int]) -> Statement:
    cities = _cities(rows.loc[numbers])
    if len(numbers) > 1:
        return say(f"summary.{end}_many", cities=cities)
    columns = {"value": "value_corrected", "lower": "lower", "upper": "upper"}
    figures = {gap: book.figure("indicators", numbers[0], column, "index") for gap, column in columns.items()}
    return say(f"summary.{end}_one", cities=cities, **figures)


def _level(book: Book, dimension: str, rows: pd.DataFrame) -> Row:
    compared = rows[rows["comparison_group"].notna()]
    ends_of = {how: book.made(how, "indicators", compared.index, "value_corrected", "index")
               for how in ("least", "greatest")}  # fmt: skip
    highest, lowest = judging.highest(rows), judging.lowest(rows)
    ends = [_cities(rows.loc[numbers]) for numbers in (highest, lowest)]
    name = say(f"summary.contrast_{dimension}")
    spread = say("summary.spread", **ends_of)
    return Row(f"level.{dimension}", [name, _year(book, "indicators", rows), spread, *ends, _movement(book, dimension)])


def _drawn(book: Book, rows: pd.DataFrame) -> Picture:
    city = rows["city"].to_dict()
    ordered = [row for tier in tied.tiers(rows) for row in tier]
    columns = ("value_corrected", "lower", "upper")
    points = [_point(city[at], *(float(rows[of][at]) for of in columns)) for at in ordered]
    title = say("summary.picture_title", year=_year(book, "indicators", rows))
    source = _source(rows)
    draw = charts.compared(points, say("summary.picture_axis"), title, source, book.snapshot.made_up)
    head = [say(f"summary.{name}") for name in ("city", "value", "lower", "upper")]
    told = [Row(_id(city[at]), [_linked(city[at]), *(book.figure("indicators", at, of, "index") for of in columns)])
            for at in ordered]  # fmt: skip
    table = Table(say("summary.picture_table"), head, told)
    notes = (say("overview.levels_note"),)
    return Picture("picture-levels", title, _finding(book, rows), [Drawing(draw)], table, source, notes)


def _point(city: str, value: float, lower: float, upper: float) -> charts.Point:
    return charts.Point(_id(city), terms.city(city), value, lower, upper)


def _id(city: str) -> str:
    return f"{INDEX}.{FIRST}.{terms.slug(city)}"


def _linked(city: str) -> Link:
    return Link(f"city/{terms.slug(city)}.html", terms.city(city))


def _source(rows: pd.DataFrame) -> Statement:
    return say("summary.sources", sources=joined(terms.source(name) for name in sorted(rows["source"].unique())))


def _movement(book: Book, dimension: str) -> Statement:
    """Return in how many cities a contrast rose, fell, or cannot be told from chance."""
    rows = changed(book, dimension)
    if rows.empty:
        return say("summary.move_unknown")
    counts = {of: book.count("changes", rows.index[rows["direction"] == of]) for of in DIRECTIONS}
    return say("summary.move", first=_year(book, "changes", rows, "from_year"), **counts)


def _named(book: Book, rows: pd.DataFrame) -> list[Statement]:
    """Return the cities by direction."""
    there = [(of, rows[rows["direction"] == of]) for of in DIRECTIONS]
    return [
        say(
            f"summary.{of}",
            cities=_cities(found),
            first=_year(book, "changes", found, "from_year"),
            last=_year(book, "changes", found, "to_year"),
        )
        for of, found in there
        if len(found)
    ]


def _types(book: Book, typed: pd.DataFrame, finding: Statement) -> Picture:
    kinds = [row["area_type"] for row in catalogue.rows("area_types")]
    cities = sorted(typed["city"].unique(), key=tied.PLACE.__getitem__)
    of = {city: typed[typed["city"] == city] for city in cities}
    parts = [
        charts.Part(_typed(city), terms.city(city), terms.term("area_types", kind), share)
        for city, rows in of.items() for kind in kinds if (share := float((rows["category"] == kind).mean()))
    ]  # fmt: skip
    title = say("summary.area_title", year=_year(book, "area_profiles", typed))
    source = _source(typed)
    order = [terms.term("area_types", kind) for kind in kinds]
    draw = charts.shares(parts, say("summary.area_axis"), title, source, book.snapshot.made_up, order)
    head: list[Said] = [say("summary.city"), *order]
    told = [Row(_typed(city), [_linked(city), *(book.count("area_profiles", rows.index[rows["category"] == kind])
            for kind in kinds)]) for city, rows in of.items()]  # fmt: skip
    table = Table(say("summary.area_table"), head, told)
    return Picture("picture-areas", title, finding, [Drawing(draw)], table, source)


def _typed(city: str) -> str:
    return f"area_type.{terms.slug(city)}"


def _told(book: Book, indicator: str, *groups: str) -> pd.DataFrame:
    """Return the latest yearly figures of cities that tell these groups, from the source that tells the most."""
    rows = book.rows(
        "wellbeing", indicator=indicator, group=groups, period="year", status="observed", city=list(tied.PLACE)
    )
    rows = rows.drop_duplicates([*MOMENT, "group"], keep="last")
    rows = judging.latest(rows[rows.groupby(MOMENT)["group"].transform("size") == len(groups)])
    if rows.empty:
        return rows
    most = rows.groupby("source")["city"].nunique().sort_index().idxmax()
    return rows[rows["source"] == most]


def _spread(book: Book, indicator: str) -> Row | None:
    rows = _told(book, indicator, "total")
    if len(rows) in (0, 1):  # one city is not apart from itself
        return None
    ends = int(str(rows["value"].idxmax())), int(str(rows["value"].idxmin()))
    unit: Kind = "percent" if rows["unit"].eq("percent").all() else "decimal"
    least, greatest = (book.made(how, "wellbeing", rows.index, "value", unit) for how in ("least", "greatest"))
    gap = book.made("difference", "wellbeing", ends, "value", "decimal")
    cities = book.made("distinct", "wellbeing", rows.index, "city", "whole")
    name = Link(f"indicator/{indicator}.html", terms.term("wellbeing", indicator))
    return Row(f"wellbeing.{indicator}", [name, _year(book, "wellbeing", rows), cities, least, greatest, gap])


def _by_language(book: Book, indicator: str) -> Statement | None:
    name: Term = terms.term("wellbeing", indicator)
    rows = _told(book, indicator, "foreign", "domestic").sort_values(["city", "group"], ascending=[True, False])
    pairs = [(int(str(of.index[0])), int(str(of.index[1]))) for _, of in rows.groupby("city", sort=True)]
    if not pairs:
        return None
    found = [book.made("difference", "wellbeing", pair, "value", "points") for pair in pairs]
    gaps = sorted(found, key=lambda gap: gap.value)
    cities = book.made("distinct", "wellbeing", [row for row, _ in pairs], "city", "whole")
    year = book.figure("wellbeing", pairs[0][0], "reference_year", "year")
    return say("summary.language_gap", indicator=name, least=gaps[0], greatest=gaps[-1], year=year, cities=cities)


def _hidden_by_language(book: Book) -> list[Statement]:
    """Return which indicators cities tell by language, and the pipeline or the city hides everywhere."""
    rows = book.rows("wellbeing", indicator=list(ASKED_BY_LANGUAGE), group=["foreign", "domestic"])
    hidden = [name for name, of in rows.groupby("indicator", sort=True) if of["status"].eq("suppressed").all()]
    names = joined(terms.term("wellbeing", str(name)) for name in hidden)
    return [say("summary.language_hidden", indicators=names)] if hidden else []
