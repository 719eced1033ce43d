"""A made-up snapshot for the pages beside the figures: what came and what did not, what moved, what was withdrawn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import pandas as pd

from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Row
from seg_pipeline_tests.report import made

OPEN, CLOSED = "CC BY 4.0", "by contract, not open"
MOVED = {"source": "paavo", "geography": "postal_area", "dimension": "income", "group": "low",
         "reference_group": "high", "scale": None, "from_value": 0.3, "to_value": 0.31,
         "status": "observed"}  # fmt: skip
ROW_OF_MOVED = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale",
                "from_year", "to_year", "from_value", "to_value", "term", "value", "status"]  # fmt: skip
COVERED = ["edition", "source", "table", "subject", "status", "release", "reference_year", "rows", "note"]
REVISED = ["source", "table", "city", "subject", "release_before", "release_after"]


def book(
    covered: Sequence[dict[str, Any]] = (),
    moves: Sequence[dict[str, Any]] = (),
    revised: Sequence[tuple[str, ...]] = (),
    tables: Mapping[str, pd.DataFrame] | None = None,
    **manifest: Any,
) -> Book:
    """Return an opened snapshot with these rows of its books, and these facts in its manifest."""
    figures = made.estimates("dissimilarity").reset_index(drop=True).assign(method_version="3")
    books = {
        "indicators": figures,
        "coverage": pd.DataFrame(list(covered), columns=COVERED),
        "moved": pd.DataFrame(list(moves), columns=ROW_OF_MOVED).astype({"value": "float64", "scale": "Int64"}),
        "revisions": pd.DataFrame(list(revised), columns=REVISED),
    }
    first: dict[str, Any] = dict.fromkeys(("receipts", "findings", "withdrawn"), ())
    facts = first | {"edition": 2026, "predecessor": None, "compared_with": None, "content": "c0ffee"} | manifest
    opened = made.book(("dissimilarity",), made.VALUES, made.ERRORS, **books, **(tables or {}))
    opened.snapshot.manifest.update({name: list(of) if isinstance(of, tuple) else of for name, of in facts.items()})
    return opened


def covered(source: str, subject: str, status: str, table: str = "counts", **other: Any) -> dict[str, Any]:
    """Return a row of coverage."""
    return {"edition": 2026, "source": source, "table": table, "subject": subject, "status": status, "release": None,
            "reference_year": None, "rows": 0, "note": None} | other  # fmt: skip


def receipt(source: str, file: str, sha256: str, licence: str = OPEN, **other: Any) -> dict[str, Any]:
    """Return a receipt as a manifest has it."""
    return {"source": source, "release": "2026", "part": "whole", "revision": 1, "file": file, "size": 9,
            "sha256": sha256, "received": "2026-11-04T10:00:00+00:00", "licence": licence, "made_up": True,
            "url": ""} | other  # fmt: skip


def move(city: str, total: float | None, indicator: str = "dissimilarity", year: int = 2024, **other: Any) -> list[Any]:
    """Return the rows of one figure that moved: the whole, and its terms where `terms` are given."""
    terms = {"total": total} | other.pop("terms", {"source_revision": total})
    figure = MOVED | {"city": city, "indicator": indicator, "from_year": year, "to_year": year} | other
    return [figure | {"term": term, "value": value} for term, value in terms.items()]


def withdrawn(table: str, source: str, cities: list[str], **reason: str) -> dict[str, Any]:
    """Return what a manifest says of figures that are told no more."""
    return {"table": table, "source": source, "release": "2025", "cities": cities, "rows": 1234, "reason": reason,
            "who": "", "date": ""}  # fmt: skip


def values(row: Row) -> list[Any]:
    """Return the values of the figures of a row."""
    return [cell.value for cell in row.cells if hasattr(cell, "value")]


def text(shown: str) -> str:
    """Return what a reader reads of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<script.*?</script>|<[^>]*>", "", shown, flags=re.DOTALL)))
