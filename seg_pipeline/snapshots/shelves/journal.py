"""The journal of a bucket: what has been published, a number for each publication, each put once and never again.

A number says all that was published up to it, a line for each as ``sha256sum`` writes it: the sha256 of the file that
names all others, and where that file is. Number 0 is empty; it tells whether the store honours conditions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from seg_pipeline.snapshots.shelves.folder import ShelfFailed
from seg_pipeline.snapshots.shelves.objects import Objects

JOURNAL = "publications"
NUMBER = re.compile(rf"{JOURNAL}/([0-9]{{6}})\.txt")
FOLDER = r"[^/\n]+/snapshot-[0-9a-f]{16}"
LINE = re.compile(rf"(?P<sha256>[0-9a-f]{{64}})  (?P<folder>{FOLDER})/(?P<name>[^/\n]+)\n")


@dataclass(frozen=True)
class Entry:
    """A line of the journal: where the files of a version are, which of them names the others, and its sha256."""

    folder: str
    name: str
    sha256: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.sha256}  {self.folder}/{self.name}\n"

    @property
    def version(self) -> str:
        """The version that was published."""
        return self.folder.partition("/")[0]


@dataclass(frozen=True)
class Journal:
    """The journal among the objects of a bucket."""

    objects: Objects

    def read(self) -> tuple[int, str]:
        """Return the last number, -1 where nothing was ever published, and what it says."""
        numbers = self._numbers()
        if numbers != [_key(number) for number in range(len(numbers))]:
            raise ShelfFailed(f"{self.objects.address}/{JOURNAL}: a number is missing; restore it from a backup")
        text = self.objects.get(numbers[-1]).decode(errors="replace") if numbers else ""
        if len(entries(text)) != max(0, len(numbers) - 1):
            raise ShelfFailed(f"{self.objects.address}/{numbers[-1]}: it has been changed; restore it from a backup")
        return len(numbers) - 1, text

    def commit(self, number: int, text: str) -> bool:
        """Put a number, if it is free; return whether it is ours. Raises ShelfFailed where that cannot be known."""
        unsure = None
        try:
            if self.objects.put_once(_key(number), text.encode()):
                return True
        except ShelfFailed as failed:  # the number may have been put all the same, and only the answer was lost
            unsure = failed
        there = self.objects.find(_key(number))
        if there is None and unsure:
            raise unsure
        return there == text.encode()

    def require_conditions(self) -> None:
        """Refuse a store that puts what should be put only where there is nothing."""
        if self.objects.put_once(_key(0), b"") and self.objects.put_once(_key(0), b""):
            raise ShelfFailed(
                f"{self.objects.address}: the store puts an object though the request says only where there is none "
                "(If-None-Match); two publishers could overwrite each other: use a store that honours it"
            )

    def faults(self) -> list[str]:
        """Return where the journal does not go on from where it was."""
        found, before = [], ""
        for number, key in enumerate(self._numbers()):
            text = self.objects.get(key).decode(errors="replace")
            added = text.removeprefix(before)
            if (
                key != _key(number)
                or not text.startswith(before)
                or (added if not number else not LINE.fullmatch(added))
            ):
                found.append(
                    f"{key}: the journal does not go on from the number before; it was changed, or one is gone"
                )
            before = text
        return found

    def _numbers(self) -> list[str]:
        return [found.key for found in self.objects.under(f"{JOURNAL}/") if NUMBER.fullmatch(found.key)]


def entries(text: str) -> dict[str, Entry]:
    """Return the lines of a journal by version."""
    lines = [Entry(line["folder"], line["name"], line["sha256"]) for line in LINE.finditer(text)]
    return {line.version: line for line in lines}


def _key(number: int) -> str:
    return f"{JOURNAL}/{number:06}.txt"
