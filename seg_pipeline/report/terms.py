"""Names of codes, as the snapshot or the catalogue gives them, in each language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITIES, City
from seg_pipeline.report.book import Book, ReportError, Term
from seg_pipeline.report.statement import Joined, joined

KEYS = {  # table of the catalogue → the columns that make a code
    "indicators": ("indicator",), "dimensions": ("dimension",), "groups": ("dimension", "group"),
    "profiles": ("profile",), "area_types": ("area_type",), "terms": ("term",), "wellbeing": ("indicator",),
    "wellbeing_groups": ("group",), "periods": ("period",), "units": ("unit",), "area_funding": ("funding",),
    "licences": ("licence",),
}  # fmt: skip


@cache
def term(table: str, *code: str) -> Term:
    """Return what the catalogue calls a code: ``term("groups", "income", "low")``. Raises ReportError without one."""
    for row in catalogue.rows(table):
        if tuple(row[key] for key in KEYS[table]) == code:
            return Term({language: row[language] for language in LANGUAGES}, f"catalogue/{table}/{'.'.join(code)}")
    raise ReportError(f"data/catalogue/{table}.csv does not name {'.'.join(code)!r}")


@cache
def short(table: str, *code: str) -> Term:
    """Return a name up to its explanation: ``Dissimilarity D: the share of …`` is ``Dissimilarity D``."""
    whole = term(table, *code)
    return Term({language: said.partition(":")[0] for language, said in whole.texts.items()}, f"{whole.address}:name")


@cache
def explained(table: str, *code: str) -> Term:
    """Return what stands after the name, with a capital letter; where nothing does, the name."""
    whole = term(table, *code)
    parts = {language: said.partition(":")[2].strip() or said for language, said in whole.texts.items()}
    capital = {language: said[0].upper() + said[1:] for language, said in parts.items()}
    return Term(capital, f"{whole.address}:explained")


def city(code: str) -> Term:
    """Return the name of one of the eleven cities."""
    found = _city(code)
    return Term({language: getattr(found, f"name_{language}") for language in LANGUAGES}, f"catalogue/cities/{code}")


def fixed(word: str, address: str = "") -> Term:
    """Return a name that is the same in every language, as a language's name for itself or a symbol."""
    return Term(dict.fromkeys(LANGUAGES, word), address)


def slug(code: str) -> str:
    """Return the word by which a city's page is known: ``helsinki``."""
    return _city(code).id


def source(id_: str) -> Term:
    """Return the name of a source."""
    return _of_source(id_, "name")


def source_short(id_: str) -> Term:
    """Return the name of a source up to its comma, which a list of several could not show."""
    whole = source(id_)
    return Term({language: said.partition(",")[0] for language, said in whole.texts.items()}, f"{whole.address}:short")


def sources(ids: Iterable[str]) -> Joined:
    """Return a list of sources in a sentence, each once, by their short names."""
    return joined(source_short(id_) for id_ in sorted(set(ids)))


def publisher(id_: str) -> Term:
    """Return who publishes a source."""
    return _of_source(id_, "publisher")


def _of_source(id_: str, what: str) -> Term:
    for row in catalogue.rows("source_names"):
        if row["source"] == id_:
            return Term(
                {language: row[f"{what}_{language}"] for language in LANGUAGES}, f"catalogue/source_names/{id_}"
            )
    raise ReportError(f"data/catalogue/source_names.csv does not name {id_!r}")


def area(book: Book, row: int) -> Term:
    """Return the name of the area in a row of the table `areas`; Swedish where there is one, its id without any."""
    id_, fi, sv = (book.table("areas")[column].loc[row] for column in ("area_id", "name_fi", "name_sv"))
    own = str(id_ if pd.isna(fi) else fi)
    return Term({"fi": own, "sv": own if pd.isna(sv) else str(sv), "en": own}, f"areas/{row}")


def _city(code: str) -> City:
    for known in CITIES:
        if known.city == code:
            return known
    raise ReportError(f"{code!r} is none of the eleven cities")
