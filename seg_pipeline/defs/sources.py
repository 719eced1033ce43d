"""One asset for every source: what has been received for the edition, read into tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from seg_pipeline.defs import shown
from seg_pipeline.defs.drawn import small_table
from seg_pipeline.defs.keeping import checked, contract_spec, keep, spec
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.reading import Taken, take
from seg_pipeline.defs.resources import Editions
from seg_pipeline.quality import arrivals
from seg_pipeline.quality.finding import Finding
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.fetching import fetch, recently
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.source import Source, release_year

ARRIVED, READABLE = "arrived", "readable"


def source_asset(source: Source) -> dg.AssetsDefinition:
    """Return the asset of one source, with the checks that it has arrived and keeps its contracts."""
    key = (source.id,)
    arrived = dg.AssetCheckSpec(
        ARRIVED,
        asset=dg.AssetKey([source.id]),
        blocking=True,
        description="Something has been received, this year's release too, and every delivery can be read.",
    )
    described = spec(key, source.tells[0], "cities" if source.city else "national").replace_attributes(
        description=f"{source.name} ({source.publisher}; {source.licence}; {source.cadence})."
    )

    @dg.multi_asset(
        name=source.id, specs=[described], check_specs=[arrived, contract_spec(key)], partitions_def=EDITIONS
    )
    def read_source(context: dg.AssetExecutionContext, editions: Editions) -> Iterator[Any]:
        edition = editions.of(context)
        refetch(source, edition)
        lineage = edition.made_from(key)
        taken = take(source, edition.archive, edition.year)
        releases = [receipt.release for receipt, _ in taken.used]
        found = [*refusals(source, taken, edition.year), *losses(source, taken)]
        if (late := arrivals.finding(source.id, edition.year, releases)) and not (taken.refused and not releases):
            found.append(late)
        yield checked(key, ARRIVED, found)
        grave = [finding for finding in found if finding.severity == "block"]
        if grave:
            raise dg.Failure(str(grave[0]), allow_retries=False)
        yield from keep(edition, key, taken.tables, lineage, taken.judged, **_about(taken))

    return read_source


def refetch(source: Source, edition: Edition) -> None:
    """Fetch a source from its service, under the profile ``live`` and where that was not tried a short while ago."""
    if edition.warehouse.settings.profile != "live" or source.fetch is None:
        return
    if not recently(edition.archive, source, edition.year):
        with Client() as client:
            fetch(edition.archive, source, edition.year, client)


def refusals(source: Source, taken: Taken, edition: int) -> list[Finding]:
    """Return a finding where deliveries were put aside.

    It blocks where the source is required and nothing of it can be used, or nothing of the edition's own release.
    """
    if not taken.refused:
        return []
    receipt, reason = taken.refused[-1]
    used = [r for r, _ in taken.used if (r.release, r.part) == (receipt.release, receipt.part)]
    instead = f"Revision {used[0].revision} is used" if used else "Nothing is used in its place"
    remedy = f"receive the corrected file, or `seg withdraw {source.id} --release {receipt.release} --why …`"
    said = f"{receipt} was refused: {reason} {instead}; {remedy}"
    own = {r.release for r, _ in taken.refused if release_year(r.release) == edition}
    grave = arrivals.required(source.id) and (not taken.used or bool(own - {r.release for r, _ in taken.used}))
    return [Finding("block" if grave else "warn", source.id, READABLE, said, len(taken.refused))]


def losses(source: Source, taken: Taken) -> list[Finding]:
    """Return a finding for each delivery whose successor no longer tells all that it told."""
    return [Finding("warn", source.id, "lost", f"{receipt}: {reason}") for receipt, reason in taken.lost]


def _about(taken: Taken) -> dict[str, Any]:
    rows = [{"file": r.file, **one.rows} for r, one in taken.used]
    put_aside = [{"delivery": str(r), "file": r.file, "reason": reason} for r, reason in taken.refused]
    about: dict[str, Any] = {
        "receipts": shown.receipts([receipt for receipt, _ in taken.used]),
        "rows in the files": small_table(rows),
        "revised cells": len(taken.tables["revisions"]),
        **{table: len(made) for table, made in taken.tables.items()},
    }
    if put_aside:
        about["refused"] = small_table(put_aside)
    if taken.again:
        about["rows left aside"] = dg.MetadataValue.text(f"{taken.again} that another delivery tells as well")
    return about


SOURCES = [source_asset(source) for source in all_sources().values()]
