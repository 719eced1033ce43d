"""Every number on every page leads to its cell, says what the cell holds, and says the same in every language.

The suite reads a page of each kind; ``-m scale`` reads them all. Links, ids and the figures of the languages are
compared on every page always. Nothing here uses the code that wrote the report.
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from seg_pipeline.settings import CATALOGUE
from seg_pipeline_tests.report import proving
from seg_pipeline_tests.report.reading import Block, pages, read

LANGUAGES = ("fi", "sv", "en")
CELL = re.compile(r'\sdata-cell="([^"]*)"')
DRAWN = re.compile(r'\sdata-cells="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')
LINK = re.compile(r'\s(?:href|src|action)="([^"]*)"')
ELSEWHERE = re.compile(r"[a-z]+:")
NO_ICON = "data:,"
ALL = [pytest.param(False, id="a page of each kind"), pytest.param(True, id="every page", marks=pytest.mark.scale)]
SERIES = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale"]
DIRECTED = re.compile(r"(?:^|_)(rose|fell|same)$")
ADDRESS = re.compile(r"⟦([^⟧]*)⟧")


def chosen(site: Path, every: bool) -> Iterator[str]:
    """Yield all pages, or those that are alone in their kind and of each other kind the largest and the smallest."""
    folders: dict[str, list[str]] = {}
    for page in pages(site):
        folders.setdefault(posixpath.dirname(page), []).append(page)
    for folder, found in folders.items():
        found.sort(key=lambda page: (site / "fi" / page).stat().st_size)
        yield from found if every or not folder else (found[0], found[-1])


@pytest.mark.parametrize("every", ALL)
def test_every_number_is_that_of_its_cell_in_its_language(picture: Path, source: Path, every: bool) -> None:
    truth, matched, shown = proving.Truth(source), Counter[str](), Counter[str]()
    wrong: list[str] = []
    for page in chosen(picture, every):
        for language in LANGUAGES:
            told = read(picture / language / page)
            unbound = [said for said in told.unbound if re.search(r"\d", said)]
            wrong += [f"{language}/{page}: {said.strip()!r} leads to no cell" for said in unbound]
            shown["number"] += len(unbound)
            for one in told.bound:
                said = proving.wrong(truth, one, language)
                kind = "number" if one.cells else "name"
                shown[kind] += 1
                matched[kind] += not said
                wrong += [f"{language}/{page}: {said}"] if said else []
    print(f"matched / shown: {dict(matched)} / {dict(shown)}")  # noqa: T201  -s shows the share that was asked
    assert wrong == []
    assert matched == shown and shown["number"] > 10_000 and shown["name"] > 100


def test_the_scale_of_a_picture_says_only_where_it_is_divided(picture: Path) -> None:
    """Labels along axes and in legends are the only numbers that may lead to no cell: 0,2 or 10–20 %, and no more."""
    divided = re.compile(r"(?:[^#(]+ \()?(?:[≤>] )?#(?:–#)?(?: km)?\)?|[^#]*")
    for page in chosen(picture, False):
        for language in LANGUAGES:
            for label in read(picture / language / page).scale:
                assert divided.fullmatch(proving.NUMBER[language].sub("#", label)), (page, label)


def test_three_languages_state_the_same_figures_on_every_page(picture: Path) -> None:
    assert [sorted(pages(picture)), 3] == [
        sorted(path.relative_to(picture / "sv").as_posix() for path in (picture / "sv").rglob("*.html")),
        len({*LANGUAGES} & {path.name for path in picture.iterdir()}),
    ]
    for page in pages(picture):
        written = [(picture / language / page).read_text(encoding="utf-8") for language in LANGUAGES]
        cells = [Counter(CELL.findall(html)) for html in written]
        drawn = [{*DRAWN.findall(html)} for html in written]
        assert cells[0] == cells[1] == cells[2], page
        assert drawn[0] == drawn[1] == drawn[2], page


def test_every_id_is_there_once_and_every_link_leads_somewhere(picture: Path) -> None:
    anchors: dict[Path, set[str]] = {}
    for path in sorted(picture.rglob("*.html")):
        found = ID.findall(path.read_text(encoding="utf-8"))
        assert len(found) == len(set(found)), (path, Counter(found).most_common(1))
        anchors[path] = set(found)
    checked = 0
    for path in anchors:
        for link in sorted(set(LINK.findall(path.read_text(encoding="utf-8")))):
            assert not ELSEWHERE.match(link) or link.startswith("https://") or link == NO_ICON, (path, link)
            if ELSEWHERE.match(link):
                continue
            way, _, anchor = link.partition("#")
            to = Path(posixpath.normpath(path.parent / unquote(way.partition("?")[0]))) if way else path
            assert to.is_file(), f"{path} leads to {link}, which is not there"
            assert not anchor or to not in anchors or unquote(anchor) in anchors[to], f"{path} leads to {link}"
            checked += 1
    assert checked > 1000


# ---- direction: by the interval, never by the point estimate


def directed() -> dict[str, tuple[str, dict[str, str]]]:
    """Return the texts that say a direction, each with it."""
    found = {}
    for path in sorted((CATALOGUE / "report").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if (named := DIRECTED.search(row["text"])) and path.stem != "areas":  # there it is of boundaries
                    found[f"{path.stem}.{row['text']}"] = (named[1], row)
    return found


def pattern(said: str) -> re.Pattern[str]:
    """Return what finds a text in a block. A figure that ends it belongs to it."""
    pieces = re.split(r"\{\w+\}", said.replace("*", ""))
    words = "(.*?)".join(re.escape(" ".join(piece.split(" "))) for piece in pieces)
    if not pieces[-1]:
        words = words.removesuffix("(.*?)") + r"([^⟦]*⟦[^⟧]*⟧)"
    return re.compile(rf"(?<!\w){words}(?!\w)")


def interval(changes: pd.DataFrame, row: int) -> str:
    """Return which way a change went, if that can be told from chance."""
    lower, upper = (changes[end].loc[row] for end in ("lower", "upper"))
    if pd.isna(lower) or pd.isna(upper):
        return "unknown"
    return "rose" if lower > 0 else "fell" if upper < 0 else "same"


class Directions:
    """The changes of a snapshot, and the statements of direction that were found true of them."""

    def __init__(self, source: Path) -> None:
        self.truth = proving.Truth(source)
        self.changes = pd.read_parquet(source / "changes.parquet")
        self.indicators = pd.read_parquet(source / "indicators.parquet", columns=[*SERIES, "reference_year"])
        total = self.changes[self.changes["term"] == "total"]
        self.before: dict[tuple[Any, ...], int] = {}
        for row, *key in total.sort_values("from_year")[[*SERIES, "to_year"]].itertuples(name=None):
            self.before[_key(key)] = row  # the latest year before it comes last
        self.true = Counter[str]()

    def rows(self, told: str) -> list[int]:
        """Return the rows of changes that a piece of text shows figures of."""
        found = [self.truth.rows(address) for address in ADDRESS.findall(told) if "changes" in address]
        return sorted({row for table, rows in found for row in rows if table == "changes"})

    def behind(self, told: str) -> list[int]:
        """Return the changes up to the one figure that a row or a card shows."""
        found = [self.truth.rows(address) for address in ADDRESS.findall(told) if address.startswith("indicators/")]
        figures = {row for _, rows in found for row in rows}
        if len(figures) != 1:
            return []
        key = self.indicators.loc[figures.pop(), [*SERIES, "reference_year"]]
        return [self.before[_key(key)]] if _key(key) in self.before else []

    def check(self, block: Block, key: str, way: str, finds: re.Pattern[str]) -> str:
        """Return what is wrong with a statement of direction in a block, or nothing."""
        for found in finds.finditer(block.text):
            rows = self.rows(found[0])
            if not finds.groups and block.tag in ("td", "li"):
                alone = found[0] == block.text or block.tag == "li"
                whole = block.within.text if block.tag == "td" and block.within else block.text
                rows = self.behind(whole) if alone else []
            wrong = [row for row in rows if interval(self.changes, row) != way]
            if wrong:
                return f"{key} says {way!r} in {block.text!r}, against the interval of changes/{wrong[0]}"
            self.true[key] += len(rows)
        return ""


def _key(cells: Any) -> tuple[Any, ...]:
    return tuple(None if pd.isna(cell) else cell for cell in cells)


@pytest.mark.parametrize("every", ALL)
def test_only_what_its_interval_tells_is_said_to_rise_or_fall(picture: Path, source: Path, every: bool) -> None:
    told, texts = Directions(source), directed()
    for language in LANGUAGES:
        finds = {key: pattern(row[language]) for key, (_, row) in texts.items()}
        for page in chosen(picture, every):
            for block in (block for block in read(picture / language / page).blocks if block.whole):
                for key, (way, _) in texts.items():
                    assert not (said := told.check(block, key, way, finds[key])), f"{language}/{page}: {said}"
    ways = Counter(
        {way: sum(told.true[key] for key in texts if texts[key][0] == way) for way in ("rose", "fell", "same")}
    )
    print(f"directions by their interval: {dict(ways)}")  # noqa: T201
    assert min(ways["rose"], ways["same"], ways["fell"] if every else 11) > 10


# ---- the reader itself would notice


@pytest.fixture
def altered(picture: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    """Return what writes the first page with something replaced."""

    def alter(old: str, new: str) -> Path:
        html = (picture / "en" / "index.html").read_text(encoding="utf-8")
        assert re.search(old, html)
        path = tmp_path / "index.html"
        path.write_text(re.sub(old, new, html, count=1), encoding="utf-8")
        return path

    return alter


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'(data-kind="index">0\.\d\d)\d', r"\g<1>x"),
        (r'(data-kind="index">0)\.', r"\1,"),
        (r'(data-kind="year">20)', r"\g<1>1"),
        (r'(data-kind="change">)\+', r"\1"),
        (r'(value="0)(\.\d+" data-cell="indicators)', r"\g<1>9\2"),
        (r"(<main[^>]*>)", r"\1 <p>7</p>"),
        (r"(<main)", r'\1 aria-label="7 things"'),
        (r"(indicators/)\d+(/value_corrected)", r"\g<1>0\2"),
    ],
)
def test_a_page_that_says_something_else_is_noticed(
    altered: Callable[[str, str], Path], source: Path, old: str, new: str
) -> None:
    told, truth = read(altered(old, new)), proving.Truth(source)
    wrong = [said for one in told.bound if (said := proving.wrong(truth, one, "en"))]
    assert wrong or [said for said in told.unbound if re.search(r"\d", said)]


@pytest.mark.parametrize(
    ("value", "kind", "language", "right", "wrong"),
    [
        (0.2346, "index", "fi", "0,235", ("0.235", "0,23", "0,2346", "0,234", "+0,235")),
        (0.2346, "index", "en", "0.235", ("0,235", "0.236")),
        (0.2346, "share", "sv", "23,5\u00a0%", ("23,5", "23,5%", "23,5 %", "0,2\u00a0%")),
        (23.46, "percent", "en", "23.5%", ("23.5", "23.4%")),
        (-0.0046, "change", "fi", "\u22120,005", ("-0,005", "0,005", "+0,005")),
        (0.0046, "change", "en", "+0.005", ("0.005", "\u22120.005")),
        (0.0, "change", "en", "0.000", ("+0.000", "\u22120.000")),
        (1.25, "points", "en", "+1.2", ("1.2", "+1.4")),
        (12345, "whole", "fi", "12\u202f345", ("12345", "12 345", "12,345", "12\u202f346")),
        (12345, "whole", "en", "12,345", ("12345", "12\u202f345")),
        (2024, "year", "en", "2024", ("2,024", "2025")),
        ("2026-11-24T19:59:55+00:00", "date", "fi", "24.11.2026", ("11.24.2026", "24.11.2025", "24 November 2026")),
        ("2026-11-24T19:59:55+00:00", "date", "en", "24 November 2026", ("24.11.2026", "24 December 2026")),
        ("00100", "code", "fi", "00100", ("100",)),
    ],
)
def test_a_text_is_read_by_the_rules_of_its_language(
    value: Any, kind: str, language: str, right: str, wrong: tuple[str, ...]
) -> None:
    assert proving.says(value, kind, right, language)
    assert not [text for text in wrong if proving.says(value, kind, text, language)]
