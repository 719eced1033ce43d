"""Figures as each language writes them: by rule, to the last sign, and read back to the value that was written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report.book import Figure, Kind
from seg_pipeline.report.writing import WRITE, written
from seg_pipeline_tests.report import proving

THIN, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "index": st.floats(-2, 2), "share": st.floats(0, 1), "percent": st.floats(0, 300),
    "whole": st.one_of(st.integers(-(10**9), 10**9), st.floats(0, 1e7)), "decimal": st.floats(-1e7, 1e7),
    "change": st.floats(-2000, 2000), "fine": st.floats(-1, 1),
    "points": st.floats(-100, 100), "year": st.integers(1900, 2100),
    "date": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat),  # noqa: DTZ001  hypothesis gives them the zone
    "code": st.text("aä<{0"), "text": st.text("aä<{0"),
}  # fmt: skip


def said(value: Any, kind: Kind) -> tuple[str, ...]:
    """Return a value in Finnish, Swedish and English."""
    fi, sv, en = (written(Figure("t/0/v", value, kind), language) for language in LANGUAGES)
    return fi, sv, en


def nordic(text: str) -> tuple[str, str]:
    return text, text


def test_every_kind_is_written_and_tried_here() -> None:
    assert set(WRITE) == set(VALUES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_what_is_written_is_read_back_as_the_value(data: st.DataObject, kind: Kind, language: str) -> None:
    value = data.draw(VALUES[kind])
    shown = written(Figure("t/0/v", value, kind), language)
    assert proving.says(value, kind, shown, language), (value, shown)


@pytest.mark.parametrize(
    ("value", "kind", "fi", "en"),
    [
        (0.2954, "index", "0,295", "0.295"),
        (-0.2954, "index", f"{MINUS}0,295", f"{MINUS}0.295"),
        (1234567, "whole", f"1{THIN}234{THIN}567", "1,234,567"),
        (-1234, "whole", f"{MINUS}1{THIN}234", f"{MINUS}1,234"),
        (999, "whole", "999", "999"),
        (1234.56, "decimal", f"1{THIN}234,6", "1,234.6"),
        (0.123, "share", f"12,3{NO_BREAK}%", "12.3%"),
        (1, "share", f"100,0{NO_BREAK}%", "100.0%"),
        (12.3, "percent", f"12,3{NO_BREAK}%", "12.3%"),
        (0.0, "percent", f"0,0{NO_BREAK}%", "0.0%"),
        (0.0123, "change", "+0,012", "+0.012"),
        (-0.0123, "change", f"{MINUS}0,012", f"{MINUS}0.012"),
        (1.26, "points", "+1,3", "+1.3"),
        (-1.26, "points", f"{MINUS}1,3", f"{MINUS}1.3"),
        (2024, "year", "2024", "2024"),
        (2024.0, "year", "2024", "2024"),
        (np.int64(2024), "year", "2024", "2024"),
        ("2026-11-04", "date", "4.11.2026", "4 November 2026"),
        ("2026-11-30T13:57:25+00:00", "date", "30.11.2026", "30 November 2026"),
        ("00100", "code", "00100", "00100"),
        ("kuten 1,5", "text", "kuten 1,5", "kuten 1,5"),
    ],
)
def test_known_values_are_written_by_the_rules_of_each_language(value: Any, kind: Kind, fi: str, en: str) -> None:
    assert said(value, kind) == (*nordic(fi), en)


@pytest.mark.parametrize(("kind", "zero"), [("change", "0.000"), ("points", "0.0"), ("index", "0.000")])
@pytest.mark.parametrize("value", [0.0, -0.0, 0.0004, -0.0004])
def test_what_rounds_to_nothing_has_no_sign(kind: Kind, zero: str, value: float) -> None:
    assert said(value, kind) == (*nordic(zero.replace(".", ",")), zero)


@given(st.floats(0.0006, 5))
def test_a_change_and_its_opposite_differ_in_their_sign_only(change: float) -> None:
    for up, down in zip(said(change, "change"), said(-change, "change"), strict=True):
        assert (up[0], down[0]) == ("+", MINUS)
        assert up[1:] == down[1:]


@given(st.floats(-1e6, 1e6), st.sampled_from(["index", "decimal", "percent", "whole", "change", "points"]))
def test_no_language_writes_a_hyphen_for_minus_or_a_space_that_breaks(value: float, kind: Kind) -> None:
    for shown in said(value, kind):
        assert "-" not in shown
        assert " " not in shown


@given(st.floats(-1e6, 1e6), st.sampled_from(["index", "decimal", "share", "percent", "whole", "change", "points"]))
def test_finnish_and_swedish_write_alike_and_english_by_its_own_marks(value: float, kind: Kind) -> None:
    fi, sv, en = said(value, kind)
    marks = str.maketrans({",": THIN, ".": ","})
    assert fi == sv == en.translate(marks).replace("%", f"{NO_BREAK}%")
