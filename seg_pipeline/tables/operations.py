"""What became of deliveries: which were read, what has arrived, what a source has revised, whether sources agree."""

from __future__ import annotations

import pandera.pandas as pa

from seg_pipeline.tables.columns import (
    CITY_COLUMNS,
    COUNT,
    DIMENSION,
    GROUP,
    REFERENCE_YEAR,
    SHARE,
    SOURCE_COLUMNS,
    YEAR,
    column,
    contract,
    number,
)

OUTCOMES = ("read", "replaced", "refused", "corrected")
COVERAGE_STATUSES = ("arrived", "revised", "late", "refused", "waived", "absent")
AGREEMENTS = ("within", "outside")

DELIVERIES = contract(
    "deliveries",
    "What became of every delivery of a source: read, replaced by a later one, refused whole, or refused and corrected",
    "Mitä kullekin toimitukselle tapahtui: luettiin, korvattiin, hylättiin kokonaan tai hylättiin ja korjattiin",
    "Vad som hände med varje leverans: läst, ersatt, avvisad i sin helhet, eller avvisad och rättad",
    ["source", "release", "part", "revision"],
    {
        **SOURCE_COLUMNS,
        "part": column("str", "Part of the release", "Julkaisun osa", "Del av utgåvan"),
        "revision": column(
            "Int64", "Revision of the part", "Osan versio", "Delens version", pa.Check.ge(1), unit="ordinal"
        ),
        "file": column("str", "Name of the file", "Tiedoston nimi", "Filens namn"),
        "received": column("str", "When it was received, UTC", "Milloin vastaanotettu, UTC", "När den togs emot, UTC"),
        "sha256": column("str", "sha256 of the bytes", "Tavujen sha256", "Bytens sha256"),
        "outcome": column(
            "str",
            "What became of it",
            "Mitä sille tapahtui",
            "Vad som hände med den",
            pa.Check.isin(OUTCOMES, error="an outcome"),
        ),
        "rows": column(
            "Int64",
            "Data rows in it; empty where it was not read",
            "Tietorivejä; tyhjä, jos ei luettu",
            "Datarader; tomt om den inte lästes",
            COUNT,
            nullable=True,
            unit="rows",
        ),
        "reason": column(
            "str",
            "Why it was refused, or what is no longer told",
            "Miksi se hylättiin tai mitä ei enää kerrota",
            "Varför den avvisades, eller vad som inte längre berättas",
            nullable=True,
        ),
    },
)

COVERAGE = contract(
    "coverage",
    "What has arrived for the edition: each source, and each subject that it is expected to tell",
    "Mitä päivitykseen on saapunut: jokainen lähde ja aihe, jonka sen odotetaan kertovan",
    "Vad som har kommit till uppdateringen: varje källa och varje ämne den förväntas berätta om",
    ["edition", "source", "table", "subject"],
    {
        "edition": column("Int64", "Our yearly update", "Vuotuinen päivitys", "Årlig uppdatering", YEAR, unit="year"),
        "source": SOURCE_COLUMNS["source"],
        "table": column("str", "Table that it tells", "Taulu, johon se kertoo", "Tabell som den berättar till"),
        "subject": column(
            "str",
            "Dimension, indicator or geography",
            "Ominaisuus, indikaattori tai aluejako",
            "Egenskap, indikator eller områdesindelning",
        ),
        "status": column(
            "str",
            "Arrived; revised (a later revision of the edition's own release); late (only earlier releases); refused; "
            "waived (nobody waits for it); absent (nothing yet)",
            "Saapunut (arrived), korjattu (revised), myöhässä: vain aiempia julkaisuja (late), hylätty (refused), "
            "luovuttu (waived), puuttuu (absent)",
            "Anlänt (arrived), rättat (revised), försenat: bara tidigare utgåvor (late), avvisat (refused), "
            "avstått från (waived), saknas (absent)",
            pa.Check.isin(COVERAGE_STATUSES, error="a status of coverage"),
        ),
        "release": column("str", "Latest release that is used", "Viimeisin käytetty julkaisu", "Senast använda utgåva",
                          nullable=True),
        "reference_year": column("Int64", "Latest year that it describes", "Viimeisin vuosi, jota se kuvaa",
                                 "Senaste år som beskrivs", YEAR, nullable=True, unit="year"),
        "rows": column("Int64", "Rows used", "Käytettyjä rivejä", "Använda rader", COUNT, unit="rows"),
        "note": column("str", "Why, as it was recorded", "Miksi, sellaisena kuin se on kirjattu",
                       "Varför, så som det har antecknats", nullable=True),
        "who": column("str", "Who waived it", "Kuka luopui siitä", "Vem som avstod", nullable=True),
    },
)  # fmt: skip

