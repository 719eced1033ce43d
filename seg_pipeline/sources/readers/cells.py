"""Many cells of text at once: the first that does not look as it has to. It knows no publisher."""

from __future__ import annotations

import re
from collections.abc import Sequence


def first_unfit(cells: Sequence[str], pattern: str) -> int | None:
    """Return the place of the first cell that is not wholly what the regular expression `pattern` says, or None.

    The common case, that all fit, is one match over the joined cells.
    """
    joined = "\n".join(cells) + "\n" if cells else ""
    if joined.count("\n") == len(cells) and re.fullmatch(rf"(?:(?:{pattern})\n)*+", joined):
        return None
    fits = re.compile(pattern)
    return next((at for at, cell in enumerate(cells) if not fits.fullmatch(cell)), None)
