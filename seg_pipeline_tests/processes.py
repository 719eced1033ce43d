"""Processes that tests start, forked from one that has everything in memory: nothing is imported twice.

A process is its own all the same: its memory, environment, folder, output and end are its own, and it can be killed.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["seg_pipeline.definitions", "seg_pipeline.cli", "seg_pipeline_tests.snapshots.warm"])


def run(words: Sequence[str], environment: Mapping[str, str], longest: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``seg`` with these words and nothing but this environment; return what it said and how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        told = [Path(folder) / name for name in ("stdout", "stderr")]
        process = CONTEXT.Process(target=_seg, args=(list(words), dict(environment), str(Path.cwd()), *map(str, told)))
        process.start()
        process.join(longest)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["seg", *words], longest)
        said = [file.read_text(encoding="utf-8") if file.exists() else "" for file in told]
        return subprocess.CompletedProcess(["seg", *words], process.exitcode, *said)


def call(function: Callable[..., Any], *given: Any, longest: float = 300) -> Any:
    """Call a function in a process of its own; return what it returns."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_call, args=(sender, function, *given))
    process.start()
    sender.close()
    try:
        if not receiver.poll(longest):
            raise TimeoutError(f"{function.__name__} took longer than {longest} s")
        return receiver.recv()
    finally:
        process.kill()
        process.join()


def _call(sender: Connection, function: Callable[..., Any], *given: Any) -> None:
    sender.send(function(*given))


def _seg(words: list[str], environment: dict[str, str], folder: str, *told: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    for number, name in enumerate(told, 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = ["seg", *words]
    from seg_pipeline.cli import main

    main(prog_name="seg")
