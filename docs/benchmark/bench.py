"""Measures the indicators' engine against what was asked of it and against PySAL, in the same run.

``make bench`` makes the peer's own environment and runs this in the project's. Ours and the peer's take turns on the
same arrays, each as often as the other, and the quickest round of each counts. `--quick` is for a test: small inputs,
no peer. `--only` measures some tasks, and writes nothing unless `--out` says where.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from math import inf, log
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from chart import chart
from clock import HERE, LIMIT, PEER, Peer, in_turn, seconds_of, timed
from inputs import SHARED, Arrays, areas, europe, grid, mixes, releases, schools
from ours import OURS

EUROPE = 4_600_000  # areas
NEAR_LINEAR = 1.1  # cost may grow as areas to the power of this
MIB = 2**20


class Task(NamedTuple):
    """A row to measure; what was asked of it, if anything, is `times` as fast as the peer or `seconds` at most."""

    name: str
    what: str
    made: Callable[[int], Any]
    size: int
    times: float = 0.0
    seconds: float = inf
    peer: str = "runs"
    agrees: float = inf  # how far our value and the peer's may lie apart; no limit where they are not the same thing


DENSE = f"needs {8 * 100_000**2 / 2**30:.0f} GiB"  # one dense matrix of areas by areas
NO_PEER = "–"
TASKS = (
    Task("gini", "Gini, {n:,} areas", areas, 100_000, times=300, agrees=1e-9),
    Task("interval", "D and its interval, {n:,} areas (peer: 1,000 replicates)", areas, 100, times=250),
    Task("interval", "D and its interval, {n:,} areas (peer: 1,000 replicates)", areas, 3_000, times=15),
    Task("interval", "D and its interval, {n:,} areas (peer: 1,000 replicates)", areas, 100_000, times=60),
    Task("expected", "expected D at random, {n:,} areas (peer: 100 draws)", grid, 100_000, agrees=1e-3),
    Task("many_gini", "Gini of 5 groups, {n:,} areas", mixes, 3_000, agrees=1e-9),
    Task("many_gini", "Gini of 5 groups, {n:,} areas", mixes, 100_000, peer=DENSE),
    Task("spatial", "spatial H, 2 km, {n:,} cells", grid, 3_000),
    Task("profile", "spatial H, 4 scales to 4 km, {n:,} cells", grid, 100_000, seconds=1, peer=NO_PEER),
    Task("decay", "distance-decay isolation, {n:,} cells", grid, 3_000),
    Task("decay", "distance-decay isolation, {n:,} cells", grid, 100_000, peer=DENSE),
    Task("shapley", "change of M term by term, real schools of two years", lambda _: schools(), 0, peer=NO_PEER),
    Task("everything", "11 cities, every real release and dimension, with intervals", lambda _: releases(), 0,
         seconds=5, peer=NO_PEER),
)  # fmt: skip


class Row(NamedTuple):
    """A row of the results."""

    what: str
    asked: str
    ours: str
    peer: str = NO_PEER
    ratio: str = NO_PEER
    met: str = NO_PEER


def summed(given: Arrays) -> list[Any]:
    """Read every number once: what any index has to do."""
    return [of.sum() for of in given.values()]


def rows_of_family(given: Arrays) -> Iterator[Row]:
    """Yield time, time beside reading the numbers once, and memory of every two-group index."""
    family = OURS["family"]
    family(given)
    (ours, sums), (values, _) = in_turn(partial(timed, family, given), partial(timed, summed, given))
    tracemalloc.start()
    family(given)
    above = tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()
    what = f"{len(values)} two-group indices, {len(given['x']):,} areas"
    yield Row(what, "≤ 0.1 s", spelt(ours), met=yes(ours <= 0.1))
    beside = Row(
        f"{what}, beside numpy.sum", "≤ 10 × numpy.sum", spelt(ours), spelt(sums), f"{ours / sums:.1f} × as long"
    )
    yield beside._replace(met=yes(ours <= 10 * sums))
    yield Row(f"{what}, memory above input", "≤ 1,024 MiB", f"{above:,.0f} MiB", met=yes(above <= 1024))


def row_of(task: Task, given: Any, peer: Peer | None, folder: Path) -> Row:
    """Return the row of a task, measured beside the peer where it can run."""
    what = task.what.format(n=given["x" if "x" in given else "counts"].shape[-1] if task.size else 0)
    asked = f"≥ {task.times:g} ×" if task.times else f"≤ {task.seconds:g} s" if task.seconds < inf else NO_PEER
    work = OURS[task.name]
    if not peer or task.peer != "runs":
        ours = seconds_of(work, given)
        met = yes(ours <= task.seconds) if task.seconds < inf else NO_PEER
        return Row(what, asked, spelt(ours), task.peer if peer else NO_PEER, met=met)
    arrays = folder / "given.npz"
    np.savez(arrays, **given)
    work(given)
    (ours, other), values = in_turn(partial(timed, work, given), partial(peer.seconds, task.name, arrays))
    if task.agrees < inf and not np.allclose(*values, rtol=0, atol=task.agrees):
        raise SystemExit(f"{what}: ours is {values[0]} and the peer's {values[1]}")
    ratio = min(other, LIMIT) / ours
    met = yes(ratio >= task.times) if task.times else NO_PEER
    return Row(what, asked, spelt(ours), spelt(other), f"{'> ' * (other > LIMIT)}{ratio:,.0f} ×", met)


def scaling(given: Arrays) -> tuple[dict[str, dict[int, float]], Row]:
    """Return seconds by number of areas, and the greatest power of their number that the family's cost grows with."""
    every = len(given["x"])
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size < every] + [every]
    parts = {size: {name: of[:size] for name, of in given.items()} for size in sizes}
    named = {"all two-group indices": OURS["family"], "D with its interval": OURS["interval"], "numpy.sum": summed}
    lines = {name: {size: seconds_of(work, part) for size, part in parts.items()} for name, work in named.items()}
    points = list(lines["all two-group indices"].items())
    power = max(log(t1 / t0) / log(n1 / n0) for (n0, t0), (n1, t1) in pairwise(points))
    what = f"growth of the family's cost where steepest, {sizes[0]:,} to {every:,} areas"
    return lines, Row(what, "near linear", f"areas to the power of {power:.2f}", met=yes(power <= NEAR_LINEAR))


