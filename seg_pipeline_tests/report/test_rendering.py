"""A template writes figures with their cells, names as they are, and no number by itself."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pytest

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import proof
from seg_pipeline.report.book import Figure, ReportError, Term
from seg_pipeline.report.page import Link
from seg_pipeline.report.rendering import Writer, environment
from seg_pipeline.report.statement import joined, say

HOSTILE = ["<script>alert(1)</script>", "{x}", "{", "*a*", "a & b", '" onclick="x', "&lt;b&gt;", "{{ 7 }}", "</td>"]
CELL = Figure("areas/3/population", 1234, "whole")


def fill(template: str, language: str = "en", **context: Any) -> str:
    """Return a template of a test, filled by the environment of the report."""
    return environment().from_string(template).render(writer=Writer(language, Counter()), language=language, **context)


def term(name: str, address: str = "areas/3") -> Term:
    return Term(dict.fromkeys(LANGUAGES, name), address)


def test_a_number_in_the_words_of_a_template_is_seen_by_the_last_look() -> None:
    with pytest.raises(ReportError, match="leads to no cell: 'Of 7"):
        proof.refuse_unbound("a/page", fill("<p>Of 7: {{ cell }}</p>", cell=CELL))
    proof.refuse_unbound("a/page", fill("<p>Of: {{ cell }}</p>", cell=CELL))
    with pytest.raises(ReportError, match="leads to no cell: '7'"):
        proof.refuse_unbound("a/page", fill("<p>{{ 7|safe }}</p>"))


@pytest.mark.parametrize("thing", [7, 7.5, np.int64(7), np.float64(7.5), "7", "words", None, True, [CELL], {"a": 7}])
def test_what_stands_in_no_language_cannot_be_written(thing: Any) -> None:
    with pytest.raises(ReportError, match="stands in no language"):
        fill("<p>{{ thing }}</p>", thing=thing)


@pytest.mark.parametrize("written", ["{{ 7 }}", "{{ 3 + 4 }}", "{{ cell.value }}", "{{ 7 ~ cell }}", "{{ missing }}"])
def test_a_template_cannot_write_a_number_by_itself(written: str) -> None:
    with pytest.raises(ReportError, match="stands in no language"):
        fill(f"<p>{written}</p>", cell=CELL)


def test_a_number_cannot_be_said_in_an_attribute() -> None:
    said = say("changes.compared", before=term("x"), moved=CELL, all=CELL)
    for thing in (CELL, said, term("Alue 2")):
        with pytest.raises(ReportError, match="an attribute cannot carry its cell"):
            fill('<p title="{{ thing|plain }}">a</p>', thing=thing)
    assert fill('<p title="{{ thing|plain }}">a</p>', thing=term('"Å" & b')) == '<p title="&#34;Å&#34; &amp; b">a</p>'


@pytest.mark.parametrize("value", [None, float("nan")])
def test_an_empty_cell_is_not_written_as_a_figure(value: Any) -> None:
    with pytest.raises(ReportError, match="areas/3/population is empty"):
        fill("{{ cell }}", cell=Figure("areas/3/population", value, "whole"))


def test_a_name_with_a_number_needs_to_be_from_somewhere() -> None:
    with pytest.raises(ReportError, match="nothing says where it is from"):
        fill("{{ name }}", name=term("Alue 2", ""))
    assert fill("{{ name }}", name=term("Alue 2")) == '<span data-text="areas/3">Alue 2</span>'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_and_makes_no_markup(name: str, language: str) -> None:
    inner = say("changes.compared", before=term(name), moved=CELL, all=CELL)
    for thing in (term(name), Link("a.html", term(name)), joined([term(name), term(name)]), inner):
        shown = fill("{{ thing }}", language, thing=thing)
        assert set(re.findall(r"<(\w+)", shown)) <= {"a", "span", "data"}
        assert "onclick" not in "".join(re.findall(r"<[^>]*>", shown))
        assert name in Writer(language, Counter()).plain(thing)
        proof.refuse_unbound("a/page", shown)


@pytest.mark.parametrize("address", ['a"b', "a>b", "<a>"])
def test_a_hostile_address_stays_in_its_attribute(address: str) -> None:
    shown = fill("{{ name }}", name=term("Alue 2", address))
    assert re.fullmatch('<span data-text="[^"<>]*">Alue 2</span>', shown)
