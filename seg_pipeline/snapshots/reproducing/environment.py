"""The environment that a recipe runs in: this one, or a fresh one from the recipe's lock; and what differs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .workshop import CannotReproduce, Workshop

CHOICES = ("auto", "same", "new")
ABSENT = "not there"
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]


def chosen(shop: Workshop, choice: str, python: str, wheels: Path | None, say: Callable[[str], None]) -> str:
    """Return the interpreter to use, having said how it differs from the recorded environment.

    ``same`` is `python` whatever it has; ``new`` a fresh environment, from `wheels` or from what pip can reach;
    ``auto`` is `python` where it has the recorded packages, else a new one where there are wheels.
    """
    recorded, found = shop.manifest["environment"], asked(shop, python)
    lacking = found.get("packages") != recorded["packages"]
    if choice == "new" or (choice == "auto" and lacking and wheels):
        python = _built(shop, found, python, wheels, say)
    apart = differing(shop, python)
    said = f"Python {recorded['python']}, {len(recorded['packages'])} packages"
    say(f"the environment is as recorded: {said}" if not apart else "the environment is not as recorded:")
    for line in apart:
        say(f"  {line}")
    return python


def differing(shop: Workshop, python: str) -> list[str]:
    """Return what differs between the recorded environment and that of an interpreter, a line for each thing."""
    recorded, found = _flat(shop.manifest["environment"]), _flat(asked(shop, python))
    return [
        f"{name} {recorded.get(name, ABSENT)} → {found.get(name, ABSENT)}"
        for name in recorded | found
        if recorded.get(name) != found.get(name)
    ]


def asked(shop: Workshop, python: str) -> dict[str, Any]:
    """Return what an interpreter says of itself, in the words of the recipe. Raises CannotReproduce if it is none."""
    try:
        told = shop.run([python, "-m", "seg_pipeline.provenance"], capture=True)
        found: dict[str, Any] = json.loads(told.stdout)
    except (OSError, ValueError):
        raise CannotReproduce(f"{python} cannot run the recipe: name a Python of its time with --python") from None
    return found


def pinned(lock: str, packages: dict[str, str]) -> dict[str, str]:
    """Return the entries of a lock, with their hashes, for exactly these versions of `packages`, by name."""
    found = {}
    for entry in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE):
        said = re.match(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^\s;\\]+)", entry)
        if said and packages.get(said["name"]) == said["version"]:
            found[said["name"]] = entry
    return found


def _flat(environment: dict[str, Any]) -> dict[str, str]:
    plain = {name: value for name, value in environment.items() if isinstance(value, str)}
    return plain | environment["platform"] | environment["packages"]


def _built(shop: Workshop, found: dict[str, Any], python: str, wheels: Path | None, say: Callable[[str], None]) -> str:
    """Return the interpreter of a fresh environment with the packages of the recipe's lock, hashes checked.

    On another platform, or another Python, it takes the whole lock: which packages are needed there is not recorded.
    """
    recorded = shop.manifest["environment"]
    lock = (shop.recipe / "requirements.lock").read_text(encoding="utf-8")
    entries = "".join(pinned(lock, recorded["packages"]).values()) if _kind(found) == _kind(recorded) else lock
    folder, wanted = shop.path / "environment", shop.path / "environment.lock"
    wanted.write_text(entries, encoding="utf-8")
    say(f"building an environment from {wheels or 'the network'}, which takes a minute or two")
    where = ["--no-index", "--find-links", str(wheels)] if wheels else []
    made = str(folder / "bin" / "python")
    for step in ([python, "-m", "venv", str(folder)], [made, *PIP, *where, "-r", str(wanted)]):
        if shop.run(step).returncode:
            raise CannotReproduce(
                "the environment could not be built; why is said above. `same` uses one that is there"
            )
    return made


def _kind(environment: dict[str, Any]) -> tuple[str, ...]:
    platform, version = environment["platform"], environment["python"].rpartition(".")[0]
    return environment["implementation"], version, platform["system"], platform["machine"]
