"""What made-up cities deliver besides plain counts: the whole template, Parquet, and Turku's own layout.

Everything is derived from a city's made-up counts, so that the sheets agree with each other.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pandas as pd

from seg_pipeline import catalogue, parquet
from seg_pipeline.classifications import TOTAL, City
from seg_pipeline.sources.cities.examples import Row
from seg_pipeline.sources.cities.template import template
from seg_pipeline.sources.cities.turku import LANGUAGE

SEED = 20260131
LATEST = 2024
TEMPLATES = {"espoo": "sv", "tampere": "fi"}  # who fills in the template, and in which language
PARQUET = ("lahti",)
HALVES = ("h1", "h2")
CENTRES = {"espoo": (374_000, 6_676_000), "tampere": (328_000, 6_823_000)}


def chance(*what: object) -> np.random.Generator:
    """Return the random numbers of one part; no part depends on another being drawn first."""
    return np.random.default_rng([SEED, *(crc32(str(one).encode()) for one in what)])


def notice() -> list[str]:
    """Return the sentence that says that it is made up, in each language."""
    said = next(row for row in catalogue.rows("texts") if row["text"] == "made_up")
    return [said[language] for language in catalogue.LANGUAGES]


def whole(city: City, counts: pd.DataFrame) -> bytes:
    """Return a city's workbook with every sheet of the template filled in."""
    told = {
        "counts": [{str(name): str(cell) for name, cell in row.items()} for row in counts.to_dict("records")],
        "areas": areas(city, counts),
        "schools": schools(city, counts),
        "wellbeing": wellbeing(city),
        "funding": funding(city, counts),
    }
    return template(TEMPLATES[city.id], city, told, notice())


def as_parquet(counts: pd.DataFrame) -> bytes:
    """Return the counts as Parquet, every cell as text."""
    return parquet.encode(counts.astype("str"), {"made_up": notice()[-1]})


def areas(city: City, counts: pd.DataFrame) -> list[Row]:
    """Return the areas with a point each, spread around the city's centre."""
    named = counts.drop_duplicates("area_id")
    east, north = CENTRES[city.id]
    steps = chance("place", city.id).normal(0, 4_000, (len(named), 2)).round().astype(int)
    return [
        {"area_id": area, "area_name_fi": fi, "area_name_sv": sv, "parent": f"{city.city}-P{1 + at % 4}",
         "geometry": f"POINT ({east + steps[at, 0]} {north + steps[at, 1]})"}
        for at, (area, fi, sv) in enumerate(zip(named["area_id"], named["area_name_fi"], named["area_name_sv"],
                                                strict=True))
    ]  # fmt: skip


def _speakers(counts: pd.DataFrame) -> pd.DataFrame:
    """Return inhabitants and foreign speakers of each area in the latest year, where both are told."""
    latest = counts[(counts["dimension"] == "language") & (counts["reference_year"] == LATEST)]
    told = latest.pivot(index="area_id", columns="group", values="count")
    return told[told["foreign"] != "..."].astype(int)


def schools(city: City, counts: pd.DataFrame) -> list[Row]:
    """Return a school for each area, its pupils some nine per cent of the inhabitants."""
    told, draw = _speakers(counts), chance("schools", city.id)
    names = counts.drop_duplicates("area_id").set_index("area_id")["area_name_fi"]
    rows: list[Row] = []
    for at, (area, people) in enumerate(told.iterrows(), 1):
        for year in (LATEST - 1, LATEST):
            pupils = round(people[TOTAL] * 0.09 * np.exp(draw.normal(0, 0.05)))
            foreign = min(pupils, round(pupils * people["foreign"] / people[TOTAL] * 1.25))
            for group, count in ((TOTAL, pupils), ("domestic", pupils - foreign), ("foreign", foreign)):
                school = {"school_id": f"{city.city}-S{at:02}", "name": f"{names[area]}n koulu", "area_id": str(area)}
                rows.append(school | {"group": group, "reference_year": str(year), "count": str(count)})
    return rows


def wellbeing(city: City) -> list[Row]:
    """Return the twice-yearly cross-sections of social assistance, and yearly indicators by mother tongue."""
    draw = chance("wellbeing", city.id)
    families = int(draw.integers(14_000, 32_000))
    rows: list[Row] = []
    for year in (LATEST - 1, LATEST):
        for period in HALVES:
            helped = round(families * 0.07 * np.exp(draw.normal(0, 0.05)))
            shares = (("social_assistance_families", helped, families),
                      ("preventive_assistance_families", round(helped * 0.18), helped),
                      ("shared_clients", round(helped * 0.24), helped))  # fmt: skip
            rows += [_indicator(name, TOTAL, year, period, str(above), str(below)) for name, above, below in shares]
        for name, share in (("neet", 7.5), ("early_childhood_participation", 83.0)):
            for group, tilt in ((TOTAL, 1.0), ("domestic", 1.0), ("foreign", 1.45 if name == "neet" else 0.88)):
                value = f"{share * tilt * np.exp(draw.normal(0, 0.02)):.1f}"
                rows.append(_indicator(name, group, year, "year", "", "", value))
        rows.append(_indicator("no_study_place", TOTAL, year, "year", "", "", "..." if year < LATEST else "2.1"))
    return rows


def _indicator(name: str, group: str, year: int, period: str, above: str, below: str, value: str = "") -> Row:
    return {"indicator": name, "group": group, "reference_year": str(year), "period": period, "numerator": above,
            "denominator": below, "value": value}  # fmt: skip


def funding(city: City, counts: pd.DataFrame) -> list[Row]:
    """Return euros for the areas where most speak a foreign language."""
    told, draw = _speakers(counts), chance("funding", city.id)
    most = (told["foreign"] / told[TOTAL]).sort_values(ascending=False).index[:5]
    kinds = ("positive_discrimination_education", "positive_discrimination_early_childhood")
    return [
        {"area_id": str(area), "funding": kind, "reference_year": str(year),
         "euros": str(round(told.loc[area, "foreign"] * draw.uniform(40, 60)))}
        for area in most for kind in kinds for year in (LATEST - 1, LATEST)
    ]  # fmt: skip


def turku(counts: pd.DataFrame) -> bytes:
    """Return the mother tongue by area as Turku's own layout has it: short codes, comment lines, a column a group."""
    told = counts[counts["dimension"] == "language"]
    wide = told.pivot(
        index=["area_id", "area_name_fi", "area_name_sv", "reference_year"], columns="group", values="count"
    ).reset_index()
    groups = {group: header for header, group in LANGUAGE.groups.items()}
    headers = {column: header for header, column in LANGUAGE.columns.items()} | groups
    wide = wide.rename(columns=headers)[[*LANGUAGE.columns, *LANGUAGE.groups]].astype("str")
    wide["Alue"] = wide["Alue"].str.removeprefix(LANGUAGE.prefix)
    lines = wide.replace("...", "*").to_csv(sep=LANGUAGE.separator, index=False, lineterminator="\n").splitlines()
    lines.insert(0, "# KEKSITTYÄ AINEISTOA - made-up data")
    lines.insert(len(lines) // 2, "# * = alle kolme henkilöä tai salattu")
    return "".join(f"{line}\r\n" for line in lines).encode(LANGUAGE.encoding)
