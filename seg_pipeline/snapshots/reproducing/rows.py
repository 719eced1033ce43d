"""Which rows of two tables differ: ``python rows.py PUBLISHED.parquet REBUILT.parquet KEY…``.

A program of its own, which needs pandas and nothing of this project: a bundle carries it.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence

import pandas as pd
import pyarrow.parquet as pq

SHOWN = 3  # rows of each kind
WAS, NOW = " as published", " as made again"


def differing(published: str, rebuilt: str, key: Sequence[str]) -> Iterator[str]:
    """Yield what differs between two tables, in the columns of the first: a line for each kind, then its first rows."""
    old, new = pd.read_parquet(published), pd.read_parquet(rebuilt)
    if list(old.columns) != list(new.columns):
        yield f"columns: published {', '.join(old.columns)}; made again {', '.join(new.columns)}"
        return
    both = old.merge(new, on=list(key), how="outer", suffixes=(WAS, NOW), indicator=True)
    for side, said in (("left_only", "published and not made again"), ("right_only", "made again and not published")):
        rows = both[both["_merge"] == side]
        if len(rows):
            yield f"{len(rows):,} rows {said}, the first: {_key(rows.to_dict('records')[0], key)}"
    told = both[both["_merge"] == "both"]
    unequal = {column: _unequal(told[column + WAS], told[column + NOW]) for column in old.columns.difference(list(key))}
    moved = told[pd.DataFrame(unequal, index=told.index).any(axis=1)]
    if len(moved):
        yield f"{len(moved):,} of {len(told):,} rows have other values:"
    for row in moved.head(SHOWN).to_dict("records"):
        pairs = {name: (row[name + WAS], row[name + NOW]) for name in unequal}
        changed = [f"{name} {was} → {now}" for name, (was, now) in pairs.items() if was != now and str(was) != str(now)]
        yield f"  {_key(row, key)}: {', '.join(changed)}"
    if len(both) == len(told) and moved.empty:
        yield f"every row is the same; the files were written by {_writer(published)} and {_writer(rebuilt)}"


def _unequal(was: pd.Series, now: pd.Series) -> pd.Series:
    return (was != now) & ~(was.isna() & now.isna())


def _key(row: Mapping[Hashable, object], key: Sequence[str]) -> str:
    return " ".join(str(row[name]) for name in key)


def _writer(path: str) -> str:
    return str(pq.read_metadata(path).created_by)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in differing(sys.argv[1], sys.argv[2], sys.argv[3:]))
