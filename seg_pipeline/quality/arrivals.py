"""Has every source delivered something for the edition? The catalogue says which of them must."""

from __future__ import annotations

from seg_pipeline import catalogue
from seg_pipeline.quality.finding import Finding


def finding(source: str, edition: int, deliveries: int) -> Finding | None:
    """Return a finding when a source has delivered nothing; it blocks where the source is required."""
    if deliveries:
        return None
    required = {row["source"] for row in catalogue.rows("sources") if row["required"] == "yes"}
    message = (
        f"nothing has been received for edition {edition}; `seg receive {source} FILE --release YEAR` takes a file"
    )
    return Finding("block" if source in required else "warn", source, "arrived", message)
