"""What a name that nobody knows may have meant. It knows names, and nothing of what they stand for."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

FEW = 40  # names that are all listed; of more only the nearest is said


def folded(name: str) -> str:
    """Return a name in small letters without marks: what is typed for ``Jyväskylä``, ``JYVASKYLA`` too."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def meant(name: str, among: Sequence[str]) -> str:
    """Return what to say after ``there is no such name``: the one it may have meant, and, of few, all there are."""
    known = {folded(one): one for one in reversed(among)}
    near = difflib.get_close_matches(folded(name), known, 1)
    if not near:
        return listed(among)
    said = f"did you mean {known[near[0]]!r}?"
    return said if len(among) > FEW else f"{said} There {listed(among).removeprefix('there ')}"


def listed(among: Sequence[object]) -> str:
    """Return what there is: of few all, of many the first three."""
    if len(among) > FEW:
        return f"there are {len(among):,}, such as {', '.join(map(str, among[:3]))}"
    return f"there are: {', '.join(map(str, among)) or 'none'}"
