"""What a snapshot keeps so that it can be made again: its recipe, and the deliveries it was made from. No Dagster.

``deliveries.json`` is read by `rebuilding` of the same recipe, and by nobody else but for the sha256 in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seg_pipeline.defs import since
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.snapshots.recipe import DELIVERIES, RECIPE, recipe
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Archive, Attempt, Receipt

IDENTITY = ("source", "release", "part", "revision")


def recorded(edition: Edition, books: Iterable[dict[Any, Any]]) -> dict[str, bytes]:
    """Return the files that stand beside the tables; `books` are the rows of the sources' tables ``deliveries``.

    They tell of the deliveries that the tables were made from, refused ones too, and why some that the snapshot before
    was made from no longer count: what has been received since then is not among them.
    """
    outcomes = {tuple(row[name] for name in IDENTITY): row["outcome"] for row in books}
    told = [
        {"outcome": outcomes[of], "receipt": asdict(receipt)}
        for receipt in edition.archive.receipts()
        if (of := tuple(getattr(receipt, name) for name in IDENTITY)) in outcomes
    ]
    tried = (edition.archive.attempt(source, edition.year) for source in all_sources())
    attempts = [asdict(attempt) for attempt in tried if attempt]
    known = {"deliveries": told, "attempts": attempts, "withdrawals": since.withdrawals(edition)}
    said = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
    return {RECIPE: recipe(), DELIVERIES: said.encode()}


def lay(archive: Archive, deliveries: dict[str, Any], objects: Path) -> None:
    """Put deliveries, attempts and withdrawals into an empty archive as they were; `objects` holds bytes by sha256."""
    for one in deliveries["deliveries"]:
        receipt = Receipt(**one["receipt"])
        archive.restore(receipt, (objects / receipt.sha256).read_bytes())
    for attempt in deliveries["attempts"]:
        archive.note(Attempt(**attempt))
    for one in deliveries.get("withdrawals", []):
        archive.withdraw(Receipt(**one["receipt"]), one["why"])
