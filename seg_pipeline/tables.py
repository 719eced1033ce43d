"""The table contracts: what each table is, column by column. They are also the data dictionary.

A column is described here once, in English, Finnish and Swedish; the data package, the manifest, the
Dagster column schema and the documentation all read it from here. Pandera enforces the contract.

`CONTRACTS` maps the name of each table to its schema. A schema's ``unique`` is the table's key, and the
table is sorted by it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.classifications import (
    DIMENSIONS,
    GEOGRAPHIES,
    GROUPS,
    MUNICIPALITIES,
    PARTITIONS,
    STATUSES,
    TOTAL,
)

YEAR = pa.Check.in_range(1970, 2100, error="a year from 1970 to 2100")
COUNT = pa.Check.ge(0, error="not negative")
NAME = pa.Check.str_matches(r"^[^=+\-@\s]", error="a name that begins with no blank and none of = + - @")
SHARE = pa.Check.in_range(0, 1, error="from 0 to 1")


def _column(dtype: str, en: str, fi: str, sv: str, *checks: pa.Check, nullable: bool = False) -> pa.Column:
    return pa.Column(dtype, list(checks), nullable=nullable, description=en, metadata={"fi": fi, "sv": sv, "en": en})


def _one_of(values: tuple[str, ...], what: str) -> pa.Check:
    return pa.Check.isin(values, error=f"{what} in the catalogue")


def _table(
    name: str, en: str, fi: str, sv: str, key: list[str], columns: dict[str, pa.Column], *checks: pa.Check
) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        columns,
        checks=list(checks),
        unique=key,
        strict=True,
        ordered=True,
        name=name,
        title=name,
        description=en,
        metadata={"fi": fi, "sv": sv, "en": en},
    )


_CITY = {
    "city": _column(
        "str",
        "Municipality code, three digits",
        "Kuntakoodi, kolme numeroa",
        "Kommunkod, tre siffror",
        _one_of(MUNICIPALITIES, "a municipality code"),
    ),
    "geography": _column(
        "str", "Kind of area", "Aluejaon laji", "Områdesindelning", _one_of(GEOGRAPHIES, "a geography")
    ),
}
_AREA = {
    "area_id": _column(
        "str", "Code of the area", "Alueen tunnus", "Områdets kod", pa.Check.str_length(min_value=1, error="not empty")
    ),
    "boundary_vintage": _column("Int64", "Year of the area division", "Aluejaon vuosi", "Områdesindelningens år", YEAR),
}
_DIMENSION = _column(
    "str",
    "Property by which people or households are grouped",
    "Ominaisuus, jonka mukaan väestö tai taloudet on ryhmitelty",
    "Egenskap som befolkningen eller hushållen grupperas efter",
    _one_of(DIMENSIONS, "a dimension"),
)
_GROUP = _column(
    "str",
    "Group within the dimension; `total` is the dimension's own base",
    "Ryhmä; `total` on ominaisuuden oma perusjoukko",
    "Grupp; `total` är egenskapens egen basbefolkning",
)
_YEAR = _column("Int64", "Year that the number describes", "Vuosi, jota luku kuvaa", "År som talet beskriver", YEAR)
_SOURCE = {
    "source": _column("str", "Id of the source", "Lähteen tunnus", "Källans id"),
    "release": _column(
        "str",
        "What the publisher calls this issue of the source",
        "Julkaisijan nimi tälle julkaisulle",
        "Utgivarens namn på denna utgåva",
    ),
}
_STATUS = _column(
    "str",
    "Whether the number was observed, hidden by the source (suppressed), missing, or does not apply",
    "Onko luku havaittu (observed), lähteen salaama (suppressed), puuttuva (missing) vai ei sovellettavissa "
    "(not_applicable)",
    "Om talet är observerat (observed), hemlighållet av källan (suppressed), saknas (missing) "
    "eller inte är tillämpligt (not_applicable)",
    _one_of(STATUSES, "a status"),
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


COUNTS = _table(
    "counts",
    "How many people or households of each group live in each area",
    "Kuinka monta henkilöä tai taloutta kustakin ryhmästä asuu kullakin alueella",
    "Hur många personer eller hushåll ur varje grupp som bor i varje område",
    ["source", "release", "city", "geography", "area_id", "boundary_vintage", "dimension", "group", "reference_year"],
    {
        **_CITY,
        **_AREA,
        "dimension": _DIMENSION,
        "group": _GROUP,
        "reference_year": _YEAR,
        **_SOURCE,
        "count": _column(
            "Int64",
            "People or households; empty when not observed",
            "Henkilöitä tai talouksia; tyhjä, jos ei havaittu",
            "Personer eller hushåll; tomt om inte observerat",
            COUNT,
            nullable=True,
        ),
        "status": _STATUS,
        "lower": _column(
            "Int64",
            "Least that the count can be",
            "Pienin mahdollinen arvo",
            "Minsta möjliga värde",
            COUNT,
            nullable=True,
        ),
        "upper": _column(
            "Int64",
            "Most that the count can be",
            "Suurin mahdollinen arvo",
            "Största möjliga värde",
            COUNT,
            nullable=True,
        ),
    },
    pa.Check(_known_group, name="known_group", error="a group of its dimension in the catalogue"),
    pa.Check(_status_explains, name="status_explains", error="a count exactly where the status is observed"),
    pa.Check(_bounds_hold, name="bounds_hold", error="lower ≤ count ≤ upper"),
    pa.Check(_parts_make_total, name="parts_make_total", error="groups that sum to their total"),
)

AREAS = _table(
    "areas",
    "The areas that counts are given for",
    "Alueet, joille luvut annetaan",
    "Områdena som talen ges för",
    ["geography", "city", "area_id", "boundary_vintage"],
    {
        "geography": _CITY["geography"],
        "city": _CITY["city"],
        **_AREA,
        "name_fi": _column("str", "Name in Finnish", "Nimi suomeksi", "Namn på finska", NAME),
        "name_sv": _column(
            "str",
            "Name in Swedish, where the source gives one",
            "Nimi ruotsiksi, jos lähde antaa sen",
            "Namn på svenska, om källan anger det",
            NAME,
            nullable=True,
        ),
        "population": _column(
            "Int64",
            "Inhabitants, where the source gives them",
            "Asukkaita, jos lähde antaa luvun",
            "Invånare, om källan anger talet",
            COUNT,
            nullable=True,
        ),
        "population_year": _column(
            "Int64", "Year of the population", "Väestön vuosi", "Befolkningens år", YEAR, nullable=True
        ),
        "centroid": _column(
            "str",
            "Representative point, WKT in EPSG:3067 (metres), where the source gives one",
            "Edustava piste, WKT, EPSG:3067 (metrejä), jos lähde antaa sen",
            "Representativ punkt, WKT i EPSG:3067 (meter), om källan anger den",
            pa.Check.str_matches(r"^POINT \(\d+ \d+\)$"),
            nullable=True,
        ),
    },
)

INDICATORS = _table(
    "indicators",
    "How separately two groups live in each city",
    "Kuinka erillään kaksi ryhmää asuu kussakin kaupungissa",
    "Hur åtskilda två grupper bor i varje stad",
    ["source", "release", "city", "geography", "indicator", "dimension", "group", "reference_group", "reference_year"],
    {
        **_CITY,
        "indicator": _column("str", "Name of the indicator", "Indikaattorin tunnus", "Indikatorns namn"),
        "dimension": _DIMENSION,
        "group": _GROUP,
        "reference_group": _column(
            "str", "Group that the group is compared with", "Ryhmä, johon verrataan", "Grupp som jämförelsen görs med"
        ),
        "reference_year": _YEAR,
        **_SOURCE,
        "value": _column(
            "float64",
            "The indicator's value; empty when the status says why",
            "Indikaattorin arvo; tyhjä, kun tila kertoo syyn",
            "Indikatorns värde; tomt när statusen anger orsaken",
            SHARE,
            nullable=True,
        ),
        "areas": _column(
            "Int64",
            "Areas used: both groups observed, at least one member",
            "Käytetyt alueet: molemmat ryhmät havaittu, vähintään yksi jäsen",
            "Använda områden: båda grupperna observerade, minst en medlem",
            COUNT,
        ),
        "population": _column(
            "Int64",
            "People or households of the dimension's base in areas with both groups observed",
            "Perusjoukko alueilla, joilla molemmat ryhmät on havaittu",
            "Basbefolkning i områden där båda grupperna är observerade",
            COUNT,
        ),
        "coverage": _column(
            "float64",
            "Share of the city's base that lives in areas with both groups observed",
            "Osuus kaupungin perusjoukosta alueilla, joilla molemmat ryhmät on havaittu",
            "Andel av stadens basbefolkning i områden där båda grupperna är observerade",
            SHARE,
            nullable=True,
        ),
        "status": _STATUS,
        "method_version": _column("str", "Version of the method", "Menetelmän versio", "Metodens version"),
    },
    pa.Check(
        lambda t: t["value"].notna() == (t["status"] == "observed"),
        name="status_explains",
        error="a value exactly where the status is observed",
    ),
)

CITIES = _table(
    "cities",
    "The eleven cities",
    "Yksitoista kaupunkia",
    "De elva städerna",
    ["city"],
    {"city": _CITY["city"]}
    | {
        f"name_{code}": _column("str", f"Name in {en}", f"Nimi {fi}", f"Namn på {sv}")
        for code, en, fi, sv in (
            ("fi", "Finnish", "suomeksi", "finska"),
            ("sv", "Swedish", "ruotsiksi", "svenska"),
            ("en", "English", "englanniksi", "engelska"),
        )
    },
)

GROUPS_TABLE = _table(
    "groups",
    "The groups of each dimension",
    "Kunkin ominaisuuden ryhmät",
    "Grupperna inom varje egenskap",
    ["dimension", "group"],
    {"dimension": _DIMENSION, "group": _GROUP}
    | {
        f"name_{code}": _column("str", f"Name in {en}", f"Nimi {fi}", f"Namn på {sv}")
        for code, en, fi, sv in (
            ("fi", "Finnish", "suomeksi", "finska"),
            ("sv", "Swedish", "ruotsiksi", "svenska"),
            ("en", "English", "englanniksi", "engelska"),
        )
    },
)

CONTRACTS: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema for schema in (CITIES, GROUPS_TABLE, AREAS, COUNTS, INDICATORS)
}


def conform(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return `table` with the contract's columns, order, types and row order. It adds and drops no row."""
    typed = {column: column_type(described) for column, described in CONTRACTS[name].columns.items()}
    ordered = table[list(typed)].astype(typed)
    return ordered.sort_values(key(name), kind="stable", ignore_index=True)


def column_type(column: pa.Column) -> str:
    """Return the pandas type of a contract's column: ``str``, ``Int64`` or ``float64``."""
    written = str(column.dtype)
    return "str" if written.startswith("str") else written


def key(name: str) -> list[str]:
    """Return the columns that identify a row of the table `name`; the table is sorted by them."""
    unique: Any = CONTRACTS[name].unique
    return list(unique)


def empty(name: str) -> pd.DataFrame:
    """Return the table `name` with its columns and types and no row."""
    return conform(pd.DataFrame({column: [] for column in CONTRACTS[name].columns}), name)
