"""One file with all that makes a snapshot again elsewhere, without a network: ``python3 BUNDLE`` does it.

It holds the deliveries as they were received. They are not public, and neither is the bundle.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from seg_pipeline import catalogue, provenance
from seg_pipeline.snapshots import recipe
from seg_pipeline.snapshots.reproduce import Raw, contents
from seg_pipeline.snapshots.reproducing.environment import pinned
from seg_pipeline.snapshots.store import Snapshot, SnapshotError

NOT_PUBLIC = "-not-public"
LISTED = ("package", "version", "file", "sha256")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
LOCK = "requirements.lock"
PROGRAM = Path(__file__).with_name("reproducing")
DOOR = """\
import sys
from pathlib import Path

from reproducing.program import main

sys.exit(main(sys.argv[1:], Path(sys.argv[0])))
"""


def file_name(snapshot: Snapshot) -> str:
    """Return what the bundle of a snapshot is called."""
    return f"segregation-{snapshot.version}-bundle{'' if snapshot.made_up else NOT_PUBLIC}.zip"


def bundle(snapshot: Snapshot, raw: Raw, to: Path, wheels: Path | None = None) -> Path:
    """Write the bundle of a snapshot to a new file that only its owner can read, whole or not at all.

    `raw` gives the bytes of a delivery by their sha256, `wheels` is a folder with the packages of the recipe's lock.
    The same snapshot and wheels give the same bytes. Raises SnapshotError where something is missing or damaged.
    """
    snapshot.require_sound()
    if to.exists():
        raise SnapshotError(f"{to} is there already: nothing is written over; choose another file with --to")
    handle, hidden = tempfile.mkstemp(dir=to.parent, prefix=".bundling-")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w") as packed:
                for name, data in _members(snapshot, raw, wheels):
                    packed.writestr(recipe.member(name), data, compresslevel=1 if name.endswith(".whl") else None)
            file.flush()
            os.fsync(file.fileno())
        os.link(hidden, to)
    except FileExistsError:
        raise SnapshotError(f"{to} is there already: nothing is written over; choose another file with --to") from None
    finally:
        Path(hidden).unlink(missing_ok=True)
    return to


def download(snapshot: Snapshot, folder: Path) -> None:
    """Fetch the packages that a snapshot needs, of this platform, into `folder`. Raises SnapshotError."""
    lock = folder / LOCK
    lock.write_text("".join(_entries(snapshot).values()), encoding="utf-8")
    words = [
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
    ]
    pip = [sys.executable, "-m", "pip", *words, "--dest", str(folder), "-r", str(lock)]
    if subprocess.run(pip, check=False, stdout=sys.stderr).returncode:  # noqa: S603  fixed words
        raise SnapshotError("the packages could not be fetched; what pip said is above")
    lock.unlink()


def _members(snapshot: Snapshot, raw: Raw, wheels: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a bundle, what a person reads first."""
    entries = _entries(snapshot)
    yield "README.txt", _readme(snapshot).encode()
    yield LOCK, recipe.of(snapshot).read(LOCK)
    if wheels is None:
        rows = [[*_named(entry), "", sha256] for entry in entries.values() for sha256 in HASH.findall(entry)]
        yield "wheels.csv", _csv(rows)
    else:
        found = _wheels(entries, wheels)
        rows = [[*_named(entries[package]), path.name, provenance.sha256(path)] for package, path in found.items()]
        yield "wheels.csv", _csv(rows)
        for path in found.values():
            yield f"wheels/{path.name}", path.read_bytes()
    yield "__main__.py", DOOR.encode()
    for path in sorted(PROGRAM.glob("*.py")):
        yield f"{PROGRAM.name}/{path.name}", path.read_bytes()
    yield from contents(snapshot, raw)


def _entries(snapshot: Snapshot) -> dict[str, str]:
    """Return the entries of the lock that the snapshot's environment had, by package."""
    lock = recipe.of(snapshot).read(LOCK).decode()
    found = pinned(lock, snapshot.manifest["environment"]["packages"])
    if other := sorted(set(snapshot.manifest["environment"]["packages"]) - set(found)):
        said = ", ".join(other)
        raise SnapshotError(f"{snapshot.version} was made with packages that are not those of its lock: {said}")
    return found


def _wheels(entries: dict[str, str], folder: Path) -> dict[str, Path]:
    """Return the wheel of each package. Raises SnapshotError where one is not there with a hash of the lock."""
    there = {provenance.sha256(path): path for path in sorted(folder.glob("*.whl"))}
    found = {
        package: next((there[sha256] for sha256 in HASH.findall(entry) if sha256 in there), None)
        for package, entry in sorted(entries.items())
    }
    if missing := [package for package, path in found.items() if path is None]:
        raise SnapshotError(f"{folder} has no wheel with a hash of the lock of: {', '.join(missing)}")
    return {package: path for package, path in found.items() if path}


def _named(entry: str) -> list[str]:
    name, version = re.split(r"==|[\s;\\]", entry, maxsplit=2)[:2]
    return [provenance.canonical(name.partition("[")[0]), version]


def _csv(rows: list[list[str]]) -> bytes:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows([LISTED, *rows])
    return made.getvalue().encode()


def _readme(snapshot: Snapshot) -> str:
    """Return what the bundle is, in Finnish, Swedish and English."""
    texts = catalogue.texts("texts", "text")
    warning = texts["made_up" if snapshot.made_up else "bundle_not_public"]
    facts = {"version": snapshot.version, "file": file_name(snapshot)}
    return "\n".join(
        f"{warning[language]}\n\n{texts['bundle_about'][language].format(**facts)}\n"
        for language in catalogue.LANGUAGES
    )
