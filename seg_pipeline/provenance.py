"""Which code, lock, catalogue and environment made a number.

``python -m seg_pipeline.provenance`` prints the environment as JSON. It needs nothing but Python, so that any
interpreter can be asked.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from seg_pipeline import __version__, catalogue
from seg_pipeline.settings import CLONE, LOCK

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(\[(?P<extras>[^]]*)\])?")
FOR_EXTRA = re.compile(r"extra\s*==\s*[\"'](?P<extra>[^\"']+)")

COMMIT = "COMMIT"
SOURCES = (".py", ".html", ".css", ".js", ".typ")  # every kind of file in the package


@cache
def code() -> dict[str, str | None]:
    """Return the version, the sha256 of the package's source, and the commit (None outside a clone)."""
    return {"version": __version__, "source_sha256": source_digest(), "commit": _commit()}


@cache
def source_digest() -> str:
    """Return the sha256 of every module and template of the package, names and bytes, in the order of their names."""
    package, found = Path(__file__).parent, hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in SOURCES):
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def sha256(path: Path) -> str:
    """Return the sha256 of a file, however large it is."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def lock_digest() -> str | None:
    """Return the sha256 of the lock file (None where the package runs without its clone)."""
    return sha256(LOCK) if LOCK.exists() else None


def all_digests() -> dict[str, str | None]:
    """Return what a table depends on besides its inputs: code, catalogue and lock."""
    return {"code": source_digest(), "catalogue": catalogue.digest(), "lock": lock_digest()}


@cache
def environment() -> dict[str, Any]:
    """Return what ran the code: Python, platform, and the version of each package that the pipeline needs."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "libc": " ".join(filter(None, platform.libc_ver())),
        },
        "packages": _packages(),
    }


def _packages() -> dict[str, str]:
    """Return the installed version of every package that the pipeline needs, and of those that they need in turn."""
    asked = list(tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"])
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    while asked:
        said = REQUIREMENT.match(asked.pop())
        name, extras = (said["name"], said["extras"] or "") if said else ("", "")
        if not name or (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # it is for another platform or Python
            continue
        found[canonical(name)] = package.version
        asked += _needed(package.requires or (), extras)
    return dict(sorted(found.items()))


def _needed(requirements: Iterable[str], extras: str) -> list[str]:
    """Return the requirements of a package that hold with the `extras` that were asked for of it."""
    wanted = {canonical(extra.strip()) for extra in extras.split(",")}
    marked = ((one, FOR_EXTRA.search(one)) for one in requirements)
    return [one for one, extra in marked if extra is None or canonical(extra["extra"]) in wanted]


def canonical(name: str) -> str:
    """Return the name of a package as the lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _commit() -> str | None:
    """Return the commit that is checked out; ``-modified`` after it where tracked files differ from it.

    A recipe has no repository and keeps the commit in a file.
    """
    if (kept := CLONE / COMMIT).is_file():
        return kept.read_text(encoding="utf-8") or None
    described = _git("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=-modified")
    return described.strip() or None


def _git(*words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  fixed words
            ["git", "-C", str(CLONE), *words],  # noqa: S607  the user's own git
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(environment()) + "\n")
