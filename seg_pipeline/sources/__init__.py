"""Bytes in, tables out. A new city or office is one file with its ``SOURCES`` in ``cities`` or ``national``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from seg_pipeline.sources import cities, national
from seg_pipeline.sources.source import Source


@cache
def all_sources() -> dict[str, Source]:
    """Return every source by its id: the offices first, then the cities, each in the order of their names."""
    return {source.id: source for room in (national, cities) for source in _in(room)}


def _in(room: ModuleType) -> list[Source]:
    modules = (
        importlib.import_module(f"{room.__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(room.__path__), key=lambda found: found.name)
    )
    return [source for module in modules for source in getattr(module, "SOURCES", ())]
