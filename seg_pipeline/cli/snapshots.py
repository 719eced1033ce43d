"""Commands on published snapshots."""

from __future__ import annotations

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked, printed
from seg_pipeline.cli.printed import Failed


@click.group()
def snapshots() -> None:
    """List, show and verify published snapshots."""


@snapshots.command("list")
def list_() -> None:
    """List the snapshots."""
    from seg_pipeline.snapshots import versions

    there = versions()
    if not there:
        click.echo(f"no snapshot in {settings.current().snapshots} yet; `seg refresh` publishes one")
        return
    printed.table(
        ["version", "published (UTC)", "made up", "tables", "rows"], [printed.listed(snapshot) for snapshot in there]
    )


@snapshots.command()
@click.argument("version", default="latest")
def show(version: str) -> None:
    """Show where a snapshot is, what is in it, and the eleven cities."""
    printed.show(asked.snapshot(version))


@snapshots.command()
@click.argument("version", default="all")
def verify(version: str) -> None:
    """Verify that not one byte of a snapshot (default: of any) has changed, gone or been added."""
    from seg_pipeline.snapshots import versions

    chosen = versions() if version == "all" else [asked.snapshot(version)]
    if not chosen:
        raise Failed(f"no snapshot in {settings.current().snapshots} yet")
    problems = {snapshot.version: snapshot.verify() for snapshot in chosen}
    for name, found in problems.items():
        click.echo(f"{name}: {'every byte as published' if not found else f'{len(found)} problems'}")
        for problem in found:
            click.echo(f"  {problem}")
    if any(problems.values()):
        raise Failed("a snapshot is not as it was published: restore it from a backup")
