"""What Kela's rows are to us: which make which indicator, and what is refused.

Used are months 6 and 12 of a municipality: cross-sections of the first and the second half-year. Rows of a whole year
count everybody who received a benefit at some time in it and are left out. Layouts are in `kela_layouts`; which
column and label makes which indicator is in ``data/catalogue/kela``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import MUNICIPALITIES, TOTAL, WELLBEING
from seg_pipeline.sources.national.kela_layouts import Sheet, sheets
from seg_pipeline.sources.readers.cells import first_unfit
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, release_year

PUBLISHER = "Social Insurance Institution of Finland (Kela)"
PERIODS = {"6": "h1", "12": "h2"}
COUNTRY, NOWHERE = 0, 199  # numbers that are no municipality's
ALL, SUBTOTAL = "Yhteensä", "yhteensä"
KEY = ["city", "year", "month"]


def read(data: bytes, release: str, source: str) -> Delivered:
    """Return the table `wellbeing` in a delivery of `source`. Raises Refused for what is not as the page says."""
    rows: dict[str, int] = {}
    found: dict[str, pd.DataFrame] = {}
    for at, sheet in enumerate(sheets(data, source)):
        table, counted = _read(sheet, release, source)
        rows = {name: rows.get(name, 0) + count for name, count in counted.items()}
        if len(table):
            found[sheet.name or str(at)] = table
    if not found:
        return Delivered({"wellbeing": tables.empty("wellbeing")}, rows)
    _refuse_twice_told(found)
    return Delivered({"wellbeing": tables.conform(pd.concat(found.values(), ignore_index=True), "wellbeing")}, rows)


def _read(sheet: Sheet, release: str, source: str) -> tuple[pd.DataFrame, dict[str, int]]:
    _refuse_shapes(sheet, release)
    left, rows = _left(sheet)
    used = _cells(sheet, left)
    columns = ["city", "year", "month", *sheet.parts]
    repeated = used.duplicated([*columns, "value", "paid"])
    rows["repeated"] = int(repeated.sum())
    used = used[~repeated]
    _refuse(used, columns, sheet)
    told, taken = _indicators(used, sheet, source)
    rows |= {"other groups": int((~taken).sum()), "wellbeing": int(taken.sum())}
    return _table(told, sheet, release, source), rows


def _refuse_shapes(sheet: Sheet, release: str) -> None:
    """Refuse the first cell of any row that is not what its column has to be, or a year after the release."""
    count = rf"[0-9]{{1,9}}(?:\{sheet.decimal}0{{1,15}})?|{sheet.missing}"
    money = rf"-?[0-9]{{1,12}}(?:\{sheet.decimal}[0-9]{{1,15}})?|{sheet.missing}"
    for role, pattern, expected in (
        ("municipality", "[0-9]{1,3}", "a municipality code"),
        ("year", "(?:19|20)[0-9]{2}", "a year"),
        ("month", f"0?[1-9]|1[0-2]|{sheet.missing}|", "a month"),
        ("period", "(?i:vuosi|kuukausi)", "Vuosi, Kuukausi"),
        ("value", count, "whole_number"),
        ("money", money, "number"),
    ):
        if role in sheet.roles:
            written = sheet.cells(role)
            if (wrong := first_unfit(written, pattern)) is not None:
                where = sheet.place(wrong, role)
                raise Refused("not_a_number", found=quoted(written[wrong]), expected=expected, **where)
    years = sheet.cells("year")
    if (latest := max(years)) > str(release_year(release)):
        raise Refused("release", found=latest, expected=quoted(release), **sheet.place(years.index(latest), "year"))


def _left(sheet: Sheet) -> tuple[list[int], dict[str, int]]:
    """Return which rows are of a half-year and a municipality, and how many others there are by why."""
    rows = dict.fromkeys(("rows of a whole year", "other months", "the whole country", "municipality unknown"), 0)
    left = []
    times = zip(sheet.cells("period"), sheet.cells("month"), sheet.cells("municipality"), strict=True)
    for at, (period, month, municipality) in enumerate(times):
        if period[0] in "Vv":
            rows["rows of a whole year"] += 1
        elif not month[-1:].isdigit():
            raise Refused("not_a_number", found=quoted(month), expected="a month", **sheet.place(at, "month"))
        elif month.lstrip("0") not in PERIODS:
            rows["other months"] += 1
        elif int(municipality) in (COUNTRY, NOWHERE):
            rows["the whole country" if int(municipality) == COUNTRY else "municipality unknown"] += 1
        else:
            left.append(at)
    return left, rows


def _cells(sheet: Sheet, left: list[int]) -> pd.DataFrame:
    """Return city, year, month, value, money and parts of the rows that are `left`."""

    def column(written: list[str]) -> pd.Series[str]:
        return pd.Series([written[at] for at in left], index=left, dtype="str")

    cells = pd.DataFrame({part: column(sheet.grid.column(part)) for part in sheet.parts}, index=left)
    cells["city"] = column(sheet.cells("municipality")).str.zfill(3)
    cells["year"] = column(sheet.cells("year")).astype("int64")
    cells["month"] = column(sheet.cells("month")).str.lstrip("0")
    value = column(sheet.cells("value")).str.replace(",", ".")
    cells["value"] = value.where(value != sheet.missing, "nan").to_numpy(object).astype(float)
    paid = column(sheet.cells("money")) if "money" in sheet.roles else pd.Series("0", index=left, dtype="str")
    cells["paid"] = paid.where(paid != sheet.missing, "")
    if "year_month" in sheet.roles:
        _refuse_two_times(column(sheet.cells("year_month")), cells, sheet)
    return cells


def _refuse_two_times(said: pd.Series[str], cells: pd.DataFrame, sheet: Sheet) -> None:
    """Refuse a row whose year and month are one thing in two columns and another in the third."""
    expected = cells["year"].astype("str") + cells["month"].str.zfill(2)
    other = (said != expected).to_numpy()
    if other.any():
        at = int(said.index[int(other.argmax())])
        where = sheet.place(at, "year_month")
        raise Refused("not_a_number", found=quoted(said[at]), expected=expected[at], **where)


def _refuse(used: pd.DataFrame, columns: list[str], sheet: Sheet) -> None:
    """Refuse a municipality that is not in the catalogue, and two rows that say different things of the same."""
    unknown = ~used["city"].isin(MUNICIPALITIES).to_numpy()
    if unknown.any():
        at = int(used.index[int(unknown.argmax())])
        found, where = quoted(used["city"][at]), sheet.place(at, "municipality")
        raise Refused("unknown_municipality", found=found, expected="data/catalogue/municipalities.csv", **where)
    twice = used.duplicated(columns).to_numpy()
    if twice.any():
        row = used.iloc[int(twice.argmax())]
        first = used.index[int((used[columns] == row[columns]).all(axis=1).to_numpy().argmax())]
        found = quoted(" ".join(str(row[column]) for column in columns))
        where = sheet.place(int(used.index[int(twice.argmax())]), "municipality")
        raise Refused("duplicate_area", found=found, expected=str(sheet.grid.lines[first]), **where)


def _indicators(used: pd.DataFrame, sheet: Sheet, source: str) -> tuple[dict[str, pd.DataFrame], pd.Series[bool]]:
    """Return the rows that make each indicator, and which rows make any."""
    told: dict[str, pd.DataFrame] = {}
    taken = pd.Series(False, index=used.index)
    for row in catalogue.rows("kela/indicators"):
        if (row["source"], row["layout"]) != (source, sheet.layout) or row["indicator"] in told:
            continue
        rows = pd.Series(True, index=used.index)
        if row["column"]:
            rows &= used[row["column"]].isin(row["labels"].split("|"))
        for column in sheet.parts:
            if column != row["column"]:
                rows &= _whole(used[column])
        if rows.any():
            told[row["indicator"]] = used[rows]
            taken |= rows
    return told, taken


def _whole(labels: pd.Series[str]) -> pd.Series[bool]:
    """Return the rows that together are everybody: those of the total, or where there is none all but subtotals."""
    total = labels == ALL
    return total if total.any() else ~labels.str.endswith(SUBTOTAL)


def _table(told: dict[str, pd.DataFrame], sheet: Sheet, release: str, source: str) -> pd.DataFrame:
    told_tables = []
    for indicator, rows in told.items():
        hidden = rows.assign(hidden=rows["value"].isna() & (rows["paid"] != ""), none=rows["value"].isna())
        cases = hidden.groupby(KEY, sort=False)
        summed = cases.agg({"value": "sum", "none": "any", "hidden": "any"}).reset_index()
        status = np.where(summed["hidden"], "suppressed", np.where(summed["none"], "missing", "observed"))
        told_tables.append(
            pd.DataFrame(
                {
                    "city": summed["city"], "indicator": indicator, "group": TOTAL,
                    "reference_year": summed["year"], "period": summed["month"].map(PERIODS),
                    "source": source, "release": release, "value": summed["value"].mask(summed["none"]),
                    "unit": WELLBEING[indicator], "numerator": np.nan, "denominator": np.nan, "status": status,
                    "producer": PUBLISHER, "licence": sheet.licence,
                }
            )
        )  # fmt: skip
    return pd.concat(told_tables, ignore_index=True) if told_tables else pd.DataFrame()


def _refuse_twice_told(found: dict[str, pd.DataFrame]) -> None:
    """Refuse a figure that two tables of one delivery tell."""
    whole = pd.concat(found, names=["sheet"]).reset_index("sheet")
    key = tables.key("wellbeing")
    twice = whole.duplicated(key).to_numpy()
    if twice.any():
        row = whole.iloc[int(twice.argmax())]
        said = " ".join(str(row[name]) for name in ("city", "indicator", "reference_year", "period"))
        named = whole["sheet"][(whole[key] == row[key]).all(axis=1)]
        raise Refused("told_twice", found=quoted(said), expected=quoted(", ".join(named)), sheet=str(row["sheet"]))
