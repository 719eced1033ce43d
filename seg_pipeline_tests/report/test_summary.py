"""The summary: two tagged pages in each language, the same figures on paper as on the page, and hostile names."""

from __future__ import annotations

import io
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import judging, paper, proof, telling
from seg_pipeline.report.book import Book, ReportError, Term
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import findings, reservations, summary
from seg_pipeline.report.paper import Block, Document, Part
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import Statement, say
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.report.made import Told
from seg_pipeline_tests.report.made import wellbeing as wellbeing_of

NUMBER = re.compile(r"\d[\d.,]*\d|\d")
FIGURE = re.compile(r"<(?:data|time)\b[^>]*data-cell=[^>]*>([^<]*)<|<span data-text=[^>]*>([^<]*)<")
TICK = re.compile(r"<text[^>]*>([^<]*)</text>")
HOSTILE = "#[*_$@<>\\`) ~ = // /* */ #panic() é"


@pytest.fixture(scope="module")
def book(demo: Seg) -> Book:
    return Book(Snapshot.at(demo.data / "snapshots" / "2026.1-demo"))


@pytest.fixture(scope="module")
def made(book: Book) -> dict[str, tuple[str, bytes]]:
    """The page and the PDF in each language."""
    page = summary.page(book, "summary")
    return {language: (telling.html(book, page, language)[0], page.beside(language)["summary.pdf"])
            for language in LANGUAGES}  # fmt: skip


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> list[str]:
    return [sheet.extract_text() for sheet in read(pdf).pages]


