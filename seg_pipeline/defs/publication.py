"""Publication: the edition's tables as an immutable snapshot. Only tables that are up to date are published."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, provenance, tables
from seg_pipeline.defs import protection, since
from seg_pipeline.defs.drawn import small_table
from seg_pipeline.defs.keeping import CODE_VERSION, checked
from seg_pipeline.defs.lineage import AREAS, INPUTS, SNAPSHOT, Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.recording import recorded
from seg_pipeline.defs.resources import Editions
from seg_pipeline.defs.summary import eleven
from seg_pipeline.quality import arrivals, contracts
from seg_pipeline.quality.finding import Finding
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Receipt
from seg_pipeline.tables.operations import OUTCOMES

VERIFIED = "verified"
Books = dict[str, list[dict[Any, Any]]]  # the deliveries of every source, by what became of them
PUBLISHED = INPUTS[SNAPSHOT]


@dg.multi_asset(
    name="snapshot",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(list(SNAPSHOT)),
            group_name="publication",
            deps=[dg.AssetKey(list(key)) for key in PUBLISHED],
            description="The edition as an immutable snapshot: Parquet tables, data package, manifest.",
            kinds={"parquet"},
            code_version=CODE_VERSION,
        )
    ],
    check_specs=[
        dg.AssetCheckSpec(
            VERIFIED,
            asset=dg.AssetKey(list(SNAPSHOT)),
            blocking=True,
            description="Every published table is up to date and keeps its contract, checked again on these bytes.",
        )
    ],
    partitions_def=EDITIONS,
)
def snapshot(context: dg.AssetExecutionContext, editions: Editions) -> Iterator[Any]:
    """Publish the edition; where nothing has changed since the last snapshot, that one stands."""
    edition = editions.of(context)
    lineage = edition.made_from(SNAPSHOT)
    content, findings = _verified(edition)
    yield checked(SNAPSHOT, VERIFIED, findings)
    if findings:
        raise dg.Failure("; ".join(str(finding) for finding in findings), allow_retries=False)
    published, new = _publish(edition, content)
    _remember(edition, published, lineage)
    yield dg.MaterializeResult(
        asset_key=dg.AssetKey(list(SNAPSHOT)),
        metadata=_metadata(published, new, content["indicators"]),
        data_version=dg.DataVersion(published.manifest["content"]),
    )


def _verified(edition: Edition) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Return what would be published, and everything that forbids it."""
    stale = [key for key in edition.stale() if key != SNAPSHOT]
    if stale:
        named = ", ".join("/".join(key) for key in stale)
        remedy = f"not up to date: {named}; run `seg refresh --edition {edition.year}`"
        return {}, [Finding("block", "snapshot", "up_to_date", remedy)]
    if provenance.source_digest.__wrapped__() != provenance.source_digest():
        remedy = "the code was changed while it ran; run it again, so that the recipe is the code that made the tables"
        return {}, [Finding("block", "snapshot", "up_to_date", remedy)]
    content = {key[-1]: edition.warehouse.read(key, edition.year) for key in PUBLISHED} | _code_lists()
    content |= protection.protected(content)
    content[AREAS[-1]] = protection.public_areas(content[AREAS[-1]], _closed_areas(edition))
    broken = [finding for name, table in content.items() for finding in contracts.findings(table, name)]
    return content, [*broken, *since.findings(edition, content)]


def _closed_areas(edition: Edition) -> list[pd.DataFrame]:
    """Return the areas of sources that are neither open nor a city: where they have people is theirs to tell."""
    closed = [s.id for s in all_sources().values() if not s.open and not s.city and AREAS[-1] in s.tells]
    return [edition.warehouse.read((source, AREAS[-1]), edition.year) for source in closed]


