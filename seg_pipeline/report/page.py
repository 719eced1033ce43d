"""What a page is made of: tables, pictures, and the page itself. None of it is in a language yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seg_pipeline.report.book import Figure, Term
from seg_pipeline.report.statement import Joined, Statement

Said = Figure | Term | Statement | Joined


@dataclass(frozen=True)
class Link:
    """A name that leads to another page: its path below the folder of the language, with an anchor if any."""

    to: str
    said: Said


@dataclass(frozen=True)
class Row:
    """A row of a table. Its id is the permalink of the row, and marks in pictures point to it."""

    id: str
    cells: Sequence[Said | Link]  # the first one is the row's heading


@dataclass(frozen=True)
class Table:
    """The figures under a picture, or by themselves."""

    caption: Statement
    head: Sequence[Said]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Drawing:
    """One picture of a figure, in each language: `draw(language)` gives its SVG. `label` names it among several."""

    draw: Callable[[str], str]
    label: Said | None = None
    id: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure of the page: what it shows, what is found in it, how it is drawn, where it is from, its table.

    Marks of a drawing that carry ``data-row`` show, when pointed at, the row of the table with that id.
    """

    id: str
    title: Statement
    finding: Statement
    drawings: Sequence[Drawing]
    table: Table
    source: Statement
    notes: Sequence[Statement] = ()


@dataclass(frozen=True)
class Page:
    """A page: where it is below the folder of its language, its template, its title, and what the template shows."""

    path: str
    template: str
    title: Said
    context: Mapping[str, Any] = field(default_factory=dict)
    beside: Callable[[str], Mapping[str, bytes]] = lambda _: {}  # other files in a language: path → bytes

    @property
    def root(self) -> str:
        """The way from the page to the folder of its language."""
        return "../" * self.path.count("/")
