"""The formats in which a snapshot can be had. One entry here and one module beside make a new one.

A module has one function, ``files(export)``: the name of each file that the format makes, and what writes it.
Names are known, and what cannot be held is refused, before anything is written. A module is loaded when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module

from seg_pipeline.snapshots.formats.export import Export, ExportError, Plan, choose
from seg_pipeline.snapshots.formats.placing import place

__all__ = ["FORMATS", "Export", "ExportError", "Format", "choose", "place"]


@dataclass(frozen=True)
class Format:
    """One format: what it is for, which tables it holds (None: any), whether the same export has the same bytes."""

    name: str
    suffix: str
    says: str
    module: str
    holds: tuple[str, ...] | None = None
    stable: bool = True

    def files(self, export: Export) -> Plan:
        """Return the name of each file and what writes it. Raises ExportError where a table cannot be held."""
        plan: Plan = import_module(f"{__name__}.{self.module}").files(self.fitting(export))
        return plan

    def fitting(self, export: Export) -> Export:
        """Return the export as this format has it: where no table was asked for, those that it holds."""
        unfit = sorted(set(export.tables) - set(self.holds or export.tables))
        if export.asked and unfit:
            able = ", ".join(other.name for other in FORMATS.values() if other.holds is None)
            held, other = ", ".join(self.holds or ()), ", ".join(unfit)
            raise ExportError(f"{self.name} holds {held}, not {other}; any table can be had as {able}")
        return replace(export, tables=tuple(table for table in export.tables if table not in unfit))


def _registry(formats: Iterable[Format]) -> dict[str, Format]:
    return {one.name: one for one in formats}


FORMATS = _registry(
    (
        Format("parquet", "parquet", "typed columns; as published where no city is chosen", "columnar"),
        Format("csv", "csv", "plain text, one file a table and a dictionary", "delimited"),
        Format("xlsx", "xlsx", "one Excel workbook, a sheet a table", "workbook"),
        Format("duckdb", "duckdb", "one database with comments and ready views", "database", stable=False),
        Format("geoparquet", "geo.parquet", "areas on the map, EPSG:3067", "geoparquet", ("areas",)),
        Format("geopackage", "gpkg", "areas on the map, EPSG:3067, for QGIS", "geopackage", ("areas",)),
        Format("json-stat", "json", "indicators as JSON-stat 2.0 cubes", "json_stat", ("indicators",)),
        Format("zip", "zip", "one file for a reader: Parquet, CSV, Excel, README, licences", "package"),
    )
)
