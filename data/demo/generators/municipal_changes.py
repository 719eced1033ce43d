"""A made-up list of abolished municipalities, as Statistics Finland's workbook: invented names and codes.

One joins Lahti whole, one is divided between Kuopio and Joensuu, one went before 1971, one to no other municipality.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import xlsxwriter

SHEET = "Lakkautetut kunnat"
ROWS = (
    ("Vuosien 1922-2026 välisenä aikana lakkautetut kunnat: KEKSITTYÄ AINEISTOA - made-up data",),
    ("Puuttuva kuntakoodi on merkitty taulukkoon merkillä -.",),
    ("Lakkautettu kunta", "Lakkautettu kunta ruotsiksi", "Lakkautetun kunnan koodi", "Ajankohta",
     "Liitoskunta / Liitoskunnat koodi", "Liitoskunta / Liitoskunnat", "Liitoskunta / Liitoskunnat ruotsiksi"),
    ("Keksitty Lampila", "Påhittad Lampila", "995", (1934, 1), "-", "Ei mihinkään", "Ingenstans"),
    ("Keksitty Aholahti", "Påhittad Aholahti", "996", (1969, 1), "837", "Tampere", "Tammerfors"),
    ("Keksitty Puronsuu", "Påhittad Puronsuu", "997", (2009, 1), "297", "Kuopio", "Kuopio"),
    ("Keksitty Puronsuu", "Påhittad Puronsuu", "997", (2009, 1), "167", "Joensuu", "Joensuu"),
    ("Keksitty Niittykumpu", "Påhittad Niittykumpu", "998", (2016, 1), "398", "Lahti", "Lahtis"),
)  # fmt: skip


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"title": "KEKSITTYÄ AINEISTOA - made-up data", "created": datetime(2026, 1, 31, tzinfo=UTC)})
    sheet, day = book.add_worksheet(SHEET), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(ROWS):
        for column, value in enumerate(row):
            if isinstance(value, tuple):
                sheet.write_datetime(at, column, datetime(*value, 1, tzinfo=UTC).replace(tzinfo=None), day)
            else:
                sheet.write_string(at, column, value)
    book.close()
    yield "municipal_changes/made_up_municipal_changes_2026.xlsx", sink.getvalue()
