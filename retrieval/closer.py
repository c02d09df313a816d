"""A closer look at the quotes that stand first: every word of theirs against every word of the question.

Words are compared as the model understands them in their sentence, so that "captives" meets "prisoners" and
"swap" meets "exchange" (O. Khattab and M. Zaharia, "ColBERT", SIGIR 2020). Only some sentences are embedded
for it, when the question is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from retrieval.quote import Quote
from retrieval.quote_measures import LIKE_THE_ANSWER as QUOTES_LIKE_IT
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.trees import Trees
from retrieval.understand import Query

if TYPE_CHECKING:
    from index.embed import Vectors

LOOKED_AT = 16
"""Sentences at most that are embedded for a question."""
_BEST = 60
"""Quotes at most among which these sentences are sought."""

_MEASURES = ("near", "near_worst", "near_back", "near_together", "near_together_worst")
CLOSER_FEATURES = (
    "score",
    "score_below_best",
    *_MEASURES,
    *(f"{name}_below_best" for name in _MEASURES),
    *QUOTE_FEATURES,
)
LIKE_THE_ANSWER = {**QUOTES_LIKE_IT, **dict.fromkeys(CLOSER_FEATURES[: 2 + 2 * len(_MEASURES)], 1)}
"""Which measures can only speak for a quote as they grow (1), or only against it (-1)."""

Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How near one sentence is to a question."""

    words: NDArray[np.float32]
    """Of each of the question's tokens to the nearest of the sentence's."""
    back: float
    """Of the sentence's tokens, on average, to the nearest of the question's."""


def closer(
    query: Query, quotes: Sequence[Quote], texts: Mapping[str, str], *, embedder: Embedder, trees: Trees
) -> list[Quote]:
    """The ``quotes``, best first, those that were looked at in a new order before all others.

    ``texts`` holds the texts of their articles by id.

    Raises:
        ModelError: the model cannot be loaded.
    """
    looked, rows = closer_rows(query, quotes, texts, embedder=embedder)
    if not looked:
        return list(quotes)
    preferred = np.array([one.preferred for one in looked], dtype=np.float32)
    scores = 1 / (1 + np.exp(-(trees.scores(rows) + preferred)))
    return reordered(quotes, looked, rows, scores)


def reordered(
    quotes: Sequence[Quote],
    looked: Sequence[Quote],
    rows: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> list[Quote]:
    """Those that were looked at by their new ``scores``, the others behind them in their old order."""
    floor = float(scores.min())
    seen = {id(one) for one in looked}
    return [
        *(
            replace(looked[i], score=float(scores[i]), near=rows[i])
            for i in np.argsort(-scores, kind="stable")
        ),
        *(replace(one, score=floor * one.score) for one in quotes if id(one) not in seen),
    ]


def closer_rows(
    query: Query, quotes: Sequence[Quote], texts: Mapping[str, str], *, embedder: Embedder
) -> tuple[list[Quote], NDArray[np.float32]]:
    """The quotes that can be made of the best sentences, and for each a row of `CLOSER_FEATURES`."""
    looked, spans = _chosen(quotes[:_BEST])
    if not looked:
        return [], np.zeros((0, len(CLOSER_FEATURES)), dtype=np.float32)
    asked, *vectors = embedder.embed_tokens(
        [query.understood, *(texts[article][start:end] for article, start, end in spans)]
    )
    near = {span: _nearness(asked, found) for span, found in zip(spans, vectors, strict=True)}
    odds = np.array([_log_odds(one.score) for one in looked])
    measured = np.array([_measures([near[span] for span in _spans(one)]) for one in looked])
    rows = np.concatenate(
        [
            odds[:, None],
            odds[:, None] - odds.max(),
            measured,
            measured - measured.max(axis=0),
            np.array([one.features for one in looked]),
        ],
        axis=1,
    )
    return looked, rows.astype(np.float32)


def _chosen(quotes: Iterable[Quote]) -> tuple[list[Quote], list[Span]]:
    """The first quotes that together have no more than `LOOKED_AT` sentences, and these."""
    looked: list[Quote] = []
    spans: dict[Span, None] = {}
    for one in quotes:
        new = [span for span in _spans(one) if span not in spans]
        if len(spans) + len(new) <= LOOKED_AT:
            looked.append(one)
            spans.update(dict.fromkeys(new))
    return looked, list(spans)


def _spans(quote: Quote) -> list[Span]:
    article = quote.ranked.candidate.passage.article_id
    return [(article, start, end) for start, end in quote.sentences]


def _nearness(asked: "Vectors", found: "Vectors") -> _Nearness:
    if not len(asked) or not len(found):
        return _Nearness(np.zeros(len(asked), dtype=np.float32), 0.0)
    cosines = asked @ found.T
    return _Nearness(cosines.max(axis=1), float(cosines.max(axis=0).mean()))


def _measures(sentences: Sequence[_Nearness]) -> tuple[float, ...]:
    """One value for each of `_MEASURES` of the sentences of a quote."""
    together = np.maximum.reduce([one.words for one in sentences])
    if not len(together):
        return (0.0,) * len(_MEASURES)
    return (
        max(float(one.words.mean()) for one in sentences),
        max(_worst(one.words) for one in sentences),
        max(one.back for one in sentences),
        float(together.mean()),
        _worst(together),
    )


def _worst(words: NDArray[np.float32]) -> float:
    """The mean over the third of the question's tokens that are furthest from what is said."""
    return float(np.sort(words)[: max(1, len(words) // 3)].mean())


def _log_odds(score: float) -> float:
    kept = min(max(score, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))
