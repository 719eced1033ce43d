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

TAG = re.compile(r"<[^>]*>")  # striptags would also break no-break spaces
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
        if isinstance(thing, Figure):
            return written(thing, self.language)
        return Markup(TAG.sub("", self.html(thing))).unescape()  # noqa: S704  it is text from here on

    def _figure(self, figure: Figure) -> Markup:
        if figure.empty:
            raise ReportError(f"the cell {figure.address} is empty: say its status instead")
        name, value = ("time", "datetime") if figure.kind == "date" else ("data", "value")
        told = Markup('<{0} {1}="{2}" data-cell="{3}" data-kind="{4}">{5}</{0}>')
        return told.format(name, value, _raw(figure), figure.address, figure.kind, written(figure, self.language))

    def _term(self, term: Term) -> Markup:
        name = term.texts[self.language]
        if not DIGIT.search(name):
            return escape(name)
        if not term.address:
            raise ReportError(f"the name {name!r} has a number, and nothing says where it is from")
        return Markup('<span data-text="{}">{}</span>').format(term.address, name)

    def _statement(self, statement: Statement) -> Markup:
        self.said[statement.key] += 1
        told = (
            words + (self.html(statement.values[gap]) if gap else "")
            for words, gap in _parts(statement.key, self.language)
        )
        return Markup("").join(told)

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


@cache
def _parts(key: str, language: str) -> list[tuple[Markup, str | None]]:
    """Return the words of a text as HTML, each with the gap after it. Only its own stars are emphasis."""
    emphasised = EMPHASIS.sub(r"<em>\1</em>", str(escape(text(key)[language])))
    return [(Markup(words), gap) for words, gap, _, _ in Formatter().parse(emphasised)]  # noqa: S704  was escaped


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
    a text without gaps, ``|word`` an id or address, ``|plain`` a text for an attribute, which has no digit, and
    ``|named`` the title of the window, whose element carries the address of the name.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("seg_pipeline.report", "templates"), autoescape=True,
        finalize=jinja2.pass_context(_finalized), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"word": _Word, "plain": jinja2.pass_context(_attribute), "named": jinja2.pass_context(_named)}
    made.globals["say"] = say
    return made


def _finalized(context: jinja2.runtime.Context, thing: Any) -> Any:
    if isinstance(thing, tuple(_HTML)):
        return context["writer"].html(thing)
    if isinstance(thing, _Word):
        return thing
    raise ReportError(f"{thing!r} stands in no language; an id or an address is written with |word")


def _attribute(context: jinja2.runtime.Context, thing: Any) -> _Word:
    told = context["writer"].plain(thing)
    if DIGIT.search(told):
        raise ReportError(f"{told!r} has a number, and an attribute cannot carry its cell: say it in the page")
    return _Word(told)


def _named(context: jinja2.runtime.Context, thing: Any) -> _Word:
    return _Word(context["writer"].plain(thing))


class _Word(str):
    """What no reader reads as text of the page: an id, a class, an address, an attribute."""