_BEFORE_AFTER = {
    f"{what}_{when}": described
    for when, en, fi, sv in (("before", "before", "ennen", "före"), ("after", "after", "jälkeen", "efter"))
    for what, described in {
        "release": column("str", f"Release {en}", f"Julkaisu {fi}", f"Utgåva {sv}"),
        "revision": column("Int64", f"Revision {en}", f"Versio {fi}", f"Version {sv}", pa.Check.ge(1), unit="ordinal"),
        "value": number(f"Value {en}", f"Arvo {fi}", f"Värde {sv}", unit="as_table"),
        "status": column("str", f"Status {en}", f"Tila {fi}", f"Status {sv}"),
    }.items()
}

REVISIONS = contract(
    "revisions",
    "Cells that a source has told twice, differently: both values, and where each stands",
    "Solut, jotka lähde on kertonut kahdesti eri tavoin: kumpikin arvo ja mistä se on",
    "Celler som en källa har angett på två olika sätt: båda värdena och var de står",
    ["source", "table", "city", "area", "subject", "group", "reference_year", "period", "release_before",
     "revision_before", "release_after", "revision_after"],
    {
        "source": SOURCE_COLUMNS["source"],
        "table": column("str", "Table of the cell", "Solun taulu", "Cellens tabell"),
        "city": CITY_COLUMNS["city"],
        "area": column("str", "Geography and code of the area", "Aluejako ja alueen tunnus",
                       "Områdesindelning och områdets kod"),
        "subject": column("str", "Dimension or indicator", "Ominaisuus tai indikaattori", "Egenskap eller indikator"),
        "group": GROUP,
        "reference_year": REFERENCE_YEAR,
        "period": column("str", "Part of the year", "Vuoden osa", "Del av året"),
        **_BEFORE_AFTER,
    },
)  # fmt: skip

RECONCILIATION = contract(
    "reconciliation",
    "Whether two sources agree on the people of a city",
    "Ovatko kaksi lähdettä yhtä mieltä kaupungin ihmisistä",
    "Om två källor är eniga om en stads människor",
    ["city", "dimension", "group", "reference_year", "source", "release", "geography", "other_source",
     "other_release", "other_geography"],
    {
        **CITY_COLUMNS,
        "dimension": DIMENSION,
        "group": GROUP,
        "reference_year": REFERENCE_YEAR,
        **SOURCE_COLUMNS,
        "value": number(
            "Sum over the city's areas; of what hidden areas leave open, the nearest to the other value",
            "Summa kaupungin alueilta; salattujen alueiden jättämästä välistä vertailulukua lähin arvo",
            "Summa över stadens områden; av det som hemliga områden lämnar öppet, värdet närmast jämförelsetalet",
            COUNT,
            unit="persons_or_households",
        ),
        "other_source": column("str", "The source compared with", "Vertailulähde", "Källan som det jämförs med"),
        "other_release": column("str", "Its release", "Sen julkaisu", "Dess utgåva"),
        "other_geography": column("str", "Its areas", "Sen aluejako", "Dess områdesindelning"),
        "other_value": number("Its sum", "Sen summa", "Dess summa", COUNT, unit="persons_or_households"),
        "difference": number("Value less other value, as a share of the other", "Erotus osuutena vertailuluvusta",
                             "Skillnaden som andel av jämförelsetalet", unit="1"),
        "tolerance": number("Largest difference that is taken for agreement", "Suurin hyväksytty ero",
                            "Största skillnad som godtas", SHARE, unit="1"),
        "agreement": column("str", "Whether the difference is within the tolerance", "Onko ero sallittu",
                            "Om skillnaden är tillåten", pa.Check.isin(AGREEMENTS, error="an agreement")),
    },
)  # fmt: skip
