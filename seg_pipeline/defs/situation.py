"""The situation picture of the edition's snapshot as an asset: the graph and the yearly schedule make it.

It is a site and no table, so it is not among the files that `seg refresh` looks after.
"""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg

from seg_pipeline import provenance
from seg_pipeline.defs.drawn import bars
from seg_pipeline.defs.keeping import CODE_VERSION
from seg_pipeline.defs.lineage import SNAPSHOT
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.resources import Editions
from seg_pipeline.report import judging, site, standing, terms
from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.pages import findings, summary, tied
from seg_pipeline.report.rendering import Writer
from seg_pipeline.settings import REPORTS_OPEN_AT
from seg_pipeline.snapshots import Snapshot

TENTHS = 10  # how often the progress is logged
LANGUAGE = "en"  # the UI's


@dg.asset(
    group_name="publication",
    deps=[dg.AssetKey(list(SNAPSHOT))],
    partitions_def=EDITIONS,
    code_version=CODE_VERSION,
    description="The situation picture of the edition's snapshot: pages in Finnish, Swedish and English, and a PDF.",
    kinds={"html"},
)
def report(context: dg.AssetExecutionContext, editions: Editions) -> dg.MaterializeResult[Any]:
    """Make the report of the edition's snapshot; one that stands is left alone."""
    edition = editions.of(context)
    snapshot = edition.published()
    if snapshot is None:
        raise dg.Failure(f"edition {edition.year} has no snapshot yet: materialize `snapshot`", allow_retries=False)
    began = time.monotonic()
    place, became = _made(context, snapshot, edition.warehouse.settings.reports)
    return dg.MaterializeResult(
        metadata=_metadata(snapshot, place, became) | {"seconds": round(time.monotonic() - began, 1)},
        data_version=dg.DataVersion(provenance.sha256(place / standing.RECORD)),
    )


def _made(context: dg.AssetExecutionContext, snapshot: Snapshot, reports: Path) -> tuple[Path, str]:
    def progress(done: int, of: int) -> None:
        if done == of or done * TENTHS // of > (done - 1) * TENTHS // of:
            context.log.info(f"{done} of {of} pages")

    try:
        place, new = site.make(snapshot, reports, progress=progress)
    except site.ReportExists as error:
        context.log.warning(f"{error}; it was left as it is")
        return reports / snapshot.version, "made by other code, left as it is"
    except ReportError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return place, "new" if new else "stood already"


def _metadata(snapshot: Snapshot, place: Path, became: str) -> dict[str, Any]:
    book, at = Book(snapshot), os.environ.get(REPORTS_OPEN_AT)
    written = [file for file in place.rglob("*") if file.is_file()]
    served = {"open": dg.MetadataValue.url(f"{at}/{place.name}/index.html")} if at else {}
    made_up = {"made up": snapshot.manifest["notice"][LANGUAGE]} if snapshot.made_up else {}
    return {
        "version": f"{snapshot.version} ({became})",
        **served,
        "folder": dg.MetadataValue.path(str(place)),
        "pages": sum(file.suffix == ".html" for file in written),
        "bytes": sum(file.stat().st_size for file in written),
        "first findings": dg.MetadataValue.md(_findings(book)),
        **_preview(book),
        **made_up,
    }


def _findings(book: Book) -> str:
    writer = Writer(LANGUAGE, Counter())
    return "\n".join(f"- {writer.plain(said)}" for said in summary.first(book))


def _preview(book: Book) -> dict[str, Any]:
    """Return the summary's first picture as bars, in the order of the catalogue, which ranks nothing."""
    rows = judging.contrasts(book, findings.INDEX)
    rows = judging.latest(rows[rows["dimension"] == findings.FIRST])
    rows = rows.sort_values("city", key=lambda of: of.map(tied.PLACE), kind="stable")
    values = {terms.city(row["city"]).texts[LANGUAGE]: float(row["value_corrected"]) for _, row in rows.iterrows()}
    title = "D of low and high income by postal area, latest year"
    return {"preview": dg.MetadataValue.md(bars(values, title))} if values else {}


SITUATION = [report]
