"""`dictionary.html`: what every table, column and code means, with search, on one page that needs nothing else.

The page holds all three languages and shows one. Its policy lets no request leave it and runs only its own script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import Subject

if TYPE_CHECKING:
    import jinja2

ROOM = "seg_pipeline.snapshots.describe"
CODES = {  # the sections of codes: the table of the catalogue, and the columns that make a code
    "indicator": ("indicators", ("indicator",)),
    "dimension": ("dimensions", ("dimension",)),
    "group": ("groups", ("dimension", "group")),
    "profile": ("profiles", ("profile",)),
    "area_type": ("area_types", ("area_type",)),
    "wellbeing_indicator": ("wellbeing", ("indicator",)),
    "wellbeing_group": ("wellbeing_groups", ("group",)),
    "period": ("periods", ("period",)),
    "funding": ("area_funding", ("funding",)),
    "term": ("terms", ("term",)),
    "unit": ("units", ("unit",)),
}


def dictionary(subject: Subject, package: dict[str, Any]) -> str:
    """Return the page."""
    style, script = _asset("dictionary.css"), _asset("dictionary.js")
    return _template().render(
        style=style,
        script=script,
        style_hash=_policy(style),
        script_hash=_policy(script),
        title=subject.title,
        about=subject.about,
        made_up=words.made_up() if subject.made_up else None,
        tables=[_table(resource) for resource in package["resources"]],
        sections=[{"id": id_, "heading": words.said(f"section_{id_}"), "codes": _codes(id_)} for id_ in CODES],
        languages=[{"code": code, "name": words.concept(code)[1][code]} for code in LANGUAGES],
        said=words.said,
    )


def _table(resource: dict[str, Any]) -> dict[str, Any]:
    schema = resource["schema"]
    key = schema.get("primaryKey") or schema["uniqueKeys"][0]
    lists = {field: keys["reference"]["resource"] for keys in schema.get("foreignKeys", []) for field in keys["fields"]}
    columns = [_column(field, field["name"] in key, lists.get(field["name"])) for field in schema["fields"]]
    return {**resource, "columns": columns}


def _column(field: dict[str, Any], in_key: bool, code_list: str | None) -> dict[str, Any]:
    units = catalogue.texts("units", "unit")
    return {
        **field,
        "in_key": in_key,
        "list": code_list,
        "kind": words.said(field["type"]),
        "unit_text": units[field["unit"]] if "unit" in field else None,
        "values": field["constraints"].get("enum", []),
        "may_be_empty": not field["constraints"]["required"],
    }


def _codes(section: str) -> list[dict[str, Any]]:
    table, columns = CODES[section]
    return [
        {"code": ".".join(row[column] for column in columns), "text": words.texts_of(row)}
        for row in catalogue.rows(table)
    ]


def _policy(text: str) -> str:
    """Return the hash by which the page's policy knows its own style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return (files(ROOM) / "templates" / name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(ROOM, "templates"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["coded"] = _coded
    return environment.get_template("dictionary.html")


@cache
def _coded(text: str) -> str:
    """Return a text as HTML, with what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped just before
