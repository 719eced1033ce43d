"""The facts that a non-programmer may edit: CSV tables in ``data/catalogue``. Reading them, and nothing else."""

from __future__ import annotations

import csv
import hashlib
from functools import cache

from seg_pipeline.settings import CATALOGUE

LANGUAGES = ("fi", "sv", "en")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the catalogue table `name` (such as ``cities`` or ``paavo/labels``), as text.

    Raises ValueError, naming file and line, when a row has more or fewer fields than the header.
    """
    path = CATALOGUE / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        table = []
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{path}, line {reader.line_num}: the row does not have the header's fields")
            table.append(row)
    return tuple(table)


@cache
def texts(name: str, key: str) -> dict[str, dict[str, str]]:
    """Return the fi, sv and en texts of a catalogue table by the value of its column `key`."""
    return {row[key]: {language: row[language] for language in LANGUAGES} for row in rows(name)}


def digest() -> str:
    """Return the sha256 of every catalogue file, names and bytes, in the order of their names."""
    found = hashlib.sha256()
    for path in sorted(CATALOGUE.rglob("*.csv")):
        found.update(path.relative_to(CATALOGUE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
