"""An optional second look at the best quotes, by a cross-encoder that reads question and quote together.

R. Nogueira and K. Cho, "Passage re-ranking with BERT" (2019). Off unless a model is set: the bundled one
cannot do it, and each question then waits for some twenty passes of the larger model.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from retrieval.quote import Quote

RERANKED = 20
"""So many of the best quotes are read again; the others keep their places behind them."""


class Reranker(Protocol):
    """What says how well each text answers a question."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """From 0 to 1 for each text, shape (texts,).

        Raises:
            ModelError: the model cannot be loaded.
        """
        ...


class CrossEncoderReranker:
    """A `Reranker` on any sentence-transformers CrossEncoder with one output, loaded at its first use.

    Safe to use from several threads.
    """

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None
        self._loading = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Reranker.scores`."""
        import torch

        found = self._load().predict(
            [(question, text) for text in texts],
            activation_fn=torch.nn.Sigmoid(),
            show_progress_bar=False,
        )
        return np.asarray(found, dtype=np.float32).reshape(len(texts))

    def _load(self) -> Any:
        with self._loading:
            if self._model is None:
                from sentence_transformers import CrossEncoder

                try:
                    self._model = CrossEncoder(self._name, device="cpu", num_labels=1)
                except (OSError, ValueError) as exc:
                    raise ModelError(
                        f"The cross-encoder {self._name} is neither on this machine nor could it be fetched "
                        "from the hub; check COMMUNIQUE_RERANKER and the connection, or unset it."
                    ) from exc
            return self._model


def reranked(
    question: str, quotes: Sequence[Quote], texts: Mapping[str, str], reranker: Reranker
) -> list[Quote]:
    """The ``quotes`` with the best `RERANKED` in a new order: by the mean of both scores.

    ``texts`` holds the texts of their articles by id.
    """
    best = list(quotes[:RERANKED])
    if not best:
        return []
    shown = [texts[one.ranked.candidate.passage.article_id][one.start : one.end] for one in best]
    scores = [
        (one.score + float(again)) / 2
        for one, again in zip(best, reranker.scores(question, shown), strict=True)
    ]
    order = sorted(range(len(best)), key=lambda place: -scores[place])
    ceiling = min(scores)
    rest = [replace(one, score=min(one.score, ceiling)) for one in quotes[RERANKED:]]
    return [*(replace(best[place], score=scores[place]) for place in order), *rest]
