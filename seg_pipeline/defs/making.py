"""How an asset of the picture is made: from the edition's tables, with DuckDB over them, ending in its contract."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd
from dagster_duckdb import DuckDBResource

from seg_pipeline import parquet, tables
from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.defs import shown
from seg_pipeline.defs.keeping import checked, contract_spec, keep, spec
from seg_pipeline.defs.lineage import INPUTS, Edition
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.resources import Editions
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.quality.finding import Finding

Judge = Callable[[pd.DataFrame], list[Finding]]
# DuckDB gives rows in no order of its own; of two sources on one area, the first by name goes before the other.
EVERYTHING = "SELECT * EXCLUDE (filename) FROM told ORDER BY filename"
OF_THE_CITIES = (
    "SELECT * EXCLUDE (filename) FROM told WHERE list_contains(getvariable('cities'), city) ORDER BY filename"
)


@dataclass(frozen=True)
class Making:
    """What a table is made with: the edition's tables, an engine over them, and a clock for its steps."""

    edition: Edition
    engine: DuckDBResource
    clock: dict[str, float] = field(default_factory=dict)

    def read(self, key: Key) -> pd.DataFrame:
        """Return a table of the edition."""
        return self.edition.warehouse.read(key, self.edition.year)

    def gathered(self, key: Key, query: str) -> pd.DataFrame:
        """Return what DuckDB answers to `query` over all the sources' tables of the name of `key`."""
        answer = self.ask([of for of in INPUTS[key] if of[-1] == key[-1]], query)
        return tables.empty(key[-1]) if answer is None else answer

    def ask(self, of: list[Key], query: str) -> pd.DataFrame | None:
        """Return what DuckDB answers to `query` over ``told``: the rows of the tables `of`, with their ``filename``."""
        if not of:
            return None
        files = [str(self.edition.warehouse.path(key, self.edition.year)) for key in of]
        with self.engine.get_connection() as connection:
            connection.from_parquet(files, filename=True).create_view("told")
            connection.execute("SET VARIABLE cities = $cities", {"cities": list(CITY_CODES)})
            return parquet.to_pandas(connection.sql(query).to_arrow_table())


def picture(
    key: Key, check: str = "", judge: Judge | None = None
) -> Callable[[Callable[[Making], pd.DataFrame]], dg.AssetsDefinition]:
    """Return a decorator that makes an asset of the group ``picture`` from a function of what it is made with.

    `judge` looks at the table that was made; its findings are the asset's check named `check`, which only warns.
    """

    def asset(made: Callable[[Making], pd.DataFrame]) -> dg.AssetsDefinition:
        judged = dg.AssetCheckSpec(check or "judged", asset=dg.AssetKey(list(key)), description=made.__doc__)

        @dg.multi_asset(
            name=key[-1],
            specs=[spec(key, key[-1], "picture")],
            check_specs=[contract_spec(key), *([judged] if judge else [])],
            partitions_def=EDITIONS,
            description=made.__doc__,
        )
        def run(context: dg.AssetExecutionContext, editions: Editions, engine: DuckDBResource) -> Iterator[Any]:
            making = Making(editions.of(context), engine)
            lineage = making.edition.made_from(key)
            table = tables.conform(made(making), key[-1])
            if judge:
                yield checked(key, check, judge(table))
            yield from keep(making.edition, key, {key[-1]: table}, lineage, **shown.steps(making.clock))

        return run

    return asset
