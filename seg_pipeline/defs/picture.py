"""The picture: what all sources say of the eleven cities, and the indicators of it."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pandas as pd
from dagster_duckdb import DuckDBResource

from seg_pipeline import parquet, tables
from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.defs.keeping import contract_spec, keep, spec
from seg_pipeline.defs.lineage import AREAS, COUNTS, INDICATORS, INPUTS, Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.resources import Editions
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.indicators import compute


def of_the_cities(engine: DuckDBResource, edition: Edition, key: Key) -> pd.DataFrame:
    """Return the rows on the eleven cities of all the tables that `key` is made from."""
    files = [str(edition.warehouse.path(of, edition.year)) for of in INPUTS[key]]
    with engine.get_connection() as connection:
        query = "SELECT * FROM read_parquet($files) WHERE list_contains($cities, city)"
        found = connection.sql(query, params={"files": files, "cities": CITY_CODES})
        return tables.conform(parquet.to_pandas(found.to_arrow_table()), key[-1])


def picture(key: Key) -> Callable[[Callable[[Edition, DuckDBResource], pd.DataFrame]], dg.AssetsDefinition]:
    """Return a decorator that makes an asset of the group ``picture`` from a function of the edition's tables."""

    def asset(made: Callable[[Edition, DuckDBResource], pd.DataFrame]) -> dg.AssetsDefinition:
        @dg.multi_asset(
            name=key[-1],
            specs=[spec(key, key[-1], "picture")],
            check_specs=[contract_spec(key)],
            partitions_def=EDITIONS,
            description=made.__doc__,
        )
        def run(context: dg.AssetExecutionContext, editions: Editions, engine: DuckDBResource) -> Iterator[Any]:
            edition = editions.of(context)
            lineage = edition.made_from(key)
            yield from keep(edition, key, {key[-1]: made(edition, engine)}, lineage)

        return run

    return asset


@picture(COUNTS)
def counts(edition: Edition, engine: DuckDBResource) -> pd.DataFrame:
    """Counts of the eleven cities, from every source."""
    return of_the_cities(engine, edition, COUNTS)


@picture(AREAS)
def areas(edition: Edition, engine: DuckDBResource) -> pd.DataFrame:
    """Areas of the eleven cities, from every source."""
    return of_the_cities(engine, edition, AREAS)


@picture(INDICATORS)
def indicators(edition: Edition, _: DuckDBResource) -> pd.DataFrame:
    """Indicators of each city, contrast and year, from the counts."""
    return compute(edition.warehouse.read(COUNTS, edition.year))


PICTURE_ASSETS = [counts, areas, indicators]
