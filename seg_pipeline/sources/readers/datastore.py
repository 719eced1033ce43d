"""A page of a CKAN datastore as JSON: the fields of a table, some of its records, and how many there are in all."""

from __future__ import annotations

from typing import NamedTuple

from seg_pipeline.sources.readers import records
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused

OWN = "_id"  # the datastore's own number of a record


class Page(NamedTuple):
    """Rows of text under the names of the table's fields, and the number of records in the whole table."""

    grid: Grid
    total: int


def read(data: bytes, sheet: str = "") -> Page:
    """Return one page. Raises Refused where it is no successful answer of a datastore."""
    answer = records.document(data, sheet)
    expected = "a page of a datastore: success, result, fields, records, total"
    try:
        result, success = answer["result"], answer["success"]
        total, names, listed = int(result["total"]), [field["id"] for field in result["fields"]], result["records"]
    except (KeyError, TypeError, ValueError):
        raise Refused("malformed", found="another answer", expected=expected, sheet=sheet) from None
    if success is not True or not all(isinstance(name, str) for name in names) or total < 0:
        raise Refused("malformed", found="no success", expected=expected, sheet=sheet)
    told = records.records(listed, sheet)
    header = [name for name in names if name != OWN]
    for name in told.header:
        if name not in names:
            raise Refused("unknown_column", found=name, expected=", ".join(header), column=name, sheet=sheet)
    place = {name: told.header.index(name) for name in header if name in told.header}
    rows = [[row[place[name]] if name in place else "" for name in header] for row in told.rows]
    return Page(Grid(header, 1, rows, told.lines), total)


def joined(first: Page, then: Page, sheet: str = "") -> Page:
    """Return two pages of one table as one. Raises Refused where they are not of one table."""
    if first.grid.header != then.grid.header or first.total != then.total:
        raise Refused("malformed", found="another table", expected="the same fields and total", sheet=sheet)
    rows = [*first.grid.rows, *then.grid.rows]
    return Page(Grid(first.grid.header, 1, rows, list(range(1, len(rows) + 1))), first.total)
