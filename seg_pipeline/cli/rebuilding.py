"""The door by which a snapshot of any year is made again. Every recipe has it, and it stays as it is.

    python -m seg_pipeline.cli.rebuilding DATA EDITION PROFILE

A later year calls it without knowing the code behind it:

- DATA is a folder with ``deliveries.json``, as the snapshot keeps it, and ``objects/<sha256>``, the bytes of each
  delivery in it. ``snapshots/`` may hold the snapshot that was published before.
- EDITION is the year of the update. PROFILE is ``demo`` for made-up deliveries and ``own`` for real ones.
- It makes every table from these deliveries and publishes; it receives and fetches nothing, and reads no other
  setting. Progress and what went wrong go to standard error.
- It leaves the snapshot in ``DATA/snapshots/<version>``; the last line of standard output is that version.
- Exit status 0: published. 1: a table could not be made, nothing was published. 2: it was not called like this.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path

from seg_pipeline.cli.printed import progress
from seg_pipeline.settings import Foreseen, Settings
from seg_pipeline.snapshots.recipe import DELIVERIES

PROFILES = ("demo", "own")


def rebuild(data: Path, edition: int, profile: str) -> str:
    """Make the tables of an edition from the deliveries in `data`, publish them, and return the version.

    Raises Foreseen where a table cannot be made.
    """
    from seg_pipeline.definitions import defs
    from seg_pipeline.defs.lineage import FILES, Edition
    from seg_pipeline.defs.recording import lay
    from seg_pipeline.defs.refresh import run
    from seg_pipeline.defs.warehouse import Warehouse

    settings = Settings(data, profile)
    made = Edition(edition, Warehouse(settings))
    lay(made.archive, json.loads((data / DELIVERIES).read_bytes()), data / "objects")
    wrong = run(defs, made, list(FILES), progress)
    published = None if wrong else made.published()
    if published is None:
        raise Foreseen("\n".join(wrong or ["there is no snapshot"]))
    return published.version


def main(words: list[str]) -> int:
    """Rebuild as the words say; return the exit status."""
    if len(words) != 3 or words[2] not in PROFILES or not words[1].isdigit():
        sys.stderr.write("usage: python -m seg_pipeline.cli.rebuilding DATA EDITION {demo,own}\n")
        return 2
    gc.disable()  # a batch that ends soon
    data = Path(words[0]).resolve()
    for name in [name for name in os.environ if name.startswith("SEG_")]:
        del os.environ[name]
    os.environ["SEG_DATA"] = str(data)
    try:
        sys.stdout.write(rebuild(data, int(words[1]), words[2]) + "\n")
    except Foreseen as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
