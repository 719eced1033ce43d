"""JSON-stat 2.0: a cube for each source, release and geography, and a collection that names the cubes.

One cube of everything would be almost empty, and a reader makes every cell of a cube. The pair of groups is one
dimension, since few pairs are compared. A number that is not there has a status that says why. Texts that are neither
a number nor a status (`comparison_group`) are in the other formats.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.snapshots.formats import words
from seg_pipeline.snapshots.formats.export import Export, Plan, called

TABLE = "indicators"
CUBE = ("source", "release", "geography")
CONTRAST = ("dimension", "group", "reference_group")
DIMENSIONS = (
    *CUBE, "boundary_vintage", "method_version", "city", "indicator", "scale", "contrast", "reference_year", "metric",
)  # fmt: skip
METRICS = (
    "value", "expected_if_random", "value_corrected", "lower", "upper", "standard_error", "reliability", "areas",
    "population", "coverage",
)  # fmt: skip
NONE = "none"  # the scale of an indicator without one
Row = dict[str, Any]


def files(export: Export) -> Plan:
    """Return the collection and the cubes that it names."""
    cubes: dict[str, list[Row]] = {}
    for row in export.read(TABLE).to_pylist():
        cubes.setdefault(export.file("json", *(row[key] for key in CUBE)), []).append(row)
    writers = {name: partial(_write, partial(cube, export, rows)) for name, rows in cubes.items()}
    return {export.file("json", TABLE): partial(_write, partial(collection, export, cubes)), **writers}


def collection(export: Export, cubes: dict[str, list[Row]]) -> dict[str, Any]:
    """Return the list of the cubes."""
    items = [{"class": "dataset", "href": name, "label": _label(export, rows[0])} for name, rows in cubes.items()]
    return {**_head(export, "collection"), "label": words.titles(export)[export.language], "link": {"item": items}}


def cube(export: Export, rows: list[Row]) -> dict[str, Any]:
    """Return the rows of one source, release and geography as a data set."""
    codes = {name: sorted({_code(row, name) for row in rows}, key=_order) for name in DIMENSIONS[:-1]}
    codes["metric"] = list(METRICS)
    size = [len(codes[name]) for name in DIMENSIONS]
    value, status = _cells(rows, codes, size)
    return {
        **_head(export, "dataset"),
        "label": _label(export, rows[0]),
        "source": _source(export, rows[0]["source"]),
        "note": [said[export.language] for said in words.notes(export)],
        "role": {"time": ["reference_year"], "geo": ["city"], "metric": ["metric"]},
        "id": list(DIMENSIONS),
        "size": size,
        "dimension": {name: _dimension(export, name, codes[name]) for name in DIMENSIONS},
        "value": value,
        "status": status,
    }


def _cells(rows: list[Row], codes: dict[str, list[str]], size: list[int]) -> tuple[Row, Row]:
    """Return the numbers, and why others are not there, by the number of the cell: the last dimension runs fastest."""
    steps = [math.prod(size[at + 1 :]) for at in range(len(size))]
    starts = {
        name: {code: at * step for at, code in enumerate(codes[name])}
        for name, step in zip(DIMENSIONS, steps, strict=True)
    }
    value, status = {}, {}
    for row in rows:
        first = sum(starts[name][_code(row, name)] for name in DIMENSIONS[:-1])
        for at, metric in enumerate(METRICS, first):
            if row[metric] is None:
                status[str(at)] = _why(row)
            else:
                value[str(at)] = row[metric]
    return value, status


def _code(row: Row, name: str) -> str:
    if name == "contrast":
        return ".".join(row[part] for part in CONTRAST)
    return NONE if row[name] is None else str(row[name])


def _why(row: Row) -> str:
    """Return why a number is not there: the status, or why there is no interval."""
    reasons = (row["status"], row["interval"], "not_estimated")
    return next(reason for reason in reasons if reason not in ("observed", "published"))


def _order(code: str) -> tuple[float, str]:
    return (float(code) if code.isdigit() else -1.0, code)


def _head(export: Export, kind: str) -> dict[str, Any]:
    licences = sorted({source["licence"] for source in words.sources(export)})
    notice = {"made_up": export.notice[export.language]} if export.notice else {}
    more = {**export.facts, **notice, "licences": licences, "citation": words.citation(export)[export.language]}
    return {"version": "2.0", "class": kind, "updated": export.facts["published"], "extension": more}


def _label(export: Export, row: Row) -> str:
    made_up = f" ({export.notice[export.language]})" if export.notice else ""
    return f"{words.described(export.resources[TABLE])[export.language]}: {' '.join(row[key] for key in CUBE)}{made_up}"


def _source(export: Export, source: str) -> str:
    """Return publisher and name of the source; where the snapshot does not say which is which, of all."""
    told = {f"{one[f'publisher_{export.language}']}: {one[f'title_{export.language}']}": one["source"]
            for one in words.sources(export)}  # fmt: skip
    return "; ".join([said for said, id_ in told.items() if id_ == source] or told)


def _dimension(export: Export, name: str, codes: list[str]) -> dict[str, Any]:
    fields = export.resources[TABLE]["schema"]["fields"]
    described = {field["name"]: words.described(field)[export.language] for field in fields}
    label = described.get(name) or words.text(f"export_{name}")[export.language]
    labels = described if name == "metric" else _labels(export, name)
    return {"label": label, "category": {"index": codes, "label": {code: labels.get(code, code) for code in codes}}}


def _labels(export: Export, name: str) -> dict[str, str]:
    """Return what the codes of a dimension are called; a code without a name is its own."""
    if name == "city":
        return {code: spoken[export.language] for code, spoken in export.names.items()}
    if name == "scale":
        return {NONE: words.text("export_no_scale")[export.language]}
    if name == "indicator":
        return {row["indicator"]: row[export.language].partition(":")[0] for row in catalogue.rows("indicators")}
    return _contrasts(export) if name == "contrast" else {}


def _contrasts(export: Export) -> dict[str, str]:
    """Return what each pair of groups that could be is called: the group, and whom it is compared with."""
    names = {(row["dimension"], row["group"]): called(row)[export.language] for row in export.codes("groups")}
    others = {key: words.text(f"export_{key}")[export.language] for key in ("all", "rest")}
    names |= {(dimension, key): said for dimension, _ in names for key, said in others.items()}
    return {
        f"{dimension}.{group}.{other}": f"{dimension}: {name}" + (f" / {reference}" if group != other else "")
        for (dimension, group), name in names.items()
        for (same, other), reference in names.items()
        if same == dimension
    }


def _write(made: Callable[[], dict[str, Any]], path: Path) -> None:
    path.write_text(json.dumps(made(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
