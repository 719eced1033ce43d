"""Why a published figure is told no more: a person's decision in the catalogue, or what became of its delivery.

Each rule writes its reason into the rows that have none yet; the first that knows one goes before the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.settings import Foreseen
from seg_pipeline.snapshots.comparing.sides import Side

if TYPE_CHECKING:
    Truth = pd.Series[bool]

TOLD = ["reason", "detail", "who", "date"]
DECIDED, LINES = "decided", "\n"  # the detail of a decision is its words, a line for each language
COMPUTED = ("indicators", "area_profiles")
RAW = ("counts", "area_profiles")  # what is not published of a closed source
SUBJECT = {"indicators": "dimension", "area_profiles": "dimension", "counts": "dimension", "wellbeing": "indicator",
           "areas": "geography"}  # fmt: skip
AREA = ["geography", "city", "area_id", "boundary_vintage"]
CASE = ["source", "release", "city", "geography", "dimension", "reference_year"]
DIVIDED = ("merged", "split", "municipality", "land_area")
DECIDES = ("table", "source", "release", "city", "indicator", "dimension")
SIGNED = (*LANGUAGES, "who", "date")
Deliveries = Mapping[tuple[str, str], str]  # source and release: what became of it


class DecisionError(Foreseen):
    """A row of ``withdrawals.csv`` does not say what it is about, or why, or who decided it and when."""


@dataclass(frozen=True)
class Known:
    """What is known of deliveries and sources. All is empty where nobody looked."""

    withdrawn: Deliveries = field(default_factory=dict)
    refused: Deliveries = field(default_factory=dict)
    revised: Deliveries = field(default_factory=dict)
    waived: Mapping[tuple[str, str, str], str] = field(default_factory=dict)  # source, table, subject
    closed: frozenset[str] = frozenset()  # sources whose counts are not published
    tell_areas: frozenset[str] = frozenset()
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of the catalogue: source, dimension, indicator


def explained(name: str, figures: pd.DataFrame, before: Side, after: Side, known: Known) -> pd.DataFrame:
    """Return figures of the table `name` that are gone, with the reason of each; it is empty where there is none."""
    told = figures.assign(table=name, **dict.fromkeys(TOLD, ""))
    if name == "areas":
        told[["source", "release"]] = _whose(told, before, known)
    for row in decisions():
        _write(told, _about(told, row), DECIDED, LINES.join(row[of] for of in LANGUAGES), row["who"], row["date"])
    _write_of(told, known.withdrawn, "delivery_withdrawn")
    _write_of(told, known.refused, "refused")
    _write_left(told, known)
    _write_divided(told, after)
    _write_waived(told, name, known)
    _write(told, told["source"].isin(known.closed) & (name in RAW), "withheld")
    _write_of(told, known.revised, "not_retold", _follows(told, after) if name in COMPUTED else None)
    return told


def decisions() -> list[dict[str, str]]:
    """Return the rows of ``withdrawals.csv``. Raises DecisionError for one that lacks what makes it a decision."""
    rows = [{name: " ".join(cell.split()) for name, cell in row.items()} for row in catalogue.rows("withdrawals")]
    for at, row in enumerate(rows, start=2):
        empty = [name for name in SIGNED if not row[name]]
        if empty or not any(row[name] for name in DECIDES):
            lacks = ", ".join(empty) or "every column that could say which rows it is about"
            raise DecisionError(f"data/catalogue/withdrawals.csv, line {at}: {lacks} is empty; fill it in")
    return rows


def _write(
    told: pd.DataFrame, where: Truth, reason: str, detail: str | pd.Series[str] = "", who: str = "", date: str = ""
) -> None:
    """Write a reason into the rows where it holds that have none yet."""
    free = where.astype(bool) & (told["reason"] == "")
    told.loc[free, ["reason", "who", "date"]] = reason, who, date
    told.loc[free, "detail"] = detail if isinstance(detail, str) else detail[free]


def _write_of(told: pd.DataFrame, deliveries: Deliveries, reason: str, only: Truth | None = None) -> None:
    detail = _looked_up(told, ["source", "release"], deliveries)
    one_line = detail.fillna("").str.split().str.join(" ")
    _write(told, detail.notna() & (True if only is None else only), reason, one_line)


def _write_left(told: pd.DataFrame, known: Known) -> None:
    for column, codes in known.codes.items():
        if column in told:
            there = told[column].fillna("")
            _write(told, there.ne("") & ~there.isin(codes), "left_catalogue", there)


def _write_divided(told: pd.DataFrame, after: Side) -> None:
    """Write the reason of areas that a later division has merged, split, or given to another municipality."""
    if "area_id" not in told or "crosswalk" not in after.tables:
        return
    walk = after.frame("crosswalk", ["geography", "from_vintage", "from_area", "to_area", "rule"])
    walk = walk[walk["rule"].isin(DIVIDED)].drop_duplicates(["geography", "from_vintage", "from_area"])
    keys = walk.rename(columns={"from_vintage": "boundary_vintage", "from_area": "area_id"})
    became = told[["geography", "boundary_vintage", "area_id"]].merge(keys, "left").set_axis(told.index)["to_area"]
    _write(told, became.notna(), "boundary", told["area_id"] + " → " + became.fillna(""))


def _write_waived(told: pd.DataFrame, name: str, known: Known) -> None:
    table = "counts" if name in COMPUTED else name
    detail = _looked_up(told.assign(table=table), ["source", "table", SUBJECT[name]], known.waived)
    _write(told, detail.notna(), "waived", detail.fillna(""))


def _looked_up(told: pd.DataFrame, columns: list[str], among: Mapping[Any, str]) -> pd.Series[Any]:
    keys = pd.Series(list(zip(*(told[column] for column in columns), strict=True)), told.index, dtype=object)
    return keys.map(dict(among)).astype(object)


def _about(told: pd.DataFrame, row: Mapping[str, str]) -> Truth:
    """Return which rows a decision is about: an empty cell is any."""
    found = pd.Series(True, told.index)
    for name in [name for name in DECIDES if row[name]]:
        found &= told[name] == row[name] if name in told else False
    return found


def _follows(told: pd.DataFrame, after: Side) -> Truth:
    """True for a computed figure whose counts are gone too, or hidden: it did not vanish on its own."""
    if "counts" not in after.tables:
        return pd.Series(True, told.index)
    counts = after.frame("counts", [*CASE, "status"])
    seen = counts.loc[counts["status"] == "observed", CASE].drop_duplicates().assign(seen=True)
    return told[CASE].merge(seen, "left", CASE)["seen"].isna().set_axis(told.index)


def _whose(told: pd.DataFrame, before: Side, known: Known) -> pd.DataFrame:
    """Return the source and release of areas: of those who live there, or else of the boundaries of that year.

    Only deliveries of which something became are looked for.
    """
    fate = {**known.revised, **known.refused, **known.withdrawn}
    drawn = pd.DataFrame(
        [(source, release, int(release[:4])) for source, release in fate if source in known.tell_areas],
        columns=["source", "release", "boundary_vintage"],
    ).drop_duplicates("boundary_vintage")
    found = told[AREA].merge(drawn, "left", "boundary_vintage")[["source", "release"]]
    if "counts" in before.tables:
        counts = before.frame("counts", [*AREA, "source", "release"]).drop_duplicates()
        of = counts[_looked_up(counts, ["source", "release"], fate).notna()].drop_duplicates(AREA)
        found = told[AREA].merge(of, "left", AREA)[["source", "release"]].fillna(found)
    return found.fillna("").set_axis(told.index)
