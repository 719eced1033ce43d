"""Compare a snapshot that was made again with the published one, byte for byte, and say what differs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .workshop import Workshop, manifest, sha256

ROWS = Path(__file__).with_name("rows.py")
Say = Callable[[str], None]


def compared(shop: Workshop, rebuilt: Path, python: str, say: Say) -> bool:
    """Say what is the same and what is not; return whether every table of the content is."""
    was, now = shop.manifest, manifest(rebuilt)
    files = [f"{name}.parquet" for name in was["content_tables"]]
    other = [name for name in files if sha256(shop.published / name) != sha256(rebuilt / name)]
    for name in other:
        say(f"{name} is not the same:")
        for line in _rows(shop, rebuilt, python, name):
            say(f"  {line}")
    for line in _made_by(was, now):
        say(line)
    _say_beside(sorted(set(was["files"]) - set(files)), (shop.published, was), (rebuilt, now), say)
    verdict = "NOT reproduced: only" if other else "reproduced:"
    say(f"{verdict} {len(files) - len(other)} of {len(files)} tables, byte for byte")
    return not other


def key(package: dict[str, Any], file: str) -> list[str]:
    """Return the columns that identify a row of a file, as a data package tells them."""
    (schema,) = (one["schema"] for one in package["resources"] if one["path"] == file)
    columns: list[str] = schema.get("primaryKey") or schema["uniqueKeys"][0]
    return columns


def _rows(shop: Workshop, rebuilt: Path, python: str, name: str) -> list[str]:
    """Return the first rows in which two tables differ."""
    if not (rebuilt / name).is_file():
        return ["it was not made"]
    package = json.loads((shop.published / "datapackage.json").read_bytes())
    program = ROWS if ROWS.is_file() else shop.path / ROWS.parent.name / ROWS.name  # in a bundle, where it is unpacked
    words = [python, "-P", str(program), str(shop.published / name), str(rebuilt / name), *key(package, name)]
    return shop.run(words, capture=True).stdout.splitlines() or ["its rows could not be compared; see above"]


def _made_by(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return how what the manifest says of code, catalogue and lock differs from what the recipe has."""
    told = {
        "code": (was["code"]["source_sha256"], now["code"]["source_sha256"]),
        "catalogue": (was["catalogue_sha256"], now["catalogue_sha256"]),
        "lock": (was["lock_sha256"], now["lock_sha256"]),
    }
    return [f"{what}: recorded {old}, in the recipe {new}" for what, (old, new) in told.items() if old != new]


def _say_beside(names: list[str], was: tuple[Path, Any], now: tuple[Path, Any], say: Say) -> None:
    """Say of the files beside the content whether they are the same; they do not count."""
    alike = [name for name in names if _alike(name, was, now)]
    apart = [name for name in names if name not in alike]
    if alike:
        say(f"beside them the same, but for the time of publication: {', '.join(alike)}")
    if apart:
        say(f"beside them not the same, which does not count: {', '.join(apart)}")


def _alike(name: str, was: tuple[Path, Any], now: tuple[Path, Any]) -> bool:
    """True when a file is the same but for the time of publication and the number of the version."""
    if not (now[0] / name).is_file():
        return False
    if name.endswith(".zip"):  # libraries pack the same bytes in different ways
        return _packed(was[0] / name) == _packed(now[0] / name)
    return _timeless(name, *was) == _timeless(name, *now)


def _timeless(name: str, folder: Path, said: dict[str, Any]) -> bytes:
    """Return the bytes of a file without the time, the version, and the hashes of files that tell either."""
    of_time = [said["published"], said["version"], *(file["sha256"] for file in said["files"].values())]
    data = (folder / name).read_bytes()
    for word in of_time:
        data = data.replace(word.encode(), b"")
    return data


def _packed(path: Path) -> list[tuple[str, int, int]]:
    with zipfile.ZipFile(path) as packed:
        return sorted((one.filename, one.file_size, one.CRC) for one in packed.infolist())
