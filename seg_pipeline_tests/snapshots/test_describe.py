"""A snapshot explains itself: what every table is, where each came from, under which licence, how it is cited."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

import frictionless
import jsonschema  # type: ignore[import-untyped]
import pandas as pd
import pytest
import yaml  # type: ignore[import-untyped]

from seg_pipeline import catalogue, tables
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots import Snapshot, describe
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.sources import all_sources
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.test_publish import SOURCES, content

FILES = {
    "datapackage.json", "dcat.jsonld", "ro-crate-metadata.json", "README.md", "LICENCE.md", "CITATION.cff",
    "dictionary.html",
}  # fmt: skip
SECONDS = 0.3  # of processor time: what describing the demo edition may take
RULES: dict[str, Any] = {  # what the standard and we ask of a descriptor, beside what frictionless looks at
    "type": "object",
    "required": ["$schema", "id", "name", "title", "description", "version", "contributors", "licenses", "sources",
                 "keywords", "resources"],
    "not": {"required": ["created"]},
    "properties": {
        "name": {"pattern": "^[-a-z0-9._/]+$"},
        "id": {"pattern": "^urn:uuid:[0-9a-f-]{36}$"},
        "licenses": {"$ref": "#/$defs/licences"},
        "descriptions": {"$ref": "#/$defs/texts"},
        "titles": {"$ref": "#/$defs/texts"},
        "sources": {
            "items": {"required": ["title", "titles", "publishers", "licence", "attribution", "version"],
                      "properties": {"attribution": {"$ref": "#/$defs/texts"}, "titles": {"$ref": "#/$defs/texts"}}},
        },
        "resources": {
            "minItems": 1,
            "items": {
                "required": ["name", "path", "title", "description", "descriptions", "type", "format", "mediatype",
                             "bytes", "hash", "licenses", "schema"],
                "properties": {
                    "type": {"const": "table"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "bytes": {"type": "integer", "minimum": 1},
                    "licenses": {"$ref": "#/$defs/licences"},
                    "descriptions": {"$ref": "#/$defs/texts"},
                    "schema": {
                        "required": ["fields", "missingValues"],
                        "oneOf": [{"required": ["primaryKey"]}, {"required": ["uniqueKeys"]}],
                        "properties": {"fields": {"items": {"$ref": "#/$defs/field"}}},
                    },
                },
            },
        },
    },
    "$defs": {
        "texts": {"type": "object", "required": list(LANGUAGES), "additionalProperties": False,
                  "properties": {code: {"type": "string", "minLength": 1} for code in LANGUAGES}},
        "licences": {"minItems": 1, "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]}},
        "field": {
            "required": ["name", "type", "description", "descriptions", "constraints"],
            "properties": {"type": {"enum": ["string", "integer", "number"]},
                           "descriptions": {"$ref": "#/$defs/texts"}},
            "if": {"properties": {"type": {"enum": ["integer", "number"]}}},
            "then": {"required": ["unit"]},
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def made(demo: Seg) -> Snapshot:
    return Snapshot.at(demo.data / "snapshots" / "2026.1-demo")


def text(snapshot: Snapshot, name: str) -> str:
    return snapshot.shelf.read(snapshot.version, name).decode()


def crate_of(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    graph = json.loads(text(snapshot, "ro-crate-metadata.json"))["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def pointed(value: Any) -> list[str]:
    """Return every @id that a value refers to."""
    if isinstance(value, list):
        return [found for one in value for found in pointed(one)]
    return [value["@id"]] if isinstance(value, dict) else []


def receipt(source: str = "paavo", release: str = "2026", **other: Any) -> dict[str, Any]:
    return {
        "source": source, "release": release, "part": "whole", "revision": 1, "file": "made.csv", "size": 3,
        "sha256": "ab" * 32, "received": "2026-02-01T00:00:00+00:00", "licence": "CC BY 4.0", "made_up": False,
        "url": "https://example.org/made.csv",
    } | other  # fmt: skip


def put(folder: Path, *receipts: dict[str, Any], low: int = 30, files: dict[str, bytes] | None = None) -> Snapshot:
    origin = {"code": {"version": "0", "commit": "c0de"}, "receipts": list(receipts), "findings": []}
    return publish(folder, 2026, content(low), origin, SOURCES, False, files=files)[0]


def test_every_snapshot_has_the_files_that_explain_it(made: Snapshot) -> None:
    assert set(made.manifest["files"]) >= FILES and made.verify() == []


def test_the_descriptor_is_a_data_package(made: Snapshot) -> None:
    descriptor = made.package
    jsonschema.Draft202012Validator(RULES).validate(descriptor)
    assert list(frictionless.Package.metadata_validate(descriptor)) == []
    package = frictionless.Package.from_descriptor(descriptor)
    assert [resource.name for resource in package.resources] == made.tables


def test_frictionless_refuses_a_descriptor_that_is_none(made: Snapshot) -> None:
    broken = made.package | {"resources": [made.package["resources"][0] | {"name": 7}]}
    assert list(frictionless.Package.metadata_validate(broken))


def test_every_key_and_constraint_that_is_said_is_true_of_every_row(made: Snapshot) -> None:
    frames = {name: made.table(name) for name in made.tables}
    for resource in made.package["resources"]:
        frame, schema = frames[resource["name"]], resource["schema"]
        key = schema.get("primaryKey") or schema["uniqueKeys"][0]
        assert not frame.duplicated(key).any()
        assert ("primaryKey" in schema) == all(
            field["constraints"]["required"] for field in schema["fields"] if field["name"] in key
        )
        for reference in schema.get("foreignKeys", []):
            target = frames[reference["reference"]["resource"]][reference["reference"]["fields"]]
            assert set(frame[reference["fields"]].itertuples(index=False, name=None)) <= set(
                target.itertuples(index=False, name=None)
            )
        for field in schema["fields"]:
            told, column = field["constraints"], frame[field["name"]].dropna()
            assert not told["required"] or len(column) == len(frame)
            assert set(column) <= set(told.get("enum", column))
            assert (column >= told.get("minimum", -float("inf"))).all() if field["type"] != "string" else True
            assert (column <= told.get("maximum", float("inf"))).all() if field["type"] != "string" else True
            assert column.str.match(told["pattern"]).all() if "pattern" in told else True


def test_references_are_said_where_they_hold_and_not_where_they_do_not(made: Snapshot) -> None:
    said = {
        (resource["name"], tuple(key["fields"]), key["reference"]["resource"])
        for resource in made.package["resources"]
        for key in resource["schema"].get("foreignKeys", [])
    }
    assert ("indicators", ("city",), "cities") in said
    assert ("counts", ("dimension", "group"), "groups") in said
    assert ("wellbeing", ("indicator",), "wellbeing_indicators") in said
    assert not [row for row in said if row[0] == "indicators" and row[2] == "groups"]  # it has a group `all`


def test_a_city_that_is_in_no_list_makes_no_reference(tmp_path: Path) -> None:
    lists = {"cities": pd.DataFrame(catalogue.rows("cities")).rename(columns={"id": "x"})}
    cities = tables.conform(lists["cities"], "cities")
    counts = content()["counts"]
    elsewhere = counts.assign(city="235")  # Kauniainen: a municipality, and none of the eleven
    for table, holds in ((counts, True), (elsewhere, False)):
        published, _ = publish(
            tmp_path / str(holds), 2026, {"counts": table, "cities": cities},
            {"code": {"version": "0"}, "receipts": [], "findings": []}, SOURCES, False,
        )  # fmt: skip
        schema = next(r["schema"] for r in published.package["resources"] if r["name"] == "counts")
        assert ("foreignKeys" in schema) is holds


def test_the_descriptor_does_not_depend_on_when_or_after_what(tmp_path: Path) -> None:
    first = put(tmp_path / "a", receipt())
    put(tmp_path / "b", receipt(), low=31)
    again = put(tmp_path / "b", receipt(received="2027-01-01T00:00:00+00:00"))
    one, two = (dict(snapshot.package) for snapshot in (first, again))
    changing = {"id", "name", "version", "title", "titles", "description", "descriptions"}  # they hold the version
    assert {k: v for k, v in one.items() if k not in changing} == {k: v for k, v in two.items() if k not in changing}


def test_every_table_walks_back_to_its_receipts(made: Snapshot) -> None:
    crate, receipts = crate_of(made), made.manifest["receipts"]
    action = crate["#publication"]
    assert sorted(pointed(action["result"])) == [f"{name}.parquet" for name in made.tables]
    objects = [crate[id_] for id_ in pointed(action["object"])]
    assert sorted(
        (o["sha256"], o["version"], o["name"], o["dateAccepted"], o.get("url", "")) for o in objects
    ) == sorted((r["sha256"], r["release"], r["file"], r["received"], r["url"]) for r in receipts)
    for one in objects:
        digest = one["@id"].removeprefix("ni:///sha-256;").partition("?")[0]
        assert base64.urlsafe_b64decode(digest + "=").hex() == one["sha256"]
    for name in made.tables:
        frame, based = made.table(name), [crate[id_] for id_ in pointed(crate[f"{name}.parquet"].get("isBasedOn", []))]
        sources = {(crate[one["isPartOf"]["@id"]]["@id"].removeprefix("#source-"), one["version"]) for one in based}
        if {"source", "release"} <= set(frame.columns):
            named = set(frame[["source", "release"]].dropna().itertuples(index=False, name=None))
            known = {(r["source"], r["release"]) for r in receipts}
            assert sources == named & known, name
    assert pointed(crate["indicators.parquet"]["isBasedOn"]) and pointed(crate["areas.parquet"]["isBasedOn"])
    assert "isBasedOn" not in crate["cities.parquet"]  # a code list is of the catalogue


def test_the_crate_is_whole_every_reference_resolves_and_every_file_is_in_it(made: Snapshot) -> None:
    crate = crate_of(made)
    assert crate["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert crate["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert {"name", "description", "datePublished", "license", "publisher"} <= set(crate["./"])
    elsewhere = {"https://w3id.org/ro/crate/1.2"}
    missing = {id_ for entity in crate.values() for value in entity.values() for id_ in pointed(value)} - set(crate)
    assert missing <= elsewhere
    files = set(made.manifest["files"]) | {"manifest.json", "manifest.json.sha256"}
    assert set(pointed(crate["./"]["hasPart"])) == files - {"ro-crate-metadata.json"}
    for name, file in made.manifest["files"].items():
        if name != "ro-crate-metadata.json":
            assert (crate[name]["sha256"], int(crate[name]["contentSize"])) == (file["sha256"], file["bytes"])


def test_the_crate_says_code_lock_and_catalogue(made: Snapshot) -> None:
    crate, manifest = crate_of(made), made.manifest
    assert pointed(crate["#publication"]["instrument"]) == ["#code", "#lock", "#catalogue"]
    assert crate["#lock"]["sha256"] == manifest["lock_sha256"]
    assert crate["#catalogue"]["sha256"] == manifest["catalogue_sha256"]
    assert crate["#code"]["version"] == manifest["code"]["version"]
    assert crate["#source_sha256"]["value"] == manifest["code"]["source_sha256"]


def test_the_crate_and_the_readme_name_the_snapshot_before(tmp_path: Path) -> None:
    first = put(tmp_path, receipt())
    second = put(tmp_path, receipt(), low=31, files={"CHANGES.md": b"# Changes\n"})
    assert "isBasedOn" not in crate_of(first)["./"]
    crate = crate_of(second)
    (before,) = pointed(crate["./"]["isBasedOn"])
    digest = before.removeprefix("ni:///sha-256;").partition("?")[0]
    assert base64.urlsafe_b64decode(digest + "=").hex() == second.manifest["predecessor"]["manifest_sha256"]
    assert "CHANGES.md" in pointed(crate["./"]["hasPart"])
    assert "Tämä on ensimmäinen julkaisuversio." in text(first, "README.md")
    assert "CHANGES.md" not in text(first, "README.md")
    assert "Edellinen julkaisuversio on 2026.1. Muutokset siitä: [CHANGES.md](CHANGES.md)." in text(second, "README.md")


def test_two_receipts_of_the_same_bytes_stay_two(tmp_path: Path) -> None:
    crate = crate_of(put(tmp_path, receipt(), receipt(release="2025"), receipt(part="other"), receipt(revision=2)))
    assert len(set(pointed(crate["#publication"]["object"]))) == 4


def test_readme_and_licence_say_all_in_three_languages(made: Snapshot) -> None:
    readme, licence = text(made, "README.md"), text(made, "LICENCE.md")
    for language in LANGUAGES:
        for key in ("how_to_read", "read_rank", "cite", "since", "licence_see"):
            assert words.said(key)[language] in readme
        assert words.cited(made.version, made.manifest["published"])[language] in readme
        for heading in ("compilation", "source_licences", "source_made_up"):
            assert words.said(heading)[language] in licence
    for name in made.tables:
        assert readme.count(f"`{name}.parquet`") == 3
    for link in re.findall(r"\]\(([^)]+)\)", readme):
        assert link in made.manifest["files"] or link == "manifest.json"


def test_the_licence_of_each_source_is_what_its_receipts_say(tmp_path: Path) -> None:
    snapshot = put(
        tmp_path, receipt(release="2025"), receipt(), receipt(release="2024", licence="by contract, not open"),
        receipt(release="2023", licence="A licence of our own"),
    )  # fmt: skip
    lines = [line for line in text(snapshot, "LICENCE.md").splitlines() if line.startswith("- ")]
    assert lines[3:6] == [
        "- Statistikcentralen: Paavo, öppna data efter postnummerområde, 2023. Licens: A licence of our own.",
        "- Statistikcentralen: Paavo, öppna data efter postnummerområde, 2025, 2026. Licens: CC BY 4.0 "
        "(Creative Commons Erkännande 4.0 Internationell) <https://creativecommons.org/licenses/by/4.0/>.",
        "- Statistikcentralen: Paavo, öppna data efter postnummerområde, 2024. Licens: enligt avtal, inte öppen.",
    ]


def test_the_compilation_has_a_licence_only_where_the_catalogue_gives_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = put(tmp_path / "a", receipt())
    assert words.said("compilation_unknown")["en"] in text(unknown, "LICENCE.md")
    assert unknown.package["licenses"] == [{"path": "LICENCE.md", "title": words.said("rights")["en"]}]
    assert "license" not in yaml.safe_load(text(unknown, "CITATION.cff"))
    facts = dict(catalogue.rows("publisher")[0]) | {"licence": "CC BY 4.0"}
    monkeypatch.setattr(words, "publisher", lambda: facts)
    known = put(tmp_path / "b", receipt())
    assert "Licence of this compilation: CC BY 4.0" in text(known, "LICENCE.md")
    assert known.package["licenses"][0]["name"] == "CC-BY-4.0"
    assert yaml.safe_load(text(known, "CITATION.cff"))["license"] == "CC-BY-4.0"
    assert crate_of(known)["./"]["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}


def test_the_citation_is_of_the_format_1_2_0(made: Snapshot) -> None:
    told = yaml.safe_load(text(made, "CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["cff-version"] == "1.2.0" and told["type"] == "dataset" and told["version"] == made.version
    assert told["authors"] and all(set(author) <= {"name", "website"} and author["name"] for author in told["authors"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["date-released"]) and made.manifest["published"].startswith(
        told["date-released"]
    )
    assert [identifier["type"] for identifier in told["identifiers"]] == ["other"]
    assert told["identifiers"][0]["value"] == made.package["id"]
    assert len(set(told["keywords"])) == len(told["keywords"])
    assert told["abstract"].count("MADE-UP") == 1 and "KEKSITTYÄ" in told["abstract"]


def test_the_catalogue_names_every_source_as_the_source_does() -> None:
    named = {row["source"]: row for row in catalogue.rows("source_names")}
    assert {source.id: (source.name, source.publisher) for source in all_sources().values()} == {
        id_: (row["name_en"], row["publisher_en"]) for id_, row in named.items()
    }


def test_the_catalogue_knows_the_licence_of_every_source() -> None:
    assert {source.licence for source in all_sources().values()} <= {
        row["licence"] for row in catalogue.rows("licences")
    }


def test_every_text_is_there_in_three_languages() -> None:
    for name in ("snapshot_texts", "units", "concepts", "keywords", "licences"):
        for row in catalogue.rows(name):
            assert all(row[language].strip() for language in LANGUAGES), (name, row)
    gaps = {language: re.compile(r"{(\w+)}") for language in LANGUAGES}
    for row in catalogue.rows("snapshot_texts"):
        assert len({frozenset(gaps[language].findall(row[language])) for language in LANGUAGES}) == 1, row["text"]


def test_describing_takes_less_than_it_may(made: Snapshot) -> None:
    blobs = {name: made.shelf.read(made.version, name) for name in made.manifest["files"] if name.endswith(".parquet")}
    sources = {s.id: {"name": s.name, "publisher": s.publisher, "url": s.url} for s in all_sources().values()}
    took = []
    for _ in range(3):
        began = time.process_time()
        describe.files(
            made.version, 2026, made.manifest["published"], blobs, made.manifest["tables"], made.manifest, sources, True
        )
        took.append(time.process_time() - began)
    assert min(took) < SECONDS
