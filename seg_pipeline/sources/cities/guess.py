"""Which city a file is of, where its sender does not say: by its name, or by the codes of its areas."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seg_pipeline.classifications import CITIES, City
from seg_pipeline.sources.cities.page import Page

BEGINS = re.compile(r"([0-9]{3})(?:[^0-9]|[0-9]{2})")


def by_name(file: str) -> City | None:
    """Return the one city that the name of a file says."""
    told = file.casefold()
    named = [city for city in CITIES if any(name.casefold() in told for name in (city.id, city.name_fi, city.name_sv))]
    return named[0] if len(named) == 1 else None


def by_codes(pages: Iterable[Page]) -> City | None:
    """Return the city with whose municipality code most of the codes of areas begin."""
    codes = {code for page in pages for name in ("area_id", "school_id") for code in page.cells(name)}
    starts = [found.group(1) for code in codes if (found := BEGINS.match(code))]
    return next((city for city in CITIES if 2 * starts.count(city.city) > len(starts)), None)
