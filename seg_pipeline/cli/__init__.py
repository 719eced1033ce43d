"""The ``seg`` command. It parses, asks the rooms, and prints; what takes long to load is loaded by its command."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click

from seg_pipeline import __version__, settings
from seg_pipeline.cli import asked, printed
from seg_pipeline.cli.archive import receive, received, withdraw
from seg_pipeline.cli.check import check, template
from seg_pipeline.cli.printed import Failed
from seg_pipeline.cli.report import report, serve_beside
from seg_pipeline.cli.signing import keys, sign
from seg_pipeline.cli.snapshots import snapshots
from seg_pipeline.cli.sources import fetch_all, sources


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

    SEG_DATA names the folder in which archive, tables, snapshots and reports are made (default: data/ of the clone).
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # of libraries; the tests turn them into errors


for command in (check, template, receive, received, withdraw, sources, snapshots, report, keys, sign):
    main.add_command(command)


@main.command()
@asked.EDITION
@asked.PROFILE
@click.option("--force", is_flag=True, help="Make every table again, though nothing has changed.")
def refresh(edition: int | None, profile: str | None, force: bool) -> None:
    """Make the edition's tables from its deliveries and publish a snapshot; what is up to date is left alone."""
    gc.disable()  # a batch that ends soon: collecting among what Dagster keeps takes a tenth of it and saves 50 MiB
    from seg_pipeline.defs.lineage import FILES, Edition
    from seg_pipeline.defs.warehouse import Warehouse
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.reception import receive_demo

    chosen, year = settings.current(profile), asked.edition(edition)
    if chosen.made_up:
        receive_demo(Archive(chosen.archive))
    if chosen.profile == "live":
        fetch_all(Archive(chosen.archive), [], year)
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


@main.command()
@asked.PROFILE
@click.option("--port", type=int, default=3000, show_default=True, help="Port on the loopback address.")
@click.option("--report-port", type=int, default=None, help="Port of the reports. Default: the one after --port.")
def dev(profile: str | None, port: int, report_port: int | None) -> None:
    """Open the Dagster UI on loopback, with its daemon, so that the yearly schedule runs, and the reports beside it."""
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
        settings.REPORTS_OPEN_AT: serve_beside(chosen, port, report_port),
    }
    click.echo(f"http://127.0.0.1:{port} (profile {chosen.profile}, data in {chosen.data}); Ctrl-C stops it", err=True)
    dagster = str(Path(sys.executable).with_name("dagster"))
    workspace = str(settings.CLONE / "workspace.yaml")
    words = [dagster, "dev", "--workspace", workspace, "--host", "127.0.0.1", "--port", str(port)]
    os.execv(dagster, words)  # noqa: S606  our own program, fixed words
