"""The real cubes of Aluesarjat: another reading of the same files, the publisher's own hierarchy, published totals."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.national.aluesarjat_areas import CITY, SMALLEST, UNLOCATED, places
from seg_pipeline.sources.protocols.pxweb import understood
from seg_pipeline.sources.readers.cube import Dimension
from seg_pipeline.sources.source import Delivered

pytestmark = pytest.mark.real
Find = Callable[[str], Path]

FOLDER = "aluesarjat_px_capital_region"
POPULATION = f"{FOLDER}/A01S_HKI_Vakiluku.px"
EDUCATION = f"{FOLDER}/A01S_HKI_Vaesto_koulutusaste.px"
INCOME = f"{FOLDER}/A01HKIS_Vaestotulot.px"
UNEMPLOYED = f"{FOLDER}/C04S_VANS_Tyottomat_Sukupuoli.px"
SERIES = "helsinki_region_language_city_level/SSVAVR02_20250223-105323.csv"
CELLS = {POPULATION: 182 * 2 * 3 * 37 * 19, EDUCATION: 182 * 5 * 6 * 3 * 10, INCOME: 182 * 3 * 8,
         UNEMPLOYED: 70 * 3 * 2 * 8, SERIES: 12}  # fmt: skip


def read(shared: Find, name: str) -> Delivered:
    return all_sources()["aluesarjat"].tables(shared(name).read_bytes(), "2026", name)


def plainly(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Read a PX file with nothing of the project: the labels of each variable in order, and every cell as text."""
    head, cells = path.read_bytes().decode("cp1252").split("DATA=", 1)

    def texts(keyword: str) -> list[str]:
        return re.findall(r'"(.*?)"', re.findall(rf"^{re.escape(keyword)}=(.*?);\s*$", head, re.M | re.S)[0])

    order = [*texts("STUB"), *texts("HEADING")]
    return {name: texts(f'VALUES("{name}")') for name in order}, cells.strip().rstrip(";").split()


def at(file: tuple[dict[str, list[str]], list[str]], **where: str) -> str:
    """One cell, by the label of each variable."""
    labels, cells = file
    place = 0
    for name, known in labels.items():
        place = place * len(known) + known.index(where[name])
    return cells[place]


def table(delivered: Delivered, dimension: str, group: str = "total") -> pd.DataFrame:
    """Counts of one group as areas by years."""
    counts = delivered.counts.query("dimension == @dimension and group == @group")
    return counts.pivot(index="area_id", columns="reference_year", values="count")


@pytest.mark.parametrize("name", CELLS)
def test_every_file_keeps_its_contracts_and_conserves_its_cells(shared: Find, name: str) -> None:
    delivered = read(shared, name)
    assert sum(delivered.rows.values()) == CELLS[name]
    assert [contracts.findings(found, contract) for contract, found in delivered.tables.items()] == [[], []]
    assert delivered.areas["area_id"].is_unique


def test_the_population_cube_is_counts_in_two_seconds(shared: Find) -> None:
    data = shared(POPULATION).read_bytes()
    begun = time.monotonic()
    delivered = all_sources()["aluesarjat"].tables(data, "2026", "file.px")
    assert contracts.findings(delivered.counts, "counts") == []
    assert time.monotonic() - begun < 2
    assert len(delivered.counts) == 136 * 19 * (4 + 21)


def test_the_smallest_areas_make_the_city_but_for_what_is_said(shared: Find) -> None:
    """1 January 2010: 565,075 in the smallest areas and 17,918 of no known area, of 583,350."""
    delivered = read(shared, POPULATION)
    told = table(delivered, "mother_tongue")
    assert told[2009].sum() == 565_075 and told[1991].sum() == 487_733
    labels, cells = plainly(shared(POPULATION))
    words = {"Äidinkieli": "Yhteensä", "Sukupuoli": "Molemmat sukupuolet", "Ikä": "Väestö yhteensä"}
    city, unlocated = (
        np.array([int(at((labels, cells), Alue=area, Vuosi=year, **words)) for year in labels["Vuosi"]])
        for area in ("091 Helsinki", "091 999 Muut")
    )
    rest = city - unlocated - told.sum().to_numpy()
    assert (city[-1], unlocated[-1], rest[-1]) == (583_350, 17_918, 357)
    assert (rest > 0).all() and (rest / city).max() < 0.0011
    kept = delivered.counts.query("dimension == 'mother_tongue' and group == 'total' and status == 'suppressed'")
    bound = kept.groupby("reference_year")["upper"].max()
    assert ((bound >= rest) & (bound <= rest + 10)).all()


