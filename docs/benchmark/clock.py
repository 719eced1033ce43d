"""The clock: ours and the peer's work timed in turn, the peer in a process and environment of its own."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEER = HERE.parents[1] / ".venv-bench" / "bin" / "python"
ROUNDS = 5  # at most
PATIENCE = 60.0  # seconds after which no further round begins
LIMIT = 240.0  # seconds that the peer is waited for


class Peer:
    """PySAL in a process of its own, started when first asked, and ended by a task that outlasts LIMIT."""

    process: subprocess.Popen[bytes] | None = None
    versions: dict[str, str] | None = None

    def seconds(self, task: str, arrays: Path) -> tuple[float, Any]:
        """Return how long `task` took on `arrays` and its value; infinity and None where it took too long."""
        if self.process is None:
            command = [PEER, "-W", "ignore", HERE / "peer.py"]
            told = os.environ | {"TQDM_DISABLE": "1"}
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told)  # noqa: S603
            self.versions = self._answer(self.process)["versions"]
        assert self.process.stdin  # noqa: S101  opened above
        self.process.stdin.write(f"{task} {arrays}\n".encode())
        self.process.stdin.flush()
        said = self._answer(self.process)
        return said["seconds"], said["value"]

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout  # noqa: S101  opened above
        if not select.select([process.stdout], [], [], LIMIT)[0]:
            self.stop()
            return {"seconds": inf, "value": None, "versions": {}}
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the peer ended without an answer; what it said is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


def timed(work: Callable[[Any], Any], given: Any) -> tuple[float, Any]:
    """Return how many seconds `work` took, and its value."""
    begun = time.perf_counter()
    value = work(given)
    return time.perf_counter() - begun, value


def in_turn(*works: Callable[[], tuple[float, Any]]) -> tuple[list[float], list[Any]]:
    """Return the fewest seconds of each of `works`, run in turn, and their last values."""
    best, values, begun = [inf] * len(works), [None] * len(works), time.perf_counter()
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            seconds, values[at] = work()
            best[at] = min(best[at], seconds)
        if time.perf_counter() - begun > PATIENCE:
            break
    return best, values


def seconds_of(work: Callable[[Any], Any], given: Any) -> float:
    """Return the seconds of one of ours, its imports made before."""
    work(given)
    return in_turn(partial(timed, work, given))[0][0]
