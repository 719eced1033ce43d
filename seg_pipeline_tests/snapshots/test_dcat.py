"""The record for catalogues: it keeps the rules of DCAT-AP 3, and the rules refuse a record without what they ask."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, SH

from seg_pipeline import catalogue, snapshots
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.publish import publish
from seg_pipeline_tests.snapshots.test_publish import SOURCES, content

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SHAPES = Graph().parse(Path(__file__).with_name("dcat_ap_shapes.ttl"))
STANDS_AT = "https://example.org/snapshots"
RECEIPT = {
    "source": "paavo", "release": "2026", "part": "whole", "revision": 1, "file": "made.csv", "size": 3,
    "sha256": "a" * 64, "received": "2026-02-01T00:00:00+00:00", "licence": "CC BY 4.0", "made_up": False, "url": "",
}  # fmt: skip
ORIGIN: dict[str, Any] = {"code": {"version": "0"}, "receipts": [RECEIPT], "findings": []}
KNOWN = {
    "homepage": "https://example.org", "contact": "Statistics desk", "email": "desk@example.org",
    "licence": "CC BY 4.0",
}  # fmt: skip
MANDATORY = [
    (DCAT.Catalog, DCTERMS.title), (DCAT.Catalog, DCTERMS.description), (DCAT.Catalog, DCTERMS.publisher),
    (DCAT.Dataset, DCTERMS.title), (DCAT.Dataset, DCTERMS.description), (DCAT.Distribution, DCAT.accessURL),
    (FOAF.Agent, FOAF.name), (SPDX.Checksum, SPDX.algorithm), (SPDX.Checksum, SPDX.checksumValue),
    (SKOS.Concept, SKOS.prefLabel), (SKOS.ConceptScheme, DCTERMS.title),
]  # fmt: skip
RECOMMENDED = [
    (DCAT.Catalog, DCAT.dataset), (DCAT.Catalog, DCTERMS.language), (DCAT.Catalog, DCTERMS.issued),
    (DCAT.Catalog, DCTERMS.modified), (DCAT.Catalog, DCTERMS.spatial), (DCAT.Catalog, DCAT.themeTaxonomy),
    (DCAT.Dataset, DCAT.keyword), (DCAT.Dataset, DCTERMS.spatial), (DCAT.Dataset, DCTERMS.temporal),
    (DCAT.Dataset, DCAT.theme), (DCAT.Dataset, DCAT.distribution), (DCAT.Dataset, DCTERMS.publisher),
    (DCAT.Distribution, DCTERMS.description), (DCAT.Distribution, DCTERMS.format),
    (DCTERMS.PeriodOfTime, DCAT.startDate),
]  # fmt: skip


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be fetched."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the record was not read without a network"))


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    publish(tmp_path, 2026, content(), ORIGIN, SOURCES, made_up=False)
    return publish(tmp_path, 2026, content(low=31), ORIGIN, SOURCES, made_up=False)[0]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A publisher of whom everything is known."""
    facts = dict(catalogue.rows("publisher")[0]) | KNOWN
    monkeypatch.setattr(words, "publisher", lambda: facts)
    yield facts


def read(snapshot: Snapshot) -> Graph:
    data = snapshot.shelf.read(snapshot.version, "dcat.jsonld")
    return Graph().parse(data=data, format="json-ld", publicID=f"{STANDS_AT}/{snapshot.version}/dcat.jsonld")


def faults(record: Graph) -> set[tuple[str, str]]:
    """Return (severity, property) of all that the shapes find."""
    _, report, _ = pyshacl.validate(record, shacl_graph=SHAPES, inference="none", advanced=False)
    assert isinstance(report, Graph)
    return {
        (str(report.value(found, SH.resultSeverity)).rpartition("#")[2], str(report.value(found, SH.resultPath)))
        for found in report.subjects(RDF.type, SH.ValidationResult)
    }


def test_the_record_keeps_the_profile_and_lacks_only_what_nobody_knows(offline: None, snapshot: Snapshot) -> None:
    assert faults(read(snapshot)) == {
        ("Warning", str(unknown)) for unknown in (DCAT.contactPoint, DCTERMS.license, FOAF.homepage)
    }


def test_a_publisher_of_whom_all_is_known_lacks_nothing(offline: None, known: dict[str, str], tmp_path: Path) -> None:
    snapshot, _ = publish(tmp_path, 2026, content(), ORIGIN, SOURCES, made_up=True)
    record = read(snapshot)
    assert faults(record) == set()
    licence = URIRef("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0")
    assert all((one, DCTERMS.license, licence) in record for one in record.subjects(RDF.type, DCAT.Distribution))