def test_single_cells_are_what_another_reading_of_the_file_gives(shared: Find) -> None:
    labels, cells = plainly(shared(POPULATION))
    delivered = read(shared, POPULATION)
    words = {"Sukupuoli": "Molemmat sukupuolet", "Vuosi": "2005"}
    for area, code in (
        ("091 10 Kruununhaka", "091010"),
        ("091 201 Ruoholahti", "091201"),
        ("091 592 Puroniitty", "091592"),
        ("091 471 Kontula", "091471"),
    ):
        swedish = at((labels, cells), Alue=area, Äidinkieli="Ruotsi", Ikä="Väestö yhteensä", **words)
        ages = [
            at((labels, cells), Alue=area, Äidinkieli="Yhteensä", Ikä=f"{age}-vuotiaat", **words) for age in range(3, 7)
        ]
        if swedish.startswith('"'):
            assert pd.isna(table(delivered, "mother_tongue", "swedish")[2004][code])
            continue
        assert table(delivered, "mother_tongue", "swedish")[2004][code] == int(swedish)
        assert table(delivered, "age", "3-6")[2004][code] == sum(map(int, ages))


def test_all_observed_cells_of_education_are_those_of_another_reading(shared: Find) -> None:
    labels, cells = plainly(shared(EDUCATION))
    grid = np.array([np.nan if cell[0] == '"' else float(cell) for cell in cells])
    whole = grid.reshape([len(known) for known in labels.values()])[:, 0, :, 0, :]  # all ages, both sexes
    smallest = [place for place, label in enumerate(labels["Alue"]) if re.match(r"091 \d{2,3} ", label)
                and not re.search(r"peruspiiri$|^091 99", label)]  # fmt: skip
    delivered = read(shared, EDUCATION)
    for group, place in {"total": 0, "secondary": 2, "lower_tertiary": 3, "upper_tertiary": 4, "basic": 5}.items():
        assert table(delivered, "education_15", group).sum().sum() == np.nansum(whole[smallest, place])
    assert table(delivered, "education_15").columns.astype(int).tolist() == list(range(1999, 2009))


def test_a_1_january_is_the_31_december_before(shared: Find) -> None:
    """Helsinki has as many people aged 15 or over on 31 December, by income, as on 1 January, by education."""
    income, education = plainly(shared(INCOME)), plainly(shared(EDUCATION))
    words = {"Ikä": "Yli 15-vuotiaat yhteensä", "Koulutusaste": "Ikäryhmä yhteensä", "Sukupuoli": "Molemmat sukupuolet"}
    told = table(read(shared, EDUCATION), "education_15")
    for year in range(2001, 2007):
        people = at(income, Alue="091 Helsinki", Tuloluokka="15-vuotta täyttäneet yhteensä", Vuosi=str(year))
        assert people == at(education, Alue="091 Helsinki", Vuosi=str(year + 1), **words)
        assert told[year]["091010"] == int(at(education, Alue="091 10 Kruununhaka", Vuosi=str(year + 1), **words))


def test_the_income_cube_holds_no_count_of_ours(shared: Find) -> None:
    """Its one count is the base of the education cube; mean and sum of incomes are no counts."""
    delivered = read(shared, INCOME)
    assert delivered.counts.empty and len(delivered.areas) == 136
    assert delivered.rows["cells of breakdowns that no table of ours has"] == 136 * 3 * 8


def test_the_cities_series_and_the_cube_agree_on_the_year(shared: Find) -> None:
    """The series of 31 December has the city's totals of the cube of 1 January, for every year that both tell."""
    series = table(read(shared, SERIES), "mother_tongue").loc["091"]
    labels, cells = plainly(shared(POPULATION))
    words = {
        "Alue": "091 Helsinki",
        "Äidinkieli": "Yhteensä",
        "Sukupuoli": "Molemmat sukupuolet",
        "Ikä": "Väestö yhteensä",
    }
    cube = {int(year) - 1: int(at((labels, cells), Vuosi=year, **words)) for year in labels["Vuosi"]}
    same = [year for year, people in cube.items() if abs(series[year] - people) <= 0.0005 * people]
    assert len(same) == len(cube) and sum(series[year] == people for year, people in cube.items()) >= 15


