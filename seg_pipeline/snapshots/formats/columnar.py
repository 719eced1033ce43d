"""Parquet: the published bytes, or the rows of the cities chosen, encoded in the same way."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from seg_pipeline.parquet import ROW_GROUP
from seg_pipeline.snapshots.formats.export import Export, Plan


def files(export: Export) -> Plan:
    """Return one file for each table."""
    return {export.file("parquet", name): partial(write, export, name) for name in export.tables}


def write(export: Export, name: str, path: Path) -> None:
    """Write a table to `path`."""
    with path.open("wb") as file:
        put(export, name, file)


def put(export: Export, name: str, sink: IO[bytes]) -> None:
    """Write a table: as it was published where it is whole, else its rows with the snapshot's dictionary."""
    if export.whole(name):
        sink.write(export.snapshot.shelf.read(export.snapshot.version, f"{name}.parquet"))
    else:
        encode(export.read(name), sink, footer(export, name))


def encode(table: pa.Table, sink: Any, metadata: dict[str, str]) -> None:
    """Write Arrow rows with the settings of the published tables; how they are chunked makes no difference."""
    with pq.ParquetWriter(sink, table.schema, compression="zstd", version="2.6", store_schema=False) as writer:
        for start in range(0, max(len(table), 1), ROW_GROUP):
            writer.write_table(table.slice(start, ROW_GROUP).combine_chunks(), row_group_size=ROW_GROUP)
        writer.add_key_value_metadata(metadata)


def footer(export: Export, name: str) -> dict[str, str]:
    """Return what the file says of itself: what the published one says, and which rows of which snapshot these are."""
    published = export.snapshot.scan(name).schema.metadata or {}
    return {key.decode(): value.decode() for key, value in sorted(published.items())} | export.facts
