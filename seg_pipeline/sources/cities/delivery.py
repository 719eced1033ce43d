"""How a city's delivery is read: pages of text, every problem in them, and where there is none, tables.

The format itself is in ``tables.delivery``; the faces of a file in ``faces``, what its cells have to hold in
``checks``, a city's own layout in ``layout``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seg_pipeline.classifications import CITIES
from seg_pipeline.sources.cities import faces
from seg_pipeline.sources.cities.checks.counts import Sent
from seg_pipeline.sources.cities.checks.whole import checked
from seg_pipeline.sources.cities.faces import delimited, parquet, workbook
from seg_pipeline.sources.cities.faces.raw import Raw
from seg_pipeline.sources.cities.layout import Layout
from seg_pipeline.sources.cities.page import Page, page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import Refused, quoted, told
from seg_pipeline.sources.source import Delivered, Source
from seg_pipeline.tables import delivery
from seg_pipeline.tables.named import Sheet

COLUMNS = tuple(column.name for column in delivery.COUNTS.columns)
SHEET = delivery.COUNTS.name
TELLS = ("counts", "areas", "wellbeing", "area_funding")
LICENCE = "not stated by the city"


@dataclass(frozen=True)
class CitySource(Source):
    """A city as a source, with the city's own layouts beside the common format."""

    layouts: tuple[Layout, ...] = ()


class Seen(NamedTuple):
    """What an inspection of a file found: either tables or a refusal."""

    delivered: Delivered | None
    refused: Refused | None


class Pages(NamedTuple):
    """The pages of a file whose sheets are known, and the names of the sheets that were not read."""

    known: dict[str, Page]
    unread: list[str]


def city_source(code: str, licence: str = LICENCE, layouts: Sequence[Layout] = ()) -> Source:
    """Return the source of the city with municipality code `code`, delivering in the common format or its `layouts`."""
    city = next(city for city in CITIES if city.city == code)

    def read_city(data: bytes, release: str) -> Delivered:
        return read(data, release, city.id, code, layouts, licence)

    def part_of(data: bytes) -> str:
        return part(data, layouts)

    return CitySource(
        id=city.id,
        name=f"City of {city.name_en}, counts by city district",
        publisher=f"City of {city.name_en}",
        licence=licence,
        cadence="yearly",
        read=read_city,
        part=part_of,
        city=code,
        tells=TELLS,
        layouts=tuple(layouts),
    )


class Opened(NamedTuple):
    """A file whose pages were read and not yet checked; without any page where `refused` says why."""

    pages: Pages
    problems: Problems
    refused: Refused | None = None


def opened(data: bytes, layouts: Sequence[Layout]) -> Opened:
    """Return the pages of a file, whether they can be taken or not."""
    problems = Problems()
    try:
        return Opened(recognised(data, layouts, problems), problems)
    except Refused as refused:
        return Opened(Pages({}, []), problems, refused)
    except Exception as error:  # noqa: BLE001  as `Source.tables` does: a reader never fails unsaid
        return Opened(Pages({}, []), problems, Refused("unreadable", found=type(error).__name__))


def inspect(file: Opened, release: str, source: Source) -> Seen:
    """Return what an opened file of a city says, or everything that is wrong with it."""
    if file.refused:
        return Seen(None, file.refused)
    try:
        return Seen(_delivered(file.pages, Sent(source.id, release, source.city), source.licence, file.problems), None)
    except Refused as refused:
        return Seen(None, refused)
    except Exception as error:  # noqa: BLE001
        return Seen(None, Refused("unreadable", found=type(error).__name__))


def read(
    data: bytes, release: str, source: str, city: str, layouts: Sequence[Layout] = (), licence: str = LICENCE
) -> Delivered:
    """Return the tables in one city's delivery.

    Raises Refused for the first problem; its `others` are all problems that the file has besides.
    """
    problems = Problems()
    return _delivered(recognised(data, layouts, problems), Sent(source, release, city), licence, problems)


def recognised(data: bytes, layouts: Sequence[Layout], problems: Problems) -> Pages:
    """Return the pages of a file by their sheets. Raises Refused where it has none that holds a row."""
    known: dict[str, Page] = {}
    unread, blank = [], False
    for order, one in enumerate(faces.pages(data, layouts, problems)):
        sheet, translated, own = _sheet(one, layouts)
        if sheet is None:
            unread.append(one.title)
            _refuse_stray(one, order, problems)
        elif not one.rows:
            blank = True
        elif sheet.name in known:
            problems.add(Refused("duplicate_sheet", quoted(one.title), sheet=one.title), order)
        else:
            taken = page(translated, sheet, order, problems, own, len(one.rows))
            known |= {sheet.name: taken} if taken and order not in problems.blocked else {}
    if not known and not problems:
        if blank:
            raise Refused("unfilled")
        names = ", ".join(sheet.name for sheet in delivery.SHEETS)
        raise Refused("missing_sheet", quoted(", ".join(unread)), quoted(names))
    return Pages(known, unread)


def _delivered(pages: Pages, sent: Sent, licence: str, problems: Problems) -> Delivered:
    made = checked(pages.known, sent, licence, problems)
    problems.refuse()
    return Delivered(made, {name: one.size for name, one in pages.known.items()})


def part(data: bytes, layouts: Sequence[Layout] = ()) -> str:
    """Return the sheet that a CSV or Parquet file is, by its columns; nothing for a workbook, which may hold all."""
    if data.startswith(workbook.SIGNATURE):
        return ""
    if parquet.looks_like(data):
        header = parquet.names(data)
    else:
        fitting = delimited.fitting(data, layouts)
        if fitting:
            return fitting.sheet
        header = delimited.header_of(data)
    sheet = _by_columns(header)
    return sheet.name if sheet else ""


def _sheet(raw: Raw, layouts: Sequence[Layout]) -> tuple[Sheet | None, Raw, dict[str, str] | None]:
    """Return the sheet that a page is, the page in the format, and a city's own headers where it has them."""
    own = next((layout for layout in layouts if layout.title == raw.title and layout.fits(raw.header)), None)
    if own:
        translated, named = own.translate(raw)
        return delivery.sheet(own.sheet), translated, named
    if raw.title:
        return delivery.sheet(raw.title), raw, None
    sheet = _by_columns(raw.header)
    if sheet is None:
        separated = delimited.PLAIN.separator.join(COLUMNS)
        raise Refused("layout", quoted(raw.header[0]), told("columns_of", separated), line=raw.header_line)
    return sheet, raw, None


def _by_columns(header: Sequence[str]) -> Sheet | None:
    """Return the sheet that knows most of these headers; of those, the one that lacks the fewest."""
    known = {sheet.name: sum(sheet.column(name) is not None for name in header) for sheet in delivery.SHEETS}
    best = max(delivery.SHEETS, key=lambda sheet: (known[sheet.name], -len(sheet.required)))
    return best if known[best.name] else None


def _refuse_stray(raw: Raw, order: int, problems: Problems) -> None:
    """Add a problem for a sheet of another name that holds the columns of a sheet of the format."""
    like = _by_columns(raw.header)
    if like and all(any(column is like.column(name) for name in raw.header) for column in like.required) and raw.rows:
        problems.add(Refused("unknown_sheet", quoted(raw.title), quoted(like.name), sheet=raw.title), order)
