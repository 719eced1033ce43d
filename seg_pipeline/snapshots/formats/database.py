"""One DuckDB file: typed tables in their published order, comments in three languages, and ready views.

The file holds when and by which version it was written inside, so that two exports hold the same and differ in bytes.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.formats import words
from seg_pipeline.snapshots.formats.export import Export, Plan
from seg_pipeline.snapshots.formats.views import VIEWS


def files(export: Export) -> Plan:
    """Return the database."""
    return {export.file("duckdb"): partial(_write, export)}


def _write(export: Export, path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        for name, resource in export.resources.items():
            scanned = export.scanner(name)
            connection.from_arrow(scanned).create(name)
            _comment(connection, "TABLE", [name], words.described(resource))
            for field in resource["schema"]["fields"]:
                _comment(connection, "COLUMN", [name, field["name"]], words.described(field))
        for name, rows in _beside(export).items():
            connection.from_arrow(pa.Table.from_pylist(rows)).create(name)
            _comment(connection, "TABLE", [name], words.text(f"export_table_{name}"))
        for view in VIEWS:
            if view.needs <= set(export.tables):
                connection.execute(f"CREATE VIEW {_quoted(view.name)} AS {view.query}")
                _comment(connection, "VIEW", [view.name], words.text(f"view_{view.name}"))


def _beside(export: Export) -> dict[str, list[dict[str, str]]]:
    """Return the tables that describe the others."""
    known = [{"what": words.together(called), **said} for called, said in words.about(export)]
    known += [{"what": words.together(words.text("export_notes")), **said} for said in words.notes(export)]
    tables = {"about": known, "dictionary": words.dictionary(export), "sources": words.sources(export)}
    return {name: rows for name, rows in tables.items() if rows}


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, name: list[str], said: dict[str, str]) -> None:
    """Comment on a table, view or column; a comment cannot be a parameter, so the text is quoted."""
    text = "\n".join(f"{language}: {said[language]}" for language in LANGUAGES).replace("'", "''")
    connection.execute(f"COMMENT ON {kind} {'.'.join(map(_quoted, name))} IS '{text}'")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
