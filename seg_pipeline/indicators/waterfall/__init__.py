"""What moved each published figure from one snapshot to the next, term by term: the terms sum to the change.

Two figures are joined by a chain of values (`chains`), from the one published before to the one published after. Each
step changes one thing, and its difference goes to the term of that thing, so that the terms sum by themselves. What
no step can tell apart is ``unseparated``, and a note says why.

``method_change`` is what today's engine makes of the counts published before, less what was published. Where a year
is told anew, ``source_revision`` is what that changes; ``definition_change`` the same where the new telling has
another definition, what the source has revised at the same time included. ``boundary_change`` is what the later
division makes of the same people, areas that only one division has included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline.geography.coordinates import FINLAND, Box
from seg_pipeline.indicators.changes import SERIES, TOTAL_CHANGE
from seg_pipeline.indicators.compute import METHOD_VERSION
from seg_pipeline.indicators.intake import as_pandas
from seg_pipeline.indicators.waterfall.chains import Chain, Chains
from seg_pipeline.indicators.waterfall.route import NO_FIT, NOT_REPRODUCED, NOT_RETOLD, Definitions
from seg_pipeline.indicators.waterfall.steps import (
    BOUNDARY,
    COMPOSITION,
    DEFINITION,
    HIDDEN,
    METHOD,
    SOURCE,
    STRUCTURE,
    UNSEPARATED,
)
from seg_pipeline.indicators.waterfall.tellings import Tellings

TERMS = (METHOD, SOURCE, DEFINITION, BOUNDARY, HIDDEN, COMPOSITION, STRUCTURE, UNSEPARATED)
ARITHMETIC = 1e-10  # what rounded values and another order of adding make of a difference; a tenth of what matters
DECIMALS = 12
TOLD = {"year": "reference_year", "release": "release", "vintage": "boundary_vintage", "method": "method_version",
        "value": "value"}  # fmt: skip
COLUMNS = [
    *SERIES, *(f"{side}_{name}" for side in ("from", "to") for name in ("snapshot", *TOLD)),
    "term", "value", "status", "note", "method_version",
]  # fmt: skip
OBSERVED = "observed"


@dataclass(frozen=True)
class Side:
    """One snapshot: its name and its published tables, any that speak Arrow."""

    name: str
    counts: Any
    areas: Any
    indicators: Any


def waterfall(
    before: Side,
    after: Side,
    crosswalk: Any,
    *,
    ordered: Mapping[str, Mapping[str, int]] | None = None,
    definitions: Iterable[Mapping[str, str]] = (),
    within: Box | None = FINLAND,
) -> pd.DataFrame:
    """Return what moved every figure that both snapshots tell: a row for each term, columns of the contract ``moved``.

    Compared are the figures of each year that both tell, and those of each one's latest year; where several releases
    tell a year the latest one counts. A figure that has not moved, or has no value on a side, has no row. `crosswalk`
    leads from earlier divisions of areas to later ones; `ordered` gives the rank of each group of a dimension that has
    an order; `definitions` tell the ``source``, the ``dimension`` and the first ``release`` of each new definition.
    `within` is as in ``compute``.
    """
    figures = _compared(before, after)
    if figures.empty:
        return pd.DataFrame(columns=COLUMNS)
    told, retold = (Tellings.read(of.counts, of.areas, figures, within) for of in (before, after))
    chains = Chains(told, retold, as_pandas(crosswalk), ordered or {}, Definitions(definitions))
    found = zip(figures.to_dict("records"), chains.of(figures), strict=True)
    return pd.DataFrame([row for figure, chain in found for row in _rows(figure, chain)], columns=COLUMNS)


def _compared(before: Side, after: Side) -> pd.DataFrame:
    """Return the pairs of figures that have a value each and differ, in order."""
    one, other = (_latest(side, name) for side, name in ((before, "from"), (after, "to")))
    same = one.merge(other, left_on=[*SERIES, "from_year"], right_on=[*SERIES, "to_year"])
    last = [of.drop_duplicates(SERIES, keep="last") for of in (one, other)]
    newest = last[0].merge(last[1], on=SERIES)
    both = pd.concat([same, newest[newest["from_year"] != newest["to_year"]]], ignore_index=True)
    both = both[(both["from_status"] == OBSERVED) & (both["to_status"] == OBSERVED)]
    moved = both[both["from_value"] != both["to_value"]]
    return moved.sort_values([*SERIES, "from_year", "to_year"], kind="stable", ignore_index=True)


def _latest(side: Side, name: str) -> pd.DataFrame:
    """Return each figure of each year as its latest release has it, in order of years."""
    told = as_pandas(side.indicators).sort_values([*SERIES, "reference_year", "release"], kind="stable")
    told = told.drop_duplicates([*SERIES, "reference_year"], keep="last")
    renamed = {column: f"{name}_{short}" for short, column in TOLD.items()} | {"status": f"{name}_status"}
    return told[[*SERIES, *renamed]].rename(columns=renamed).assign(**{f"{name}_snapshot": side.name})


def _rows(figure: dict[Any, Any], chain: Chain) -> Iterator[dict[Any, Any]]:
    """Yield the whole change, and each term that is not 0; between two years composition and structure always."""
    terms, notes = _terms(figure, chain)
    said = figure | {"status": OBSERVED, "method_version": METHOD_VERSION}
    yield said | {"term": TOTAL_CHANGE, "value": _rounded(figure["to_value"] - figure["from_value"]),
                  "note": notes.get(TOTAL_CHANGE)}  # fmt: skip
    parted = figure["from_year"] != figure["to_year"] and UNSEPARATED not in notes
    for term in TERMS:
        value = _rounded(terms[term])
        if value or (parted and term in (COMPOSITION, STRUCTURE)):
            yield said | {"term": term, "value": value, "note": notes.get(term)}


def _terms(figure: dict[Any, Any], chain: Chain) -> tuple[dict[str, float], dict[str, str]]:
    """Return the sum of the differences of each term, and what is noted of a term.

    Where the index of a city on the way is not defined, what lies between the values before and after it is not
    separated.
    """
    terms = dict.fromkeys(TERMS, 0.0)
    notes = {TOTAL_CHANGE: chain.note} if chain.note == NOT_RETOLD else {}
    last, lost = figure["from_value"], False
    for term, value, between in chain.moves:
        if np.isnan(value):
            lost = True
            continue
        parts = _parts(UNSEPARATED if lost else term, last, value, between)
        for part, change in parts.items():
            terms[part] += change
        last, lost = value, False
    if abs(terms[METHOD]) <= ARITHMETIC:
        terms[METHOD] = 0.0
    elif figure["from_method"] == figure["to_method"]:
        notes[METHOD] = NOT_REPRODUCED
    if terms[UNSEPARATED]:
        notes[UNSEPARATED] = chain.note if chain.note not in ("", NOT_RETOLD) else NO_FIT
    return terms, notes


def _parts(term: str, before: float, after: float, between: tuple[float, float] | None) -> dict[str, float]:
    """Return what a move adds to which term; a change of time has two, each the mean of both orders."""
    if between is None or term == UNSEPARATED:
        return {term: after - before}
    structure_first, structure_last = between
    if np.isnan(between).any():
        return {UNSEPARATED: after - before}
    return {
        COMPOSITION: (structure_last - before + after - structure_first) / 2,
        STRUCTURE: (structure_first - before + after - structure_last) / 2,
    }


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0
