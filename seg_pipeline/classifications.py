"""Cities, municipalities, geographies, and dimensions with their groups: the codes every table speaks in.

The codes come from ``data/catalogue``; this module only gives them types. Codes are strings: ``091``, not 91.
"""

from __future__ import annotations

from dataclasses import dataclass

from seg_pipeline import catalogue

GEOGRAPHIES = ("postal_area", "city_district", "grid_250m", "grid_1km", "municipality", "school")
STATUSES = ("observed", "suppressed", "missing", "not_applicable")
TOTAL = "total"


@dataclass(frozen=True)
class City:
    """One of the programme's eleven cities."""

    city: str
    id: str
    name_fi: str
    name_sv: str
    name_en: str


@dataclass(frozen=True)
class Contrast:
    """A pair of groups whose residential separation is measured; the reference may be ``rest``, everybody else."""

    dimension: str
    group: str
    reference_group: str


CITIES = tuple(City(**row) for row in catalogue.rows("cities"))
CITY_CODES = tuple(city.city for city in CITIES)
CONTRASTS = tuple(Contrast(**row) for row in catalogue.rows("contrasts"))
DIMENSIONS = tuple(row["dimension"] for row in catalogue.rows("dimensions"))
PARTITIONS = tuple(row["dimension"] for row in catalogue.rows("dimensions") if row["partition"] == "yes")
GROUPS = {
    dimension: tuple(row["group"] for row in catalogue.rows("groups") if row["dimension"] == dimension)
    for dimension in DIMENSIONS
}
ORDERED = {  # the rank of each class of a dimension that has an order; classes of one rank are one
    dimension: {
        row["group"]: int(row["rank"])
        for row in catalogue.rows("groups")
        if row["dimension"] == dimension and row["rank"]
    }
    for dimension in DIMENSIONS
}
NEED = {(row["dimension"], row["group"]): float(row["weight"]) for row in catalogue.rows("need_index")}
AREA_TYPES = {row["area_type"]: float(row["up_to"] or "inf") for row in catalogue.rows("area_types")}
WELLBEING = {row["indicator"]: row["unit"] for row in catalogue.rows("wellbeing")}  # the unit of each
FUNDING = tuple(row["funding"] for row in catalogue.rows("area_funding"))
MUNICIPALITIES = tuple(row["municipality"] for row in catalogue.rows("municipalities"))
MUNICIPALITY_BY_NAME = {
    row[name]: row["municipality"] for row in catalogue.rows("municipalities") for name in ("name_sv", "name_fi")
}
