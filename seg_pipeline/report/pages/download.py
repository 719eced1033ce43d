"""What can be taken along: the tables in open formats, their descriptions, how to cite and to verify them."""

from __future__ import annotations

from seg_pipeline.report import terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.page import Link, Page, Row, Said, Table
from seg_pipeline.report.pages import reservations
from seg_pipeline.report.statement import say
from seg_pipeline.snapshots.formats import choose

FOLDER = "data"  # of the report, beside the folders of the languages: the snapshot as it was published
BESIDE = ("dictionary.html", "README.md", "LICENCE.md", "CITATION.cff", "CHANGES.md", "datapackage.json",
          "dcat.jsonld", "ro-crate-metadata.json", "manifest.json", "manifest.json.sha256", "deliveries.json",
          "recipe.zip")  # fmt: skip


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["download"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    told = {
        "whole": Link(_file(choose(book.snapshot).file("zip")), say("download.whole_link")),
        "tables": _tables(book),
        "beside": [(_link(file), say(f"download.{_key(file)}")) for file in BESIDE],
        "citation": reservations.cited(book),
        "content": say("download.content", hash=book.fact("content", kind="code")),
        "permalinks": say("download.permalinks_said", version=book.fact("version", kind="code")),
        "summary": Link("summary.pdf", say("download.summary_link")),
    }
    return Page(f"{name}.html", "download.html", say("download.title"), told)


def _tables(book: Book) -> Table:
    head = [say(f"download.head_{one}") for one in ("table", "what", "rows")]
    return Table(say("download.tables_caption"), head, [_table(book, name) for name in book.snapshot.tables])


def _table(book: Book, name: str) -> Row:
    rows = book.fact("tables", name, kind="whole")
    return Row(f"table.{name}", (_link(f"{name}.parquet"), _about(book, name), rows))


def _about(book: Book, name: str) -> Said:
    resources = book.snapshot.package["resources"]
    at = next(number for number, one in enumerate(resources) if one["name"] == name)
    return Term(resources[at]["descriptions"], f"package/resources/{at}/descriptions")


def _link(name: str) -> Link:
    return Link(_file(name), terms.fixed(name, f"files/{name}"))


def _file(name: str) -> str:
    return f"../{FOLDER}/{name}"


def _key(name: str) -> str:
    return name.replace(".", "_").replace("-", "_").lower()
