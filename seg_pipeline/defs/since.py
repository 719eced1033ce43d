"""What a snapshot says of the one before it: what moved each figure, what changed, what is gone and why. No Dagster.

Which one is before it? Of the same kind (made up, or real) the newest that is not of a later edition: the edition's own
latest, or else the latest of the newest edition before it. So an older edition that is published again, 2026.4 after
2027.1, is compared with 2026.3 and need not tell what only 2027 tells; and 2028.1 is compared with 2027.1 and not with
the 2026.4 that was published after it, lest a figure that only 2027 told be gone unseen. What 2026.4 tells anew comes
from deliveries that stay in the archive, which the next edition reads too. The chain of manifests is another matter:
each names whatever was published last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from seg_pipeline import catalogue, classifications, tables
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.indicators import waterfall
from seg_pipeline.quality.finding import Finding
from seg_pipeline.snapshots import Snapshot, versions
from seg_pipeline.snapshots.comparing.changelog import FILE, changes
from seg_pipeline.snapshots.comparing.diff import Difference, difference
from seg_pipeline.snapshots.comparing.reasons import Known
from seg_pipeline.snapshots.comparing.sides import Side, about_to_be, side
from seg_pipeline.snapshots.comparing.withdrawn import WithdrawnError, facts, gone, unexplained
from seg_pipeline.snapshots.publish import Beside
from seg_pipeline.snapshots.store import VERSION, order
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Receipt

RULE = "withdrawn"
NOT_TOLD = "…"  # a person's words about a delivery that is not public
TO_BE = "the edition"  # what content is called before it has a version
Content = Mapping[str, pd.DataFrame]


class Comparison(NamedTuple):
    """What differs between two snapshots, the table ``moved``, and what was withdrawn, as the manifest tells it."""

    difference: Difference
    moved: pd.DataFrame
    withdrawn: list[dict[str, Any]]


def since(edition: Edition, content: Content, origin: Mapping[str, Any]) -> Callable[[Snapshot | None, str], Beside]:
    """Return what makes the things that stand beside `content`, from the last snapshot and the version to be."""

    def beside(last: Snapshot | None, version: str) -> Beside:
        after = about_to_be(version, edition.year, edition.warehouse.settings.made_up, content, origin)
        before = None if last is None else follows(edition.year, _like(last))
        return _first(after) if before is None else _next(before, after, partial(known, edition, before, content))

    return beside


def _first(after: Side) -> Beside:
    nothing = tables.empty("moved")
    said = changes(None, nothing, [], after.version, after.made_up)
    return Beside({"moved": nothing}, {FILE: said.encode()}, {"compared_with": None, "withdrawn": []})


def _next(before: Snapshot, after: Side, known: Callable[[], Known]) -> Beside:
    """Return what stands beside content that follows a snapshot. Raises WithdrawnError as `findings` would."""
    published = side(before)
    figures = gone(published, after, known)
    if silent := unexplained(figures):
        raise WithdrawnError("; ".join(f"{table}: {rows} rows {what}" for table, what, rows, _ in silent))
    terms, withdrawn = moved(published, after), facts(figures)
    said = changes(difference(published, after), terms, withdrawn, after.version, after.made_up)
    told = {"compared_with": before.version, "withdrawn": withdrawn}
    return Beside({"moved": terms}, {FILE: said.encode()}, told)


def findings(edition: Edition, content: Content) -> list[Finding]:
    """Return, for each table and release of which figures would be gone unexplained, what forbids publication."""
    before = _before(edition)
    if before is None:
        return []
    after = about_to_be(TO_BE, edition.year, edition.warehouse.settings.made_up, content, {})
    silent = unexplained(gone(side(before), after, partial(known, edition, before, content)))
    return [Finding("block", table, RULE, what, rows, example) for table, what, rows, example in silent]


def withdrawals(edition: Edition) -> list[dict[str, Any]]:
    """Return which deliveries that the snapshot before was made from were withdrawn, each receipt with its reason."""
    before = _before(edition)
    return [] if before is None else _withdrawals(edition, before)


def between(before: Snapshot, after: Snapshot) -> Comparison:
    """Return what differs between any two published snapshots.

    What moved is as `after` published it where it was compared with `before`, and is worked out anew where it was not.
    """
    if after.manifest.get("compared_with") == before.version:
        terms = after.table("moved")
    else:
        terms = moved(side(before), side(after))
    later = [s for s in _like(after) if _sequence(before) < _sequence(s) <= _sequence(after)]
    withdrawn = [fact for snapshot in later for fact in snapshot.manifest.get("withdrawn", ())]
    return Comparison(difference(before, after), terms, withdrawn)


def moved(before: Side, after: Side) -> pd.DataFrame:
    """Return the table ``moved``: what moved each figure from one side to the other, from published tables alone."""
    earlier, later = (
        waterfall.Side(one.version, *(_table(one, name) for name in ("counts", "areas", "indicators")))
        for one in (before, after)
    )
    walk, definitions = _table(after, "crosswalk"), catalogue.rows("definitions")
    found = waterfall.waterfall(earlier, later, walk, ordered=classifications.ORDERED, definitions=definitions)
    return tables.conform(found, "moved")


def _table(one: Side, name: str) -> pd.DataFrame:
    return one.frame(name) if name in one.tables else tables.empty(name)


def follows(edition: int, among: Iterable[Snapshot]) -> Snapshot | None:
    """Return which of these one of `edition` is compared with: the newest that is not of a later edition."""
    return max((s for s in among if s.edition <= edition), key=lambda s: order(s.version), default=None)


def known(edition: Edition, before: Snapshot, content: Content) -> Known:
    """Return what the archive, the books and the catalogue know of the deliveries that `before` was made from."""
    sources = all_sources()
    books = [edition.warehouse.read((source, "deliveries"), edition.year) for source in sources]
    rows = [row for book in books for row in book.to_dict("records")]
    had = {_of(receipt) for receipt in before.manifest["receipts"]}
    read = {_of(row) for row in rows if row["outcome"] == "read"}
    lost = {delivery[:2] for delivery in had - read}
    refused = [row for row in rows if row["outcome"] == "refused" and _of(row)[:2] in lost]
    return Known(
        withdrawn={_of(one["receipt"])[:2]: one["why"] for one in _withdrawals(edition, before)},
        refused={_of(row)[:2]: f"{row['file']}: {row['reason']}" for row in refused},
        revised={_of(row)[:2]: row["file"] for row in rows if _of(row) in read - had},
        waived=_waived(content["coverage"]),
        closed=frozenset(source.id for source in sources.values() if not source.open),
        tell_areas=frozenset(source.id for source in sources.values() if "areas" in source.tells),
        codes={
            "source": frozenset(sources),
            "dimension": frozenset(classifications.DIMENSIONS),
            "indicator": frozenset([*catalogue.texts("indicators", "indicator"), *classifications.WELLBEING]),
        },
    )


def _withdrawals(edition: Edition, before: Snapshot) -> list[dict[str, Any]]:
    receipts = [Receipt(**receipt) for receipt in before.manifest["receipts"]]
    told = [(r, why) for r in receipts if (why := edition.archive.withdrawn(r))]
    return [{"receipt": asdict(r), "why": why if all_sources()[r.source].open else NOT_TOLD} for r, why in told]


def _of(row: Mapping[Any, Any]) -> tuple[str, str, str, str]:
    """Return which bytes a receipt, or a row of the books, is about: of which source, release and part."""
    return row["source"], row["release"], row["part"], row["sha256"]


def _before(edition: Edition) -> Snapshot | None:
    settings = edition.warehouse.settings
    return follows(edition.year, [s for s in versions(settings.snapshots) if s.made_up == settings.made_up])


def _like(last: Snapshot) -> list[Snapshot]:
    """Return the snapshots of the same kind on the same shelf."""
    there = [Snapshot(version, last.shelf) for version in last.shelf.versions() if VERSION.fullmatch(version)]
    return sorted((s for s in there if s.made_up == last.made_up), key=_sequence)


def _sequence(snapshot: Snapshot) -> int:
    return int(snapshot.manifest.get("sequence", 0))


def _waived(coverage: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    rows = coverage[coverage["status"] == "waived"].to_dict("records")
    return {(row["source"], row["table"], row["subject"]): f"{row['note']} ({row['who']})" for row in rows}
