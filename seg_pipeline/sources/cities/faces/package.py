"""An XLSX file as a zip container: its parts, inflated within bounds, without macros, links followed or entities."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from seg_pipeline.sources.refusal import Refused, told

LARGEST = 160 << 20  # bytes of all parts, inflated
PARTS = 2_000
SHEETS = 200
WORKBOOK = "xl/workbook.xml"
KINDS = (  # a part that only this kind of file has
    ("xl/vbaProject.bin", "kind_xlsm"),
    ("xl/workbook.bin", "kind_xlsb"),
    ("content.xml", "kind_ods"),
)
KEPT = ("[Content_Types].xml", "_rels/.rels", WORKBOOK, "xl/_rels/workbook.xml.rels", "xl/styles.xml")
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)


def parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook that hold its cells, by name.

    Raises Refused for another kind of file, for one with macros, and for one that inflates to more than a delivery is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            names = [entry.filename for entry in container.infolist()]
            _refuse_kind(names)
            if len(names) > PARTS or len(set(names)) != len(names):
                raise Refused("malformed", found=told("many_parts", len(names)), expected="kind_expected")
            return dict(_inflated(container, [entry for entry in container.infolist() if _wanted(entry.filename)]))
    except BROKEN:
        raise Refused("malformed", found="broken_container", expected="kind_expected") from None


def clean(held: dict[str, bytes]) -> io.BytesIO:
    """Return a container of these parts and no other, not compressed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as container:
        for name, part in held.items():
            container.writestr(name, part)
    sink.seek(0)
    return sink


def sheets(held: dict[str, bytes]) -> dict[str, str]:
    """Return the part of each sheet, by the name of the sheet, in the order of the workbook."""
    relations: dict[str, str] = {}
    listed: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship":
            relations[attributes.get("Id", "")] = attributes.get("Target", "")

    def entry(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            key = next((value for key, value in attributes.items() if local(key) == "id"), "")
            listed.append((attributes.get("name", ""), key))

    walk(held.get("xl/_rels/workbook.xml.rels", b"<none/>"), relation)
    walk(held[WORKBOOK], entry)
    if len(listed) > SHEETS:
        raise Refused("malformed", found=told("many_sheets", len(listed)), expected="kind_expected")
    return {name: posixpath.normpath(_target(relations.get(key, ""))) for name, key in listed}


def walk(part: bytes, start: object, text: object = None, end: object = None) -> None:
    """Read a part of XML, calling `start` with each element, `text` and `end`. Declares no entity, fetches nothing."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise Refused("malformed", found="broken_xml", expected="kind_expected") from None


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise Refused("malformed", found="<!DOCTYPE", expected="kind_expected")


def _target(written: str) -> str:
    return written.lstrip("/") if written.startswith("/") else f"xl/{written}"


def _refuse_kind(names: list[str]) -> None:
    for part, kind in KINDS:
        if part in names:
            raise Refused("file_kind", found=kind, expected="kind_expected")
    if "EncryptedPackage" in names:
        raise Refused("protected")
    if WORKBOOK not in names:
        raise Refused("file_kind", found="kind_zip", expected="kind_expected")


def _wanted(name: str) -> bool:
    return name in KEPT or name == "xl/sharedStrings.xml" or (name.startswith("xl/worksheets/") and name[-4:] == ".xml")


def _inflated(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    left = LARGEST
    for entry in entries:
        if entry.flag_bits & 1:
            raise Refused("protected")
        with container.open(entry) as part:
            whole = part.read(left + 1)
        left -= len(whole)
        if left < 0:
            raise Refused("too_large", found=told("over", f"{LARGEST:,}"), expected=f"{LARGEST:,}")
        yield entry.filename, whole
