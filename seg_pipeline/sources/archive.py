"""Receive bytes once, by their sha256, with a receipt. Nothing in the archive is ever changed or taken away.

    objects/3f/3fa9…                      the bytes, read-only
    receipts/paavo/2018/whole/1.json      who sent what when; revision 1 of release 2018
    receipts/paavo/2018/whole/1.withdrawn.json    why it no longer counts, if it does not
    attempts/paavo.jsonl                  every try to fetch it, one line each

The last revision of a release that is not withdrawn is the one that is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from seg_pipeline.settings import Foreseen
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import release_year

RELEASE = re.compile(r"(19|20)[0-9]{2}([-.][0-9A-Za-z]{1,20})?")
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
WHOLE = "whole"


class ArchiveError(Foreseen):
    """The archive was asked for something that it does not do or have."""


def check_release(release: str) -> None:
    """Refuse a release that is no year, such as ``2026`` or ``2026-06``."""
    if not RELEASE.fullmatch(release):
        raise ArchiveError(f"release {release!r} is not a year, such as 2026 or 2026-06")


@dataclass(frozen=True)
class Receipt:
    """What was received: one revision of one part of one release. Times are UTC, ISO 8601."""

    source: str
    release: str
    part: str
    revision: int
    file: str
    size: int
    sha256: str
    received: str
    licence: str
    made_up: bool
    url: str = ""  # where it was fetched; empty for a file that was sent

    def __str__(self) -> str:
        """Return how people speak of it: ``paavo 2018, revision 1``."""
        part = "" if self.part == WHOLE else f" ({self.part})"
        return f"{self.source} {self.release}{part}, revision {self.revision}"

    @property
    def when(self) -> str:
        """The time of receipt to the second, as people are told it."""
        return datetime.fromisoformat(self.received).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Attempt:
    """One try to fetch a source for an edition: `outcome` is ``fetched``, ``unchanged`` or ``unavailable``."""

    source: str
    edition: int
    when: str
    outcome: str
    why: str = ""


@dataclass(frozen=True)
class Archive:
    """The archive in one folder. Safe for several processes at a time and for a kill at any moment."""

    root: Path

    def receive(
        self, source: str, release: str, part: str, file: str, data: bytes, licence: str, made_up: bool, url: str = ""
    ) -> tuple[Receipt, bool]:
        """Keep `data` and write its receipt; return the receipt and whether it is new.

        Bytes that this part of the release already has, in any revision, are received once; where the archive has
        lost or damaged them, they are put back. Fetched bytes (with a `url`) are what the service says now: they
        are a new revision unless they are those of the last one.
        """
        check_release(release)
        sha256 = hashlib.sha256(data).hexdigest()
        part = _safe(part or WHOLE)
        self._keep(sha256, data)
        while True:
            earlier = self.revisions(source, release, part)
            counting = [receipt for receipt in earlier if not self.withdrawn(receipt)]
            known = [receipt for receipt in (counting[-1:] if url else counting) if receipt.sha256 == sha256]
            if known:
                return known[-1], False
            receipt = Receipt(
                source,
                release,
                part,
                max((receipt.revision for receipt in earlier), default=0) + 1,
                _printable(Path(file).name),
                len(data),
                sha256,
                datetime.now(UTC).isoformat(timespec="microseconds"),  # which of two came last may decide what is read
                licence,
                made_up,
                url,
            )
            if _write_once(self._path(receipt), _json(asdict(receipt))):
                return receipt, True

    def withdraw(self, receipt: Receipt, why: str) -> None:
        """Record that a revision no longer counts, and why. Its bytes and its receipt stay."""
        if not why.strip():
            raise ArchiveError("say why: the reason is kept beside the receipt")
        when = datetime.now(UTC).isoformat(timespec="seconds")
        if not _write_once(self._withdrawal(receipt), _json({"withdrawn": when, "why": why})):
            raise ArchiveError(f"{receipt} is already withdrawn")

    def withdrawn(self, receipt: Receipt) -> str:
        """Return why a revision was withdrawn, or nothing."""
        path = self._withdrawal(receipt)
        return str(json.loads(path.read_text(encoding="utf-8"))["why"]) if path.exists() else ""

    def revisions(self, source: str, release: str, part: str) -> list[Receipt]:
        """Return every revision of one part of a release, first to last."""
        folder = self.root / "receipts" / source / release / part
        paths = sorted((path for path in folder.glob("*.json") if path.stem.isdigit()), key=lambda path: int(path.stem))
        return [_receipt(path) for path in paths]

    def receipts(self, source: str | None = None) -> Iterator[Receipt]:
        """Yield every receipt, of one source or all, by source, release, part and revision."""
        for folder in sorted((self.root / "receipts").glob(f"{source or '*'}/*/*")):
            yield from self.revisions(*folder.relative_to(self.root / "receipts").parts)

    def counting(self, source: str, edition: int) -> list[list[Receipt]]:
        """Return what an edition may read of a source: of each part of each release up to it, the revisions that count.

        Parts are in the order of releases, the revisions of a part first to last.
        """
        found: dict[tuple[str, str], list[Receipt]] = {}
        for receipt in self.receipts(source):
            if release_year(receipt.release) <= edition and not self.withdrawn(receipt):
                found.setdefault((receipt.release, receipt.part), []).append(receipt)
        return [found[key] for key in sorted(found)]

    def current(self, source: str, edition: int) -> list[Receipt]:
        """Return, of each part of each release up to an edition, the last revision that counts."""
        return [revisions[-1] for revisions in self.counting(source, edition)]

    def note(self, attempt: Attempt) -> None:
        """Keep that a fetch was tried, and what came of it."""
        path = self._attempts(attempt.source)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(asdict(attempt)))  # a line that a kill has cut does not spoil the next

    def attempt(self, source: str, edition: int) -> Attempt | None:
        """Return the last try to fetch a source for an edition, or None."""
        path = self._attempts(source)
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
        told = (_attempt(line) for line in reversed(lines))
        return next((attempt for attempt in told if attempt and attempt.edition == edition), None)

    def _attempts(self, source: str) -> Path:
        return self.root / "attempts" / f"{source}.jsonl"

    def read(self, receipt: Receipt) -> bytes:
        """Return the bytes of a receipt. Raises Refused when they are not what was received."""
        data = self._held(receipt.sha256)
        found = hashlib.sha256(data).hexdigest()
        if found != receipt.sha256:
            raise Refused("damaged", found=found, expected=receipt.sha256, source=receipt.source, file=receipt.file)
        return data

    def held(self, sha256: str) -> bytes | None:
        """Return the bytes of a sha256, whatever they were received as; None where they are lost or damaged."""
        data = self._held(sha256)
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def restore(self, receipt: Receipt, data: bytes) -> None:
        """Put back a receipt as it was, with its bytes."""
        self._keep(receipt.sha256, data)
        _write_once(self._path(receipt), _json(asdict(receipt)))

    def _held(self, sha256: str) -> bytes:
        path = self._object(sha256)
        return path.read_bytes() if path.exists() else b""

    def _keep(self, sha256: str, data: bytes) -> None:
        path = self._object(sha256)
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            path.unlink()  # damaged: what follows puts the received bytes back
        _write_once(path, data)

    def _object(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / sha256

    def _path(self, receipt: Receipt) -> Path:
        return self.root / "receipts" / receipt.source / receipt.release / receipt.part / f"{receipt.revision}.json"

    def _withdrawal(self, receipt: Receipt) -> Path:
        return self._path(receipt).with_suffix(".withdrawn.json")


def _safe(part: str) -> str:
    """Return a part's name as one folder's name: what a file calls its parts must never lead out of the archive."""
    if PART.fullmatch(part):
        return part
    plain = re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:40]
    return f"{plain or 'part'}-{hashlib.sha256(part.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _attempt(line: str) -> Attempt | None:
    """Return the attempt that a line tells, or None for one that was cut or damaged."""
    try:
        return Attempt(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def _receipt(path: Path) -> Receipt:
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ArchiveError(f"the receipt {path} cannot be read ({error}): restore it from a backup") from None


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _write_once(path: Path, data: bytes) -> bool:
    """Write a read-only file whole or not at all; return False when it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".receiving-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o444)
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
