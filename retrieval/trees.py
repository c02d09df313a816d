"""Boosted regression trees, written out as JSON and evaluated for many rows at once.

Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29 (2001). They
are learned by ``benchmarks/train.py``; here they are only applied.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class Trees:
    """A sum of trees over named features.

    A record has ``features`` (their names, in the order of columns), ``trees`` (each a list of nodes:
    ``[feature, threshold, left, right]`` goes left where the value is at most the threshold, ``[value]`` is
    a leaf; the first node is the root) and perhaps ``calibration`` (slope and intercept of a logistic
    function).
    """

    def __init__(self, record: dict[str, Any]) -> None:
        self.features: tuple[str, ...] = tuple(record["features"])
        self._slope, self._intercept = record.get("calibration", (1.0, 0.0))
        feature: list[int] = []
        threshold: list[float] = []
        left: list[int] = []
        right: list[int] = []
        value: list[float] = []
        roots: list[int] = []
        depth = 0
        for nodes in record["trees"]:
            base = len(feature)
            roots.append(base)
            for number, node in enumerate(nodes):
                leaf = len(node) == 1
                feature.append(0 if leaf else int(node[0]))
                threshold.append(0.0 if leaf else float(node[1]))
                left.append(base + (number if leaf else int(node[2])))
                right.append(base + (number if leaf else int(node[3])))
                value.append(float(node[0]) if leaf else 0.0)
            depth = max(depth, _depth(nodes, 0))
        self._depth = depth
        self._roots = np.array(roots, dtype=np.int32)
        self._feature = np.array(feature, dtype=np.int32)
        self._threshold = np.array(threshold, dtype=np.float32)
        self._left = np.array(left, dtype=np.int32)
        self._right = np.array(right, dtype=np.int32)
        self._value = np.array(value, dtype=np.float32)

    def scores(self, rows: Rows) -> Rows:
        """The sum of the trees for each of ``rows``, float32 of shape (rows, features)."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        node = np.broadcast_to(self._roots, (len(rows), len(self._roots))).copy()
        line = np.arange(len(rows))[:, None]
        for _ in range(self._depth):
            goes_left = rows[line, self._feature[node]] <= self._threshold[node]
            node = np.where(goes_left, self._left[node], self._right[node])
        return np.asarray(self._value[node].sum(axis=1), dtype=np.float32)

    def probabilities(self, rows: Rows) -> Rows:
        """The scores through the calibrated logistic function: how likely each row is right."""
        logits = self._slope * self.scores(rows) + self._intercept
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float32)


@cache
def shipped(name: str) -> Trees:
    """The trees in ``retrieval/learned/{name}.json``."""
    text = files("retrieval").joinpath("learned", f"{name}.json").read_text(encoding="utf-8")
    return Trees(json.loads(text))


def _depth(nodes: Sequence[Sequence[float]], number: int) -> int:
    node = nodes[number]
    if len(node) == 1:
        return 0
    return 1 + max(_depth(nodes, int(node[2])), _depth(nodes, int(node[3])))
