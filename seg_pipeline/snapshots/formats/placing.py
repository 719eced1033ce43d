"""Files that come whole or not at all: they are written out of sight and then take their names."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

from seg_pipeline.snapshots.formats.export import ExportError, Plan
from seg_pipeline.snapshots.shelves.folder import flush, sweep

HIDDEN = ".exporting-"


def place(files: Plan, folder: Path, force: bool = False) -> list[Path]:
    """Write `files` into `folder` and return their paths; a file that is there is replaced only by `force`.

    Raises ExportError, before anything is written, for a file that is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder, HIDDEN)
    for name in files:
        if not force and (folder / name).exists():
            raise _taken(folder / name)
    hidden = Path(tempfile.mkdtemp(dir=folder, prefix=HIDDEN))
    try:
        for name, write in files.items():
            write(hidden / name)
            flush(hidden / name)
        for name in files:
            _show(hidden / name, folder / name, force)
        flush(folder)
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
