"""Charts tell the truth by where their marks stand, and say nothing that is not bound to a cell."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import proof
from seg_pipeline.report.book import Figure, ReportError, Term
from seg_pipeline.report.pictures import charts, drawing, palette, scale
from seg_pipeline.report.statement import joined, say, text

PIXEL = 1.0
BASELINE = 4.0  # pixels from the middle of a label to the line it stands on
EARLIEST = 1900  # a number from here on is a year
MOVED = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
BOX = re.compile(r"M([-\d.]+),([-\d.]+)h([-\d.]+)v")
FEW = settings(max_examples=8)
THOUSANDTHS = st.integers(0, 1000).map(lambda number: number / 1000)


def name(told: str, address: str = "catalogue/tests") -> Term:
    return Term(dict.fromkeys(LANGUAGES, told), address)


PUBLISHED = Figure("indicators/3/reference_year", 2024, "year")
TITLE = say("site.version", version=Figure("manifest/version", "2026.1", "code"), published=PUBLISHED)
AROUND = (name("Erilaisuusindeksi"), TITLE, name("Tilastokeskus"))
POINTS = [charts.Point(f"r.{city}", name(city), 0.2, 0.1, 0.3) for city in ("Åbo", "Esbo", "Muut & <alueet>")]
MOMENTS = [
    charts.Moment(f"m.{series}.{year}", year, value, value - 0.02, value + 0.01, name(f"Vuodet {series}"))
    for series, value in (("25–64", 0.21), ("18–24", 0.212), ("65–", 0.5))
    for year in (2018, 2020, 2026)
]
STEPS = [
    charts.Step("s.first", name("Ennen"), 0.31, total=True), charts.Step("s.up", name("Korjaus"), 0.004),
    charts.Step("s.down", name("Rajat"), -0.011), charts.Step("s.none", name("Määritelmä"), 0.0),
    charts.Step("s.last", name("Jälkeen"), 0.303, total=True),
]  # fmt: skip
PARTS = [
    charts.Part(f"p.{bar}.{part}", name(bar), name(part), share)
    for bar, shares in (("Turku", (0.5, 0.3, 0.2)), ("Oulu", (0.02, 0.98, 0.0)))
    for part, share in zip(("Pieni", "Keski", "Suuri"), shares, strict=True)
]


def drawings(made_up: bool) -> dict[str, charts.Draw]:
    return {
        "compared": charts.compared(POINTS, *AROUND, made_up),
        "trend": charts.trend(MOMENTS, *AROUND, made_up, "share"),
        "waterfall": charts.waterfall(STEPS, *AROUND, made_up),
        "shares": charts.shares(PARTS, *AROUND, made_up),
    }


@dataclass(frozen=True)
class Mark:
    """Where something stands in a picture: its place, and how far it goes from there."""

    x: float
    y: float
    wide: float = 0.0
    high: float = 0.0
    told: str = ""
    row: str = ""
    inside: str = ""


class Seen:
    """A picture as a reader sees it: marks by row, axis labels and whiskers, in pixels of the whole picture."""

    def __init__(self, drawn: str) -> None:
        self.marks: list[Mark] = []
        self.labels: list[Mark] = []
        self.rules: list[Mark] = []
        self._walk(ElementTree.fromstring(drawn), 0.0, 0.0, "")  # noqa: S314  our own picture

    def _walk(self, at: ElementTree.Element, x: float, y: float, within: str) -> None:
        for moved in MOVED.findall(at.get("transform", "")):
            x, y = x + float(moved[0]), y + float(moved[1])
        kind = at.get("class", within) if at.tag.endswith("}g") else within
        if at.get("data-row"):
            box = BOX.match(at.get("d", ""))
            by = [float(found) for found in box.groups()] if box and "mark-rect" in kind else [0.0, 0.0, 0.0]
            self.marks.append(Mark(x + by[0], y + by[1], by[2], row=at.get("data-row", ""), inside=at.get("fill", "")))
        elif at.tag.endswith("}text") and "role-axis-label" in kind:
            self.labels.append(Mark(x, y, told="".join(at.itertext())))
        elif at.tag.endswith("}line") and "mark-rule role-mark" in kind:
            self.rules.append(Mark(x, y, float(at.get("x2", 0)), float(at.get("y2", 0))))
        for child in at:
            self._walk(child, x, y, kind)

    def axis(self, way: str) -> Axis:
        """Return the axis of numbers that goes this way."""
        found = [(float(label.told.replace(",", ".").replace("−", "-").rstrip(" \u00a0%")), getattr(label, way))
                 for label in self.labels if not re.search(r"[^\d\s,.%−]", label.told)]  # fmt: skip
        if way == "x":
            return Axis(*found[0], *found[-1])
        numbers = [(value, place - BASELINE) for value, place in found if value < EARLIEST]
        return Axis(*numbers[0], *numbers[-1])


@dataclass(frozen=True)
class Axis:
    """Two written values and where they stand."""

    first: float
    first_at: float
    last: float
    last_at: float

    def place(self, value: float) -> float:
        return self.first_at + (value - self.first) / (self.last - self.first) * (self.last_at - self.first_at)


@FEW
@given(st.lists(THOUSANDTHS, min_size=2, max_size=11), THOUSANDTHS, st.sampled_from(LANGUAGES))
def test_a_dot_stands_at_its_value_and_its_whisker_covers_the_interval(
    values: list[float], half: float, language: str
) -> None:
    points = [charts.Point(f"r{at}", name(f"N{chr(97 + at)}"), v, v - half, v + half) for at, v in enumerate(values)]
    seen = Seen(charts.compared(points, *AROUND, made_up=False)(language))
    across = seen.axis("x")
    for point, mark, rule in zip(points, seen.marks, seen.rules, strict=True):
        assert mark.row == point.row
        assert mark.x == pytest.approx(across.place(point.value), abs=PIXEL)
        ends = sorted((rule.x, rule.x + rule.wide))
        assert ends == pytest.approx([across.place(point.value - half), across.place(point.value + half)], abs=PIXEL)
    downwards = [mark.y for mark in seen.marks]
    assert downwards == sorted(downwards)
    assert len(set(downwards)) == len(points)


def test_points_keep_the_order_given_whatever_their_values_and_names() -> None:
    points = [charts.Point(f"r.{n}", name(n), value) for n, value in (("Z", 0.1), ("A", 0.9), ("M", 0.5))]
    seen = Seen(charts.compared(points, *AROUND, made_up=False)("fi"))
    names = sorted((label for label in seen.labels if label.told in "ZAM"), key=lambda label: label.y)
    assert [label.told for label in names] == ["Z", "A", "M"]
    assert not seen.rules  # no interval is known, so none is drawn


def test_what_may_not_be_relied_on_is_hollow() -> None:
    points = [charts.Point("sure", name("A"), 0.1), charts.Point("faint", name("B"), 0.2, faint=True)]
    inside = {mark.row: mark.inside for mark in Seen(charts.compared(points, *AROUND, made_up=False)("sv")).marks}
    assert inside == {"sure": palette.SERIES[0], "faint": palette.PAPER}


def test_a_mark_points_to_its_row_by_its_whole_id() -> None:
    seen = Seen(charts.trend([charts.Moment("dissimilarity.income.2024", 2024, 0.25)], *AROUND, made_up=False)("en"))
    assert [mark.row for mark in seen.marks] == ["dissimilarity.income.2024"]


def test_panels_share_one_axis() -> None:
    points = [
        charts.Point(f"{panel}.{n}", name(n), value, panel=name(panel))
        for panel, values in (("Tulot", (0.1, 0.2)), ("Kieli", (0.3, 0.2)))
        for n, value in zip("AB", values, strict=True)
    ]
    seen = {mark.row: mark for mark in Seen(charts.compared(points, *AROUND, made_up=False)("fi")).marks}
    apart = seen["Kieli.B"].x - seen["Tulot.B"].x  # the same value in each
    assert apart > 0
    assert seen["Tulot.A"].y == seen["Kieli.A"].y
    assert seen["Kieli.A"].x - apart - seen["Tulot.A"].x == pytest.approx(
        2 * (seen["Tulot.B"].x - seen["Tulot.A"].x), abs=1
    )


@FEW
@given(st.lists(THOUSANDTHS, min_size=6, max_size=6), THOUSANDTHS)
def test_a_moment_stands_at_its_value(values: list[float], half: float) -> None:
    at = [(series, year) for series in "AB" for year in (2018, 2020, 2026)]
    moments = [
        charts.Moment(f"{series}{year}", year, value, value - half, value + half, name(series))
        for (series, year), value in zip(at, values, strict=True)
    ]
    seen = Seen(charts.trend(moments, *AROUND, made_up=False)("fi"))
    up, marks = seen.axis("y"), {mark.row: mark for mark in seen.marks}
    for moment, rule in zip(moments, seen.rules, strict=True):
        assert marks[moment.row].y == pytest.approx(up.place(moment.value), abs=PIXEL)
        ends = sorted((rule.y, rule.y + rule.high), reverse=True)
        assert ends == pytest.approx([up.place(moment.value - half), up.place(moment.value + half)], abs=PIXEL)
    years = [marks[f"A{year}"].x for year in (2018, 2020, 2026)]
    assert (years[2] - years[1]) / (years[1] - years[0]) == pytest.approx(3, abs=0.1)  # six years are three times two


def test_years_are_whole_and_those_of_the_data() -> None:
    seen = Seen(charts.trend(MOMENTS, *AROUND, made_up=False, kind="share")("fi"))
    assert [label.told for label in seen.labels if re.fullmatch(r"\d{4}", label.told)] == ["2018", "2020", "2026"]


def test_a_small_difference_is_not_blown_up() -> None:
    of = scale.spanning([2.6, 2.7])
    assert 0.1 / of.span < 0.2
    assert scale.spanning([0.0, 0.4]).domain == [0.0, 0.4]
    assert scale.spanning([0.30, 0.31], close=True).span < 0.02


@given(st.sets(st.integers(1990, 2040), min_size=1), st.integers(1, 100))
def test_years_written_are_the_latest_and_others_that_have_room(years: set[int], pixels: int) -> None:
    written = scale.years(years, pixels)
    assert set(written) <= years
    assert written[-1] == max(years)
    assert all((after - before) * pixels >= scale.YEAR for before, after in pairwise(written))


def test_series_are_told_by_a_label_each_and_labels_do_not_cover_one_another() -> None:
    drawn = charts.trend(MOMENTS, *AROUND, made_up=False)("fi")
    labels = re.findall(r'<text [^>]*translate\([-\d.]+,([-\d.]+)\)[^>]*data-text="catalogue/tests"[^>]*>Vuodet', drawn)
    assert len(labels) == 3
    downwards = sorted(float(y) for y in labels)
    assert all(below - above >= drawing.SMALL for above, below in pairwise(downwards))


@FEW
@example([0.011, -0.019, -0.042])  # ends at -1.16e-13 pixels, which is nothing
@given(st.lists(st.integers(-50, 50).map(lambda number: number / 1000), min_size=1, max_size=5))
def test_each_step_begins_where_the_last_one_ended(moved: list[float]) -> None:
    steps = [
        charts.Step("first", name("A"), 0.3, total=True),
        *(charts.Step(f"s{at}", name(chr(98 + at)), value) for at, value in enumerate(moved)),
        charts.Step("last", name("Z"), 0.3 + sum(moved), total=True),
    ]
    seen = Seen(charts.waterfall(steps, *AROUND, made_up=False)("en"))
    across, level = seen.axis("x"), 0.3
    bars = {mark.row: mark for mark in seen.marks[: len(steps)]}
    for at, value in enumerate(moved):
        ends = (bars[f"s{at}"].x, bars[f"s{at}"].x + bars[f"s{at}"].wide)
        assert ends == pytest.approx(sorted((across.place(level), across.place(level + value))), abs=PIXEL)
        level += value
    ended = next(mark for mark in reversed(seen.marks) if mark.row == "last")
    assert ended.x == pytest.approx(across.place(level), abs=PIXEL)


@FEW
@given(st.lists(st.integers(0, 100), min_size=2, max_size=5).filter(any))
def test_parts_are_as_wide_as_their_share_and_fill_the_bar(counts: list[int]) -> None:
    parts = [charts.Part(f"p{at}", name("Turku"), name(chr(97 + at)), c / sum(counts)) for at, c in enumerate(counts)]
    seen = Seen(charts.shares(parts, *AROUND, made_up=False)("fi"))
    across = seen.axis("x")
    whole = across.place(100) - across.place(0)
    assert [mark.row for mark in seen.marks] == [part.row for part in parts]
    assert [mark.wide for mark in seen.marks] == pytest.approx([part.share * whole for part in parts], abs=PIXEL)
    assert seen.marks[-1].x + seen.marks[-1].wide == pytest.approx(across.place(100), abs=PIXEL)


def test_a_part_keeps_its_letter_and_colour_in_a_picture_where_others_are_absent() -> None:
    order = [name(told) for told in ("Pieni", "Keski", "Suuri")]
    drawn = charts.shares([charts.Part("p", name("Turku"), order[2], 1.0)], *AROUND, made_up=False, order=order)("fi")
    assert ">C</text>" in drawn
    assert Seen(drawn).marks[0].inside == palette.SERIES[2]


@pytest.mark.parametrize("chart", drawings(True))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_says_all_it_must_by_itself_and_nothing_unbound(chart: str, language: str) -> None:
    drawn = drawings(True)[chart](language)
    proof.refuse_unbound(chart, drawn)
    ElementTree.fromstring(drawn)  # noqa: S314  our own picture, well-formed XML when saved by itself
    assert text("site.made_up_short")[language] in drawn
    assert "Tilastokeskus" in drawn
    assert "Erilaisuusindeksi" in drawn
    assert 'data-cells="manifest/version|code indicators/3/reference_year|year"' in drawn
    assert not re.search(r'style=|<script|<style|href| id="|clip-path|aria-(?!hidden="true")|role="', drawn)
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)', drawn)) >= drawing.SMALL
    assert 'font-family="Roboto, ' in drawn


@pytest.mark.parametrize("chart", drawings(False))
def test_only_made_up_data_says_that_it_is_and_a_bare_number_is_refused(chart: str) -> None:
    drawn = drawings(False)[chart]("fi")
    assert text("site.made_up_short")["fi"] not in drawn
    with pytest.raises(ReportError, match="leads to no cell"):
        proof.refuse_unbound(chart, drawn.replace("</svg>", "<text>0,31</text></svg>"))


def test_a_long_title_is_broken_into_lines_and_its_numbers_keep_their_cells() -> None:
    long = say("site.source", source=say("site.source", source=say("site.version", **TITLE.values)))
    drawn = charts.compared(POINTS, AROUND[0], joined([long] * 3), AROUND[2], made_up=False)("fi")
    titles = re.findall(rf'<text [^>]*font-size="{drawing.TITLE_SIZE}"[^>]*>([^<]*)</text>', drawn)
    assert len(titles) >= 3
    assert max(map(len, titles)) * drawing.TITLE_SIZE * drawing.LETTER < drawing.WIDTH
    proof.refuse_unbound("compared", drawn)


def test_numbers_of_an_axis_are_written_as_the_language_writes_them() -> None:
    points = [charts.Point("a", name("A"), 12000.0), charts.Point("b", name("B"), -2000.0)]
    draw = charts.compared(points, *AROUND, made_up=False)
    assert {"−5\u202f000", "10\u202f000"} <= {label.told for label in Seen(draw("fi")).labels}
    assert {"−5,000", "10,000"} <= {label.told for label in Seen(draw("en")).labels}
    shares = charts.trend(MOMENTS, *AROUND, made_up=False, kind="share")
    assert "20\u00a0%" in {label.told for label in Seen(shares("sv")).labels}
    assert "20%" in {label.told for label in Seen(shares("en")).labels}


def test_a_chart_without_a_value_is_refused() -> None:
    with pytest.raises(ReportError, match="no values"):
        charts.compared([], *AROUND, made_up=False)
    with pytest.raises(ReportError, match="'gone' has no value"):
        charts.trend([charts.Moment("gone", 2024, float("nan"))], *AROUND, made_up=False)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_an_axis_covers_its_values_with_few_round_steps(values: list[float]) -> None:
    of = scale.spanning(values)
    wide = 1e-6 * max(1.0, *map(abs, values))
    assert of.ticks[0] <= min(values) + wide
    assert of.ticks[-1] >= max(values) - wide
    assert 2 <= len(of.ticks) <= scale.TICKS + 2


def test_marks_and_texts_stand_out_from_the_paper() -> None:
    assert min(_contrast(colour, palette.PAPER) for colour in (palette.TEXT, palette.QUIET, *palette.SERIES)) >= 4.5
    assert min(_contrast(palette.PAPER, colour) for colour in palette.DIVERGING) >= 4.5  # letters on parts are white
    assert _contrast(palette.AXIS, palette.PAPER) >= 3
    assert _contrast(palette.NOTICE, palette.NOTICE_PAPER) >= 4.5
    darker = [_luminance(colour) for colour in palette.SEQUENTIAL]
    assert darker == sorted(darker, reverse=True)


def test_the_same_picture_is_the_same_bytes_in_another_process_place_and_time_zone() -> None:
    program = (
        "import hashlib; from seg_pipeline_tests.report.test_charts import drawings\n"
        "print(*(hashlib.sha256(draw('fi').encode()).hexdigest() for draw in drawings(True).values()))"
    )
    elsewhere = os.environ | {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"}
    told = subprocess.run([sys.executable, "-c", program], env=elsewhere, capture_output=True, text=True, check=True)
    here = [hashlib.sha256(draw("fi").encode()).hexdigest() for draw in drawings(True).values()]
    assert told.stdout.split() == here


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
