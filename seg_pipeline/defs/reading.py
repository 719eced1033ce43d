"""From a source's deliveries to its tables. A delivery that cannot be used is put aside whole. Knows no Dagster.

Of each part of a release the last revision that can be read is used; those before it stay in the archive, and what
differs between the two is told. What became of every delivery is the source's table ``deliveries``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.quality import contracts, revisions
from seg_pipeline.quality.revisions import WATCHED, Issue
from seg_pipeline.sources.archive import Archive, Receipt
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Source


@dataclass(frozen=True)
class Taken:
    """What is used of a source for an edition: its tables, its receipts, and what became of every delivery."""

    tables: dict[str, pd.DataFrame]
    used: list[tuple[Receipt, Delivered]]
    refused: list[tuple[Receipt, str]]  # those that no later file has put right
    lost: list[tuple[Receipt, str]]  # deliveries whose successor no longer tells all that they told
    again: int  # rows that another delivery tells as well

    @property
    def judged(self) -> list[str]:
        """The tables that are those of one delivery, which was found to keep its contracts."""
        return [
            name for name, table in self.tables.items() if any(table is one.tables.get(name) for _, one in self.used)
        ]


@dataclass
class _Reading:
    """The deliveries of one source as they are read."""

    source: Source
    archive: Archive
    used: list[tuple[Receipt, Delivered]] = field(default_factory=list)
    refused: list[tuple[Receipt, str]] = field(default_factory=list)
    replaced: list[tuple[Receipt, str | None]] = field(default_factory=list)
    moved: list[pd.DataFrame] = field(default_factory=list)

    def take(self, part: list[Receipt]) -> None:
        """Use the last revision of a part that can be read, and compare it with the readable one before it."""
        readable: list[tuple[Receipt, Delivered]] = []
        for receipt in reversed(part):
            if len(readable) == 2:
                self.replaced.append((receipt, None))
            elif delivered := self._read(receipt):
                readable.append((receipt, delivered))
        if readable:
            self.used.append(readable[0])
        for (after, new), (before, old) in pairwise(readable):
            self.replaced.append((before, _lost(old, new, after)))
            self.moved += _differences((before, old), (after, new), gone=True)

    def corrected(self, refused: Receipt) -> bool:
        """True when a later revision, or a file of the same name that came later, is used in a refused one's place."""
        return any(
            (r.part == refused.part and r.revision > refused.revision)
            or (r.file == refused.file and r.received >= refused.received)
            for r, _ in self.used
            if r.release == refused.release
        )

    def _read(self, receipt: Receipt) -> Delivered | None:
        """Return what a delivery holds, or put it aside with the reason."""
        try:
            delivered = self.source.tables(self.archive.read(receipt), receipt.release, receipt.file)
        except Refused as refused:
            self.refused.append((receipt, refused.message(discreet=not self.source.open)))
            return None
        broken = [f for name, table in delivered.tables.items() for f in contracts.findings(table, name)]
        if broken:
            self.refused.append((receipt, "; ".join(map(str, broken))))
            return None
        return delivered


def take(source: Source, archive: Archive, edition: int) -> Taken:
    """Return what is used of a source for an edition, with the tables that it tells, ``deliveries``, ``revisions``."""
    reading = _Reading(source, archive)
    for part in archive.counting(source.id, edition):
        reading.take(part)
    parts = {name: _telling(reading, name) for name in source.tells}
    made = {name: join(told, name) for name, told in parts.items()}
    if not source.open and "areas" in made:  # areas go out, and what a closed source counts does not
        made["areas"] = tables.conform(made["areas"].assign(population=None, population_year=None), "areas")
    for one, other in combinations(reading.used, 2):
        if one[0].release == other[0].release:
            reading.moved += _differences(other, one)
    again = sum(len(one) for told in parts.values() for one in told) - sum(map(len, made.values()))
    made["deliveries"] = _deliveries(reading)
    moved = [*reading.moved, *_between_releases(made, {r.release: r.revision for r, _ in reading.used})]
    made["revisions"] = join([table for table in moved if len(table)], "revisions")
    lost = [(receipt, reason) for receipt, reason in reading.replaced if reason]
    standing = [(receipt, reason) for receipt, reason in reading.refused if not reading.corrected(receipt)]
    return Taken(made, reading.used, standing, lost, again)


