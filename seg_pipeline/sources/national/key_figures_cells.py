"""From the cells of a table on municipalities to figures: which content is which indicator, of whom, and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import MUNICIPALITIES
from seg_pipeline.sources.protocols.pxweb_metadata import Metadata, Variable
from seg_pipeline.sources.readers import pxweb_csv
from seg_pipeline.sources.readers.cube import Cube
from seg_pipeline.sources.refusal import Refused, quoted

AREA, CONTENTS, TIME = "alue", ("contentscode", "tiedot"), ("timeperiod", "vuosi")
MUNICIPALITY = re.compile(r"(?:KU)?(?P<code>[0-9]{3})")
WHY_ABSENT = {
    pxweb_csv.HIDDEN: "suppressed", pxweb_csv.NOT_LOGICAL: "not_applicable", pxweb_csv.NOT_AVAILABLE: "missing",
    "": "missing",
}  # fmt: skip
NOT_CALLED = 3


class Content(NamedTuple):
    """One content of a table: its code and label, and the indicator that it becomes times `factor`."""

    code: str
    label: str
    indicator: str
    factor: float


def figures(table: str, known: Metadata, cubes: Sequence[Cube]) -> pd.DataFrame:
    """A row for every cell of a table: municipality and indicator (none where not used), year, value and status.

    `known` are the table's metadata. Raises Refused where the cubes are not all areas and years of what they tell.
    """
    area, contents, year = known.variable(AREA), known.variable(*CONTENTS), known.variable(*TIME)
    cells = _whole(cubes, area, contents, year)
    used = {one.code: one for one in contents_of(table, contents.values, contents.texts)}
    if strange := set(cells["mark"][cells["value"].isna()]) - set(WHY_ABSENT):
        raise Refused("not_a_number", found=quoted(min(strange)), expected="number", column=table)
    return pd.DataFrame(
        {
            "municipality": _municipalities(cells[area.code], area.code),
            "indicator": cells[contents.code].map({code: one.indicator for code, one in used.items()}),
            "reference_year": _years(cells[year.code], year.code),
            "value": cells["value"] * cells[contents.code].map({code: one.factor for code, one in used.items()}),
            "status": cells["mark"].map(WHY_ABSENT).where(cells["value"].isna(), "observed"),
        }
    )


def _whole(cubes: Sequence[Cube], area: Variable, contents: Variable, year: Variable) -> pd.DataFrame:
    """The cells of a table's answers together: every area and year of each content that they tell, once."""
    named = [one.code for one in (area, contents, year)]
    for cube in cubes:
        for dimension in cube.dimensions:
            if dimension.code not in named and len(dimension.codes) > 1:
                raise Refused("unknown_column", found=quoted(dimension.code), expected=", ".join(named))
        if lacking := set(named) - {dimension.code for dimension in cube.dimensions}:
            found = ", ".join(dimension.code for dimension in cube.dimensions)
            raise Refused("missing_dimension", found=quoted(found), expected=quoted(min(lacking)))
    cells = pd.concat([cube.frame()[[*named, "value", "mark"]] for cube in cubes], ignore_index=True)
    for one in (area, contents, year):
        if strange := set(cells[one.code].unique()) - set(one.values):
            raise Refused("unknown_group", found=quoted(min(strange)), expected="the table's own metadata")
    expected = len(area.values) * len(year.values) * cells[contents.code].nunique()
    if len(cells) != expected or cells.duplicated(named).any():
        raise Refused("cells", found=f"{len(cells):,}", expected=f"{expected:,}")
    return cells


def contents_of(table: str, codes: Sequence[str], labels: Sequence[str]) -> list[Content]:
    """The contents that the catalogue has an indicator for; of several for one indicator, the first row's."""
    found: dict[str, Content] = {}
    for row in catalogue.rows("key_figures"):
        at = _called(row["content"].casefold(), codes, labels) if row["table"] == table else None
        if at is not None and row["indicator"] not in found:
            found[row["indicator"]] = Content(codes[at], labels[at], row["indicator"], float(row["factor"]))
    return list(found.values())


def _called(wanted: str, codes: Sequence[str], labels: Sequence[str]) -> int | None:
    """The place of the content that the words are the code or label of, or else of the first that they begin."""
    fits = [_fit(wanted, code.casefold(), label.casefold()) for code, label in zip(codes, labels, strict=True)]
    best = min(fits, default=NOT_CALLED)
    return None if best == NOT_CALLED else fits.index(best)


def _fit(wanted: str, code: str, label: str) -> int:
    """How well the words call a content; less is better. A code may have its statistic's name before it."""
    if wanted in (code, label):
        return 0
    if code.endswith(f"-{wanted}"):
        return 1
    return 2 if re.match(rf"{re.escape(wanted)}(?!\w)", label) else NOT_CALLED


def _municipalities(areas: pd.Series[str], column: str) -> pd.Series[str]:
    """The municipality of each area, none where the area is something else."""
    told = {area: MUNICIPALITY.fullmatch(area) for area in areas.unique()}
    found = {area: said["code"] for area, said in told.items() if said}
    if strange := set(found.values()) - set(MUNICIPALITIES):
        raise Refused(
            "unknown_municipality",
            found=quoted(min(strange)),
            expected="data/catalogue/municipalities.csv",
            column=column,
        )
    return areas.map(found)


def _years(years: pd.Series[str], column: str) -> pd.Series[int]:
    if strange := [year for year in years.unique() if not re.fullmatch("(?:19|20)[0-9]{2}", year)]:
        raise Refused("unknown_variable", found=quoted(strange[0]), expected="a year", column=column)
    return years.astype("int64")
