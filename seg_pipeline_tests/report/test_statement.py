"""A statement has what its text needs, and a text with a fault is refused before anybody reads it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import statement
from seg_pipeline.report.book import Figure, ReportError
from seg_pipeline.report.statement import say

MADE_UP = count()
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return what puts a text into a catalogue of its own, under a name that no cache has seen, and gives its key."""
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path)
    (tmp_path / "report").mkdir()

    def written(*texts: str) -> str:
        file = f"made_up_{next(MADE_UP)}"
        with (tmp_path / "report" / f"{file}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("text", *LANGUAGES), ("said", *texts)])
        return f"{file}.said"

    return written


def test_a_text_that_is_alike_in_three_languages_is_taken(write: Write) -> None:
    key = write("{b} ja {a}", "{a} och {b}", "{a} and {b}")
    assert statement.gaps_of(key) == {"a", "b"}
    assert say(key, a=Figure("t/0/v", 1, "whole"), b=Figure("t/1/v", 2, "whole")).key == key


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("", "text", "text"), "is not translated to 'fi'"), (("text", " ", "text"), "is not translated to 'sv'"),
        (("text", "text", ""), "is not translated to 'en'"), (("yli 3", "fler", "more"), "states a digit in 'fi'"),
        (("yli", "fler", "more than ٣"), "states a digit in 'en'"), (("{a", "{a}", "{a}"), "does not close"),
        (("{a}", "a}", "{a}"), "does not close"), (("{a}", "{a}", "none"), "have different gaps"),
        (("{a}", "{b}", "{a}"), "have different gaps"), (("{a}", "{a} {b}", "{a}"), "have different gaps"),
        (("{a:5}", "{a:5}", "{a:5}"), "states a digit"),
    ],
)  # fmt: skip
def test_a_faulty_text_is_refused(write: Write, texts: tuple[str, str, str], why: str) -> None:
    with pytest.raises(ReportError, match=why):
        statement.gaps_of(write(*texts))


@pytest.mark.parametrize("values", [{}, {"first": 1}, {"first": 1, "last": 2, "more": 3}, {"first": 1, "lasts": 2}])
def test_a_statement_with_a_missing_or_an_extra_gap_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ReportError, match=r"'city.years' has the gaps \['first', 'last'\]"):
        say("city.years", **{name: Figure("t/0/v", value, "year") for name, value in values.items()})


@pytest.mark.parametrize("key", ["city.no_such_text", "no_such_file.title", "city", "", ".title", "../terms.total"])
def test_a_text_that_is_not_in_the_catalogue_is_refused(key: str) -> None:
    with pytest.raises(ReportError, match=r"^there is no text"):
        say(key)
