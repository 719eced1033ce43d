"""Maps of small areas: true geometry, honest marks, every area once in the table."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import mapped, proof
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Picture
from seg_pipeline.report.pages import areas
from seg_pipeline.report.pictures import palette, shapes
from seg_pipeline.report.pictures.marks import NO_CLASS, Classes, Value
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import Statement

CITY, YEAR = "091", 2024
SIDE, STEPS = 1000.0, 200  # metres, points along a wavy border
CLASSES = Classes((0.1, 0.2), palette.SEQUENTIAL[:3], percent=True)
MOVED = re.compile(r"M(\S+) (\S+?)l([^z]*)z")
PATH = re.compile(r'<path data-row="([^"]*)" d="([^"]*)"/>')
FILLED = re.compile(r'<g fill="([^"]*)">((?:<path data-row="[^"]*" d="[^"]*"/>)+)</g>')

AREAS = {  # area → type, index, its interval, status
    "00100": ("low_need", 70.0, 62.0, 80.0, "observed"),
    "00120": ("high_need", 120.0, 110.0, 130.0, "observed"),  # its interval reaches into `mixed`
    "00130": (None, None, None, None, "suppressed"),
    "00140": (None, None, None, None, "missing"),
    "00150": ("very_high_need", 160.0, 155.0, 170.0, "observed"),  # no boundaries, a middle
    "00160": ("high_need", 130.0, 120.0, 140.0, "observed"),  # boundaries of 2018, changed since
}


def strip(at: int) -> shapely.Polygon:
    """An area between two wavy borders, each the same points for both neighbours."""
    y = np.linspace(0, SIDE, STEPS)
    left, right = (column * SIDE + 60 * np.sin(y / 90 + column) for column in (at, at + 1))
    return shapely.Polygon(np.round([*zip(left, y, strict=True), *zip(right[::-1], y[::-1], strict=True)]))


def middle(at: int) -> str:
    return f"POINT ({at * SIDE + 500:.0f} 500)"


def snapshot(*, geometry: bool = True, centroid: bool = True) -> Any:
    """A city of six areas; their boundaries are older than their figures."""
    places = [
        {
            "geography": "postal_area", "city": CITY, "area_id": area, "boundary_vintage": vintage, "name_fi": area,
            "name_sv": None, "population": 100 * (at + 1),
            "geometry": strip(at).wkt if geometry and vintage == 2018 and area != "00150" else None,
            "centroid": middle(at) if centroid and vintage == 2026 and area > "00140" else None,
        }
        for at, area in enumerate(AREAS) for vintage in (2018, 2026)
    ]  # fmt: skip
    profiles = [
        {
            "city": CITY, "geography": "postal_area", "area_id": area, "boundary_vintage": 2026, "profile": profile,
            "dimension": None if profile == "area_type" else "income",
            "group": None if profile == "area_type" else "low",
            "reference_year": YEAR, "source": "paavo", "value": value and value / scale,
            "lower": lower and lower / scale, "upper": upper and upper / scale,
            "category": category if profile == "area_type" else None, "status": status,
        }
        for profile, scale in (("area_type", 1), ("share", 1000))
        for area, (category, value, lower, upper, status) in AREAS.items()
    ]  # fmt: skip
    changed = [
        {"geography": "postal_area", "from_vintage": 2018, "from_area": area, "to_vintage": 2026, "to_area": area,
         "rule": "merged" if area == "00160" else "same"}
        for area in AREAS
    ]  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {"areas": places, "area_profiles": profiles, "crosswalk": changed}
    return SimpleNamespace(table=lambda name: pd.DataFrame(tables[name]), made_up=True, manifest={})


def book(**what: bool) -> Book:
    return Book(cast("Any", snapshot(**what)))


@pytest.fixture(scope="module")
def picture() -> Picture:
    made = areas.picture(book(), CITY)
    assert isinstance(made, Picture)
    return made


def fills(svg: str) -> dict[str, str]:
    """What each area of the large map is filled with."""
    return {row: fill for fill, paths in FILLED.findall(svg) for row, _ in PATH.findall(paths)}


def polygon(path: str) -> Any:
    """What a path draws, in tenths of a pixel."""
    rings = []
    for x, y, steps in MOVED.findall(path):
        moves = np.array([float(x), float(y), *map(float, steps.split())]).reshape(-1, 2)
        rings.append(shapely.Polygon(np.rint(10 * np.cumsum(moves, axis=0))))
    return shapely.union_all(rings)


# Geometry


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    strips = {f"a{at}": strip(at) for at in range(4)}
    return {row: polygon(path) for row, path in shapes.outlines(strips, frame_of(strips)).items()}


def frame_of(strips: dict[str, Any]) -> shapes.Frame:
    return shapes.framed(shapes.bounds(strips), 480, 440)


def test_areas_on_paper_are_as_large_as_in_the_plane(drawn: dict[str, Any]) -> None:
    strips = {f"a{at}": strip(at) for at in range(4)}
    metres = frame_of(strips).metres
    for row, shape in strips.items():
        assert drawn[row].area / 100 * metres**2 == pytest.approx(shape.area, rel=0.01)


def test_neighbours_share_their_simplified_border(drawn: dict[str, Any]) -> None:
    together = shapely.union_all(list(drawn.values()))
    assert shapely.area(together) == pytest.approx(sum(shape.area for shape in drawn.values()), abs=1e-6)
    assert together.geom_type == "Polygon"
    assert not together.interiors


def test_a_border_is_simplified(drawn: dict[str, Any]) -> None:
    assert max(shapely.get_num_coordinates(shape) for shape in drawn.values()) < STEPS


def test_north_is_up_east_is_right_and_both_at_one_scale() -> None:
    frame = shapes.framed((0, 0, 2000, 1000), 480, 440)
    (x0, y0), (east, _), (_, north) = frame.on_paper([[0, 0], [1000, 0], [0, 1000]])
    assert east - x0 == y0 - north > 0


def test_the_frame_goes_where_people_live() -> None:
    held = {"town": shapely.box(0, 0, 1, 1), "wood": shapely.box(1, 0, 40, 40)}
    assert list(shapes.where_people_live(held, {"town": 90.0, "wood": 10.0})) == ["town"]
    assert shapes.where_people_live(held, {"town": 10.0, "wood": 90.0}) == held
    assert shapes.where_people_live(held, {}) == held


# Classes and marks


@given(st.floats(0, 1))
def test_a_value_is_in_the_class_whose_limits_hold_it(value: float) -> None:
    ends = (-1.0, *CLASSES.limits, 2.0)
    at = CLASSES.of(value)
    assert ends[at] < value <= ends[at + 1]


def test_a_limit_belongs_to_the_class_below() -> None:
    assert [CLASSES.of(value) for value in (0.1, 0.1000001, 0.2, 0.2000001)] == [0, 1, 1, 2]


def test_types_have_the_limits_of_the_indicator() -> None:
    from seg_pipeline.classifications import AREA_TYPES
    from seg_pipeline.indicators.composite import area_type

    values = np.array([0.0, 60, 60.1, 85, 115, 115.1, 150, 150.1])
    known = area_type(values, list(AREA_TYPES), list(AREA_TYPES.values())[:-1])
    assert [list(AREA_TYPES)[mapped.TYPES.of(value)] for value in values] == list(known)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
def test_uncertain_is_exactly_what_spans_classes(ends: list[float]) -> None:
    lower, value, upper = ends
    mark, at = Value(value, lower, upper).mark(CLASSES)
    crossed = any(lower <= limit < upper for limit in CLASSES.limits)
    assert (mark == "uncertain") == crossed
    assert at == CLASSES.of(value)


@pytest.mark.parametrize(
    ("status", "mark"), [("suppressed", "suppressed"), ("missing", "missing"), ("not_applicable", "missing")]
)
def test_what_has_no_figure_has_no_class(status: str, mark: str) -> None:
    assert Value(None, None, None, status).mark(CLASSES) == (mark, NO_CLASS)


def test_a_value_without_an_interval_is_uncertain() -> None:
    assert Value(0.15, None, None).mark(CLASSES) == ("uncertain", 1)


@pytest.mark.parametrize(
    ("language", "labels"),
    [("fi", ["≤ 10\u00a0%", "10–20\u00a0%", "> 20\u00a0%"]), ("en", ["≤ 10%", "10–20%", "> 20%"])],
)
def test_limits_are_written_as_the_language_writes_them(language: str, labels: list[str]) -> None:
    assert [CLASSES.label(at, language) for at in range(3)] == labels


# The picture of a city


def test_marks_are_as_the_figures_are(picture: Picture) -> None:
    of = {row.rpartition(".")[2]: fill for row, fill in fills(picture.drawings[0].draw("fi")).items()}
    assert of == {
        "00100": palette.TYPES["low_need"],
        "00120": "url(#helsinki-postal-area-types-uncertain-3)",
        "00130": "url(#helsinki-postal-area-types-suppressed)",
        "00140": "url(#helsinki-postal-area-types-missing)",
        "00150": palette.TYPES["very_high_need"],
        "00160": palette.TYPES["high_need"],
    }


def test_every_pattern_used_is_defined_once(picture: Picture) -> None:
    defined = [re.findall(r'<pattern id="([^"]*)"', one.draw("sv")) for one in picture.drawings]
    used = [set(re.findall(r"url\(#([^)]*)\)", one.draw("sv"))) for one in picture.drawings]
    assert [set(those) for those in defined] == used
    assert max(Counter(name for those in defined for name in those).values()) == 1


def test_changed_areas_and_those_without_boundaries_are_dots(picture: Picture) -> None:
    paths = dict(PATH.findall(picture.drawings[0].draw("en")))
    assert {row.rpartition(".")[2] for row, path in paths.items() if "a" in path} == {"00150", "00160"}


def test_the_table_has_every_area_once(picture: Picture) -> None:
    assert [row.id for row in picture.table.rows] == [f"area.postal_area.{area}" for area in AREAS]
    assert {len(row.cells) for row in picture.table.rows} == {len(picture.table.head)}
    marked = {row for one in picture.drawings for row, _ in PATH.findall(one.draw("fi"))}
    assert marked == {row.id for row in picture.table.rows}


def test_a_status_is_said_in_words(picture: Picture) -> None:
    told = {row.id[-5:]: [Writer("en", Counter()).plain(cell) for cell in row.cells[3:]] for row in picture.table.rows}
    assert told["00130"] == ["hidden"] * 3
    assert told["00140"] == ["missing"] * 3
    assert told["00100"] == ["Low need", "70.0 (62.0 … 80.0)", "7.0% (6.2% … 8.0%)"]


def test_the_finding_counts_what_the_table_has(picture: Picture) -> None:
    gaps = dict(picture.finding.values)
    gaps |= dict(cast("Statement", gaps["people"]).values)
    figures = {gap: of.value for gap, of in gaps.items() if isinstance(of, Figure)}
    assert figures == {"all": 6, "uncertain": 1, "without": 2, "high": 3, "sure": 2, "people": 200 + 500 + 600}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drawing_says_everything_itself(picture: Picture, language: str) -> None:
    writer = Writer(language, Counter())
    for one in picture.drawings:
        svg = one.draw(language)
        proof.refuse_unbound("map", svg)
        assert svg == one.draw(language)
        assert all(word not in svg for word in ("style=", "<script", "<image", "href"))
        shown = re.sub(r"<[^>]*>", " ", svg)
        for said in ("km", writer.plain(picture.source)[:20], writer.plain(Statement("site.made_up_short"))):
            assert said in shown


def test_nothing_is_drawn_where_nothing_was_delivered() -> None:
    assert areas.picture(book(geometry=False, centroid=False), CITY) == Statement("areas.no_map")
    assert areas.picture(book(), "049") == Statement("areas.no_profiles")


def test_middles_alone_are_drawn_as_dots() -> None:
    made = areas.picture(book(geometry=False), CITY)
    assert isinstance(made, Picture)
    paths = dict(PATH.findall(made.drawings[0].draw("fi")))
    assert len(paths) == 2
    assert all("a" in path for path in paths.values())
    assert {"areas.note_dots", "areas.note_absent"} <= {note.key for note in made.notes}
