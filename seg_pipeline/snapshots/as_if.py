"""What an edition's indicators would be, had another year's method computed them from the same published counts.

The method is code: that which is installed, or that of a recipe on the same shelf. It runs as a process of its own.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from seg_pipeline import settings
from seg_pipeline.snapshots import recipe
from seg_pipeline.snapshots.reproducing.workshop import run
from seg_pipeline.snapshots.store import VERSION, Snapshot, SnapshotError

if TYPE_CHECKING:
    import pandas as pd

DOOR = "seg_pipeline.defs.computing"
TODAY, INSTALLED = "today", "the installed code"
TABLE, MADE_FROM = "indicators", ("counts", "areas")


class LeftOutWarning(UserWarning):
    """Published figures could not be computed again, because the counts behind them are not published."""


def as_if(snapshot: Snapshot, method: str = TODAY) -> pd.DataFrame:
    """Return the table ``indicators`` of a snapshot, computed from its published counts with another `method`.

    `method` is ``today`` or a version of the method: that of the installed code, or of a snapshot on the same shelf.
    ``attrs`` say the snapshot, the method, whose code it was, and with ``left_out`` how many published figures of
    each source are not there because its counts are not published; a `LeftOutWarning` says so too. Raises
    SnapshotError for a method that nobody has.
    """
    from seg_pipeline import parquet

    snapshot.require_sound()
    with _code(snapshot, method) as (folder, whose), tempfile.TemporaryDirectory(prefix="computing-") as work:
        files = [Path(work, f"{table}.parquet") for table in MADE_FROM]
        for file in files:
            file.write_bytes(snapshot.shelf.read(snapshot.version, file.name))
        made = Path(work, f"{TABLE}.parquet")
        if run([sys.executable, "-m", DOOR, *map(str, [*files, made])], folder).returncode:
            remedy = "what is said above tells why; that code may need the packages of its day"
            raise SnapshotError(f"{whose} could not compute the indicators of {snapshot.version}: {remedy}")
        told = parquet.read(made)
    published = snapshot.table(TABLE)
    found = told.reindex(columns=published.columns).astype(published.dtypes)
    methods = ", ".join(sorted(set(found["method_version"])))
    about = {"method": methods, "code": whose, "left_out": _left_out(snapshot, published)}
    found.attrs = published.attrs | about | {"citation": f"Computed, not published: {methods} of {snapshot.citation}"}
    return found


def _left_out(snapshot: Snapshot, published: pd.DataFrame) -> dict[str, int]:
    """Return the number of published figures of each source whose counts are not published, and warn of them."""
    told = set(snapshot.table(MADE_FROM[0])["source"])
    sources = published["source"]
    left_out = {str(source): int(figures) for source, figures in sources[~sources.isin(told)].value_counts().items()}
    if left_out:
        named = ", ".join(sorted(left_out))
        said = f"{sum(left_out.values()):,} published figures are not computed again, as their counts are not public"
        warnings.warn(f"{said}: those of {named}", LeftOutWarning, stacklevel=4)
    return dict(sorted(left_out.items()))


@contextmanager
def _code(snapshot: Snapshot, method: str) -> Iterator[tuple[Path, str]]:
    """Give the folder of the code that has a method, and whose it is."""
    if method == TODAY or method == installed():
        yield settings.CLONE, INSTALLED
        return
    known = _methods(snapshot)
    if method not in known:
        there = [f"{installed()} ({TODAY})", *(f"{name} ({of.version})" for name, of in sorted(known.items()))]
        raise SnapshotError(f"no code here has the method {method!r}; there are the methods: {', '.join(there)}")
    with tempfile.TemporaryDirectory(prefix="recipe-") as folder:
        known[method].require_sound()  # its code will run
        recipe.of(known[method]).extractall(folder)
        yield Path(folder), f"the recipe of {known[method].version}"


@cache
def installed() -> str:
    """Return the version of the method of the installed code."""
    return run([sys.executable, "-m", DOOR], settings.CLONE, capture=True).stdout.strip()


def _methods(snapshot: Snapshot) -> dict[str, Snapshot]:
    """Return, for each method with which a snapshot on the shelf was computed, the newest that has its recipe."""
    there = [Snapshot(name, snapshot.shelf) for name in snapshot.shelf.versions() if VERSION.fullmatch(name)]
    there = [one for one in there if one.made_up == snapshot.made_up]
    kept = [one for one in there if recipe.RECIPE in one.manifest["files"] and TABLE in one.tables]
    oldest_first = sorted(kept, key=lambda one: str(one.manifest["published"]))
    return {str(name): one for one in oldest_first for name in one.table(TABLE)["method_version"].unique()}
