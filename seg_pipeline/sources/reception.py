"""From a file to the archive: what it is, whether it can be read, and its receipt. Bad bytes are kept as well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seg_pipeline import settings
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Archive, Receipt, check_release
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Source

EXTRACT = "extract"
MADE_UP_FILE = "made_up_"
WORKBOOK = ".xlsx"
MADE_UP_AREA = "Keksitty "


@dataclass(frozen=True)
class Reception:
    """What became of one file. Exactly one of `delivered` and `refused` is there."""

    receipt: Receipt
    new: bool
    delivered: Delivered | None
    refused: Refused | None


def receive(archive: Archive, source: Source, release: str, file: str, data: bytes, licence: str = "") -> Reception:
    """Keep the bytes of a delivery and read them. Raises Refused, keeping nothing, for a made-up file."""
    check_release(release)
    delivered, refused = None, None
    try:
        delivered = source.tables(data, release, file)
    except Refused as found:
        refused = found
    if _made_up(file, delivered):
        raise Refused("made_up", found=Path(file).name, source=source.id, file=file)
    part = _part(source, data) or ("" if delivered is None or delivered.whole else EXTRACT)
    receipt, new = archive.receive(source.id, release, part, file, data, licence or source.licence, made_up=False)
    return Reception(receipt, new, delivered, refused)


def receive_demo(archive: Archive, folder: Path = settings.DEMO) -> list[Receipt]:
    """Keep every made-up delivery in `folder`, named ``made_up_<source>_<release>``; what is known is kept once.

    Of a city's two files the workbook comes first: what the other one tells stands.
    """
    receipts = []
    there = folder.glob(f"*/{MADE_UP_FILE}*")
    for path in sorted(there, key=lambda path: (path.parent.name, path.suffix != WORKBOOK, path.name)):
        source, release = path.stem.removeprefix(MADE_UP_FILE).rsplit("_", 1)
        data = path.read_bytes()
        part = all_sources()[source].part(data)
        receipts.append(archive.receive(source, release, part, path.name, data, "CC0 1.0", made_up=True)[0])
    return receipts


def _part(source: Source, data: bytes) -> str:
    """Return what a file covers of its release; of one that cannot be read, nothing is known."""
    try:
        return source.part(data)
    except Exception:  # noqa: BLE001  the file is kept whatever it is, and its refusal says what is wrong
        return ""


def _made_up(file: str, delivered: Delivered | None) -> bool:
    areas = delivered.tables.get("areas") if delivered else None
    named = areas is not None and areas["name_fi"].str.startswith(MADE_UP_AREA).any()
    return Path(file).name.startswith(MADE_UP_FILE) or bool(named)
