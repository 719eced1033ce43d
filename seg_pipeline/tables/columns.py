"""What contracts are written with: how a column is described, and the columns that several tables share."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.classifications import DIMENSIONS, GEOGRAPHIES, MUNICIPALITIES, STATUSES

LARGEST = 1e300
YEAR = pa.Check.in_range(1970, 2100, error="a year from 1970 to 2100")
COUNT = pa.Check.ge(0, error="not negative")
NAME = pa.Check.str_matches(r"^[^=+\-@\s]", error="a name that begins with no blank and none of = + - @")
FINITE = pa.Check.in_range(-LARGEST, LARGEST, error="a finite number")
SHARE = pa.Check.in_range(0, 1, error="from 0 to 1")


def column(
    dtype: str, en: str, fi: str, sv: str, *checks: pa.Check, nullable: bool = False, unit: str = ""
) -> pa.Column:
    """Return a column with its description in English, Finnish and Swedish, and the unit of its numbers."""
    said = {"fi": fi, "sv": sv, "en": en} | ({"unit": unit} if unit else {})
    return pa.Column(dtype, list(checks), nullable=nullable, description=en, metadata=said)


def one_of(values: tuple[str, ...], what: str) -> pa.Check:
    """Return the rule that a cell is one of the codes of the catalogue."""
    return pa.Check.isin(values, error=f"{what} in the catalogue")


def contract(
    name: str, en: str, fi: str, sv: str, key: list[str], columns: dict[str, pa.Column], *checks: pa.Check
) -> pa.DataFrameSchema:
    """Return a table's contract: its name, description and key, its columns in order, and rules on whole rows."""
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


def number(en: str, fi: str, sv: str, *checks: pa.Check, unit: str = "") -> pa.Column:
    """Return a column of finite decimals that may be empty."""
    return column("float64", en, fi, sv, FINITE, *checks, nullable=True, unit=unit)


CITY_COLUMNS = {
    "city": column(
        "str",
        "Municipality code, three digits",
        "Kuntakoodi, kolme numeroa",
        "Kommunkod, tre siffror",
        one_of(MUNICIPALITIES, "a municipality code"),
    ),
    "geography": column("str", "Kind of area", "Aluejaon laji", "Områdesindelning", one_of(GEOGRAPHIES, "a geography")),
}
AREA_COLUMNS = {
    "area_id": column(
        "str", "Code of the area", "Alueen tunnus", "Områdets kod", pa.Check.str_length(min_value=1, error="not empty")
    ),
    "boundary_vintage": column(
        "Int64", "Year of the area division", "Aluejaon vuosi", "Områdesindelningens år", YEAR, unit="year"
    ),
}
DIMENSION = column(
    "str",
    "Property by which people or households are grouped",
    "Ominaisuus, jonka mukaan väestö tai taloudet on ryhmitelty",
    "Egenskap som befolkningen eller hushållen grupperas efter",
    one_of(DIMENSIONS, "a dimension"),
)
GROUP = column(
    "str",
    "Group within the dimension; `total` is the dimension's own base",
    "Ryhmä; `total` on ominaisuuden oma perusjoukko",
    "Grupp; `total` är egenskapens egen basbefolkning",
)
REFERENCE_YEAR = column(
    "Int64", "Year that the number describes", "Vuosi, jota luku kuvaa", "År som talet beskriver", YEAR, unit="year"
)
SOURCE_COLUMNS = {
    "source": column("str", "Id of the source", "Lähteen tunnus", "Källans id"),
    "release": column(
        "str",
        "What the publisher calls this issue of the source",
        "Julkaisijan nimi tälle julkaisulle",
        "Utgivarens namn på denna utgåva",
    ),
}
STATUS = column(
    "str",
    "Whether the number was observed, hidden by the source (suppressed), missing, or does not apply",
    "Onko luku havaittu (observed), lähteen salaama (suppressed), puuttuva (missing) vai ei sovellettavissa "
    "(not_applicable)",
    "Om talet är observerat (observed), hemlighållet av källan (suppressed), saknas (missing) "
    "eller inte är tillämpligt (not_applicable)",
    one_of(STATUSES, "a status"),
)
METHOD = column("str", "Version of the method", "Menetelmän versio", "Metodens version")


def value_explained(table: pd.DataFrame) -> pd.Series[bool]:
    """True for each row that has a value exactly where its status is observed."""
    return table["value"].notna() == (table["status"] == "observed")