def dense(said: str) -> str:
    """A text without the spaces and line ends that paper may set otherwise."""
    return re.sub(r"[\s\xa0\u202f\u2009]+", "", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_pages_that_say_language_title_date_and_that_they_are_made_up(
    book: Book, made: dict[str, tuple[str, bytes]], language: str
) -> None:
    document, sheets = read(made[language][1]), words(made[language][1])
    assert len(document.pages) == summary.PAGES
    catalog: Any = document.trailer["/Root"]
    assert catalog["/Lang"] == language
    assert catalog["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in catalog["/Metadata"].get_data()
    writer = Writer(language, Counter())
    assert document.metadata is not None
    assert document.metadata.title == writer.plain(say("summary.title"))
    published = book.snapshot.manifest["published"]
    assert f"{document.metadata.creation_date:%Y-%m-%d}" == published[:10]
    for at, sheet in enumerate(sheets, 1):
        assert writer.plain(say("site.made_up_short")) in sheet
        assert book.snapshot.version in sheet
        assert f"{at} / {summary.PAGES}" in sheet
    outline: Any = document.outline
    assert len(outline[1]) == len(summary.document(book).parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_has_every_figure_that_the_document_states_and_no_other(
    book: Book, made: dict[str, tuple[str, bytes]], language: str
) -> None:
    text = dense(" ".join(words(made[language][1])))
    stated, ticks = figures(summary.document(book), book, language)
    assert len(stated) > 40
    for figure in stated:
        assert dense(figure) in text, figure
    known = {number for said in [*stated, *ticks] for number in NUMBER.findall(dense(said))}
    pages = {"1/2", "2/2"}
    left = text
    for said in sorted({dense(one) for one in [*stated, *ticks]} | pages, key=len, reverse=True):
        left = left.replace(said, "§")
    assert set(NUMBER.findall(left)) <= known


def figures(document: Document, book: Book, language: str) -> tuple[list[str], list[str]]:
    """Every figure of the document as written, but for the tables under pictures; and the ticks of the pictures."""
    writer = Writer(language, Counter())
    told = [document.title, *(part.title for part in document.parts)]
    ticks: list[str] = []
    for block in (block for part in document.parts for block in part.blocks):
        if block.kind == "picture":
            told += [block.of.title, block.of.finding]
            ticks += [unescape(said) for said in TICK.findall(block.of.drawings[0].draw(language))]
        elif block.kind == "table":
            told += [block.of.caption, *block.of.head, *(cell for row in block.of.rows for cell in row.cells)]
        else:
            told += block.of if block.kind == "list" else [block.of]
    version = {"version": book.fact("version", kind="code"), "published": book.fact("published", kind="date")}
    html = " ".join(str(writer.html(said)) for said in [*told, say("site.version", **version)])
    return [unescape("".join(found)) for found in FIGURE.findall(html)], ticks


def test_every_text_on_paper_stands_in_the_page(book: Book, made: dict[str, tuple[str, bytes]]) -> None:
    shown = unescape(re.sub(r"<[^>]*>", "", made["fi"][0]))
    for part in summary.document(book).parts:
        for block in part.blocks:
            for said in block.of if block.kind == "list" else [block.of] if block.kind == "text" else []:
                assert "".join(run for _, run in paper.runs(Writer("fi", Counter()), said)) in shown
    assert 'href="summary.pdf"' in made["fi"][0]


def test_the_page_is_proved(book: Book) -> None:
    page = summary.page(book, "summary")
    told = {language: telling.html(book, page, language) for language in LANGUAGES}
    proof.refuse_difference(page.path, told)
    for html, _ in told.values():
        proof.refuse_unbound(page.path, html)


def test_the_same_snapshot_gives_the_same_bytes(book: Book, made: dict[str, tuple[str, bytes]]) -> None:
    assert summary.page(book, "summary").beside("sv")["summary.pdf"] == made["sv"][1]


def one_line(name: str) -> Document:
    said = say("summary.missing_cities", cities=Term(dict.fromkeys(LANGUAGES, name), "areas/0"))
    return Document(say("summary.title"), [Part("x", say("summary.read"), [Block("text", said)])], 1)


def test_a_hostile_name_is_shown_as_it_is(book: Book) -> None:
    assert dense(HOSTILE) in dense(words(paper.pdf(one_line(HOSTILE), book, "en"))[0])


def test_a_letter_that_the_fonts_do_not_have_is_refused_and_not_left_out(book: Book) -> None:
    with pytest.raises(ReportError, match=r"cannot be set on paper in 'fi': .*例"):
        paper.pdf(one_line("例"), book, "fi")


def test_a_document_that_needs_more_pages_is_refused(book: Book) -> None:
    long = [Block("list", reservations.reading() * 60)]
    with pytest.raises(ReportError, match="does not fit on 2 pages in 'sv'"):
        paper.pdf(Document(say("summary.title"), [Part("x", say("summary.read"), long)], 2), book, "sv")


def test_a_direction_is_said_by_the_interval(book: Book) -> None:
    rows = findings.changed(book, findings.FIRST)
    assert len(rows)
    for row in rows.to_dict("records"):
        above, below = row["lower"] > 0, row["upper"] < 0
        assert row["direction"] == ("rose" if above else "fell" if below else "same")


def test_cities_of_the_ends_are_named_together_with_all_that_share_a_letter(book: Book) -> None:
    table = next(block.of for block in findings.levels(book) if block.kind == "table")
    rows = judging.contrasts(book, findings.INDEX)
    income = judging.latest(rows[rows["dimension"] == findings.FIRST])
    top = income.sort_values("value_corrected")["comparison_group"].iloc[-1]
    tied = {row["city"] for row in income.to_dict("records") if set(row["comparison_group"]) & set(top)}
    named = table.rows[0].cells[3]
    assert {city.address.rpartition("/")[2] for city in named.items} == tied


@pytest.fixture
def other(book: Book) -> Book:
    """The book again, whose tables and manifest a test may change."""
    again = Book(Snapshot(book.snapshot.version, book.snapshot.shelf))
    again.snapshot.__dict__["manifest"] = {**book.snapshot.manifest}
    return again


def gap(statement: Statement, name: str) -> Any:
    return dict(statement.values)[name]


def keys(book: Book) -> list[str]:
    return [statement.key for statement in reservations.changed(book)]


def test_the_first_snapshot_says_that_there_is_nothing_to_compare_with(book: Book) -> None:
    assert keys(book) == ["summary.changed_first"]


def test_what_changed_since_the_last_snapshot_is_told_by_its_reason(other: Book) -> None:
    other.snapshot.manifest.update({"predecessor": {"version": "2025.1-demo"}, "compared_with": "2025.1-demo"})
    assert keys(other) == ["summary.changed_none", "summary.changed_unrevised"]
    moved = pd.DataFrame({
        "term": ["total", "source_revision", "structure", "total", "structure", "total", "total", "structure", "total"],
        "value": [0.03, 0.02, 0.01, 0.01, 0.01, 0.0, 0.04, 0.04, None],
        "from_year": [2024] * 6 + [2023] * 3,
        "to_year": [2024] * 9,
    })  # fmt: skip
    other._tables["moved"], other._tables["revisions"] = moved, pd.DataFrame({"source": ["paavo"]})
    count, *why, new, hidden, revised = reservations.changed(other)
    assert [(said.key, gap(said, "count").value) for said in (new, hidden)] == [
        ("summary.changed_new", 1), ("summary.changed_hidden", 1)
    ]  # fmt: skip
    assert gap(count, "count").value == 2
    assert [gap(one, "term").address.rpartition("/")[2] for one in why] == ["structure", "source_revision"]
    assert [gap(one, "count").value for one in why] == [2, 1]
    assert revised.key == "summary.changed_revised"


def test_what_is_absent_is_said_and_no_empty_hole_is_left(other: Book) -> None:
    for name in ("indicators", "changes", "wellbeing", "area_profiles"):
        other._tables[name] = other.table(name).head(0)
    said = [block.of.key for part in summary.document(other).parts for block in part.blocks if block.kind == "text"]
    assert {"summary.nothing", "summary.no_change", "summary.well_missing", "summary.area_missing"} <= set(said)
    page: Page = summary.page(other, "summary")
    for language in LANGUAGES:
        assert len(read(page.beside(language)["summary.pdf"]).pages) == summary.PAGES


def test_sources_that_sent_nothing_and_sources_that_are_late_are_told_apart(other: Book) -> None:
    rows = other.table("coverage").copy()
    rows.loc[rows["source"] == "espoo", ["status", "release"]] = ["absent", None]
    rows.loc[rows["source"] == "vipunen", ["status", "release"]] = ["absent", None]
    rows.loc[rows["source"] == "paavo", "status"] = "late"
    rows.loc[rows["source"] == "turku", "status"] = "waived"
    other._tables["coverage"] = rows
    said = {one.key.removeprefix("summary."): one for one in reservations.missing(other)}
    lists = {"missing_cities": "cities", "missing_sources": "sources", "missing_part": "sources"}
    addresses = {key: [one.address for one in gap(said[key], name).items] for key, name in lists.items()}
    assert addresses["missing_cities"] == ["catalogue/cities/049"]
    assert addresses["missing_sources"] == ["catalogue/source_names/vipunen:short"]
    assert "catalogue/source_names/paavo:short" in addresses["missing_part"]
    assert "catalogue/source_names/turku:short" not in addresses["missing_part"]


def test_no_text_of_the_summary_is_without_use() -> None:
    files = [Path(str(module.__file__)) for module in (summary, findings, reservations)]
    code = "".join(file.read_text() for file in [*files, files[0].parents[1] / "templates" / "summary.html"])
    words = {*re.findall(r'"(\w+)"', code), "high", "low", "many", "one"}
    open_ended = {made: rf"{made}\w+" for made in re.findall(r'f"summary\.(\w*)\{', code)}
    for key in catalogue.texts("report/summary", "text"):
        ends = [key.removeprefix(made) for made in open_ended if key.startswith(made)]
        assert f"summary.{key}" in code or any(set(end.split("_")) <= words or end in words for end in ends), key


def test_a_gap_is_between_figures_of_one_year_and_one_source(other: Book) -> None:
    alone = (("foreign", 2023, "helsinki", 20.0), ("domestic", 2023, "vipunen", 9.0),
             ("domestic", 2024, "sotkanet", 8.0))  # fmt: skip
    rows: list[Told] = [
        ("neet", "091", group, year, "year", source, value, "observed") for group, year, source, value in alone
    ]
    other._tables["wellbeing"] = wellbeing_of(rows)
    assert findings._by_language(other, "neet") is None
    pair: list[Told] = [("neet", "091", group, 2024, "year", "sotkanet", value, "observed") for group, value in
            (("domestic", 8.0), ("foreign", 12.5))]  # fmt: skip
    other._tables["wellbeing"] = wellbeing_of(rows[:1] + pair)
    said = findings._by_language(other, "neet")
    assert said is not None
    assert [gap(said, name).value for name in ("least", "greatest", "year", "cities")] == [4.5, 4.5, 2024, 1]
