"""Statistics Finland's two lists of changed municipalities, abolished and renamed: workbooks that end in a crosswalk.

A list goes back to 1922. What happened before the first year of a division that the tables know (1971), or gave a
municipality to another state, is counted and not told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.sources.readers import workbook, zipped
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, release_year

FIRST = 1971  # the first year whose division can be told: the year before it is 1970
CODE, NOWHERE = re.compile("[0-9]{1,3}"), "-"
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Listed(NamedTuple):
    """A list: its sheet, the lines before its header, the columns of the code before, the code after, and the date."""

    sheet: str
    preamble: int
    before: str
    after: str
    when: str
    renamed: bool


LISTS = (
    Listed("Lakkautetut kunnat", 2, "Lakkautetun kunnan koodi", "Liitoskunta / Liitoskunnat koodi", "Ajankohta", False),
    Listed("Kuntien nimenmuutokset", 1, "Muuttuneen kunnan koodi", "Muuttuneen kunnan koodi", "Ajankohta", True),
)


def crosswalk(data: bytes, release: str) -> Delivered:
    """Return what became of the municipalities in a list, a row each. Raises Refused, with sheet, row and column.

    A municipality joined to one other is `merged` with weight 1; one that was divided is `split`, and the list does
    not say how, so that the weight is empty. One that only changed its name is the `same`.
    """
    zipped.unzipped(data)  # refuses one that would unpack without end
    there = workbook.sheets(data)
    listed = next((one for one in LISTS if one.sheet in there), None)
    if listed is None:
        expected = " / ".join(one.sheet for one in LISTS)
        raise Refused("missing_sheet", found=quoted(", ".join(there)), expected=quoted(expected))
    grid = workbook.read(data, listed.sheet, listed.preamble)
    if not grid.rows:
        raise Refused("empty", sheet=listed.sheet)
    told, fate = [], Counter({"crosswalk": 0})
    for row, why in _rows(grid, listed, release):
        fate[why] += 1
        told += [row] if why == "crosswalk" else []
    _refuse_twice(told, grid)
    return Delivered({"crosswalk": _table(told, listed, release)}, dict(fate))


class _Change(NamedTuple):
    before: str
    after: str
    year: int
    line: int


def _rows(grid: Grid, listed: Listed, release: str) -> Iterator[tuple[_Change, str]]:
    """Yield each change and what becomes of its row."""
    for before, after, when, line in zip(
        grid.column(listed.before), grid.column(listed.after), grid.column(listed.when), grid.lines, strict=True
    ):
        date = DATE.match(when)
        if date is None or not "01" <= date[2] <= "12":
            raise Refused("not_a_number", quoted(when), "a date", line, listed.when, listed.sheet)
        for code, column in ((before, listed.before), (after, listed.after)):
            if code != NOWHERE and not CODE.fullmatch(code):
                raise Refused("not_an_area", quoted(code), "three digits", line, column, listed.sheet)
        change = _Change(before.zfill(3), after.zfill(3), int(date[1]), line)
        if change.year > release_year(release):
            raise Refused("release", quoted(when), quoted(release), line, listed.when, listed.sheet)
        ceded = NOWHERE in (before, after)
        yield change, "ceded" if ceded else "before_1971" if change.year < FIRST else "crosswalk"


def _refuse_twice(told: Sequence[_Change], grid: Grid) -> None:
    first: dict[tuple[str, str, int], int] = {}
    for change in told:
        if change[:3] in first:
            what = quoted(" ".join(map(str, change[:3])))
            raise Refused("duplicate_area", what, str(first[change[:3]]), line=change.line, column=grid.header[0])
        first[change[:3]] = change.line


def _table(told: Sequence[_Change], listed: Listed, release: str) -> pd.DataFrame:
    heirs = Counter((change.before, change.year) for change in told)
    alone = [heirs[change.before, change.year] == 1 for change in told]
    table = pd.DataFrame(
        {
            "source": "municipal_changes", "release": release, "geography": "municipality",
            "from_vintage": [change.year - 1 for change in told], "from_area": [change.before for change in told],
            "to_vintage": [change.year for change in told], "to_area": [change.after for change in told],
            "weight": [1.0 if one else None for one in alone],
            "rule": ["same" if listed.renamed else "merged" if one else "split" for one in alone],
            "error": [0.0 if one else None for one in alone],
        }
    )  # fmt: skip
    return tables.conform(table, "crosswalk")
