"""What Sotkanet's rows are to us: which indicator, in what unit, by whom and under what licence; and what is refused.

The mapping is ``data/catalogue/sotkanet/indicators.csv``; layouts are in `sotkanet_layouts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import MUNICIPALITIES, WELLBEING
from seg_pipeline.sources.national.sotkanet_layouts import ABOUT, About, Figures, figures
from seg_pipeline.sources.readers.cells import first_unfit
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, release_year

SOURCE = "sotkanet"
OWN = "(THL)"
OPEN, UNKNOWN = "CC BY 4.0", "not stated"
YEAR = "(?:19|20)[0-9]{2}"
NUMBER = r"(?:-?[0-9]{1,12}(?:\.[0-9]{1,17})?(?:E-?[0-9]{1,2})?)?"  # empty where there is none
LIMITS = {  # the lowest and highest value that a unit can have
    "percent": (0.0, 100.0), "index": (0.0, 100.0), "persons": (0.0, np.inf), "households": (0.0, np.inf),
    "euros_per_inhabitant": (0.0, np.inf),
}  # fmt: skip
WHOLE = ("persons", "households")
KEY = ["indicator", "municipality", "year"]


@dataclass(frozen=True)
class Mapped:
    """What an indicator of Sotkanet is to us. A value times `factor` is in our unit."""

    indicator: str
    group: str
    factor: float
    unit: str
    title: str
    producer: str
    licence: str
    years_reach: int


class Kept(NamedTuple):
    """The rows of one answer that are ours, and what became of the others."""

    table: pd.DataFrame
    rows: dict[str, int]


def mapped() -> dict[str, Mapped]:
    """Return what each mapped indicator is, by its id in Sotkanet."""
    return {
        row["id"]: Mapped(
            row["indicator"], row["group"], float(row["factor"]), WELLBEING[row["indicator"]], row["title"],
            row["producer"], row["licence"], int(row["years_reach"]),
        )
        for row in catalogue.rows("sotkanet/indicators")
    }  # fmt: skip


def read(data: bytes, release: str) -> Delivered:
    """Return the table `wellbeing` in one delivery. Raises Refused for what is not as `docs/sources` says."""
    return told(data, release, mapped())


def told(data: bytes, release: str, ours: Mapping[str, Mapped]) -> Delivered:
    """Return the rows of the indicators in `ours`; all other rows are counted by why they are not used."""
    kept = [_kept(part, release, ours) for part in figures(data)]
    rows: dict[str, int] = {}
    for part in kept:
        for name, count in part.rows.items():
            rows[name] = rows.get(name, 0) + count
    found = pd.concat([part.table for part in kept], ignore_index=True)
    table = tables.conform(found, "wellbeing") if len(found) else tables.empty("wellbeing")
    return Delivered({"wellbeing": table}, rows)


def _kept(part: Figures, release: str, ours: Mapping[str, Mapped]) -> Kept:
    cells = pd.DataFrame({**part.columns, "municipality": part.municipality}, dtype="str")
    used = cells["indicator"].isin(ours)
    local = cells["municipality"] != ""
    total = cells["gender"] == "total"
    rows = {
        "indicators not used": int((~used).sum()),
        "other regions": int((used & ~local).sum()),
        "other genders": int((used & local & ~total).sum()),
    }
    cells = cells[used & local & total]
    repeated = cells.duplicated()
    cells = cells[~repeated]
    rows |= {"repeated": int(repeated.sum()), "wellbeing": len(cells)}
    _refuse(cells, part, release)
    return Kept(_table(cells, part, release, ours), rows)


def _refuse(cells: pd.DataFrame, part: Figures, release: str) -> None:
    """Refuse the first row whose year, municipality or number is none, or that another row contradicts."""
    at = cells.index.to_numpy()
    unknown = ~cells["municipality"].isin(MUNICIPALITIES).to_numpy()
    if unknown.any():
        row = int(at[unknown.argmax()])
        column = "code" if "code" in part.columns else "region"
        found, place = quoted(part.municipality[row]), part.place(row, column)
        raise Refused("unknown_municipality", found=found, expected="data/catalogue/municipalities.csv", **place)
    for column, pattern, expected in (
        ("year", YEAR, "a year"),
        ("value", NUMBER, "number"),
        ("absolute", NUMBER, "number"),
    ):
        written = cells[column].tolist() if column in cells else []
        if (wrong := first_unfit(written, pattern)) is not None:
            place = part.place(int(at[wrong]), column)
            raise Refused("not_a_number", found=quoted(written[wrong]), expected=expected, **place)
    late = cells["year"].astype("int64").to_numpy() > release_year(release)
    if late.any():
        row = int(at[late.argmax()])
        raise Refused("release", found=part.columns["year"][row], expected=quoted(release), **part.place(row, "year"))
    twice = cells.duplicated(KEY).to_numpy()
    if twice.any():
        said = cells[KEY].iloc[int(twice.argmax())]
        first = int(at[(cells[KEY] == said).all(axis=1).to_numpy().argmax()])
        raise Refused(
            "duplicate_area",
            found=quoted(" ".join(said)),
            expected=str(part.grid.lines[first]),
            **part.place(int(at[twice.argmax()]), "indicator"),
        )


def _table(cells: pd.DataFrame, part: Figures, release: str, ours: Mapping[str, Mapped]) -> pd.DataFrame:
    written = cells["value"]
    missing = (written == "").to_numpy()
    number = written.where(~missing, "nan").to_numpy(object).astype(float)
    which, ids = pd.factorize(cells["indicator"])
    maps = [_checked(name, ours[name], part) for name in ids]

    def of(name: str) -> pd.Series[str]:
        values = pd.Series([getattr(one, name) for one in maps], dtype="str")
        return values.take(which).set_axis(cells.index)

    factor = np.array([one.factor for one in maps]).take(which) if maps else np.empty(0)
    value = np.round(number * factor, 9)
    unit = of("unit")
    _refuse_impossible(value, unit, cells, part)
    share = (unit == "percent").to_numpy() & ~missing
    absolute = cells["absolute"] if "absolute" in cells else pd.Series("", index=cells.index, dtype="str")
    counted = absolute.where((absolute != "") & share, "nan").to_numpy(object).astype(float)
    return pd.DataFrame(
        {
            "city": cells["municipality"],
            "indicator": of("indicator"),
            "group": of("group"),
            "reference_year": cells["year"].astype("int64"),
            "period": "year",
            "source": SOURCE,
            "release": release,
            "value": value,
            "unit": unit,
            "numerator": np.where(counted >= 0, counted, np.nan),
            "denominator": np.nan,
            "status": np.where(missing, "missing", "observed"),
            "producer": of("producer"),
            "licence": of("licence"),
        }
    )


def _checked(number: str, ours: Mapped, part: Figures) -> Mapped:
    """Return the mapping with producer and licence as the service tells; refuse an id that now means another thing."""
    if number not in part.about:
        return ours
    now = part.about[number]
    if not has_title(ours, now):
        raise Refused("another_indicator", found=quoted(now.title), expected=quoted(ours.title), sheet=ABOUT + number)
    same = now.producer == ours.producer
    licence = OPEN if OWN in now.producer else ours.licence if same else UNKNOWN
    return replace(ours, producer=now.producer, licence=licence)


def has_title(ours: Mapped, now: About) -> bool:
    """True when what the service calls an indicator holds what the catalogue expects."""
    return ours.title.casefold() in now.title.casefold()


def _refuse_impossible(
    value: npt.NDArray[np.float64], unit: pd.Series[str], cells: pd.DataFrame, part: Figures
) -> None:
    """Refuse a value outside what its unit can be, and a part of a person."""
    lowest = unit.map({name: ends[0] for name, ends in LIMITS.items()}).fillna(-np.inf).to_numpy(float)
    highest = unit.map({name: ends[1] for name, ends in LIMITS.items()}).fillna(np.inf).to_numpy(float)
    wrong = (value < lowest) | (value > highest) | (unit.isin(WHOLE).to_numpy() & (value % 1 > 0))
    if wrong.any():
        first = int(wrong.argmax())
        row = int(cells.index[first])
        expected = f"{unit.loc[row]}, {lowest[first]:.0f}–{highest[first]:.0f}".replace("–inf", "–")
        found = quoted(part.columns["value"][row])
        raise Refused("out_of_range", found=found, expected=expected, **part.place(row, "value"))
