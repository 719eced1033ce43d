"""A made-up answer of Vipunen, as `seg fetch` would bundle it: counts of rows, and the rows of each resource.

Counts are rounded to multiples of three, and 1 to 4 shown as text, as the publisher does.
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
YEARS = range(2021, 2026)
SIZE = {"091": 36_000, "049": 19_000, "092": 16_000, "837": 13_000, "564": 13_500, "853": 9_500, "179": 7_800,
        "297": 6_300, "398": 5_700, "167": 3_800, "698": 3_700}  # fmt: skip
OF_SIZE = {"early_childhood_participation": (1.0, 0.79), "no_study_place": (0.17, 0.021)}  # base, share


def shown(count: float) -> int | str:
    """Return a count as the publisher shows it."""
    whole = round(count)
    return "1–4" if 1 <= whole <= 4 else 3 * round(whole / 3)


def rows(about: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a resource for the eleven cities; the last year of one city is too small to be shown."""
    base, share = OF_SIZE[about["indicator"]]
    told = []
    for year in YEARS:
        for city in CITIES:
            draw = np.random.default_rng([SEED, crc32(f"{about['indicator']} {city.city} {year}".encode())])
            whole = SIZE[city.city] * base * (1 - 0.012 * (year - YEARS[0]))
            part = whole * share * np.exp(draw.normal(0, 0.05 if share > 0.5 else 0.25))
            few = about["indicator"] == "no_study_place" and (city.id, year) == ("rovaniemi", YEARS[-1])
            told.append(
                {about["year"]: year, "kotikuntaFi": city.name_fi, about["municipality"]: city.city,
                 about["numerator"]: shown(3 if few else min(part, whole)), about["denominator"]: shown(whole),
                 "huomautus": "KEKSITTYÄ AINEISTOA", "tietojoukkoPaivitettyPvm": "2026-01-31"}
            )  # fmt: skip
    return told


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one delivery: its path below the target folder, and its bytes."""
    bodies = []
    for about in catalogue.rows("vipunen/resources"):
        url, told = f"https://api.vipunen.fi/api/resources/{about['resource']}/data", rows(about)
        bodies.append(bundle.Body(f"count {about['resource']}", f"{url}/count", str(len(told)).encode()))
        data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        bodies.append(bundle.Body(f"page {about['resource']} 0", f"{url}?limit=5000&offset=0", data))
    yield "vipunen/made_up_vipunen_2026.zip", bundle.pack(bodies)
