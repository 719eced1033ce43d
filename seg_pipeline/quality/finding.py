"""A finding: what was judged, how grave it is, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class Finding:
    """One judgement on a table or a source. `block` stops publication, `warn` goes into the manifest."""

    severity: Severity
    subject: str
    rule: str
    message: str
    rows: int = 0
    example: str = ""

    def __str__(self) -> str:
        """Return the finding as one line."""
        such = f", such as {self.example}" if self.example else ""
        rows = f" ({self.rows} rows{such})" if self.rows else ""
        return f"{self.subject}: {self.message}{rows}"
