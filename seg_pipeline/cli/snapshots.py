"""Commands on published snapshots."""

from __future__ import annotations

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked, printed
from seg_pipeline.cli.comparing import diff, history
from seg_pipeline.cli.exporting import export
from seg_pipeline.cli.reproducing import as_if, bundle, reproduce
from seg_pipeline.cli.signing import attach, manifest
from seg_pipeline.cli.verifying import copy, verify


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


for command in (as_if, attach, bundle, copy, diff, export, history, manifest, reproduce, verify):
    snapshots.add_command(command)
