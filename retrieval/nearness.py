"""How near words are to each other in meaning, and which words of a question count.

The model's vectors of tokens were learned to be averaged. A correction of low rank, learned from questions
with known answers (``benchmarks/nearness.py``), turns them to what tells a sentence that answers from one
that is about the same. It was learned for the bundled model alone; the tokens of any other are compared as
they are.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from index.embed import Vectors

STEEPEST = 3.0
"""How a word of the question counts lies between e to this power, and to its negative, of one that says
nothing either way."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """A correction of the vectors of one model's tokens, which have ``dimensions`` numbers each.

    ``down``, of shape (dimensions, rank), and ``up``, of shape (rank, dimensions), multiplied are what is
    added; ``weight``, of shape (dimensions,), tells how much a question's token counts. All are float32.
    """

    down: NDArray[np.float32]
    up: NDArray[np.float32]
    weight: NDArray[np.float32]

    def corrected(self, tokens: "Vectors") -> "Vectors":
        """The vectors of ``tokens``, of shape (tokens, dimensions), turned, each of length 1 again."""
        turned = tokens + (tokens @ self.down) @ self.up
        return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), dtype=np.float32)

    def weights(self, asked: "Vectors") -> NDArray[np.float32]:
        """How much each of a question's tokens counts, by its vector from the model; 1 together."""
        counted = np.exp(np.clip(asked @ self.weight, -STEEPEST, STEEPEST))
        return np.asarray(counted / max(float(counted.sum()), 1e-9), dtype=np.float32)


def plain(dimensions: int) -> Nearness:
    """The nearness of the vectors as they are, every token counting alike."""
    none = np.zeros((dimensions, 0), dtype=np.float32)
    return Nearness(none, none.T, np.zeros(dimensions, dtype=np.float32))


@cache
def nearness(model: str, dimensions: int) -> Nearness:
    """What was learned for ``model`` (``retrieval/learned/nearness.json``); `plain`, if nothing was."""
    record = json.loads(files("retrieval").joinpath("learned", "nearness.json").read_text(encoding="utf-8"))
    if record["model"] != model:
        return plain(dimensions)
    down, up, weight = (np.array(record[part], dtype=np.float32) for part in ("down", "up", "weight"))
    return Nearness(down, up, weight)
