"""How one division of areas becomes another: the crosswalk between boundary vintages."""

from __future__ import annotations

import pandera.pandas as pa

from seg_pipeline.tables.columns import (
    AREA_COLUMNS,
    CITY_COLUMNS,
    SHARE,
    SOURCE_COLUMNS,
    YEAR,
    column,
    contract,
    number,
)

RULES = ("same", "merged", "split", "municipality", "land_area")

CROSSWALK = contract(
    "crosswalk",
    "Which area of a later division each area of an earlier one became, and how much of it",
    "Mikä myöhemmän aluejaon alue kustakin aiemman aluejaon alueesta tuli ja miltä osin",
    "Vilket område i en senare indelning varje område i en tidigare blev, och till vilken del",
    ["source", "geography", "from_vintage", "from_area", "to_vintage", "to_area"],
    {
        **SOURCE_COLUMNS,
        "geography": CITY_COLUMNS["geography"],
        "from_vintage": column("Int64", "Year of the earlier division", "Aiemman aluejaon vuosi",
                               "Den tidigare indelningens år", YEAR, unit="year"),
        "from_area": AREA_COLUMNS["area_id"],
        "to_vintage": column("Int64", "Year of the later division", "Myöhemmän aluejaon vuosi",
                             "Den senare indelningens år", YEAR, unit="year"),
        "to_area": AREA_COLUMNS["area_id"],
        "weight": number(
            "Share of the earlier area that is in the later one, 0 to 1",
            "Osuus aiemmasta alueesta, joka on myöhemmässä, 0–1",
            "Den del av det tidigare området som ligger i det senare, 0–1",
            SHARE,
            unit="1",
        ),
        "rule": column(
            "str",
            "How the weight was found: same code and boundary (same), merged whole (merged), split (split), "
            "only the municipality changed (municipality), share of land area (land_area)",
            "Miten paino on saatu: sama tunnus ja raja (same), yhdistetty kokonaan (merged), jaettu (split), vain "
            "kunta muuttui (municipality), osuus maa-alasta (land_area)",
            "Hur vikten har bestämts: samma kod och gräns (same), sammanslaget helt (merged), delat (split), bara "
            "kommunen ändrades (municipality), andel av landarealen (land_area)",
            pa.Check.isin(RULES, error="a rule of the crosswalk"),
        ),
        "error": number(
            "Largest share of people that the weight may misplace, 0 to 1; empty where it is not known",
            "Suurin osuus ihmisistä, jonka paino voi sijoittaa väärin, 0–1; tyhjä, jos sitä ei tunneta",
            "Största andel människor som vikten kan placera fel, 0–1; tom där den inte är känd",
            SHARE,
            unit="1",
        ),
    },
)  # fmt: skip
