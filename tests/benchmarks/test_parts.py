import json
from functools import partial
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from benchmarks.parts import PARTS, STAGES, Muted, Part, Plain
from retrieval.trees import Trees

MUTING = [part for part in PARTS if part.muted]


def record(stage: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("retrieval").joinpath("learned", f"{stage}.json").read_text(encoding="utf-8")
    )
    return found


def muted_in(part: Part, stage: str) -> list[str]:
    return [feature for feature in STAGES[stage] if part.mutes(stage, feature)]


@pytest.mark.parametrize("part", MUTING, ids=lambda part: part.name)
def test_what_is_switched_off_is_measured_somewhere(part: Part) -> None:
    assert any(muted_in(part, stage) for stage in STAGES)


@pytest.mark.parametrize("part", MUTING, ids=lambda part: part.name)
def test_what_is_switched_off_moves_no_score(part: Part) -> None:
    for stage, features in STAGES.items():
        trees = Muted(record(stage), partial(part.mutes, stage))
        rows = np.random.default_rng(1).uniform(-1, 3, size=(20, len(features))).astype(np.float32)
        other = rows.copy()
        for feature in muted_in(part, stage):
            other[:, features.index(feature)] = 100.0
        assert np.array_equal(trees.scores(rows), trees.scores(other))


def test_nothing_muted_is_the_trees_themselves() -> None:
    rows = np.random.default_rng(2).uniform(-1, 3, size=(20, len(STAGES["quotes"]))).astype(np.float32)
    same = Muted(record("quotes"), lambda feature: False)
    assert np.array_equal(same.scores(rows), Trees(record("quotes")).scores(rows))


def test_a_plain_sum_adds_what_it_is_given() -> None:
    trees = Plain(["a", "b", "c"], {"a": 0.5, "c": 2.0})
    rows = np.array([[1, 9, 0], [0, 9, 0.25], [4, 0, 4]], dtype=np.float32)
    assert trees.scores(rows).tolist() == [0.5, 0.5, 10.0]
    assert trees.probabilities(rows).tolist() == [0.5, 0.5, 1.0]
