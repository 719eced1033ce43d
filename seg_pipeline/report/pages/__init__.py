"""The kinds of page, one module each: `names` says which pages there are, `page` gives one of them.

A new kind of page is a module and a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import (
    changes,
    city,
    comparison,
    download,
    indicator,
    indicators,
    method,
    overview,
    search,
    sources,
    summary,
)


@dataclass(frozen=True)
class Kind:
    """One kind of page."""

    names: Callable[[Book], list[str]]
    page: Callable[[Book, str], Page]


KINDS: dict[str, Kind] = {
    "overview": Kind(overview.names, overview.page),
    "city": Kind(city.names, city.page),
    "search": Kind(search.names, search.page),
    "summary": Kind(summary.names, summary.page),
    "indicators": Kind(indicators.names, indicators.page),
    "indicator": Kind(indicator.names, indicator.page),
    "comparison": Kind(comparison.names, comparison.page),
    "changes": Kind(changes.names, changes.page),
    "sources": Kind(sources.names, sources.page),
    "download": Kind(download.names, download.page),
    "method": Kind(method.names, method.page),
}
