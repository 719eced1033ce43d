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

    Compared are sums over a city's areas, for groups that no area hides. A pair is listed once, the source with the
    finer areas first; of several releases of a source the latest stands for it.
    """
    tolerances = {row["dimension"]: float(row["tolerance"]) for row in catalogue.rows("tolerances")}
    sums = _sums(counts[counts["dimension"].isin(tolerances)])
    others = sums.rename(columns={name: f"other_{name}" for name in (*TELLER, "value")})
    pairs = sums.merge(others, on=SUBJECT)
    one, other = (
        pairs[f"{of}source"] + " " + pairs[f"{of}release"] + " " + pairs[f"{of}geography"] for of in ("", "other_")
    )
    pairs = pairs[(one < other) & (pairs["other_value"] > 0)]
    difference = (pairs["value"] - pairs["other_value"]) / pairs["other_value"]
    tolerance = pairs["dimension"].map(tolerances).astype("float64")  # of no rows, map makes text
    agreement = pd.Series("within", pairs.index, dtype="str").mask(difference.abs() > tolerance, "outside")
    told = pairs.assign(difference=difference, tolerance=tolerance, agreement=agreement)
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
    """Return what each source says of each city: sums over its areas, where every area is observed."""
    told = counts.groupby([*SUBJECT, *TELLER], sort=True).agg(
        value=("count", "sum"), cells=("count", "size"), seen=("count", "count")
    )
    whole = told[told["cells"] == told["seen"]].reset_index()
    latest = whole.sort_values("release", kind="stable").drop_duplicates([*SUBJECT, "source", "geography"], keep="last")
    return latest.drop(columns=["cells", "seen"]).astype({"value": "float64"})
