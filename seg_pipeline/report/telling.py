"""A page as files: in each language, proved, with what stands beside it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import pages, proof, terms
from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.page import Drawing, Link, Page
from seg_pipeline.report.rendering import Writer, render
from seg_pipeline.report.statement import say

MENU = ("overview", "cities", "indicators", "comparison", "changes", "method", "sources", "download", "summary")


def write(book: Book, made: Path, kind: str, name: str) -> None:
    """Write one page in every language, and what stands beside it; refuse what is not proved."""
    try:
        page = pages.KINDS[kind].page(book, name)
        told = {language: html(book, page, language) for language in LANGUAGES}
    except ReportError as error:
        raise ReportError(f"{kind} {name}: {error}") from None
    proof.refuse_difference(page.path, told)
    for language, (shown, _) in told.items():
        proof.refuse_unbound(f"{language}/{page.path}", shown)
        for path, content in ((page.path, shown.encode()), *page.beside(language).items()):
            file = made / language / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def html(book: Book, page: Page, language: str) -> tuple[str, Counter[str]]:
    """Return a page in a language, and how often it says each text."""
    writer = Writer(language, Counter(), page.root)
    shown = render(
        page.template,
        writer,
        page=page,
        root=page.root,
        up=f"../{page.root}",
        made_up=book.snapshot.made_up,
        version=book.fact("version", kind="code"),
        published=book.fact("published", kind="date"),
        languages=_languages(),
        menu=_menu(),
        drawn=lambda drawing: _drawn(drawing, language),
        **page.context,
    )
    return shown, writer.said


def _drawn(drawing: Drawing, language: str) -> Markup:
    return Markup(drawing.draw(language))  # noqa: S704  our own SVG; every text in it is escaped by the renderer


@cache
def _languages() -> list[tuple[str, Any]]:
    """Return each language with its name in itself, whichever language the page is in."""
    own = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
    return [(code, terms.fixed(own[code])) for code in LANGUAGES]


@cache
def _menu() -> list[Link]:
    paths = {"overview": "index.html", "cities": "index.html#cities", "indicators": "indicators.html"}
    return [Link(paths.get(name, f"{name}.html"), say(f"site.nav_{name}")) for name in MENU]
