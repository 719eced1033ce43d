"""The code lists that go out with every snapshot, so that a code can be read as a name."""

from __future__ import annotations

from seg_pipeline.tables.columns import (
    CITY_COLUMNS,
    DIMENSION,
    GROUP,
    column,
    contract,
)

CITIES = contract(
    "cities",
    "The eleven cities",
    "Yksitoista kaupunkia",
    "De elva städerna",
    ["city"],
    {"city": CITY_COLUMNS["city"]}
    | {
        f"name_{code}": column("str", f"Name in {en}", f"Nimi {fi}", f"Namn på {sv}")
        for code, en, fi, sv in (
            ("fi", "Finnish", "suomeksi", "finska"),
            ("sv", "Swedish", "ruotsiksi", "svenska"),
            ("en", "English", "englanniksi", "engelska"),
        )
    },
)

GROUPS_TABLE = contract(
    "groups",
    "The groups of each dimension",
    "Kunkin ominaisuuden ryhmät",
    "Grupperna inom varje egenskap",
    ["dimension", "group"],
    {"dimension": DIMENSION, "group": GROUP}
    | {
        f"name_{code}": column("str", f"Name in {en}", f"Nimi {fi}", f"Namn på {sv}")
        for code, en, fi, sv in (
            ("fi", "Finnish", "suomeksi", "finska"),
            ("sv", "Swedish", "ruotsiksi", "svenska"),
            ("en", "English", "englanniksi", "engelska"),
        )
    },
)
