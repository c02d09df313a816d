from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.confidence import CONFIDENCE_FEATURES
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.rank import PASSAGE_FEATURES
from retrieval.trees import Trees, shipped

COLUMNS = 3
numbers = st.floats(-4, 4, width=32)
shapes = st.recursive(
    numbers, lambda inner: st.tuples(st.integers(0, COLUMNS - 1), numbers, inner, inner), max_leaves=12
)


def nodes_of(shape: Any) -> list[list[float]]:
    """A nested tree as the list of nodes that a record has."""
    nodes: list[list[float]] = []

    def walk(one: Any) -> int:
        place = len(nodes)
        nodes.append([])
        if isinstance(one, float):
            nodes[place] = [one]
        else:
            column, threshold, left, right = one
            nodes[place] = [column, threshold, walk(left), walk(right)]
        return place

    walk(shape)
    return nodes


def naive(shape: Any, row: "np.ndarray[Any, Any]") -> float:
    while not isinstance(shape, float):
        column, threshold, left, right = shape
        shape = left if row[column] <= np.float32(threshold) else right
    return float(shape)


@given(st.lists(shapes, max_size=5), st.lists(st.lists(numbers, min_size=3, max_size=3), max_size=6))
def test_many_rows_at_once_come_to_what_walking_each_tree_comes_to(
    forest: list[Any], table: list[list[float]]
) -> None:
    trees = Trees({"features": ["a", "b", "c"], "trees": [nodes_of(shape) for shape in forest]})
    rows = np.array(table, dtype=np.float32).reshape(len(table), COLUMNS)
    expected = [sum(naive(shape, row) for shape in forest) for row in rows]
    assert trees.scores(rows) == pytest.approx(expected, abs=1e-4)


def test_a_value_at_the_threshold_goes_left() -> None:
    trees = Trees({"features": ["a"], "trees": [[[0, 1.5, 1, 2], [-1.0], [1.0]]]})
    assert trees.scores(np.array([[1.5], [1.51]], dtype=np.float32)).tolist() == [-1.0, 1.0]


def test_probabilities_go_through_the_calibration() -> None:
    trees = Trees({"features": ["a"], "trees": [[[2.0]]], "calibration": [3.0, -6.0]})
    assert trees.probabilities(np.zeros((1, 1), dtype=np.float32)).tolist() == [0.5]


def test_without_calibration_zero_is_one_half() -> None:
    trees = Trees({"features": ["a"], "trees": [[[0.0]]]})
    assert trees.probabilities(np.zeros((2, 1), dtype=np.float32)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("name", "features"),
    [("passages", PASSAGE_FEATURES), ("quotes", QUOTE_FEATURES), ("confidence", CONFIDENCE_FEATURES)],
)
def test_the_shipped_trees_were_learned_from_the_features_that_are_measured(
    name: str, features: tuple[str, ...]
) -> None:
    trees = shipped(name)
    assert trees.features == features
    scores = trees.scores(np.random.default_rng(3).uniform(-1, 3, (50, len(features))).astype(np.float32))
    assert np.isfinite(scores).all()
    assert len(set(scores.tolist())) > 1
