"""Tables between steps: one Parquet file per asset and edition, replaced by one rename. Knows no Dagster.

The footer of each file says what it was made from (`lineage`), so that a file tells by itself whether it is
still what its inputs give. Readers and writers never lock each other out: a reader keeps the file it opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seg_pipeline import parquet
from seg_pipeline.settings import Foreseen, Settings

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]


class DamagedError(Foreseen):
    """A table between steps was changed by something else than the pipeline."""


@dataclass(frozen=True)
class Warehouse:
    """The tables of one data folder and profile."""

    settings: Settings

    def path(self, key: Key, edition: int) -> Path:
        """Return where the table of an asset is kept."""
        return self.settings.tables.joinpath(str(edition), *key).with_suffix(".parquet")

    def read(self, key: Key, edition: int) -> pd.DataFrame:
        """Return the table of an asset. Raises DamagedError when it is not what was written."""
        path = self.path(key, edition)
        try:
            table, written = parquet.read(path), parquet.footer(path).get("content")
        except (OSError, ValueError):
            table, written = None, ""
        if table is None or content(table) != written:
            raise DamagedError(f"{path} is not as it was written; `seg refresh --force` makes every table again")
        return table

    def write(self, key: Key, edition: int, table: pd.DataFrame, lineage: str, notice: str = "") -> str:
        """Replace the table of an asset, whole or not at all; return the sha256 of its file."""
        footer = {"lineage": lineage, "content": content(table)} | ({"made_up": notice} if notice else {})
        data = parquet.encode(table, footer)
        path = self.path(key, edition)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), 0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        return hashlib.sha256(data).hexdigest()

    def sha256(self, key: Key, edition: int) -> str:
        """Return the sha256 of an asset's file, or nothing where there is none."""
        path = self.path(key, edition)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""

    def lineage(self, key: Key, edition: int) -> str:
        """Return what an asset's file says it was made from, or nothing where there is none that can be read."""
        try:
            return parquet.footer(self.path(key, edition)).get("lineage", "")
        except (OSError, ValueError):  # not there, or damaged: Arrow's errors are both
            return ""


def content(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's Parquet bytes without a footer of ours: what it holds, not where it is from."""
    return hashlib.sha256(parquet.encode(table)).hexdigest()


def fingerprint(made_from: object) -> str:
    """Return the sha256 of a description of what a table is made from."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
