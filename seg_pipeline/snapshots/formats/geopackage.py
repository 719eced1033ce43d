"""GeoPackage: the areas as one layer, for QGIS and other programs of maps.

GDAL writes into the file when it was last changed; here that is the time of publication, so that bytes stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyogrio

from seg_pipeline.snapshots.formats import words
from seg_pipeline.snapshots.formats.export import Export, Plan
from seg_pipeline.snapshots.formats.shapes import areas

LAYER = "areas"


def files(export: Export) -> Plan:
    """Return the file of the areas."""
    return {export.file("gpkg", LAYER): partial(_write, export)}


def _write(export: Export, path: Path) -> None:
    described = words.together(words.described(export.resources[LAYER]))
    with _changed(export.published.astimezone(UTC)):
        pyogrio.write_dataframe(
            areas(export),
            path,
            layer=LAYER,
            driver="GPKG",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            dataset_metadata=export.facts,
            layer_metadata=export.facts,
            layer_options={"DESCRIPTION": described, "IDENTIFIER": LAYER},
        )


@contextmanager
def _changed(when: datetime) -> Iterator[None]:
    """Let GDAL take files to be changed at a time; it knows this as a setting of the process."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": when.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
