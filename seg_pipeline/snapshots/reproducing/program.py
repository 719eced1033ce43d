"""What reproduces: from a workshop to a verdict. Also the program that a bundle is."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .comparing import compared
from .environment import CHOICES, chosen
from .workshop import CannotReproduce, Workshop, workshop

HELP = {
    "--environment": "same: run by --python; new: a fresh one from the wheels; auto: the first where its packages fit",
    "--python": "an interpreter that has the packages (default: this one)",
    "--wheels": "a folder with the packages, where the bundle has none",
    "--keep": "a new folder to work in, which stays",
}


def reproduce(shop: Workshop, environment: str, python: str, wheels: Path | None, say: Callable[[str], None]) -> bool:
    """Make the snapshot of a workshop again, say what came of it, and return whether every table is the same.

    Raises CannotReproduce, saying why. `environment`, `python` and `wheels` are those of `environment.chosen`.
    """
    shop.unpack_recipe()
    python = chosen(shop, environment, python, wheels, say)
    said = shop.manifest
    profile = "demo" if said["made_up"] else "own"
    door = [python, "-m", "seg_pipeline.cli.rebuilding", str(shop.data), str(said["edition"]), profile]
    done = shop.run(door, capture=True)
    if done.returncode:
        raise CannotReproduce(f"the recipe could not make the tables again (exit {done.returncode}); why is said above")
    return compared(shop, shop.data / "snapshots" / done.stdout.split()[-1], python, say)


def main(words: Sequence[str], bundle: Path) -> int:
    """Reproduce what a bundle holds; return the exit status: 0 only where every table is the same."""
    given = _given(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that nothing is left behind
    try:
        with workshop(given.keep) as shop:
            _unpack(bundle, shop.path)
            inside = shop.path / "wheels"
            wheels = given.wheels.resolve() if given.wheels else inside if inside.is_dir() else None
            return 0 if reproduce(shop, given.environment, given.python, wheels, _say) else 1
    except CannotReproduce as why:
        sys.stderr.write(f"{why}\n")
        return 1


def _given(words: Sequence[str]) -> argparse.Namespace:
    about = "Make the snapshot in this bundle again, without a network, and compare every byte."
    asked = argparse.ArgumentParser(prog="python3 BUNDLE", description=about)
    asked.add_argument("--environment", choices=CHOICES, default="auto", help=HELP["--environment"])
    asked.add_argument("--python", default=sys.executable, metavar="PATH", help=HELP["--python"])
    for folder in ("--wheels", "--keep"):
        asked.add_argument(folder, type=Path, metavar="FOLDER", help=HELP[folder])
    return asked.parse_args(words)


def _unpack(bundle: Path, folder: Path) -> None:
    """Unpack a bundle, which may have been unpacked before."""
    if bundle.is_dir():
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        return
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
