"""Commands on the situation picture of a snapshot: make it, open it, verify it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seg_pipeline import naming, settings
from seg_pipeline.cli import asked
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.settings import Settings

TENTHS = 10  # how often the progress is told
PORT = 3001


@click.group()
def report() -> None:
    """Make, open and verify the situation picture of a snapshot: pages in three languages and a summary as PDF."""


@report.command()
@click.argument("version", default="latest")
@click.option("--open", "opened", is_flag=True, help="Open the report in the browser.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="How many processes make pages.")
def make(version: str, opened: bool, workers: int) -> None:
    """Make the report of a snapshot (default: the latest) in SEG_DATA/reports; one that stands is left alone."""
    from seg_pipeline.report import site
    from seg_pipeline.report.book import ReportError

    snapshot, reports = asked.snapshot(version), settings.current().reports
    if snapshot.made_up:
        click.secho(snapshot.manifest["notice"]["en"], bold=True)
    try:
        place, new = site.make(snapshot, reports, workers, _progress)
    except ReportError as error:
        raise Failed(f"nothing was made: {error}") from None
    click.echo(f"report  of snapshot {snapshot.version}{'' if new else ' (stands already, nothing was made)'}")
    click.echo(f"folder  {place}")
    click.echo(f"open    {place / 'index.html'}")
    if opened:
        click.launch((place / "index.html").as_uri())


@report.command()
@click.option("--port", type=int, default=PORT, show_default=True, help="Port on the loopback address; 0 takes any.")
def serve(port: int) -> None:
    """Serve the reports of SEG_DATA/reports to this machine's browser, read-only, until Ctrl-C."""
    from seg_pipeline.report import serving

    reports = settings.current().reports
    _require(reports)
    server = serving.opened(reports, port)
    click.echo(f"{server.address} (reports in {reports}); Ctrl-C stops it")
    serving.run(server)


@report.command()
@click.argument("version", default="all")
def verify(version: str) -> None:
    """Verify that not one byte of a report (default: of any) has changed, gone or been added since it was made."""
    from seg_pipeline.report import verifying

    reports = settings.current().reports
    there = _require(reports)
    if version not in ("all", *there):
        said = naming.meant(version, there)
        raise click.BadParameter(f"there is no report {version!r}; {said}", param_hint="VERSION")
    wrong = False
    for name in there if version == "all" else [version]:
        problems = verifying.problems(reports / name)
        click.echo(f"{name}: {'sound' if not problems else '; '.join(problems)}")
        wrong = wrong or bool(problems)
    if wrong:
        raise Failed("what is said above is not in order: move the report away and make it anew with `seg report make`")


def serve_beside(chosen: Settings, port: int, report_port: int | None) -> str:
    """Serve the reports beside the Dagster UI; return the address, or nothing where the port is taken."""
    from seg_pipeline.report import serving

    chosen.reports.mkdir(parents=True, exist_ok=True)
    try:
        address = serving.beside(chosen.reports, port + 1 if report_port is None else report_port)
    except serving.PortTaken as error:
        if report_port is not None:
            raise
        click.echo(f"the reports are not served: {error} with --report-port", err=True)
        return ""
    click.echo(f"{address} (the reports)", err=True)
    return address


def _require(reports: Path) -> list[str]:
    from seg_pipeline.report import standing

    there = standing.versions(reports)
    if not there:
        raise Failed(f"no report in {reports} yet; `seg report make` makes the one of the latest snapshot")
    return there


def _progress(done: int, of: int) -> None:
    if done == of or done * TENTHS // of > (done - 1) * TENTHS // of:
        click.echo(f"  [{done:>3}/{of}] pages", err=True)
