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


def _few_hidden(wellbeing: pd.DataFrame, public: pd.Series[bool]) -> pd.DataFrame:
    """Return the table without what a closed source tells of few people, or of all but few.

    Where one group of an indicator is hidden, all its groups are: the total less the others would give it back.
    What a publisher's licence does not let out is not there at all.
    """
    told = wellbeing[wellbeing["licence"].isin(OPEN_LICENCES) | ~public]
    closed = ~public.reindex(told.index)
    numerator, rest = told["numerator"], told["denominator"] - told["numerator"]
    small = closed & (numerator.between(0, FEW_PEOPLE, inclusive="neither") | rest.between(0, FEW_PEOPLE, "neither"))
    people = closed & told["unit"].isin(OF_PEOPLE) & told["value"].between(0, FEW_PEOPLE, inclusive="neither")
    case = ["source", "release", "city", "indicator", "reference_year", "period"]
    hidden = (small | people).groupby([told[name] for name in case]).transform("any")
    return told.assign(
        **{name: told[name].mask(hidden) for name in ("value", "numerator", "denominator")},
        status=told["status"].mask(hidden & (told["status"] == "observed"), "suppressed"),
    )


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
