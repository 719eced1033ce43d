"""What several commands ask for: a profile, an edition, a source, a snapshot, a language."""

from __future__ import annotations

import stat
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seg_pipeline import naming, settings
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    from seg_pipeline.snapshots import Snapshot
    from seg_pipeline.sources.source import Source

LARGEST = 256 << 20  # bytes of one file; the largest delivery known has 60 million
PROFILE = click.option(
    "--profile",
    type=click.Choice(settings.PROFILES),
    default=None,
    help="demo: the made-up deliveries of data/demo; own: what has been received; live: fetch, then own. "
    "Default: SEG_PROFILE, or own.",
)
EDITION = click.option("--edition", type=int, default=None, help="The year of the update. Default: this year.")
LANGUAGE = click.option(
    "--language", type=click.Choice(sorted(LANGUAGES)), default="en", help="Language of what is said of a file."
)


def edition(chosen: int | None) -> int:
    """Return the edition that was asked for, or this year's; refuse one that cannot be."""
    this = datetime.now(UTC).year
    year = this if chosen is None else chosen
    if not settings.FIRST_EDITION <= year <= this:
        raise click.BadParameter(f"there are the editions {settings.FIRST_EDITION} to {this}", param_hint="--edition")
    return year


def source(name: str) -> Source:
    """Return a source by its id; refuse a name that is none, and say what it may have meant."""
    from seg_pipeline.sources import all_sources

    if name not in all_sources():
        known = naming.meant(name, list(all_sources()))
        raise click.BadParameter(f"{name!r} is not a source; {known}", param_hint="SOURCE")
    return all_sources()[name]


def file_bytes(path: Path, language: str = "en") -> bytes:
    """Return the bytes of a plain file within bounds; refuse a device, a pipe, and what is too large."""
    from seg_pipeline.sources.refusal import Refused

    if not stat.S_ISREG(path.stat().st_mode):
        raise Failed(f"{path.name!r} is no plain file")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        size = f"{path.stat().st_size:,}"
        raise Failed(Refused("too_large", found=size, expected=f"{LARGEST:,}", file=path.name).message(language))
    return data


def snapshot(version: str) -> Snapshot:
    """Return a published snapshot."""
    from seg_pipeline import snapshots as published

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", published.MadeUpDataWarning)  # it is printed with the snapshot
        return published.open(version)
