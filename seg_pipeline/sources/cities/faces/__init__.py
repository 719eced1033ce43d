"""The faces of a delivery: an XLSX workbook, a CSV file, a Parquet file. Each becomes pages of text, unjudged."""

from __future__ import annotations

from collections.abc import Sequence

from seg_pipeline.sources.cities.faces import delimited, parquet, workbook
from seg_pipeline.sources.cities.faces.raw import Raw, refuse_kind
from seg_pipeline.sources.cities.layout import Layout
from seg_pipeline.sources.cities.problems import Problems


def pages(data: bytes, layouts: Sequence[Layout], problems: Problems) -> list[Raw]:
    """Return the pages of a file, in the order of the file. Raises Refused for a file that is none of the faces."""
    if workbook.looks_like(data):
        return workbook.read(data, layouts, problems)
    if parquet.looks_like(data):
        return [parquet.read(data)]
    refuse_kind(data)
    return [delimited.read(data, layouts, problems)]
