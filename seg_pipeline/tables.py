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

LARGEST = 1e300
YEAR = pa.Check.in_range(1970, 2100, error="a year from 1970 to 2100")
COUNT = pa.Check.ge(0, error="not negative")
NAME = pa.Check.str_matches(r"^[^=+\-@\s]", error="a name that begins with no blank and none of = + - @")
FINITE = pa.Check.in_range(-LARGEST, LARGEST, error="a finite number")
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


def _value_explained(table: pd.DataFrame) -> pd.Series[bool]:
    return table["value"].notna() == (table["status"] == "observed")


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
        "surface": _column(
            "Int64",
            "Land area in square metres, where the source gives it",
            "Maapinta-ala neliömetreinä, jos lähde antaa sen",
            "Landareal i kvadratmeter, om källan anger den",
            COUNT,
            nullable=True,
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

_INDEX = {
    "indicator": _column("str", "Name of the indicator", "Indikaattorin tunnus", "Indikatorns namn"),
    "dimension": _DIMENSION,
    "group": _column(
        "str",
        "Group within the dimension; `all` where an indicator is about all groups at once",
        "Ryhmä; `all`, kun indikaattori koskee kaikkia ryhmiä yhdessä",
        "Grupp; `all` när indikatorn gäller alla grupper tillsammans",
    ),
    "reference_group": _column(
        "str",
        "Group that the group is compared with; `rest` is everybody else",
        "Ryhmä, johon verrataan; `rest` tarkoittaa kaikkia muita",
        "Grupp som jämförelsen görs med; `rest` är alla andra",
    ),
    "scale": _column(
        "Int64",
        "Radius of the local environment in metres; empty for an indicator without one",
        "Lähiympäristön säde metreinä; tyhjä, jos indikaattorilla ei ole sellaista",
        "Närmiljöns radie i meter; tom för en indikator utan sådan",
        COUNT,
        nullable=True,
    ),
}
_METHOD = _column("str", "Version of the method", "Menetelmän versio", "Metodens version")


def _number(en: str, fi: str, sv: str, *checks: pa.Check) -> pa.Column:
    return _column("float64", en, fi, sv, FINITE, *checks, nullable=True)


def _interval_holds(table: pd.DataFrame) -> pd.Series[bool]:
    inside = (table["lower"] <= table["value_corrected"]) & (table["value_corrected"] <= table["upper"])
    told = table[["value_corrected", "lower", "upper", "standard_error"]].notna()
    published = table["interval"] == "published"
    return (published & inside & told.all(axis=1)) | (~published & ~told.any(axis=1))


INDICATORS = _table(
    "indicators",
    "How separately groups live in each city, and how certain that is",
    "Kuinka erillään ryhmät asuvat kussakin kaupungissa ja kuinka varmaa se on",
    "Hur åtskilda grupper bor i varje stad och hur säkert det är",
    ["source", "release", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale",
     "reference_year"],
    {
        **_CITY,
        **_INDEX,
        "reference_year": _YEAR,
        **_SOURCE,
        "value": _number(
            "The indicator's value as seen in the counts; empty when the status says why",
            "Indikaattorin arvo luvuista laskettuna; tyhjä, kun tila kertoo syyn",
            "Indikatorns värde enligt antalen; tomt när statusen anger orsaken",
        ),
        "expected_if_random": _number(
            "The value that would be seen on average if the same people were placed at random",
            "Arvo, joka nähtäisiin keskimäärin, jos samat ihmiset olisi sijoitettu sattumanvaraisesti",
            "Värdet som i genomsnitt skulle ses om samma människor hade placerats slumpmässigt",
        ),
        "value_corrected": _number(
            "The value corrected for chance; empty where no correction is good enough",
            "Sattuman vaikutuksesta korjattu arvo; tyhjä, kun mikään korjaus ei ole riittävän hyvä",
            "Värdet korrigerat för slumpen; tomt där ingen korrigering är tillräckligt bra",
        ),
        "lower": _number(
            "Lower limit of the 95 % interval of the corrected value",
            "Korjatun arvon 95 prosentin välin alaraja",
            "Undre gräns för det korrigerade värdets 95-procentsintervall",
        ),
        "upper": _number(
            "Upper limit of the 95 % interval of the corrected value",
            "Korjatun arvon 95 prosentin välin yläraja",
            "Övre gräns för det korrigerade värdets 95-procentsintervall",
        ),
        "standard_error": _number(
            "Standard error of the corrected value",
            "Korjatun arvon keskivirhe",
            "Det korrigerade värdets medelfel",
            COUNT,
        ),
        "reliability": _number(
            "Part of the differences between areas that is not chance, from 0 to 1",
            "Osuus alueiden välisistä eroista, joka ei ole sattumaa, välillä 0–1",
            "Den del av skillnaderna mellan områden som inte är slump, mellan 0 och 1",
            SHARE,
        ),
        "interval": _column(
            "str",
            "Whether an interval is published, or why not: too much is chance (not_reliable), too few areas "
            "(few_areas), no value (not_estimated), held back (suppressed)",
            "Onko väli julkaistu (published), vai miksi ei: liian suuri osa on sattumaa (not_reliable), liian vähän "
            "alueita (few_areas), ei arvoa (not_estimated), salattu (suppressed)",
            "Om ett intervall publiceras (published), eller varför inte: för mycket är slump (not_reliable), för få "
            "områden (few_areas), inget värde (not_estimated), hemlighållet (suppressed)",
            _one_of(("published", "not_reliable", "few_areas", "not_estimated", "suppressed"), "a reason"),
        ),
        "comparison_group": _column(
            "str",
            "Letters of the comparison groups: cities with a letter in common cannot be told apart",
            "Vertailuryhmien kirjaimet: kaupunkeja, joilla on yhteinen kirjain, ei voi erottaa toisistaan",
            "Jämförelsegruppernas bokstäver: städer med en gemensam bokstav kan inte skiljas åt",
            nullable=True,
        ),
        "areas": _column(
            "Int64",
            "Areas used: every group of the indicator observed, at least one member",
            "Käytetyt alueet: indikaattorin kaikki ryhmät havaittu, vähintään yksi jäsen",
            "Använda områden: indikatorns alla grupper observerade, minst en medlem",
            COUNT,
        ),
        "population": _column(
            "Int64",
            "People or households of the dimension's base in areas where the groups are observed",
            "Perusjoukko alueilla, joilla ryhmät on havaittu",
            "Basbefolkning i områden där grupperna är observerade",
            COUNT,
        ),
        "coverage": _number(
            "Share of the city's base that lives in areas where the groups are observed",
            "Osuus kaupungin perusjoukosta alueilla, joilla ryhmät on havaittu",
            "Andel av stadens basbefolkning i områden där grupperna är observerade",
            SHARE,
        ),
        "status": _STATUS,
        "method_version": _METHOD,
    },
    pa.Check(_value_explained, name="status_explains", error="a value exactly where the status is observed"),
    pa.Check(_interval_holds, name="interval_holds", error="lower ≤ corrected value ≤ upper where published"),
)  # fmt: skip

AREA_PROFILES = _table(
    "area_profiles",
    "What each area is like: shares, location quotients, local scores, need, type of area",
    "Millainen kukin alue on: osuudet, sijaintiosamäärät, paikalliset tunnusluvut, tarve, aluetyyppi",
    "Hurdant varje område är: andelar, lokaliseringskvoter, lokala mått, behov, områdestyp",
    ["source", "release", "city", "geography", "area_id", "boundary_vintage", "profile", "dimension", "group",
     "reference_year"],
    {
        **_CITY,
        **_AREA,
        "profile": _column("str", "Name of the measure", "Mittarin tunnus", "Måttets namn"),
        "dimension": _column(
            "str",
            "Property by which people are grouped; empty for a composite of several",
            "Ominaisuus, jonka mukaan väestö on ryhmitelty; tyhjä useasta yhdistetyllä mittarilla",
            "Egenskap som befolkningen grupperas efter; tom för ett mått sammansatt av flera",
            _one_of(DIMENSIONS, "a dimension"),
            nullable=True,
        ),
        "group": _column(
            "str",
            "Group within the dimension; empty where the measure is about all groups or a composite",
            "Ryhmä; tyhjä, kun mittari koskee kaikkia ryhmiä tai on yhdistetty",
            "Grupp; tom där måttet gäller alla grupper eller är sammansatt",
            nullable=True,
        ),
        "reference_year": _column(
            "Int64",
            "Year that the number describes; of a composite the latest of its parts",
            "Vuosi, jota luku kuvaa; yhdistetyllä mittarilla osien viimeisin",
            "År som talet beskriver; för ett sammansatt mått delarnas senaste",
            YEAR,
        ),
        **_SOURCE,
        "value": _number(
            "The measure's value; empty when the status says why",
            "Mittarin arvo; tyhjä, kun tila kertoo syyn",
            "Måttets värde; tomt när statusen anger orsaken",
        ),
        "lower": _number(
            "Lower limit of the 95 % interval, for a measure that has one",
            "95 prosentin välin alaraja, jos mittarilla on sellainen",
            "Undre gräns för 95-procentsintervallet, för ett mått som har ett",
        ),
        "upper": _number(
            "Upper limit of the 95 % interval, for a measure that has one",
            "95 prosentin välin yläraja, jos mittarilla on sellainen",
            "Övre gräns för 95-procentsintervallet, för ett mått som har ett",
        ),
        "category": _column(
            "str",
            "Class of the area: its type, or its kind of local Moran",
            "Alueen luokka: aluetyyppi tai paikallisen Moranin luokka",
            "Områdets klass: områdestyp eller klass enligt lokal Moran",
            nullable=True,
        ),
        "status": _STATUS,
        "method_version": _METHOD,
    },
    pa.Check(_value_explained, name="status_explains", error="a value exactly where the status is observed"),
)  # fmt: skip

CHANGES = _table(
    "changes",
    "What moved each indicator from one year to another, term by term",
    "Mikä muutti kutakin indikaattoria vuodesta toiseen, tekijä kerrallaan",
    "Vad som ändrade varje indikator från ett år till ett annat, term för term",
    ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale", "from_year",
     "to_year", "term"],
    {
        "source": _SOURCE["source"],
        **_CITY,
        **_INDEX,
        "from_year": _column("Int64", "Year before", "Vuosi ennen", "År före", YEAR),
        "to_year": _column("Int64", "Year after", "Vuosi jälkeen", "År efter", YEAR),
        "from_release": _column("str", "Release of the year before", "Julkaisu ennen", "Utgåva före"),
        "to_release": _column("str", "Release of the year after", "Julkaisu jälkeen", "Utgåva efter"),
        "term": _column(
            "str",
            "What moved: `total`, or one of the terms that sum to it",
            "Mikä muuttui: `total` tai yksi tekijöistä, joiden summa se on",
            "Vad som ändrades: `total` eller en av de termer som det är summan av",
        ),
        "value": _number(
            "Change of the value that this term makes; empty when the status says why",
            "Muutos, jonka tämä tekijä saa aikaan; tyhjä, kun tila kertoo syyn",
            "Ändring som denna term ger; tom när statusen anger orsaken",
        ),
        "value_corrected": _number(
            "Total change of the value corrected for chance",
            "Sattuman vaikutuksesta korjatun arvon koko muutos",
            "Hela ändringen av det värde som korrigerats för slumpen",
        ),
        "lower": _number(
            "Lower limit of the 95 % interval of the corrected change",
            "Korjatun muutoksen 95 prosentin välin alaraja",
            "Undre gräns för den korrigerade ändringens 95-procentsintervall",
        ),
        "upper": _number(
            "Upper limit of the 95 % interval of the corrected change",
            "Korjatun muutoksen 95 prosentin välin yläraja",
            "Övre gräns för den korrigerade ändringens 95-procentsintervall",
        ),
        "p_value": _number(
            "Two-sided p-value: how likely so large a corrected change is by chance alone; never 0",
            "Kaksisuuntainen p-arvo: kuinka todennäköinen näin suuri muutos on pelkästä sattumasta; ei koskaan 0",
            "Tvåsidigt p-värde: hur sannolik en så stor korrigerad ändring är av enbart slump; aldrig 0",
            SHARE,
            pa.Check.gt(0, error="above 0"),
        ),
        "status": _STATUS,
        "method_version": _METHOD,
    },
    pa.Check(_value_explained, name="status_explains", error="a value exactly where the status is observed"),
)  # fmt: skip

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
    str(schema.name): schema for schema in (CITIES, GROUPS_TABLE, AREAS, COUNTS, INDICATORS, AREA_PROFILES, CHANGES)
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
