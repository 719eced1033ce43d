"""CSV as RFC 4180 has it: UTF-8, CRLF, every text in quotes, a missing number empty, decimals with a point.

A file beside the tables says what they are: the snapshot, its hash, and what every column means.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import csv

from seg_pipeline.snapshots.formats import words
from seg_pipeline.snapshots.formats.export import Export, Plan
from seg_pipeline.snapshots.formats.guarding import guarded

MARK = b"\xef\xbb\xbf"  # by which Excel knows that a file is UTF-8


def files(export: Export) -> Plan:
    """Return one file for each table, and the dictionary."""
    tables = {export.file("csv", name): partial(_write, export, name) for name in export.tables}
    return tables | {dictionary_name(export): partial(_write_dictionary, export)}


def dictionary_name(export: Export) -> str:
    """Return the name of the file that describes the others."""
    return export.file("csv").removesuffix(".csv") + "-dictionary.csv"


def put(export: Export, name: str, sink: IO[bytes]) -> None:
    """Write a table."""
    sink.write(MARK if export.bom else b"")
    with csv.CSVWriter(sink, export.schema(name), write_options=csv.WriteOptions(eol="\r\n")) as writer:
        for batch in export.batches(name):
            writer.write_batch(guarded(batch))


def put_dictionary(export: Export, sink: IO[bytes]) -> None:
    """Write what the tables are: what the snapshot is and what to know of it first, then tables and columns."""
    known = [{"table": "", "column": words.together(called), **said} for called, said in words.about(export)]
    known += [
        {"table": "", "column": words.together(words.text("export_notes")), **said} for said in words.notes(export)
    ]
    rows = [{"type": "", "unit": "", **row} for row in [*known, *words.dictionary(export)]]
    table = pa.Table.from_pylist(rows, schema=pa.schema([(key, pa.string()) for key in words.DICTIONARY]))
    sink.write(MARK if export.bom else b"")
    with csv.CSVWriter(sink, table.schema, write_options=csv.WriteOptions(eol="\r\n")) as writer:
        for batch in table.to_batches():
            writer.write_batch(guarded(batch))


def _write(export: Export, name: str, path: Path) -> None:
    with path.open("wb") as file:
        put(export, name, file)


def _write_dictionary(export: Export, path: Path) -> None:
    with path.open("wb") as file:
        put_dictionary(export, file)