def _code_lists() -> dict[str, pd.DataFrame]:
    """Return the cities, the groups and the indicators of wellbeing, so that a code can be read as a name."""
    names = {language: f"name_{language}" for language in catalogue.LANGUAGES}
    lists = {"cities": "cities", "groups": "groups", "wellbeing_indicators": "wellbeing"}
    told = {table: pd.DataFrame(catalogue.rows(rows)).rename(columns=names) for table, rows in lists.items()}
    return {table: tables.conform(rows, table) for table, rows in told.items()}


def _publish(edition: Edition, content: dict[str, pd.DataFrame]) -> tuple[Snapshot, bool]:
    settings, books = edition.warehouse.settings, _books(edition)
    told = recorded(edition, (row for outcome in OUTCOMES for row in books[outcome]))
    origin = {
        "content_tables": sorted(content),
        "code": provenance.code(),
        "environment": provenance.environment(),
        "lock_sha256": provenance.lock_digest(),
        "catalogue_sha256": catalogue.digest(),
        "receipts": [asdict(receipt) for receipt in _used(edition, books)],
        "findings": [asdict(finding) for finding in _warnings(edition, books)],
    }
    sources = {s.id: {"name": s.name, "publisher": s.publisher, "url": s.url} for s in all_sources().values()}
    beside = since.since(edition, content, origin)
    return publish(settings.snapshots, edition.year, content, origin, sources, settings.made_up, beside, told)


def _warnings(edition: Edition, books: Books) -> list[Finding]:
    """Return what a reader of the snapshot has to know: sources that are silent, late, refused, or kept back."""
    refused, lost = (
        [
            Finding("warn", row["source"], rule, f"{row['file']} of release {row['release']}: {row['reason']}")
            for row in books[outcome]
            if pd.notna(row["reason"])
        ]
        for rule, outcome in (("refused", "refused"), ("lost", "replaced"))
    )
    unavailable = [Finding("warn", source, "unavailable", why) for source, why in edition.failures().items()]
    found, refusing = [*refused, *unavailable, *lost], {finding.subject for finding in refused}
    for source in all_sources().values():
        releases = [row["release"] for row in books["read"] if row["source"] == source.id]
        behind = arrivals.finding(source.id, edition.year, releases)
        if behind and (releases or source.id not in refusing):
            found.append(behind)
        if releases and not source.open:
            said = "its counts are used in the indicators and not published: they are raw and not yet protected"
            found.append(Finding("warn", source.id, "withheld", said))
    return found


def _used(edition: Edition, books: Books) -> list[Receipt]:
    """Return the receipts of the deliveries that the edition's tables were read from."""
    read = {(row["source"], row["release"], row["part"], row["revision"]) for row in books["read"]}
    counting = (part for source in all_sources() for part in edition.archive.counting(source, edition.year))
    return [r for part in counting for r in part if (r.source, r.release, r.part, r.revision) in read]


def _books(edition: Edition) -> Books:
    """Return what became of every delivery of every source, by outcome."""
    found: Books = {outcome: [] for outcome in OUTCOMES}
    for source in all_sources():
        for row in edition.warehouse.read((source, "deliveries"), edition.year).to_dict("records"):
            found[row["outcome"]].append(row)
    return found


def _remember(edition: Edition, published: Snapshot, lineage: str) -> None:
    """Keep which snapshot these tables became, so that a next look sees that nothing has to be done."""
    row = pd.DataFrame({"version": [published.version], "content": [published.manifest["content"]]})
    edition.warehouse.write(SNAPSHOT, edition.year, row, lineage)


def _metadata(published: Snapshot, new: bool, indicators: pd.DataFrame) -> dict[str, Any]:
    made_up = {"made up": published.manifest["notice"]["en"]} if published.made_up else {}
    held = [{"table": name, "rows": rows} for name, rows in published.manifest["tables"].items()]
    return {
        "version": published.version + ("" if new else " (unchanged)"),
        "folder": dg.MetadataValue.path(published.where),
        "tables": small_table(held),
        "eleven cities": small_table(eleven(indicators)),
        "cities": f"{indicators['city'].nunique()} of 11",
    } | made_up


PUBLICATION = [snapshot]
