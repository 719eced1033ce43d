"""The report as a folder of files: written whole, once, and then visible.

``<reports>/<version>/`` holds a folder for each language, ``assets/``, ``data/`` (the snapshot, to be taken along) and
``report.json``, which names the snapshot, the code and the sha256 of every file. One file is not named there and may
change: ``status.css``, which shows the banner on a report when a newer one stands beside it.
``<reports>/index.html`` leads to the newest of each kind.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seg_pipeline import catalogue, provenance, settings
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import pages, proof, terms
from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.page import Drawing, Link, Page
from seg_pipeline.report.pages import download
from seg_pipeline.report.rendering import Writer, render
from seg_pipeline.report.statement import say, text
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.describe.subject import json_bytes
from seg_pipeline.snapshots.formats import FORMATS, choose, place
from seg_pipeline.snapshots.shelves.folder import flush
from seg_pipeline.snapshots.store import MANIFEST, VERSION, order

MAKING = ".making-"
RECORD = "report.json"
STATUS = "status.css"
SUPERSEDED = b".superseded { display: block; }\n"
CURRENT = b"/* No newer snapshot has been published here. */\n"
MENU = ("overview", "cities", "indicators", "comparison", "changes", "method", "sources", "download", "summary")
Progress = Callable[[int, int], None]


class ReportExists(settings.Foreseen):
    """Another report of the snapshot is there already."""


def make(
    snapshot: Snapshot, reports: Path, workers: int = 2, progress: Progress = lambda *_: None
) -> tuple[Path, bool]:
    """Write the report of a snapshot into `reports`; return its folder, and whether it is new.

    Raises SnapshotError for a damaged snapshot, ReportError for a figure that is bound to nothing, and ReportExists
    where a report of the same snapshot stands there that other code or another catalogue made.
    """
    snapshot.require_sound()
    standing, made = reports / snapshot.version, reports / f"{MAKING}{snapshot.version}"
    origin = _origin(snapshot)
    if standing.exists():
        if {name: record(standing)[name] for name in origin} != origin:
            raise ReportExists(f"{standing} was made by other code; move it away to make the report anew")
        return standing, False
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    _write_pages(snapshot, made, workers, progress)
    _write_beside(snapshot, made)
    named = {file.relative_to(made).as_posix(): _sha256(file) for file in sorted(made.rglob("*")) if file.is_file()}
    (made / RECORD).write_bytes(json_bytes({**origin, "files": named}))
    (made / STATUS).write_bytes(CURRENT)
    for file in sorted(made.rglob("*")):
        flush(file)
    made.rename(standing)
    flush(reports)
    _tell(reports)
    return standing, True


def record(place: Path) -> dict[str, Any]:
    """Return what a report says of itself: snapshot, code, files."""
    return json.loads((place / RECORD).read_text(encoding="utf-8"))


def _origin(snapshot: Snapshot) -> dict[str, Any]:
    manifest = snapshot.shelf.read(snapshot.version, MANIFEST)
    return {
        "snapshot": snapshot.version,
        "made_up": snapshot.made_up,
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "code_sha256": provenance.source_digest(),
        "catalogue_sha256": catalogue.digest(),
        "lock_sha256": provenance.lock_digest(),
    }


def _write_pages(snapshot: Snapshot, made: Path, workers: int, progress: Progress) -> None:
    book = Book(snapshot)
    jobs = [(kind, name) for kind, of in pages.KINDS.items() for name in of.names(book)]
    if workers == 1:
        _copy(snapshot, made)
        for at, job in enumerate(jobs, 1):
            write(book, made, *job)
            progress(at, len(jobs))
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (snapshot,)) as pool:
        copied = pool.submit(_copy, snapshot, made)  # first, because it takes longest
        done = [pool.submit(_write, made, *job) for job in jobs]
        for at, one in enumerate(done, 1):
            one.result()
            progress(at, len(jobs))
        copied.result()


_BOOK: list[Book] = []  # of this process, opened once


def _open(snapshot: Snapshot) -> None:
    _BOOK[:] = [Book(snapshot)]


def _write(made: Path, kind: str, name: str) -> None:
    write(_BOOK[0], made, kind, name)


def _copy(snapshot: Snapshot, made: Path) -> None:
    """Put the snapshot beside its pages as it was published, and in one file for a reader."""
    folder = made / download.FOLDER
    folder.mkdir()
    for name in sorted(snapshot.shelf.names(snapshot.version)):
        (folder / name).write_bytes(snapshot.shelf.read(snapshot.version, name))
    place(FORMATS["zip"].files(choose(snapshot)), folder)


def write(book: Book, made: Path, kind: str, name: str) -> None:
    """Write one page in every language, and what stands beside it; refuse what is not proved."""
    try:
        page = pages.KINDS[kind].page(book, name)
        told = {language: html(book, page, language) for language in LANGUAGES}
    except ReportError as error:
        raise ReportError(f"{kind} {name}: {error}") from None
    proof.refuse_difference(page.path, told)
    for language, (shown, _) in told.items():
        proof.refuse_unbound(f"{language}/{page.path}", shown)
        for path, content in ((page.path, shown.encode()), *page.beside(language).items()):
            file = made / language / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def html(book: Book, page: Page, language: str) -> tuple[str, Counter[str]]:
    """Return a page in a language, and how often it says each text."""
    writer = Writer(language, Counter(), page.root)
    shown = render(
        page.template,
        writer,
        page=page,
        root=page.root,
        up=f"../{page.root}",
        made_up=book.snapshot.made_up,
        version=book.fact("version", kind="code"),
        published=book.fact("published", kind="date"),
        languages=_languages(),
        menu=_menu(),
        drawn=lambda drawing: _drawn(drawing, language),
        **page.context,
    )
    return shown, writer.said


def _drawn(drawing: Drawing, language: str) -> Markup:
    return Markup(drawing.draw(language))  # noqa: S704  our own SVG; every text in it is escaped by the renderer


@cache
def _languages() -> list[tuple[str, Any]]:
    """Return each language with its name in itself, whichever language the page is in."""
    own = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
    return [(code, terms.fixed(own[code])) for code in LANGUAGES]


@cache
def _menu() -> list[Link]:
    paths = {"overview": "index.html", "cities": "index.html#cities", "indicators": "indicators.html"}
    return [Link(paths.get(name, f"{name}.html"), say(f"site.nav_{name}")) for name in MENU]


def _write_beside(snapshot: Snapshot, made: Path) -> None:
    (made / "assets").mkdir(exist_ok=True)
    for asset in sorted(files("seg_pipeline.report").joinpath("assets").iterdir(), key=lambda file: file.name):
        (made / "assets" / asset.name).write_bytes(asset.read_bytes())
    (made / "index.html").write_text(_landing([snapshot.version], "assets/style.css", {snapshot.version: ""}))


def _landing(versions: list[str], assets: str, way: dict[str, str]) -> str:
    listed = [(version, version.endswith("-demo")) for version in versions]
    notice = text("site.made_up_short")
    return render("landing.html", Writer("fi", Counter()), name=text("site.name"), versions=listed, assets=assets,
                  way=way, notice=notice)  # fmt: skip


def _tell(reports: Path) -> None:
    """Write the list of the reports, and on each whether a newer one of its kind stands beside it."""
    there = sorted((path.name for path in _reports(reports)), key=order, reverse=True)
    newest = {made_up: next((v for v in there if v.endswith("-demo") == made_up), "") for made_up in (True, False)}
    for version in there:
        _replace(reports / version / STATUS, CURRENT if version in newest.values() else SUPERSEDED)
    page = _landing(there, f"{there[0]}/assets/style.css", {version: f"{version}/" for version in there})
    _replace(reports / "index.html", page.encode())


def _reports(reports: Path) -> Iterator[Path]:
    return (path for path in reports.iterdir() if VERSION.fullmatch(path.name) and (path / RECORD).exists())


def _replace(file: Path, content: bytes) -> None:
    if file.exists() and file.read_bytes() == content:
        return
    beside = file.with_name(f".{file.name}")
    beside.write_bytes(content)
    flush(beside)
    beside.replace(file)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
