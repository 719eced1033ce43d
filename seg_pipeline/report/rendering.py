"""A page in a language. Whatever a template writes passes `_write`: a figure brings its cell, plain text no digit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from seg_pipeline.report.book import Figure, ReportError, Term
from seg_pipeline.report.page import Link
from seg_pipeline.report.statement import DIGIT, Joined, Statement, say, text
from seg_pipeline.report.writing import written

if TYPE_CHECKING:
    import jinja2

EMPHASIS = re.compile(r"\*([^*]+)\*")
AND = {"fi": Markup(" ja "), "sv": Markup(" och "), "en": Markup(" and ")}


@dataclass(frozen=True)
class Writer:
    """Writes what a page says in one language, and keeps which texts it said."""

    language: str
    said: Counter[str]
    root: str = ""

    def html(self, thing: Any) -> Markup:
        """Return a thing as HTML; raise ReportError for a number without a cell and for an empty figure."""
        for kind, write in _HTML.items():
            if isinstance(thing, kind):
                return write(self, thing)
        raise ReportError(f"{thing!r} stands in no language: say it with a statement, a term or a figure")

    def plain(self, thing: Any) -> str:
        """Return a thing as text without marks, for pictures, search and paper."""
        return written(thing, self.language) if isinstance(thing, Figure) else self.html(thing).striptags()

    def _figure(self, figure: Figure) -> Markup:
        if figure.empty:
            raise ReportError(f"the cell {figure.address} is empty: say its status instead")
        name, value = ("time", "datetime") if figure.kind == "date" else ("data", "value")
        told = Markup('<{0} {1}="{2}" data-cell="{3}" data-kind="{4}">{5}</{0}>')
        return told.format(name, value, _raw(figure), figure.address, figure.kind, written(figure, self.language))

    def _term(self, term: Term) -> Markup:
        name = term.texts[self.language]
        return (
            Markup('<span data-text="{}">{}</span>').format(term.address, name) if DIGIT.search(name) else escape(name)
        )

    def _statement(self, statement: Statement) -> Markup:
        self.said[statement.key] += 1
        parts = Formatter().parse(text(statement.key)[self.language])
        told = (escape(words) + (self.html(statement.values[gap]) if gap else "") for words, gap, _, _ in parts)
        return Markup(EMPHASIS.sub(r"<em>\1</em>", "".join(map(str, told))))  # noqa: S704  every part was escaped

    def _joined(self, joined: Joined) -> Markup:
        *first, last = [self.html(item) for item in joined.items] or [Markup("")]
        return AND[self.language].join([Markup(", ").join(first), last] if first else [last])

    def _link(self, link: Link) -> Markup:
        return Markup('<a href="{}{}">{}</a>').format(self.root, link.to, self.html(link.said))

    def _markup(self, done: Markup) -> Markup:
        return done


_HTML: dict[type, Callable[[Writer, Any], Markup]] = {
    Markup: Writer._markup,
    Figure: Writer._figure,
    Term: Writer._term,
    Statement: Writer._statement,
    Joined: Writer._joined,
    Link: Writer._link,
}


def _raw(figure: Figure) -> str:
    value = figure.value
    return repr(float(value)) if isinstance(value, float) else str(value)


def render(template: str, writer: Writer, **context: Any) -> str:
    """Return a template filled in the writer's language."""
    return environment().get_template(template).render(writer=writer, language=writer.language, **context)


@cache
def environment() -> jinja2.Environment:
    """Return the templates.

    In them ``{{ thing }}`` writes a figure, term, statement or link in the page's language, ``{{ say("file.text") }}``
    a text without gaps, ``|word`` an id or address, and ``|plain`` a text for an attribute, which has no digit.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("seg_pipeline.report", "templates"), autoescape=True,
        finalize=jinja2.pass_context(_finalized), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"word": _Word, "plain": jinja2.pass_context(_attribute)}
    made.globals["say"] = say
    return made


def _finalized(context: jinja2.runtime.Context, thing: Any) -> Any:
    if isinstance(thing, tuple(_HTML)):
        return context["writer"].html(thing)
    if isinstance(thing, _Word) or thing is None:
        return thing
    raise ReportError(f"{thing!r} stands in no language; an id or an address is written with |word")


def _attribute(context: jinja2.runtime.Context, thing: Any) -> _Word:
    told = context["writer"].plain(thing)
    if DIGIT.search(told):
        raise ReportError(f"{told!r} has a number, and an attribute cannot carry its cell: say it in the page")
    return _Word(told)


class _Word(str):
    """What no reader reads as text of the page: an id, a class, an address, an attribute."""
