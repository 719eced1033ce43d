"""GeoParquet: the areas with their shapes, for every tool that reads Parquet and for maps."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from seg_pipeline.snapshots.formats import columnar
from seg_pipeline.snapshots.formats.export import Export, Plan
from seg_pipeline.snapshots.formats.shapes import areas


def files(export: Export) -> Plan:
    """Return the file of the areas."""
    return {export.file("geo.parquet", "areas"): partial(_write, export)}


def _write(export: Export, path: Path) -> None:
    """Let geopandas make the columns and describe them; write them as the other tables are written."""
    made = io.BytesIO()
    areas(export).to_parquet(made, index=False, schema_version="1.1.0")
    table = pq.read_table(made)
    metadata = columnar.footer(export, "areas") | {"geo": table.schema.metadata[b"geo"].decode()}
    with path.open("wb") as file:
        columnar.encode(table.replace_schema_metadata(None), file, metadata)
