"""Every value ever published: once from each snapshot, with when and why it moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from seg_pipeline import tables
from seg_pipeline.snapshots import SnapshotError
from seg_pipeline.snapshots.comparing.history import COLUMNS, published
from seg_pipeline_tests.defs.test_since import content, decide, put, without


def test_a_revised_value_is_told_with_its_reason_and_the_old_one_stays(tmp_path: Path) -> None:
    put(tmp_path, content(years=(2023, 2024)))
    revised = content(years=(2023, 2024))
    later = content(36, years=(2024,))
    for name in ("counts", "indicators"):
        kept = revised[name][revised[name]["reference_year"] == 2023]
        revised[name] = tables.conform(pd.concat([kept, later[name]]), name)
    second = put(tmp_path, revised)
    found = second.history("dissimilarity", "Helsinki")
    assert list(found.columns) == COLUMNS and found.attrs["snapshot"] == "2026.2"
    assert found["reference_year"].tolist() == [2023, 2023, 2024, 2024]
    assert found["snapshot"].tolist() == ["2026.1", "2026.2"] * 2
    assert found["why"].tolist()[:3] == ["first published", "as before", "first published"]
    old, new = found["value"].tolist()[2:]
    assert found["why"].iloc[3] == f"The source has revised its figures +{new - old:.3f}"
    one = second.table("indicators", indicator="dissimilarity", reference_year=2024)
    assert new == one["value"].iloc[0] and found["status"].iloc[3] == "observed"
    assert found["published"].iloc[3] == second.manifest["published"] and found["release"].iloc[3] == "2026"
    assert second.history("dissimilarity", "091", "fi")["why"].iloc[3].startswith("Lähde on korjannut lukujaan +0,")
    assert second.history("dissimilarity", "Helsingfors", "sv")["why"].iloc[0] == "publicerat för första gången"


def test_an_earlier_snapshot_knows_only_what_was_published_by_then(tmp_path: Path) -> None:
    first = put(tmp_path, content())
    second = put(tmp_path, content(36))
    assert [s.version for s in published(first)] == ["2026.1"] and len(first.history("dissimilarity", "Helsinki")) == 1
    assert len(second.history("dissimilarity", "Helsinki")) == 2


def test_a_figure_that_became_hidden_or_is_gone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, content())
    hidden = content()
    d = hidden["indicators"]["indicator"] == "dissimilarity"
    for column in ("value", "value_corrected", "lower", "upper", "standard_error"):
        hidden["indicators"].loc[d, column] = float("nan")
    hidden["indicators"].loc[d, ["status", "interval"]] = "suppressed"
    put(tmp_path, hidden)
    decide(monkeypatch, indicator="dissimilarity", fi="f", sv="s", en="e", who="w", date="d")
    last = put(tmp_path, without(content(), indicator="dissimilarity"))
    with pytest.raises(SnapshotError, match="dissimilarity"):
        last.table("indicators", indicator="dissimilarity")
    found = last.history("dissimilarity", "Helsinki")
    assert found["why"].tolist() == ["first published", "status changed: observed → suppressed", "no longer told"]
    assert found["value"].notna().tolist() == [True, False, False] and pd.isna(found["status"].iloc[2])


def test_it_is_narrowed_down_by_any_column_of_the_figure(tmp_path: Path) -> None:
    snapshot = put(tmp_path, content(years=(2023, 2024)))
    assert snapshot.history("dissimilarity", "Helsinki", reference_year=2023)["reference_year"].tolist() == [2023]
    assert len(snapshot.history("dissimilarity", "Helsinki", dimension="income", group="low", scale=None)) == 2


@pytest.mark.parametrize(
    ("indicator", "city", "more", "said"),
    [
        ("disimilarity", "Helsinki", {}, "did you mean 'dissimilarity'"),
        ("dissimilarity", "Ouluu", {}, "did you mean 'Oulu'"),
        ("dissimilarity", "Helsinki", {"dimension": "incme"}, "did you mean 'income'"),
        ("dissimilarity", "Helsinki", {"colour": "red"}, "colour"),
    ],
)
def test_a_name_that_is_nowhere_says_what_it_may_have_meant(
    tmp_path: Path, indicator: str, city: str, more: dict[str, str], said: str
) -> None:
    snapshot = put(tmp_path, content())
    with pytest.raises(SnapshotError, match=said):
        snapshot.history(indicator, city, **more)
