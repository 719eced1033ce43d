"""Commands that compare snapshots: what differs between two, and every value that a figure has ever had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seg_pipeline import naming
from seg_pipeline.cli import asked, compared, printed
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.defs.since import Comparison
    from seg_pipeline.snapshots import Snapshot


@click.command()
@click.argument("before")
@click.argument("after", default="latest")
@asked.LANGUAGE
@click.option("--table", default=None, help="Only this table.")
@click.option("--rows", is_flag=True, help="Also the rows that differ, with both values; with --table, of that table.")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="Write CHANGES.md, moved.parquet and the rows that differ of each table into this folder.",
)  # fmt: skip
def diff(before: str, after: str, language: str, table: str | None, rows: bool, folder: Path | None) -> None:
    """Show what differs between the snapshots BEFORE and AFTER (default: the latest), and what moved which figure.

    Rows that are new (+), gone (-) and changed (~), flags, schema, method, deliveries; then each figure that moved,
    term by term: the terms sum to its change. Real and made-up snapshots are not compared.
    """
    one, other = asked.snapshot(before), asked.snapshot(after)
    if one.version == other.version:
        raise Failed(f"{one.version} and {after} are the same snapshot; `seg snapshots list` shows which there are")
    if one.made_up != other.made_up:
        raise Failed(f"{one.version} and {other.version}: one of them is made up, the other is real")
    from seg_pipeline.defs.since import between

    found = between(one, other)
    if table and table not in found.difference.tables:
        raise Failed(f"there is no table {table!r}; {naming.meant(table, list(found.difference.tables))}")
    if other.made_up:
        click.secho(other.manifest["notice"][language], bold=True)
    click.echo(f"{one.version} (published {_when(one)}) → {other.version} (published {_when(other)})")
    compared.say_difference(found.difference, [table] if table else list(found.difference.tables))
    if rows:
        compared.say_rows(found.difference, [table] if table else list(found.difference.tables))
    if table in (None, "indicators"):
        compared.say_moved(found.moved, language)
    compared.say_withdrawn(found.withdrawn, language)
    if folder:
        _write(found, folder, other.made_up)


@click.command()
@click.argument("indicator")
@click.option("--city", required=True, help="Name or code.")
@click.option("--dimension", default=None)
@click.option("--group", default=None)
@click.option("--reference-group", default=None)
@click.option("--geography", default=None)
@click.option("--scale", type=int, default=None, help="Radius in metres, of an indicator that has one.")
@click.option("--year", "reference_year", type=int, default=None, help="Only this reference year.")
@click.option("--version", default="latest", show_default=True, help="Up to this snapshot.")
@click.option("--all", "everything", is_flag=True, help="Also where a snapshot says the same as the one before.")
@asked.LANGUAGE
def history(indicator: str, city: str, version: str, everything: bool, language: str, **only: Any) -> None:
    """Show every value ever published of INDICATOR in a city, year by year: when, and why it moved."""
    from seg_pipeline.snapshots.comparing.wording import said

    snapshot = asked.snapshot(version)
    found = snapshot.history(indicator, city, language, **{name: one for name, one in only.items() if one is not None})
    shown = found if everything else found[found["why"] != said("history_same", language)]
    if snapshot.made_up:
        click.secho(snapshot.manifest["notice"][language], bold=True)
    columns = ["geography", "dimension", "reference_year", "value", "lower", "upper", "status", "release", "snapshot"]
    columns += [name for name in ("source", "group", "reference_group", "scale") if len(found[name].unique()) > 1]
    printed.table(
        [*columns, "why"], [[compared.cell(row[name]) for name in (*columns, "why")] for row in compared.records(shown)]
    )
    hidden = len(found) - len(shown)
    if hidden:
        click.echo(f"and {hidden} times the same as in the snapshot before; --all shows them")


def _write(found: Comparison, folder: Path, made_up: bool) -> None:
    """Write the changelog, the table of what moved, and the rows that differ."""
    from seg_pipeline import catalogue, parquet
    from seg_pipeline.snapshots.comparing.changelog import FILE, changes

    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Failed(f"{folder} is not empty, and nothing in it is overwritten: name another folder")
    said = changes(found.difference, found.moved, found.withdrawn, found.difference.after.version, made_up)
    (folder / FILE).write_text(said, encoding="utf-8")
    notice = {"made_up": catalogue.texts("texts", "text")["made_up"]["en"]} if made_up else {}
    tables = {"moved": found.moved} | {
        f"rows_of_{name}": rows for name in found.difference.tables if len(rows := found.difference.rows(name))
    }
    for name, table in tables.items():
        (folder / f"{name}.parquet").write_bytes(parquet.encode(table, notice))
    click.echo(f"\nwritten to {folder}: {FILE}, {', '.join(f'{name}.parquet' for name in tables)}")


def _when(snapshot: Snapshot) -> str:
    return str(snapshot.manifest["published"])[: len("2026-02-15")]
