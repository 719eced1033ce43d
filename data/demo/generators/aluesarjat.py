"""A made-up PX file of Aluesarjat: mother tongue by sub-area in Helsinki, Espoo and Vantaa, windows-1252.

Every area name and number is invented. As in the real tables, one list holds every level of area, areas with few
people are kept back (``..``), and some people live in no known area (``Muut``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SEED = 20260131
YEARS = range(2018, 2026)
TONGUES = {"ALL": "Kaikki äidinkielet", "1": "Suomi ja saame", "2": "Ruotsi", "3": "Muu kieli"}
KEPT_BACK_BELOW = 90  # people of an area
UNLOCATED = 0.025
WORDS = ("Karhun", "Ketun", "Ilveksen", "Mäyrän", "Pöllön", "Kurjen", "Joutsenen", "Kielon", "Vuokon", "Sammalen")
ENDINGS = ("rinne", "notko", "aho", "lampi", "kumpu", "puro", "niitty", "kaarre")
HEAD = """CHARSET="ANSI";
AXIS-VERSION="2010";
CODEPAGE="windows-1252";
LANGUAGE="fi";
DECIMALS=0;
SHOWDECIMALS=0;
MATRIX="keksitty_vaerak";
SUBJECT-AREA="KEKSITTYÄ AINEISTOA - made-up data";
SUBJECT-CODE="AS-I";
TITLE="KEKSITTYÄ AINEISTOA: väestö alueen ja äidinkielen mukaan "
"31.12.";
CONTENTS="KEKSITTYÄ AINEISTOA: väestö äidinkielen mukaan 31. joulukuuta";
UNITS="henkilö";
STUB="Alue","Äidinkieli";
HEADING="Vuosi";
"""
NOTE = """NOTE="KEKSITTYÄ AINEISTOA: nämä luvut eivät kuvaa mitään todellista aluetta; "
"made-up data.#.. (kaksi pistettä), tieto on salattu";
"""

Numbers = npt.NDArray[np.float64]


class Town(NamedTuple):
    """A city of the file: people, shares of Swedish and other tongues, how far apart, and its division."""

    code: str
    name: str
    people: int
    swedish: float
    other: float
    spread: float
    majors: int
    larger: str  # what its major districts are called
    areas: int  # of one major district


TOWNS = (
    Town("091", "Helsinki", 670_000, 0.055, 0.19, 0.55, 4, "suurpiiri", 6),
    Town("049", "Espoo", 310_000, 0.064, 0.23, 0.45, 3, "suuralue", 5),
    Town("092", "Vantaa", 246_000, 0.022, 0.26, 0.40, 3, "suuralue", 5),
)


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file, by its path under the demo folder."""
    yield "aluesarjat/made_up_aluesarjat_2026.px", _file().encode("cp1252")


def _file() -> str:
    rows = [row for town in TOWNS for row in _rows(town)]
    codes, labels = [code for code, _, _ in rows], [label for _, label, _ in rows]
    years = list(map(str, YEARS))
    lists = {
        'VALUES("Alue")': labels, 'VALUES("Äidinkieli")': list(TONGUES.values()), 'VALUES("Vuosi")': years,
        'CODES("Alue")': codes, 'CODES("Äidinkieli")': list(TONGUES), 'CODES("Vuosi")': years,
    }  # fmt: skip
    told = "".join(f"{keyword}={_wrapped(texts)};\n" for keyword, texts in lists.items())
    cells = "\n".join(" ".join(_cell(number) for number in tongue) for _, _, cells in rows for tongue in cells)
    return (HEAD + told + NOTE + "DATA=\n" + cells + ";\n").replace("\n", "\r\n")


def _wrapped(texts: list[str]) -> str:
    quoted = [f'"{text}"' for text in texts]
    return ",\n".join(",".join(quoted[at : at + 4]) for at in range(0, len(quoted), 4))


def _cell(number: float) -> str:
    return '".."' if np.isnan(number) else f"{number:.0f}"


def _rows(town: Town) -> Iterator[tuple[str, str, Numbers]]:
    """Code, label and cells (tongues, years) of the city, its larger areas, its smallest, and those of no area."""
    draw = np.random.default_rng([SEED, int(town.code)])
    many = town.majors * town.areas
    cells = _people(town, draw, many)
    names = [f"Keksitty {word}{ending}" for word in WORDS for ending in ENDINGS]
    order = draw.permutation(len(names))
    yield f"{town.code}0000000", f"{town.code} {town.name}", cells.sum(axis=0)
    for major in range(1, town.majors + 1):
        mine = range((major - 1) * town.areas, major * town.areas)
        label = f"{town.code} {major} Keksitty {'abcd'[major - 1].upper()}-{town.larger}"
        yield f"{town.code}{major}000000", label, cells[mine].sum(axis=0)
        for at, code, number in _smallest(town, major, mine):
            kept_back = cells[at, 0].min() < KEPT_BACK_BELOW
            yield code, f"{town.code} {number} {names[order[at]]}", cells[at] * (np.nan if kept_back else 1)
    code, number = {"091": ("0919999999", "999"), "049": ("0499999999", "999"), "092": ("0929999000", "99")}[town.code]
    yield code, f"{town.code} {number} Muut", cells[many]


def _smallest(town: Town, major: int, mine: range) -> Iterator[tuple[int, str, str]]:
    """Place, ten-digit code and number of each smallest area of a major district, as each city numbers them."""
    for nth, at in enumerate(mine, 1):
        if town.code == "091":
            district, area = 100 * major + 1, 10 * (at + 1)
            yield at, f"091{major}{district}{area:03}", f"{area}"
        elif town.code == "049":
            yield at, f"049{major}0{major}1{major}1{nth}", f"{major}1{nth}"
        else:
            yield at, f"092{major}0{major}{nth}000", f"{major}{nth}"


def _people(town: Town, draw: np.random.Generator, many: int) -> Numbers:
    """Cells of the smallest areas and, last, of those of no area: (areas, tongues, years), total first."""
    weight = draw.gamma(3, size=many)
    size = np.append(weight / weight.sum(), UNLOCATED) * town.people
    size[1] = KEPT_BACK_BELOW - 30  # one area that is kept back
    lift = draw.normal(0, town.spread, many + 1)
    growth = 1 + 0.008 * (np.array(YEARS) - YEARS[0])
    people = np.rint(size[:, None] * growth)
    odds = town.other / (1 - town.other) * np.exp(lift)[:, None] * (1 + 0.04 * (np.array(YEARS) - YEARS[0]))
    other = np.rint(people * odds / (1 + odds))
    swedish = np.rint((people - other) * town.swedish / (1 - town.other) * np.exp(-0.5 * lift)[:, None])
    return np.stack([people, people - other - swedish, swedish, other], axis=1)
