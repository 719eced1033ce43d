"""The City of Turku's own deliveries: the common format, or the city's own CSV of mother tongue by area.

The own layout is assumed: it is written as the city's open data is (codes of six digits without the municipality,
comment lines between the rows), and is put right here when the city sends its first file.
"""

from seg_pipeline.sources.cities.delivery import city_source
from seg_pipeline.sources.cities.layout import Layout

LANGUAGE = Layout(
    name="mother tongue by area",
    sheet="counts",
    columns={"Alue": "area_id", "Alueen nimi": "area_name_fi", "Namn": "area_name_sv", "Vuosi": "reference_year"},
    encoding="iso-8859-1",
    comment="#",
    groups={"Asukkaita": "total", "Kotimaiset kielet": "domestic", "Muut kielet": "foreign"},
    codes={"count": {"*": "...", "-": ".."}},
    constants={"dimension": "language"},
    prefix="853",
)
SOURCES = (city_source("853", layouts=(LANGUAGE,)),)
