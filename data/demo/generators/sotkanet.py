"""A made-up answer of Sotkanet, as `seg fetch` would bundle it: regions, and metadata and figures of each indicator.

Nothing is real but the ids of regions and indicators, which the catalogue holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import numpy as np

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES
from seg_pipeline.sources import bundle

SEED = 20260131
BASE = "https://sotkanet.fi/rest/1.1"
YEARS = range(2020, 2026)
COUNTRY = 658
PEOPLE = {"091": 660_000, "049": 300_000, "092": 245_000, "837": 250_000, "564": 212_000, "853": 200_000,
          "179": 147_000, "297": 123_000, "398": 120_000, "167": 78_000, "698": 65_000}  # fmt: skip
LEVEL = {"foreign_language": 120, "swedish_language": 3, "child_low_income": 12, "low_income": 14, "income_gini": 28,
         "unemployment": 10, "youth_unemployment": 15, "long_term_unemployment": 34,
         "long_term_unemployment_labour_force": 3.5, "hard_to_employ": 4.6, "employment": 43, "outside_education": 7.5,
         "secondary_education": 40, "tertiary_education": 36, "crowded_households": 10, "crowded_families": 31,
         "single_parent_families": 24, "social_assistance_recipients": 7, "social_assistance_families": 8,
         "long_term_assistance": 3, "social_assistance_spending": 140, "housing_allowance": 16,
         "municipal_turnout": 55}  # fmt: skip
ABSENT = {("municipal_turnout", year) for year in YEARS if year not in (2021, 2025)}


def value(indicator: str, group: str, city: str, year: int) -> float:
    """Return a made-up figure: a level of the indicator, what the city makes of it, and a slow drift."""
    if indicator in ("population", "moved_in", "moved_out"):
        share = {"population": 1.0, "moved_in": 0.062, "moved_out": 0.055}[indicator]
        return round(PEOPLE.get(city, 5_500_000) * share * (1 + 0.006 * (year - YEARS[0])))
    own = np.random.default_rng([SEED, crc32(indicator.encode()), crc32(city.encode())]).normal(0, 0.16)
    drift = np.random.default_rng([SEED, crc32(f"{indicator} {group} {city} {year}".encode())]).normal(0, 0.02)
    return round(float(LEVEL[indicator] * np.exp(own + drift)), 1)


def regions() -> list[dict[str, Any]]:
    """Return the whole country and the eleven cities as the service lists regions."""
    name = {city.city: city for city in CITIES}
    country = {"fi": "KEKSITTYÄ AINEISTOA: koko maa", "sv": "PÅHITTADE DATA: hela landet", "en": "MADE-UP DATA"}
    listed = [{"id": COUNTRY, "code": "358", "category": "MAA", "title": country, "memberOf": [], "uri": ""}]
    for row in catalogue.rows("sotkanet/regions"):
        city = name[row["municipality"]]
        title = {"fi": city.name_fi, "sv": city.name_sv, "en": city.name_en}
        listed.append(
            {"id": int(row["region"]), "code": city.city, "category": "KUNTA", "title": title,
             "memberOf": [COUNTRY], "uri": ""}
        )  # fmt: skip
    return listed


def about(row: dict[str, str]) -> dict[str, Any]:
    """Return the metadata of an indicator, as the service words them."""
    title = {"fi": f"KEKSITTY: {row['title']}", "sv": "PÅHITTAD", "en": "MADE UP"}
    organization = {"id": 2, "title": {"fi": row["producer"], "sv": row["producer"], "en": row["producer"]}}
    return {
        "id": int(row["id"]), "data-updated": "2026-01-31", "range": {"start": YEARS[0], "end": YEARS[-1]},
        "title": title, "organization": organization,
    }  # fmt: skip


def figures(row: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of an indicator for every region and year."""
    places = [(COUNTRY, "358")] + [(int(r["region"]), r["municipality"]) for r in catalogue.rows("sotkanet/regions")]
    rows = []
    for year in YEARS:
        for region, city in places:
            if (row["indicator"], year) not in ABSENT:
                number = value(row["indicator"], row["group"], city, year)
                rows.append(
                    {"indicator": int(row["id"]), "region": region, "year": year, "gender": "total", "value": number}
                )
    return rows


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one delivery: its path below the target folder, and its bytes."""
    bodies = [bundle.Body("regions", f"{BASE}/regions", _json(regions()))]
    for row in catalogue.rows("sotkanet/indicators"):
        bodies.append(bundle.Body(f"about {row['id']}", f"{BASE}/indicators/{row['id']}", _json(about(row))))
        url = f"{BASE}/json?indicator={row['id']}&genders=total"
        bodies.append(bundle.Body(f"data {row['id']}", url, _json(figures(row))))
    yield "sotkanet/made_up_sotkanet_2026.zip", bundle.pack(bodies)


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
