"""The reports that stand in a folder: which there are, the page that leads to them, the banner on the old ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from seg_pipeline.report.book import ReportError
from seg_pipeline.report.rendering import Writer, render
from seg_pipeline.report.statement import text
from seg_pipeline.snapshots.shelves.folder import flush
from seg_pipeline.snapshots.store import DEMO, VERSION, order

RECORD = "report.json"
STATUS = "status.css"
SUPERSEDED = b".superseded { display: block; }\n"
CURRENT = b"/* No newer snapshot has been published here. */\n"


def versions(reports: Path) -> list[str]:
    """Return of which snapshots a report stands in a folder, the oldest first."""
    there = [path.name for path in reports.glob("*") if VERSION.fullmatch(path.name) and (path / RECORD).exists()]
    return sorted(there, key=order)


def tell(reports: Path) -> None:
    """Write the page that leads to the reports, and on each whether a newer one of its kind stands beside it."""
    there = versions(reports)[::-1]
    newest = {made_up: next((v for v in there if v.endswith(DEMO) == made_up), "") for made_up in (True, False)}
    for version in there:
        _replace(reports, Path(version) / STATUS, CURRENT if version in newest.values() else SUPERSEDED)
    page = landing(there, f"{there[0]}/assets/style.css", {version: f"{version}/" for version in there})
    _replace(reports, Path("index.html"), page.encode())


def record(place: Path) -> dict[str, Any]:
    """Return what a report says of itself: snapshot, code, files. Raises ReportError where it cannot be read."""
    try:
        told = json.loads((place / RECORD).read_text(encoding="utf-8"))
        return {**told, "files": dict(told["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise ReportError(f"{place / RECORD} is not there or cannot be read") from None


def landing(versions: list[str], assets: str, way: dict[str, str]) -> str:
    """Return the page that leads to reports in each language; `way` leads to the folder of each."""
    listed = [(version, version.endswith(DEMO)) for version in versions]
    notice = text("site.made_up_short")
    return render("landing.html", Writer("fi", Counter()), name=text("site.name"), versions=listed, assets=assets,
                  way=way, notice=notice)  # fmt: skip


def _replace(reports: Path, name: Path, content: bytes) -> None:
    """Put a file in its place at once; what a kill leaves of it is outside the report and is written over."""
    if (reports / name).exists() and (reports / name).read_bytes() == content:
        return
    beside = reports / f".{'-'.join(name.parts)}"
    beside.write_bytes(content)
    flush(beside)
    beside.replace(reports / name)
