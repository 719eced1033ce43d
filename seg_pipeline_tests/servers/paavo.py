"""Paavo's services made of the cells of a file: table 12f7 as it is since June 2026, and the map layer."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np

from seg_pipeline.sources.national.paavo_layouts import variable_of
from seg_pipeline_tests.servers.pxweb import Table

FOLDER = "/PxWeb/api/v1/fi/Postinumeroalueittainen_avoin_tieto/"
PATH = f"{FOLDER}uusin/12f7.px"
TITLE = "9. Kaikki tietoryhmät muuttujina Postinumeroalue, Vuosi ja Tiedot"
COUNTRY = "KOKO MAA"


def table(file: bytes, edition: int, years: tuple[str, ...]) -> Table:
    """Return table 12f7 with the cells of a wide PxWeb CSV file, each in its year; other years are empty."""
    header, *rows = csv.reader(file.decode("iso-8859-1").splitlines()[2:], delimiter=";")
    names = [variable_of(name, 3) for name in header[1:]]
    cells = np.full((len(rows), len(years), len(names)), "..", dtype=object)
    for at, (_, year) in enumerate(names):
        told = [_number(row[at + 1]) for row in rows]
        for when, said in enumerate(years):
            if str(year) in (said, "0"):
                cells[:, when, at] = told
    codes = ["SSS" if row[0] == COUNTRY else row[0][:5] for row in rows]
    variables = [
        (f"postinumeroalue_4_{edition}0101", "Postinumeroalue", codes, [row[0] for row in rows]),
        ("timeperiod_y", "Vuosi", years, years),
        ("contentscode", "Tiedot", [variable for variable, _ in names], [_yearless(name) for name in header[1:]]),
    ]
    return Table(TITLE, variables, cells)


def archived(file: bytes) -> Table:
    """Return the same as the archive keeps it: no years but in the labels, and codes that are mere numbers."""
    header, *rows = csv.reader(file.decode("iso-8859-1").splitlines()[2:], delimiter=";")
    cells = np.empty((len(rows), len(header) - 1), dtype=object)
    cells[:] = [[_number(cell) for cell in row[1:]] for row in rows]
    codes = ["SSS" if row[0] == COUNTRY else row[0][:5] for row in rows]
    variables = [
        ("Postinumeroalue", "Postinumeroalue", codes, [row[0] for row in rows]),
        ("Tiedot", "Tiedot", [str(at) for at in range(len(header) - 1)], header[1:]),
    ]
    return Table(TITLE, variables, cells)


def layer(rows: list[dict[str, Any]], **changed: Any) -> bytes:
    """Return features with these properties as the map service answers."""
    features = [
        {"type": "Feature", "id": f"pno.{at}", "properties": row, "geometry": None} for at, row in enumerate(rows)
    ]
    told = {"type": "FeatureCollection", "features": features, "totalFeatures": len(rows), "numberMatched": len(rows)}
    return json.dumps(told | changed, ensure_ascii=False).encode()


def _number(cell: str) -> str | int | float:
    return cell if cell.startswith(".") else float(cell) if "." in cell else int(cell)


def _yearless(label: str) -> str:
    return label.replace(", 2018", "").replace(", 2017", "")
