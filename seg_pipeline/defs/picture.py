"""The picture: what all sources say of the eleven cities, the indicators of it, its areas, and what has moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd
from dagster_duckdb import DuckDBResource

from seg_pipeline import parquet, tables
from seg_pipeline.classifications import AREA_TYPES, CITY_CODES, CONTRASTS, NEED, ORDERED, PARTITIONS
from seg_pipeline.defs import shown
from seg_pipeline.defs.keeping import contract_spec, keep, spec
from seg_pipeline.defs.lineage import AREAS, CHANGES, COUNTS, INDICATORS, INPUTS, PROFILES, Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.resources import Editions
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.indicators import changes as moved
from seg_pipeline.indicators import compute, profiles


@dataclass(frozen=True)
class Making:
    """What a table is made with: the edition's tables, an engine over them, and a clock for its steps."""

    edition: Edition
    engine: DuckDBResource
    clock: dict[str, float] = field(default_factory=dict)

    def read(self, key: Key) -> pd.DataFrame:
        """Return a table of the edition."""
        return self.edition.warehouse.read(key, self.edition.year)

    def of_the_cities(self, key: Key) -> pd.DataFrame:
        """Return the rows on the eleven cities of all the tables that `key` is made from."""
        files = [str(self.edition.warehouse.path(of, self.edition.year)) for of in INPUTS[key]]
        with self.engine.get_connection() as connection:
            query = "SELECT * FROM read_parquet($files) WHERE list_contains($cities, city)"
            found = connection.sql(query, params={"files": files, "cities": CITY_CODES})
            return parquet.to_pandas(found.to_arrow_table())


def picture(key: Key) -> Callable[[Callable[[Making], pd.DataFrame]], dg.AssetsDefinition]:
    """Return a decorator that makes an asset of the group ``picture`` from a function of what it is made with."""

    def asset(made: Callable[[Making], pd.DataFrame]) -> dg.AssetsDefinition:
        @dg.multi_asset(
            name=key[-1],
            specs=[spec(key, key[-1], "picture")],
            check_specs=[contract_spec(key)],
            partitions_def=EDITIONS,
            description=made.__doc__,
        )
        def run(context: dg.AssetExecutionContext, editions: Editions, engine: DuckDBResource) -> Iterator[Any]:
            making = Making(editions.of(context), engine)
            lineage = making.edition.made_from(key)
            table = tables.conform(made(making), key[-1])
            yield from keep(making.edition, key, {key[-1]: table}, lineage, **shown.steps(making.clock))

        return run

    return asset


@picture(COUNTS)
def counts(making: Making) -> pd.DataFrame:
    """Counts of the eleven cities, from every source."""
    return making.of_the_cities(COUNTS)


@picture(AREAS)
def areas(making: Making) -> pd.DataFrame:
    """Areas of the eleven cities, from every source."""
    return making.of_the_cities(AREAS)


@picture(INDICATORS)
def indicators(making: Making) -> pd.DataFrame:
    """Every index of each city, pair of groups and year, with its uncertainty."""
    return compute(
        making.read(COUNTS), making.read(AREAS),
        contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS, clock=making.clock,
    )  # fmt: skip


@picture(PROFILES)
def area_profiles(making: Making) -> pd.DataFrame:
    """What each area is like: shares, location quotients, local scores, need index, area type."""
    return profiles.area_profiles(
        making.read(COUNTS), making.read(AREAS),
        contrasts=CONTRASTS, partitions=PARTITIONS, need=NEED, types=AREA_TYPES,
    )  # fmt: skip


@picture(CHANGES)
def changes(making: Making) -> pd.DataFrame:
    """What moved each indicator from year to year, term by term."""
    return moved.changes(making.read(COUNTS), making.read(INDICATORS), partitions=PARTITIONS)


PICTURE_ASSETS = [counts, areas, indicators, area_profiles, changes]
