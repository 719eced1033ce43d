"""A document on paper: what a page says, as a tagged PDF (PDF/UA-1) that typst sets from `templates/paper.typ`.

Texts, figures and pictures reach the template as JSON and are shown as they are: no name in them can be markup. The
date is the snapshot's, the fonts are those that come with typst, so the same snapshot gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from importlib.resources import files
from itertools import product
from typing import Any, Literal

from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.page import Link, Picture, Said, Table
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import Statement, say

SIZES = (10.0, 9.5, 9.0, 8.5, 8.0)  # points, the first with which the document has the pages it should have
STANDARDS = ["ua-1"]
TAG = re.compile(r"<[^>]*>")
EMPHASIS = re.compile(r"<em>(.*?)</em>")
Run = tuple[bool, str]  # whether it is emphasised, and its words


@dataclass(frozen=True)
class Block:
    """A paragraph, a list, a table or a picture of a part."""

    kind: Literal["text", "list", "table", "picture"]
    of: Any
    columns: Sequence[int] = ()  # the shares of a table's width on paper
    width: int = 100  # percent of the page that a picture takes on paper


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it."""

    id: str
    title: Statement
    blocks: Sequence[Block]
    new_page: bool = False


@dataclass(frozen=True)
class Document:
    """A title, the parts under it, and on how many pages of A4 they have to be."""

    title: Statement
    parts: Sequence[Part]
    pages: int


def pdf(document: Document, book: Book, language: str) -> bytes:
    """Return the document as PDF; raise ReportError where it cannot be set on as many pages as it should have."""
    import typst

    writer = Writer(language, Counter())
    published = datetime.fromisoformat(book.fact("published", kind="date").value)
    said = _told(document, book, writer) | {"published": [published.year, published.month, published.day]}
    template = files("seg_pipeline.report").joinpath("templates/paper.typ").read_bytes()
    title = writer.plain(document.title)
    try:
        for parted, size in product((False, True), SIZES):  # parted: a part may ask for a page of its own
            look = {"size": size, "largest": SIZES[0], "parted": parted}
            drawn: dict[str, Any] = {"ignore_system_fonts": True, "sys_inputs": {"said": json.dumps(said | look)}}
            if json.loads(typst.query(template, "<pages>", "value", one=True, **drawn)) == document.pages:
                drawn |= {"pdf_standards": STANDARDS, "timestamp": int(published.timestamp())}
                return bytes(typst.compile(template, format="pdf", **drawn))
    except typst.TypstError as error:
        raise ReportError(f"{title!r} cannot be set on paper in {language!r}: {error}") from None
    raise ReportError(f"{title!r} does not fit on {document.pages} pages in {language!r}")


def runs(writer: Writer, said: Said | Link) -> list[Run]:
    """Return a text in the writer's language as runs; no space that a figure must not be parted at is lost."""
    parts = EMPHASIS.split(str(writer.html(said.said if isinstance(said, Link) else said)))
    return [(at % 2 == 1, unescape(TAG.sub("", part))) for at, part in enumerate(parts) if part]


def _told(document: Document, book: Book, writer: Writer) -> dict[str, Any]:
    made_up = book.snapshot.made_up
    facts = {"version": book.fact("version", kind="code"), "published": book.fact("published", kind="date")}
    version = say("site.version", **facts)
    return {
        "language": writer.language,
        "title": writer.plain(document.title),
        "name": writer.plain(say("site.name")),
        "author": book.read("manifest/citation")[writer.language].partition(":")[0],
        "description": writer.plain(version),
        "version": writer.plain(version),
        "notice": runs(writer, say("site.made_up")) if made_up else "",
        "notice_short": writer.plain(say("site.made_up_short")),
        "parts": [_part(writer, part) for part in document.parts],
    }


def _part(writer: Writer, part: Part) -> dict[str, Any]:
    blocks = [{"kind": block.kind, **_BLOCK[block.kind](writer, block)} for block in part.blocks]
    return {"title": runs(writer, part.title), "new_page": part.new_page, "blocks": blocks}


def _text(writer: Writer, block: Block) -> dict[str, Any]:
    return {"runs": runs(writer, block.of)}


def _list(writer: Writer, block: Block) -> dict[str, Any]:
    return {"items": [runs(writer, item) for item in block.of]}


def _table(writer: Writer, block: Block) -> dict[str, Any]:
    table: Table = block.of
    return {
        "caption": runs(writer, table.caption),
        "head": [runs(writer, cell) for cell in table.head],
        "rows": [[runs(writer, cell) for cell in row.cells] for row in table.rows],
        "columns": list(block.columns) or [1] * len(table.head),
    }


def _picture(writer: Writer, block: Block) -> dict[str, Any]:
    picture: Picture = block.of
    return {
        "finding": runs(writer, picture.finding),
        "alt": writer.plain(picture.finding),
        "notes": [runs(writer, note) for note in picture.notes],
        "svg": picture.drawings[0].draw(writer.language),
        "width": block.width,
    }


_BLOCK: dict[str, Callable[[Writer, Block], dict[str, Any]]] = {
    "text": _text, "list": _list, "table": _table, "picture": _picture,
}  # fmt: skip
