"""One way to turn a table into Parquet bytes and back: the same table gives the same bytes, every time.

Row-group size, codec and format version are fixed, pandas' own metadata is left out. The file's
``created_by`` names the Arrow version, so the bytes are tied to ``requirements.lock``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pandas as pd

ROW_GROUP = 1 << 17


def encode(table: pd.DataFrame, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return `table` as Parquet bytes, rows in the order given, with `metadata` in the file's footer."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    plain = arrow.cast(pa.schema([pa.field(field.name, _plain(field.type)) for field in arrow.schema]))
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, plain.schema, compression="zstd", version="2.6", store_schema=False) as writer:
        writer.write_table(plain, row_group_size=ROW_GROUP)
        if metadata:
            writer.add_key_value_metadata(dict(metadata))
    return bytes(sink.getvalue())


def read(path: Path) -> pd.DataFrame:
    """Return the table in `path`: text as ``str``, integers as nullable ``Int64``, decimals as ``float64``."""
    return to_pandas(pq.read_table(path))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table with the types that this project's contracts are written in."""
    import pandas as pd

    types = {pa.int64(): pd.Int64Dtype(), pa.string(): pd.StringDtype(na_value=float("nan"))}
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get)
    return frame


def footer(path: Path) -> dict[str, str]:
    """Return the metadata that `encode` put into the file's footer."""
    return {key.decode(): value.decode() for key, value in (pq.read_metadata(path).metadata or {}).items()}


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind
