"""A closer look at the quotes that stand first: every word of theirs against every word of the question.

Words are compared as the model understands them in their sentence, so that "captives" meets "prisoners" and
"swap" meets "exchange" (O. Khattab and M. Zaharia, "ColBERT", SIGIR 2020). Only some sentences are embedded
for it, when the question is asked; how near two words are is learned (`retrieval.nearness`).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from retrieval.nearness import Nearness, nearness
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
_NO_CHANCE = 3.0
"""A quote whose log odds are more than this below the best one's is not looked at."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The quotes that are looked at, and the vectors of the tokens of their sentences and of the question."""

    quotes: list[Quote]
    asked: "Vectors"
    """Of shape (tokens, dimensions), as are those of each sentence."""
    sentences: dict[Span, "Vectors"]


@dataclass(frozen=True, slots=True, eq=False)
class _Closeness:
    """How near each sentence is to a question."""

    words: NDArray[np.float32]
    """Of each of the question's tokens to the nearest of the sentence's, of shape (tokens, sentences)."""
    back: NDArray[np.float32]
    """Of each sentence's tokens, on average, to the nearest of the question's, of shape (sentences,)."""


def closer(
    query: Query,
    quotes: Sequence[Quote],
    texts: Mapping[str, str],
    *,
    embedder: Embedder,
    trees: Trees,
    hurry: bool = False,
    aside: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> list[Quote]:
    """The ``quotes``, best first, those that were looked at in a new order before all others.

    ``texts`` holds the texts of their articles by id; for ``hurry`` see `Embedder.embed_tokens`, which is
    waited for in ``aside``.

    Raises:
        ModelError: the model cannot be loaded.
    """
    found = look(query, quotes, texts, embedder=embedder, hurry=hurry, aside=aside)
    if not found.quotes:
        return list(quotes)
    rows = closer_rows(found, nearness(embedder.model, found.asked.shape[1]))
    preferred = np.array([one.preferred for one in found.quotes], dtype=np.float32)
    scores = 1 / (1 + np.exp(-(trees.scores(rows) + preferred)))
    return reordered(quotes, found.quotes, rows, scores)


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
        *[looked[i].scored(float(scores[i]), rows[i]) for i in np.argsort(-scores, kind="stable")],
        *[one.scored(floor * one.score) for one in quotes if id(one) not in seen],
    ]


def look(
    query: Query,
    quotes: Sequence[Quote],
    texts: Mapping[str, str],
    *,
    embedder: Embedder,
    hurry: bool = False,
    aside: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Looked:
    """What is to be held against the question, embedded; ``quotes`` are best first.

    Raises:
        ModelError: the model cannot be loaded.
    """
    chosen, spans = _chosen(quotes[:_BEST])
    if not chosen:
        return Looked([], np.zeros((0, 0), dtype=np.float32), {})
    sentences = [texts[article][start:end] for article, start, end in spans]
    with aside():
        asked, *tokens = embedder.embed_tokens([query.understood, *sentences], hurry=hurry)
    return Looked(chosen, asked, dict(zip(spans, tokens, strict=True)))


def closer_rows(found: Looked, near: Nearness) -> NDArray[np.float32]:
    """A row of `CLOSER_FEATURES` for each of the quotes."""
    if not found.quotes:
        return np.zeros((0, len(CLOSER_FEATURES)), dtype=np.float32)
    weights = near.weights(found.asked)
    close = _closeness(found, near)
    column = {span: number for number, span in enumerate(found.sentences)}
    odds = first_odds(found)
    measured = _measures(close, [[column[span] for span in spans_of(one)] for one in found.quotes], weights)
    rows = np.concatenate(
        [
            odds[:, None],
            odds[:, None] - odds.max(),
            measured,
            measured - measured.max(axis=0),
            np.array([one.features for one in found.quotes]),
        ],
        axis=1,
    )
    return rows.astype(np.float32)


def first_odds(found: Looked) -> NDArray[np.float64]:
    """The logarithms of the odds that the quotes had before."""
    return np.array([_log_odds(one.score) for one in found.quotes])


def spans_of(quote: Quote) -> list[Span]:
    """Article, start and end of each of its sentences."""
    article = quote.ranked.candidate.passage.article_id
    return [(article, start, end) for start, end in quote.sentences]


def _chosen(quotes: Sequence[Quote]) -> tuple[list[Quote], list[Span]]:
    """The first quotes with a chance that together have no more than `LOOKED_AT` sentences, and these."""
    looked: list[Quote] = []
    spans: dict[Span, None] = {}
    bar = max((_log_odds(one.score) for one in quotes), default=0.0) - _NO_CHANCE
    for one in quotes:
        if _log_odds(one.score) < bar:
            continue
        new = [span for span in spans_of(one) if span not in spans]
        if len(spans) + len(new) <= LOOKED_AT:
            looked.append(one)
            spans.update(dict.fromkeys(new))
    return looked, list(spans)


def _closeness(found: Looked, near: Nearness) -> _Closeness:
    """All sentences at once: one product for their tokens, one column for each of them."""
    lengths = np.array([len(tokens) for tokens in found.sentences.values()])
    words = np.zeros((len(found.asked), len(lengths)), dtype=np.float32)
    back = np.zeros(len(lengths), dtype=np.float32)
    some = lengths > 0
    if len(found.asked) and some.any():
        tokens = near.corrected(np.concatenate(list(found.sentences.values())))
        cosines = near.corrected(found.asked) @ tokens.T
        begins = (np.cumsum(lengths) - lengths)[some]
        words[:, some] = np.maximum.reduceat(cosines, begins, axis=1)
        back[some] = np.add.reduceat(cosines.max(axis=0), begins) / lengths[some]
    return _Closeness(words, back)


def _measures(
    close: _Closeness, quotes: Sequence[Sequence[int]], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A row of `_MEASURES` for each of ``quotes``, which are given by their sentences.

    ``weights`` are those of the question's tokens.
    """
    if not close.words.size:
        return np.zeros((len(quotes), len(_MEASURES)), dtype=np.float32)
    most = max(map(len, quotes))
    # A sentence twice is no nearer than once.
    sentences = np.array([[*one, *[one[0]] * (most - len(one))] for one in quotes])
    together = close.words[:, sentences].max(axis=2)
    columns = (
        (weights @ close.words)[sentences].max(axis=1),
        _worst(close.words)[sentences].max(axis=1),
        close.back[sentences].max(axis=1),
        weights @ together,
        _worst(together),
    )
    return np.stack(columns, axis=1)


def _worst(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each column, the mean over the third of the question's tokens that are furthest from it."""
    furthest = np.sort(words, axis=0)[: max(1, len(words) // 3)]
    return np.asarray(furthest.mean(axis=0), dtype=np.float32)


def _log_odds(score: float) -> float:
    kept = min(max(score, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))
