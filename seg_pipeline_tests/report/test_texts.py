"""The texts of the catalogue as they are: all are said somewhere, and alike in three languages."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from seg_pipeline.report import statement
from seg_pipeline.settings import CATALOGUE, CLONE

LANGUAGES = ("fi", "sv", "en")
CODE = CLONE / "seg_pipeline"
GAP = re.compile(r"\{([^{}]*)\}")
QUOTED = re.compile(r'"([^"{}]*)"')
Part = str | None  # of a key that is put together: what it says, or a gap


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every text of the report by its key."""
    for path in sorted((CATALOGUE / "report").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{path.stem}.{row['text']}", row


ROWS = list(rows())


@cache
def words() -> set[str]:
    """Return what may fill a gap of a key: words of the report's own code and templates, and every code there is."""
    own = [*files(CODE / "report", CODE / "tables"), CODE / "classifications.py"]
    found = {part for path in own for part in constants(path)}
    found |= {said for path in (CODE / "report" / "templates").iterdir() for said in QUOTED.findall(path.read_text())}
    for path in CATALOGUE.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {cell for row in csv.reader(file) for cell in row if re.fullmatch("[a-z_0-9]+", cell)}
    return {re.sub("[-.]", "_", one).lower() for one in found}


def files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


@cache
def constants(path: Path) -> set[str]:
    tree = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    pieces = {id(one) for node in tree if isinstance(node, ast.JoinedStr) for one in node.values}
    whole = (node.value for node in tree if isinstance(node, ast.Constant) and id(node) not in pieces)
    return {value for value in whole if isinstance(value, str)}


@cache
def put_together() -> list[tuple[Part, ...]]:
    """Return the keys that code and templates put together from words."""
    found: list[tuple[Part, ...]] = []
    for path in files(CODE / "report"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append(tuple(str(one.value) if isinstance(one, ast.Constant) else None for one in node.values))
    for path in (CODE / "report" / "templates").iterdir():
        for said in re.findall(r'"\w+\.\w*"(?: ~ (?:"\w+"|\w+))+', path.read_text()):
            found.append(tuple(one.strip('"') if one.startswith('"') else None for one in said.split(" ~ ")))
    begin = tuple(f"{path.stem}." for path in (CATALOGUE / "report").glob("*.csv"))
    return [key for key in found if key and key[0] and key[0].startswith(begin)]


def filled(key: tuple[Part, ...], left: str) -> bool:
    """Whether a text's key can be put together so, each gap filled by a word."""
    if not key:
        return not left
    first, *rest = key
    if first is not None:
        return left.startswith(first) and filled(tuple(rest), left.removeprefix(first))
    return any(left[:end] in words() and filled(tuple(rest), left[end:]) for end in range(1, len(left) + 1))


def test_every_text_is_said_by_the_code_or_a_template() -> None:
    said = {one for path in files(CODE) for one in constants(path)}
    said |= {one for path in (CODE / "report" / "templates").iterdir() for one in QUOTED.findall(path.read_text())}
    assert len(ROWS) > 500
    left = [key for key, _ in ROWS if key not in said and not any(filled(made, key) for made in put_together())]
    assert left == []


def test_every_key_that_is_written_out_in_the_code_is_a_text_of_the_catalogue() -> None:
    named = re.compile(rf"(?:{'|'.join(statement.files())})\.[a-z_]+")
    said = {one for path in files(CODE / "report") for one in constants(path) if named.fullmatch(one)}
    for path in (CODE / "report" / "templates").glob("*.html"):
        said |= set(re.findall(r'say\("([\w.]+)"[,)]', path.read_text()))
    files_of_the_report = {f"{name}.{end}" for name in statement.files() for end in ("html", "pdf", "svg")}
    assert len(said) > 200
    assert said - files_of_the_report <= {key for key, _ in ROWS}


@pytest.mark.parametrize("name", sorted({key.partition(".")[0] for key, _ in ROWS}))
def test_three_languages_have_the_same_gaps_and_are_written_cleanly(name: str) -> None:
    for key, row in ROWS:
        if key.startswith(f"{name}."):
            gaps = {language: set(GAP.findall(row[language])) for language in LANGUAGES}
            assert gaps["fi"] == gaps["sv"] == gaps["en"] == statement.gaps_of(key), key
            assert all(gap.isidentifier() for gap in gaps["en"]), key
            for language in LANGUAGES:
                said = row[language]
                assert said == said.strip() != "", (key, language)
                assert not re.search(r"\s\s|\d|[\t\n]| [,.;:?!]", said), (key, language)
                assert said.count("*") % 2 == 0, (key, language)
                assert said.count("*") == row["en"].count("*"), (key, language)


def test_every_text_is_there_once() -> None:
    keys = [key for key, _ in ROWS]
    assert len(keys) == len(set(keys))
    assert statement.files() == sorted({key.partition(".")[0] for key in keys})
