"""The words beside the numbers: the dictionary of the chosen tables, what to know of them, and their sources.

What a table or a column means is said by the snapshot; what a format does with it, by the catalogue's texts.
"""

from __future__ import annotations

from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES, texts
from seg_pipeline.snapshots.formats.export import Export

Words = dict[str, str]
DICTIONARY = ("table", "column", "type", "unit", *LANGUAGES)
CAVEATS = ("read_interval", "read_rank", "read_areas", "read_method", "read_cause")
DAY = len("2026-02-15")


def text(key: str, **facts: object) -> Words:
    """Return a text of the catalogue in each language."""
    return {language: said.format(**facts) for language, said in texts("texts", "text")[key].items()}


def together(words: Words, between: str = " · ") -> str:
    """Return the three languages in one line; what is the same in all of them is said once."""
    return between.join(dict.fromkeys(words[language] for language in LANGUAGES))


def described(resource: dict[str, Any]) -> Words:
    """Return what a table or a column is, in each language."""
    said: Words = resource["descriptions"]
    return {language: said[language] for language in LANGUAGES}


def dictionary(export: Export) -> list[Words]:
    """Return a row for every table, every column and every indicator: table, column, type, unit, fi, sv, en."""
    rows = []
    for name, resource in export.resources.items():
        rows.append({"table": name, "column": "", "type": "", "unit": "", **described(resource)})
        rows += [
            {"table": name, "column": field["name"], "type": field["type"], "unit": _unit(field), **described(field)}
            for field in resource["schema"]["fields"]
        ]
    return [*rows, *_indicators(export)]


def _indicators(export: Export) -> list[Words]:
    """Return a row for each code of the column ``indicator``: what the index means, as the installed catalogue says."""
    if "indicators" not in export.resources:
        return []
    return [
        {
            "table": "indicators",
            "column": f"indicator = {row['indicator']}",
            "type": "",
            "unit": "",
            **{language: row[language] for language in LANGUAGES},
        }
        for row in catalogue.rows("indicators")
    ]


def about(export: Export) -> list[tuple[Words, Words]]:
    """Return what identifies an export: what it is called, and what it says, in each language.

    A licence of the whole is said where the publisher has stated one; those of the sources always.
    """
    said = export.snapshot.manifest
    cities = [together(export.names[code], " / ") for code in export.cities]
    facts = {
        "version": said["version"],
        "published": said["published"],
        "content": f"sha256:{said['content']}",
        "cities": ", ".join(cities),
        "licence": ", ".join(one["title"] for one in export.snapshot.package.get("licenses", []) if "name" in one),
        "source_licences": ", ".join(sorted({source["licence"] for source in export.snapshot.package["sources"]})),
    }
    told = [(text(f"export_{key}"), dict.fromkeys(LANGUAGES, value)) for key, value in facts.items() if value]
    return [*told, (text("export_citation"), citation(export))]


def citation(export: Export) -> Words:
    """Return how the snapshot is cited; the hash of its content identifies it."""
    said, titles = export.snapshot.manifest, export.snapshot.package["titles"]
    plain = {language: f"{titles[language]}. {said['published'][:DAY]}." for language in LANGUAGES}
    return {language: f"{line} sha256:{said['content']}" for language, line in said.get("citation", plain).items()}


def titles(export: Export) -> Words:
    """Return the title of the snapshot."""
    said: Words = export.snapshot.package["titles"]
    return said


def notes(export: Export) -> list[Words]:
    """Return what to know before the numbers are used: made up or not, what an empty cell means, how to read."""
    made_up = [export.notice] if export.notice else []
    caveats = [texts("snapshot_texts", "text")[key] for key in CAVEATS]
    return [*made_up, text("snapshot_read"), *caveats, text("export_codes"), text("export_guard")]


def sources(export: Export) -> list[Words]:
    """Return the sources of the snapshot: names, releases, licence, address, and how to name it, in each language."""
    return [
        {
            **_spoken("title", source.get("titles", source["title"])),
            **_spoken("publisher", source.get("publishers", source["publisher"])),
            **{key: source.get(key, "") for key in ("source", "version", "licence", "path")},
            **_spoken("attribution", source.get("attribution", "")),
        }
        for source in export.snapshot.package["sources"]
    ]


def _spoken(key: str, said: Words | str) -> Words:
    """Return a text by its column in each language; an early snapshot has it in one only."""
    return {f"{key}_{language}": said if isinstance(said, str) else said[language] for language in LANGUAGES}


def _unit(field: dict[str, Any]) -> str:
    return str(field.get("unit", ""))
