"""Where the figures are from: of each source what was waited for and came, its licence, receipts and findings."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.report import terms
from seg_pipeline.report.book import Book, Figure, Kind, ReportError, Term
from seg_pipeline.report.page import Link, Page, Row, Said, Table
from seg_pipeline.report.statement import Statement, joined, say
from seg_pipeline.snapshots.describe import words

ARRIVED, WAIVED = ("arrived", "revised"), "waived"
COUNTED: dict[str, tuple[str, ...]] = {  # column → the statuses that it counts
    "arrived": ARRIVED, "late": ("late",), "absent": ("absent",), "refused": ("refused",), "waived": (WAIVED,),
}  # fmt: skip
FIGURE = ("source", "table", "subject", "status")
SUBJECTS = {  # table that a subject is told to → table of the catalogue that names it
    "counts": "dimensions", "wellbeing": "wellbeing", "area_funding": "area_funding",
}  # fmt: skip
KNOWN = ("arrived", "late", "withheld", "refused", "corrected", "unavailable", "lost")  # findings that have a text


@dataclass(frozen=True)
class Source:
    """What the page shows of one source."""

    id: str
    name: Term
    about: Statement
    subjects: Table | None
    receipts: Table | None
    findings: list[Statement]


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["sources"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    there = known(book)
    told = {
        "lead": lead(book),
        "overview": _overview(book, there),
        "sources": [_source(book, one) for one in there],
        "others": [_finding(book, at) for at, one in enumerate(book.findings) if one["subject"] not in there],
    }
    return Page(f"{name}.html", "sources.html", say("sources.title"), told)


def known(book: Book) -> list[str]:
    """Return the sources that are waited for, have delivered or have a finding, in the order of the catalogue."""
    told = {*book.table("coverage")["source"], *(receipt["source"] for receipt in book.receipts)}
    found = {finding["subject"] for finding in book.findings}
    listed = [row["source"] for row in catalogue.rows("source_names")]
    return [source for source in listed if source in told | found] + sorted(told - set(listed))


def expected(book: Book) -> pd.DataFrame:
    """Return the rows of `coverage` that somebody waits for."""
    rows = book.table("coverage")
    return rows[rows["status"] != WAIVED]


def silent(rows: pd.DataFrame) -> list[str]:
    """Return the sources in rows of `coverage` of which no release is used, not even an earlier one."""
    nothing = rows["release"].isna().groupby(rows["source"]).all()
    return sorted(nothing.index[nothing])


def lead(book: Book) -> list[Statement]:
    """Return how much of what was waited for has come."""
    rows = expected(book)
    if rows.empty:
        return [say("sources.lead_nothing")]
    came = rows[rows["status"].isin(ARRIVED)]
    of = {"arrived": book.count("coverage", came.index), "all": book.count("coverage", rows.index)}
    return [say("sources.lead", **of, edition=book.fact("edition", kind="year"))]


def called(table: str, subject: str) -> Said:
    """Return what a subject is called: a dimension, an indicator of wellbeing, a division into areas."""
    if table not in SUBJECTS:
        return say(f"sources.{table}_{subject}")
    return terms.short(SUBJECTS[table], subject)


def _overview(book: Book, there: list[str]) -> Table:
    head = ("source", "expected", *COUNTED)
    rows = [Row(f"of.{source}", (Link(f"sources.html#{source}", terms.source(source)), *_counted(book, source)))
            for source in there]  # fmt: skip
    return Table(say("sources.overview_caption"), [say(f"sources.head_{one}") for one in head], rows)


def _counted(book: Book, source: str) -> list[Figure]:
    rows = book.rows("coverage", source=source)
    counted = [rows.index, *(rows.index[rows["status"].isin(those)] for those in COUNTED.values())]
    return [book.count("coverage", those) for those in counted]


def _source(book: Book, source: str) -> Source:
    receipts = [at for at, receipt in enumerate(book.receipts) if receipt["source"] == source]
    found = [at for at, finding in enumerate(book.findings) if finding["subject"] == source]
    return Source(
        source, terms.source(source), _about(book, source, receipts), _subjects(book, source),
        _receipts(book, receipts), [_finding(book, at) for at in found],
    )  # fmt: skip


def _about(book: Book, source: str, receipts: list[int]) -> Statement:
    publisher = terms.publisher(source)
    if not receipts:
        return say("sources.about_nothing", publisher=publisher)
    given = {book.receipts[at]["licence"]: _licence(book, at) for at in receipts}
    return say("sources.about", publisher=publisher, licence=joined(given.values()))


def _subjects(book: Book, source: str) -> Table | None:
    rows = book.rows("coverage", source=source)
    if rows.empty:
        return None
    told = [_subject(book, int(at)) for at in rows.sort_values(["table", "subject"]).index]
    head = [say(f"sources.head_{one}") for one in ("subject", "status", "release", "year", "rows", "note")]
    return Table(say("sources.subjects_caption", source=terms.source(source)), head, told)


def _subject(book: Book, at: int) -> Row:
    source, table, subject, status = (str(book.table("coverage")[name].loc[at]) for name in FIGURE)
    cells: dict[str, Kind] = {"release": "code", "reference_year": "year", "rows": "whole", "note": "text"}
    figures = [book.figure("coverage", at, column, kind) for column, kind in cells.items()]
    shown = [say("site.none") if figure.empty else figure for figure in figures]
    name = called(table, subject)
    return Row(f"{source}.{table}.{subject}", (name, say(f"sources.status_{status}"), *shown))


def _receipts(book: Book, numbers: list[int]) -> Table | None:
    if not numbers:
        return None
    source = book.receipts[numbers[0]]["source"]
    head = [say(f"sources.head_{one}") for one in ("release", "part", "received", "file", "sha256")]
    return Table(
        say("sources.receipts_caption", source=terms.source(source)),
        head,
        [_receipt(book, source, at) for at in numbers],
    )


def _receipt(book: Book, source: str, at: int) -> Row:
    own = book.receipts[at]
    part: list[Said] = [book.fact("receipts", at, "part", kind="code")]
    if own["revision"] > 1:
        part.append(say("sources.revision", revision=book.fact("receipts", at, "revision", kind="whole")))
    file: list[Said] = [
        book.fact("receipts", at, "file", kind="code"),
        book.fact("receipts", at, "sha256", kind="code"),
    ]
    if not _open(own["licence"]):
        file = [say("sources.closed"), say("site.none")]
    received = book.fact("receipts", at, "received", kind="date")
    cells = (book.fact("receipts", at, "release", kind="code"), joined(part), received, *file)
    return Row(f"receipt.{source}.{own['release']}.{own['part']}.{own['revision']}", cells)


def _finding(book: Book, at: int) -> Statement:
    rule = book.findings[at]["rule"]
    if rule in KNOWN:
        return say(f"sources.finding_{rule}")
    return say("sources.finding", rule=book.fact("findings", at, "rule", kind="code"),
               subject=book.fact("findings", at, "subject", kind="code"))  # fmt: skip


def _open(licence: str) -> bool:
    return bool(words.licence(licence)["spdx"])


def _licence(book: Book, at: int) -> Term:
    """Return what the catalogue calls the licence of a receipt; of one that it does not know, the receipt's words."""
    try:
        return terms.term("licences", book.receipts[at]["licence"])
    except ReportError:
        return terms.fixed(book.receipts[at]["licence"], f"manifest/receipts/{at}/licence")
