"""`LICENCE.md`: the licence of the compilation and of each source, and the line by which each is named.

A licence is what the receipt of a delivery says; nothing is said that neither a receipt nor the catalogue knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import Subject


def licence(subject: Subject) -> str:
    """Return the licences, in Finnish, Swedish and English."""
    return "\n\n".join(part for language in LANGUAGES for part in _in(subject, language)) + "\n"


def _in(subject: Subject, language: str) -> Iterable[str]:
    yield f"# {words.said('licence_title', version=subject.version)[language]}"
    if subject.made_up:
        yield f"**{words.made_up()[language]}**"
    yield f"## {words.said('compilation')[language]}"
    yield compilation(subject)[language]
    yield f"## {words.said('source_licences')[language]}"
    if subject.made_up:
        yield words.said("source_made_up")[language]
    lines = [f"- {line[language]}" for line in attributions(subject)]
    yield "\n".join(lines) or words.said("no_sources")[language]
    if lines:
        yield words.said("source_changed")[language]


def compilation(subject: Subject) -> words.Texts:
    """Return what holds for the compilation itself."""
    name = words.publisher()["licence"]
    if not name:
        return words.said("compilation_unknown")
    told = words.licence(name)
    return words.said("compilation_licence", licence=_named(told), cite=words.cited(subject.version, subject.published))


def attributions(subject: Subject) -> list[words.Texts]:
    """Return a line for each source and licence: whom to name, what, which releases, under which licence."""
    lines = []
    for id_, licences in subject.uses.items():
        name, publisher, url = words.source(id_, subject.sources)
        for given, releases in licences.items():
            known = words.licence(given)
            line = words.said(
                "source_named", publisher=publisher, name=name, releases=", ".join(releases), licence=_named(known)
            )
            free = words.said("source_free") if known["attribution"] == "no" else dict.fromkeys(LANGUAGES, "")
            lines.append({code: " ".join(filter(None, (line[code], free[code], url))) for code in LANGUAGES})
    return lines


def _named(known: dict[str, str]) -> words.Texts:
    """Return a licence's own name, what it is called in each language, and its address."""
    address = f" <{known['url']}>" if known["url"] else ""
    return {
        language: (known[language] if not known["spdx"] else f"{known['licence']} ({known[language]})") + address
        for language in LANGUAGES
    }
