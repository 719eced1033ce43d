"""The rows of a table that differ between two sides, each with its key and both sides of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from seg_pipeline import parquet
from seg_pipeline.snapshots.comparing.aligned import Aligned, Numbers
from seg_pipeline.snapshots.comparing.sides import Table


def told(key: list[str], before: Table | None, after: Table | None, rows: Aligned) -> pd.DataFrame:
    """Return the rows that differ, each with its key, what became of it, and both sides of the cells."""
    old = _at(before, [rows.before, rows.removed], after, len(rows.added), last=True)
    new = _at(after, [rows.after, rows.added], before, len(rows.removed), last=False)
    sizes = {"changed": len(rows.before), "removed": len(rows.removed), "added": len(rows.added)}
    cells = {name: new[name].where(new[name].notna(), old[name]) for name in key}
    cells["what"] = pd.Series(np.repeat(list(sizes), list(sizes.values())), dtype=object).astype("str")
    for name in [column for column in new if column not in key]:
        if not ((old[name] == new[name]).fillna(False) | (old[name].isna() & new[name].isna())).all():
            cells |= {f"before_{name}": old[name], f"after_{name}": new[name]}
    return pd.DataFrame(cells).sort_values(key, kind="stable", ignore_index=True)


def _at(
    table: Table | None, positions: Sequence[Numbers], other: Table | None, absent: int, *, last: bool
) -> dict[str, pd.Series[Any]]:
    """Return a side's cells by column, at rows that changed and rows of its own; nothing for the `absent` others."""
    there, none = [pa.array(where) for where in positions], pa.nulls(absent, pa.int64())
    where = pa.chunked_array([*there, none] if last else [there[0], none, there[1]]).combine_chunks()
    own, others = (dict(one.columns) if one else {} for one in (table, other))
    types = own | {name: column for name, column in others.items() if name not in own}
    cells = {
        name: table.column(name).take(where) if table and name in own else pa.nulls(len(where), column.type)
        for name, column in types.items()
    }
    frame = parquet.to_pandas(pa.table({name: _plain(column) for name, column in cells.items()}))
    return {str(name): frame[name] for name in frame}


def _plain(cells: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells
