"""Makes the demo deliveries: invented postal areas and districts of eleven cities, as publishers would send them.

Every number and every area name is made up; nothing is read but the catalogue. Each area has a latent advantage
that lasts over the years, lies along the city, tilts all dimensions at once, and weighs slightly more every year.
The same seed gives the same bytes. Run ``python data/demo/generate.py [folder]``; it writes beside itself by default.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import city_sheets
import generators  # the folder beside this file: one module for each other source
import numpy as np
import numpy.typing as npt
import pandas as pd
import xlsxwriter

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES, GROUPS, TOTAL, City
from seg_pipeline.sources.cities.delivery import COLUMNS, SHEET

SEED = 20260131
HIDDEN_BELOW = 30  # groups of a base of 1–29 are hidden
SPREADING = 0.01  # how much more the latent advantage weighs each year
UNLOCATED = 0.012  # of a city's people, those who count in the country's row and in no area
LABELLED = ("HE", "HR", "RA", "PT", "TE", "KO")  # the tables that somebody merged for the labels layout
CITY_YEARS = (2022, 2024)
WORKBOOKS = ("espoo", "tampere", "turku", "kuopio", "joensuu")
SWEDISH = ("helsinki", "espoo", "vantaa", "turku")
INHABITANTS_OF_LAST = {"helsinki": 0, "vantaa": 0, "espoo": 9, "kuopio": 21, "rovaniemi": 27, "oulu": 41}
NEW_IN_2026 = ("helsinki", "vantaa", "oulu", "turku", "lahti")  # their second postal area
GONE_AFTER_2018 = ("espoo", "tampere", "kuopio", "joensuu")  # their third one
TITLE = "12f7 -- 9. Kaikki tietoryhmät (KEKSITTYÄ AINEISTOA - made-up data)"

WORDS = {"Karhun": "Björn", "Ketun": "Räv", "Ilveksen": "Lo", "Mäyrän": "Gräv", "Pöllön": "Uggle", "Kurjen": "Tran",
         "Joutsenen": "Svan", "Kielon": "Konvalj", "Vuokon": "Sipp", "Sammalen": "Moss", "Saniaisen": "Bräken",
         "Tähkän": "Ax", "Lumpeen": "Näckros", "Hämärän": "Skymnings", "Kasteen": "Dagg", "Pöytä": "Bords",
         "Hyöky": "Sväll", "Väreen": "Krus"}  # fmt: skip
ENDINGS = {"rinne": "branten", "notko": "svackan", "aho": "gläntan", "lampi": "tjärnen", "kumpu": "kullen",
           "puro": "bäcken", "niitty": "ängen", "kaarre": "kröken"}  # fmt: skip


class Profile(NamedTuple):
    """What a city is like: codes, place, size, how far apart people live, how well off, share of foreign speakers."""

    prefix: str
    east: int
    north: int
    areas: int
    districts: int
    people: int
    spread: float
    wealth: float
    foreign: float


PROFILES = {
    "helsinki": Profile("00", 387_000, 6_676_000, 56, 22, 660_000, 0.37, 0.20, 0.18),
    "espoo": Profile("02", 374_000, 6_676_000, 36, 16, 290_000, 0.32, 0.35, 0.21),
    "vantaa": Profile("01", 391_000, 6_687_000, 30, 14, 235_000, 0.29, 0.00, 0.24),
    "tampere": Profile("33", 328_000, 6_823_000, 34, 16, 240_000, 0.31, -0.05, 0.10),
    "oulu": Profile("90", 428_000, 7_211_000, 32, 15, 208_000, 0.28, 0.00, 0.06),
    "turku": Profile("20", 240_000, 6_711_000, 32, 14, 196_000, 0.36, -0.10, 0.14),
    "jyvaskyla": Profile("40", 435_000, 6_902_000, 26, 13, 144_000, 0.26, -0.10, 0.07),
    "kuopio": Profile("70", 534_000, 6_973_000, 44, 13, 121_000, 0.25, -0.05, 0.05),
    "lahti": Profile("15", 427_000, 6_762_000, 20, 12, 120_000, 0.31, -0.15, 0.09),
    "joensuu": Profile("80", 642_000, 6_945_000, 26, 10, 77_000, 0.22, -0.20, 0.06),
    "rovaniemi": Profile("96", 444_000, 7_376_000, 30, 8, 64_000, 0.16, 0.00, 0.04),
}
AGES = (2.6, 3.9, 6.2, 3.1, 2.0, 2.3, 7.0, 7.3, 7.2, 6.9, 6.3, 5.9, 6.2, 6.4, 6.1, 5.8, 5.5, 4.2, 2.8, 2.3)
MIDDLES = np.array((1, 5, 10, 14.5, 17, 19, *range(22, 83, 5), 89))
WORK = (2, 1, 12, 1, 1, 7, 12, 5, 4, 6, 2, 1, 7, 7, 6, 8, 17, 2, 3, 0.1, 0.1, 1)
# Of each group: its share, how advantage tilts it, how age tilts it. `household` and `homes` are not in the catalogue.
MODEL: dict[str, dict[str, tuple[float, float, float]]] = {
    "income": {"low": (0.20, -1, -0.1), "middle": (0.57, 0, 0.05), "high": (0.23, 1, 0)},
    "household_income": {"low": (0.23, -1, -0.1), "middle": (0.54, 0, 0.05), "high": (0.23, 1.1, 0)},
    "education": {"basic": (0.22, -0.8, 0.2), "matriculation": (0.12, 0.1, -0.3), "vocational": (0.37, -0.4, 0),
                  "lower_tertiary": (0.16, 0.4, 0), "upper_tertiary": (0.13, 1.1, 0)},
    "tenure": {"owner": (0.54, 0.8, 0.1), "rented": (0.42, -1, -0.1), "other": (0.04, 0, 0)},
    "language": {"domestic": (0.88, 0, 0), "foreign": (0.12, -1.1, -0.1)},
    "activity": {"employed": (0.53, 0.2, -0.1), "unemployed": (0.07, -1, 0), "student": (0.10, 0, -0.4),
                 "pensioner": (0.25, -0.1, 0.4), "other": (0.05, -0.4, 0)},
    "age": {group: (share, 0, (middle - 40) / 120) for group, share, middle in
            zip(GROUPS["age"][1:], AGES, MIDDLES, strict=True)},
    "household": {"te_laps": (0.21, 0.2, -0.3), "te_aik": (0.50, 0, -0.1), "te_elak": (0.29, 0, 0.4)},
    "homes": {"ra_kt_as": (0.62, -0.9, -0.1), "ra_pt_as": (0.36, 0.6, 0), "ra_muu_as": (0.02, 0, 0)},
}  # fmt: skip
VARIABLES = {row["variable"]: row for row in catalogue.rows("paavo/variables")}
CODE = {(kind, row["group"]): code for code, row in VARIABLES.items() for kind in row["dimension"].split()}
SECTIONS = [code for code in VARIABLES if code.startswith("tp_") and code[4] == "_"]
MODEL["work"] = {code: (share, 0, 0) for code, share in zip(SECTIONS, WORK, strict=True)}
FINNISH = [row for row in catalogue.rows("paavo/labels") if row["language"] == "fi"]
BASES = {row["table"]: code for code, row in VARIABLES.items() if row["group"] == TOTAL} | {"TP": "tp_tyopy"}
FORCE = ("pt_tyovy", "pt_tyovu")  # variables of the oldest releases only; they are told like a base
LATER = ("te_yks", "te_yhlap", "ra_muu_as")  # variables that the older releases do not have
DECIMAL = ("te_takk", "te_as_valj", "ra_as_kpa")
AVERAGED_OVER = {"he_kika": "he_vakiy", "hr_ktu": "hr_tuy", "hr_mtu": "hr_tuy", "te_takk": "te_taly",
                 "te_as_valj": "te_taly", "tr_ktu": "tr_kuty", "tr_mtu": "tr_kuty", "ra_as_kpa": "ra_asunn",
                 "euref_x": "he_vakiy", "euref_y": "he_vakiy"}  # fmt: skip

Numbers = npt.NDArray[np.float64]


class Town(NamedTuple):
    """A city's areas of one kind, one entry of each array per area. `lift` is the advantage before it spreads."""

    kind: str
    city: City
    names: list[tuple[str, str]]
    place: Numbers
    size: Numbers
    growth: Numbers
    lift: Numbers
    age: Numbers


def chance(*what: object) -> np.random.Generator:
    """Return the random numbers of one part of this made-up world; no part depends on another being drawn first."""
    return np.random.default_rng([SEED, *(crc32(str(one).encode()) for one in what)])


def town(kind: str, city: City, many: int) -> Town:
    """Return `many` areas of a city; those who live in no known area come last, as one area more."""
    profile, draw = PROFILES[city.id], chance(kind, city.id)
    weight = draw.gamma(3, size=many)
    size = np.append(weight / weight.sum(), UNLOCATED) * profile.people
    if kind == "district" or city.id in INHABITANTS_OF_LAST:
        size[many - 1] = INHABITANTS_OF_LAST[city.id] if kind == "postal" else draw.integers(12, 28)
    if kind == "postal":
        size[1:3] = np.where((city.id in NEW_IN_2026, city.id in GONE_AFTER_2018), (2_300, 290), size[1:3])
    offset = draw.normal(0, 1, (many + 1, 2))
    point = np.rint((profile.east, profile.north) + offset * 900 * np.sqrt(many))
    surface = np.append(np.rint(draw.lognormal(14.8, 0.9, many)), 0)
    lift = 0.5 * offset[:, 0] + draw.normal(0, 0.85, many + 1)
    lift -= np.average(lift, weights=size)
    lift /= np.sqrt(np.average(lift**2, weights=size))
    growth = np.where(size < HIDDEN_BELOW + 20, 0, draw.normal(0.006, 0.008, many + 1))
    return Town(kind, city, _names(kind, city, many), np.column_stack((point, surface)), size, growth, lift,
                draw.normal(0, 0.8, many + 1))  # fmt: skip


def _names(kind: str, city: City, many: int) -> list[tuple[str, str]]:
    pairs = [(f"Keksitty {a}{b}", f"Påhittad {c}{d}") for a, c in WORDS.items() for b, d in ENDINGS.items()]
    order = chance("names", city.id).permutation(len(pairs))
    return [pairs[at] for at in (order[:many] if kind == "postal" else order[-many:])] + [("", "")]


def split(areas: Town, dimension: str, year: int, whole: Numbers) -> dict[str, Numbers]:
    """Return the groups into which `whole` falls in each area: logit-normal around the city's shares, exact in sum."""
    profile, keys = PROFILES[areas.city.id], (areas.kind, areas.city.id, dimension)
    share, tilt, age = np.array(list(MODEL[dimension].values())).T
    if dimension == "language":
        share = np.array((1 - profile.foreign, profile.foreign))
    share = share / share.sum()
    advantage = profile.wealth + profile.spread * (1 + SPREADING * (year - 2015)) * areas.lift
    own = np.hypot(0.07, 1 / np.sqrt(1 + areas.size[:, None] * share))
    logit = np.log(share) + np.outer(advantage, tilt) + np.outer(areas.age, age) + chance(*keys).normal(0, own)
    parts = np.exp(logit + chance(*keys, year).normal(0, 0.01, logit.shape)).cumsum(axis=1)
    counts = np.diff(np.rint(whole[:, None] * parts / parts[:, -1:]), axis=1, prepend=0)
    return dict(zip(MODEL[dimension], counts.T, strict=True))


def register(areas: Town, year: int) -> dict[str, Numbers]:
    """Return all Paavo variables of one year, by code: the tables agree with each other as one register's would."""
    people = np.rint(areas.size * np.exp(areas.growth * (year - 2018)))
    ages = split(areas, "age", year, people)
    told = np.array(list(ages.values()))
    men, adults = np.rint(people * 0.49), told[5:].sum(axis=0)
    mean_age = np.rint(MIDDLES @ told / np.maximum(people, 1))
    children = told[:3].sum(axis=0) + np.rint(told[3] * 2 / 3)
    found = {"he_miehet": men, "he_naiset": people - men, "he_kika": mean_age, "pt_0_14": children}
    found |= _coded("age", people, ages)
    found |= _coded("education", adults, split(areas, "education", year, adults))
    found["ko_koul"] = adults - found["ko_perus"]
    found |= _coded("income", adults, split(areas, "income", year, adults)) | _money("hr", 24_000, areas, year, adults)
    found |= _coded("activity", people, split(areas, "activity", year, people - children))
    found["pt_tyovy"] = found["pt_tyoll"] + found["pt_tyott"]
    found["pt_tyovu"] = people - found["pt_tyovy"]
    return found | _households(areas, year, people) | _buildings_and_work(areas, year, people)


def _coded(dimension: str, total: Numbers, groups: dict[str, Numbers]) -> dict[str, Numbers]:
    return {CODE[dimension, group]: cells for group, cells in ({TOTAL: total} | groups).items()}


def _money(table: str, level: int, areas: Town, year: int, base: Numbers) -> dict[str, Numbers]:
    profile = PROFILES[areas.city.id]
    income = level * 1.022 ** (year - 2015) * np.exp(0.5 * (profile.wealth + profile.spread * areas.lift))
    mean, median = (np.rint(income * part) * (base > 0) for part in (1, 0.88))
    return {f"{table}_ktu": mean, f"{table}_mtu": median, f"{table}_ovy": mean * base}


def _households(areas: Town, year: int, people: Numbers) -> dict[str, Numbers]:
    homes = np.ceil(people / (2 - 0.15 * np.tanh(areas.age)))
    taxed, kinds = np.rint(homes * 0.99), split(areas, "household", year, homes)
    among = {"te_yks": ("te_aik", 0.55), "te_nuor": ("te_aik", 0.21), "te_eil_np": ("te_aik", 0.09),
             "te_plap": ("te_laps", 0.26), "te_aklap": ("te_laps", 0.48), "te_klap": ("te_laps", 0.47),
             "te_teini": ("te_laps", 0.38), "te_yhlap": ("te_laps", 0.21)}  # fmt: skip
    kinds |= {code: np.rint(kinds[of] * part) for code, (of, part) in among.items()}
    kinds["te_yks"] += np.rint(kinds["te_elak"] * 0.5)
    kinds["te_takk"] = np.round(people / np.maximum(homes, 1), 1)
    kinds["te_as_valj"] = np.round((38 + 3 * np.tanh(areas.lift)) * (homes > 0), 1)
    kinds |= _coded("tenure", homes, split(areas, "tenure", year, homes))
    kinds |= _coded("household_income", taxed, split(areas, "household_income", year, taxed))
    return kinds | _money("tr", 38_000, areas, year, taxed)


def _buildings_and_work(areas: Town, year: int, people: Numbers) -> dict[str, Numbers]:
    draw = chance(areas.kind, areas.city.id, "jobs")
    homes, jobs = np.rint(people * 0.56), np.rint(people * 0.45 * draw.lognormal(0, 0.5, people.size)) + 37
    found, work = split(areas, "homes", year, homes), split(areas, "work", year, jobs)
    house, other = np.ceil(found["ra_pt_as"] * 0.9 + found["ra_kt_as"] / 22), np.rint(people / 80) + 3
    found |= {"ra_ke": np.rint(areas.place[:, 2] / 400_000), "ra_asunn": homes, "ra_asrak": house,
              "ra_muut": other, "ra_raky": house + other,
              "ra_as_kpa": np.round((72 + 9 * np.tanh(areas.lift)) * (homes > 0), 1)}  # fmt: skip
    made = sum((work[code] for code in work if code[3] in "bcdef"), np.zeros_like(jobs))
    served = jobs - made - work["tp_a_maat"] - work["tp_x_tunt"]
    return found | work | {"tp_tyopy": jobs, "tp_alku_a": work["tp_a_maat"], "tp_jalo_bf": made, "tp_palv_gu": served}


def paavo(release: str) -> pd.DataFrame:
    """Return the numbers of one release: a row per postal area, and rows without a code for the unlocated."""
    cities = [_of_city(city, release, reference_years(release)) for city in CITIES]
    return pd.concat(cities, ignore_index=True).sort_values(["postinumero", "kuntano"], ignore_index=True)


def reference_years(release: str) -> dict[str, int]:
    """Return the year that each table of a release describes, as the catalogue has it."""
    rows = (row for row in catalogue.rows("paavo/reference_years") if row["release"] == release)
    return {row["table"]: int(row["reference_year"]) for row in rows}


