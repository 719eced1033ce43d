"""What the pages for analysts print is run as printed, and what they say comes out comes out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from seg_pipeline import snapshots, tables
from seg_pipeline.settings import CLONE
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.docs.pages import NEEDED, RUN, Block, blocks, told

FOLDER = CLONE / "docs" / "analysts"
PAGES = ("opening", "python", "duckdb", "r", "excel")
NOT_RUN = "not run"
OPENING = (FOLDER / "opening.md").read_text(encoding="utf-8")
TYPES = {"str": "text", "Int64": "whole number", "float64": "decimal"}


def of(page: str) -> list[Block]:
    return blocks((FOLDER / f"{page}.md").read_text(encoding="utf-8"))


CASES = [
    pytest.param(page, language, id=f"{page} {language}")
    for page in PAGES
    for language in dict.fromkeys(block.language for block in of(page) if block.note != NOT_RUN)
]


@pytest.fixture
def folder(demo: Seg, tmp_path: Path) -> Path:
    """A folder that holds ``snapshots/`` with the made-up edition."""
    shutil.copytree(demo.data / "snapshots", tmp_path / "snapshots")
    return tmp_path


@pytest.mark.parametrize(("page", "language"), CASES)
def test_every_block_runs_as_printed_and_gives_what_is_printed(folder: Path, page: str, language: str) -> None:
    for kind in dict.fromkeys(("sh", language)):  # commands make the files that the rest of a page reads
        asked = [block for block in of(page) if block.language == kind and block.note != NOT_RUN]
        if asked and not shutil.which(NEEDED.get(kind, "sh")):
            pytest.skip(f"{NEEDED[kind]} is not installed")
        for block, said in zip(asked, RUN[kind]([one.code for one in asked], folder) if asked else [], strict=True):
            assert block.printed is None or told(said, block.printed), f"{block.code}\nprints\n{said}"


def test_only_what_cannot_be_had_here_is_not_run_and_the_page_says_so() -> None:
    left_out = {page: [b.code for b in of(page) if b.note] for page in PAGES}
    assert all(block.note in ("", NOT_RUN) for page in PAGES for block in of(page))
    assert {page for page, codes in left_out.items() if codes} == {"opening", "r"}
    assert all(" diff " in code for code in left_out["opening"])
    assert all("library(arrow)" in code or "library(duckdb)" in code for code in left_out["r"])
    assert (FOLDER / "r.md").read_text(encoding="utf-8").count("**not run**") == len(left_out["r"])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_which_version_and_that_it_is_made_up(page: str) -> None:
    opening = " ".join((FOLDER / f"{page}.md").read_text(encoding="utf-8")[:600].split())
    assert "2026.1-demo" in opening and "**" in opening and "made up" in opening


def test_an_output_that_is_not_the_one_printed_is_found() -> None:
    assert told("a  \nb 12 c\n", "a\nb … c") and told("x\n", "x")
    assert not told("a\nb", "a") and not told("0.3134", "0.3131") and not told("", "…x")
    with pytest.raises(ValueError, match="without code"):
        blocks("```\nalone\n```\n")


def dictionary(name: str) -> str:
    """Return what the overview says of a table, from its contract."""
    schema, key = tables.CONTRACTS[name], ", ".join(f"`{column}`" for column in tables.key(name))
    head = ["| Column | Type | Unit | May be empty | Meaning |", "| --- | --- | --- | --- | --- |"]
    rows = [
        f"| `{column}` | {TYPES[tables.column_type(told)]} | {(told.metadata or {}).get('unit', '')} "
        f"| {'yes' if told.nullable else 'no'} | {told.description} |"
        for column, told in schema.columns.items()
    ]
    return "\n".join([f"### {name}", "", f"{schema.description}. Key: {key}.", "", *head, *rows])


def test_the_dictionary_on_the_page_is_that_of_the_contracts(demo: Seg) -> None:
    snapshot = snapshots.open("2026.1-demo", demo.data / "snapshots")
    assert sorted(re.findall(r"(?m)^### (\w+)$", OPENING.partition("\n## Tables")[2])) == snapshot.tables
    for name in snapshot.tables:
        assert dictionary(name) + "\n" in OPENING, name


def test_the_sheets_that_the_page_names_are_those_of_the_workbook(folder: Path) -> None:
    import openpyxl

    page = (FOLDER / "excel.md").read_text(encoding="utf-8")
    RUN["sh"]([block.code for block in of("excel") if block.language == "sh"], folder)
    (path,) = folder.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    assert f"`{path.name}`" in page and re.findall(r"(?m)^\| `([^`]+)` \|", page) == book.sheetnames
    rows = book["indicators"].iter_rows(min_row=2, values_only=True)
    assert all(isinstance(row[0], str) and isinstance(row[7], int) for row in rows)
    assert book["indicators"].auto_filter.ref and book["indicators"].freeze_panes == "A2"
