"""THE format in which cities deliver: its sheets and their columns, each described once.

The template, the faces (XLSX, CSV, Parquet), the checks and the documentation are all made from here. It knows no
file: what a cell of each kind may hold is checked in ``sources.cities``.
"""

from __future__ import annotations

from seg_pipeline import catalogue
from seg_pipeline.classifications import DIMENSIONS, FUNDING, GROUPS, WELLBEING
from seg_pipeline.tables.named import Column, Sheet, plain
from seg_pipeline.tables.wellbeing import PERIODS

SCHOOL_DIMENSION = "pupil_language"
HIDDEN, ABSENT = "...", ".."
STATUS = {HIDDEN: "suppressed", ABSENT: "missing"}
ROWS = 250_000  # most rows of one sheet
AREA_DIMENSIONS = tuple(dimension for dimension in DIMENSIONS if dimension != SCHOOL_DIMENSION)
BESIDE = ("instructions", "example", "lists")  # sheets of the template that hold no data

Choices = dict[str, dict[str, str]]  # code: its name in each language


def choices(name: str) -> Choices:
    """Return what may be chosen from: each code, with its names in Finnish, Swedish and English."""
    if name == "dimension":
        return {code: told for code, told in catalogue.texts("dimensions", "dimension").items() if code in GROUPS}
    if name == "group":  # of any dimension: the names differ by dimension, see `groups`
        return {f"{row['dimension']} {row['group']}": row for row in catalogue.rows("groups")}
    table, key, codes = {
        "indicator": ("wellbeing", "indicator", tuple(WELLBEING)),
        "funding": ("area_funding", "funding", FUNDING),
        "period": ("periods", "period", PERIODS),
        "people": ("wellbeing_groups", "group", None),
    }[name]
    told = catalogue.texts(table, key)
    return {code: told[code] for code in codes or told}


def groups(dimension: str) -> Choices:
    """Return the groups of a dimension, with their names."""
    return {row["group"]: row for row in catalogue.rows("groups") if row["dimension"] == dimension}


def sheet(name: str) -> Sheet | None:
    """Return the sheet that a name means, in any accepted language, or None."""
    return next((told for told in SHEETS if plain(name) in told.languages), None)


def beside(name: str) -> bool:
    """True for the name of a sheet of the template that holds no data."""
    texts = catalogue.texts("check_texts", "text")
    return plain(name) in {plain(called) for key in BESIDE for called in (key, *texts[f"sheet_{key}"].values())}


AREA_ID = Column(
    "area_id", "Alueen tunnus", "Områdets kod", "Area code", "area",
    ("Kaupungin oma tunnus alueelle. Tekstiä: etunollat kuuluvat tunnukseen.",
     "Stadens egen kod för området. Text: inledande nollor hör till koden.",
     "The city's own code of the area. Text: leading zeros belong to it."),
    "{city}101",
)  # fmt: skip
NAME_FI = Column(
    "area_name_fi", "Alueen nimi suomeksi", "Områdets namn på finska", "Area name in Finnish", "name",
    ("Sama nimi alueen jokaisella rivillä.", "Samma namn på områdets alla rader.",
     "The same name on each row of the area."),
    "Esimerkkilä",
)  # fmt: skip
NAME_SV = Column(
    "area_name_sv", "Alueen nimi ruotsiksi", "Områdets namn på svenska", "Area name in Swedish", "name",
    ("Jos alueella on ruotsinkielinen nimi.", "Om området har ett svenskt namn.",
     "Where the area has a Swedish name."),
    "Exempelby", required=False,
)  # fmt: skip
YEAR = Column(
    "reference_year", "Viitevuosi", "Referensår", "Reference year", "year",
    ("Vuosi, jota luku kuvaa. Pelkkä vuosiluku, ei päivämäärää.",
     "Det år som talet beskriver. Bara årtalet, inget datum.",
     "The year that the number describes. The year alone, no date."),
    "2024",
)  # fmt: skip
COUNT = Column(
    "count", "Lukumäärä", "Antal", "Count", "count",
    ("Kokonaisluku 0 tai suurempi. Kirjoita ... jos kaupunki salaa luvun, ja .. jos lukua ei ole.",
     "Ett heltal som är 0 eller större. Skriv ... om staden hemlighåller talet och .. om det inte finns.",
     "A whole number of 0 or more. Write ... where the city hides it, and .. where there is none."),
    "1200",
)  # fmt: skip

