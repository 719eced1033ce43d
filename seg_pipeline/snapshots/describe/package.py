"""`datapackage.json`: what every table and column is, as a Data Package v2. Equal content gives equal bytes.

For that it does not say when it was published, nor what came before; the manifest does.
"""

from __future__ import annotations

from typing import Any

from seg_pipeline import catalogue, tables
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import Subject, Table
from seg_pipeline.tables.columns import LARGEST

PROFILE = "https://datapackage.org/profiles/2.0"
MEDIA_TYPE = "application/vnd.apache.parquet"
TYPES = {"str": "string", "Int64": "integer", "float64": "number"}
FEW = 20  # most values that are listed in full as a constraint; a longer list is a table of its own
REFERENCES = {  # the code lists: the columns that are their codes, and the tables that use them
    "cities": (("city",), tuple(tables.CONTRACTS)),
    "groups": (("dimension", "group"), ("counts", "reconciliation")),
    "wellbeing_indicators": (("indicator",), ("wellbeing",)),
}
LIMITS = {  # the constraint that a rule of a contract is, by the rule's name and what it was given
    ("in_range", "min_value"): "minimum",
    ("in_range", "max_value"): "maximum",
    ("greater_than_or_equal_to", "min_value"): "minimum",
    ("greater_than", "min_value"): "exclusiveMinimum",
    ("str_matches", "pattern"): "pattern",
    ("str_length", "min_value"): "minLength",
    ("str_length", "max_value"): "maxLength",
}


def data_package(subject: Subject) -> dict[str, Any]:
    """Return the descriptor of the snapshot's tables."""
    title, about = subject.title, subject.about
    publisher = words.publisher()
    return {
        "$schema": f"{PROFILE}/datapackage.json",
        "id": subject.identifier,
        "name": f"segregation-situation-picture-{subject.version}",
        "title": title["en"],
        "titles": title,
        "description": about["en"],
        "descriptions": about,
        **({"homepage": publisher["homepage"]} if publisher["homepage"] else {}),
        "version": subject.version,
        **({"made_up": True, "notice": words.made_up()} if subject.made_up else {"made_up": False}),
        "keywords": [word for by_language in words.keywords(subject.made_up).values() for word in by_language],
        "contributors": [{"title": publisher["name_en"], "titles": words.named(publisher), "roles": ["publisher"]}],
        "licenses": [_licence(publisher["licence"])],
        "sources": _sources(subject),
        "spatial": [{"city": row["city"], **words.named(row)} for row in catalogue.rows("cities")],
        **({"temporal": dict(zip(("start", "end"), subject.years, strict=True))} if subject.years else {}),
        "resources": [_resource(table, subject) for table in subject.tables],
    }


def _licence(name: str) -> dict[str, str]:
    """Return a licence as the standard has it; one without an address is told in LICENCE.md."""
    known = words.licence(name) if name else words.licence(words.said("rights")["en"])
    spdx = {"name": known["spdx"]} if known["spdx"] else {}
    return {**spdx, "path": known["url"] or "LICENCE.md", "title": known["en"]}


def _sources(subject: Subject) -> list[dict[str, Any]]:
    described = []
    for id_, licences in subject.uses.items():
        name, publisher, url = words.source(id_, subject.sources)
        for licence, releases in licences.items():
            told = {"source": id_, "title": name["en"], "titles": name}
            told |= {"publisher": publisher["en"], "publishers": publisher}
            attribution = words.said("source_origin", publisher=publisher, name=name, releases=", ".join(releases))
            described.append(
                {
                    **told,
                    **({"path": url} if url else {}),
                    "version": ", ".join(releases),
                    "licence": licence,
                    "attribution": attribution,
                }
            )
    return described


def _resource(table: Table, subject: Subject) -> dict[str, Any]:
    schema = tables.CONTRACTS[table.name]
    used = {receipt["licence"] for receipt in subject.receipts_of(table)}
    return {
        "name": table.name,
        "type": "table",
        "path": table.file,
        "title": schema.title,
        "description": schema.description,
        "descriptions": table.described,
        "format": "parquet",
        "mediatype": MEDIA_TYPE,
        "bytes": len(table.data),
        "hash": f"sha256:{table.sha256}",
        "rows": table.rows,
        "licenses": [_licence(name) for name in sorted(used)] or [_licence(words.publisher()["licence"])],
        "schema": {
            "$schema": f"{PROFILE}/tableschema.json",
            "fields": [_field(name, column) for name, column in schema.columns.items()],
            "missingValues": [""],
            **_key(table),
            **_references(table, subject),
        },
    }


def _field(name: str, column: Any) -> dict[str, Any]:
    said: dict[str, str] = column.metadata
    return {
        "name": name,
        "type": TYPES[tables.column_type(column)],
        "description": column.description,
        "descriptions": {language: said[language] for language in LANGUAGES},
        **({"unit": said["unit"]} if "unit" in said else {}),
        "constraints": _constraints(column),
    }


def _constraints(column: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"required": not column.nullable}
    for check in column.checks:
        allowed = check.statistics.get("allowed_values")
        if allowed and len(allowed) <= FEW:
            told["enum"] = list(allowed)
        for given, value in check.statistics.items():
            limit = LIMITS.get((check.name, given))
            if limit and value is not None and value not in (LARGEST, -LARGEST):
                told[limit] = getattr(value, "pattern", value)
    return told


def _key(table: Table) -> dict[str, Any]:
    """Return the table's key. One with a column that may be empty is not what the standard calls primary."""
    key = tables.key(table.name)
    empty = any(tables.CONTRACTS[table.name].columns[column].nullable for column in key)
    return {"uniqueKeys": [key]} if empty else {"primaryKey": key}


def _references(table: Table, subject: Subject) -> dict[str, Any]:
    """Return the code lists in this snapshot that have every code of the table."""
    lists = {other.name: other for other in subject.tables}
    found = [
        {"fields": list(columns), "reference": {"resource": name, "fields": list(columns)}}
        for name, (columns, used_by) in REFERENCES.items()
        if name in lists and name != table.name and table.name in used_by
        if set(columns) <= set(tables.CONTRACTS[table.name].columns)
        if table.distinct(*columns) <= lists[name].distinct(*columns)
    ]
    return {"foreignKeys": found} if found else {}
