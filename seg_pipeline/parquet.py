"""One way to turn a table into Parquet bytes and back: the same table gives the same bytes, every time.

Row-group size, codec and format version are fixed, pandas' own metadata is left out. The file's
``created_by`` names the Arrow version, so the bytes are tied to ``requirements.lock``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pandas as pd

ROW_GROUP = 1 << 17  # rows; smaller ones made reading one city no faster


def encode(table: pd.DataFrame, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return `table` as Parquet bytes, rows in the order given, with `metadata` in the file's footer."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    plain = arrow.cast(pa.schema([pa.field(field.name, _plain(field.type)) for field in arrow.schema]))
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, plain.schema, compression="zstd", version="2.6", store_schema=False) as writer:
        writer.write_table(plain, row_group_size=ROW_GROUP)
        if metadata:
            writer.add_key_value_metadata(dict(metadata))
    return sink.getvalue().to_pybytes()


def read(path: Any) -> pd.DataFrame:
    """Return the table in `path`: text as ``str``, integers as nullable ``Int64``, decimals as ``float64``."""
    return to_pandas(pq.read_table(path))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table with the types that this project's contracts are written in."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_types(compact=False))
    return frame


def opened(file: Any) -> pq.ParquetFile:
    """Return a Parquet file (a path, or an open file) of which nothing but the footer is read yet.

    Its text is read as dictionaries: each value once.
    """
    metadata = pq.read_metadata(file)
    text = [field.name for field in metadata.schema.to_arrow_schema() if pa.types.is_string(field.type)]
    return pq.ParquetFile(file, metadata=metadata, read_dictionary=text)


def selected(
    file: pq.ParquetFile, columns: Sequence[str], where: Mapping[str, pa.Array], compact: bool = False
) -> pd.DataFrame:
    """Return the `columns` of the rows that have, in every column of `where`, one of its values.

    Row groups that cannot hold such a row are not read, and one column is read at a time: the memory taken is that
    of what is returned and of one column. `compact` returns text as categories.
    """
    import pandas as pd

    types = _types(compact)
    if not where:
        whole: pd.DataFrame = file.read(columns=list(columns)).to_pandas(types_mapper=types, self_destruct=True)
        return whole
    groups = [group for group in range(file.num_row_groups) if _may_hold(file, group, where)]
    masks = [_mask(file, group, where) for group in groups]
    told = {name: _cells(_column(file, name, groups, masks), types) for name in columns}
    return pd.DataFrame(told, columns=list(columns), copy=False)


def distinct(file: pq.ParquetFile, column: str) -> list[Any]:
    """Return the values of a column, each once, sorted; empty cells are left out."""
    found: set[Any] = set()
    for group in range(file.num_row_groups):
        found.update(file.read_row_group(group, [column]).column(0).unique().to_pylist())
    return sorted(found - {None})


def footer(path: Any) -> dict[str, str]:
    """Return the metadata that `encode` put into the file's footer."""
    return {key.decode(): value.decode() for key, value in (pq.read_metadata(path).metadata or {}).items()}


def _column(file: pq.ParquetFile, name: str, groups: list[int], masks: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    read = (file.read_row_group(group, [name], use_threads=False).column(0) for group in groups)
    chunks = [chunk for part, mask in zip(read, masks, strict=True) for chunk in part.filter(mask).chunks]
    return pa.chunked_array(chunks, type=file.schema_arrow.field(name).type)


def _cells(column: pa.ChunkedArray, types: Callable[[pa.DataType], Any]) -> Any:
    """Return a column as pandas has it; whole numbers chunk by chunk, which Arrow would put together twice."""
    import numpy as np
    import pandas as pd

    if not pa.types.is_int64(column.type):
        cells = column.to_pandas(types_mapper=types)
        return _used(cells) if cells.dtype == "category" else cells
    numbers, empty, at = np.empty(len(column), np.int64), np.empty(len(column), np.bool_), 0
    for chunk in column.chunks:
        here = slice(at, at := at + len(chunk))
        numbers[here] = chunk.fill_null(0).to_numpy()
        empty[here] = chunk.is_null().to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(numbers, empty)


def _used(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return categories without those of rows that were left out; pandas' own way sorts all cells for it."""
    import numpy as np
    import pandas as pd

    codes = cells.cat.codes.to_numpy()
    used = np.zeros(len(cells.cat.categories) + 1, np.bool_)
    used[codes] = True  # an empty cell has the code -1, the last place
    new = np.where(used, np.cumsum(used) - 1, -1).astype(codes.dtype)
    new[-1] = -1
    return pd.Series(pd.Categorical.from_codes(new[codes], cells.cat.categories[used[:-1]], validate=False))


def _mask(file: pq.ParquetFile, group: int, where: Mapping[str, pa.Array]) -> pa.ChunkedArray:
    """Return which rows of a row group are asked for."""
    import pyarrow.compute as pc

    masks = [_found(file.read_row_group(group, [name]).column(0), values) for name, values in where.items()]
    return reduce(pc.and_, masks)


def _found(column: pa.ChunkedArray, values: pa.Array) -> pa.ChunkedArray:
    """Return which cells have one of the values; of text, each word of the dictionary is looked up once."""
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, value_set=values)
    chunks = [pc.is_in(chunk.dictionary, value_set=values).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, type=pa.bool_()).fill_null(values.null_count > 0)


def _may_hold(file: pq.ParquetFile, group: int, where: Mapping[str, pa.Array]) -> bool:
    """Return whether the statistics of a row group leave room for a row that is asked for."""
    told = file.metadata.row_group(group)
    return all(
        _room(told.column(file.schema_arrow.get_field_index(name)).statistics, values.to_pylist())
        for name, values in where.items()
    )


def _room(statistics: Any, values: list[Any]) -> bool:
    if statistics is None or not statistics.has_min_max:
        return True
    empty = not statistics.has_null_count or statistics.null_count > 0
    return any(empty if value is None else statistics.min <= value <= statistics.max for value in values)


def _types(compact: bool) -> Callable[[pa.DataType], Any]:
    import pandas as pd

    text = pd.StringDtype(na_value=float("nan"))

    def of(kind: pa.DataType) -> Any:
        if pa.types.is_int64(kind):
            return pd.Int64Dtype()
        written = pa.types.is_string(kind) or (pa.types.is_dictionary(kind) and not compact)
        return text if written else None

    return of


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind
