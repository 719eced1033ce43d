"""Do two sources agree on the people of a city? A table of comparisons first, then a finding for each that is off."""

from __future__ import annotations

import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.quality.finding import Finding

SUBJECT = ["city", "dimension", "group", "reference_year"]
TELLER = ["source", "release", "geography"]
RULE = "sources_agree"


def reconcile(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``reconciliation``: every pair of sources that tell the same people of a city and year.

    Compared are sums over a city's areas. Where areas are hidden a sum is an interval, and the two values nearest to
    each other are compared. A pair is listed once; of several releases of a source the latest stands for it.
    """
    tolerances = {row["dimension"]: float(row["tolerance"]) for row in catalogue.rows("tolerances")}
    sums = _sums(counts[counts["dimension"].isin(tolerances)])
    others = sums.rename(columns={name: f"other_{name}" for name in (*TELLER, "lower", "upper")})
    pairs = sums.merge(others, on=SUBJECT)
    one, other = (
        pairs[f"{of}source"] + " " + pairs[f"{of}release"] + " " + pairs[f"{of}geography"] for of in ("", "other_")
    )
    pairs = pairs[(one < other) & (pairs["other_upper"] > 0)]
    value = pairs["other_lower"].clip(pairs["lower"], pairs["upper"])
    nearest = value.clip(pairs["other_lower"], pairs["other_upper"])
    difference = (value - nearest) / nearest.clip(lower=1)
    tolerance = pairs["dimension"].map(tolerances).astype("float64")  # of no rows, map makes text
    agreement = pd.Series("within", pairs.index, dtype="str").mask(difference.abs() > tolerance, "outside")
    told = pairs.assign(
        value=value, other_value=nearest, difference=difference, tolerance=tolerance, agreement=agreement
    )
    return tables.conform(told, "reconciliation")


def findings(reconciliation: pd.DataFrame) -> list[Finding]:
    """Return a warning for each pair of sources and dimension that differ by more than the tolerance."""
    off = reconciliation[reconciliation["agreement"] == "outside"]
    by = off.groupby(["source", "other_source", "dimension"], sort=True)
    return [
        Finding(
            "warn",
            str(source),
            RULE,
            f"differs from {other} on {dimension} by more than {cases['tolerance'].iloc[0]:.0%} in "
            f"{', '.join(sorted(cases['city'].unique()))}; compare the areas and the years of the two",
            len(cases),
        )
        for (source, other, dimension), cases in by
    ]


def _sums(counts: pd.DataFrame) -> pd.DataFrame:
    """Return what each source says of each city: the least and the most that its areas can sum to."""
    told = counts.groupby([*SUBJECT, *TELLER], sort=True).agg(
        lower=("lower", "sum"), upper=("upper", "sum"), cells=("lower", "size"), known=("upper", "count")
    )
    bounded = told[told["cells"] == told["known"]].reset_index()
    latest = bounded.sort_values("release", kind="stable").drop_duplicates(
        [*SUBJECT, "source", "geography"], keep="last"
    )
    return latest.drop(columns=["cells", "known"]).astype({"lower": "float64", "upper": "float64"})
