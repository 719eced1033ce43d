"""Every call that publishing makes to the disk, counted, so that something can happen at exactly the n-th of them.

A write is torn: half of the bytes are written first.
"""

from __future__ import annotations

import fcntl
import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

CALLS = ("open", "mkdir", "fsync", "fchmod", "chmod", "rename")


@dataclass
class Disk:
    """What happens at the call number `nth` (from 0), and, where it `lasts`, at every later one."""

    folder: Path
    nth: int
    happen: Callable[[], None]
    lasts: bool = False
    calls: list[str] = field(default_factory=list)

    @property
    def reached(self) -> bool:
        """True when it has happened."""
        return len(self.calls) > self.nth

    def due(self, name: str) -> bool:
        """Count a call; return whether it is one at which something happens."""
        self.calls.append(name)
        return len(self.calls) == self.nth + 1 or (self.lasts and self.reached)

    @contextmanager
    def watched(self) -> Iterator[Disk]:
        """Count the calls on the folder that are made meanwhile."""
        with ExitStack() as meanwhile:
            for name in CALLS:
                meanwhile.enter_context(mock.patch.object(os, name, self._calling(name, getattr(os, name))))
            meanwhile.enter_context(mock.patch.object(io, "open", self._opening(io.open)))
            meanwhile.enter_context(mock.patch.object(fcntl, "flock", self._calling("flock", fcntl.flock)))
            yield self

    def _calling(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(at: Any, *words: Any, **more: Any) -> Any:
            if self._here(at) and self.due(name):
                self.happen()
            return real(at, *words, **more)

        return call

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(at: Any, mode: str = "r", *words: Any, **more: Any) -> Any:
            if not self._here(at) or "r" in mode:
                return real(at, mode, *words, **more)
            if self.due("open"):
                self.happen()
            return _File(real(at, mode, *words, **more), self)

        return call

    def _here(self, at: Any) -> bool:
        return isinstance(at, int) or str(at).startswith(str(self.folder))


class _File:
    """An open file whose writes are counted and torn."""

    def __init__(self, real: Any, disk: Disk) -> None:
        self.real, self.disk = real, disk

    def write(self, data: bytes) -> int:
        if self.disk.due("write"):
            self.real.write(data[: len(data) // 2])
            self.real.flush()
            self.disk.happen()
        return self.real.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.real.close()


def die() -> None:
    """End as a power cut ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(fault: int) -> Callable[[], None]:
    """Return what fails as a full or a broken disk does."""

    def happen() -> None:
        raise OSError(fault, os.strerror(fault))

    return happen
