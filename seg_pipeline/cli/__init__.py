"""The ``seg`` command. It parses, asks the rooms, and prints; what takes long to load is loaded by its command."""

from __future__ import annotations

import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seg_pipeline import __version__, settings
from seg_pipeline.cli import printed
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.snapshots import Snapshot
    from seg_pipeline.sources.source import Source

PROFILE = click.option(
    "--profile",
    type=click.Choice(settings.PROFILES),
    default=None,
    help="demo: the made-up deliveries of data/demo; own: what has been received; live: fetch, then own. "
    "Default: SEG_PROFILE, or own.",
)


class Door(click.Group):
    """The command line's door: what was foreseen is one message, not a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except settings.Foreseen as error:
            raise Failed(str(error)) from None
        except BrokenPipeError:  # the reader of a pipe has gone, as `| head` does; click ends quietly
            raise
        except OSError as error:
            raise Failed(f"{error.filename or 'the disk'}: {error.strerror or error}") from None


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="seg")
def main() -> None:
    """The pipeline under Finland's situation picture of segregation.

    SEG_DATA names the folder in which archive, tables and snapshots are made (default: data/ of the clone).
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # of libraries; the tests turn them into errors


@main.command()
@click.argument("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--release", required=True, help="What the publisher calls this issue: a year, such as 2026.")
@click.option("--licence", default="", help="Licence of the delivery, where it is not the source's usual one.")
@click.option("--language", type=click.Choice(["en", "fi", "sv"]), default="en", help="Language of a refusal.")
def receive(source: str, file: Path, release: str, licence: str, language: str) -> None:
    """Take FILE, a delivery of SOURCE, into the archive, and check it.

    The bytes are kept whether they can be used or not. Received before: nothing happens. Other bytes for the
    same release: a new revision, which is read from then on; the earlier one is kept.
    """
    from seg_pipeline.quality import contracts
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.reception import receive as take
    from seg_pipeline.sources.refusal import Refused

    archive = Archive(settings.current("own").archive)
    try:
        taken = take(archive, _source(source), release, file.name, file.read_bytes(), licence)
    except Refused as refused:
        raise Failed(refused.message(language)) from None
    printed.say_received(archive, taken)
    if taken.delivered is None:
        raise printed.refused(archive, taken.receipt, str(taken.refused and taken.refused.message(language)))
    counts, areas = taken.delivered.counts, taken.delivered.areas
    broken = [*contracts.findings(counts, "counts"), *contracts.findings(areas, "areas")]
    if broken:
        raise printed.refused(archive, taken.receipt, f"{source}: {file.name}: {'; '.join(map(str, broken))}")
    years = ", ".join(
        f"{dimension!s} {'/'.join(map(str, sorted(set(told))))}"
        for dimension, told in counts.groupby("dimension")["reference_year"]
    )
    hidden = int((counts["status"] == "suppressed").sum())
    click.echo(f"{len(areas):,} areas, {len(counts):,} counts ({hidden:,} suppressed by the source)")
    click.echo(f"reference years: {years}")


@main.command()
@click.argument("source", required=False)
def received(source: str | None) -> None:
    """List what has been received, of SOURCE or of all."""
    from seg_pipeline.sources.archive import Archive

    archive = Archive(settings.current("own").archive)
    rows = [
        [r.source, r.release, r.part, str(r.revision), r.file, f"{r.size:,}", r.received, archive.withdrawn(r) or "–"]
        for r in archive.receipts(_source(source).id if source else None)
    ]
    if not rows:
        click.echo(
            f"nothing has been received in {archive.root}; `seg receive SOURCE FILE --release YEAR` takes a file"
        )
        return
    printed.table(["source", "release", "part", "revision", "file", "bytes", "received (UTC)", "withdrawn"], rows)


@main.command()
@click.argument("source")
@click.option("--release", required=True, help="The release to withdraw from.")
@click.option("--part", default="whole", show_default=True, help="The part, as `seg received` shows it.")
@click.option("--revision", type=int, default=None, help="Default: the last one that counts.")
@click.option("--why", required=True, help="The reason; it is kept beside the receipt.")
def withdraw(source: str, release: str, part: str, revision: int | None, why: str) -> None:
    """Let a revision no longer count: the one before it is read again. Its bytes and receipt stay."""
    from seg_pipeline.sources.archive import Archive

    archive = Archive(settings.current("own").archive)
    there = [r for r in archive.revisions(_source(source).id, release, part) if not archive.withdrawn(r)]
    chosen = [r for r in there if revision in (None, r.revision)]
    if not chosen:
        raise Failed(f"there is no such revision of {source} {release} ({part}); `seg received {source}` lists them")
    archive.withdraw(chosen[-1], why)
    click.echo(f"withdrawn: {chosen[-1]} ({why})")


