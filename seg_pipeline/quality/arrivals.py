"""Has every source delivered for the edition? The catalogue says which of them must have delivered something."""

from __future__ import annotations

from collections.abc import Sequence

from seg_pipeline import catalogue
from seg_pipeline.quality.finding import Finding

ABSENT, LATE = "arrived", "late"


def finding(source: str, edition: int, releases: Sequence[str]) -> Finding | None:
    """Return a finding when a source has delivered nothing, or nothing of the edition's own year yet.

    `releases` are those that the edition reads. Nothing at all blocks where the source is required.
    """
    remedy = f"`seg receive {source} FILE --release YEAR` takes a file"
    if not releases:
        message = f"nothing has been received for edition {edition}; {remedy}"
        return Finding("block" if required(source) else "warn", source, ABSENT, message)
    latest = max(releases)
    if int(latest[:4]) < edition:
        return Finding("warn", source, LATE, f"no release of {edition} yet, the latest is {latest}; {remedy}")
    return None


def required(source: str) -> bool:
    """True when the catalogue says that an edition cannot be without the source."""
    return any(row == {"source": source, "required": "yes"} for row in catalogue.rows("sources"))
