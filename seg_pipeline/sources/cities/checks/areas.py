"""The areas of a delivery: one code, one name, one place; codes that are the city's own and have kept their zeros."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import CITIES
from seg_pipeline.sources.cities.checks import cells
from seg_pipeline.sources.cities.checks.cells import Mask
from seg_pipeline.sources.cities.checks.places import geometry
from seg_pipeline.sources.cities.page import Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import quoted
from seg_pipeline.tables import delivery

NAMES = ("area_name_fi", "area_name_sv")


def codes(page: Page, column: str, city: str, problems: Problems) -> tuple[pd.Series[str], Mask]:
    """Return the codes of areas in a column, and which are sound; a code that has lost its zero is not."""
    judge = cells.optional_area if not page.sheet.column(column).required else cells.area  # type: ignore[union-attr]
    found, sound = cells.judged(page, column, judge, problems)
    lost = _lost(pd.Series(page.cells(column), dtype="str"), city).to_numpy(bool) & sound
    if lost.any():
        problems.rows(page, column, lost, "lost_zeros", _quoted(page.cells(column)), _quoted("0" + page.cells(column)))
    return pd.Series(cells.kept(found, sound), dtype="str"), sound & ~lost


def _quoted(texts: Any) -> Any:
    return np.array([quoted(str(text)) for text in texts], object)


def _lost(told: pd.Series[str], city: str) -> pd.Series[bool]:
    """True for codes that begin as the city's code does without its zero, where all codes of digits do or have it."""
    numeric = told[told.str.fullmatch("[0-9]{5,}")]
    bare = numeric.str.startswith(city.lstrip("0")) & ~numeric.str.startswith(city)
    all_so = city.startswith("0") and bool((bare | numeric.str.startswith(city)).all())
    return bare.reindex(told.index, fill_value=False) & all_so


def refuse_another_city(pages: Iterable[Page], city: str, problems: Problems) -> None:
    """Add a problem where every code of an area begins with the code of one other of the eleven cities."""
    for page in pages:
        if "area_id" not in page.columns or not len(page):
            continue
        told = pd.Series(page.cells("area_id"), dtype="str").drop_duplicates()
        starts = set(told.str.extract(r"^([0-9]{3})(?:[^0-9]|[0-9]{2})", expand=False).fillna(""))
        other = next((one for one in CITIES if {one.city} == starts and one.city != city), None)
        if other:
            own = next(one for one in CITIES if one.city == city)
            first = np.arange(len(page)) == 0
            expected = f"{own.name_fi} ({city})"
            problems.rows(page, "area_id", first, "another_city", f"{other.name_fi} ({other.city})", expected)


def names(page: Page, area: pd.Series[str], of: Mapping[str, str], problems: Problems) -> pd.DataFrame:
    """Return ``area_id``, ``name_fi``, ``name_sv`` of each area of a page; two names for one area are a problem.

    `of` says which columns the names are in. A row with two wrong names is one problem.
    """
    told = pd.DataFrame({"area_id": area, "name_fi": None, "name_sv": None})
    judged = area.notna().to_numpy(bool)
    for name, column in of.items():
        required = column != delivery.NAME_SV.name
        values, sound = cells.judged(page, column, cells.name if required else cells.optional_name, problems)
        told[name] = pd.Series(values, dtype="str")
        judged = judged & sound
        differs = judged & _differs(told[name].fillna(""), area)
        judged = judged & ~differs
        if differs.any():
            _add_differing(page, column, area, differs, problems)
    return told.dropna(subset=["area_id"]).drop_duplicates("area_id")


def _differs(values: pd.Series[str], area: pd.Series[str]) -> Mask:
    """True where a value is not that of its area's first row."""
    return (values != values.groupby(area).transform("first")).to_numpy(bool)


def _add_differing(page: Page, column: str, area: pd.Series[str], differs: Mask, problems: Problems) -> None:
    line = pd.Series(page.lines).groupby(area).transform("first").fillna(0).astype(int).astype(str)
    found = [quoted(f"{code} {name}") for code, name in zip(area, page.cells(column), strict=True)]
    problems.rows(page, column, differs, "duplicate_area", np.array(found, object), line.to_numpy(object))


def refuse_other_names(page: Page, named: pd.DataFrame, listed: pd.DataFrame, problems: Problems) -> None:
    """Add a problem at the first row of each area that a page calls otherwise than the sheet of areas does."""
    names = listed.set_index("area_id")
    for name, column in (("name_fi", delivery.NAME_FI.name), ("name_sv", delivery.NAME_SV.name)):
        expected = named["area_id"].map(names[name].dropna()).astype("str").reindex(range(len(page)))
        told = named[name].astype("str").reindex(range(len(page)))
        differs = (expected.notna() & told.notna() & (told != expected)).to_numpy(bool)
        if differs.any():
            problems.rows(page, column, differs, "another_name", _quoted(told.fillna("")), _quoted(expected.fillna("")))


def listed(page: Page, city: str, problems: Problems) -> pd.DataFrame:
    """Return the areas of the sheet ``areas``, with their places."""
    area, sound = codes(page, "area_id", city, problems)
    refuse_twice(page, pd.DataFrame({"area_id": area}), sound, "area_id", problems)
    told = names(page, area, {"name_fi": "area_name_fi", "name_sv": "area_name_sv"}, problems)
    if "parent" in page.columns:
        parent, whole = codes(page, "parent", city, problems)
        problems.rows(
            page,
            "parent",
            (parent == area).to_numpy(bool) & whole,
            "not_an_area",
            _quoted(parent.fillna("")),
            "not_itself",
        )
    placed = geometry(page, problems)
    return told.join(placed)


def refuse_twice(page: Page, key: pd.DataFrame, sound: Mask, column: str, problems: Problems) -> Mask:
    """Add a problem for each row whose key is that of an earlier row; return which rows are the first of theirs."""
    again = key.duplicated().to_numpy(bool) & sound
    if again.any():
        first = key.assign(line=page.lines).groupby(list(key.columns), dropna=False)["line"].transform("first")
        texts = key.astype("str").fillna("").agg(" ".join, axis=1).map(quoted)
        problems.rows(
            page, column, again, "duplicate_area", texts.to_numpy(object), first.astype("str").to_numpy(object)
        )
    return ~again


def refuse_unknown(
    page: Page, column: str, area: pd.Series[str], known: pd.Series[str], where: str, problems: Problems
) -> None:
    """Add a problem for each code of an area that the delivery does not list; a zero that was lost is pointed out."""
    stray = (area.notna() & ~area.isin(known)).to_numpy(bool)
    if stray.any():
        bare = {code.lstrip("0"): code for code in known if code[:1] == "0"}
        padded = area.map(bare).astype("str")
        lost = stray & padded.notna().to_numpy(bool)
        problems.rows(page, column, lost, "lost_zeros", _quoted(area.fillna("")), _quoted(padded.fillna("")))
        problems.rows(page, column, stray & ~lost, "unknown_area", _quoted(area.fillna("")), quoted(where))


def table(told: pd.DataFrame, geography: str, city: str, vintage: int) -> pd.DataFrame:
    """Return the contract ``areas`` of areas with their names and, where known, their places."""
    places = {name: told.get(name) for name in ("centroid", "geometry")}
    whole = told[["area_id", "name_fi", "name_sv"]].assign(
        geography=geography, city=city, boundary_vintage=vintage, population=None, population_year=None, surface=None,
        **places,
    )  # fmt: skip
    return tables.conform(whole, "areas")
