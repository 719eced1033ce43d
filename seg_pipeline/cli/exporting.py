"""``seg snapshots export``: a snapshot in the format that somebody asks for."""

from __future__ import annotations

from pathlib import Path

import click

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.cli import asked, printed
from seg_pipeline.snapshots.formats import FORMATS, ExportError, Format, choose, place
from seg_pipeline.snapshots.formats.export import Export, Plan

ALL = "all"


@click.command()
@click.argument("version", default="latest")
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice([*FORMATS, ALL]),
    help="; ".join(f"{one.name} (.{one.suffix}): {one.says}" for one in FORMATS.values()) + "; all: each of them.",
)
@click.option("--table", "tables", multiple=True, help="A table; may be given again. Default: every table.")
@click.option(
    "--city", "cities", multiple=True, help="A city by name or code (Helsinki, Esbo, 091); may be given again."
)
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder to write to. Default: here.",
)
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="json-stat: of its labels. Default: en.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(
    version: str,
    form: str,
    tables: tuple[str, ...],
    cities: tuple[str, ...],
    to: Path,
    bom: bool,
    language: str | None,
    force: bool,
) -> None:
    """Write a snapshot, or some of its tables and cities, in another format. Nothing is replaced without --force."""
    for option, given, of in (("--bom", bom, "csv"), ("--language", language, "json-stat")):
        if given and form not in (of, ALL):
            raise click.UsageError(f"{option} belongs to --format {of}")
    snapshot = asked.snapshot(version)
    chosen = choose(snapshot, tables, cities, bom=bom, language=language or "en")
    snapshot.require_sound()
    if snapshot.made_up:
        click.secho(chosen.notice["en"], bold=True, err=True)
    files = FORMATS[form].files(chosen) if form != ALL else _all(chosen)
    written = place(files, to, force)
    printed.table(["file", "bytes"], [[str(path), f"{path.stat().st_size:,}"] for path in written])


def _all(chosen: Export) -> Plan:
    """Return the files of every format; one that cannot hold what was asked for is left out, and that is said."""
    return {name: write for one in FORMATS.values() for name, write in _able(one, chosen).items()}


def _able(one: Format, chosen: Export) -> Plan:
    try:
        return one.files(chosen)
    except ExportError as error:
        click.echo(f"not written as {one.name}: {error}", err=True)
        return {}
