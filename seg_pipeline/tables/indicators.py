"""What is computed from counts: the indicators, the profiles of areas, and what moved."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.classifications import DIMENSIONS
from seg_pipeline.tables.columns import (
    AREA_COLUMNS,
    CITY_COLUMNS,
    COUNT,
    DIMENSION,
    METHOD,
    REFERENCE_YEAR,
    SHARE,
    SOURCE_COLUMNS,
    STATUS,
    YEAR,
    column,
    contract,
    number,
    one_of,
    value_explained,
)

INDEX = {
    "indicator": column("str", "Name of the indicator", "Indikaattorin tunnus", "Indikatorns namn"),
    "dimension": DIMENSION,
    "group": column(
        "str",
        "Group within the dimension; `all` where an indicator is about all groups at once",
        "Ryhmä; `all`, kun indikaattori koskee kaikkia ryhmiä yhdessä",
        "Grupp; `all` när indikatorn gäller alla grupper tillsammans",
    ),
    "reference_group": column(
        "str",
        "Group that the group is compared with; `rest` is everybody else",
        "Ryhmä, johon verrataan; `rest` tarkoittaa kaikkia muita",
        "Grupp som jämförelsen görs med; `rest` är alla andra",
    ),
    "scale": column(
        "Int64",
        "Radius of the local environment in metres; empty for an indicator without one",
        "Lähiympäristön säde metreinä; tyhjä, jos indikaattorilla ei ole sellaista",
        "Närmiljöns radie i meter; tom för en indikator utan sådan",
        COUNT,
        nullable=True,
        unit="m",
    ),
}


def _interval_holds(table: pd.DataFrame) -> pd.Series[bool]:
    inside = (table["lower"] <= table["value_corrected"]) & (table["value_corrected"] <= table["upper"])
    told = table[["value_corrected", "lower", "upper", "standard_error"]].notna()
    published = table["interval"] == "published"
    return (published & inside & told.all(axis=1)) | (~published & ~told.any(axis=1))


INDICATORS = contract(
    "indicators",
    "How separately groups live in each city, and how certain that is",
    "Kuinka erillään ryhmät asuvat kussakin kaupungissa ja kuinka varmaa se on",
    "Hur åtskilda grupper bor i varje stad och hur säkert det är",
    ["source", "release", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale",
     "reference_year"],
    {
        **CITY_COLUMNS,
        **INDEX,
        "reference_year": REFERENCE_YEAR,
        **SOURCE_COLUMNS,
        "boundary_vintage": AREA_COLUMNS["boundary_vintage"],
        "value": number(
            "The indicator's value as seen in the counts; empty when the status says why",
            "Indikaattorin arvo luvuista laskettuna; tyhjä, kun tila kertoo syyn",
            "Indikatorns värde enligt antalen; tomt när statusen anger orsaken",
            unit="1",
        ),
        "expected_if_random": number(
            "The value that would be seen on average if the same people were placed at random",
            "Arvo, joka nähtäisiin keskimäärin, jos samat ihmiset olisi sijoitettu sattumanvaraisesti",
            "Värdet som i genomsnitt skulle ses om samma människor hade placerats slumpmässigt",
            unit="1",
        ),
        "value_corrected": number(
            "The value corrected for chance; empty where no correction is good enough",
            "Sattuman vaikutuksesta korjattu arvo; tyhjä, kun mikään korjaus ei ole riittävän hyvä",
            "Värdet korrigerat för slumpen; tomt där ingen korrigering är tillräckligt bra",
            unit="1",
        ),
        "lower": number(
            "Lower limit of the 95 % interval of the corrected value",
            "Korjatun arvon 95 prosentin välin alaraja",
            "Undre gräns för det korrigerade värdets 95-procentsintervall",
            unit="1",
        ),
        "upper": number(
            "Upper limit of the 95 % interval of the corrected value",
            "Korjatun arvon 95 prosentin välin yläraja",
            "Övre gräns för det korrigerade värdets 95-procentsintervall",
            unit="1",
        ),
        "standard_error": number(
            "Standard error of the corrected value",
            "Korjatun arvon keskivirhe",
            "Det korrigerade värdets medelfel",
            COUNT,
            unit="1",
        ),
        "reliability": number(
            "Part of the differences between areas that is not chance, from 0 to 1",
            "Osuus alueiden välisistä eroista, joka ei ole sattumaa, välillä 0–1",
            "Den del av skillnaderna mellan områden som inte är slump, mellan 0 och 1",
            SHARE,
            unit="1",
        ),
        "interval": column(
            "str",
            "Whether an interval is published, or why not: too much is chance (not_reliable), too few areas "
            "(few_areas), no value (not_estimated), held back (suppressed)",
            "Onko väli julkaistu (published), vai miksi ei: liian suuri osa on sattumaa (not_reliable), liian vähän "
            "alueita (few_areas), ei arvoa (not_estimated), salattu (suppressed)",
            "Om ett intervall publiceras (published), eller varför inte: för mycket är slump (not_reliable), för få "
            "områden (few_areas), inget värde (not_estimated), hemlighållet (suppressed)",
            one_of(("published", "not_reliable", "few_areas", "not_estimated", "suppressed"), "a reason"),
        ),
        "comparison_group": column(
            "str",
            "Letters of the comparison groups: cities with a letter in common cannot be told apart",
            "Vertailuryhmien kirjaimet: kaupunkeja, joilla on yhteinen kirjain, ei voi erottaa toisistaan",
            "Jämförelsegruppernas bokstäver: städer med en gemensam bokstav kan inte skiljas åt",
            nullable=True,
        ),
        "areas": column(
            "Int64",
            "Areas used: every group of the indicator observed, at least one member",
            "Käytetyt alueet: indikaattorin kaikki ryhmät havaittu, vähintään yksi jäsen",
            "Använda områden: indikatorns alla grupper observerade, minst en medlem",
            COUNT,
            unit="areas",
        ),
        "population": column(
            "Int64",
            "People or households of the dimension's base in areas where the groups are observed",
            "Perusjoukko alueilla, joilla ryhmät on havaittu",
            "Basbefolkning i områden där grupperna är observerade",
            COUNT,
            unit="persons_or_households",
        ),
        "coverage": number(
            "Share of the city's base that lives in areas where the groups are observed",
            "Osuus kaupungin perusjoukosta alueilla, joilla ryhmät on havaittu",
            "Andel av stadens basbefolkning i områden där grupperna är observerade",
            SHARE,
            unit="1",
        ),
        "status": STATUS,
        "method_version": METHOD,
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
    pa.Check(_interval_holds, name="interval_holds", error="lower ≤ corrected value ≤ upper where published"),
)  # fmt: skip

AREA_PROFILES = contract(
    "area_profiles",
    "What each area is like: shares, location quotients, local scores, need, type of area",
    "Millainen kukin alue on: osuudet, sijaintiosamäärät, paikalliset tunnusluvut, tarve, aluetyyppi",
    "Hurdant varje område är: andelar, lokaliseringskvoter, lokala mått, behov, områdestyp",
    ["source", "release", "city", "geography", "area_id", "boundary_vintage", "profile", "dimension", "group",
     "reference_year"],
    {
        **CITY_COLUMNS,
        **AREA_COLUMNS,
        "profile": column("str", "Name of the measure", "Mittarin tunnus", "Måttets namn"),
        "dimension": column(
            "str",
            "Property by which people are grouped; empty for a composite of several",
            "Ominaisuus, jonka mukaan väestö on ryhmitelty; tyhjä useasta yhdistetyllä mittarilla",
            "Egenskap som befolkningen grupperas efter; tom för ett mått sammansatt av flera",
            one_of(DIMENSIONS, "a dimension"),
            nullable=True,
        ),
        "group": column(
            "str",
            "Group within the dimension; empty where the measure is about all groups or a composite",
            "Ryhmä; tyhjä, kun mittari koskee kaikkia ryhmiä tai on yhdistetty",
            "Grupp; tom där måttet gäller alla grupper eller är sammansatt",
            nullable=True,
        ),
        "reference_year": column(
            "Int64",
            "Year that the number describes; of a composite the latest of its parts",
            "Vuosi, jota luku kuvaa; yhdistetyllä mittarilla osien viimeisin",
            "År som talet beskriver; för ett sammansatt mått delarnas senaste",
            YEAR,
            unit="year",
        ),
        **SOURCE_COLUMNS,
        "value": number(
            "The measure's value; empty when the status says why",
            "Mittarin arvo; tyhjä, kun tila kertoo syyn",
            "Måttets värde; tomt när statusen anger orsaken",
            unit="1",
        ),
        "lower": number(
            "Lower limit of the 95 % interval, for a measure that has one",
            "95 prosentin välin alaraja, jos mittarilla on sellainen",
            "Undre gräns för 95-procentsintervallet, för ett mått som har ett",
            unit="1",
        ),
        "upper": number(
            "Upper limit of the 95 % interval, for a measure that has one",
            "95 prosentin välin yläraja, jos mittarilla on sellainen",
            "Övre gräns för 95-procentsintervallet, för ett mått som har ett",
            unit="1",
        ),
        "category": column(
            "str",
            "Class of the area: its type, or its kind of local Moran",
            "Alueen luokka: aluetyyppi tai paikallisen Moranin luokka",
            "Områdets klass: områdestyp eller klass enligt lokal Moran",
            nullable=True,
        ),
        "status": STATUS,
        "method_version": METHOD,
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
)  # fmt: skip

CHANGES = contract(
    "changes",
    "What moved each indicator from one year to another, term by term",
    "Mikä muutti kutakin indikaattoria vuodesta toiseen, tekijä kerrallaan",
    "Vad som ändrade varje indikator från ett år till ett annat, term för term",
    ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale", "from_year",
     "to_year", "term"],
    {
        "source": SOURCE_COLUMNS["source"],
        **CITY_COLUMNS,
        **INDEX,
        "from_year": column("Int64", "Year before", "Vuosi ennen", "År före", YEAR, unit="year"),
        "to_year": column("Int64", "Year after", "Vuosi jälkeen", "År efter", YEAR, unit="year"),
        "from_release": column("str", "Release of the year before", "Julkaisu ennen", "Utgåva före"),
        "to_release": column("str", "Release of the year after", "Julkaisu jälkeen", "Utgåva efter"),
        "term": column(
            "str",
            "What moved: `total`, or one of the terms that sum to it",
            "Mikä muuttui: `total` tai yksi tekijöistä, joiden summa se on",
            "Vad som ändrades: `total` eller en av de termer som det är summan av",
        ),
        "value": number(
            "Change of the value that this term makes; empty when the status says why",
            "Muutos, jonka tämä tekijä saa aikaan; tyhjä, kun tila kertoo syyn",
            "Ändring som denna term ger; tom när statusen anger orsaken",
            unit="1",
        ),
        "value_corrected": number(
            "Total change of the value corrected for chance",
            "Sattuman vaikutuksesta korjatun arvon koko muutos",
            "Hela ändringen av det värde som korrigerats för slumpen",
            unit="1",
        ),
        "lower": number(
            "Lower limit of the 95 % interval of the corrected change",
            "Korjatun muutoksen 95 prosentin välin alaraja",
            "Undre gräns för den korrigerade ändringens 95-procentsintervall",
            unit="1",
        ),
        "upper": number(
            "Upper limit of the 95 % interval of the corrected change",
            "Korjatun muutoksen 95 prosentin välin yläraja",
            "Övre gräns för den korrigerade ändringens 95-procentsintervall",
            unit="1",
        ),
        "p_value": number(
            "Two-sided p-value: how likely so large a corrected change is by chance alone; never 0",
            "Kaksisuuntainen p-arvo: kuinka todennäköinen näin suuri muutos on pelkästä sattumasta; ei koskaan 0",
            "Tvåsidigt p-värde: hur sannolik en så stor korrigerad ändring är av enbart slump; aldrig 0",
            SHARE,
            pa.Check.gt(0, error="above 0"),
            unit="1",
        ),
        "status": STATUS,
        "method_version": METHOD,
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
)  # fmt: skip
