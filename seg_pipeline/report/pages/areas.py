"""The small areas of a city: one picture of several maps, and a table with a row for each area.

Limits of classes are the same in every city. Nothing is said of a single area by its point estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Kind
from seg_pipeline.report.mapped import TYPES, Layer
from seg_pipeline.report.mapped import of_city as layers_of
from seg_pipeline.report.page import Drawing, Picture, Row, Said, Table
from seg_pipeline.report.pages import areatypes
from seg_pipeline.report.pictures.ground import Ground
from seg_pipeline.report.pictures.maps import Map
from seg_pipeline.report.places import Places, row_id, vintages
from seg_pipeline.report.places import ground as ground_of
from seg_pipeline.report.places import of_city as places_of
from seg_pipeline.report.statement import Statement, joined, say

BOUNDARIES = {"postal_area": "postal_boundaries"}  # division → the source that tells its boundaries
STATUSES = ("suppressed", "missing", "not_applicable")


def picture(book: Book, city: str, geography: str = judging.GEOGRAPHY) -> Picture | Statement:
    """Return the maps of a city's areas and their table, or say why there is none."""
    layers = layers_of(book, city, geography)
    if not layers:
        return say("areas.no_profiles")
    first = layers[0].rows
    places = places_of(book, city, geography, first["area_id"], int(first["boundary_vintage"].iloc[0]))
    ground = ground_of(book, geography, places)
    if not ground.areas:
        return say("areas.no_map")
    named = terms.city(city)
    source = _source(book, geography, layers[0], places)
    drawings = [_drawing(book, city, geography, layer, ground, source) for layer in layers]
    return Picture(
        f"areas-{geography}", say("areas.title", city=named), _finding(book, city, layers[0], places), drawings,
        _table(book, city, geography, layers, places), source, _notes(book, layers[0], places, ground),
    )  # fmt: skip


def _drawing(book: Book, city: str, geography: str, layer: Layer, ground: Ground, source: Statement) -> Drawing:
    what = say("areas.types_index") if layer.classes is TYPES else layer.label
    title = say("areas.map_title", what=what, city=terms.city(city), year=layer.year(book))
    values = {row_id(geography, area): value for area, value in layer.values.items()}
    name = f"{terms.slug(city)}-{geography.replace('_', '-')}-{layer.id}"
    of = Map(name, ground, values, layer.classes, title, say("site.source", source=source), book.snapshot.made_up)
    return Drawing(of.draw, layer.label, layer.id)


def _source(book: Book, geography: str, layer: Layer, places: Places) -> Statement:
    """Return whom to name: who tells the figures, and who the boundaries, with their years."""
    name = terms.source(str(layer.rows["source"].iloc[0]))
    told = [say("areas.source", source=name, year=layer.year(book))]
    drawn = BOUNDARIES.get(geography)
    if places.drawn and any(receipt["source"] == drawn for receipt in book.receipts):
        years = joined(vintages(book, places))
        told.append(say("areas.source_boundaries", source=terms.source(str(drawn)), years=years))
    return say("city.source_is", sources=joined(told))


def _finding(book: Book, city: str, layer: Layer, places: Places) -> Statement:
    told: dict[str, Any] = {
        "city": terms.city(city),
        "all": book.count("area_profiles", layer.by_area.values()),
        "uncertain": book.count("area_profiles", layer.marked("uncertain")),
        "without": book.count("area_profiles", layer.marked("suppressed", "missing")),
    }
    if layer.classes is not TYPES:
        return say("areas.finding_share", group=layer.label, **told)
    high = layer.rows[layer.rows["category"].isin(areatypes.HIGH)]
    if high.empty:
        return say("areas.finding_none", **told)
    sure = areatypes.sure(high, "mixed")
    people = areatypes.people(book, high.assign(area=high["area_id"].map(dict(places.own))))
    told |= {
        "high": book.count("area_profiles", high.index),
        "sure": book.count("area_profiles", sure.index),
        "people": areatypes.living(people),
    }
    return say("areas.finding", **told)


def _notes(book: Book, layer: Layer, places: Places, ground: Ground) -> list[Statement]:
    own = book.figure("area_profiles", next(iter(layer.by_area.values())), "boundary_vintage", "year")
    notes = [say("areas.note_index")] if layer.classes is TYPES else []
    if places.drawn:
        years = vintages(book, places)
        same = [figure.value for figure in years] == [own.value]
        notes.append(say("areas.note_same", figures=own) if same
                     else say("areas.note_boundaries", figures=own, years=joined(years)))  # fmt: skip
    absent = [row for area, row in layer.by_area.items() if area not in places.drawn and area not in places.dots]
    if places.dots:
        notes.append(say("areas.note_dots", count=book.count("areas", places.dots.values())))
    if absent:
        notes.append(say("areas.note_absent", count=book.count("area_profiles", absent)))
    return notes + ([say("areas.note_zoomed")] if ground.zoomed else [])


def _table(book: Book, city: str, geography: str, layers: Sequence[Layer], places: Places) -> Table:
    areas = sorted({area for layer in layers for area in layer.by_area})
    head: list[Said] = [say("areas.head_area"), say("areas.head_code"), say("areas.head_population")]
    for layer in layers:
        year = layer.year(book)
        if layer.classes is TYPES:
            head += [say("areas.head_type"), say("areas.head_index", year=year)]
        else:
            head.append(say("areas.head_share", group=layer.label, year=year))
    rows = [Row(row_id(geography, area), _cells(book, area, layers, places)) for area in areas]
    return Table(say("areas.caption", city=terms.city(city)), head, rows)


def _cells(book: Book, area: str, layers: Sequence[Layer], places: Places) -> list[Said]:
    first = next(layer.by_area[area] for layer in layers if area in layer.by_area)
    code = book.figure("area_profiles", first, "area_id", "code")
    own, named = places.own.get(area), places.named.get(area)
    cells: list[Said] = [code if named is None else terms.area(book, named), code]
    people = None if own is None else book.figure("areas", own, "population", "whole")
    cells.append(say("site.status_none") if people is None or people.empty else people)
    for layer in layers:
        row = layer.by_area.get(area)
        if layer.classes is TYPES:
            cells.append(_type(book, row))
        cells.append(say("site.status_none") if row is None else _with_interval(book, row, layer.kind))
    return cells


def _type(book: Book, row: int | None) -> Said:
    category = None if row is None else book.figure("area_profiles", row, "category", "text")
    if category is None or category.empty:
        return _status(book, row)
    return terms.short("area_types", str(category.value))


def _with_interval(book: Book, row: int, kind: Kind) -> Said:
    value, lower, upper = (book.figure("area_profiles", row, end, kind) for end in ("value", "lower", "upper"))
    if value.empty:
        return _status(book, row)
    if lower.empty or upper.empty:
        return value
    return say("areas.with_interval", value=value, interval=say("site.interval", lower=lower, upper=upper))


def _status(book: Book, row: int | None) -> Statement:
    status = "none" if row is None else str(book.table("area_profiles")["status"].iloc[row])
    return say(f"site.status_{status}" if status in STATUSES else "site.status_none")
