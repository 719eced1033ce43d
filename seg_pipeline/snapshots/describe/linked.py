"""What the record for catalogues is written with: its context, and nodes that are typed as the profile asks."""

from __future__ import annotations

from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words

CONTEXT: dict[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
} | {
    word: {"@id": means, "@container": "@language"}
    for word, means in {
        "title": "dct:title",
        "description": "dct:description",
        "keyword": "dcat:keyword",
        "name": "foaf:name",
        "label": "skos:prefLabel",
        "statement": "rdfs:label",
        "versionNotes": "adms:versionNotes",
    }.items()
}


def publisher() -> dict[str, Any]:
    """Return the publisher; what is not known is left out."""
    known = words.publisher()
    homepage = {"foaf:homepage": {"@id": known["homepage"], "@type": "foaf:Document"}} if known["homepage"] else {}
    return {"@id": "#publisher", "@type": "foaf:Agent", "name": words.named(known), **homepage}


def contact() -> dict[str, Any]:
    """Return whom to ask, where that is known."""
    known = words.publisher()
    if not known["email"]:
        return {}
    named = {"vcard:fn": known["contact"] or known["name_en"]}
    email = {"vcard:hasEmail": {"@id": f"mailto:{known['email']}"}}
    return {"dcat:contactPoint": {"@type": "vcard:Organization", **named, **email}}


def licence() -> dict[str, Any]:
    """Return the licence of the compilation, where it is known."""
    name = words.publisher()["licence"]
    known = words.licence(name) if name else {"authority": "", "url": ""}
    address = known["authority"] or known["url"]
    return {"dct:license": {"@id": address, "@type": "dct:LicenseDocument"}} if address else {}


def cities() -> list[dict[str, Any]]:
    """Return the eleven cities."""
    return [
        {"@type": "dct:Location", "label": words.named(row), "dct:identifier": row["city"]}
        for row in catalogue.rows("cities")
    ]


def country() -> dict[str, Any]:
    """Return Finland."""
    return concept("FIN", "dct:Location")


def languages() -> list[dict[str, Any]]:
    """Return the languages of the texts."""
    return [concept(language, "dct:LinguisticSystem") for language in LANGUAGES]


def concept(name: str, kind: str = "skos:Concept") -> dict[str, Any]:
    """Return a concept of the European authority tables."""
    address, label = words.concept(name)
    return {"@id": address, "@type": kind, "label": label}


def standard(address: str) -> dict[str, Any]:
    """Return a standard that something conforms to."""
    return {"@id": address, "@type": "dct:Standard"}


def moment(when: str) -> dict[str, str]:
    """Return a time."""
    return {"@value": when, "@type": "xsd:dateTime"}


def day(when: str) -> dict[str, str]:
    """Return a date."""
    return {"@value": when, "@type": "xsd:date"}
