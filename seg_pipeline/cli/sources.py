"""Commands on sources: what there is, fetch it from its service, ask whether a service has moved, what has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked, printed
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.source import Source


@click.group()
def sources() -> None:
    """List the sources, fetch them, probe their services, show what has arrived."""


@sources.command("list")
def list_() -> None:
    """List the sources: who publishes each, under which licence, and how it comes in."""
    from seg_pipeline.sources import all_sources

    rows = [
        [s.id, s.publisher, ", ".join(s.tells), s.licence, s.cadence, "fetched or file" if s.fetch else "file"]
        for s in all_sources().values()
    ]
    printed.table(["source", "publisher", "tells", "licence", "cadence", "comes as"], rows)


@sources.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@asked.EDITION
def fetch(names: Sequence[str], edition: int | None) -> None:
    """Fetch SOURCES (default: all that have a service) for an edition into the archive.

    A service that does not answer leaves what is archived as it is; the refresh then uses it and says so.
    """
    from seg_pipeline.sources.archive import Archive

    archive = Archive(settings.current("own").archive)
    failed = fetch_all(archive, names, asked.edition(edition))
    if failed:
        raise Failed(f"{failed} of the services did not answer; what was archived before is still used")


def fetch_all(archive: Archive, names: Sequence[str], edition: int) -> int:
    """Fetch sources, printing a line for each; return how many services did not answer."""
    from seg_pipeline.sources.fetching import fetch as fetch_one
    from seg_pipeline.sources.http import Client

    chosen = _with_service(names)
    failed = 0
    with Client() as client:
        for source in chosen:
            click.echo(f"  {source.id:<24} ", nl=False, err=True)
            attempt, new = fetch_one(archive, source, edition, client)
            failed += attempt.outcome == "unavailable"
            size = sum(receipt.size for receipt in new)
            said = f"{len(new)} new, {size:,} bytes" if new else attempt.why or "as it was"
            click.echo(f"{attempt.outcome}: {said}", err=True)
    return failed


@sources.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
def probe(names: Sequence[str]) -> None:
    """Ask each live service whether it still is what the catalogue says: addresses, titles, limits, licences.

    Run it weekly. It changes nothing and archives nothing. Exit status 1: something has moved or is down.
    """
    from seg_pipeline.sources.http import Client

    trouble = 0
    with Client() as client:
        for source in _with_service(names):
            trouble += _probed(source, client)
    if trouble:
        raise Failed(f"{trouble} things have moved or did not answer; addresses are in data/catalogue/services.csv")
    click.echo("every service is as the catalogue says")


def _probed(source: Source, client: object) -> int:
    from seg_pipeline.sources.http import Unavailable
    from seg_pipeline.sources.refusal import Refused

    trouble = 0
    try:
        for canary in source.probe(client) if source.probe else ():  # type: ignore[arg-type]
            trouble += canary.moved
            found = f"MOVED: expected {canary.expected}, found {canary.found}" if canary.moved else canary.found
            click.echo(f"{source.id}: {canary.what}: {found}")
    except (Unavailable, Refused) as failed:
        trouble += 1
        click.echo(f"{source.id}: DOWN: {failed}")
    return trouble


@sources.command()
@asked.EDITION
@asked.PROFILE
@click.option("--all", "everything", is_flag=True, help="Also what has arrived, not only what has not.")
def coverage(edition: int | None, profile: str | None, everything: bool) -> None:
    """Show what has arrived for an edition, as the last refresh found it: late, refused, waived, revised."""
    from seg_pipeline.defs.lineage import COVERAGE
    from seg_pipeline.defs.warehouse import Warehouse

    warehouse, year = Warehouse(settings.current(profile)), asked.edition(edition)
    if not warehouse.lineage(COVERAGE, year):
        raise Failed(f"edition {year} has not been refreshed yet; `seg refresh --edition {year}` does it")
    table = warehouse.read(COVERAGE, year)
    shown = table if everything else table[table["status"] != "arrived"]
    columns = ["source", "table", "subject", "status", "release", "reference_year", "rows", "note", "who"]
    rows = shown[columns].astype("object").where(shown[columns].notna(), "–").astype(str).to_numpy().tolist()
    if rows:
        printed.table(columns, rows)
    arrived = int(table["status"].isin(["arrived", "revised"]).sum())
    click.echo(f"edition {year}: {arrived} of {len(table)} subjects have arrived")


def _with_service(names: Sequence[str]) -> list[Source]:
    """Return the sources named, or all that have a live service; refuse one that has none."""
    from seg_pipeline.sources import all_sources

    chosen = [asked.source(name) for name in names] or [s for s in all_sources().values() if s.fetch]
    for source in chosen:
        if source.fetch is None:
            raise click.BadParameter(
                f"{source.id} has no service; `seg receive {source.id} FILE --release YEAR` takes a file",
                param_hint="SOURCE",
            )
    return chosen
