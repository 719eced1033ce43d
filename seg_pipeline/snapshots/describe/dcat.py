"""`dcat.jsonld`: the record that a national catalogue of open data harvests, in DCAT-AP 3 as JSON-LD.

Its context is inside, so nothing has to be fetched to read it. Addresses are relative to the record itself, hence
right wherever the snapshot stands; where the catalogue knows the public address of the snapshots, that is the base.
"""

from __future__ import annotations

from typing import Any

from seg_pipeline.snapshots.describe import linked, words
from seg_pipeline.snapshots.describe.package import MEDIA_TYPE, PROFILE
from seg_pipeline.snapshots.describe.subject import CHANGES, Subject, Table

RECORD = "dcat.jsonld"
SNAPSHOT = "#snapshot"
PAGES = ("README.md", "dictionary.html", CHANGES)
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
GRID = "http://www.opengis.net/def/crs/EPSG/0/3067"


def record(subject: Subject) -> dict[str, Any]:
    """Return a catalogue with one dataset, the snapshot, whose distributions are its tables."""
    address = words.publisher()["address"]
    base = {"@base": f"{address.rstrip('/')}/{subject.version}/{RECORD}"} if address else {}
    return {"@context": base | linked.CONTEXT, "@graph": [_catalogue(subject), _snapshot(subject), linked.publisher()]}


def _catalogue(subject: Subject) -> dict[str, Any]:
    homepage = words.publisher()["homepage"]
    return {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "title": words.said("catalogue_title"),
        "description": subject.noticed(subject.about),
        "dct:publisher": {"@id": "#publisher"},
        "dct:language": linked.languages(),
        "dct:spatial": linked.country(),
        "dcat:themeTaxonomy": {
            "@id": words.concept("themes")[0],
            "@type": "skos:ConceptScheme",
            "title": words.concept("themes")[1],
        },
        "dct:issued": linked.moment(subject.published),
        "dct:modified": linked.moment(subject.published),
        "dcat:dataset": {"@id": SNAPSHOT},
        **linked.licence(),
        **({"foaf:homepage": {"@id": homepage, "@type": "foaf:Document"}} if homepage else {}),
    }


def _snapshot(subject: Subject) -> dict[str, Any]:
    return {
        "@id": SNAPSHOT,
        "@type": "dcat:Dataset",
        "title": subject.title,
        "description": subject.noticed(subject.about),
        "keyword": words.keywords(subject.made_up),
        "dct:identifier": subject.identifier,
        "dct:publisher": {"@id": "#publisher"},
        **linked.contact(),
        "dcat:theme": [linked.concept("SOCI"), linked.concept("REGI")],
        "dct:type": linked.concept("STATISTICAL"),
        "dct:language": linked.languages(),
        "dct:spatial": [linked.country(), *linked.cities()],
        **_temporal(subject),
        "dct:accrualPeriodicity": linked.concept("ANNUAL", "dct:Frequency"),
        "dct:issued": linked.moment(subject.published),
        "dcat:version": subject.version,
        **_before(subject),
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "statement": words.said("provenance", number=len(subject.receipts)),
        },
        "dct:source": [_source(id_, subject) for id_ in subject.uses],
        "dct:conformsTo": linked.standard(f"{PROFILE}/datapackage.json"),
        "foaf:page": [
            {"@id": file, "@type": "foaf:Document"} for file in PAGES if file != CHANGES or file in subject.blobs
        ],
        "dcat:distribution": [_distribution(table, subject) for table in subject.tables],
    }


def _distribution(table: Table, subject: Subject) -> dict[str, Any]:
    shaped = [linked.standard(GRID)] if table.name == "areas" else []
    return {
        "@id": f"#{table.name}",
        "@type": "dcat:Distribution",
        "title": {language: f"{table.file}: {text}" for language, text in table.described.items()},
        "description": subject.noticed(table.described),
        "dcat:accessURL": {"@id": table.file},
        "dcat:downloadURL": {"@id": table.file},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}/{MEDIA_TYPE}", "@type": "dct:MediaType"},
        "dct:format": linked.concept("PARQUET", "dct:MediaTypeOrExtent"),
        "dcat:byteSize": {"@value": str(len(table.data)), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@value": table.sha256, "@type": "xsd:hexBinary"},
        },
        "dcatap:availability": linked.concept("STABLE"),
        "dct:issued": linked.moment(subject.published),
        "dct:conformsTo": [linked.standard(f"{PROFILE}/tableschema.json"), *shaped],
        "dct:rights": {"@id": "LICENCE.md", "@type": "dct:RightsStatement", "statement": words.said("rights")},
        **linked.licence(),
    }


def _source(id_: str, subject: Subject) -> dict[str, Any]:
    name, publisher, url = words.source(id_, subject.sources)
    releases = sorted({release for used in subject.uses[id_].values() for release in used})
    return {
        "@id": f"#source-{id_}",
        "@type": "dcat:Dataset",
        "title": name,
        "description": words.said("source_origin", publisher=publisher, name=name, releases=", ".join(releases)),
        "dct:publisher": {"@type": "foaf:Agent", "name": publisher},
        **({"dcat:landingPage": {"@id": url, "@type": "foaf:Document"}} if url else {}),
    }


def _before(subject: Subject) -> dict[str, Any]:
    """Return the snapshot published before, which stands beside this one."""
    if subject.predecessor is None:
        return {}
    version = subject.predecessor["version"]
    return {
        "dcat:previousVersion": {"@id": f"../{version}/{RECORD}{SNAPSHOT}"},
        "versionNotes": words.said("since_before", version=version),
    }


def _temporal(subject: Subject) -> dict[str, Any]:
    if not subject.years:
        return {}
    first, last = subject.years
    period = {"dcat:startDate": linked.day(f"{first}-01-01"), "dcat:endDate": linked.day(f"{last}-12-31")}
    return {"dct:temporal": {"@type": "dct:PeriodOfTime", **period}}
