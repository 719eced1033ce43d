"""How areas of an earlier division become areas of a later one: two tables of areas in, a crosswalk out.

With boundaries, the share of an area's land decides; with codes alone, only areas that keep their code are told.
How many people the weights misplace is measured in ``docs/sources/postal_boundaries.md``.

Importing this loads numpy only; pandas and shapely come with the first crosswalk.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FOLLOWED = 0.20  # share of an area's land from which a piece is followed; smaller ones hold next to nobody
MADE_OF = 0.50  # share of a later area's land from which a piece is followed however small it is
INSIDE = 0.95  # share of a later area's land that lies in one earlier area, when that one was split
COVERED = 0.50  # share of an area's land that the later division has to cover; less is outside it
NOISE = 0.06  # of the people of an area that keeps its land: what boundaries drawn again misplaced at most
COLUMNS = ["source", "release", "geography", "from_vintage", "from_area", "to_vintage", "to_area", "weight", "rule",
           "error"]  # fmt: skip

Numbers = npt.NDArray[np.float64]


def by_land(earlier: pd.DataFrame, later: pd.DataFrame, source: str, release: str) -> pd.DataFrame:
    """Return the crosswalk between two divisions with boundaries: columns of the contract ``crosswalk``.

    Both tables have ``geography``, ``city``, ``area_id``, ``boundary_vintage`` (one each) and ``geometry`` (WKT in
    metres). The weights of an area sum to 1. `error` is, of an area that goes whole to another, 0.06 + 2d(1 − d) with
    the share d of its land that lies elsewhere (measured); of one that is divided, the largest that it can be,
    max(w, 1 − w). An earlier area of which the later division covers less than half is left out: see `without`.
    """
    pieces = _pieces(earlier, later)
    pieces = pieces[_followed(pieces)].reset_index(drop=True)
    kept = pieces.groupby("from")["land"].transform("sum")
    pieces["weight"] = (pieces["land"] / kept).round(6)
    one = (pieces.groupby("from")["to"].transform("size") == 1).to_numpy()
    elsewhere = 1 - pieces["of_covered"].to_numpy()
    weight = pieces["weight"].to_numpy()
    found = _named(pieces, earlier, later, source, release)
    found["rule"] = _rules(pieces, earlier, later, one)
    moved = np.minimum(NOISE + 2 * elsewhere * (1 - elsewhere), 1)
    found["error"] = np.where(one, moved, np.maximum(weight, 1 - weight)).round(6)
    return found[COLUMNS]


def by_code(earlier: pd.DataFrame, later: pd.DataFrame, source: str, release: str) -> pd.DataFrame:
    """Return the crosswalk of the areas that keep their code: columns of the contract ``crosswalk``.

    The boundary is taken to be the same; nothing in codes can tell, so `error` is empty. An earlier area whose code
    is gone is left out: see `without`.
    """
    import pandas as pd

    there = pd.Series(np.arange(len(later)), index=later["area_id"].to_numpy())
    at = there.reindex(earlier["area_id"]).to_numpy()
    kept = np.flatnonzero(~np.isnan(at))
    pieces = pd.DataFrame({"from": kept, "to": at[kept].astype(np.intp)})
    found = _named(pieces.assign(weight=1.0), earlier, later, source, release)
    moved = _taken(earlier, "city", pieces["from"]) != _taken(later, "city", pieces["to"])
    return found.assign(rule=np.where(moved, "municipality", "same"), error=np.nan)[COLUMNS]


def through_time(areas: pd.DataFrame, land: str, codes: str) -> list[pd.DataFrame]:
    """Return a crosswalk from each boundary vintage of one geography to the next, of cities that both tell.

    Where both have boundaries the land of the areas that have one decides, and `land` is the source; elsewhere codes
    decide, and `codes` is. A vintage with boundaries also leads to the next one that has them, past those without.
    """
    told = {int(str(vintage)): table for vintage, table in areas.groupby("boundary_vintage", sort=True)}
    bounded = {vintage: table.dropna(subset=["geometry"]) for vintage, table in told.items()}
    bounded = {vintage: table for vintage, table in bounded.items() if len(table)}
    found = []
    for first, then in sorted({*pairwise(told), *pairwise(bounded)}):
        by_boundary = {first, then} <= set(bounded)
        rule, source, division = (by_land, land, bounded) if by_boundary else (by_code, codes, told)
        cities = set(division[first]["city"]) & set(division[then]["city"])
        earlier, later = (
            division[of][division[of]["city"].isin(cities)].reset_index(drop=True) for of in (first, then)
        )
        found += [rule(earlier, later, source, str(then))] if cities else []
    return found


def without(earlier: pd.DataFrame, crosswalk: pd.DataFrame) -> list[str]:
    """Return the codes of the earlier areas that a crosswalk does not tell, in their order."""
    return sorted(set(earlier["area_id"]) - set(crosswalk["from_area"]))


def _pieces(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Return each piece of land that an earlier and a later area share, in m² and as shares of both."""
    import pandas as pd
    import shapely

    before, after = (shapely.from_wkt(table["geometry"].to_numpy(object)) for table in (earlier, later))
    first, second = shapely.STRtree(after).query(before, predicate="intersects")
    land = shapely.area(shapely.intersection(before[first], after[second]))
    told = pd.DataFrame({"from": first, "to": second, "land": land})[land > 0].sort_values(["from", "to"])
    covered = told.groupby("from")["land"].transform("sum")
    told["of_covered"] = told["land"] / covered
    told["of_later"] = told["land"] / shapely.area(after)[told["to"].to_numpy()]
    whole = shapely.area(before)[told["from"].to_numpy()]
    return told[covered >= COVERED * whole]


def _followed(pieces: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which pieces are followed: large ones, those that a later area is made of, and each area's largest."""
    largest = pieces.groupby("from")["land"].transform("max") == pieces["land"]
    followed = (pieces["of_covered"] >= FOLLOWED) | (pieces["of_later"] >= MADE_OF) | largest
    return followed.to_numpy(dtype=bool)


def _rules(pieces: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, one: npt.NDArray[np.bool_]) -> Any:
    """Return by which rule each piece was found."""
    same = _taken(earlier, "area_id", pieces["from"]) == _taken(later, "area_id", pieces["to"])
    stayed = _taken(earlier, "city", pieces["from"]) == _taken(later, "city", pieces["to"])
    split = (pieces["of_later"] >= INSIDE).groupby(pieces["from"]).transform("all").to_numpy()
    return np.select(
        [one & same & stayed, one & same, one, split], ["same", "municipality", "merged", "split"], "land_area"
    )


def _named(pieces: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, source: str, release: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "source": source,
            "release": release,
            "geography": _taken(earlier, "geography", pieces["from"]),
            "from_vintage": _taken(earlier, "boundary_vintage", pieces["from"]),
            "from_area": _taken(earlier, "area_id", pieces["from"]),
            "to_vintage": _taken(later, "boundary_vintage", pieces["to"]),
            "to_area": _taken(later, "area_id", pieces["to"]),
            "weight": pieces["weight"].to_numpy(),
        }
    )


def _taken(table: pd.DataFrame, column: str, at: pd.Series[int]) -> Any:
    return table[column].to_numpy()[at.to_numpy()]
