"""A delivered table before anything is believed of it: header, rows of text, and where each row stood."""

from __future__ import annotations

from dataclasses import dataclass

from seg_pipeline.sources.refusal import Refused, quoted, told


@dataclass(frozen=True)
class Grid:
    """Rows of text under one header. ``lines[i]`` is the line (or sheet row) of ``rows[i]``, counted from 1."""

    header: list[str]
    header_line: int
    rows: list[list[str]]
    lines: list[int]

    def __post_init__(self) -> None:
        """Refuse a column that is there twice and a row that is not as wide as the header."""
        seen: set[str] = set()
        for name in self.header:
            if name in seen:
                raise Refused("duplicate_column", found=quoted(name), line=self.header_line, column=name)
            seen.add(name)
        for row, line in zip(self.rows, self.lines, strict=True):
            if len(row) != len(self.header):
                last = line == self.lines[-1] and len(row) < len(self.header)
                raise Refused(
                    "truncated" if last else "fields",
                    found=_fields(len(row), last),
                    expected=_fields(len(self.header), last),
                    line=line,
                )

    def column(self, name: str) -> list[str]:
        """Return the cells of the column `name`, or refuse the delivery for want of it."""
        if name not in self.header:
            raise Refused("missing_column", expected=quoted(name), line=self.header_line, column=name)
        index = self.header.index(name)
        return [row[index] for row in self.rows]


def _fields(count: int, last: bool) -> str:
    return told("many_fields", count) if last else str(count)
