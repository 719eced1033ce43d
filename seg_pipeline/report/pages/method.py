"""How the figures are made, what their words mean, and what cannot be concluded from them."""

from __future__ import annotations

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import AREA_TYPES, CONTRASTS, DIMENSIONS, Contrast
from seg_pipeline.report import terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.page import Page, Row, Table
from seg_pipeline.report.statement import Statement, say, text

SECTIONS = ("areas", "chance", "order", "change", "hidden", "limits")
REST = "rest"


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["method"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    shown = {
        "sections": SECTIONS,
        "types": _types(),
        "parts": [Term({code: row[code] for code in LANGUAGES}, "") for row in catalogue.rows("need_index")],
        "dimensions": _dimensions(book),
        "method": _version(book),
        "origin": say("method.origin_said", version=book.fact("version", kind="code")),
    }
    return Page(f"{name}.html", "method.html", say("method.title"), shown)


def entries(book: Book) -> list[tuple[str, Term]]:
    """Return what search finds here: the anchor and name of each section, type of area and property."""
    return [
        *((name, Term(text(f"method.{name}"), "")) for name in SECTIONS),
        *((_at("type", code), terms.term("area_types", code)) for code in AREA_TYPES),
        *((_at("dimension", code), terms.term("dimensions", code)) for code in told(book)),
    ]


def told(book: Book) -> list[str]:
    """Return the dimensions that the snapshot has indices of."""
    there = set(book.table("indicators")["dimension"])
    return [code for code in DIMENSIONS if code in there]


def _at(kind: str, code: str) -> str:
    return f"{kind}.{code}"


def _types() -> Table:
    limits = {row["area_type"]: row["up_to"] for row in catalogue.rows("area_types")}
    rows = [Row(_at("type", code), (terms.term("area_types", code), _limit(code, up_to)))
            for code, up_to in limits.items()]  # fmt: skip
    return Table(say("method.types_caption"), [say("method.head_type"), say("method.head_up_to")], rows)


def _limit(code: str, up_to: str) -> Term | Statement:
    return terms.fixed(up_to, f"catalogue/area_types/{code}") if up_to else say("method.no_limit")


def _dimensions(book: Book) -> Table:
    compared = {contrast.dimension: contrast for contrast in CONTRASTS}
    rows = [Row(_at("dimension", code), (terms.term("dimensions", code), *_groups(compared.get(code))))
            for code in told(book)]  # fmt: skip
    head = [say(f"method.head_{one}") for one in ("dimension", "group", "reference")]
    return Table(say("method.dimensions_caption"), head, rows)


def _groups(contrast: Contrast | None) -> tuple[Term | Statement, Term | Statement]:
    if contrast is None:
        return say("method.all_groups"), say("site.none")
    group = terms.term("groups", contrast.dimension, contrast.group)
    if contrast.reference_group == REST:
        return group, say("method.rest")
    return group, terms.term("groups", contrast.dimension, contrast.reference_group)


def _version(book: Book) -> Statement | None:
    if book.table("indicators").empty:
        return None
    return say("method.version", version=book.figure("indicators", 0, "method_version", "code"))
