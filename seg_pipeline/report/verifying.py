"""Whether a report that stands is as it was made: every file that its record names, and no other."""

from __future__ import annotations

from pathlib import Path

from seg_pipeline import provenance
from seg_pipeline.report.book import ReportError
from seg_pipeline.report.standing import CURRENT, RECORD, STATUS, SUPERSEDED, record


def problems(place: Path) -> list[str]:
    """Return what differs from the report as it was made, one line each; an empty list is a sound report."""
    try:
        named: dict[str, str] = record(place)["files"]
    except ReportError as error:
        return [str(error)]
    there = {file.relative_to(place).as_posix(): file for file in place.rglob("*") if file.is_file()}
    wrong = [f"{name} is missing" for name in named if name not in there]
    wrong += [f"{name} does not belong to it" for name in there if name not in {*named, RECORD, STATUS}]
    wrong += [
        f"{name} has other bytes"
        for name, sha256 in named.items()
        if name in there and provenance.sha256(there[name]) != sha256
    ]
    if STATUS not in there or there[STATUS].read_bytes() not in (CURRENT, SUPERSEDED):
        wrong.append(f"{STATUS} has other bytes")
    return sorted(wrong)
