"""What moved a published figure from one snapshot to the next."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.tables.columns import (
    CITY_COLUMNS,
    METHOD,
    SOURCE_COLUMNS,
    STATUS,
    YEAR,
    column,
    contract,
    number,
    one_of,
    value_explained,
)
from seg_pipeline.tables.indicators import INDEX

TERMS = (
    "total", "method_change", "source_revision", "definition_change", "boundary_change", "suppressed", "composition",
    "structure", "unseparated",
)  # fmt: skip
NOTES = ("not_public", "no_fit", "one_definition", "not_retold", "not_reproduced")
SUMS = 1e-9  # how far the terms of a figure may be from its change

_SIDES = {
    f"{when}_{what}": described
    for when, en, fi, sv in (("from", "before", "ennen", "före"), ("to", "after", "jälkeen", "efter"))
    for what, described in {
        "snapshot": column("str", f"Snapshot {en}", f"Julkaisuversio {fi}", f"Publicerad version {sv}"),
        "year": column("Int64", f"Reference year {en}", f"Viitevuosi {fi}", f"Referensår {sv}", YEAR, unit="year"),
        "release": column("str", f"Release {en}", f"Julkaisu {fi}", f"Utgåva {sv}"),
        "vintage": column("Int64", f"Year of the area division {en}", f"Aluejaon vuosi {fi}",
                          f"Områdesindelningens år {sv}", YEAR, unit="year"),
        "method": column("str", f"Version of the method {en}", f"Menetelmän versio {fi}", f"Metodens version {sv}"),
        "value": number(f"Published value {en}", f"Julkaistu arvo {fi}", f"Publicerat värde {sv}", unit="1"),
    }.items()
}  # fmt: skip


def _sums(table: pd.DataFrame) -> pd.Series[bool]:
    """True where the terms of a figure that have a value sum to its total."""
    figure = [table[name] for name in KEY[:-1]]
    total = table["term"] == "total"
    whole = table["value"].where(total).groupby(figure, dropna=False).transform("max")
    parts = table["value"].where(~total, 0.0).fillna(0.0).groupby(figure, dropna=False).transform("sum")
    return (whole - parts).abs().le(SUMS) | whole.isna()


KEY = ["source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale", "from_year",
       "to_year", "term"]  # fmt: skip

MOVED = contract(
    "moved",
    "What moved each published figure since the snapshot before, term by term: the terms sum to the change",
    "Mikä muutti kutakin julkaistua lukua edellisestä julkaisuversiosta, tekijä kerrallaan: tekijöiden summa on muutos",
    "Vad som ändrade varje publicerat tal sedan den förra publicerade versionen, term för term: summan av "
    "termerna är ändringen",
    KEY,
    {
        "source": SOURCE_COLUMNS["source"],
        **CITY_COLUMNS,
        **INDEX,
        **_SIDES,
        "term": column(
            "str",
            "What moved: `total`, or one of the terms that sum to it",
            "Mikä muuttui: `total` tai yksi tekijöistä, joiden summa se on",
            "Vad som ändrades: `total` eller en av de termer som det är summan av",
            one_of(TERMS, "a term"),
        ),
        "value": number(
            "Change of the value that this term makes; empty when the status says why",
            "Muutos, jonka tämä tekijä saa aikaan; tyhjä, kun tila kertoo syyn",
            "Ändring som denna term ger; tom när statusen anger orsaken",
            unit="1",
        ),
        "status": STATUS,
        "note": column(
            "str",
            "Why terms could not be told apart: counts are not public (not_public), the counts of one time cannot take "
            "the sizes of the other (no_fit), the definition changed and no year is told by both (one_definition), "
            "the year before is no longer told (not_retold), today's method does not give the value that was published "
            "before from its counts (not_reproduced)",
            "Miksi tekijöitä ei voitu erottaa: lukumäärät eivät ole julkisia (not_public), toisen ajan luvut eivät voi "
            "saada toisen kokoja (no_fit), määritelmä muuttui eikä kumpikaan kerro samaa vuotta (one_definition), "
            "aiempaa vuotta ei enää kerrota (not_retold), nykyinen menetelmä ei anna aiemmista luvuista silloin "
            "julkaistua arvoa (not_reproduced)",
            "Varför termerna inte kunde skiljas åt: antalen är inte offentliga (not_public), den ena tidens antal kan "
            "inte få den andras storlekar (no_fit), definitionen ändrades och inget år berättas av båda "
            "(one_definition), året före berättas inte längre (not_retold), dagens metod ger av samma antal inte det "
            "värde som då publicerades (not_reproduced)",
            one_of(NOTES, "a reason"),
            nullable=True,
        ),
        "method_version": METHOD,
    },
    pa.Check(value_explained, name="status_explains", error="a value exactly where the status is observed"),
    pa.Check(_sums, name="terms_sum", error="terms that sum to the total"),
)
