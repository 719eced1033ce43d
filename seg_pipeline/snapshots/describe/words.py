"""The words that several files say, from the catalogue: texts, publisher, licences, names of sources, concepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES

Texts = dict[str, str]  # language → text


def said(key: str, **values: object) -> Texts:
    """Return a text in each language, its gaps filled; a value may itself be a text in each language."""
    return {
        language: template.format(**{name: _in(value, language) for name, value in values.items()})
        for language, template in _texts()[key].items()
    }


def made_up() -> Texts:
    """Return the notice on made-up data."""
    return catalogue.texts("texts", "text")["made_up"]


def publisher() -> dict[str, str]:
    """Return the facts of the publisher; what is not known is empty."""
    return catalogue.rows("publisher")[0]


def named(row: Mapping[str, str], what: str = "name") -> Texts:
    """Return the names in a row with a column for each language."""
    return {language: row[f"{what}_{language}"] for language in LANGUAGES}


def licence(name: str) -> dict[str, str]:
    """Return what the catalogue knows of a licence; one that it does not know has only its name."""
    known = {row["licence"]: row for row in catalogue.rows("licences")}
    unknown = dict.fromkeys(("spdx", "url", "authority"), "") | {"attribution": "yes"}
    return known.get(name) or unknown | {"licence": name} | dict.fromkeys(LANGUAGES, name)


def texts_of(row: Mapping[str, str]) -> Texts:
    """Return the texts of a row of the catalogue."""
    return {language: row[language] for language in LANGUAGES}


def source(id_: str, sources: Mapping[str, Mapping[str, str]]) -> tuple[Texts, Texts, str]:
    """Return a source's name and publisher in each language, and its address (empty where it has none)."""
    for row in catalogue.rows("source_names"):
        if row["source"] == id_:
            return named(row), named(row, "publisher"), sources[id_]["url"]
    given = sources[id_]
    return dict.fromkeys(LANGUAGES, given["name"]), dict.fromkeys(LANGUAGES, given["publisher"]), given["url"]


def concept(name: str) -> tuple[str, Texts]:
    """Return the address of a concept in the European authority tables, and what it is called."""
    row = next(row for row in catalogue.rows("concepts") if row["concept"] == name)
    return row["uri"], texts_of(row)


def keywords(made_up: bool) -> dict[str, list[str]]:
    """Return the keywords in each language."""
    more = [said("made_up_word")] if made_up else []
    return {language: [row[language] for row in (*more, *catalogue.rows("keywords"))] for language in LANGUAGES}


def cited(version: str, published: str) -> Texts:
    """Return how a snapshot is cited."""
    return said("cite_line", publisher=named(publisher()), version=version, date=published[:10])


def _texts() -> dict[str, Texts]:
    return catalogue.texts("texts", "text") | catalogue.texts("snapshot_texts", "text")


def _in(value: Any, language: str) -> Any:
    return value[language] if isinstance(value, dict) else value
