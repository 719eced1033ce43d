"""What may go out while raw counts cannot be protected yet (ADR 0005). The disclosure room will take its place.

A source that is not open keeps its counts and the profiles of its areas. Of its indicators the few in `TOLD` go out,
rounded, people and coverage too, so that a hidden area is not their difference; where a city has few areas they are
held back altogether. More indices of the same counts would be more equations about them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from seg_pipeline.sources import all_sources

TOLD = ("dissimilarity", "isolation", "entropy")
DECIMALS, COVERAGE_DECIMALS, PEOPLE, LEAST_AREAS = 3, 2, 100, 5
GUARDED = ("counts", "area_profiles", "indicators", "changes", "revisions", "wellbeing")
FEW_PEOPLE = 10  # below which people or households are not told (promise 1)
OF_PEOPLE = ("persons", "households")
OF_MONEY = ("euros", "euros_per_inhabitant")
TOTAL = "total"
OPEN_LICENCES = ("CC BY 4.0", "CC0 1.0")
NUMBERS = ["value", "expected_if_random", "value_corrected", "lower", "upper", "standard_error", "reliability"]
CHANGED = ["value", "value_corrected", "lower", "upper", "p_value"]


def protected(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables that may hold what is not public, as they may go out."""
    opened = [source.id for source in all_sources().values() if source.open]
    public = {name: tables[name]["source"].isin(opened) for name in GUARDED}
    told = {
        name: tables[name][public[name] | tables[name]["indicator"].isin(TOLD)] for name in ("indicators", "changes")
    }
    indicators = _rounded(told["indicators"], public["indicators"])
    return {
        "counts": tables["counts"][public["counts"]],
        "area_profiles": tables["area_profiles"][public["area_profiles"]],
        "indicators": indicators,
        "changes": _differences(told["changes"], public["changes"], indicators),
        "revisions": tables["revisions"][public["revisions"]],
        "wellbeing": _few_hidden(tables["wellbeing"], public["wellbeing"]),
    }


def public_areas(areas: pd.DataFrame, closed: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the areas without those of closed tables: that a grid cell is there says that somebody lives in it."""
    key = ["geography", "city", "area_id", "boundary_vintage"]
    hidden = pd.MultiIndex.from_frame(pd.concat([areas[key].head(0), *(table[key] for table in closed)]))
    return areas[~pd.MultiIndex.from_frame(areas[key]).isin(hidden)]


def _few_hidden(wellbeing: pd.DataFrame, public: pd.Series[bool]) -> pd.DataFrame:
    """Return the table without what a closed source tells of few people, or of all but few.

    What a publisher's licence does not let out is not there at all. Of a closed source all groups of an indicator,
    year and period are hidden together where any number of people that they tell or leave over is below the
    threshold: a group, its complement, the total less a group, the total less all groups, or where a group does not
    say of how many it is.
    """
    told = wellbeing[wellbeing["licence"].isin(OPEN_LICENCES) | ~public]
    closed = ~public.reindex(told.index)
    people = told["numerator"].where(told["numerator"].notna(), told["value"].where(told["unit"].isin(OF_PEOPLE)))
    case = [told[name] for name in ("source", "release", "city", "indicator", "reference_year", "period")]
    total = told["group"] == TOTAL
    few = told["value"].notna() & people.isna() & ~told["unit"].isin(OF_MONEY)  # it cannot be told how many it is of
    for number in (people, told["denominator"], told["denominator"] - people):
        whole = number.where(total).groupby(case).transform("max")
        groups = number.where(~total).groupby(case).transform("sum")
        few |= _is_few(number) | (~total & _is_few(whole - number)) | (groups.gt(0) & _is_few(whole - groups))
    hidden = (closed & few).groupby(case).transform("any")
    return told.assign(
        **{name: told[name].mask(hidden) for name in ("value", "numerator", "denominator")},
        status=told["status"].mask(hidden & (told["status"] == "observed"), "suppressed"),
    )


def _is_few(people: pd.Series[float]) -> pd.Series[bool]:
    return people.between(0, FEW_PEOPLE, inclusive="neither")


def _rounded(indicators: pd.DataFrame, public: pd.Series[bool]) -> pd.DataFrame:
    open_ = public.reindex(indicators.index)
    few = ~open_ & (indicators["areas"] < LEAST_AREAS) & (indicators["status"] == "observed")
    people = (indicators["population"] + PEOPLE // 2) // PEOPLE * PEOPLE
    held = {
        **{name: indicators[name].round(DECIMALS).mask(few) for name in NUMBERS},
        "coverage": indicators["coverage"].round(COVERAGE_DECIMALS),
        "population": people,
        "status": indicators["status"].mask(few, "suppressed"),
        "interval": indicators["interval"].mask(few, "suppressed"),
        "comparison_group": indicators["comparison_group"].mask(few),
    }
    return indicators.assign(**{name: indicators[name].where(open_, held[name]) for name in held})


def _differences(changes: pd.DataFrame, public: pd.Series[bool], indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the changes, those of a closed source rounded, and without a value where one of its years has none."""
    hidden = indicators.loc[indicators["status"] == "suppressed", ["source", "city", "geography"]].drop_duplicates()
    cities = pd.MultiIndex.from_frame(hidden)
    open_ = public.reindex(changes.index)
    few = ~open_ & pd.MultiIndex.from_frame(changes[["source", "city", "geography"]]).isin(cities)
    held = {name: changes[name].round(DECIMALS).mask(few) for name in CHANGED}
    held["p_value"] = held["p_value"].clip(lower=10**-DECIMALS)
    held["status"] = changes["status"].mask(few & (changes["status"] == "observed"), "suppressed")
    return changes.assign(**{name: changes[name].where(open_, held[name]) for name in held})
