"""Commands that make published snapshots again: to prove them, to take them along, to see another method's figures."""

from __future__ import annotations

import shlex
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.snapshots import Snapshot

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ARCHIVE = click.option("--archive", type=FOLDER, help="The archive of its deliveries. Default: that of SEG_DATA.")
WHEELS = click.option(
    "--wheels", type=FOLDER, help="A folder with the packages of the lock, so that no network is used."
)


@click.command()
@click.argument("version")
@ARCHIVE
@click.option(
    "--environment",
    type=click.Choice(("auto", "same", "new")),
    default="auto",
    show_default=True,
    help="same: this one; new: a fresh one from the recorded lock; auto: this one where its packages are those "
    "recorded, else a new one where --wheels are given.",
)
@WHEELS
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder to work in, which stays.")
def reproduce(version: str, archive: Path | None, environment: str, wheels: Path | None, keep: Path | None) -> None:
    """Make a snapshot again from its deliveries, with its own recorded code, and compare every byte.

    Exit status 0 only where every table is the same. Nothing is received, fetched or published. The code comes with the
    snapshot: where its chain or signature is not in order, nothing is run.
    """
    from seg_pipeline.snapshots.reproduce import reproduce as again

    chosen = asked.snapshot(version)
    _require_trust(chosen)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that nothing is left behind
    if not again(chosen, _raw(chosen, archive), environment, wheels, keep, click.echo):
        raise Failed(f"snapshot {chosen.version} was not reproduced: what differs is said above")


def _require_trust(snapshot: Snapshot) -> None:
    """Say what is to know of the chain and the signature of a snapshot; refuse one that they do not bear out."""
    from seg_pipeline.cli.verifying import remarks
    from seg_pipeline.snapshots import versions

    for remark in (one for one in remarks(versions()) if snapshot.version in one.about):
        if remark.fault:
            raise Failed(f"{snapshot.version} is not reproduced, for its code is not to be trusted: {remark.text}")
        click.echo(f"note: {remark.text}")


def _raw(snapshot: Snapshot, archive: Path | None) -> Callable[[str], bytes | None]:
    """Return what gives the raw bytes of a snapshot's deliveries."""
    from seg_pipeline.sources.archive import Archive

    return Archive(archive or settings.current("demo" if snapshot.made_up else "own").archive).held


@click.command("as-if")
@click.argument("version")
@click.option("--method", default="today", show_default=True, help="The version of a method, or today.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A new Parquet file for the whole table.")
def as_if(version: str, method: str, to: Path | None) -> None:
    """Compute the indicators of a snapshot from its published counts with another method; say how many differ."""
    import numpy as np

    from seg_pipeline import parquet
    from seg_pipeline.snapshots.as_if import LeftOutWarning
    from seg_pipeline.snapshots.reproducing.comparing import key

    chosen = asked.snapshot(version)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeftOutWarning)  # it is printed below
        found = chosen.as_if(method)
    columns = key(chosen.package, "indicators.parquet")
    both = chosen.table("indicators").merge(found, on=columns, suffixes=("", "_as_if"))
    both["apart"] = (both["value_as_if"] - both["value"]).abs()
    pairs = [(both[name], both[f"{name}_as_if"]) for name in ("value", "lower", "upper", "status")]
    values, *others = (one.ne(other) & ~(one.isna() & other.isna()) for one, other in pairs)
    different, intervals = int(values.sum()), int((~values & np.logical_or.reduce(others)).sum())
    if chosen.made_up:
        click.secho(chosen.manifest["notice"]["en"], bold=True)
    click.echo(f"{chosen.version} as if by method {found.attrs['method']} ({found.attrs['code']}):")
    click.echo(f"{different:,} of {len(both):,} figures are not those published")
    click.echo(f"{intervals:,} more have another interval or status")
    for row in both[both["apart"] > 0].nlargest(1, "apart").to_dict("records"):
        of = " ".join(str(row[name]) for name in columns)
        click.echo(f"the largest: {of}: {row['value']} → {row['value_as_if']}")
    if left_out := found.attrs["left_out"]:
        said = f"{sum(left_out.values()):,} published figures are not computed again, as their counts are not public"
        click.echo(f"{said}: those of {', '.join(left_out)}")
    if to:
        with to.open("xb") as file:
            file.write(
                parquet.encode(
                    found, {name: str(found.attrs[name]) for name in ("citation", "method", "code", "made_up")}
                )
            )


@click.command()
@click.argument("version")
@ARCHIVE
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="A new file. Default: named after the snapshot."
)
@WHEELS
@click.option("--download-wheels", is_flag=True, help="Fetch the packages of this platform and put them in.")
def bundle(version: str, archive: Path | None, to: Path | None, wheels: Path | None, download_wheels: bool) -> None:
    """Write one file that makes a snapshot again on another machine, without a network: python3 FILE does it."""
    import tempfile

    from seg_pipeline.snapshots import bundle as bundling

    if wheels and download_wheels:
        raise click.UsageError("give --wheels or --download-wheels, not both")
    chosen = asked.snapshot(version)
    with tempfile.TemporaryDirectory(prefix="wheels-") as folder:
        if download_wheels:
            wheels = Path(folder)
            bundling.download(chosen, wheels)
        made = bundling.bundle(chosen, _raw(chosen, archive), to or Path(bundling.file_name(chosen)), wheels)
    needs = "" if wheels else " where the packages of its wheels.csv are; --python names such a Python"
    again = f"`python3 {shlex.quote(made.name)}` makes {chosen.version} again{needs}"
    click.echo(f"{made}: {made.stat().st_size:,} bytes; {again}")
    if not chosen.made_up:
        click.secho("NOT PUBLIC: it holds the cities' deliveries as they were received", bold=True, err=True)
