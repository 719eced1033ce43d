"""A made-up key of postal areas to municipalities, as Statistics Finland's text file: the made-up areas of Paavo, and
as many invented ones all over the country as make it whole. The columns after the municipality's name are empty.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES

PAAVO = Path(__file__).parents[1] / "paavo" / "made_up_paavo_2026.csv"
LABEL = re.compile(r"([0-9]{5})  (Keksitty .+) \(([^()]+)\)")
AREAS = 2_900
ENDING = 4  # no made-up area of Paavo has a code that ends so
HEADER = (
    "Postinumeroalue", "Postinumeroalueen nimi", "Postinumeroalueen nimi (sv)", "Kunta", "Kunnan nimi", "Kuntaryhmä",
    "Kuntaryhmän nimi", "Seutukunta", "Seutukunnan nimi", "Maakunta", "Maakunnan nimi", "Suuralue", "Suuralueen nimi",
    "AVI", "AVI:n nimi", "ELY", "ELY:n nimi", "Sairaanhoitopiiri", "Sairaanhoitopiirin nimi",
)  # fmt: skip
OPENING = (
    "Postinumero-kunta-avain",
    "Aluejako: 2026",
    "Huom! KEKSITTYÄ AINEISTOA - påhittade data - made-up data",
    "",
)


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    lines = [(line,) for line in OPENING] + [HEADER] + sorted(areas())
    text = "".join("\t".join(cells + ("",) * (len(HEADER) - len(cells))) + "\n" for cells in lines)
    yield "postal_keys/made_up_postal_keys_2026.txt", text.encode("utf-8-sig")


def areas() -> list[tuple[str, ...]]:
    """Return code, names, municipality and its name of each area: Paavo's first, then some in every municipality."""
    towns = [(row["municipality"], row["name_fi"]) for row in catalogue.rows("municipalities")]
    found = [(code, name, name.replace("Keksitty", "Påhittad"), *town) for code, name, town in _of_paavo()]
    for at in range(AREAS - len(found)):
        code = f"{at * 3:04}{ENDING}"
        found.append((code, f"Keksitty {code}", f"Påhittad {code}", *towns[at % len(towns)]))
    return found


def _of_paavo() -> Iterator[tuple[str, str, tuple[str, str]]]:
    codes = {city.name_fi: city.city for city in CITIES}
    with PAAVO.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            told = LABEL.fullmatch(row["Postinumeroalue_x"])
            if told:
                yield told[1], told[2], (codes[told[3]], told[3])