COUNTS = Sheet(
    "counts", "Luvut alueittain", "Tal per område", "Counts by area",
    ("Henkilöt ja taloudet alueittain. Jokaisesta alueesta, ominaisuudesta ja vuodesta myös yhteensä-rivi.",
     "Personer och hushåll per område. För varje område, egenskap och år också en totalrad.",
     "People and households by area. Each area, property and year comes with its total."),
    (
        AREA_ID, NAME_FI, NAME_SV,
        Column(
            "dimension", "Ominaisuus", "Egenskap", "Property", "dimension",
            ("Minkä mukaan väestö tai taloudet on ryhmitelty. Valitse luettelosta.",
             "Vad befolkningen eller hushållen grupperas efter. Välj i listan.",
             "By what people or households are grouped. Choose from the list."),
            "language",
        ),
        Column(
            "group", "Ryhmä", "Grupp", "Group", "group",
            ("Ominaisuuden ryhmä. Valitse luettelosta; anna kaikki ryhmät, myös nollat.",
             "Egenskapens grupp. Välj i listan; ange alla grupper, också nollor.",
             "Group of the property. Choose from the list; give every group, also those with 0."),
            "foreign",
        ),
        YEAR, COUNT,
    ),
    ("area_id", "dimension", "group", "reference_year"),
)  # fmt: skip

AREAS = Sheet(
    "areas", "Alueet", "Områden", "Areas",
    ("Alueiden nimet ja sijainti. Ei pakollinen.", "Områdenas namn och läge. Inte obligatoriskt.",
     "Names and places of the areas. Not required."),
    (
        AREA_ID, NAME_FI, NAME_SV,
        Column(
            "parent", "Ylemmän alueen tunnus", "Det större områdets kod", "Code of the larger area", "area",
            ("Suurpiiri tai muu alue, johon alue kuuluu.", "Stordistrikt eller annat område som området hör till.",
             "The district that the area belongs to."),
            "{city}1", required=False,
        ),
        Column(
            "geometry", "Geometria", "Geometri", "Geometry", "geometry",
            ("Alueen raja tai piste: WKT, ETRS-TM35FIN (EPSG:3067), metreinä.",
             "Områdets gräns eller en punkt: WKT, ETRS-TM35FIN (EPSG:3067), i meter.",
             "Boundary of the area or a point: WKT, ETRS-TM35FIN (EPSG:3067), in metres."),
            "POINT (385000 6672000)", required=False,
        ),
    ),
    ("area_id",),
)  # fmt: skip

SCHOOLS = Sheet(
    "schools", "Koulut", "Skolor", "Schools",
    ("Perusopetuksen oppilaat kouluittain kielen mukaan.", "Elever i grundläggande utbildning per skola och språk.",
     "Pupils of basic education by school and language."),
    (
        Column(
            "school_id", "Koulun tunnus", "Skolans kod", "School code", "area",
            ("Tilastokeskuksen oppilaitostunnus tai kaupungin oma tunnus. Tekstiä.",
             "Statistikcentralens läroanstaltskod eller stadens egen kod. Text.",
             "Statistics Finland's code of the school, or the city's own. Text."),
            "{city}-S1",
        ),
        Column(
            "name", "Koulun nimi", "Skolans namn", "School name", "name",
            ("Sama nimi koulun jokaisella rivillä.", "Samma namn på skolans alla rader.",
             "The same name on each row of the school."),
            "Esimerkkilän koulu",
        ),
        Column(
            "area_id", "Alueen tunnus", "Områdets kod", "Area code", "area",
            ("Alue, jolla koulu on.", "Område där skolan ligger.", "The area in which the school is."),
            "{city}101", required=False,
        ),
        Column(
            "group", "Ryhmä", "Grupp", "Group", "pupils",
            ("Oppilaiden äidinkieli. Valitse luettelosta; myös yhteensä-rivi.",
             "Elevernas modersmål. Välj i listan; också totalraden.",
             "Mother tongue of the pupils. Choose from the list; with the total."),
            "foreign",
        ),
        YEAR, COUNT,
    ),
    ("school_id", "group", "reference_year"),
)  # fmt: skip


