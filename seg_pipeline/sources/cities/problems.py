"""Every problem of a delivery, so that its sender can put all of them right at once: listed up to a bound, counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from seg_pipeline.sources.refusal import Refused

if TYPE_CHECKING:
    from seg_pipeline.sources.cities.page import Page

LISTED = 50  # of one kind in one column; the others are counted
Texts = Sequence[str] | npt.NDArray[np.object_] | str


class Problems:
    """Collects problems; `refuse` raises them all as one."""

    def __init__(self) -> None:
        """Begin without any."""
        self._found: list[tuple[tuple[int, int, int], Refused]] = []
        self._taken: set[tuple[int, str]] = set()
        self.blocked: set[int] = set()  # sheets whose cells cannot be judged

    def add(self, problem: Refused, order: int = 0, column: int = 0) -> None:
        """Add one problem of the sheet that is `order` in the file."""
        self._found.append(((order, problem.line or 0, column), problem))

    def take(self, order: int, cells: Iterable[str]) -> None:
        """Note cells whose problem is known: that they are empty, too, is not said again."""
        self._taken.update((order, cell) for cell in cells)

    def rows(
        self, page: Page, column: str, where: npt.NDArray[np.bool_], refusal: str, found: Texts = "",
        expected: Texts = "",
    ) -> None:  # fmt: skip
        """Add the same problem of a column for every row of a page where `where` is true.

        `found` and `expected` are one text, or one for each row of the page.
        """
        at = np.flatnonzero(where)
        letter = page.letters.get(column)
        if self._taken and letter:
            at = np.array([row for row in at if (page.order, f"{letter}{page.lines[row]}") not in self._taken], int)
        for nth, row in enumerate(at[:LISTED]):
            line = int(page.lines[row])
            problem = Refused(
                refusal,
                _of(found, row),
                _of(expected, row),
                line=line,
                column=page.headers.get(column, column),
                sheet=page.title,
                cell=f"{letter}{line}" if letter else "",
                alike=len(at) - LISTED if nth == LISTED - 1 else 0,
            )
            self.add(problem, page.order, list(page.columns).index(column) if column in page.columns else 0)

    def refuse(self) -> None:
        """Raise the first problem, with all others, where there is any."""
        listed = [problem for _, problem in sorted(self._found, key=lambda found: found[0])]
        if listed:
            raise replace(listed[0], others=tuple(listed[1:]))

    def __bool__(self) -> bool:
        """True when there is a problem."""
        return bool(self._found)


def _of(texts: Texts, row: int) -> str:
    return texts if isinstance(texts, str) else str(texts[row])