def _telling(reading: _Reading, name: str) -> list[pd.DataFrame]:
    """Return the tables of one name that are used, those that go before others first.

    A city sends each table whole: of a release, the file that was received last tells it. What a city's files say of
    its areas is put together, the last file's words first.
    """
    used = [(receipt, one.tables[name]) for receipt, one in reading.used if name in one.tables]
    if not reading.source.city:
        return [table for _, table in used]
    last = sorted(used, key=lambda told: (told[0].received, told[0].revision), reverse=True)
    if name == "areas":
        return [table for _, table in last]
    by_release: dict[str, pd.DataFrame] = {}
    for receipt, table in last:
        if len(table):
            by_release.setdefault(receipt.release, table)
    return [by_release[release] for release in sorted(by_release)]


def join(parts: list[pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the parts of a source as one table.

    The original release goes before a part of it that tells the same cell again; of an area told more than once
    the row with the latest population goes before the others.
    """
    if len(parts) < 2:
        return parts[0] if parts else tables.empty(name)
    whole = pd.concat(parts, ignore_index=True)
    if name == "areas":
        whole = whole.sort_values("population_year", ascending=False, na_position="last", kind="stable")
        return tables.conform(coalesced(whole, name), name)
    return tables.conform(whole.drop_duplicates(tables.key(name)), name)


def coalesced(told: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one row for each key of a table: in each column what the first of its rows that knows it says."""
    key = tables.key(name)
    if not told.duplicated(key).any():
        return told
    return told.groupby(key, sort=False, as_index=False).first()


def _differences(
    before: tuple[Receipt, Delivered], after: tuple[Receipt, Delivered], gone: bool = False
) -> list[pd.DataFrame]:
    """Return the cells that two deliveries tell differently; with `gone`, those too that only one of them tells."""
    (first, old), (then, new) = before, after
    issues = Issue(first.release, first.revision), Issue(then.release, then.revision)
    return [
        revisions.between(old.tables[name], new.tables[name], name, *issues, gone=gone)
        for name in WATCHED
        if name in old.tables and name in new.tables
    ]


def _lost(old: Delivered, new: Delivered, after: Receipt) -> str | None:
    """Return what a delivery told of which the one in its place is silent."""
    lost = [
        subject
        for name, named in WATCHED.items()
        if name in old.tables and name in new.tables
        for subject in sorted(set(old.tables[name][named["subject"]]) - set(new.tables[name][named["subject"]]))
    ]
    return f"it told {', '.join(lost)}; revision {after.revision}, used in its place, does not" if lost else None


def _between_releases(made: Mapping[str, pd.DataFrame], revision: Mapping[str, int]) -> list[pd.DataFrame]:
    """Return what each release tells differently from the one before it."""
    found = []
    for name in WATCHED:
        if name in made:
            by_release = {str(release): told for release, told in made[name].groupby("release", sort=True)}
            found += [
                revisions.between(old, new, name, Issue(first, revision[first]), Issue(then, revision[then]))
                for (first, old), (then, new) in pairwise(by_release.items())
            ]
    return found


def _deliveries(reading: _Reading) -> pd.DataFrame:
    """Return what became of every delivery, as the contract ``deliveries``."""
    fates = [
        *((receipt, "read", sum(one.rows.values()), None) for receipt, one in reading.used),
        *((receipt, "replaced", None, reason) for receipt, reason in reading.replaced),
        *(
            (receipt, "corrected" if reading.corrected(receipt) else "refused", None, reason)
            for receipt, reason in reading.refused
        ),
    ]
    rows = [
        {"source": r.source, "release": r.release, "part": r.part, "revision": r.revision, "file": r.file,
         "received": r.received, "sha256": r.sha256, "outcome": outcome, "rows": rows, "reason": reason}
        for r, outcome, rows, reason in fates
    ]  # fmt: skip
    columns = list(tables.CONTRACTS["deliveries"].columns)
    return tables.conform(pd.DataFrame(rows, columns=columns), "deliveries")
