"""The pages of the cities: sentences by the interval, every section or its reason, every figure once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd
import pytest

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import AREA_TYPES, CITIES, CITY_CODES
from seg_pipeline.report import mapped, proof, telling
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Page, Table
from seg_pipeline.report.pages import areatypes, city, moved, overview, series, wellbeing
from seg_pipeline.report.statement import Statement
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.conftest import Seg

ID = re.compile(r'\sid="([^"]+)"')
INSIDE = re.compile(r'href="#([^"]+)"')
HEADING = re.compile(r'<h2 id="([^"]+)"')
MARK = re.compile(r'<(?!div id="words")\w[^>]*\sdata-row="([^"]+)"')
LOOKED_AT = (
    "helsinki",
    "espoo",
    "turku",
    "rovaniemi",
)  # the largest; one that delivers, a part, nothing
LARGEST = 1_500_000  # bytes of a page with its pictures
SPEC = {"source": "paavo", "city": "091", "geography": "postal_area", "status": "observed"}


@dataclass
class Stand:
    """What a page asks of a snapshot."""

    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any] = field(default_factory=dict)
    made_up: bool = True

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]


@dataclass
class Hidden:
    """A snapshot with another table of areas."""

    of: Snapshot
    areas: pd.DataFrame

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)

    def table(self, name: str) -> pd.DataFrame:
        return self.areas if name == "areas" else self.of.table(name)


def book_of(manifest: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> Book:
    stand = Stand({name: pd.DataFrame(rows) for name, rows in tables.items()}, manifest or {})
    return Book(cast("Snapshot", stand))


def figure(city_: str, value: float, letters: str | None, **other: Any) -> dict[str, Any]:
    return SPEC | {"city": city_, "indicator": "dissimilarity", "dimension": "income", "reference_year": 2024,
                   "release": "2026", "interval": "published", "value": value, "value_corrected": value, "scale": None,
                   "lower": value - 0.01, "upper": value + 0.01, "comparison_group": letters} | other  # fmt: skip


def total(lower: float | None, upper: float | None, value: float = 0.0) -> dict[str, Any]:
    ends = {"value": value, "value_corrected": value, "lower": lower, "upper": upper, "from_year": 2023}
    return SPEC | {"indicator": "dissimilarity", "dimension": "income", "term": "total", "to_year": 2024} | ends


def counted(said: Statement, *gaps: str) -> dict[str, Any]:
    """What the figures in these gaps of a text are."""
    filled = dict(said.values)
    return {gap: cast("Figure", filled[gap]).value for gap in gaps}


def living(said: Statement) -> Statement:
    """What a text says of the people of areas of high need."""
    return cast("Statement", dict(said.values)["people"])


@pytest.fixture(scope="module")
def book(demo: Seg) -> Book:
    return Book(Snapshot.at(demo.data / "snapshots" / "2026.1-demo"))


@pytest.fixture(scope="module")
def pages(book: Book) -> dict[str, Page]:
    return {name: city.page(book, name) for name in LOOKED_AT}


@pytest.fixture(scope="module")
def written(book: Book, pages: dict[str, Page]) -> dict[str, str]:
    """The pages in English."""
    return {name: telling.html(book, page, "en")[0] for name, page in pages.items()}


@pytest.mark.parametrize(
    ("lower", "upper", "estimate", "said"),
    [
        (-0.02, -0.001, 0.5, "fell"),  # the estimate has no say
        (0.001, 0.02, -0.5, "rose"),
        (-0.001, 0.02, 0.5, "same"),
        (-0.02, 0.0, -0.5, "same"),
        (None, None, 0.5, "unknown"),
    ],
)
def test_the_direction_is_said_by_the_interval(
    lower: float | None, upper: float | None, estimate: float, said: str
) -> None:
    made = book_of(changes=[total(lower, upper, estimate)])
    assert series.moved(made, 0).key == f"city.moved_{said}"


def test_a_city_without_a_year_before_says_so() -> None:
    made = book_of(changes=[total(0.1, 0.2) | {"city": "049"}])
    assert series.change(made, "091") is None
    assert series.moved(made, None).key == "city.moved_first"


def test_a_city_is_told_from_others_by_letters_not_by_values() -> None:
    told = [("091", 0.30, "ab"), ("049", 0.40, "a"), ("092", 0.50, "c"), ("564", 0.20, "b"), ("837", 0.10, "d"),
            ("179", 0.45, None)]  # fmt: skip
    made = book_of(indicators=[figure(*one) for one in told])
    assert series.told_apart(made, 0) == ([2], [1, 3], [4])
    said = city.among(made, 0)
    assert said.key == "city.among_tied"
    assert counted(said, "higher", "lower") == {"higher": 1, "lower": 1}
    assert city.among(made, 5).key == "city.alone"


def test_tied_cities_keep_one_order_whatever_their_values() -> None:
    for values in ([0.1, 0.2, 0.3], [0.3, 0.2, 0.1]):
        rows = [figure(one.city, value, "a") for one, value in zip(CITIES[:3], values, strict=True)]
        told = series.cities(book_of(indicators=rows), [2, 0, 1])
        assert [one.address for one in told.items] == [f"catalogue/cities/{one.city}" for one in CITIES[:3]]  # type: ignore[union-attr]


def test_a_figure_without_a_reliable_interval_says_so() -> None:
    made = book_of(indicators=[figure("091", 0.3, None, interval="not_reliable", value_corrected=None, lower=None,
                                      upper=None)])  # fmt: skip
    assert series.interval(made, "indicators", 0).key == "city.not_reliable"
    said = series.with_interval(made, 0)
    assert isinstance(said, Statement)
    assert said.key == "city.value_alone"


def test_a_hidden_figure_is_its_status() -> None:
    hidden = {"value": None, "value_corrected": None, "lower": None, "upper": None, "status": "suppressed"}
    made = book_of(indicators=[figure("091", 0.3, None) | hidden])
    told = series.with_interval(made, 0)
    assert isinstance(told, Statement)
    assert told.key == "site.status_suppressed"


def test_years_of_two_definitions_are_not_compared_in_silence() -> None:
    def told(group: str, reference: str) -> pd.DataFrame:
        of = {"dimension": "education", "group": group, "reference_group": reference}
        return pd.DataFrame([figure("091", 0.3, "a", release=year, **of) for year in ("2023", "2024")])

    for groups in (("all", "all"), ("lower_tertiary", "basic")):
        assert [said.key for said in series.definitions(told(*groups))] == ["city.definition"]
    assert series.definitions(told("basic", "upper_tertiary")) == []  # whose definitions are as before
    assert series.definitions(told("all", "all").iloc[1:]) == []


def test_terms_that_do_not_sum_to_the_change_are_not_drawn() -> None:
    part = total(None, None, 0.02) | {"indicator": "many_group_entropy", "term": "structural"}
    whole = total(0.01, 0.03, 0.05) | {"indicator": "many_group_entropy"}
    now = [figure("091", 0.3, "a")]
    said = moved.picture(book_of(changes=[part, whole], indicators=now), "091")
    assert isinstance(said, Statement)
    drawn = moved.picture(book_of(changes=[part, whole | {"value": 0.02}], indicators=now), "091")
    assert not isinstance(drawn, Statement)
    assert [row.id for row in drawn.table.rows] == ["why.income.structural", "why.income.total"]


def test_what_moved_since_the_snapshot_before_is_told_with_its_reasons() -> None:
    key = SPEC | {"indicator": "dissimilarity", "dimension": "income", "group": "low", "reference_group": "high",
                  "scale": None, "from_year": 2024, "to_year": 2024, "from_value": 0.3, "to_value": 0.31}  # fmt: skip
    rows = [key | {"term": "source_revision", "value": 0.01}, key | {"term": "total", "value": 0.01}]
    told = moved.since(book_of({"compared_with": "2026.1"}, moved=rows), "091")
    assert isinstance(told, Table)
    assert [row.id for row in told.rows] == ["moved.paavo.postal_area.dissimilarity.income.2024"]
    first = moved.since(book_of({"compared_with": None}, moved=rows), "091")
    assert isinstance(first, Statement)
    assert first.key == "city.first_snapshot"


def test_every_city_has_every_section_or_says_why_not(book: Book, written: dict[str, str]) -> None:
    assert city.names(book) == [one.id for one in CITIES]
    for shown in written.values():
        headings = HEADING.findall(shown)
        assert headings == list(city.SECTIONS)
        for section in shown.split("<h2 ")[1:]:
            assert re.search(r"<(table|p|figure)\b", section), section[:60]


def test_no_id_stands_twice_and_every_mark_points_to_a_row(written: dict[str, str]) -> None:
    for name, shown in written.items():
        there = ID.findall(shown)
        assert len(there) == len(set(there)), name
        assert set(MARK.findall(shown)) <= set(there), name
        assert set(INSIDE.findall(shown)) <= set(there), name
        assert len(shown.encode()) < LARGEST, name


def test_three_languages_state_the_same_and_every_number_has_its_cell(book: Book, pages: dict[str, Page]) -> None:
    page = pages["espoo"]
    told = {language: telling.html(book, page, language) for language in LANGUAGES}
    proof.refuse_difference(page.path, told)
    for shown, _ in told.values():
        proof.refuse_unbound(page.path, shown)


def test_every_published_figure_of_a_city_has_its_permalink(book: Book, written: dict[str, str]) -> None:
    rows = book.table("indicators")
    own = rows[(rows["city"] == "049") & (rows["geography"] == "postal_area")]
    there = set(ID.findall(written["espoo"]))
    asked = own[own["indicator"].isin(series.MAIN)]
    assert {f"{row.indicator}.{row.dimension}.{row.reference_year}" for row in asked.itertuples()} <= there
    told = book.rows("wellbeing", city="049")
    moments = zip(told["indicator"], told["reference_year"], told["period"], strict=True)
    assert {wellbeing.row_id(*moment) for moment in moments} <= there


def test_people_of_high_need_are_those_of_the_table(book: Book) -> None:
    said = areatypes.high(book, "049")
    assert said is not None
    types = book.table("area_profiles")
    types = types[(types["profile"] == "area_type") & (types["geography"] == "postal_area")]
    types = types[(types["reference_year"] == types["reference_year"].max()) & (types["city"] == "049")]
    high = types[types["category"].isin(["high_need", "very_high_need"]) & (types["status"] == "observed")]
    areas = book.table("areas")
    people = areas.merge(high[["geography", "area_id", "boundary_vintage"]])["population"].sum()
    sure = high["lower"] > AREA_TYPES["mixed"]
    assert counted(said, "areas", "sure") == {"areas": len(high), "sure": sure.sum()}
    assert counted(living(said), "people") == {"people": people}


def test_an_area_whose_people_are_hidden_is_no_nobody_and_stops_no_report(book: Book) -> None:
    areas = book.table("areas").copy()
    of = areatypes.typed(areatypes.of(book, "049"))
    areas.loc[of.loc[of["category"].isin(areatypes.HIGH), "area"].iloc[:1], "population"] = pd.NA
    hidden = Book(cast("Snapshot", Hidden(book.snapshot, areas)))
    said = areatypes.high(hidden, "049")
    assert said is not None and living(said).key == "city.high_people_unknown"
    assert areatypes.parts(hidden, areatypes.of(hidden), "049", "row") == []
    for page in (overview.page(hidden, "index"), city.page(hidden, "espoo")):
        assert telling.html(hidden, page, "fi")


def test_an_uncertain_type_is_the_one_that_the_map_marks(book: Book) -> None:
    rows = areatypes.typed(areatypes.of(book))
    marked = [row for code in CITY_CODES for layer in mapped.of_city(book, code, "postal_area")[:1]
              for row in layer.marked("uncertain")]  # fmt: skip
    assert sorted(areatypes.uncertain(rows)["profile_row"]) == sorted(marked)
