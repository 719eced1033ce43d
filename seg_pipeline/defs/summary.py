"""The small table of the eleven cities that is printed and shown after every refresh."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline.classifications import CITIES

POSTAL = "postal_area"


def eleven(indicators: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per city: D of each contrast, the year that it describes, and the least coverage.

    It is the latest D by postal area, or, marked with ``*``, by the city's own districts where there is none.
    """
    told = indicators[(indicators["indicator"] == "dissimilarity") & indicators["value"].notna()]
    postal = told["geography"] == POSTAL
    ordered = told.assign(postal=postal).sort_values(["postal", "reference_year", "release"], kind="stable")
    latest = ordered.drop_duplicates(["city", "dimension"], keep="last")
    said = {
        (row["city"], row["dimension"]): f"{row['value']:.4f} ({row['reference_year']}){'' if row['postal'] else '*'}"
        for row in latest.to_dict("records")
    }
    least = latest.groupby("city")["coverage"].min()
    dimensions = sorted(told["dimension"].unique())
    return [
        {"city": city.name_en}
        | {f"D {dimension}": said.get((city.city, dimension), "–") for dimension in dimensions}
        | {"least coverage": f"{least[city.city]:.1%}" if city.city in least.index else "–"}
        for city in CITIES
    ]
