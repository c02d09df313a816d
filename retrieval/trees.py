"""Boosted regression trees, written out as JSON and evaluated for many rows at once.

Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29 (2001). They
are learned by ``benchmarks/train.py``; here they are only applied: all splits are held against all rows, and
the first leaf that none of them rules out is where a row ends (Lucchese et al., "QuickScorer", SIGIR 2015).
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

_MOST_LEAVES = 16
_FIRST_LEFT = np.array([next((i for i in range(16) if not lost >> i & 1), 15) for lost in range(1 << 16)])
"""Which leaf is the first that is not lost, for each set of lost ones as bits."""


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
        trees = [_Tree(nodes) for nodes in record["trees"]]
        width = max((len(tree.splits) for tree in trees), default=0)
        leaves = max((len(tree.values) for tree in trees), default=1)
        if leaves > _MOST_LEAVES:
            raise ValueError(f"a tree has {leaves} leaves, and at most {_MOST_LEAVES} are carried")
        # Smaller trees are filled up with splits that every row passes.
        never = (0, np.inf, 0)
        splits = [[*tree.splits, *[never] * (width - len(tree.splits))] for tree in trees]
        # By the place of a split in its tree, for all trees together.
        together = list(zip(*splits, strict=True))
        self._feature = [np.array([one[0] for one in part], dtype=np.intp) for part in together]
        self._threshold = [np.array([one[1] for one in part], dtype=np.float32) for part in together]
        self._lost = [np.array([one[2] for one in part], dtype=np.uint16) for part in together]
        values = [[*tree.values, *[0.0] * (_MOST_LEAVES - len(tree.values))] for tree in trees]
        self._value = np.array(values, dtype=np.float32).reshape(-1)
        self._base = _MOST_LEAVES * np.arange(len(trees))

    def scores(self, rows: Rows) -> Rows:
        """The sum of the trees for each of ``rows``, float32 of shape (rows, features)."""
        if not len(rows) or not len(self._base):
            return np.zeros(len(rows), dtype=np.float32)
        lost = np.zeros((len(rows), len(self._base)), dtype=np.uint16)
        for feature, threshold, those in zip(self._feature, self._threshold, self._lost, strict=True):
            lost |= (rows.take(feature, axis=1) > threshold) * those
        leaf = self._base + _FIRST_LEFT.take(lost)
        return np.asarray(self._value.take(leaf).sum(axis=1), dtype=np.float32)

    def probabilities(self, rows: Rows) -> Rows:
        """The scores through the calibrated logistic function: how likely each row is right."""
        logits = self._slope * self.scores(rows) + self._intercept
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float32)


@cache
def shipped(name: str) -> Trees:
    """The trees in ``retrieval/learned/{name}.json``."""
    text = files("retrieval").joinpath("learned", f"{name}.json").read_text(encoding="utf-8")
    return Trees(json.loads(text))


class _Tree:
    """A tree as its splits, each with the leaves (a bit for each) that are lost beyond its threshold."""

    def __init__(self, nodes: Sequence[Sequence[float]]) -> None:
        self.splits: list[tuple[int, float, int]] = []
        self.values: list[float] = []
        self._read(nodes, 0)

    def _read(self, nodes: Sequence[Sequence[float]], number: int) -> int:
        """The bits of the leaves below a node."""
        node = nodes[number]
        if len(node) == 1:
            self.values.append(float(node[0]))
            return 1 << (len(self.values) - 1)
        left = self._read(nodes, int(node[2]))
        self.splits.append((int(node[0]), float(node[1]), left))
        return left | self._read(nodes, int(node[3]))
