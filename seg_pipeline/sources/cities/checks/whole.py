"""A whole delivery: every sheet checked, sheets against each other, and the tables that they make together."""

from __future__ import annotations

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import CITIES
from seg_pipeline.sources.cities.checks import areas, counts, funding, wellbeing
from seg_pipeline.sources.cities.checks.counts import Sent
from seg_pipeline.sources.cities.page import Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.source import release_year


def checked(pages: dict[str, Page], sent: Sent, licence: str, problems: Problems) -> dict[str, pd.DataFrame]:
    """Return the tables of the pages; meaningless where `problems` has any."""
    made = {name: tables.empty(name) for name in ("counts", "areas")}
    vintage = release_year(sent.release)
    areas.refuse_another_city(pages.values(), sent.city, problems)
    listed = areas.listed(pages["areas"], sent.city, problems) if "areas" in pages else None
    found, named = _counted(pages, sent, listed, problems)
    more: dict[str, pd.DataFrame] = {}
    if "wellbeing" in pages:
        producer = f"City of {next(city.name_en for city in CITIES if city.city == sent.city)}"
        more["wellbeing"] = wellbeing.indicators(pages["wellbeing"], sent, producer, licence, problems)
    known = named.get("city_district")
    if "funding" in pages:
        more["area_funding"] = funding.euros(pages["funding"], sent, problems)
        if known is not None:
            areas.refuse_unknown(pages["funding"], "area_id", more["area_funding"]["area_id"], known["area_id"],
                                 _home(pages), problems)  # fmt: skip
    if problems:
        return {}
    if found:
        made["counts"] = tables.conform(pd.concat(found, ignore_index=True), "counts")
    if named:
        whole = [areas.table(one, geography, sent.city, vintage) for geography, one in named.items()]
        made["areas"] = tables.conform(pd.concat(whole, ignore_index=True), "areas")
    return made | {name: tables.conform(table, name) for name, table in more.items()}


def _counted(
    pages: dict[str, Page], sent: Sent, listed: pd.DataFrame | None, problems: Problems
) -> tuple[list[pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the tables of counts, and the areas of each geography by name."""
    found: list[pd.DataFrame] = []
    named = {} if listed is None else {"city_district": listed}
    if "counts" in pages:
        told_counts, of_counts = counts.by_area(pages["counts"], sent, problems)
        found.append(told_counts)
        if listed is None:
            named["city_district"] = of_counts
        else:
            areas.refuse_unknown(pages["counts"], "area_id", told_counts["area_id"], listed["area_id"],
                                 pages["areas"].title, problems)  # fmt: skip
            areas.refuse_other_names(pages["counts"], of_counts, listed, problems)
    if "schools" in pages:
        pupils, schools, within = counts.by_school(pages["schools"], sent, problems)
        found.append(pupils)
        known = named.get("city_district")
        if known is not None:
            areas.refuse_unknown(pages["schools"], "area_id", within, known["area_id"], _home(pages), problems)
        named["school"] = schools
    return found, named


def _home(pages: dict[str, Page]) -> str:
    page = pages.get("areas") or pages["counts"]
    return page.title
