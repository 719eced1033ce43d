"""The folder in which a snapshot is made again, what stands in it, and programs run on the recipe's code.

published/<version>/   the snapshot, as it was published
data/                  its deliveries, as the recipe's `rebuilding` wants them
wheels/                the packages of its environment, if they are at hand
recipe/                its recipe, unpacked
environment/           a fresh environment, if one is built
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

MANIFEST, DELIVERIES, RECIPE = "manifest.json", "deliveries.json", "recipe.zip"
SETTINGS = ("SEG_", "DAGSTER_", "PYTHON")  # what the environment's names of this machine's settings begin with


class CannotReproduce(Exception):
    """The snapshot cannot be made again here: the message says why and what to do."""


@dataclass(frozen=True)
class Workshop:
    """One folder in which one snapshot is made again."""

    path: Path

    @cached_property
    def published(self) -> Path:
        """The folder of the published snapshot."""
        (folder,) = (self.path / "published").iterdir()
        return folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the published snapshot."""
        return manifest(self.published)

    @property
    def data(self) -> Path:
        """What the recipe's `rebuilding` is given."""
        return self.path / "data"

    @property
    def recipe(self) -> Path:
        """The recipe's code."""
        return self.path / "recipe"

    def unpack_recipe(self) -> None:
        """Unpack the recipe, after every file was found to be what it was; raises CannotReproduce."""
        if wrong := self._changed():
            more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            raise CannotReproduce(f"{wrong[0]}{more} is not as it was: get the bundle, or the snapshot, anew")
        with zipfile.ZipFile(self.published / RECIPE) as packed:
            packed.extractall(self.recipe)

    def run(self, words: list[str], capture: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a program on the recipe's code."""
        return run(words, self.recipe, capture)

    def _changed(self) -> list[str]:
        """Return the files whose bytes are not those that were published or received."""
        said = (self.published / f"{MANIFEST}.sha256").read_text(encoding="utf-8").split()[0]
        named = {name: file["sha256"] for name, file in self.manifest["files"].items()} | {MANIFEST: said}
        wrong = [self.published / name for name, hash_ in named.items() if sha256(self.published / name) != hash_]
        if not wrong:
            told = json.loads((self.published / DELIVERIES).read_bytes())["deliveries"]
            objects = {one["receipt"]["sha256"] for one in told}
            wrong = [self.data / "objects" / name for name in sorted(objects)]
            wrong = [path for path in wrong if sha256(path) != path.name]
        return [path.relative_to(self.path).as_posix() for path in wrong]


@contextmanager
def workshop(keep: Path | None = None) -> Iterator[Workshop]:
    """Give a workshop in an empty folder, gone in the end whatever happens; or in `keep`, a new folder, which stays."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="reproducing-") as folder:
            yield Workshop(Path(folder).resolve())
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise CannotReproduce(f"{keep} is there already: choose a new folder")
    keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    yield Workshop(keep.resolve())


def run(words: list[str], code: Path, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a program with the code in a folder before any other, and with no setting of this machine's pipeline.

    What it says goes to standard error, or where it is to be captured into the answer.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    there = ours | {"PYTHONPATH": str(code), "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}
    return subprocess.run(  # noqa: S603  our own programs, or the interpreter that the user names
        words, cwd=code, env=there, check=False, text=True, stdout=subprocess.PIPE if capture else sys.stderr
    )


def manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the snapshot in a folder."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return found


def sha256(path: Path) -> str:
    """Return the sha256 of a file, or nothing where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
