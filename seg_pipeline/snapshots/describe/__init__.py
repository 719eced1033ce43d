"""How a snapshot explains itself: the files that say what it is, where it came from, and how to use and cite it.

One door, `files`. Each module writes one of the files from a `Subject`, the snapshot as it is known before its
manifest is made. Every text is a row of the catalogue or comes from a contract, in Finnish, Swedish and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seg_pipeline.snapshots.describe.citation import citation
from seg_pipeline.snapshots.describe.crate import crate
from seg_pipeline.snapshots.describe.dcat import record
from seg_pipeline.snapshots.describe.dictionary import dictionary
from seg_pipeline.snapshots.describe.licence import licence
from seg_pipeline.snapshots.describe.package import data_package
from seg_pipeline.snapshots.describe.readme import readme
from seg_pipeline.snapshots.describe.subject import Subject, json_bytes
from seg_pipeline.snapshots.describe.words import cited

__all__ = ["cited", "files"]


def files(
    version: str,
    edition: int,
    published: str,
    blobs: Mapping[str, bytes],
    rows: Mapping[str, int],
    facts: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
) -> dict[str, bytes]:
    """Return the files that describe a snapshot, name → bytes.

    `published` is when (UTC, ISO 8601); `blobs` are the files made so far: ``<table>.parquet`` for each table in
    `rows`, and any others; `facts` are those of the manifest: receipts, findings, code, predecessor.
    """
    subject = Subject(version, edition, published, made_up, dict(blobs), dict(rows), facts, sources)
    package = data_package(subject)
    said = {
        "datapackage.json": json_bytes(package),
        "dcat.jsonld": json_bytes(record(subject)),
        "README.md": readme(subject).encode(),
        "LICENCE.md": licence(subject).encode(),
        "CITATION.cff": citation(subject).encode(),
        "dictionary.html": dictionary(subject, package).encode(),
    }
    return said | {"ro-crate-metadata.json": json_bytes(crate(subject, said))}
