"""Snapshots as folders of one folder: written hidden, flushed to disk, made visible by one rename, never changed.

A kill, a full disk or a failing one leaves nothing visible. One publisher at a time: a lock on a file, which the
kernel lets go when its holder dies.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from seg_pipeline import settings

HIDDEN = ".publishing-"
LOCK = ".lock"
SIGNATURES = "signatures"
ABANDONED = 3600.0  # seconds after which a hidden folder's publisher is taken to be dead
PATIENCE, LOOK = 600.0, 0.02  # seconds that a publisher waits for its turn, and between two looks
TAKEN = (errno.EEXIST, errno.ENOTEMPTY)


class ShelfFailed(settings.Foreseen):
    """The place where snapshots are refuses, does not answer, or cannot do what publishing needs."""


@dataclass(frozen=True)
class Folder:
    """The shelf that is a folder of this machine."""

    path: Path

    def versions(self) -> list[str]:
        """Return the names of the folders."""
        return [path.name for path in self.path.glob("*") if path.is_dir()]

    def names(self, version: str) -> set[str]:
        """Return the name of every file, link and empty folder."""
        folder = self.path / version
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not _holds_something(path)}

    def read(self, version: str, name: str) -> bytes:
        """Return the bytes of a plain file; a link or a pipe is none."""
        path = self.path / version / name
        if path.exists() and (path.is_symlink() or not path.is_file()):
            raise FileNotFoundError(errno.ENOENT, "it is not a plain file", str(path))
        return path.read_bytes()

    def file(self, version: str, name: str) -> Path:
        """Return the path of a file."""
        return self.path / version / name

    def where(self, version: str) -> str:
        """Return the path of the folder."""
        return str(self.path / version)

    def recorded(self, version: str) -> str:  # noqa: ARG002  a folder keeps no journal
        """Return nothing: what was published is what is there."""
        return ""

    def faults(self) -> list[str]:
        """Return nothing: a folder is nothing but its snapshots."""
        return []

    @contextmanager
    def alone(self) -> Iterator[Callable[[str, Mapping[str, bytes]], bool]]:
        """Wait until no other publisher has the folder; hand out what places a snapshot in it."""
        with alone(self.path):
            yield self._place

    def _place(self, version: str, files: Mapping[str, bytes]) -> bool:
        sweep(self.path, HIDDEN)
        hidden = Path(tempfile.mkdtemp(dir=self.path, prefix=HIDDEN))
        try:
            for name, data in files.items():
                _write(hidden / name, data)
            flush(hidden)
            hidden.chmod(0o555)
            hidden.rename(self.path / version)
        except OSError as error:
            if error.errno in TAKEN:
                return False
            raise
        finally:
            _remove(hidden)
        flush(self.path)
        return True

    def signatures(self) -> dict[str, list[str]]:
        """Return the names of the signatures that stand beside the snapshots, by version."""
        found: dict[str, list[str]] = {}
        for path in sorted((self.path / SIGNATURES).glob("*/*.sig")):
            found.setdefault(path.parent.name, []).append(path.name)
        return found

    def signature(self, version: str, name: str) -> bytes:
        """Return the bytes of a signature."""
        return self.read(f"{SIGNATURES}/{version}", name)

    def attach(self, version: str, name: str, data: bytes) -> bool:
        """Put a signature beside a snapshot, whole and once; return False when one of that name is there."""
        folder = self.path / SIGNATURES / version
        folder.mkdir(parents=True, exist_ok=True)
        hidden = folder / f"{HIDDEN}{os.getpid()}"
        try:
            hidden.unlink(missing_ok=True)
            _write(hidden, data)
            (folder / name).hardlink_to(hidden)
        except FileExistsError:
            return False
        finally:
            hidden.unlink(missing_ok=True)
        flush(folder)
        return True


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else has the folder, which is made where it is not there, and keep it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as lock:
        _wait_for(lock.fileno(), folder)
        yield


def _wait_for(lock: int, folder: Path) -> None:
    import fcntl  # not on every analyst's machine; publishing is

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                remedy = "wait for it, or end it: its lock ends with it"
                raise ShelfFailed(f"another publisher has had {folder} for {PATIENCE:.0f} s; {remedy}") from None
            time.sleep(LOOK)
        except OSError as error:
            raise ShelfFailed(
                f"{folder} cannot be locked ({error.strerror}), so two publishers could fork the chain of snapshots; "
                "publish to a local disk, to a file server with locks, or to a bucket"
            ) from None


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, prefix: str) -> None:
    """Remove hidden folders whose maker died. Their age counts as well, where a lock is not seen by all."""
    for hidden in folder.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if time.time() - hidden.stat().st_mtime > ABANDONED:
                _remove(hidden)


def _remove(hidden: Path) -> None:
    if hidden.exists():
        hidden.chmod(0o755)
        shutil.rmtree(hidden, ignore_errors=True)


def _holds_something(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and any(path.iterdir())
