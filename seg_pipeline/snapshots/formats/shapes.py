"""Areas with their shapes, from the well-known text of the published table. An area without a shape keeps its row."""

from __future__ import annotations

import geopandas
import shapely

from seg_pipeline import parquet
from seg_pipeline.snapshots.formats.export import Export

SYSTEM = "EPSG:3067"
POLYGON, MULTIPOLYGON = 3, 6  # as shapely numbers the kinds of geometry


def areas(export: Export) -> geopandas.GeoDataFrame:
    """Return the areas with a geometry in ETRS-TM35FIN; of mixed kinds, every polygon is a multipolygon."""
    table = parquet.to_pandas(export.read("areas"))
    shapes = shapely.from_wkt(table["geometry"].astype(object).where(table["geometry"].notna(), None).to_numpy())
    kinds = shapely.get_type_id(shapes)
    if {POLYGON, MULTIPOLYGON} <= set(kinds.tolist()):
        shapes = [
            shapely.MultiPolygon([shape]) if kind == POLYGON else shape
            for shape, kind in zip(shapes, kinds, strict=True)
        ]
    return geopandas.GeoDataFrame(table.drop(columns="geometry"), geometry=geopandas.GeoSeries(shapes, crs=SYSTEM))