@main.command()
@click.option("--edition", type=int, default=None, help="The year of the update. Default: this year.")
@PROFILE
@click.option("--force", is_flag=True, help="Make every table again, though nothing has changed.")
def refresh(edition: int | None, profile: str | None, force: bool) -> None:
    """Make the edition's tables from its deliveries and publish a snapshot; what is up to date is left alone."""
    from seg_pipeline.defs.lineage import FILES, Edition
    from seg_pipeline.defs.warehouse import Warehouse
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.reception import receive_demo

    chosen, year = settings.current(profile), _edition(edition)
    if chosen.profile == "live":
        raise Failed("no source can be fetched yet: receive files with `seg receive` and use --profile own")
    if chosen.made_up:
        receive_demo(Archive(chosen.archive))
    made = Edition(year, Warehouse(chosen))
    if not made.receipts():
        raise Failed(
            f"nothing has been received in {chosen.archive}: `seg receive paavo FILE --release {year}` takes a file, "
            "`--profile demo` uses the made-up deliveries"
        )
    stale = list(FILES) if force else made.stale()
    if stale:
        from seg_pipeline.definitions import defs
        from seg_pipeline.defs.refresh import run

        click.echo(f"edition {year}, profile {chosen.profile}: {len(stale)} of {len(FILES)} assets to make", err=True)
        wrong = run(defs, made, stale, printed.progress)
        if wrong:
            raise Failed("\n".join(["nothing was published:", *wrong]))
    else:
        click.echo(f"edition {year}, profile {chosen.profile}: nothing has changed, nothing was made again", err=True)
    snapshot = made.published()
    if snapshot is None:
        raise Failed("the tables were made, but there is no snapshot; run `seg refresh` again")
    printed.show(snapshot)


@main.group()
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
    printed.show(_open(version))


@snapshots.command()
@click.argument("version", default="all")
def verify(version: str) -> None:
    """Verify that not one byte of a snapshot (default: of any) has changed, gone or been added."""
    from seg_pipeline.snapshots import versions

    chosen = versions() if version == "all" else [_open(version)]
    if not chosen:
        raise Failed(f"no snapshot in {settings.current().snapshots} yet")
    problems = {snapshot.version: snapshot.verify() for snapshot in chosen}
    for name, found in problems.items():
        click.echo(f"{name}: {'every byte as published' if not found else f'{len(found)} problems'}")
        for problem in found:
            click.echo(f"  {problem}")
    if any(problems.values()):
        raise Failed("a snapshot is not as it was published: restore it from a backup")


@main.command()
@PROFILE
@click.option("--port", type=int, default=3000, show_default=True, help="Port on the loopback address.")
def dev(profile: str | None, port: int) -> None:
    """Open the Dagster UI on loopback, with its daemon, so that the yearly schedule runs."""
    from seg_pipeline.defs.refresh import make_home
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.reception import receive_demo

    chosen = settings.current(profile)
    if chosen.made_up:
        receive_demo(Archive(chosen.archive))
    os.environ |= {
        "DAGSTER_HOME": str(make_home(chosen)),
        "SEG_DATA": str(chosen.data),
        "SEG_PROFILE": chosen.profile,
    }
    click.echo(f"http://127.0.0.1:{port} (profile {chosen.profile}, data in {chosen.data}); Ctrl-C stops it", err=True)
    dagster = str(Path(sys.executable).with_name("dagster"))
    workspace = str(settings.CLONE / "workspace.yaml")
    words = [dagster, "dev", "--workspace", workspace, "--host", "127.0.0.1", "--port", str(port)]
    os.execv(dagster, words)  # noqa: S606  our own program, fixed words


def _edition(edition: int | None) -> int:
    this = datetime.now(UTC).year
    year = this if edition is None else edition
    if not settings.FIRST_EDITION <= year <= this:
        raise click.BadParameter(f"there are the editions {settings.FIRST_EDITION} to {this}", param_hint="--edition")
    return year


def _source(name: str) -> Source:
    from seg_pipeline.sources import all_sources

    if name not in all_sources():
        raise click.BadParameter(
            f"{name!r} is not a source; there are: {', '.join(all_sources())}", param_hint="SOURCE"
        )
    return all_sources()[name]


def _open(version: str) -> Snapshot:
    from seg_pipeline import snapshots as published

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", published.MadeUpDataWarning)  # it is printed with the snapshot
        return published.open(version)
