"""Made-up municipal key figures, as `seg fetch` would bundle them: metadata and cells of three PxWeb tables.

The tables and their codes are as the service has them; every number is made up, and so it is said in each title.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np

from seg_pipeline.classifications import CITIES
from seg_pipeline.sources import bundle
from seg_pipeline.sources.services import services

SEED = 20260131
YEARS = tuple(str(year) for year in range(2018, 2026))
MADE_UP = "KEKSITTYÄ AINEISTOA - made-up data"
PEOPLE = {"091": 660_000, "049": 300_000, "092": 245_000, "837": 250_000, "564": 212_000, "853": 200_000,
          "179": 147_000, "297": 123_000, "398": 120_000, "167": 78_000, "698": 65_000, "SSS": 5_600_000}  # fmt: skip
SWEDISH = {"091": 5.5, "049": 6.4, "092": 2.1, "853": 5.6, "SSS": 5.1}  # per cent; elsewhere a half
FOREIGN = {"091": 18.0, "049": 23.0, "092": 26.0, "837": 10.5, "564": 6.5, "853": 14.5, "179": 7.5, "297": 5.0,
           "398": 9.5, "167": 6.5, "698": 4.5, "SSS": 10.0}  # fmt: skip
LATE = {"vaesto_kieli_ulk_p": 0, "pienituloisuusaste": 1, "M162": 1}  # how many of the last years are not told yet
TABLES: Mapping[str, Mapping[str, str]] = {
    "municipal": {"M411": "Väkiluku", "M404": "Ruotsinkielisten osuus väestöstä, %",
                  "M162": "Työttömien osuus työvoimasta, %",
                  "M486": "Korkea-asteen tutkinnon suorittaneiden osuus 15 vuotta täyttäneistä, %"},
    "language": {"vaesto_kieli_ulk_p": "Vieraskielisten osuus, %"},
    "income": {"pienituloisuusaste": "Asuntoväestön pienituloisuusaste (raja 60 % mediaanista)"},
}  # fmt: skip
AREAS = {"SSS": "KOKO MAA", **{f"KU{city.city}": f"Keksitty {city.name_fi}" for city in CITIES}, "MK01": "Keksitty maa"}


def value(content: str, area: str, year: str) -> float | int | None:
    """Return a made-up figure of an area and a year; None where it is not told yet."""
    place, at = area.removeprefix("KU"), YEARS.index(year)
    if at >= len(YEARS) - LATE.get(content, 0) or place == "MK01":
        return None
    own = np.random.default_rng([SEED, crc32(f"{content} {place}".encode())]).normal()
    drift = np.random.default_rng([SEED, crc32(f"{content} {place} {year}".encode())]).normal()
    if content == "M411":
        return round(PEOPLE[place] * (1 + 0.007 * at + 0.001 * float(drift)))
    level = {
        "M404": SWEDISH.get(place, 0.5) - 0.03 * at,
        "M162": 11 + 1.2 * float(own) - 0.15 * at,
        "M486": 36 + 4 * float(own) + 0.5 * at,
        "vaesto_kieli_ulk_p": FOREIGN[place] * (0.75 + 0.03 * at) if place in FOREIGN else 0.0,
        "pienituloisuusaste": 14 + 1.5 * float(own),
    }[content]
    return round(max(0.1, level * (1 + 0.01 * float(drift))), 1)


def described(title: str, variables: Sequence[tuple[str, str, Mapping[str, str]]]) -> bytes:
    """Return the metadata of a table."""
    told: list[dict[str, Any]] = [
        {"code": code, "text": text, "values": list(values), "valueTexts": list(values.values())}
        for code, text, values in variables
    ]
    return json.dumps({"title": title, "variables": told}, ensure_ascii=False).encode()


def answered(title: str, variables: Sequence[tuple[str, str, Mapping[str, str]]]) -> bytes:
    """Return the cells of a table as json-stat2; what is not told is null, with the mark ``..``."""
    areas, years, contents = (values for _, _, values in variables)
    cells = [value(content, area, year) for area in areas for year in years for content in contents]
    document = {
        "version": "2.0",
        "class": "dataset",
        "label": title,
        "source": MADE_UP,
        "updated": "2026-06-08T05:00:00Z",
        "id": [code for code, _, _ in variables],
        "size": [len(values) for _, _, values in variables],
        "dimension": {
            code: {
                "label": text,
                "category": {"index": {key: at for at, key in enumerate(values)}, "label": dict(values)},
            }
            for code, text, values in variables
        },
        "value": cells,
        "status": {str(at): ".." for at, cell in enumerate(cells) if cell is None},
    }
    return json.dumps(document, ensure_ascii=False).encode()


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one bundle."""
    bodies = []
    for table, contents in TABLES.items():
        service = services("key_figures")[table]
        title = f"{MADE_UP} ({service.expects})"
        variables = (
            ("alue_23_20260101", "Alue", AREAS),
            ("timeperiod_y", "Vuosi", {year: year for year in YEARS}),
            ("contentscode", "Tiedot", contents),
        )
        bodies.append(bundle.Body(f"{table}: metadata", service.url, described(title, variables)))
        bodies.append(bundle.Body(f"{table}: cells 1", service.url, answered(title, variables)))
    yield "key_figures/made_up_key_figures_2026.zip", bundle.pack(bodies)
