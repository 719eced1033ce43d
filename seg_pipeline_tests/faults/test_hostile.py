"""Promise 14: every hostile file gives exactly a table that keeps its contract or a typed refusal, within bounds."""

from __future__ import annotations

import pytest

from seg_pipeline.sources import all_sources
from seg_pipeline_tests import processes
from seg_pipeline_tests.faults import hostile

FEW = ("helsinki", "turku")  # of the cities: the common format, and one that keeps its own layout


@pytest.mark.parametrize("source", [s.id for s in all_sources().values() if not s.city or s.id in FEW])
def test_no_hostile_file_crashes_a_reader_or_is_half_read(source: str) -> None:
    told = processes.call(hostile.tried, source, longest=280)
    assert told["wrong"] == []
    assert told["cases"] > 60 and told["seconds"] < 20 and told["mebibytes"] < 2048, told