def test_the_unemployed_of_vantaa(shared: Find) -> None:
    delivered = read(shared, UNEMPLOYED)
    told = table(delivered, "activity", "unemployed")
    assert told.sum().tolist() == [6929, 6858, 7336, 7749, 8057, 7759, 7079, 6321]
    assert told.index[0] == "092010" and len(delivered.areas) == 61
    assert told.columns.astype(int).tolist() == list(range(2000, 2008))
    assert set(delivered.counts.query("group == 'total'")["status"]) == {"missing"}


def test_the_published_languages_of_the_cities(shared: Find) -> None:
    delivered = read(shared, SERIES)
    foreign = table(delivered, "language", "foreign")
    assert foreign[2023].to_dict() == {"049": 74_204, "091": 131_878, "092": 66_586}
    assert table(delivered, "language")[2023].to_dict() == {"049": 314_024, "091": 674_500, "092": 247_443}
    assert table(delivered, "mother_tongue", "finnish_sami")[2023]["091"] == 505_778
    for row in csv.DictReader(shared(SERIES).read_text(encoding="utf-8").splitlines()):
        if row["Alue"] == "Espoo" and row["Äidinkieli"] == "Ruotsi":
            swedish = table(delivered, "mother_tongue", "swedish").loc["049"]
            assert swedish.to_dict() == {year: int(row[str(year)]) for year in range(1980, 2024)}


def hierarchy(shared: Find) -> list[list[str]]:
    """The publisher's own division, a line for each of its smallest areas; its lines end in CR alone."""
    lines = shared(f"{FOLDER}/Aluehierarkia.csv").read_bytes().decode("utf-8").split("\r")
    return [[part.strip() for part in line.split(";") if part.strip()] for line in lines if line.strip()]


def test_the_levels_are_those_of_the_publishers_hierarchy(shared: Find) -> None:
    """Helsinki, Espoo and Vantaa: exactly the last of each line is a smallest area, or people of no known area."""
    lines = hierarchy(shared)
    labels = list(dict.fromkeys(part for line in lines for part in line))
    found = dict(zip(labels, places(Dimension("Alue", "Alue", tuple(labels), tuple(labels))), strict=True))
    last = {line[-1] for line in lines}
    pseudo = {label for label in last if re.search(r" (Muut|Kantakaupunki|Esikaupungit)$", label)}
    smallest = {label for label, place in found.items() if place.level == SMALLEST}
    assert smallest == last - pseudo and len(smallest) == 136 + 91 + 61
    assert {label for label, place in found.items() if place.level == UNLOCATED} == {
        "091 999 Muut",
        "049 999 Muut",
        "092 99 Muut",
    }
    assert {label for label, place in found.items() if place.level == CITY} == {
        "091 Helsinki",
        "049 Espoo",
        "092 Vantaa",
    }
    ids = [found[label].area_id for label in smallest]
    assert len(set(ids)) == len(ids)


def test_ten_digit_codes_and_labels_give_the_same_areas(shared: Find) -> None:
    """Real metadata of a newer table: by its codes, and by its labels alone."""
    told = understood(shared("pxweb_api_fixtures/px-table-hki.json").read_bytes())
    _, _, codes, labels, _ = told.variable("Alue")
    by_code = places(Dimension("Alue", "Alue", codes, labels))
    by_label = places(Dimension("Alue", "Alue", labels, labels))
    assert by_code == by_label
    ids = {place.area_id for place in by_code if place.level == SMALLEST}
    assert len(ids) == sum(code[-3:] != "000" and code != "0919999999" for code in codes)
    assert set(read(shared, POPULATION).areas["area_id"]) <= ids


def test_the_ids_of_the_smallest_areas_are_the_ends_of_the_codes_on_the_map(shared: Find) -> None:
    """``0494041414`` is pienalue 414 of Espoo; Vantaa's map ends in three zeros, after the number of the area."""
    text = shared(f"{FOLDER}/PKS_pienalue.kml").read_text(encoding="utf-8", errors="replace")
    codes = [code for code in re.findall(r'KOKOTUN">(\d{10})<', text) if code[:3] in ("049", "091", "092")]
    found = places(Dimension("Alue", "Alue", tuple(codes), tuple(f"Alue {code}" for code in codes)))
    assert {place.level for place in found} == {SMALLEST} and len({place.area_id for place in found}) == len(codes)
    ours = set(read(shared, POPULATION).areas["area_id"]) | set(read(shared, UNEMPLOYED).areas["area_id"])
    mapped = {place.area_id for place in found}
    assert len(ours - mapped) <= 5
