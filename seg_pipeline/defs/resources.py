"""What assets are given: the edition's deliveries and tables, and DuckDB, in memory, as the engine over them."""

import dagster as dg
from dagster_duckdb import DuckDBResource

from seg_pipeline import settings
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.warehouse import Warehouse


class Editions(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own type variable has no meaning here
    """The editions in one data folder, seen through one profile; by default as the environment says."""

    profile: str = ""

    def of(self, context: dg.AssetExecutionContext) -> Edition:
        """Return the edition that a run is about: its partition."""
        return Edition(int(context.partition_key), Warehouse(settings.current(self.profile or None)))


def duckdb() -> DuckDBResource:
    """Return DuckDB in memory. It is an engine, not a store: a file would lock readers and writers out."""
    threads = settings.current().threads
    chosen = {"threads": threads} if threads else {}
    return DuckDBResource(database=":memory:", connection_config={"autoinstall_known_extensions": False, **chosen})
