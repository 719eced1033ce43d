"""The picture: what all sources say of the eleven cities, the indicators of it, its areas, and what has moved."""

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import AREA_TYPES, CITY_CODES, CONTRASTS, NEED, PARTITIONS
from seg_pipeline.defs import computing
from seg_pipeline.defs.lineage import AREAS, CHANGES, COUNTS, CROSSWALK, FUNDING, INDICATORS, PROFILES, WELLBEING
from seg_pipeline.defs.making import EVERYTHING, OF_THE_CITIES, Making, picture
from seg_pipeline.defs.reading import coalesced
from seg_pipeline.geography.crosswalk import through_time
from seg_pipeline.indicators import changes as moved
from seg_pipeline.indicators import profiles

NEIGHBOURS = ("235",)  # Kauniainen: with Helsinki, Espoo and Vantaa it makes the capital region


@picture(COUNTS)
def counts(making: Making) -> pd.DataFrame:
    """Counts of the eleven cities, from every source."""
    return making.gathered(COUNTS, OF_THE_CITIES)


@picture(AREAS)
def areas(making: Making) -> pd.DataFrame:
    """Areas of the eleven cities: what every source knows of each, the first that knows it going before the others."""
    return coalesced(making.gathered(AREAS, OF_THE_CITIES), "areas")


@picture(WELLBEING)
def wellbeing(making: Making) -> pd.DataFrame:
    """How people fare in the eleven cities and the rest of the capital region, from every source."""
    told = making.gathered(WELLBEING, EVERYTHING)
    return told[told["city"].isin([*CITY_CODES, *NEIGHBOURS])]


@picture(FUNDING)
def area_funding(making: Making) -> pd.DataFrame:
    """Money of targeted funding by area, from the cities."""
    return making.gathered(FUNDING, OF_THE_CITIES)


@picture(CROSSWALK)
def crosswalk(making: Making) -> pd.DataFrame:
    """How one division of areas becomes another: as sources tell it, and of postal areas by their land or codes."""
    areas = making.read(AREAS)
    postal = areas[areas["geography"] == "postal_area"]
    computed = through_time(postal, land="postal_boundaries", codes="paavo")
    told = making.gathered(CROSSWALK, EVERYTHING)
    return pd.concat([told, *(tables.conform(one, "crosswalk") for one in computed)], ignore_index=True)


@picture(INDICATORS)
def indicators(making: Making) -> pd.DataFrame:
    """Every index of each city, pair of groups and year, with its uncertainty."""
    return computing.indicators(making.read(COUNTS), making.read(AREAS), making.clock)


@picture(PROFILES)
def area_profiles(making: Making) -> pd.DataFrame:
    """What each area is like: shares, location quotients, local scores, need index, area type."""
    return profiles.area_profiles(
        computing.small_areas(making.read(COUNTS)), making.read(AREAS),
        contrasts=CONTRASTS, partitions=PARTITIONS, need=NEED, types=AREA_TYPES,
    )  # fmt: skip


@picture(CHANGES)
def changes(making: Making) -> pd.DataFrame:
    """What moved each indicator from year to year, term by term."""
    return moved.changes(computing.small_areas(making.read(COUNTS)), making.read(INDICATORS), partitions=PARTITIONS)


PICTURE_ASSETS = [counts, areas, wellbeing, area_funding, crosswalk, indicators, area_profiles, changes]
