"""What the command line prints: snapshots, receipts, progress, tables, and refusals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from seg_pipeline import settings

if TYPE_CHECKING:
    from seg_pipeline.snapshots import Snapshot
    from seg_pipeline.sources.archive import Archive, Receipt
    from seg_pipeline.sources.reception import Reception
    from seg_pipeline.sources.source import Delivered, Source

FINDINGS = {  # rule of a finding in the manifest: what is said of its subjects
    "arrived": "nothing has been received from",
    "late": "nothing of the edition's own year yet from",
    "refused": "a file was put aside, of",
    "unavailable": "the service did not answer, of",
    "lost": "a later file no longer tells all that an earlier one told, of",
    "withheld": "raw counts, not published before they are protected, of",
}


class Failed(click.ClickException):
    """A foreseen failure: its message goes to standard error as it is, the exit status is 1."""

    def show(self, file: Any = None) -> None:
        """Print the message."""
        click.echo(self.format_message(), file=file or sys.stderr)


def show(snapshot: Snapshot) -> None:
    """Print where a snapshot is, what is in it, what to know of it, and the eleven cities."""
    from seg_pipeline.defs.summary import eleven

    if snapshot.made_up:
        click.secho(snapshot.manifest["notice"]["en"], bold=True)
    click.echo(f"snapshot {snapshot.version}, published {snapshot.manifest['published']}")
    click.echo(f"where    {snapshot.where}")
    click.echo(f"content  sha256 {snapshot.manifest['content']}")
    if before := snapshot.manifest.get("predecessor"):
        compared = snapshot.manifest.get("compared_with") or "none"
        click.echo(f"after    {before['version']}; CHANGES.md says what differs from {compared}")
    held = ", ".join(f"{name} {rows:,}" for name, rows in snapshot.manifest["tables"].items())
    click.echo(f"rows     {held}")
    for rule, said in FINDINGS.items():
        findings = [finding for finding in snapshot.manifest["findings"] if finding["rule"] == rule]
        subjects = list(dict.fromkeys(finding["subject"] for finding in findings))
        if subjects:
            click.echo(f"{rule:<8} {said}: {', '.join(subjects)}")
    click.echo("\nDissimilarity D by postal area (* by city district), latest reference year")
    rows = eleven(snapshot.table("indicators"))
    table(list(rows[0]), [list(map(str, row.values())) for row in rows])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns under a head."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, ["-" * width for width in widths], *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def listed(snapshot: Snapshot) -> list[str]:
    """Return the line of a snapshot in a list; a damaged one is listed as such."""
    try:
        rows = snapshot.manifest["tables"]
    except settings.Foreseen:
        return [snapshot.version, "damaged: see `seg snapshots verify`", "", "", ""]
    made_up = "yes" if snapshot.made_up else "no"
    return [snapshot.version, snapshot.manifest["published"], made_up, str(len(rows)), f"{sum(rows.values()):,}"]


def say_received(archive: Archive, taken: Reception) -> None:
    """Print what became of a file in the archive."""
    receipt = taken.receipt
    again = f"seg withdraw {receipt.source} --release {receipt.release} --part {receipt.part} --why …"
    if taken.new:
        click.echo(f"received {receipt}: {receipt.file}, {receipt.size:,} bytes, sha256 {receipt.sha256}")
        if receipt.revision > 1:
            click.echo(f"it takes the place of revision {receipt.revision - 1}, which is kept; to undo: {again}")
    else:
        click.echo(f"received before: {receipt}, on {receipt.when}; nothing to do")
        if not _counts_now(archive, receipt):
            click.echo(f"a later revision is the one that is read; to return to these bytes, withdraw it: {again}")
    if int(receipt.release[:4]) > datetime.now(UTC).year:
        click.echo(f"note: editions before {receipt.release[:4]} do not read release {receipt.release}")


def delivered(what: Delivered) -> None:
    """Print what a delivery holds: rows of each table, what its source has hidden, years of each subject."""
    for name, told in what.tables.items():
        hidden = int((told["status"] == "suppressed").sum()) if "status" in told else 0
        said = f" ({hidden:,} suppressed by the source)" if hidden else ""
        click.echo(f"{name}: {len(told):,} rows{said}")
        subject = next((column for column in ("dimension", "indicator", "funding") if column in told), "")
        if subject and len(told):
            years = told.groupby(subject)["reference_year"].agg(["min", "max"])
            spans = (f"{what} {_span(first, last)}" for what, first, last in years.itertuples())
            click.echo(f"  {', '.join(spans)}")
    kept = ", ".join(f"{name} {number:,}" for name, number in what.rows.items())
    click.echo(f"rows of the file: {kept}")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _counts_now(archive: Archive, receipt: Receipt) -> bool:
    return receipt in archive.current(receipt.source, int(receipt.release[:4]))


def refused(archive: Archive, receipt: Receipt, why: str, language: str = "en") -> Failed:
    """Return the failure of a refused file: why, where it is kept, what is used instead, and what to do."""
    from seg_pipeline.catalogue import texts
    from seg_pipeline.sources import all_sources

    earlier = [
        kept
        for kept in archive.revisions(receipt.source, receipt.release, receipt.part)
        if kept.revision < receipt.revision and not archive.withdrawn(kept)
    ]
    source = all_sources()[receipt.source]
    used = next((kept for kept in reversed(earlier) if _readable(archive, source, kept)), None)
    said = {key: texts("texts", "text")[key][language] for key in ("kept_as", "still_used", "nothing_used")}
    instead = said["still_used"].format(used.revision) if used else said["nothing_used"]
    return Failed(f"refused: {why} {said['kept_as'].format(receipt)} {instead}")


def _readable(archive: Archive, source: Source, receipt: Receipt) -> bool:
    from seg_pipeline.sources.refusal import Refused

    try:
        source.tables(archive.read(receipt), receipt.release, receipt.file)
    except Refused:
        return False
    return True


def progress(step: str, done: int, of: int, seconds: float, failed: bool) -> None:
    """Print one finished step of a run."""
    click.echo(f"  [{done:>2}/{of}] {step:<12} {seconds:5.1f} s{'  FAILED' if failed else ''}", err=True)
