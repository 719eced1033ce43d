"""Statistics Finland's keys of areas: which postal areas and municipalities a year has, and what became of some.

`postal_keys` is the key of postal areas to municipalities; its areas have names and no boundary.
`municipal_changes` takes the key of municipalities of a year, and the lists of abolished and of renamed ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import MUNICIPALITIES
from seg_pipeline.sources.national.layers import MUNICIPALITIES_TABLE
from seg_pipeline.sources.national.municipal_lists import crosswalk
from seg_pipeline.sources.readers import delimited, workbook
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, Source, release_year

POSTAL = delimited.Dialect("utf-8-sig", "\t")
MUNICIPAL = delimited.Dialect("utf-8-sig", ",")
PREAMBLE = 4  # lines before the header of a postal key
TITLE, DIVISION = "Postinumero-kunta-avain", re.compile(r"Aluejako: ([0-9]{4})\t*")
NAMED = re.compile(r"[^=+\-@\s]")
LEAST = {"postal_area": 2_800, "municipality": 300}  # areas of the whole country; 3,026 and 309 in the fewest so far


def read_postal(data: bytes, release: str) -> Delivered:
    """Return the postal areas in a key of postal areas to municipalities, one row each. Raises Refused."""
    grid = _under_preamble(data, release)
    code, fi, sv, owner = (
        grid.column(name)
        for name in ("Postinumeroalue", "Postinumeroalueen nimi", "Postinumeroalueen nimi (sv)", "Kunta")
    )
    return _delivered("postal_area", "[0-9]{5}", code, owner, (fi, sv), grid, release)


def read_municipal(data: bytes, release: str) -> Delivered:
    """Return the municipalities of a key, or the crosswalk of a list of abolished or renamed ones. Raises Refused."""
    if workbook.looks_like(data):
        return crosswalk(data, release)
    grid = delimited.read(data, MUNICIPAL)
    for year, line in zip(grid.column("year"), grid.lines, strict=True):
        if year != str(release_year(release)):
            raise Refused("release", found=quoted(year), expected=quoted(release), line=line, column="year")
    code = [cell.zfill(3) for cell in grid.column("kunta")]
    names = (grid.column("name_fi"), grid.column("name_sv"))
    return _delivered("municipality", "[0-9]{3}", code, code, names, grid, release)


def part_municipal(data: bytes) -> str:
    """Return what a file tells: the key of a year, or the list that its sheet is named after."""
    return "changes-" + workbook.sheets(data)[0].split()[0].casefold() if workbook.looks_like(data) else "key"


def _under_preamble(data: bytes, release: str) -> Grid:
    """Return the table under the four lines that open a postal key; they have to name the release's year."""
    text = delimited.decode(data, POSTAL.encoding)
    opening = text.split("\n", PREAMBLE)
    if not opening[0].startswith(TITLE):
        raise Refused("layout", found=quoted(opening[0].strip()), expected=TITLE, line=1)
    if len(opening) <= PREAMBLE:
        raise Refused("truncated", found=f"{len(opening)} lines", expected="a header and rows", line=len(opening))
    division = DIVISION.fullmatch(opening[1].rstrip("\r"))
    if division is None or division[1] != str(release_year(release)):
        raise Refused("release", found=quoted(opening[1].strip()), expected=quoted(release), line=2)
    try:
        grid = delimited.read(opening[PREAMBLE].encode(), POSTAL)
    except Refused as refused:
        raise replace(refused, line=(refused.line or 1) + PREAMBLE) from None
    return Grid(grid.header, grid.header_line + PREAMBLE, grid.rows, [line + PREAMBLE for line in grid.lines])


def _delivered(
    geography: str, pattern: str, code: Sequence[str], owner: Sequence[str], names: tuple[list[str], list[str]],
    grid: Grid, release: str,
) -> Delivered:  # fmt: skip
    """Return areas that have names and no boundary."""
    _refuse_wrong(pattern, code, owner, names, grid)
    if len(code) < LEAST[geography]:
        raise Refused("incomplete", expected=f"{len(code):,} / ≥ {LEAST[geography]:,}", line=grid.lines[-1])
    table = pd.DataFrame(
        {
            "geography": geography, "city": list(owner), "area_id": list(code),
            "boundary_vintage": release_year(release), "name_fi": names[0],
            "name_sv": pd.Series(names[1], dtype="str").mask(pd.Series(names[1]) == ""), "population": pd.NA,
            "population_year": pd.NA, "surface": pd.NA, "geometry": None, "centroid": None,
        }
    )  # fmt: skip
    return Delivered({"areas": tables.conform(table, "areas")}, {"areas": len(table)})


def _refuse_wrong(
    pattern: str, code: Sequence[str], owner: Sequence[str], names: tuple[list[str], list[str]], grid: Grid
) -> None:
    if not grid.rows:
        raise Refused("empty", line=grid.header_line)
    first: dict[str, int] = {}
    for area, city, fi, sv, line in zip(code, owner, *names, grid.lines, strict=True):
        if not re.fullmatch(pattern, area):
            raise Refused("not_an_area", quoted(area), f"a code {pattern}", line=line, column=grid.header[0])
        if area in first:
            raise Refused("duplicate_area", area, str(first[area]), line=line, column=grid.header[0])
        if city not in MUNICIPALITIES:
            raise Refused("unknown_municipality", quoted(city), MUNICIPALITIES_TABLE, line=line, column="Kunta")
        if not NAMED.match(fi) or (sv and not NAMED.match(sv)):
            raise Refused("missing_name", found=quoted(area), line=line)
        first[area] = line


SOURCES = (
    Source(
        id="postal_keys", name="Key of postal code areas to municipalities", publisher="Statistics Finland",
        licence="CC BY 4.0", cadence="yearly", url="https://stat.fi/fi/luokitukset/posnro/", read=read_postal,
        open=True, tells=("areas",),
    ),
    Source(
        id="municipal_changes", name="Municipalities of a year, and those abolished or renamed",
        publisher="Statistics Finland", licence="CC BY 4.0", cadence="yearly, January",
        url="https://stat.fi/fi/luokitukset/kunta/", read=read_municipal, part=part_municipal, open=True,
        tells=("crosswalk", "areas"),
    ),
)  # fmt: skip
