"""Where the areas of a city are: the boundaries of their own division, else the newest that were not changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import shapely

from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.pictures.ground import Ground


@dataclass(frozen=True)
class Places:
    """Where the areas are: the row of `areas` of each with the boundaries or the middle it is drawn with."""

    own: Mapping[str, int]  # area → its row of the division of the figures
    named: Mapping[str, int]  # area → the row with its name: the newest that has it in Swedish too, else its own
    drawn: Mapping[str, int]  # area → the row with its boundaries
    dots: Mapping[str, int]  # area → the row with its middle, where no boundaries are known


def of_city(book: Book, city: str, geography: str, areas: Iterable[str], vintage: int) -> Places:
    """Find each area's boundaries: those of its own division, else the newest that no crosswalk says were changed."""
    known = book.rows("areas", city=city, geography=geography, area_id=list(areas))
    known = known[known["boundary_vintage"] <= vintage].sort_values("boundary_vintage", ascending=False, kind="stable")
    changes = book.rows("crosswalk", geography=geography)
    changes = changes[changes["rule"] != "same"]
    kept = pd.Series(
        [not _changed(changes, row, vintage) for _, row in known.iterrows()], index=known.index, dtype=bool
    )
    own = known[known["boundary_vintage"] == vintage]
    drawn = _first(known[kept & known["geometry"].notna()])
    dots = _first(known[known["centroid"].notna() & ~known["area_id"].isin(list(drawn))])
    named = _first(known) | _first(known[known["name_sv"].notna()])
    return Places(_first(own), named, drawn, dots)


def _changed(changes: pd.DataFrame, area: pd.Series, vintage: int) -> bool:
    """Return True where a crosswalk says that the area was changed after these boundaries."""
    since = changes[(changes["from_vintage"] >= area["boundary_vintage"]) & (changes["to_vintage"] <= vintage)]
    return bool(((since["from_area"] == area["area_id"]) | (since["to_area"] == area["area_id"])).any())


def _first(rows: pd.DataFrame) -> dict[str, int]:
    once = rows.drop_duplicates("area_id").sort_values("area_id")
    return {str(area): int(str(row)) for row, area in once["area_id"].items()}


def ground(book: Book, geography: str, places: Places) -> Ground:
    """Return the ground on which the maps of these places are drawn."""
    table = book.table("areas")
    shapes = {area: table["geometry"].iloc[row] for area, row in places.drawn.items()}
    shapes |= {area: table["centroid"].iloc[row] for area, row in places.dots.items()}
    people = {row_id(geography, area): table["population"].iloc[row] for area, row in places.own.items()}
    return Ground(
        {row_id(geography, area): shapely.from_wkt(shapes[area]) for area in sorted(shapes)},
        {row: float(count) for row, count in people.items() if not pd.isna(count)},
    )


def vintages(book: Book, places: Places) -> list[Figure]:
    """Return the years of the boundaries drawn, each once."""
    vintage = book.table("areas").loc[sorted(places.drawn.values()), "boundary_vintage"].drop_duplicates().sort_values()
    return [book.figure("areas", int(str(row)), "boundary_vintage", "year") for row in vintage.index]


def row_id(geography: str, area: str) -> str:
    """Return the permalink of an area on the page of its city."""
    return f"area.{geography}.{area}"