@pytest.mark.parametrize(
    ("kind", "asked", "severity"),
    [(*case, "Violation") for case in MANDATORY] + [(*case, "Warning") for case in RECOMMENDED],
)
def test_the_shapes_find_each_property_that_is_taken_away(
    snapshot: Snapshot, kind: URIRef, asked: URIRef, severity: str
) -> None:
    record = read(snapshot)
    bearers = [one for one in record.subjects(RDF.type, kind) if (one, asked, None) in record]
    assert bearers
    for one in bearers:
        record.remove((one, asked, None))
    assert (severity, str(asked)) in faults(record)


@pytest.mark.parametrize(
    ("subject_of", "asked", "wrong"),
    [(DCAT.Distribution, DCAT.byteSize, "many"), (SPDX.Checksum, SPDX.checksumValue, "x"),
     (DCAT.Dataset, DCTERMS.issued, "yesterday"), (DCAT.Dataset, DCTERMS.spatial, "Finland")],
)  # fmt: skip
def test_the_shapes_refuse_a_value_of_the_wrong_kind(
    snapshot: Snapshot, subject_of: URIRef, asked: URIRef, wrong: str
) -> None:
    from rdflib import Literal

    record = read(snapshot)
    one = next(one for one in record.subjects(RDF.type, subject_of) if (one, asked, None) in record)
    record.set((one, asked, Literal(wrong)))
    assert ("Violation", str(asked)) in faults(record)


def test_every_table_is_a_distribution_with_its_address_size_and_checksum(snapshot: Snapshot) -> None:
    record = read(snapshot)
    files = {name: file for name, file in snapshot.manifest["files"].items() if name.endswith(".parquet")}
    told = {
        str(record.value(one, DCAT.downloadURL)): {
            "bytes": int(str(record.value(one, DCAT.byteSize))),
            "sha256": str(record.value(record.value(one, SPDX.checksum), SPDX.checksumValue)),
        }
        for one in record.subjects(RDF.type, DCAT.Distribution)
    }
    assert told == {f"{STANDS_AT}/2026.2/{name}": file for name, file in files.items()}


def test_all_texts_are_in_three_languages(snapshot: Snapshot) -> None:
    record = read(snapshot)
    for path in (DCTERMS.title, DCTERMS.description, DCAT.keyword, FOAF.name):
        for one in set(record.subjects(path)):
            assert {text.language for text in record.objects(one, path)} == set(LANGUAGES), (one, path)  # type: ignore[attr-defined]


def test_the_version_before_is_where_its_own_record_says_that_it_is(snapshot: Snapshot, tmp_path: Path) -> None:
    before = read(snapshots.open("2026.1", tmp_path))
    record = read(snapshot)
    pointed = next(record.objects(None, DCAT.previousVersion))
    assert (pointed, RDF.type, DCAT.Dataset) in before
    assert not list(before.objects(None, DCAT.previousVersion))


def test_a_public_address_makes_every_address_absolute(known: dict[str, str], tmp_path: Path) -> None:
    known["address"] = "https://snapshots.example.org/seg/"
    snapshot, _ = publish(tmp_path, 2026, content(), ORIGIN, SOURCES, made_up=False)
    record = Graph().parse(
        data=snapshot.shelf.read(snapshot.version, "dcat.jsonld"), format="json-ld", publicID="file:///elsewhere/x"
    )
    assert URIRef("https://snapshots.example.org/seg/2026.1/counts.parquet") in set(
        record.objects(None, DCAT.accessURL)
    )
    assert (URIRef("https://snapshots.example.org/seg/2026.1/dcat.jsonld#snapshot"), RDF.type, DCAT.Dataset) in record


def test_made_up_data_say_so_in_every_language(tmp_path: Path) -> None:
    snapshot, _ = publish(tmp_path, 2026, content(), ORIGIN, SOURCES, made_up=True)
    graph = json.loads(snapshot.shelf.read(snapshot.version, "dcat.jsonld"))["@graph"]
    dataset = next(node for node in graph if node["@type"] == "dcat:Dataset")
    notice = catalogue.texts("texts", "text")["made_up"]
    for node in (dataset, *dataset["dcat:distribution"]):
        assert all(node["description"][language].startswith(notice[language]) for language in LANGUAGES)
