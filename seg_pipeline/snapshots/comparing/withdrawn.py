"""Nothing is withdrawn in silence: which published figures are told no more, and the reason of each.

A figure is gone where no row has its key, columns aside that only say which edition of a source or of a division tells
it. One that is hidden now is not gone: its status says so. A figure without a reason must not be published away; how a
reason is found is in `reasons`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa

from seg_pipeline import parquet
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.settings import Foreseen
from seg_pipeline.snapshots.comparing.aligned import absent
from seg_pipeline.snapshots.comparing.reasons import DECIDED, LINES, TOLD, Known, explained
from seg_pipeline.snapshots.comparing.sides import Side
from seg_pipeline.snapshots.comparing.wording import said

WATCHED = {  # the tables, and what of their keys only says which edition
    "indicators": ("release",),
    "wellbeing": ("release",),
    "area_profiles": ("release", "boundary_vintage"),
    "counts": ("release", "boundary_vintage"),
    "areas": ("boundary_vintage",),
}
DELIVERY = ["source", "release"]
FACT = [*DELIVERY, "table", *TOLD]


class WithdrawnError(Foreseen):
    """A published figure would be gone without a reason."""


def gone(before: Side, after: Side, known: Callable[[], Known]) -> pd.DataFrame:
    """Return the figures that are told no more: their key, ``table``, and the columns `TOLD` of their reason.

    `known` is asked for what is known of deliveries and sources only where something is gone.
    The reason is empty where there is none, ``decided``, or the ending of a text ``reason_…`` of the catalogue.
    """
    missing = {name: _gone(name, before, after) for name in WATCHED}
    lost = {name: figures for name, figures in missing.items() if len(figures)}
    asked = known() if lost else Known()
    parts = [explained(name, figures, before, after, asked) for name, figures in lost.items()]
    return pd.concat([pd.DataFrame(columns=[*FACT, "city"]), *parts], ignore_index=True)


def facts(figures: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the manifest and the changelog tell: how many rows of what are gone, and why, in three languages."""
    told = figures[figures["reason"] != ""].groupby(FACT, sort=True)["city"]
    return [_fact(dict(zip(FACT, map(str, of), strict=True)), cities) for of, cities in told]


def unexplained(figures: pd.DataFrame) -> list[tuple[str, str, int, str]]:
    """Return what is gone without a reason: the table, what to do in words, how many rows, an example."""
    silent = figures[figures["reason"] == ""]
    return [
        (str(table), _remedy(str(table), str(source), str(release), rows["city"]), len(rows), _example(rows))
        for (table, source, release), rows in silent.groupby(["table", *DELIVERY], sort=True)
    ]


def _gone(name: str, before: Side, after: Side) -> pd.DataFrame:
    there, left = before.tables.get(name), after.tables.get(name)
    if there is None:
        return pd.DataFrame()
    key = [column for column in there.key if left is None or column in left.columns]
    figure = [column for column in key if column not in WATCHED[name]]
    at = range(there.rows) if left is None else absent(there, left, figure)
    taken = there.read(key).take(pa.array(at, pa.int64()))
    return parquet.to_pandas(taken.cast(pa.schema([pa.field(column, there.columns[column].type) for column in key])))


def _fact(of: dict[str, str], cities: pd.Series[str]) -> dict[str, Any]:
    """Return a fact of the manifest from the rows that are gone for one reason."""
    reason = (
        dict(zip(LANGUAGES, of["detail"].split(LINES), strict=True))
        if of["reason"] == DECIDED
        else {language: said(f"reason_{of['reason']}", language, detail=of["detail"]) for language in LANGUAGES}
    )
    where = {"cities": sorted(set(cities)), "rows": len(cities)}
    return (
        {name: of[name] for name in ("table", *DELIVERY)}
        | where
        | {"reason": reason, "who": of["who"], "date": of["date"]}
    )


def _remedy(table: str, source: str, release: str, cities: pd.Series[str]) -> str:
    of = " ".join(filter(None, (source, release)))
    city = str(cities.iloc[0]) if len(set(cities)) == 1 else ""
    says = ("<suomeksi>", "<på svenska>", "<in English>", "<who>", "<date>")
    row = ",".join([table, source, release, city, "", "", *says])
    return (
        f"published before{f' of {of}' if of else ''}, told no more, and nothing says why. If this is a fault, put it "
        "right (`seg received` shows the deliveries). If it is meant, say why in data/catalogue/withdrawals.csv, "
        f"such as: {row}"
    )


def _example(rows: pd.DataFrame) -> str:
    cells = rows.iloc[0].drop(["table", *TOLD]).dropna()
    return ", ".join(f"{name} {cell}" for name, cell in cells.items() if cell != "")
