"""`ro-crate-metadata.json`: where a snapshot came from, as a Research Object Crate 1.2.

One action, the publication, had the receipts as its objects, the code, lock and catalogue as its instrument and the
tables as its results. A table that names releases in its rows is also based on exactly the receipts of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.origins import (
    Entity,
    before,
    before_id,
    licence_id,
    licences,
    organisation,
    receipt,
    receipt_id,
    sources,
)
from seg_pipeline.snapshots.describe.package import MEDIA_TYPE
from seg_pipeline.snapshots.describe.subject import Subject, Table

SPECIFICATION = "https://w3id.org/ro/crate/1.2"
ITSELF = "ro-crate-metadata.json"
MANIFESTS = ("manifest.json", "manifest.json.sha256")  # written after this file: their hashes are not known here
CONTEXT = [f"{SPECIFICATION}/context", {"dateAccepted": "http://purl.org/dc/terms/dateAccepted"}]
KINDS = {".md": "text/markdown", ".json": "application/json", ".html": "text/html", ".jsonld": "application/ld+json",
         ".cff": "application/yaml", ".parquet": MEDIA_TYPE, ".sha256": "text/plain"}  # fmt: skip
CODE = ("commit", "source_sha256")
ABOUT = {
    "README.md": "What the snapshot is, how to read and cite it",
    "LICENCE.md": "Licences, and how to name the sources",
    "CITATION.cff": "How software cites the snapshot",
    "CHANGES.md": "What has changed since the snapshot before",
    "datapackage.json": "Every table and column, as a Data Package",
    "dcat.jsonld": "Record for catalogues of open data, DCAT-AP",
    "dictionary.html": "Data dictionary with search",
    "manifest.json": "Every file with its hash; receipts, findings, code",
    "manifest.json.sha256": "Hash of the manifest",
}


def crate(subject: Subject, said: Mapping[str, bytes]) -> Entity:
    """Return the crate of a snapshot whose other describing files are `said`."""
    beside = {name: data for name, data in subject.blobs.items() if name not in {t.file for t in subject.tables}}
    files = [_plain(name, data) for name, data in sorted({**beside, **said}.items())]
    files += [_plain(name, None) for name in MANIFESTS]
    tables = [_table(table, subject) for table in subject.tables]
    graph = [
        {"@id": ITSELF, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": SPECIFICATION}},
        _root(subject, [*tables, *files]),
        *tables,
        *files,
        _publication(subject),
        *_instruments(subject),
        *_identifiers(subject),
        *(receipt(one) for one in subject.receipts),
        *sources(subject),
        *licences(subject),
        organisation("#publisher", words.named(words.publisher()), words.publisher()["homepage"]),
        *before(subject),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _root(subject: Subject, parts: list[Entity]) -> Entity:
    licence = words.publisher()["licence"]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": subject.title["en"],
        "alternateName": [subject.title[language] for language in LANGUAGES if language != "en"],
        "description": subject.noticed(subject.about)["en"],
        "datePublished": subject.published,
        "version": subject.version,
        "identifier": {"@id": "#identifier"},
        "publisher": {"@id": "#publisher"},
        "license": {"@id": licence_id(licence) if licence else "LICENCE.md"},
        "keywords": words.keywords(subject.made_up)["en"],
        "spatialCoverage": {"@id": words.concept("FIN")[0]},
        **({"temporalCoverage": "/".join(map(str, subject.years))} if subject.years else {}),
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "mentions": {"@id": "#publication"},
        **({"isBasedOn": {"@id": before_id(subject.predecessor)}} if subject.predecessor else {}),
    }


def _table(table: Table, subject: Subject) -> Entity:
    based = [{"@id": receipt_id(receipt)} for receipt in subject.receipts_of(table)]
    return {
        **_plain(table.file, table.data),
        "description": table.described["en"],
        **({"isBasedOn": based} if based else {}),
    }


def _plain(name: str, data: bytes | None) -> Entity:
    """Return a file of the snapshot; without `data` it is one that is made later."""
    known = {"contentSize": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()} if data is not None else {}
    kind = next((kind for end, kind in KINDS.items() if name.endswith(end)), "application/octet-stream")
    about = {"description": ABOUT[name]} if name in ABOUT else {}
    return {"@id": name, "@type": "File", "name": name, **about, "encodingFormat": kind, **known}


def _publication(subject: Subject) -> Entity:
    return {
        "@id": "#publication",
        "@type": "CreateAction",
        "name": f"Publication of snapshot {subject.version}",
        "description": "Deliveries in, tables out: the refresh of the edition, and its publication",
        "endTime": subject.published,
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "agent": {"@id": "#publisher"},
        "instrument": [{"@id": tool["@id"]} for tool in _instruments(subject)],
        "object": [{"@id": receipt_id(receipt)} for receipt in subject.receipts],
        "result": [{"@id": table.file} for table in subject.tables],
    }


def _instruments(subject: Subject) -> Iterable[Entity]:
    """Yield what the tables were made with: the code, and the lock file and the catalogue where they are known."""
    code: Mapping[str, str | None] = subject.facts["code"]
    yield {
        "@id": "#code",
        "@type": "CreativeWork",
        "additionalType": "http://schema.org/SoftwareSourceCode",
        "name": "seg-pipeline",
        "description": "The data pipeline that made the snapshot",
        "version": code["version"],
        "identifier": [{"@id": f"#{name}"} for name in CODE if code.get(name)],
    }
    for id_, name, key in (
        ("#lock", "requirements.lock", "lock_sha256"),
        ("#catalogue", "data/catalogue", "catalogue_sha256"),
    ):
        if subject.facts.get(key):
            yield {"@id": id_, "@type": "CreativeWork", "name": name, "sha256": subject.facts[key]}


def _identifiers(subject: Subject) -> Iterable[Entity]:
    """Yield what the snapshot and the code are known by: an identifier, the commit, the sha256 of the source."""
    known: dict[str, str | None] = {"identifier": subject.identifier, **subject.facts["code"]}
    for name in ("identifier", *CODE):
        if known.get(name):
            yield {"@id": f"#{name}", "@type": "PropertyValue", "name": name, "propertyID": name, "value": known[name]}
