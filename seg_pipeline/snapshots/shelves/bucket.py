"""Snapshots as objects of a bucket that any number of publishers may write to, without a lock.

``<version>/snapshot-<random>/<name>``  the files of one attempt to publish; no two attempts share a key
``publications/<number>.txt``           the journal of what has been published
``signatures/<version>/<key>.sig``      signatures, beside what they sign

Publishing is ONE request: the next number of the journal is put on condition that it is not there. Until then no
reader sees a file, and from then on every file is there, for they were put and counted before. Who is killed before
has published nothing; who is killed after has published, and a second try finds that out. Of two publishers who looked
at the same journal one gets the number; the other looks again, and so names the winner as predecessor: no fork and
no gap, whatever editions they publish. An answer that was lost is not guessed at: the number is read again, and
where that fails nothing is removed. Files that the journal does not name are removed by a later publisher, when by
the store's own clock they are older than any publisher may take.

The store must honour the condition, which is tried before each publication, and must list what was put before.
"""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from seg_pipeline.snapshots.shelves.folder import ABANDONED, SIGNATURES, ShelfFailed
from seg_pipeline.snapshots.shelves.journal import FOLDER, Entry, Journal, entries
from seg_pipeline.snapshots.shelves.objects import Objects

ATTEMPT = re.compile(rf"{FOLDER}(?=/)")
SLOW = ABANDONED / 2  # seconds after which a publisher gives up, so that its files are not taken for abandoned


@dataclass(frozen=True)
class Bucket:
    """The shelf that is a bucket."""

    objects: Objects
    _known: dict[str, Entry] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def at(cls, address: str) -> Bucket:
        """Return the shelf at an address such as ``s3://bucket/prefix``."""
        return cls(Objects.at(address))

    @property
    def _journal(self) -> Journal:
        return Journal(self.objects)

    def versions(self) -> list[str]:
        """Return what the journal names."""
        self._known.update(entries(self._journal.read()[1]))
        return list(self._known)

    def names(self, version: str) -> set[str]:
        """Return the name of every file under the version's folder."""
        folder = f"{self._entry(version).folder}/"
        return {found.key.removeprefix(folder) for found in self.objects.under(folder)}

    def read(self, version: str, name: str) -> bytes:
        """Return the bytes of a file."""
        return self.objects.get(f"{self._entry(version).folder}/{name}")

    def file(self, version: str, name: str) -> io.BufferedReader:
        """Return an open file that fetches what is read of it."""
        return self.objects.file(f"{self._entry(version).folder}/{name}")

    def where(self, version: str) -> str:
        """Return the address of the files."""
        return f"{self.objects.address}/{self._entry(version).folder}"

    def recorded(self, version: str) -> str:
        """Return the sha256 that the journal has of the file that names the others."""
        return self._entry(version).sha256

    def faults(self) -> list[str]:
        """Return what is wrong with the journal."""
        return self._journal.faults()

    @contextmanager
    def alone(self) -> Iterator[Callable[[str, Mapping[str, bytes]], bool]]:
        """Look at the journal; hand out what places a snapshot as its next number, if that is still free."""
        self._journal.require_conditions()
        last, said = self._journal.read()
        yield lambda version, files: self._place(version, files, last + 1, said)

    def _place(self, version: str, files: Mapping[str, bytes], number: int, said: str) -> bool:
        if version in entries(said):
            return False
        name, naming = list(files.items())[-1]
        folder = f"{version}/snapshot-{secrets.token_hex(8)}"
        try:
            self._put(folder, files)
        except Exception:
            self._remove(folder)
            raise
        if not self._journal.commit(number, f"{said}{Entry(folder, name, hashlib.sha256(naming).hexdigest())}"):
            self._remove(folder)
            return False
        self._sweep()
        return True

    def _put(self, folder: str, files: Mapping[str, bytes]) -> None:
        begun = time.monotonic()
        for name, data in files.items():
            self.objects.put(f"{folder}/{name}", data)
        there = {found.key: found.size for found in self.objects.under(f"{folder}/")}
        if there != {f"{folder}/{name}": len(data) for name, data in files.items()}:
            raise ShelfFailed(f"{self.objects.address}/{folder}: the store does not list what was put; publish again")
        if time.monotonic() - begun > SLOW:
            raise ShelfFailed(f"{self.objects.address}: the files took more than {SLOW:.0f} s; publish from nearer by")

    def _entry(self, version: str) -> Entry:
        if version not in self._known and version not in self.versions():
            raise FileNotFoundError(errno.ENOENT, "it has not been published", f"{self.objects.address}/{version}")
        return self._known[version]

    def _sweep(self) -> None:
        """Remove what publishers that died have left; failing at it undoes nothing, and the next one tries again."""
        try:
            there = self.objects.under()
            named = {entry.folder for entry in entries(self._journal.read()[1]).values()}
            newest: dict[str, float] = {}
            for found in there:
                if attempt := ATTEMPT.match(found.key):
                    newest[attempt[0]] = max(found.put, newest.get(attempt[0], found.put))
            now = max(found.put for found in there)
            dead = tuple(f"{of}/" for of, put in newest.items() if put < now - ABANDONED and of not in named)
            self.objects.remove([found.key for found in there if found.key.startswith(dead)])
        except (ShelfFailed, OSError) as failed:
            logging.getLogger(__name__).warning("what dead publishers have left cannot be removed: %s", failed)

    def _remove(self, folder: str) -> None:
        with suppress(ShelfFailed, OSError):
            self.objects.remove([found.key for found in self.objects.under(f"{folder}/")])

    def signatures(self) -> dict[str, list[str]]:
        """Return the names of the signatures that stand beside the snapshots, by version."""
        found: dict[str, list[str]] = {}
        for signature in self.objects.under(f"{SIGNATURES}/"):
            _, version, name = [*signature.key.split("/"), ""][:3]
            if name.endswith(".sig"):
                found.setdefault(version, []).append(name)
        return found

    def signature(self, version: str, name: str) -> bytes:
        """Return the bytes of a signature."""
        return self.objects.get(f"{SIGNATURES}/{version}/{name}")

    def attach(self, version: str, name: str, data: bytes) -> bool:
        """Put a signature beside a snapshot, whole and once; return False when one of that name is there."""
        self._journal.require_conditions()
        return self.objects.put_once(f"{SIGNATURES}/{version}/{name}", data)
