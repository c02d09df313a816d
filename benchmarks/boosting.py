"""Boosted trees by LightGBM, learned and written out as `retrieval.trees` reads them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

_FIXED = {
    "verbosity": -1,
    "seed": 1,
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


def fit_order(
    groups: Sequence[tuple[NDArray[Any], NDArray[Any], float]], parameters: dict[str, Any], *, rounds: int
) -> lightgbm.Booster:
    """LambdaMART (Burges 2010): trees for the order within each question, its first places above all."""
    order = {"objective": "lambdarank", "lambdarank_truncation_level": 8, "label_gain": [0, 1]}
    data = lightgbm.Dataset(
        np.concatenate([rows for rows, _, _ in groups]),
        np.concatenate([right for _, right, _ in groups]),
        weight=np.concatenate([np.full(len(rows), weight) for rows, _, weight in groups]),
        group=[len(rows) for rows, _, _ in groups],
    )
    return lightgbm.train(_FIXED | order | parameters, data, rounds)


def fit_chance(
    rows: NDArray[Any], right: NDArray[Any], weight: NDArray[Any], parameters: dict[str, Any], *, rounds: int
) -> lightgbm.Booster:
    """Trees for how likely each of ``rows`` is right, by labels from 0 to 1."""
    chance = {"objective": "cross_entropy", "boost_from_average": False, "min_sum_hessian_in_leaf": 1.0}
    return lightgbm.train(_FIXED | chance | parameters, lightgbm.Dataset(rows, right, weight=weight), rounds)


def nodes_of(model: lightgbm.Booster) -> list[list[list[float]]]:
    """The trees as lists of nodes; see `retrieval.trees.Trees`."""
    trees = []
    for info in model.dump_model()["tree_info"]:
        nodes: list[list[float]] = []
        _walk(info["tree_structure"], nodes)
        trees.append(nodes)
    return trees


def _walk(node: dict[str, Any], nodes: list[list[float]]) -> int:
    number = len(nodes)
    nodes.append([])
    if "leaf_value" in node:
        nodes[number] = [round(node["leaf_value"], 5)]
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
