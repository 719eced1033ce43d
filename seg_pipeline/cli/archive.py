"""Commands on the archive: take a file in, list what is there, let a revision no longer count."""

from __future__ import annotations

from pathlib import Path

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked, printed
from seg_pipeline.cli.printed import Failed


@click.command()
@click.argument("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--release", required=True, help="What the publisher calls this issue: a year, such as 2026.")
@click.option("--licence", default="", help="Licence of the delivery, where it is not the source's usual one.")
@asked.LANGUAGE
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
        taken = take(archive, asked.source(source), release, file.name, asked.file_bytes(file, language), licence)
    except Refused as refused:
        raise Failed(refused.message(language)) from None
    printed.say_received(archive, taken)
    if taken.delivered is None:
        raise printed.refused(archive, taken.receipt, str(taken.refused and taken.refused.message(language)), language)
    broken = [f for name, table in taken.delivered.tables.items() for f in contracts.findings(table, name)]
    if broken:
        raise printed.refused(archive, taken.receipt, f"{source}: {file.name}: {'; '.join(map(str, broken))}")
    printed.delivered(taken.delivered)


@click.command()
@click.argument("source", required=False)
def received(source: str | None) -> None:
    """List what has been received, of SOURCE or of all."""
    from seg_pipeline.sources.archive import Archive

    archive = Archive(settings.current("own").archive)
    rows = [
        [r.source, r.release, r.part, str(r.revision), r.file, f"{r.size:,}", r.when, archive.withdrawn(r) or "–"]
        for r in archive.receipts(asked.source(source).id if source else None)
    ]
    if not rows:
        click.echo(
            f"nothing has been received in {archive.root}; `seg receive SOURCE FILE --release YEAR` takes a file"
        )
        return
    printed.table(["source", "release", "part", "revision", "file", "bytes", "received (UTC)", "withdrawn"], rows)


@click.command()
@click.argument("source")
@click.option("--release", required=True, help="The release to withdraw from.")
@click.option("--part", default="whole", show_default=True, help="The part, as `seg received` shows it.")
@click.option("--revision", type=int, default=None, help="Default: the last one that counts.")
@click.option("--why", required=True, help="The reason; of an open source it is published as written.")
def withdraw(source: str, release: str, part: str, revision: int | None, why: str) -> None:
    """Let a revision no longer count: the one before it is read again. Its bytes and receipt stay."""
    from seg_pipeline.sources.archive import Archive

    archive = Archive(settings.current("own").archive)
    there = [r for r in archive.revisions(asked.source(source).id, release, part) if not archive.withdrawn(r)]
    chosen = [r for r in there if revision in (None, r.revision)]
    if not chosen:
        raise Failed(f"there is no such revision of {source} {release} ({part}); `seg received {source}` lists them")
    archive.withdraw(chosen[-1], why)
    click.echo(f"withdrawn: {chosen[-1]} ({why})")
