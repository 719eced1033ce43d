"""What the rows of Vipunen are to us, and what is refused.

Which resource and which of its columns make which indicator: ``data/catalogue/vipunen/resources.csv``. Counts of 1 to
4 come as the text ``1–4``; larger ones are rounded by the publisher to multiples of three, and shares are computed
from the rounded counts, as the publisher does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import MUNICIPALITIES, TOTAL, WELLBEING
from seg_pipeline.sources import bundle
from seg_pipeline.sources.readers import records
from seg_pipeline.sources.readers.cells import first_unfit
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, release_year

SOURCE = "vipunen"
PUBLISHER = "Vipunen, Ministry of Education and Culture and Finnish National Agency for Education"
LICENCE = "CC BY 4.0"
RESOURCES = "data/catalogue/vipunen/resources.csv"
ROLES = ("municipality", "year", "numerator", "denominator")
FEW = "1[-–]4"
COUNT = rf"[0-9]{{1,9}}(?:\.0{{1,6}})?|{FEW}|"
NOWHERE = ("", "-1", "999", "200")  # home municipality unknown, or abroad
ROUNDED_TO = 3  # by which a part may exceed its whole


class Sheet(NamedTuple):
    """One answer, and the row of the catalogue that says what it is."""

    grid: Grid
    about: dict[str, str]
    name: str

    def place(self, at: int, role: str) -> dict[str, Any]:
        """Return where a cell stands, for a refusal."""
        return {"line": self.grid.lines[at], "column": self.about[role], "sheet": self.name}


def read(data: bytes, release: str) -> Delivered:
    """Return the table `wellbeing` in one delivery: a fetched bundle, or the rows of one resource as JSON."""
    found = [_read(sheet, release) for sheet in sheets(data)]
    rows = {
        name: sum(counted[name] for _, counted in found) for name in ("municipality unknown", "repeated", "wellbeing")
    }
    told = pd.concat([table for table, _ in found], ignore_index=True) if found else pd.DataFrame()
    return Delivered({"wellbeing": tables.conform(told, "wellbeing") if len(told) else tables.empty("wellbeing")}, rows)


def sheets(data: bytes) -> list[Sheet]:
    """Return the answers in a delivery, the pages of a resource as one. Raises Refused for any other layout."""
    if bundle.looks_like(data):
        return list(_of_bundle(bundle.unpack(data)))
    value = records.document(data)
    grid = records.records(value)
    if not grid.rows:
        raise Refused("empty")
    for about in catalogue.rows("vipunen/resources"):
        if {about[role] for role in ROLES} <= set(grid.header):
            return [Sheet(grid, about, "")]
    found = quoted(", ".join(grid.header)[:50])
    raise Refused("layout", found=found, expected=f"the columns of a resource in {RESOURCES}", line=1)


def _of_bundle(bodies: list[bundle.Body]) -> Iterator[Sheet]:
    listed: dict[str, list[Any]] = {}
    counts: dict[str, Any] = {}
    for body in bodies:
        kind, _, rest = body.name.partition(" ")
        resource = rest.split(" ")[0]
        value = records.document(body.data, body.name)
        if kind == "count":
            counts[resource] = value
        elif kind == "page" and isinstance(value, list):
            listed.setdefault(resource, []).extend(value)
        else:
            raise Refused("layout", found=quoted(body.name), expected="count and page", sheet=body.name)
    for resource, count in counts.items():
        told = listed.pop(resource, [])
        if count != str(len(told)):
            raise Refused("truncated", found=f"{len(told)} rows", expected=f"{count} rows", sheet=resource)
        if told:
            yield _sheet(records.records(told, resource), resource)
    if listed:
        raise Refused("missing_sheet", found=quoted(", ".join(counts)), expected=quoted(f"count {next(iter(listed))}"))


def _sheet(grid: Grid, resource: str) -> Sheet:
    for about in catalogue.rows("vipunen/resources"):
        if about["resource"] == resource:
            for role in ROLES:
                grid.column(about[role])
            return Sheet(grid, about, resource)
    raise Refused("unknown_variable", found=quoted(resource), expected=RESOURCES, sheet=resource)


def _read(sheet: Sheet, release: str) -> tuple[pd.DataFrame, dict[str, int]]:
    cells = pd.DataFrame({role: sheet.grid.column(sheet.about[role]) for role in ROLES}, dtype="str")
    local = ~cells["municipality"].isin(NOWHERE)
    rows = {"municipality unknown": int((~local).sum())}
    cells = cells[local]
    repeated = cells.duplicated()
    cells = cells[~repeated]
    rows |= {"repeated": int(repeated.sum()), "wellbeing": len(cells)}
    _refuse(cells, sheet, release)
    return _table(cells, sheet, release), rows


def _refuse(cells: pd.DataFrame, sheet: Sheet, release: str) -> None:
    at = cells.index.to_numpy()
    for role, pattern, expected in (
        ("municipality", "[0-9]{3}", "a municipality code"),
        ("year", "(?:19|20)[0-9]{2}", "a year"),
        ("numerator", COUNT, "whole_number"),
        ("denominator", COUNT, "whole_number"),
    ):
        written = cells[role].tolist()
        if (wrong := first_unfit(written, pattern)) is not None:
            where = sheet.place(int(at[wrong]), role)
            raise Refused("not_a_number", found=quoted(written[wrong]), expected=expected, **where)
    key = cells[["municipality", "year"]]
    for refusal, wrong_rows, role in (
        ("unknown_municipality", ~cells["municipality"].isin(MUNICIPALITIES), "municipality"),
        ("release", cells["year"].astype("int64") > release_year(release), "year"),
        ("duplicate_area", key.duplicated(), "municipality"),
    ):
        if wrong_rows.any():
            row = int(at[wrong_rows.to_numpy().argmax()])
            first = int(at[(key == key.loc[row]).all(axis=1).to_numpy().argmax()])
            expected = {
                "unknown_municipality": "data/catalogue/municipalities.csv",
                "release": quoted(release),
                "duplicate_area": str(sheet.grid.lines[first]),
            }[refusal]
            said = (
                f"{cells['municipality'][row]} {cells['year'][row]}"
                if refusal == "duplicate_area"
                else cells[role][row]
            )
            raise Refused(refusal, found=quoted(said), expected=expected, **sheet.place(row, role))


def _table(cells: pd.DataFrame, sheet: Sheet, release: str) -> pd.DataFrame:
    hidden = cells["numerator"].str.fullmatch(FEW) | cells["denominator"].str.fullmatch(FEW)
    numerator, denominator = (_number(cells[role]) for role in ("numerator", "denominator"))
    larger = (numerator > denominator + ROUNDED_TO).to_numpy()
    if larger.any():
        row = int(cells.index[int(larger.argmax())])
        told = {"found": cells["numerator"][row], "expected": cells["denominator"][row]}
        raise Refused("part_too_large", **told, **sheet.place(row, "numerator"))
    none = (numerator.isna() | denominator.isna()) & ~hidden
    empty = (denominator == 0) & ~hidden & ~none
    status = np.select([hidden, none, empty], ["suppressed", "missing", "not_applicable"], "observed")
    indicator = sheet.about["indicator"]
    return pd.DataFrame(
        {
            "city": cells["municipality"],
            "indicator": indicator,
            "group": TOTAL,
            "reference_year": cells["year"].astype("int64"),
            "period": "year",
            "source": SOURCE,
            "release": release,
            "value": (100 * numerator / denominator).where(status == "observed"),
            "unit": WELLBEING[indicator],
            "numerator": numerator,
            "denominator": denominator,
            "status": status,
            "producer": PUBLISHER,
            "licence": LICENCE,
        }
    )


def _number(cells: pd.Series[str]) -> pd.Series[float]:
    plain = cells.where((cells != "") & ~cells.str.fullmatch(FEW), "nan")
    return pd.Series(plain.to_numpy(object).astype(float), index=cells.index)
