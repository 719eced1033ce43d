"""Where live services are, from ``data/catalogue/services.csv``: an address that moves is one row to change."""

from __future__ import annotations

from typing import NamedTuple

from seg_pipeline import catalogue


class Service(NamedTuple):
    """One address of a source: a table, a layer, an indicator. `expects` is what its live title has to hold."""

    source: str
    name: str
    url: str
    expects: str


def services(source: str) -> dict[str, Service]:
    """Return the addresses of a source by their names."""
    rows = (Service(**row) for row in catalogue.rows("services"))
    return {service.name: service for service in rows if service.source == source}