def spelt(seconds: float) -> str:
    """Return seconds in words, as s or ms."""
    if seconds > LIMIT:
        return f"> {LIMIT:.0f} s"
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def yes(met: bool) -> str:
    """Return whether it was met, in a word."""
    return "yes" if met else "**no**"


def page(rows: list[Row], peer: Peer | None) -> str:
    """Return the results as Markdown."""
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "scipy", "pandas")}
    machine = f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), Python {platform.python_version()}"
    said = [f"Measured on {machine}; ours with {', '.join(f'{n} {v}' for n, v in packages.items())}."]
    if peer and peer.versions:
        said.append(f"Peer: {', '.join(f'{name} {version}' for name, version in peer.versions.items())}.")
    table = [list(Row._fields), ["---"] * len(Row._fields), *map(list, rows)]
    return "\n".join(["# Results", "", " ".join(said), "", *(f"| {' | '.join(line)} |" for line in table), ""])


def main() -> None:
    """Measure, print the table, and keep it with the chart."""
    known = [*OURS, "scaling"]
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small inputs and no peer")
    asked.add_argument("--only", nargs="+", choices=known, default=known, metavar="TASK", help=", ".join(known))
    asked.add_argument("--out", type=Path, help="the folder for results.md and scaling.svg")
    told = asked.parse_args()
    if not told.quick and not PEER.exists():
        raise SystemExit("the peer has no environment yet: run `make bench`")
    rows, lines, peer = [], {}, None if told.quick else Peer()
    given = europe(EUROPE // 100 if told.quick else EUROPE)
    with tempfile.TemporaryDirectory() as folder:
        if "family" in told.only:
            rows += rows_of_family(given)
        for task in TASKS:
            if task.name in told.only and (task.size or SHARED.exists()):
                size = min(task.size, 1_000) if told.quick else task.size
                rows.append(row_of(task, task.made(size), peer, Path(folder)))
    if "scaling" in told.only:
        lines, growth = scaling(given)
        rows.append(growth)
    if peer:
        peer.stop()
    results = page(rows, peer)
    sys.stdout.write(results)
    out = told.out or (HERE if not told.quick and told.only == known else None)
    if out:
        (out / "results.md").write_text(results, encoding="utf-8")
        if lines:
            (out / "scaling.svg").write_text(chart(lines, "areas", "seconds"), encoding="utf-8")


if __name__ == "__main__":
    main()
