"""Which code, lock and catalogue made a number."""

from __future__ import annotations

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from seg_pipeline import __version__, catalogue
from seg_pipeline.settings import CLONE, LOCK


@cache
def code() -> dict[str, str | None]:
    """Return the version, the sha256 of the package's source, and the commit (None outside a clone)."""
    return {"version": __version__, "source_sha256": source_digest(), "commit": _commit()}


@cache
def source_digest() -> str:
    """Return the sha256 of every module of the package, names and bytes, in the order of their names."""
    package, found = Path(__file__).parent, hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


@cache
def lock_digest() -> str | None:
    """Return the sha256 of the lock file (None where the package runs without its clone)."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.exists() else None


def all_digests() -> dict[str, str | None]:
    """Return what a table depends on besides its inputs: code, catalogue and lock."""
    return {"code": source_digest(), "catalogue": catalogue.digest(), "lock": lock_digest()}


def _commit() -> str | None:
    """Return the commit that is checked out; ``-modified`` after it where tracked files differ from it."""
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
