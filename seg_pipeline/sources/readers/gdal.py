"""The one door to the library GDAL: bytes that a reader has looked through, and never a path that a file names."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pandas as pd

from seg_pipeline.sources.readers.vector import MOST_CELLS, MOST_COLUMNS, Layer, refuse_more
from seg_pipeline.sources.refusal import Refused, quoted

BROKEN = (RuntimeError, RuntimeWarning, ValueError, IndexError, NameError, MemoryError)  # what broken files have raised
HARMLESS = "non conformant file extension"  # bytes in memory have no name


def through_gdal(data: bytes, crs: str, name: str) -> Layer:
    """Return the layer that GDAL reads from bytes that have been looked through."""
    import shapely
    from pyogrio import read_info
    from pyogrio.raw import read as raw

    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fields = len(read_info(io.BytesIO(data))["fields"])
            refuse_more(fields, MOST_COLUMNS, "columns")
            most = MOST_CELLS // max(fields, 8)
            told, _, shapes, columns = raw(io.BytesIO(data), max_features=most + 1)
        geometry = shapely.from_wkb(shapes) if shapes is not None else None
    except (*BROKEN, shapely.errors.GEOSException) as error:
        raise Refused("malformed", found=quoted(str(error)), expected="one layer") from None
    odd = [str(one.message) for one in said if HARMLESS not in str(one.message)]
    if odd:
        raise Refused("malformed", found=quoted(odd[0]), expected="one layer")
    if geometry is None:
        raise Refused("layer_geometry", found="no_shapes", expected="shapes")
    refuse_more(len(geometry), most, "features")
    table = {str(field): list(column) for field, column in zip(told["fields"], columns, strict=True)}
    return Layer(pd.DataFrame(table, dtype=object, index=range(len(geometry))), np.asarray(geometry), crs, name)
