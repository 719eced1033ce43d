"""Every value that was ever published of a figure: when, by which release and method, and why it moved.

It goes through the snapshots of one kind in the order in which they were published. The reasons are the terms of each
snapshot's own table ``moved``, in words, the largest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.snapshots import store
from seg_pipeline.snapshots.comparing.wording import decimals, said, signed

if TYPE_CHECKING:
    from seg_pipeline.snapshots.store import Snapshot

SERIES = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale"]
FIGURE = [*SERIES, "reference_year"]
VALUES = ["value", "lower", "upper", "status"]
COLUMNS = [
    *FIGURE, *VALUES, "release", "boundary_vintage", "method_version", "snapshot", "published", "why",
]  # fmt: skip
TOTAL = "total"
Row = dict[str, Any]


def history(snapshot: Snapshot, indicator: str, city: str, language: str = "en", **where: Any) -> pd.DataFrame:
    """Return every value that snapshots up to `snapshot` have published of an indicator in a city.

    `where` narrows it down, as in ``table``: dimension, group, reference_group, geography, scale, reference_year. Each
    row is what one snapshot says of one year: value, its 95 % interval (of the corrected value) and status, release,
    boundary vintage, method version, snapshot, when it was published (UTC), and ``why`` it is not as in the snapshot
    before; a figure that a snapshot no longer tells has a row without value. Rows are in the order of the figures,
    years and snapshots. Raises SnapshotError for a name that is in no snapshot, with what it may have meant.
    """
    asked = {"indicator": indicator, "city": city} | where
    chain = published(snapshot)
    told = {one.version: _rows(one, "indicators", asked) for one in chain}
    there = [table for table in told.values() if len(table)]
    if not there:
        snapshot.table("indicators", **asked)  # says what a name that is nowhere may have meant
        return pd.DataFrame(columns=COLUMNS)
    moved = {one.version: _rows(one, "moved", {"indicator": indicator, "city": city}) for one in chain}
    known = pd.concat(there, ignore_index=True)
    lines = [
        line
        for _, figure in known.groupby(FIGURE, dropna=False, sort=True)
        for line in _lines(figure, chain, moved, language)
    ]
    kinds = {name: kind for name, kind in known.dtypes.items() if name in COLUMNS}
    found = pd.DataFrame(lines, columns=COLUMNS).astype(kinds)
    found.attrs = {"snapshot": snapshot.version, "made_up": snapshot.made_up, "citation": snapshot.citation}
    return found


def published(snapshot: Snapshot) -> list[Snapshot]:
    """Return the snapshots of the same kind up to this one, in the order in which they were published."""
    there = [
        store.Snapshot(version, snapshot.shelf)
        for version in snapshot.shelf.versions()
        if store.VERSION.fullmatch(version)
    ]
    chain = sorted((one for one in there if one.made_up == snapshot.made_up), key=_place)
    return [one for one in chain if _place(one) <= _place(snapshot)]


def _place(snapshot: Snapshot) -> tuple[int, tuple[bool, int, int]]:
    return int(snapshot.manifest.get("sequence", 0)), store.order(snapshot.version)


def _rows(snapshot: Snapshot, name: str, asked: dict[str, Any]) -> pd.DataFrame:
    """Return the rows that are asked for, none where the snapshot does not know the names."""
    if name not in snapshot.tables or snapshot.manifest["tables"][name] == 0:
        return pd.DataFrame()
    try:
        found = snapshot.table(name, **asked)
    except store.SnapshotError:
        snapshot.table(name, columns=[])  # a table that cannot be read is another matter
        return pd.DataFrame()
    return found.assign(snapshot=snapshot.version, published=snapshot.manifest["published"])


def _lines(figure: pd.DataFrame, chain: list[Snapshot], moved: dict[str, pd.DataFrame], language: str) -> Iterator[Row]:
    """Yield what each snapshot says of one figure in one year."""
    by_snapshot = {version: rows.to_dict("records") for version, rows in figure.groupby("snapshot", sort=False)}
    before: list[Row] = []
    for one in chain:
        now: list[Row] = [{str(k): v for k, v in row.items()} for row in by_snapshot.get(one.version, [])]
        for row in now:
            same = [old for old in before if old["release"] == row["release"]]
            yield row | {"why": _why(row, (same or before)[-1:], moved[one.version], language)}
        if before and not now:
            empty = dict.fromkeys((*VALUES, "release", "boundary_vintage", "method_version"))
            last = {"snapshot": one.version, "published": one.manifest["published"]}
            yield before[-1] | empty | last | {"why": said("history_gone", language)}
        before = now


def _why(row: Row, before: list[Row], moved: pd.DataFrame, language: str) -> str:
    if not before:
        return said("history_first", language)
    old = before[0]
    if old["status"] != row["status"]:
        return said("history_status", language, before=old["status"], after=row["status"])
    if _same(old, row, "value"):
        details = ("lower", "upper", "release", "method_version")
        as_before = all(_same(old, row, name) for name in details)
        return said("history_same" if as_before else "history_details", language)
    terms, places = _terms(row, moved), decimals(row["value"] - old["value"])
    words = catalogue.texts("terms", "term")
    listed = [f"{words[term][language]} {signed(value, language, places)}" for term, value in terms]
    return "; ".join(listed) or said("history_unknown", language)


def _terms(row: Row, moved: pd.DataFrame) -> list[tuple[str, float]]:
    """Return what moved the figure of this year since the snapshot before, the largest first."""
    if moved.empty:
        return []
    of = moved[(moved["term"] != TOTAL) & moved["value"].fillna(0).ne(0)]
    for column in SERIES:
        of = of[of[column].isna() if pd.isna(row[column]) else of[column] == row[column]]
    year = row["reference_year"]
    of = of[(of["from_year"] == year) & (of["to_year"] == year) & (of["to_release"] == row["release"])]
    return sorted(zip(of["term"], of["value"], strict=True), key=lambda term: (-abs(term[1]), term[0]))


def _same(one: Row, other: Row, name: str) -> bool:
    return bool(one[name] == other[name]) or all(pd.isna(row[name]) for row in (one, other))
