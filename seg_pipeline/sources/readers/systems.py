"""The coordinate systems that layers come in, by whatever name a file calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seg_pipeline.sources.refusal import Refused, quoted

if TYPE_CHECKING:
    import pyproj

METRES = "EPSG:3067"
SYSTEMS = {
    "EPSG:3067": METRES,
    "EPSG:3879": "EPSG:3879",
    "EPSG:4326": "OGC:CRS84",
    "EPSG:4258": "OGC:CRS84",
    "OGC:CRS84": "OGC:CRS84",
}  # fmt: skip  ETRS89 and WGS 84 differ by less than a metre
PROJECTED = ("EPSG:3067", "EPSG:3879")


def transformer(crs: str) -> pyproj.Transformer:
    """Return what turns coordinates of `crs` (x first) into metres of EPSG:3067."""
    from pyproj import Transformer

    return Transformer.from_crs(crs, METRES, always_xy=True)


def system(told: str) -> str:
    """Return the coordinate system that a file names, as one of those that are read. Raises Refused for another."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if told in SYSTEMS:
        return SYSTEMS[told]
    try:
        found = CRS.from_user_input(told)
        authority = found.to_authority(min_confidence=20)
        same = [":".join(authority)] if authority else [name for name in PROJECTED if _alike(found, CRS(name))]
    except (CRSError, UnicodeError):
        same = []
    if not same or same[0] not in SYSTEMS:
        raise Refused("coordinate_system", found=quoted(told), expected=", ".join(sorted(set(SYSTEMS.values()))))
    return SYSTEMS[same[0]]


def _alike(found: pyproj.CRS, known: pyproj.CRS) -> bool:
    """Say whether a system without a code has the ellipsoid and the projection, in metres, of a known one."""
    told, right = found.coordinate_operation, known.coordinate_operation
    if not found.is_projected or told is None or right is None or found.ellipsoid is None or known.ellipsoid is None:
        return False
    numbers = [{one.name: round(float(one.value), 9) for one in operation.params} for operation in (told, right)]
    axes = {axis.unit_conversion_factor for axis in found.axis_info}
    long = abs(found.ellipsoid.semi_major_metre - known.ellipsoid.semi_major_metre) < 1
    return numbers[0] == numbers[1] and axes == {1.0} and long
