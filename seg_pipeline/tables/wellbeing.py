"""How people fare in each city: indicators that a source gives for a whole municipality, and funding by area."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.classifications import FUNDING, WELLBEING
from seg_pipeline.tables.columns import (
    AREA_COLUMNS,
    CITY_COLUMNS,
    COUNT,
    REFERENCE_YEAR,
    SOURCE_COLUMNS,
    STATUS,
    column,
    contract,
    number,
    one_of,
    value_explained,
)

PERIODS = ("year", "h1", "h2")
TOLERATED = 0.51  # of the last printed digit of a value with one decimal, ten times


def _share_holds(table: pd.DataFrame) -> pd.Series[bool]:
    """A per cent with numerator and denominator is their quotient, up to the rounding of one decimal."""
    told = (table["unit"] == "percent") & table[["value", "numerator", "denominator"]].notna().all(axis=1)
    quotient = 100 * table["numerator"] / table["denominator"].where(table["denominator"] > 0)
    return ~told | ((table["value"] - quotient).abs() <= TOLERATED / 10)


def _producer(what: str) -> pa.Check:
    return pa.Check.str_length(min_value=1, error=f"a {what}")


WELLBEING_TABLE = contract(
    "wellbeing",
    "How people fare in each city: child poverty, unemployment, social assistance, education and more",
    "Miten kussakin kaupungissa voidaan: lapsiköyhyys, työttömyys, toimeentulotuki, koulutus ja muuta",
    "Hur människor har det i varje stad: barnfattigdom, arbetslöshet, utkomststöd, utbildning med mera",
    ["source", "release", "city", "indicator", "group", "reference_year", "period"],
    {
        "city": CITY_COLUMNS["city"],
        "indicator": column(
            "str",
            "Name of the indicator; its text is in the table `wellbeing` of the catalogue",
            "Indikaattorin tunnus; selite on luettelon taulussa `wellbeing`",
            "Indikatorns namn; texten finns i katalogens tabell `wellbeing`",
            one_of(tuple(WELLBEING), "an indicator of wellbeing"),
        ),
        "group": column(
            "str",
            "Group of people that the indicator is about; `total` is everybody it can be about",
            "Väestöryhmä, jota indikaattori koskee; `total` on koko perusjoukko",
            "Grupp som indikatorn gäller; `total` är hela basbefolkningen",
        ),
        "reference_year": REFERENCE_YEAR,
        "period": column(
            "str",
            "Part of the year that is described: the whole (year), or a cross-section of its first (h1) or second (h2) "
            "half",
            "Kuvattu vuoden osa: koko vuosi (year) tai poikkileikkaus vuoden alku- (h1) tai loppupuoliskolta (h2)",
            "Den del av året som beskrivs: hela året (year) eller tvärsnitt av första (h1) eller andra (h2) halvåret",
            one_of(PERIODS, "a period"),
        ),
        **SOURCE_COLUMNS,
        "value": number(
            "The indicator's value in its unit; empty when the status says why",
            "Indikaattorin arvo yksikössään; tyhjä, kun tila kertoo syyn",
            "Indikatorns värde i sin enhet; tomt när statusen anger orsaken",
            unit="unit_column",
        ),
        "unit": column("str", "Unit of the value", "Arvon yksikkö", "Värdets enhet"),
        "numerator": number(
            "How many the value counts, where the source tells",
            "Kuinka monta arvo laskee, jos lähde kertoo",
            "Hur många värdet räknar, om källan anger det",
            COUNT,
            unit="persons_or_households",
        ),
        "denominator": number(
            "Of how many, where the source tells",
            "Kuinka monesta, jos lähde kertoo",
            "Av hur många, om källan anger det",
            COUNT,
            unit="persons_or_households",
        ),
        "status": STATUS,
        "producer": column(
            "str",
            "Who made the figure",
            "Kuka luvun on tuottanut",
            "Vem som har producerat talet",
            _producer("producer"),
        ),
        "licence": column("str", "Licence of the figure", "Luvun lisenssi", "Talets licens", _producer("licence")),
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
    pa.Check(_share_holds, name="share_holds", error="a per cent that is its numerator over its denominator"),
)

WELLBEING_COLUMNS = WELLBEING_TABLE.columns

AREA_FUNDING = contract(
    "area_funding",
    "Money of positive discrimination and other targeted funding, by area",
    "Myönteisen erityiskohtelun ja muun kohdennetun rahoituksen eurot alueittain",
    "Pengar för positiv särbehandling och annan riktad finansiering, per område",
    ["source", "release", "city", "geography", "area_id", "boundary_vintage", "funding", "reference_year"],
    {
        **CITY_COLUMNS,
        **AREA_COLUMNS,
        "funding": column(
            "str",
            "What the money is for",
            "Mihin raha on tarkoitettu",
            "Vad pengarna är avsedda för",
            one_of(FUNDING, "a kind of funding"),
        ),
        "reference_year": REFERENCE_YEAR,
        **SOURCE_COLUMNS,
        "value": number("Euros; empty when the status says why", "Euroja; tyhjä, kun tila kertoo syyn",
                        "Euro; tomt när statusen anger orsaken", COUNT, unit="EUR"),
        "status": STATUS,
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
)  # fmt: skip
