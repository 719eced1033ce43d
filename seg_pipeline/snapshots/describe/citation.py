"""`CITATION.cff`: how software cites a snapshot, in the Citation File Format 1.2.0."""

from __future__ import annotations

import json
from typing import Any

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import Subject


def citation(subject: Subject) -> str:
    """Return the citation; each value is written as JSON, which is YAML too."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in _told(subject).items())


def _told(subject: Subject) -> dict[str, Any]:
    publisher = words.publisher()
    about = subject.noticed(subject.about)
    known = words.licence(publisher["licence"]) if publisher["licence"] else {"spdx": ""}
    website = {"website": publisher["homepage"]} if publisher["homepage"] else {}
    told = {
        "cff-version": "1.2.0",
        "message": " ".join(words.said("cite_message")[language] for language in reversed(LANGUAGES)),
        "type": "dataset",
        "title": subject.title["en"],
        "version": subject.version,
        "date-released": subject.published[:10],
        "authors": [{"name": publisher["name_en"], **website}],
        "abstract": "\n\n".join(about[language] for language in reversed(LANGUAGES)),
        "keywords": words.keywords(subject.made_up)["en"],
        "identifiers": [{"type": "other", "value": subject.identifier}],
        "license": known["spdx"],
    }
    return {key: value for key, value in told.items() if value}
