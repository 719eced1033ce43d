"""The code lists that go out with every snapshot, so that a code can be read as a name."""

from __future__ import annotations

from seg_pipeline.tables.columns import (
    CITY_COLUMNS,
    DIMENSION,
    GROUP,
    column,
    contract,
)
from seg_pipeline.tables.wellbeing import WELLBEING_COLUMNS

_NAMES = {
    f"name_{code}": column("str", f"Name in {en}", f"Nimi {fi}", f"Namn på {sv}")
    for code, en, fi, sv in (
        ("fi", "Finnish", "suomeksi", "finska"),
        ("sv", "Swedish", "ruotsiksi", "svenska"),
        ("en", "English", "englanniksi", "engelska"),
    )
}

CITIES = contract(
    "cities",
    "The eleven cities",
    "Yksitoista kaupunkia",
    "De elva städerna",
    ["city"],
    {"city": CITY_COLUMNS["city"]} | _NAMES,
)

GROUPS_TABLE = contract(
    "groups",
    "The groups of each dimension",
    "Kunkin ominaisuuden ryhmät",
    "Grupperna inom varje egenskap",
    ["dimension", "group"],
    {"dimension": DIMENSION, "group": GROUP} | _NAMES,
)

WELLBEING_INDICATORS = contract(
    "wellbeing_indicators",
    "The indicators of wellbeing",
    "Hyvinvoinnin indikaattorit",
    "Indikatorerna på välfärd",
    ["indicator"],
    {"indicator": WELLBEING_COLUMNS["indicator"], "unit": WELLBEING_COLUMNS["unit"]} | _NAMES,
)