def _amount(name: str, called: tuple[str, str, str], about: tuple[str, str, str], example: str) -> Column:
    return Column(name, *called, kind="amount", about=about, example=example, required=False)


WELLBEING_SHEET = Sheet(
    "wellbeing", "Hyvinvointi", "Välfärd", "Wellbeing",
    ("Koko kaupungin tunnusluvut, esimerkiksi toimeentulotuki kahdesti vuodessa.",
     "Nyckeltal för hela staden, till exempel utkomststöd två gånger om året.",
     "Indicators of the whole city, such as social assistance twice a year."),
    (
        Column(
            "indicator", "Tunnusluku", "Nyckeltal", "Indicator", "indicator",
            ("Valitse luettelosta.", "Välj i listan.", "Choose from the list."), "social_assistance_families",
        ),
        Column(
            "group", "Ryhmä", "Grupp", "Group", "people",
            ("Ryhmä, jota luku koskee. Valitse luettelosta.", "Grupp som talet gäller. Välj i listan.",
             "Group that the number is about. Choose from the list."),
            "total",
        ),
        YEAR,
        Column(
            "period", "Jakso", "Period", "Period", "period",
            ("Koko vuosi, tai poikkileikkaus vuoden alku- tai loppupuoliskolta.",
             "Hela året, eller tvärsnitt av första eller andra halvåret.",
             "The whole year, or a cross-section of its first or second half."),
            "h1",
        ),
        _amount(
            "numerator", ("Osoittaja", "Täljare", "Numerator"),
            ("Kuinka monta, jos tiedossa.", "Hur många, om det är känt.", "How many, where it is known."), "410",
        ),
        _amount(
            "denominator", ("Nimittäjä", "Nämnare", "Denominator"),
            ("Kuinka monesta, jos tiedossa.", "Av hur många, om det är känt.", "Of how many, where it is known."),
            "5600",
        ),
        _amount(
            "value", ("Arvo", "Värde", "Value"),
            ("Arvo tunnusluvun yksikössä. Prosentti saa puuttua, jos osoittaja ja nimittäjä on annettu. Kirjoita ... "
             "jos kaupunki salaa arvon, ja .. jos arvoa ei ole.",
             "Värdet i nyckeltalets enhet. Procenttalet får saknas om täljare och nämnare har angetts. Skriv ... om "
             "staden hemlighåller värdet och .. om det inte finns.",
             "The value in the indicator's unit. A per cent may be left out where numerator and denominator are "
             "given. Write ... where the city hides it, and .. where there is none."),
            "7,3",
        ),
    ),
    ("indicator", "group", "reference_year", "period"),
)  # fmt: skip

FUNDING_SHEET = Sheet(
    "funding", "Rahoitus", "Finansiering", "Funding",
    ("Myönteisen erityiskohtelun ja muun kohdennetun rahoituksen eurot alueittain.",
     "Euro för positiv särbehandling och annan riktad finansiering per område.",
     "Euros of positive discrimination and other targeted funding, by area."),
    (
        AREA_ID,
        Column(
            "funding", "Rahoituksen laji", "Typ av finansiering", "Kind of funding", "funding",
            ("Valitse luettelosta.", "Välj i listan.", "Choose from the list."), "positive_discrimination_education",
        ),
        YEAR,
        Column(
            "euros", "Euroa", "Euro", "Euros", "euros",
            ("Euroja, enintään kaksi desimaalia, ilman €-merkkiä. Kirjoita .. jos lukua ei ole.",
             "Euro, högst två decimaler, utan €-tecken. Skriv .. om talet inte finns.",
             "Euros, at most two decimals, without the sign €. Write .. where there is none."),
            "125000",
        ),
    ),
    ("area_id", "funding", "reference_year"),
)  # fmt: skip

SHEETS = (COUNTS, AREAS, SCHOOLS, WELLBEING_SHEET, FUNDING_SHEET)