def _of_city(city: City, release: str, years: dict[str, int]) -> pd.DataFrame:
    profile = PROFILES[city.id]
    areas = town("postal", city, profile.areas)
    registers = {year: register(areas, year) for year in sorted(set(years.values()))}
    tens = chance("codes", city.id).permutation(np.arange(10, 100))[: profile.areas]
    codes = [f"{profile.prefix}{ten}{'37'[ten % 2]}" for ten in np.sort(tens)] + [""]
    columns = {"postinumero": codes, "nimi": [fi for fi, _ in areas.names], "vuosi": release, "kuntano": city.city,
               "kunta": city.name_fi}  # fmt: skip
    axes = dict(zip(("euref_x", "euref_y", "pinta_ala"), areas.place.T, strict=True))
    counts = {code: registers[years[row["table"]]][code] for code, row in VARIABLES.items() if row["table"] in years}
    absent = {1: city.id in NEW_IN_2026 and release < "2026", 2: city.id in GONE_AFTER_2018 and release > "2018"}
    return pd.DataFrame(columns | axes | counts).drop(index=[at for at, yes in absent.items() if yes])


def text(table: pd.DataFrame, codes: list[str], hidden: str, floats: bool = False) -> pd.DataFrame:
    """Return the variables `codes` as text, with `hidden` for what Statistics Finland would hide."""
    told = {}
    for code in codes:
        decimals = 1 if floats or code in DECIMAL else 0
        told[code] = table[code].map(f"{{:.{decimals}f}}".format)
        base = BASES.get(VARIABLES[code]["table"])
        if base and code not in (base, *FORCE):
            told[code] = told[code].mask(table[base].between(1, HIDDEN_BELOW - 1), hidden)
    return pd.DataFrame(told)


def codes_2018() -> bytes:
    """Official codes as headers; hidden cells, and all cells of an empty base, are blank."""
    table = paavo("2018").query("postinumero != ''")
    codes = [code for code in VARIABLES if code not in LATER]
    cells = text(table, codes, "")
    for name, base in BASES.items():
        own = [code for code in codes if VARIABLES[code]["table"] == name]
        cells[own] = cells[own].mask(table[base] == 0, "")
    keys = ["postinumero", "nimi", *codes[:3], "vuosi", "kuntano"]
    whole = pd.concat([table[["postinumero", "nimi", "vuosi", "kuntano"]], cells], axis=1)
    return separated(whole[keys + codes[3:]], ",", "\n").encode()


def pxweb_2020() -> bytes:
    """As PxWeb exports it in Finnish, under the whole country's own row, which holds the unlocated too."""
    table, years = paavo("2020"), reference_years("2020")
    codes = [code for code, row in VARIABLES.items() if row["required"] == "yes"]
    whole = table[codes].sum()
    for code, base in AVERAGED_OVER.items():
        whole[code] = (table[code] * table[base]).sum() / whole[base]
    local = pd.concat([whole.to_frame().T, table.query("postinumero != ''")], ignore_index=True)
    labels = {row["variable"]: row["label"] for row in reversed(FINNISH)}
    header = ["Postinumeroalue"] + [_dated(labels[code], VARIABLES[code]["table"], years) for code in codes]
    names = ["KOKO MAA", *labelled(local)[1:]]
    cells = text(local, codes, "...")
    lines = [";".join((f'"{name}"', *row)) for name, row in zip(names, cells.to_numpy(), strict=True)]
    quoted = ";".join(f'"{name}"' for name in header)
    return "\r\n".join((f'"{TITLE}"', "", quoted, *lines, "")).encode("iso-8859-1")


def _dated(label: str, table: str, years: dict[str, int]) -> str:
    return f"{label}, {years[table]} ({table})" if table in years else label


def labels_2026() -> bytes:
    """Finnish labels without years, every number a float, hidden cells as 0, as one user merged the tables."""
    table = paavo("2026").query("postinumero != ''")
    codes = [code for name in LABELLED for code, row in VARIABLES.items() if row["table"] == name]
    codes = [code for code in codes if code not in FORCE]
    cells, label = text(table, codes, "0.0", floats=True), labelled(table)
    ages = [code for code in codes if VARIABLES[code]["table"] == "HE"]
    labels = {row["variable"]: f"{row['label']} ({VARIABLES[row['variable']]['table']})" for row in FINNISH}
    first = pd.DataFrame({"Postinumeroalue_x": label})
    keys = pd.DataFrame({"Postinumero": table["postinumero"], "Alueen_nimi": label.str[7:], "Postinumeroalue_y": label})
    whole = pd.concat([first, cells[ages], keys, cells.drop(columns=ages)], axis=1)
    return separated(whole.rename(columns=labels), ",", "\n").encode("utf-8-sig")


