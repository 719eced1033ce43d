"""One file for a reader: the tables as Parquet, CSV and Excel, and all that the snapshot says of itself.

The zip has fixed times (that of publication), a fixed order and fixed permissions.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.formats import columnar, delimited, words, workbook
from seg_pipeline.snapshots.formats.export import Export, Plan

PACKED = (".parquet", ".xlsx")  # that are compressed already
FAST = 1  # of nine
PLAIN_FILE = 0o100644 << 16
UNIX = 3
README, DESCRIPTOR = "README.md", "datapackage.json"
APART = {README, DESCRIPTOR, "recipe.zip"}  # made anew for the zip; what rebuilds the snapshot is of no use to a reader
Member = tuple[str, Callable[[IO[bytes]], None]]


def files(export: Export) -> Plan:
    """Return the zip."""
    return {export.file("zip"): partial(_write, export)}


def _write(export: Export, path: Path) -> None:
    folder = export.file("zip").removesuffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, put in _members(export, path.parent):
            entry = zipfile.ZipInfo(f"{folder}/{name}", export.published.timetuple()[:6])
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            if not name.endswith(PACKED):
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry._compresslevel = FAST  # type: ignore[attr-defined]  # public from Python 3.13 on
            with archive.open(entry, "w", force_zip64=True) as member:
                put(member)


def _members(export: Export, scratch: Path) -> Iterator[Member]:
    """Return what is in the zip, in order: a name, and what writes it."""
    yield README, _bytes(_readme(export))
    yield from _beside(export)
    resources = []
    for name in export.tables:
        made = io.BytesIO()
        columnar.put(export, name, made)
        resources.append(_resource(export, name, made.getvalue()))
        yield f"parquet/{name}.parquet", _bytes(made.getvalue())
    package = export.snapshot.package | {"resources": resources}
    yield f"parquet/{DESCRIPTOR}", _bytes((json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode())
    marked = replace(export, bom=True)
    yield "csv/dictionary.csv", partial(delimited.put_dictionary, marked)
    for name in export.tables:
        yield f"csv/{name}.csv", partial(delimited.put, marked, name)
    if not workbook.too_large(export):
        made = io.BytesIO()
        workbook.write(export, made, scratch)
        yield f"xlsx/{export.file('xlsx')}", _bytes(made.getvalue())


def _resource(export: Export, name: str, data: bytes) -> dict[str, Any]:
    """Return what the data package says of a table as it is here: its bytes and rows, and references within the zip."""
    said = export.resources[name]
    keys = [key for key in said["schema"].get("foreignKeys", []) if key["reference"]["resource"] in export.tables]
    schema = {key: value for key, value in said["schema"].items() if key != "foreignKeys"}
    counted = {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "rows": export.rows(name)}
    return said | counted | {"schema": schema | ({"foreignKeys": keys} if keys else {})}


def _beside(export: Export) -> Iterator[Member]:
    """Return what stands beside the tables in the snapshot, as it is: licences, citation, manifest and the like."""
    shelf, version = export.snapshot.shelf, export.snapshot.version
    tables = {f"{name}.parquet" for name in export.snapshot.tables}
    for name in sorted(shelf.names(version) - tables - APART):
        yield name, _bytes(shelf.read(version, name))


def _readme(export: Export) -> bytes:
    """Return what the zip holds, in three languages, and then the README of the snapshot."""
    said = []
    for language in LANGUAGES:
        said += [f"# {words.titles(export)[language]}"]
        said += [f"**{export.notice[language]}**"] if export.notice else []
        said += ["\n".join(f"- {called[language]}: {told[language]}" for called, told in words.about(export))]
        said += [words.text("export_zip")[language], words.text("export_guard")[language]]
        said += [
            words.text("export_no_xlsx", table=name, rows=f"{rows:,}", most=f"{workbook.ROWS:,}")[language]
            for name, rows in workbook.too_large(export).items()
        ]
    return "\n\n".join([*said, export.snapshot.shelf.read(export.snapshot.version, README).decode()]).encode()


def _bytes(data: bytes) -> Callable[[IO[bytes]], None]:
    def put(sink: IO[bytes]) -> None:
        sink.write(data)

    return put
