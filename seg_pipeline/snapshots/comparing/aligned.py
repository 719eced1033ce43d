"""Two tables laid side by side: which row of one is which row of the other, and where their cells differ.

It works a column at a time: a column becomes whole numbers that are equal exactly where its cells are. Missing equals
missing, and a decimal equals only itself, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from seg_pipeline.snapshots.comparing.sides import Table

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
LARGEST = 1 << 62
MISSING = np.iinfo(np.int64).min


class Aligned(NamedTuple):
    """Positions of rows: of those in both tables, in the one and in the other; of those in one only."""

    before: Numbers
    after: Numbers
    removed: Numbers
    added: Numbers


def align(before: Table, after: Table, key: Sequence[str]) -> Aligned:
    """Return which rows are the same: those of equal `key`. Rows that share a key are paired in their order."""
    one, other = _keys(before, after, key)
    if np.array_equal(one, other):
        same = np.arange(len(one))
        return Aligned(same, same, same[:0], same[:0])
    place = pd.Index(other).get_indexer(pd.Index(one)).astype(np.int64)
    found = np.flatnonzero(place >= 0)
    new = np.ones(len(other), dtype=bool)
    new[place[found]] = False
    return Aligned(found, place[found], np.flatnonzero(place < 0), np.flatnonzero(new))


def absent(before: Table, after: Table, key: Sequence[str]) -> Numbers:
    """Return the positions of the rows of a table whose `key` no row of the other has, however often either has it."""
    one, other = _numbered(before, after, key)
    if np.array_equal(one, other):
        return one[:0]
    return np.flatnonzero(~pd.Index(one).isin(pd.unique(other)))


def differ(before: Table, after: Table, column: str, rows: Aligned) -> Truths:
    """Return where the cells of a column differ between the rows that are in both tables."""
    one, other = _comparable(before.column(column), after.column(column))
    return one[rows.before] != other[rows.after]


def _keys(before: Table, after: Table, key: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return the keys of all rows as whole numbers, of rows that share one each another."""
    one, other = _numbered(before, after, key)
    if pd.Index(one).is_unique and pd.Index(other).is_unique:
        return one, other
    one, other, _ = _renumbered(one, other)
    nth = [pd.Series(side).groupby(side).cumcount().to_numpy(np.int64) for side in (one, other)]
    values = 1 + max(int(found.max(initial=0)) for found in nth)
    return one * values + nth[0], other * values + nth[1]


def _numbered(before: Table, after: Table, key: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return the keys of all rows as whole numbers that are equal exactly where the keys are."""
    one, other, size = np.zeros(before.rows, np.int64), np.zeros(after.rows, np.int64), 1
    for column in key:
        first, then, values = _coded(before.column(column), after.column(column))
        if size > LARGEST // values:
            one, other, size = _renumbered(one, other)
        one, other, size = one * values + first, other * values + then, size * values
    return one, other


def _renumbered(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers, int]:
    codes, values = pd.factorize(np.concatenate([one, other]))
    return codes[: len(one)].astype(np.int64), codes[len(one) :].astype(np.int64), max(1, len(values))


def _comparable(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return two columns as whole numbers that are equal exactly where the cells are."""
    kinds = {_kind(one), _kind(other)}
    if kinds == {"whole"}:
        return _whole(one), _whole(other)
    if kinds <= {"whole", "decimal"}:
        return _decimal(one), _decimal(other)
    first, then, _ = _coded(one, other)
    return first, then


def _kind(cells: pa.ChunkedArray) -> str:
    return "whole" if pa.types.is_integer(cells.type) else "decimal" if pa.types.is_floating(cells.type) else "text"


def _whole(cells: pa.ChunkedArray) -> Numbers:
    return cells.cast(pa.int64()).fill_null(int(MISSING)).to_numpy().astype(np.int64, copy=False)


def _decimal(cells: pa.ChunkedArray) -> Numbers:
    numbers = cells.cast(pa.float64()).fill_null(float("nan")).to_numpy() + 0.0  # −0 is 0
    numbers[np.isnan(numbers)] = np.nan  # one bit pattern for all that is missing
    return numbers.view(np.int64)


def _coded(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[Any], int]:
    """Return two columns as whole numbers from 0, equal exactly where the cells are, and how many values there are."""
    if _kind(one) != _kind(other):
        one, other = one.cast(pa.string()), other.cast(pa.string())
    chunks = [_dictionary(chunk) for chunk in (*one.chunks, *other.chunks)]
    if not chunks:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), 1
    both = pa.chunked_array(chunks).unify_dictionaries()
    codes = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in both.chunks]) + 1
    return codes[: len(one)], codes[len(one) :], len(both.chunk(0).dictionary) + 1


def _dictionary(chunk: pa.Array) -> pa.DictionaryArray:
    plain = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
    return plain.cast(pa.dictionary(pa.int32(), _text(plain.type.value_type)))


def _text(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind
