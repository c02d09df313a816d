"""Boosted trees by LightGBM, learned and written out as `retrieval.trees` reads them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

SEEDS = (1, 2, 3, 4)
"""As many forests are learned and averaged: what one comes to hangs on chance by a point either way."""
_FIXED = {
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.6,
}


def monotone(features: Sequence[str], like: Mapping[str, int]) -> dict[str, Any]:
    """What keeps trees from learning that a measure speaks against its own sense."""
    signs = [like.get(name, 0) for name in features]
    return {"monotone_constraints": signs, "monotone_constraints_method": "advanced"}


class Forests:
    """Several forests that were learned alike, and count for their mean."""

    def __init__(self, parameters: Mapping[str, Any], data: lightgbm.Dataset, rounds: int) -> None:
        self._models = [lightgbm.train({**parameters, "seed": seed}, data, rounds) for seed in SEEDS]

    def odds(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """The score of each of ``rows``."""
        odds = [np.asarray(model.predict(rows, raw_score=True), dtype=np.float64) for model in self._models]
        return np.asarray(np.mean(odds, axis=0), dtype=np.float64)

    def nodes(self) -> list[list[list[float]]]:
        """All trees as lists of nodes; see `retrieval.trees.Trees`."""
        trees = []
        for model in self._models:
            for info in model.dump_model()["tree_info"]:
                nodes: list[list[float]] = []
                _walk(info["tree_structure"], nodes)
                trees.append(nodes)
        return trees


def fit_order(
    groups: Sequence[tuple[NDArray[Any], NDArray[Any], float]], parameters: dict[str, Any], *, rounds: int
) -> Forests:
    """LambdaMART (Burges 2010): trees for the order within each question, its first places above all."""
    order = {"objective": "lambdarank", "lambdarank_truncation_level": 8, "label_gain": [0, 1]}
    data = lightgbm.Dataset(
        np.concatenate([rows for rows, _, _ in groups]),
        np.concatenate([right for _, right, _ in groups]),
        weight=np.concatenate([np.full(len(rows), weight) for rows, _, weight in groups]),
        group=[len(rows) for rows, _, _ in groups],
    )
    return Forests(_FIXED | order | parameters, data, rounds)


def fit_chance(
    rows: NDArray[Any], right: NDArray[Any], weight: NDArray[Any], parameters: dict[str, Any], *, rounds: int
) -> Forests:
    """Trees for how likely each of ``rows`` is right, by labels from 0 to 1."""
    chance = {"objective": "cross_entropy", "boost_from_average": False, "min_sum_hessian_in_leaf": 1.0}
    return Forests(_FIXED | chance | parameters, lightgbm.Dataset(rows, right, weight=weight), rounds)


def _walk(node: dict[str, Any], nodes: list[list[float]]) -> int:
    number = len(nodes)
    nodes.append([])
    if "leaf_value" in node:
        nodes[number] = [round(node["leaf_value"] / len(SEEDS), 6)]
    else:
        left = _walk(node["left_child"], nodes)
        right = _walk(node["right_child"], nodes)
        nodes[number] = [node["split_feature"], float(f"{node['threshold']:.6g}"), left, right]
    return number


def write(
    path: Path, names: Sequence[str], trees: list[Any], calibration: tuple[float, float] | None = None
) -> None:
    """Write trees as JSON, one tree a line."""
    head = {"features": list(names)} | ({"calibration": list(calibration)} if calibration else {})
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(head)[:-1] + ', "trees": [\n' + lines + "\n]}\n", encoding="utf-8")
