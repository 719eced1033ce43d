"""Commands that verify bytes, chain and signatures of snapshots, or whose a file is, and that copy a shelf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seg_pipeline import settings
from seg_pipeline.cli import asked
from seg_pipeline.cli.printed import Failed
from seg_pipeline.cli.signing import FILE, TRUSTED

if TYPE_CHECKING:
    from seg_pipeline.snapshots import Snapshot
    from seg_pipeline.snapshots.trust.chain import Remark

REMEDY = (
    "what is said above is not in order: where bytes or the chain differ, restore from a backup; where nobody trusted "
    "has signed, have it signed or mend the list of keys (docs/operations/trust.md)"
)


@click.command()
@click.argument("version", default="all")
@click.argument("names", nargs=-1)
@click.option("--file", type=FILE, default=None, help="A copy from anywhere: say of which snapshot it is, if of any.")
@click.option("--signed", is_flag=True, help="Fail where neither a snapshot nor one after it is signed.")
@TRUSTED
def verify(version: str, names: tuple[str, ...], file: Path | None, signed: bool, trusted: Path | None) -> None:
    """Verify that not one byte of a snapshot (default: of any) has changed, gone or been added.

    With NAMES, only these files of it. The chain, in which each snapshot names the one before it, and the
    signatures are verified as well.
    """
    from seg_pipeline.snapshots import versions
    from seg_pipeline.snapshots.trust import verify as verifying

    there = versions()
    chosen = there if version == "all" else [asked.snapshot(version)]
    if not chosen:
        raise Failed(f"no snapshot in {settings.current().snapshots} yet")
    problems: Callable[[Snapshot], list[str]] = verifying.problems
    if names:
        problems = lambda snapshot: [p for name in names for p in verifying.problems_of(snapshot, name)]  # noqa: E731
    if file:
        chosen = _whose(file, chosen)
        problems = lambda _: []  # noqa: E731
    found = remarks(there, trusted, signed)
    faults = [] if version != "all" or file else there[0].shelf.faults()
    wrong = [_say(snapshot, problems(snapshot), found, bool(names or file)) for snapshot in chosen]
    others = [r for r in found if not {s.version for s in there} & set(r.about)] if version == "all" else []
    for said in [*faults, *(f"{', '.join(remark.about)}: {remark.text}" for remark in others)]:
        click.echo(said)
    if any(wrong) or faults or any(remark.fault for remark in others):
        raise Failed(REMEDY)


def remarks(there: Sequence[Snapshot], trusted: Path | None = None, signed: bool = False) -> list[Remark]:
    """Return what is to be said of the chain and the signatures of snapshots."""
    from seg_pipeline.snapshots.trust import chain, keys, signing

    return chain.remarks(there) + signing.remarks(there, keys.trusted(trusted), required=signed)


def _whose(file: Path, chosen: Sequence[Snapshot]) -> list[Snapshot]:
    """Say of which snapshots a file is, and return them; fail where it is of none."""
    from seg_pipeline.snapshots.trust.verify import whose

    found = whose(file, chosen)
    for snapshot, name in found:
        click.echo(f"{file}: it is {name} of snapshot {snapshot.version}, byte for byte")
    if not found:
        among = ", ".join(snapshot.version for snapshot in chosen)
        why = "it was changed, exported to another format, or is of a snapshot that is not here"
        raise Failed(f"{file}: no file of {among} has these bytes; {why}")
    return list(dict.fromkeys(snapshot for snapshot, _ in found))


def _say(snapshot: Snapshot, problems: list[str], said_of_all: list[Remark], part: bool) -> bool:
    """Print what was found of a snapshot; return whether something is wrong."""
    about = [remark for remark in said_of_all if snapshot.version in remark.about]
    wrong = [*problems, *(remark.text for remark in about if remark.fault)]
    sound = "as published" if part else "every byte as published"
    click.echo(f"{snapshot.version}: {f'{len(wrong)} problems' if wrong else sound}")
    for said in wrong:
        click.echo(f"  {said}")
    for remark in about:
        if not remark.fault:
            click.echo(f"  note: {remark.text}")
    return bool(wrong)


@click.command()
@click.argument("source")
def copy(source: str) -> None:
    """Copy from SOURCE, a folder or a bucket, every snapshot that is not here, with the signatures.

    Byte for byte and in the order of the chain: to move to another place, or to bring back what is gone.
    """
    from seg_pipeline.snapshots.carrying import carry

    here = settings.current().snapshots
    copied = []
    for version in carry(source, here):
        copied.append(version)
        click.echo(f"{version}: copied to {here}")
    if not copied:
        click.echo(f"{here} has every snapshot of {source} already")
