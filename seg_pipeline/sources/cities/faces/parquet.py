"""A delivery as Parquet: one sheet, flat columns of text and numbers. Nothing is decoded before it is bounded."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from seg_pipeline.sources.cities.faces.raw import COLUMNS, Raw, refuse_rows
from seg_pipeline.sources.refusal import Refused, quoted

SIGNATURE = b"PAR1"
LARGEST = 256 << 20  # bytes of all columns, decoded


def looks_like(data: bytes) -> bool:
    """True for a file that opens as Parquet does."""
    return data.startswith(SIGNATURE)


def read(data: bytes) -> Raw:
    """Return the page of a Parquet file, every cell as text; a null is an empty cell. Line 2 is the first row."""
    try:
        table = _bounded(data)
        columns = [_texts(table.column(at), name) for at, name in enumerate(table.column_names)]
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        raise Refused("malformed", found="broken_parquet", expected="kind_expected") from None
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Raw("", [name.strip() for name in table.column_names], 1, rows, list(range(2, len(rows) + 2))).tidied()


def names(data: bytes) -> list[str]:
    """Return the names of the columns of a Parquet file; nothing where it cannot be read."""
    try:
        return list(pq.read_schema(io.BytesIO(data)).names)
    except (pa.ArrowException, OSError, ValueError):
        return []


def _bounded(data: bytes) -> pa.Table:
    file = pq.ParquetFile(io.BytesIO(data))
    about = file.metadata
    refuse_rows(about.num_rows)
    if about.num_columns > COLUMNS:
        raise Refused("too_wide", found=f"{about.num_columns:,}", expected=f"{COLUMNS:,}")
    groups = [about.row_group(at) for at in range(about.num_row_groups)]
    size = sum(group.column(at).total_uncompressed_size for group in groups for at in range(group.num_columns))
    if size > LARGEST:
        raise Refused("too_large", found=f"{size:,}", expected=f"{LARGEST:,}")
    for field in file.schema_arrow:
        if not _plain(field.type):
            raise Refused("column_type", found=quoted(str(field.type)), expected="plain_type", column=field.name)
    texts = [field.name for field in file.schema_arrow if _text(field.type)]
    return pq.ParquetFile(io.BytesIO(data), read_dictionary=texts).read(use_threads=False)


def _text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _plain(kind: pa.DataType) -> bool:
    told = kind.value_type if pa.types.is_dictionary(kind) else kind
    whole = pa.types.is_integer(told) or pa.types.is_floating(told) or pa.types.is_decimal(told)
    return whole or _text(told) or pa.types.is_null(told) or pa.types.is_boolean(told) or pa.types.is_date(told)


def _texts(column: pa.ChunkedArray, name: str) -> list[str]:
    """Return the cells as text; a short dictionary that would unfold into too much text is refused."""
    size = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type) and _text(chunk.type.value_type):
            size += pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
    if size > LARGEST:
        raise Refused("too_large", found=f"{size:,}", expected=f"{LARGEST:,}", column=name)
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or value != value else str(value).strip()
