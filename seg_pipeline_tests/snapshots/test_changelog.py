"""The changelog: one truth in three languages, no direction where chance could have made the change."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from seg_pipeline import catalogue, tables
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.defs import since
from seg_pipeline.snapshots import versions
from seg_pipeline.snapshots.comparing import wording
from seg_pipeline.snapshots.comparing.changelog import changelog, changes
from seg_pipeline.snapshots.comparing.diff import difference
from seg_pipeline.snapshots.comparing.moves import headline, largest_terms
from seg_pipeline_tests.defs.test_since import content, decide, put, without
from seg_pipeline_tests.spec.test_compute import area, counts, made

DATES = re.compile(r"\d{1,2} [A-Z][a-z]+ (\d{4})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
NUMBER = re.compile(r"[+\u2212]?\d[\d\u202f.,]*\d|[+\u2212]?\d")


def numbers(paragraphs: list[str], language: str) -> Counter[float]:
    """Return every number of a text, read back as the language writes it; dates are told otherwise."""
    text = DATES.sub("", "\n".join(paragraphs))
    apart, point = ("\u202f", ",") if language != "en" else (",", ".")
    found = (word.replace(apart, "").replace(point, ".").replace("\u2212", "-") for word in NUMBER.findall(text))
    return Counter(float(word.rstrip(".")) for word in found if word.count(".") <= 1)


def cities(people: int, *apart: int) -> dict[str, pd.DataFrame]:
    """Return content of a city in one year after the other: the poor live the more apart, the larger `apart` is."""
    years = []
    for year, far in enumerate(apart, start=2024):
        shares = [(20 + far, 20) if at % 2 else (20, 20 + far) for at in range(100)]
        cells = [area(f"{at:05}", x * people, y * people, 300 * people) for at, (x, y) in enumerate(shares)]
        years.append(counts(*(cell for row in cells for cell in row), year=year))
    table = tables.conform(pd.concat(years), "counts")
    return content() | {"counts": table, "indicators": made(table)}


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> since.Comparison:
    put(tmp_path, content(years=(2023, 2024), more=5000))
    decide(monkeypatch, source="paavo", fi="syy", sv="orsak", en="reason", who="w", date="d")
    put(tmp_path, without(content(35, years=(2023, 2024), more=5000), reference_year=2023))
    return since.between(*versions(tmp_path / "snapshots"))


def test_three_languages_state_the_same_numbers(chain: since.Comparison) -> None:
    told = {
        language: numbers(changelog(chain.difference, chain.moved, chain.withdrawn, language), language)
        for language in LANGUAGES
    }
    assert told["fi"] == told["sv"] == told["en"] and sum(told["en"].values()) > 20


def test_the_numbers_are_those_of_the_tables(chain: since.Comparison) -> None:
    text = "\n".join(changelog(chain.difference, chain.moved, chain.withdrawn, "en"))
    row = headline(chain.difference, chain.moved).iloc[0]
    assert f"{row['from_value']:.3f} (2024) → {row['to_value']:.3f} (2024), a change of +{row['value']:.3f}" in text
    indicators = chain.difference.tables["indicators"]
    assert f"There are {indicators.after} indicator figures. 0 are new, {indicators.cells['value']} have" in text
    assert f"{indicators.removed} are gone" in text and "Reason: reason" in text
    figures = chain.moved[chain.moved["term"] == "total"]
    assert largest_terms(chain.moved) == {"source_revision": len(figures)}
    assert f"The source has revised its figures: {len(figures)}" in text


@pytest.mark.parametrize(
    ("low", "then", "people", "direction"),
    [(20, 120, 9, "rose"), (120, 20, 9, "fell"), (30, 31, 1, "not_told_apart"), (31, 30, 1, "not_told_apart")],
)
def test_a_direction_is_told_only_where_chance_could_not_have_made_the_change(
    tmp_path: Path, low: int, then: int, people: int, direction: str
) -> None:
    put(tmp_path, cities(people, low))
    put(tmp_path, cities(people, low, then))
    found = since.between(*versions(tmp_path / "snapshots"))
    (row,) = headline(found.difference, found.moved).to_dict("records")
    apart = row["to_lower"] > row["from_upper"] or row["to_upper"] < row["from_lower"]
    assert row["direction"] == direction and apart == (direction != "not_told_apart")
    for language in LANGUAGES:
        text = "\n".join(changelog(found.difference, found.moved, [], language))
        words = {key: wording.said(key, language) for key in ("rose", "fell", "not_told_apart", "corrected")}
        assert [key for key, said in words.items() if said in text] == [direction]


def test_a_figure_told_anew_for_the_same_year_is_corrected_and_has_not_moved(tmp_path: Path) -> None:
    put(tmp_path, cities(9, 20))
    put(tmp_path, cities(9, 120))
    found = since.between(*versions(tmp_path / "snapshots"))
    assert headline(found.difference, found.moved)["direction"].tolist() == ["corrected"]


def test_without_an_interval_there_is_no_direction(tmp_path: Path) -> None:
    for apart in ((20,), (20, 120)):
        told = cities(9, *apart)
        bare = told["indicators"].assign(interval="few_areas")
        bare[["lower", "upper", "value_corrected", "standard_error"]] = float("nan")
        told["indicators"] = bare
        put(tmp_path, told)
    found = since.between(*versions(tmp_path / "snapshots"))
    assert headline(found.difference, found.moved)["direction"].tolist() == ["not_told_apart"]


def test_made_up_data_says_so_in_every_language(chain: since.Comparison) -> None:
    text = changes(chain.difference, chain.moved, chain.withdrawn, "2026.2-demo", True)
    assert all(text.count(f"**{said}**") == 1 for said in catalogue.texts("texts", "text")["made_up"].values())
    assert "MADE-UP" not in changes(chain.difference, chain.moved, chain.withdrawn, "2026.2", False)


def test_a_new_column_a_new_table_and_a_new_method_are_told(tmp_path: Path) -> None:
    before = put(tmp_path, {name: table for name, table in content().items() if name != "crosswalk"})
    told = content()
    told["indicators"] = told["indicators"].assign(method_version="99")
    found = since.Comparison(difference(before, put(tmp_path / "other", told)), tables.empty("moved"), [])
    english, finnish = (changelog(found.difference, found.moved, [], language) for language in ("en", "fi"))
    assert "crosswalk: new: table." in "\n".join(english) and "crosswalk: uusi: taulu." in "\n".join(finnish)
    version = content()["indicators"]["method_version"].iloc[0]
    assert f"Version of the method (indicators): {version} → 99." in "\n".join(english)


@given(some.integers(0, 10**9), some.floats(-1e6, 1e6), some.integers(0, 6))
def test_a_number_reads_back_in_every_language(whole: int, number: float, decimals: int) -> None:
    for language in LANGUAGES:
        assert numbers([wording.whole(whole, language)], language) == Counter([float(whole)])
        for written in (wording.decimal(number, language, decimals), wording.signed(number, language, decimals)):
            (read,) = numbers([f"x {written} y"], language)
            assert read == pytest.approx(round(number, decimals), abs=10**-decimals / 1.9)


def test_numbers_and_dates_are_written_as_each_language_writes_them() -> None:
    assert [wording.signed(-1234.5, language, 1) for language in LANGUAGES] == [
        "\u22121\u202f234,5", "\u22121\u202f234,5", "\u22121,234.5",
    ]  # fmt: skip
    assert wording.signed(-0.0001, "en") == "0.000" and wording.signed(0.018, "fi") == "+0,018"
    assert [wording.date("2026-11-04T16:23:22+00:00", language) for language in LANGUAGES] == [
        "4.11.2026", "4.11.2026", "4 November 2026",
    ]  # fmt: skip
    assert (wording.decimals(0.018), wording.decimals(0.00012), wording.decimals(0)) == (3, 5, 3)


def test_every_sentence_takes_the_same_values_in_every_language() -> None:
    for row in catalogue.rows("changelog"):
        fields = [sorted(re.findall(r"{(\w+)}", row[language])) for language in LANGUAGES]
        assert fields[0] == fields[1] == fields[2], row["text"]
        assert all(row[language] for language in LANGUAGES)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.csv", "[a](http://b).csv", "a|b`c`.csv", "made_up.csv"])
def test_a_file_name_is_shown_and_never_obeyed(name: str) -> None:
    found = wording.plain(name)
    assert re.sub(r"\\(.)", r"\1", found) == name
    assert not re.search(r"(?<!\\)[<>\[\]|`]", found)
