"""Which of the areas that Aluesarjat lists is what: a city, a larger area, one of the smallest, or people of no area.

One list holds every level, and a number comes back on another level: ``091 201`` is both a district and a smallest
area. An area says what it is by its ten-digit code (municipality 3, major district 1, district 3, smallest area 3) or,
in older tables, by its label: municipality, number, name. ``data/catalogue/aluesarjat/levels.csv`` says which numbers
of which city are of which level.

The id of a smallest area is the municipality and the area's own number in three digits: ``091010``, ``049111``,
``092010``. It is the same in old and new tables, and no two smallest areas of a city share a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import NamedTuple

from seg_pipeline import catalogue
from seg_pipeline.classifications import MUNICIPALITIES, MUNICIPALITY_BY_NAME
from seg_pipeline.sources.readers.cube import Dimension
from seg_pipeline.sources.refusal import Refused, quoted

CITY, SMALLEST, UNLOCATED, ELSEWHERE = "city", "smallest", "unlocated", "elsewhere"
LEVELS = "data/catalogue/aluesarjat/levels.csv"
CODE = re.compile(r"([0-9]{3})([0-9])([0-9]{3})([0-9]{3})")
LABEL = re.compile(r"([0-9]{3})(?: ([0-9]{1,3}))? ([^\s0-9].*)")
OUTSIDE = "9"  # the major district of what is no part of the city's division; a number of three digits begins there
NAME = re.compile(r"[^=+\-@\s].*")


class Place(NamedTuple):
    """One area of a list: its level, city, id (of a city its code) and name."""

    level: str
    city: str
    area_id: str
    name: str


def places(areas: Dimension) -> list[Place]:
    """Return what each area is, in the order of the list. Raises Refused for one that is in no table of levels."""
    rows = catalogue.rows("aluesarjat/levels")
    levels = {(row["city"], row["written"], row["kind"]): row["level"] for row in rows}
    cities = {row["city"] for row in rows}
    found = [_place(code, label, levels, cities) for code, label in zip(areas.codes, areas.labels, strict=True)]
    kept = [place for place in found if place.level in (SMALLEST, CITY, UNLOCATED)]
    seen: set[tuple[str, str]] = set()
    for place in kept:
        key = (place.level if place.level == UNLOCATED else "", place.area_id)
        if key in seen:
            said = quoted(f"{place.area_id} {place.name}")
            raise Refused("malformed", found=said, expected="each area once", column=areas.label)
        seen.add(key)
    return found


def municipality(code: str) -> str:
    """Return the municipality of an area's ten-digit code, or nothing."""
    coded = CODE.fullmatch(code)
    return coded[1] if coded else ""


def _place(code: str, label: str, levels: Mapping[tuple[str, str, str], str], cities: Set[str]) -> Place:
    """One area: by its code where that has ten digits, else by its label."""
    written = LABEL.fullmatch(label)
    city, how, number = _by_code(code) or _by_label(written) or _by_name(label)
    name = written[3] if written else label
    if not NAME.fullmatch(name):
        raise Refused("missing_name", found=quoted(code))
    if city not in cities:
        if city not in MUNICIPALITIES:
            raise Refused("unknown_municipality", found=quoted(label), expected="data/catalogue/municipalities.csv")
        return Place(ELSEWHERE, city, code, name)
    if not how:
        return Place(CITY, city, city, name)
    level = levels.get((city, how, name.split()[-1])) or levels.get((city, how, ""))
    if not level:
        raise Refused("unknown_level", found=quoted(f"{code} {label}"), expected=LEVELS)
    return Place(level, city, f"{city}{number:0>3}", name)


def _by_code(code: str) -> tuple[str, str, str] | None:
    """City, how deep the code goes, and the number of the deepest part that is there; None for another code."""
    coded = CODE.fullmatch(code)
    if not coded:
        return None
    city, *parts = coded.groups()
    if parts[0] == OUTSIDE:
        return city, f"code {code[3:6]}", code[3:6]
    deep = [(depth, part) for depth, part in enumerate(parts, 1) if int(part)]
    return (city, f"code {deep[-1][0]}", deep[-1][1]) if deep else (city, "", "")


def _by_label(written: re.Match[str] | None) -> tuple[str, str, str] | None:
    """City, how many digits the number has, and the number; a city has no number, and its own name."""
    if not written or not (written[2] or MUNICIPALITY_BY_NAME.get(written[3]) == written[1]):
        return None
    return written[1], str(len(written[2])) if written[2] else "", written[2] or ""


def _by_name(label: str) -> tuple[str, str, str]:
    """A municipality by its name; refuse what is none."""
    if label not in MUNICIPALITY_BY_NAME:
        raise Refused("unknown_level", found=quoted(label), expected=LEVELS)
    return MUNICIPALITY_BY_NAME[label], "", ""
