"""Files that come whole or not at all: they are written out of sight and then take their names."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from seg_pipeline.snapshots.formats.export import ExportError, Plan

HIDDEN = ".exporting-"
ABANDONED = 3600.0  # seconds after which what is out of sight is taken to be of an export that was killed


def place(files: Plan, folder: Path, force: bool = False) -> list[Path]:
    """Write `files` into `folder` and return their paths; a file that is there is replaced only by `force`.

    Raises ExportError, before anything is written, for a file that is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    for name in files:
        if not force and (folder / name).exists():
            raise _taken(folder / name)
    hidden = Path(tempfile.mkdtemp(dir=folder, prefix=HIDDEN))
    try:
        for name, write in files.items():
            write(hidden / name)
            _flush(hidden / name)
        for name in files:
            _show(hidden / name, folder / name, force)
        _flush(folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return [folder / name for name in files]


def _show(written: Path, path: Path, force: bool) -> None:
    """Give a file its name at once; where a name must not be taken twice, by a link, which never replaces."""
    if not force:
        try:
            path.hardlink_to(written)
            return
        except FileExistsError:
            raise _taken(path) from None
        except OSError as error:  # a memory stick or a network folder may know no links
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
                raise
            if path.exists():
                raise _taken(path) from None
    written.replace(path)


def _taken(path: Path) -> ExportError:
    return ExportError(f"{path} is there already: --force replaces it, --to FOLDER writes elsewhere")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what an export that was killed left out of sight."""
    for hidden in folder.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):
            if time.time() - hidden.stat().st_mtime > ABANDONED:
                shutil.rmtree(hidden, ignore_errors=True)
