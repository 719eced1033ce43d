"""`README.md`: what a snapshot is, how to read and cite it, in Finnish, Swedish and English."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import CHANGES, Subject, Table

READING = ("snapshot_read", "read_interval", "read_rank", "read_areas", "read_method", "read_cause")
FILES = {
    "dictionary.html": "dictionary",
    "datapackage.json": "file_datapackage",
    "dcat.jsonld": "file_dcat",
    "ro-crate-metadata.json": "file_crate",
    "manifest.json": "file_manifest",
    "LICENCE.md": "licences",
    "CITATION.cff": "cite",
    CHANGES: "file_changes",
}


def readme(subject: Subject) -> str:
    """Return the README."""
    return "\n\n".join(part for language in LANGUAGES for part in _in(subject, language)) + "\n"


def _in(subject: Subject, language: str) -> Iterable[str]:
    say = partial(_say, language)
    yield f"# {subject.title[language]}"
    if subject.made_up:
        yield f"**{words.made_up()[language]}**"
    yield subject.about[language]
    yield say("snapshot_about", edition=subject.edition, tables=len(subject.tables))
    yield say("find_meaning")
    yield f"## {say('how_to_read')}"
    yield _list(say(key) for key in READING)
    yield say("findings", number=len(subject.facts["findings"]))
    yield f"## {say('tables')}"
    yield _list(_table(table, language) for table in subject.tables)
    yield f"## {say('indicators')}"
    yield _list(f"`{row['indicator']}`: {row[language]}" for row in catalogue.rows("indicators"))
    yield f"## {say('files')}"
    yield _list(f"[{file}]({file}): {say(key)}" for file, key in FILES.items() if _there(file, subject))
    yield f"## {say('licences')}"
    yield say("licence_see")
    yield f"## {say('cite')}"
    yield f"> {words.cited(subject.version, subject.published)[language]}"
    yield say("cite_hash")
    yield f"## {say('since')}"
    yield " ".join(_since(subject, say))


def _say(language: str, key: str, **values: object) -> str:
    return words.said(key, **values)[language]


def _since(subject: Subject, say: Callable[..., str]) -> Iterable[str]:
    if subject.predecessor is None:
        yield say("since_first")
    else:
        yield say("since_before", version=subject.predecessor["version"])
    if _there(CHANGES, subject):
        yield say("since_changes")


def _there(file: str, subject: Subject) -> bool:
    return file != CHANGES or CHANGES in subject.blobs


def _table(table: Table, language: str) -> str:
    return f"`{table.file}`: {table.described[language]} ({words.said('rows', number=table.rows)[language]})"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
