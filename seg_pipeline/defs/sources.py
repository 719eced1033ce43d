"""One asset for every source: what has been received for the edition, read into tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.defs import shown
from seg_pipeline.defs.keeping import checked, contract_spec, keep, spec
from seg_pipeline.defs.lineage import SOURCE_TABLES, Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.resources import Editions
from seg_pipeline.quality import arrivals
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Receipt
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Source

ARRIVED = "arrived"


def source_asset(source: Source) -> dg.AssetsDefinition:
    """Return the asset of one source, with the checks that it arrived and that its tables keep their contracts."""
    key = (source.id,)
    arrived = dg.AssetCheckSpec(
        ARRIVED, asset=dg.AssetKey([source.id]), blocking=True, description="Something has been received."
    )
    described = spec(key, "counts", "cities" if source.city else "national").replace_attributes(
        description=f"{source.name} ({source.publisher}; {source.licence}; {source.cadence})."
    )

    @dg.multi_asset(
        name=source.id, specs=[described], check_specs=[arrived, contract_spec(key)], partitions_def=EDITIONS
    )
    def read_source(context: dg.AssetExecutionContext, editions: Editions) -> Iterator[Any]:
        edition = editions.of(context)
        received = edition.archive.current(source.id, edition.year)
        lineage = edition.made_from(key)
        finding = arrivals.finding(source.id, edition.year, [receipt.release for receipt in received])
        yield checked(key, ARRIVED, [finding] if finding else [])
        if finding and finding.severity == "block":
            raise dg.Failure(str(finding), allow_retries=False)
        delivered = [_read(source, edition, receipt) for receipt in received]
        made = {table: join([getattr(one, table) for one in delivered], table) for table in SOURCE_TABLES}
        rows = [{"file": r.file, **one.rows} for r, one in zip(received, delivered, strict=True)]
        again = sum(len(one.counts) for one in delivered) - len(made["counts"])
        about = {"receipts": shown.receipts(received), "rows in the files": shown.small_table(rows)}
        if again:
            about["counts left aside"] = dg.MetadataValue.text(
                f"{again} that another file of the release tells as well"
            )
        yield from keep(edition, key, made, lineage, areas=len(made["areas"]), **about)

    return read_source


def join(parts: list[pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the parts of a source as one table.

    The original release goes before a part of it that tells the same cell again; of an area told more than once
    the row with the latest population stays.
    """
    if len(parts) < 2:
        return parts[0] if parts else tables.empty(name)
    whole = pd.concat(parts, ignore_index=True)
    if name == "areas":
        whole = whole.sort_values("population_year", ascending=False, na_position="last", kind="stable")
    return tables.conform(whole.drop_duplicates(tables.key(name)), name)


def _read(source: Source, edition: Edition, receipt: Receipt) -> Delivered:
    try:
        return source.tables(edition.archive.read(receipt), receipt.release, receipt.file)
    except Refused as refused:
        raise dg.Failure(
            refused.message(discreet=not source.open), metadata={"receipt": str(receipt)}, allow_retries=False
        ) from None


SOURCES = [source_asset(source) for source in all_sources().values()]
