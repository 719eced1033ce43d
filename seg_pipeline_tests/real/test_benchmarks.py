"""Published values of the indices: PySAL on Sacramento, R's `segregation` on its schools."""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seg_pipeline import indicators
from seg_pipeline.indicators.information import between_and_within, information_of
from seg_pipeline.indicators.registry import Counts

pytestmark = pytest.mark.real
Find = Callable[[str], Path]
FOLDER = "segregation_benchmarks"


def dbf(path: Path) -> dict[str, Counts]:
    """Return the numeric columns of a dBase file."""
    data = path.read_bytes()
    rows, head, width = struct.unpack_from("<IHH", data, 4)
    fields, at = [], 1
    for start in range(32, head - 1, 32):
        name = data[start : start + 11].split(b"\0")[0].decode()
        fields.append((name, at, data[start + 16], data[start + 11 : start + 12]))
        at += data[start + 16]
    return {
        name: np.array([float(data[head + r * width + at : head + r * width + at + size] or 0) for r in range(rows)])
        for name, at, size, kind in fields
        if kind in b"NF"
    }


PYSAL: dict[str, Callable[[Counts, Counts], float]] = {
    "Dissim": lambda pair, _: indicators.dissimilarity(*pair),
    "Gini": lambda pair, _: indicators.gini(*pair),
    "Entropy(H two-group)": lambda pair, _: indicators.entropy(*pair),
    "Isolation": lambda pair, _: indicators.isolation(*pair),
    "Interaction": lambda pair, _: indicators.interaction(*pair),
    "Atkinson(b=0.5)": lambda pair, _: indicators.atkinson_05(*pair),
    "MultiDissim": lambda _, many: indicators.many_group_dissimilarity(many),
    "MultiInfoTheory(H)": lambda _, many: indicators.many_group_entropy(many),
    "MultiGini": lambda _, many: indicators.many_group_gini(many),
    "MultiDiversity": lambda _, many: float(indicators.diversity(many)),
    "MultiNormExposure": lambda _, many: indicators.normalised_exposure(many),
}


def test_every_published_value_of_sacramento(shared: Find) -> None:
    with shared(f"{FOLDER}/reference_values.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == "sacramentot2"]
    tracts = dbf(shared(f"{FOLDER}/sacramento/sacramentot2.dbf"))
    pair = np.stack([tracts["HISP_"], tracts["TOT_POP"] - tracts["HISP_"]])
    for row in rows:
        groups = row["groups_or_group"].split("|")
        found = PYSAL[row["index"]](pair, np.stack([tracts[group] for group in groups]))
        assert found == pytest.approx(float(row["value"]), abs=1e-9), row["index"]
    assert {row["index"] for row in rows} == set(PYSAL)


@pytest.mark.parametrize("year", ["00", "05"])
def test_every_value_of_the_schools(shared: Find, year: str) -> None:
    with shared(f"{FOLDER}/r_segregation_values.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["key"]: float(row["value"]) for row in csv.DictReader(file)}
    published = {key[10:]: value for key, value in keys.items() if key.startswith(f"schools{year} ")}
    with shared(f"{FOLDER}/schools{year}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    races = sorted({row["race"] for row in rows})
    counts: dict[str, Counts] = {}
    unit: dict[str, tuple[str, str]] = {}
    for row in rows:
        counts.setdefault(row["school"], np.zeros(len(races)))[races.index(row["race"])] += float(row["n"])
        unit[row["school"]] = (row["state"], row["district"])
    cells = np.stack(list(counts.values()), axis=1)
    states, districts = ([of[at] for of in unit.values()] for at in (0, 1))
    found = _of_schools(cells, races, states, districts)
    assert found.keys() >= published.keys(), published.keys() - found.keys()
    for key, value in published.items():
        assert found[key] == pytest.approx(value, abs=1e-9), key


def _of_schools(cells: Counts, races: list[str], states: list[str], districts: list[str]) -> dict[str, float]:
    by = dict(zip(races, cells, strict=True))
    entropy, everyone = float(indicators.diversity(cells)), cells.sum(0)
    m = float(information_of(cells))
    in_state, in_district = (np.unique(of, return_inverse=True)[1] for of in (states, districts))
    (of_states, within), (of_districts, _) = (
        map(float, between_and_within(cells, at)) for at in (in_state, in_district)
    )
    found = {
        "M school": m, "M district": of_districts, "M state": of_states, "M within state": within,
        "M base2": m / np.log(2), "E race": entropy, "nested state |  M": of_states,
        "nested district | state M": of_districts - of_states, "nested school | state, district M": m - of_districts,
        "E race|state": entropy - of_states,
    }  # fmt: skip
    found |= {key.replace("M", "H", 1) if key.startswith("M ") else key[:-1] + "H": value / entropy
              for key, value in found.items() if key.startswith("M ") or key.endswith(" M")}  # fmt: skip
    for a in races:
        found[f"isolation {a}"] = indicators.isolation(by[a], everyone - by[a])
        found |= {f"D {a} {b}": indicators.dissimilarity(by[a], by[b]) for b in races if a < b}
    matrix = indicators.exposures(cells)
    found |= {f"exposure of {a} to {b}": matrix[i, j] for i, a in enumerate(races) for j, b in enumerate(races)}
    scores = indicators.local.information_of_groups(cells)
    found |= {f"local ls {race}": score for race, score in zip(races, scores, strict=True)}
    found |= {f"local p {race}": by[race].sum() / cells.sum() for race in races}
    for state in sorted(set(states)):
        there = cells[:, np.array(states) == state]
        own = float(information_of(there))
        found |= {f"within {state} M": own, f"within {state} p": there.sum() / cells.sum()}
        found |= {f"within {state} H": own / float(indicators.diversity(there)),
                  f"within {state} ent_ratio": float(indicators.diversity(there)) / entropy}  # fmt: skip
    return found
