"""Made-up open data of Kela: social assistance as `seg fetch` would bundle it, housing allowance as one CSV file.

Rows as Kela writes them today: comma, UTF-8, rows of a whole year beside rows of months, municipality 199 for people
whose municipality is unknown, 000 for the whole country, nothing in a cell that is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from zlib import crc32

import numpy as np

from seg_pipeline.classifications import CITIES
from seg_pipeline.sources import bundle

SEED = 20260131
API = "https://avoindata.suomi.fi/data/api/3/action"
TIMES = [(year, month) for year in range(2021, 2026) for month in (5, 6, 12)]
YEARS = range(2021, 2026)
PLACES = [(city.city, city.name_fi) for city in CITIES] + [("199", "Tuntematon"), ("000", "Koko maa")]
PEOPLE = {"091": 660_000, "049": 300_000, "092": 245_000, "837": 250_000, "564": 212_000, "853": 200_000,
          "179": 147_000, "297": 123_000, "398": 120_000, "167": 78_000, "698": 65_000, "199": 900,
          "000": 2_400_000}  # fmt: skip
AGES = {"0-17": 0.29, "18-24": 0.17, "25-64": 0.49, "65-": 0.05}
TYPES = {"Yksin asuvat": 0.68, "Lapsettomat parit": 0.07, "Kahden huoltajan perheet": 0.09,
         "Yhden huoltajan perheet": 0.12, "Muut yhden hengen kotitaloudet": 0.04}  # fmt: skip
TIME = "aikatyyppi,kuukausi_nro,vuosikuukausi,vuosi,kunta_nro,kunta_nimi"
HIDDEN = ("698", 2021, 6)  # where the smallest group is not shown


def size(what: str, city: str, year: int, month: int, share: float) -> int:
    """Return a made-up number of persons or households of one kind."""
    own = np.random.default_rng([SEED, crc32(f"{what} {city}".encode())]).normal(0, 0.15)
    drift = np.random.default_rng([SEED, crc32(f"{what} {city} {year} {month}".encode())]).normal(0, 0.02)
    return round(PEOPLE[city] * share * float(np.exp(own + drift)))


def times() -> Iterator[tuple[str, str, str, int, int]]:
    """Yield the first four cells of a row with its year and month: every month told, and every whole year."""
    for year, month in TIMES:
        yield "Kuukausi", str(month), f"{year}{month:02}", year, month
    for year in YEARS:
        yield "Vuosi", "", "", year, 0


def rows(parts: Callable[[str, int, int], Iterator[str]]) -> Iterator[str]:
    """Yield the lines of a file; `parts` gives the last cells of each line of a place and time."""
    for kind, number, both, year, month in times():
        for city, name in PLACES:
            for cells in parts(city, year, month):
                yield f"{kind},{number},{both},{year},{city},{name},{cells}"


def persons(city: str, year: int, month: int) -> Iterator[str]:
    """Yield age group, sex, number: each age group, and all."""
    counts = {age: size(f"persons {age}", city, year, month, 0.045 * share) for age, share in AGES.items()}
    for age, count in counts.items():
        yield f"{age},Yhteensä,{'' if age == '65-' and (city, year, month) == HIDDEN else count}"
    yield f"Yhteensä,Yhteensä,{sum(counts.values())}"


def households(city: str, year: int, month: int) -> Iterator[str]:
    """Yield type of household and number: each type, and all."""
    counts = {kind: size(f"households {kind}", city, year, month, 0.03 * share) for kind, share in TYPES.items()}
    for kind, count in counts.items():
        yield f"{kind},{count}"
    yield f"Yhteensä,{sum(counts.values())}"


def benefits(city: str, year: int, month: int) -> Iterator[str]:
    """Yield benefit, recipients and euros: two benefits; recipients are not told for a whole year."""
    for name, share in (("Lapsilisä", 0.1), ("Yleinen asumistuki", 0.065)):
        count = size(name, city, year, month, share)
        hidden = not month or (name == "Yleinen asumistuki" and (city, year, month) == HIDDEN)
        yield f"{name},{'' if hidden else count},,{-12.5 if city == '199' else count * 301.25:.2f}"


def csv(columns: str, parts: Callable[[str, int, int], Iterator[str]]) -> bytes:
    """Return one file in Kela's dialect of today."""
    return "\n".join((f"{TIME},{columns}", *rows(parts), "")).encode()


def package(slug: str, title: str, file: str) -> bundle.Body:
    """Return what the open data catalogue would say of a package with one CSV file."""
    resource = {"id": f"made-up-{slug}", "name": file, "format": "CSV", "url": f"{API}/{file}"}
    described = {"name": slug, "title": f"KEKSITTY: {title}", "license_id": "cc-by-4.0", "resources": [resource]}
    data = json.dumps({"success": True, "result": described}, ensure_ascii=False).encode()
    return bundle.Body(f"package {slug}", f"{API}/package_show?id={slug}", data)


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the path below the target folder and the bytes of each delivery."""
    bodies = []
    for slug, title, columns, parts in (
        ("perustoimeentulotuen-saajat", "Perustoimeentulotuen saajat", "ikaryhma,sukupuoli,saaja_lkm", persons),
        ("perustoimeentulotuen-saajakotitaloudet", "Perustoimeentulotuen saajakotitaloudet",
         "kotitaloustyyppi,saajakotitalous_lkm", households),
    ):  # fmt: skip
        bodies.append(package(slug, title, "data.csv"))
        bodies.append(bundle.Body(f"file made-up-{slug}", f"{API}/data.csv", csv(columns, parts)))
    yield "kela_social_assistance/made_up_kela_social_assistance_2026.zip", bundle.pack(bodies)
    told = csv("etuus,saaja_lkm,saaja_laskenta_lkm,maksettu_eur", benefits)
    yield "kela_housing_allowance/made_up_kela_housing_allowance_2026.csv", told
