"""Where snapshots stand: a folder, or a bucket. A shelf takes a snapshot whole or not at all, and never changes one.

It knows names and bytes, and nothing of what they mean.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

HIDDEN = ".publishing-"
ABANDONED = 3600.0  # seconds after which a hidden folder's publisher is taken to be dead


class Shelf(Protocol):
    """A place with snapshots: each is a version with files. Reading raises OSError for what is not there."""

    def versions(self) -> list[str]:
        """Return the names of all folders that could be snapshots, in no order."""
        ...

    def names(self, version: str) -> set[str]:
        """Return the name of every file of a version, those that should not be there too."""
        ...

    def read(self, version: str, name: str) -> bytes:
        """Return the bytes of a file."""
        ...

    def file(self, version: str, name: str) -> Any:
        """Return a file as what Arrow opens without reading all of it: a path, or an open file."""
        ...

    def where(self, version: str) -> str:
        """Return where a version is, as a person would open it."""
        ...

    def place(self, version: str, files: Mapping[str, bytes]) -> bool:
        """Make `files` visible as `version`, all at once; return False when the version is taken."""
        ...

    def alone(self) -> Any:
        """Return a context in which no other publisher looks at the shelf and places."""
        ...


@dataclass(frozen=True)
class Folder:
    """Snapshots as folders of one folder.

    Order: files into a hidden folder, each flushed to disk; read-only; one rename; the parent folder flushed.
    Whoever renames first has the version.
    """

    path: Path

    def versions(self) -> list[str]:
        """Return the names of the folders."""
        return [path.name for path in self.path.glob("*") if path.is_dir()]

    def names(self, version: str) -> set[str]:
        """Return the name of every file, links and empty folders' contents included."""
        folder = self.path / version
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not _plain_folder(path)}

    def read(self, version: str, name: str) -> bytes:
        """Return the bytes of a plain file; a link is none."""
        path = self.path / version / name
        if path.is_symlink():
            raise FileNotFoundError(errno.ENOENT, "it is a link, not a file", str(path))
        return path.read_bytes()

    def file(self, version: str, name: str) -> Path:
        """Return the path of a file."""
        return self.path / version / name

    def where(self, version: str) -> str:
        """Return the path of the folder."""
        return str(self.path / version)

    def place(self, version: str, files: Mapping[str, bytes]) -> bool:
        """Make `files` visible as `version`, all at once; return False when the version is taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        _sweep(self.path)
        hidden = Path(tempfile.mkdtemp(dir=self.path, prefix=HIDDEN))
        try:
            for name, data in files.items():
                _write(hidden / name, data)
            _flush(hidden)
            hidden.chmod(0o555)
            hidden.rename(self.path / version)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                return False
            raise
        finally:
            _remove(hidden)
        _flush(self.path)
        return True

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one publisher at a time look at the folder and place."""
        yield


def shelf(where: str | Path) -> Shelf:
    """Return the shelf at a path."""
    return Folder(Path(where))


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove hidden folders whose publisher died."""
    for hidden in folder.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):
            if time.time() - hidden.stat().st_mtime > ABANDONED:
                _remove(hidden)


def _remove(hidden: Path) -> None:
    if hidden.exists():
        hidden.chmod(0o755)
        shutil.rmtree(hidden, ignore_errors=True)


def _plain_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