def labelled(table: pd.DataFrame) -> pd.Series[str]:
    """Return what the layouts with labels call each area: ``00103  Keksitty Ketunrinne (Helsinki)``."""
    return table["postinumero"] + "  " + table["nimi"] + " (" + table["kunta"] + ")"


def separated(table: pd.DataFrame, separator: str, line_end: str) -> str:
    """Return the table, all of it text, as delimited text."""
    return table.to_csv(sep=separator, lineterminator=line_end, index=False)


def district_rows(city: City) -> pd.DataFrame:
    """Return a city's delivery in the common format: small districts hidden, one cell without a number."""
    areas = town("district", city, PROFILES[city.id].districts)
    registers = {year: register(areas, year) for year in CITY_YEARS}
    rows = [
        (f"{city.city}-K{at + 1:02}", fi, sv if city.id in SWEDISH else "", dimension, group, year, cells[at])
        for at, (fi, sv) in enumerate(areas.names[:-1])
        for dimension in ("language", "income", "education")
        for year, found in registers.items()
        for group, cells in _shown(areas, dimension, year, found).items()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    gap = table.query("dimension == 'education' and reference_year == @CITY_YEARS[0] and group == 'matriculation'")
    table.loc[gap.index[1], "count"] = ".."
    return table


def _shown(areas: Town, dimension: str, year: int, found: dict[str, Numbers]) -> dict[str, list[int | str]]:
    if dimension == "language":
        people = found["he_vakiy"]
        groups = {TOTAL: people} | split(areas, dimension, year, people)
    else:
        groups = {group: found[CODE[dimension, group]] for group in GROUPS[dimension]}
    hidden = (groups[TOTAL] > 0) & (groups[TOTAL] < HIDDEN_BELOW)
    return {
        group: ["..." if hide and group != TOTAL else int(cell) for cell, hide in zip(cells, hidden, strict=True)]
        for group, cells in groups.items()
    }


def workbook(table: pd.DataFrame) -> bytes:
    """Return an XLSX file with the delivery on its sheet, after a sheet that says that it is made up."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"title": "KEKSITTYÄ AINEISTOA - made-up data", "created": datetime(2026, 1, 31, tzinfo=UTC)})
    said = next(row for row in catalogue.rows("texts") if row["text"] == "made_up")
    book.add_worksheet("README").write_column(0, 0, [said[language] for language in catalogue.LANGUAGES])
    sheet = book.add_worksheet(SHEET)
    for at, row in enumerate([COLUMNS, *table.itertuples(index=False)]):
        sheet.write_row(at, 0, row)
    book.close()
    return sink.getvalue()


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield each file's path below the target folder, and its bytes: Paavo, the cities, then every other source."""
    yield "paavo/made_up_paavo_2018.csv", codes_2018()
    yield "paavo/made_up_paavo_2020.csv", pxweb_2020()
    yield "paavo/made_up_paavo_2026.csv", labels_2026()
    for city in CITIES:
        table, path = district_rows(city), f"{city.id}/made_up_{city.id}_2026"
        if city.id in city_sheets.TEMPLATES:
            yield f"{path}.xlsx", city_sheets.whole(city, table)
        elif city.id in city_sheets.PARQUET:
            yield f"{path}.parquet", city_sheets.as_parquet(table)
        elif city.id == "turku":
            table["area_id"] = table["area_id"].str.replace("-K", "0000")  # 853 and six digits
            yield f"{path}.csv", city_sheets.turku(table)
            yield f"{path}.xlsx", workbook(table[table["dimension"] != "language"])
        elif city.id in WORKBOOKS:
            yield f"{path}.xlsx", workbook(table)
        else:
            yield f"{path}.csv", separated(table, ";", "\r\n").encode()
    for found in sorted(pkgutil.iter_modules(generators.__path__), key=lambda found: found.name):
        yield from importlib.import_module(f"generators.{found.name}").deliveries()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent
    for path, data in deliveries():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)
