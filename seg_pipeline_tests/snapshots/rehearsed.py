"""Small snapshots whose recipe is a rehearsal: its door copies the published tables, or does as a test tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seg_pipeline import provenance, settings
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.snapshots.recipe import pack
from seg_pipeline.sources.archive import Archive
from seg_pipeline_tests.snapshots.test_publish import SOURCES, content

DOOR = """
import json, os, shutil, sys
from pathlib import Path

data, edition, profile = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
(published,) = (data.parent / "published").iterdir()
rebuilt = data / "snapshots" / published.name
shutil.copytree(published, rebuilt)
{doing}
print("something else on standard output")
print(rebuilt.name)
"""
ASKED = """
import json
print(json.dumps({environment!r}))
"""


def archive_of(folder: Path) -> Archive:
    archive = Archive(folder / "archive")
    archive.receive("paavo", "2026", "", "paavo.csv", b"these are the bytes", "CC BY 4.0", made_up=False)
    archive.receive("paavo", "2025", "", "paavo.csv", b"these are others", "CC BY 4.0", made_up=False)
    return archive


def recipe_of(doing: str, lock: str, asked: str) -> bytes:
    """Return a recipe that does what is said, with a lock; `asked` is the program that tells its environment."""
    packages = ("seg_pipeline", "seg_pipeline/cli")
    return pack(
        {
            **{f"{package}/__init__.py": b"" for package in packages},
            "seg_pipeline/provenance.py": asked.encode(),
            "seg_pipeline/cli/rebuilding.py": DOOR.format(doing=doing).encode(),
            "requirements.lock": lock.encode(),
        }
    )


def rehearsed(
    folder: Path,
    doing: str = "",
    recorded: dict[str, Any] | None = None,
    lock: str | None = None,
    asked: str | None = None,
) -> tuple[Snapshot, Archive]:
    """Return a snapshot and its archive; its recipe does what is said, its manifest tells what is recorded."""
    archive, made = archive_of(folder), content()
    told = [{"outcome": "read", "receipt": vars(receipt)} for receipt in archive.receipts()]
    origin = {
        "content_tables": sorted(made),
        "code": {"version": "0", "source_sha256": "code", "commit": None},
        "environment": recorded or provenance.environment(),
        "lock_sha256": "lock",
        "catalogue_sha256": "catalogue",
        "receipts": [one["receipt"] for one in told],
        "findings": [],
    }
    files = {
        "recipe.zip": recipe_of(
            doing,
            settings.LOCK.read_text(encoding="utf-8") if lock is None else lock,
            asked or ASKED.format(environment=provenance.environment()),
        ),
        "deliveries.json": json.dumps({"deliveries": told, "attempts": []}).encode(),
    }
    snapshot, _ = publish(folder / "snapshots", 2026, made, origin, SOURCES, made_up=False, files=files)
    return snapshot, archive
