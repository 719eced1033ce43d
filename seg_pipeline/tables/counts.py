"""How many people of each group live in which area: the counts, and the areas."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.classifications import GROUPS, PARTITIONS, TOTAL
from seg_pipeline.tables.columns import (
    AREA_COLUMNS,
    CITY_COLUMNS,
    COUNT,
    DIMENSION,
    GROUP,
    NAME,
    REFERENCE_YEAR,
    SOURCE_COLUMNS,
    STATUS,
    YEAR,
    column,
    contract,
)


def _known_group(table: pd.DataFrame) -> pd.Series[bool]:
    known = [f"{dimension} {group}" for dimension, groups in GROUPS.items() for group in groups]
    return (table["dimension"] + " " + table["group"]).isin(known)


def _status_explains(table: pd.DataFrame) -> pd.Series[bool]:
    return table["count"].notna() == (table["status"] == "observed")


def _bounds_hold(table: pd.DataFrame) -> pd.Series[bool]:
    inside = (table["lower"] <= table["count"]) & (table["count"] <= table["upper"])
    return (inside | table["count"].isna()).fillna(True).astype(bool)


def _parts_make_total(table: pd.DataFrame) -> pd.Series[bool]:
    """No group is larger than its total; the observed parts of a partition never exceed it, and all of them make it."""
    case = ["source", "release", "city", "geography", "area_id", "boundary_vintage", "dimension", "reference_year"]
    cell = table.groupby(case, sort=False).ngroup()
    is_total = table["group"] == TOTAL
    total = cell.map(table["count"][is_total].groupby(cell[is_total]).max())
    parts = table["count"][~is_total].groupby(cell[~is_total])
    summed, told, size = (cell.map(found) for found in (parts.sum(), parts.count(), parts.size()))
    whole = told == size
    partition = table["dimension"].isin(PARTITIONS)
    larger = ~is_total & (table["count"] > total)
    off = larger | (partition & (summed > total)) | (partition & whole & (summed != total))
    return (~off.fillna(False)).astype(bool)


COUNTS = contract(
    "counts",
    "How many people or households of each group live in each area",
    "Kuinka monta henkilöä tai taloutta kustakin ryhmästä asuu kullakin alueella",
    "Hur många personer eller hushåll ur varje grupp som bor i varje område",
    ["source", "release", "city", "geography", "area_id", "boundary_vintage", "dimension", "group", "reference_year"],
    {
        **CITY_COLUMNS,
        **AREA_COLUMNS,
        "dimension": DIMENSION,
        "group": GROUP,
        "reference_year": REFERENCE_YEAR,
        **SOURCE_COLUMNS,
        "count": column(
            "Int64",
            "People or households; empty when not observed",
            "Henkilöitä tai talouksia; tyhjä, jos ei havaittu",
            "Personer eller hushåll; tomt om inte observerat",
            COUNT,
            nullable=True,
            unit="persons_or_households",
        ),
        "status": STATUS,
        "lower": column(
            "Int64",
            "Least that the count can be",
            "Pienin mahdollinen arvo",
            "Minsta möjliga värde",
            COUNT,
            nullable=True,
            unit="persons_or_households",
        ),
        "upper": column(
            "Int64",
            "Most that the count can be",
            "Suurin mahdollinen arvo",
            "Största möjliga värde",
            COUNT,
            nullable=True,
            unit="persons_or_households",
        ),
    },
    pa.Check(_known_group, name="known_group", error="a group of its dimension in the catalogue"),
    pa.Check(_status_explains, name="status_explains", error="a count exactly where the status is observed"),
    pa.Check(_bounds_hold, name="bounds_hold", error="lower ≤ count ≤ upper"),
    pa.Check(_parts_make_total, name="parts_make_total", error="groups that sum to their total"),
)

AREAS = contract(
    "areas",
    "The areas that counts are given for",
    "Alueet, joille luvut annetaan",
    "Områdena som talen ges för",
    ["geography", "city", "area_id", "boundary_vintage"],
    {
        "geography": CITY_COLUMNS["geography"],
        "city": CITY_COLUMNS["city"],
        **AREA_COLUMNS,
        "name_fi": column("str", "Name in Finnish", "Nimi suomeksi", "Namn på finska", NAME),
        "name_sv": column(
            "str",
            "Name in Swedish, where the source gives one",
            "Nimi ruotsiksi, jos lähde antaa sen",
            "Namn på svenska, om källan anger det",
            NAME,
            nullable=True,
        ),
        "population": column(
            "Int64",
            "Inhabitants, where the source gives them",
            "Asukkaita, jos lähde antaa luvun",
            "Invånare, om källan anger talet",
            COUNT,
            nullable=True,
            unit="persons",
        ),
        "population_year": column(
            "Int64", "Year of the population", "Väestön vuosi", "Befolkningens år", YEAR, nullable=True, unit="year"
        ),
        "surface": column(
            "Int64",
            "Land area in square metres, where the source gives it",
            "Maapinta-ala neliömetreinä, jos lähde antaa sen",
            "Landareal i kvadratmeter, om källan anger den",
            COUNT,
            nullable=True,
            unit="m2",
        ),
        "geometry": column(
            "str",
            "Boundary of the area, WKT in EPSG:3067 (metres), where the source gives one",
            "Alueen raja, WKT, EPSG:3067 (metrejä), jos lähde antaa sen",
            "Områdets gräns, WKT i EPSG:3067 (meter), om källan anger den",
            pa.Check.str_matches(r"^(MULTI)?POLYGON \(\(", error="a polygon as WKT"),
            nullable=True,
            unit="EPSG:3067",
        ),
        "centroid": column(
            "str",
            "Representative point, WKT in EPSG:3067 (metres), where the source gives one",
            "Edustava piste, WKT, EPSG:3067 (metrejä), jos lähde antaa sen",
            "Representativ punkt, WKT i EPSG:3067 (meter), om källan anger den",
            pa.Check.str_matches(r"^POINT \(\d+ \d+\)$"),
            nullable=True,
            unit="EPSG:3067",
        ),
    },
)
