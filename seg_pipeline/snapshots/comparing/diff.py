"""What differs between two snapshots: rows, flags, schema, method, deliveries, findings. Rows are read when asked for.

What stands beside the content of a snapshot (`sides.BESIDE`) is not compared. Snapshots whose tables have other columns
are compared by the columns that both have; the rest is told as a change of the schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from seg_pipeline.snapshots.comparing.aligned import Aligned, Numbers, align, differ
from seg_pipeline.snapshots.comparing.made_with import Changed, Delivery, deliveries, findings, made_with, methods
from seg_pipeline.snapshots.comparing.sides import Side, Table, side

if TYPE_CHECKING:
    import pandas as pd

    from seg_pipeline.snapshots.store import Snapshot

STATUS = "status"


@dataclass(frozen=True)
class TableDifference:
    """What differs in one table. `before` and `after` are rows; None: that side has no such table."""

    name: str
    before: int | None
    after: int | None
    added: int = 0
    removed: int = 0
    changed: int = 0
    cells: Mapping[str, int] = field(default_factory=dict)  # how many cells changed, by column
    flags: Mapping[tuple[str, str], int] = field(default_factory=dict)  # how many rows changed status, from → to
    schema: tuple[Changed, ...] = ()
    rows: Aligned | None = field(default=None, repr=False, compare=False)  # positions of the rows that differ

    @property
    def same(self) -> bool:
        """True when rows and schema are the same."""
        return not (self.added or self.removed or self.changed or self.schema)


@dataclass(frozen=True)
class Difference:
    """What differs between two snapshots, `before` and `after`."""

    before: Side
    after: Side
    tables: Mapping[str, TableDifference]
    method: tuple[Changed, ...]
    deliveries: tuple[Delivery, ...]
    findings: tuple[Changed, ...]

    @property
    def same(self) -> bool:
        """True when nothing that is published differs: no row, no column, no meaning."""
        return all(table.same for table in self.tables.values())

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that differ.

        Columns: the key; ``what`` (added, removed, changed); and of each column that any of them tells differently
        ``before_<column>`` and ``after_<column>``. They are in the order of the key.
        """
        from seg_pipeline.snapshots.comparing.differing import told

        one, other = self.before.tables.get(name), self.after.tables.get(name)
        there = [table for table in (one, other) if table is not None]
        return told(_key(there[0], there[-1]), one, other, self.tables[name].rows or _of_one(self.tables[name]))


def difference(before: Snapshot | Side, after: Snapshot | Side) -> Difference:
    """Return what differs between two snapshots, or a snapshot and content that is about to be one.

    A row is the same where its key (the data package's) is; missing equals missing, decimals are compared exactly.
    """
    one, other = side(before), side(after)
    names = sorted({*one.tables, *other.tables})
    return Difference(
        one, other,
        {name: _table(name, one.tables.get(name), other.tables.get(name)) for name in names},
        (*methods(one, other), *made_with(one.facts, other.facts)),
        tuple(deliveries(one.facts, other.facts)),
        tuple(findings(one.facts, other.facts)),
    )  # fmt: skip


def _table(name: str, before: Table | None, after: Table | None) -> TableDifference:
    if before is None or after is None:
        had, has = (None if table is None else table.rows for table in (before, after))
        there = Changed(f"table {name}", *("" if rows is None else "there" for rows in (had, has)))
        return TableDifference(name, had, has, has or 0, had or 0, schema=(there,))
    schema = tuple(_schema(before, after))
    if before.digest and before.digest == after.digest:
        return TableDifference(name, before.rows, after.rows, schema=schema)
    key = _key(before, after)
    aligned = align(before, after, key)
    where = {column: differ(before, after, column, aligned) for column in _common(before, after) if column not in key}
    cells = {column: int(differs.sum()) for column, differs in where.items() if differs.any()}
    rows = np.flatnonzero(np.logical_or.reduce([where[column] for column in cells])) if cells else np.zeros(0, np.int64)
    flags = _flags(before, after, aligned, np.flatnonzero(where[STATUS])) if STATUS in cells else {}
    told = Aligned(aligned.before[rows], aligned.after[rows], aligned.removed, aligned.added)
    return TableDifference(
        name, before.rows, after.rows, len(told.added), len(told.removed), len(rows), cells, flags, schema, told
    )


def _key(before: Table, after: Table) -> list[str]:
    """Return the columns that identify a row on both sides."""
    shared = [column for column in after.key or before.key if column in before.columns and column in after.columns]
    return shared or _common(before, after)


def _common(before: Table, after: Table) -> list[str]:
    return [column for column in after.columns if column in before.columns]


def _schema(before: Table, after: Table) -> Iterable[Changed]:
    for column in [*before.columns, *(name for name in after.columns if name not in before.columns)]:
        one, other = before.columns.get(column), after.columns.get(column)
        if one is None or other is None or one.type != other.type:
            yield Changed(f"column {column}", str(one.type) if one else "", str(other.type) if other else "")
        elif one.meaning != other.meaning:
            yield Changed(f"meaning of {column}", one.meaning, other.meaning)
    if before.key != after.key:
        yield Changed("key", ", ".join(before.key), ", ".join(after.key))


def _flags(before: Table, after: Table, rows: Aligned, where: Numbers) -> dict[tuple[str, str], int]:
    one, other = before.column(STATUS).take(rows.before[where]), after.column(STATUS).take(rows.after[where])
    found = Counter(zip(one.to_pylist(), other.to_pylist(), strict=True))
    return {change: found[change] for change in sorted(found, key=str)}


def _of_one(found: TableDifference) -> Aligned:
    none = np.zeros(0, np.int64)
    return Aligned(none, none, np.arange(found.removed), np.arange(found.added))
