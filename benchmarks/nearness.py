"""Learn which words are near each other, for `retrieval.nearness`.

A quote's score is what it had before, and how near it comes to each token of the question, weighted. What is
learned is that the right ones stand above the others of the same question (softmax over the quotes of each).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from index.embed import WORDS_AT
from retrieval.closer import Looked, first_odds, spans_of
from retrieval.nearness import STEEPEST, Nearness

_RANK = 64
_TURNS, _TOGETHER = 3, 16
_RATES = {"correction": 1e-3, "weight": 3e-3, "scale": 1e-2}
_DECAY = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A question with its quotes, as tensors."""

    asked: Tensor
    tokens: Tensor
    """Of all sentences, one after another."""
    sentence: Tensor
    """The number of the sentence that each token stands in."""
    said: Tensor
    """Which sentences (columns) each quote (row) has."""
    odds: Tensor
    right: Tensor
    weight: float


def lesson(found: Looked, right: NDArray[np.float32], weight: float) -> Lesson | None:
    """What can be learned from these quotes; None where none of them is right, or all are, or no word is."""
    if not right.any() or right.all() or not len(found.asked):
        return None
    order = {span: number for number, span in enumerate(found.sentences)}
    said = torch.zeros((len(found.quotes), len(order)), dtype=torch.bool)
    for row, quote in enumerate(found.quotes):
        said[row, [order[span] for span in spans_of(quote)]] = True
    lengths = torch.tensor([len(tokens) for tokens in found.sentences.values()])
    return Lesson(
        asked=torch.from_numpy(found.asked),
        tokens=torch.from_numpy(np.concatenate(list(found.sentences.values()))),
        sentence=torch.repeat_interleave(torch.arange(len(order)), lengths),
        said=said,
        odds=torch.from_numpy(first_odds(found).astype(np.float32)),
        right=torch.from_numpy(right > 0),
        weight=weight,
    )


def fit_nearness(lessons: Sequence[Lesson], *, seed: int = 1) -> Nearness:
    """The correction under which the right quotes of each lesson come nearest."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    learned = _Learned(lessons[0].asked.shape[1])
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    groups = {
        "correction": [learned.down, learned.up],
        "weight": [learned.weight],
        "scale": [learned.nearness_counts, learned.odds_count],
    }
    optimizer = torch.optim.AdamW(
        [
            {"params": found, "lr": _RATES[name], "weight_decay": 0.0 if name == "scale" else _DECAY}
            for name, found in groups.items()
        ]
    )
    steps = _TURNS * (len(lessons) // _TOGETHER + 1)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [_RATES[name] for name in groups], total_steps=steps + 1, pct_start=0.1
    )
    for _ in range(_TURNS):
        order = random.permutation(len(lessons))
        for begin in range(0, len(order), _TOGETHER):
            batch = [lessons[number] for number in order[begin : begin + _TOGETHER]]
            losses = [one.weight * _loss(learned(one), one.right) for one in batch]
            optimizer.zero_grad()
            (torch.stack(losses).sum() / sum(one.weight for one in batch)).backward()
            optimizer.step()
            rates.step()
    torch.set_num_threads(threads)
    return Nearness(*(_rounded(part) for part in (learned.down, learned.up, learned.weight)))


class _Learned(nn.Module):
    """The score of each quote of a lesson."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(dimensions, _RANK) * 0.02)
        self.up = nn.Parameter(torch.zeros(_RANK, dimensions))
        self.weight = nn.Parameter(torch.zeros(dimensions))
        self.nearness_counts = nn.Parameter(torch.tensor(10.0).log())
        self.odds_count = nn.Parameter(torch.tensor(0.7))

    def forward(self, one: Lesson) -> Tensor:
        """Of shape (quotes,)."""
        cosines = self._corrected(one.asked) @ self._corrected(one.tokens).T
        met = torch.full((len(one.asked), one.said.shape[1]), -1.0)
        met = met.scatter_reduce(1, one.sentence.expand(len(one.asked), -1), cosines, "amax")
        together = torch.stack([met[:, sentences].amax(dim=1) for sentences in one.said])
        counted = torch.softmax(torch.clamp(one.asked @ self.weight, -STEEPEST, STEEPEST), dim=0)
        scored: Tensor = self.odds_count * one.odds + self.nearness_counts.exp() * (together @ counted)
        return scored

    def _corrected(self, tokens: Tensor) -> Tensor:
        return normalize(tokens + (tokens @ self.down) @ self.up, dim=1)


def _loss(scores: Tensor, right: Tensor) -> Tensor:
    return torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0)


def _rounded(part: Tensor) -> NDArray[np.float32]:
    """To the four digits that are written."""
    return np.array([float(f"{number:.4g}") for number in part.detach().flatten()], np.float32).reshape(
        part.shape
    )


def write_nearness(path: Path, model: str, learned: Nearness) -> None:
    """Write it as JSON, one row of the correction a line."""
    lines = [f'"model": {json.dumps(model)}, "layer": {WORDS_AT}', f'"weight": {_row(learned.weight)}']
    for name, part in (("down", learned.down), ("up", learned.up)):
        lines.append(f'"{name}": [\n' + ",\n".join(_row(row) for row in part) + "\n]")
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def _row(numbers: NDArray[np.float32]) -> str:
    return json.dumps(
        [float(f"{number:.4g}") for number in numbers], separators=(",", ":")
    )  # float32 has more digits
