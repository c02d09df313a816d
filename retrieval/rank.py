"""Ranking passages: what is measured of each, and in which order they stand.

Every measure is plain and named; the weights are boosted trees learned from questions with known answers
(``benchmarks/train.py``), stored as JSON that can be read.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from retrieval.asked import Asked, Traces
from retrieval.expect import meets
from retrieval.search import Candidate, Candidates
from retrieval.trees import Trees
from retrieval.understand import Query

KEPT = 64
"""How many of the candidates are measured; with 100, 12 ms more, no more of the answers stood first."""

_HALF_LIVES = (3, 14, 90, 365)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """A passage in its place, with its own words as indexed, and its row of `PASSAGE_FEATURES`."""

    candidate: Candidate
    score: float
    words: tuple[str, ...]
    features: NDArray[np.float32]


PASSAGE_FEATURES = (
    "bm25",
    "bm25_of_best",
    "bm25_of_ideal",
    "cosine",
    "cosine_below_best",
    "bm25_reciprocal_rank",
    "cosine_reciprocal_rank",
    "coverage",
    "coverage_with_title",
    "title_coverage",
    "rarest_missing",
    "pairs",
    "names",
    "names_with_title",
    "numbers",
    "article_coverage",
    "article_cosine",
    "article_bm25",
    "article_candidates",
    "days",
    *(f"fresh_{days}" for days in _HALF_LIVES),
    "after",
    "undated",
    "first",
    "place",
    "length",
    "table",
    "expected",
    "speaker",
    "quotation_marks",
    "question_words",
)

LIKE_THE_ANSWER = {
    **dict.fromkeys(
        (
            "bm25", "bm25_of_best", "bm25_of_ideal", "cosine", "cosine_below_best", "bm25_reciprocal_rank",
            "cosine_reciprocal_rank", "coverage", "coverage_with_title", "title_coverage", "pairs", "names",
            "names_with_title", "numbers", "article_coverage", "article_cosine", "article_bm25", "expected",
            "speaker", *(f"fresh_{days}" for days in _HALF_LIVES),
        ),
        1,
    ),
    "rarest_missing": -1,
}  # fmt: skip
"""Which measures can only speak for a passage as they grow (1), or only against it (-1); what is learned
keeps to that."""


def rank(
    query: Query, found: Candidates, *, analyze: Callable[[str], Sequence[str]], trees: Trees
) -> list[Ranked]:
    """The best candidates, best first, at most `KEPT`."""
    kept = preranked(query, found)
    if not kept:
        return []
    words = [tuple(analyze(one.passage.body)) for one in kept]
    rows = features(query, found, kept, words, analyze=analyze)
    scores = trees.scores(rows)
    order = np.argsort(-scores, kind="stable")
    return [
        Ranked(candidate=kept[i], score=float(scores[i]), words=words[i], features=rows[i]) for i in order
    ]


def reference_day(query: Query) -> date:
    """The day that a question speaks of, as far as it says; else the day on which it is asked."""
    return query.reference_day or query.as_of


def freshness(days: int | None, half_life: float) -> float:
    """1 on the day itself, half after each ``half_life`` days before or after; one half where unknown."""
    return 0.5 if days is None else float(0.5 ** (abs(days) / half_life))


def preranked(query: Query, found: Candidates, *, kept: int = KEPT) -> list[Candidate]:
    """The ``kept`` candidates worth a closer look, by both scores and the date."""
    if not found.passages:
        return []
    bm25 = np.array([one.bm25 for one in found.passages])
    cosine = np.array([one.cosine for one in found.passages])
    day = reference_day(query)
    fresh = np.array([freshness(_days(one, day), 30) for one in found.passages])
    score = 0.6 * bm25 / max(bm25.max(), 1e-6) + 0.4 * cosine / max(cosine.max(), 1e-6) + 0.2 * fresh
    return [found.passages[i] for i in np.argsort(-score, kind="stable")[:kept]]


def features(
    query: Query,
    found: Candidates,
    kept: Sequence[Candidate],
    words: Sequence[Sequence[str]],
    *,
    analyze: Callable[[str], Sequence[str]],
) -> NDArray[np.float32]:
    """One row of `PASSAGE_FEATURES` for each of ``kept``, whose own ``words`` are given."""
    if not kept:
        return np.zeros((0, len(PASSAGE_FEATURES)), dtype=np.float32)
    asked = Asked(query, found.words, analyze)
    bm25 = np.array([one.bm25 for one in kept])
    cosine = np.array([one.cosine for one in kept])
    best_bm25 = max(max(one.bm25 for one in found.passages), 1e-6)
    day = reference_day(query)
    days = [_days(one, day) for one in kept]
    traces = [asked.traces(own) for own in words]
    bodies = asked.traced(traces, [len(own) for own in words])
    titles = asked.there([asked.traces(analyze(one.passage.title)).mask for one in kept])
    both = bodies.there | titles
    groups = _articles(kept, traces)
    its = [groups[one.passage.article_id] for one in kept]
    columns = {
        "bm25": bm25,
        "bm25_of_best": bm25 / best_bm25,
        "bm25_of_ideal": bm25 / max(asked.total, 1e-6),
        "cosine": cosine,
        "cosine_below_best": cosine - max(one.cosine for one in found.passages),
        "bm25_reciprocal_rank": 1 / (1 + _places(bm25)),
        "cosine_reciprocal_rank": 1 / (1 + _places(cosine)),
        "coverage": asked.coverage(bodies.there),
        "coverage_with_title": asked.coverage(both),
        "title_coverage": asked.coverage(titles),
        "rarest_missing": asked.rarest_missing(both),
        "pairs": asked.paired(bodies.pairs),
        "names": asked.names(bodies.there),
        "names_with_title": asked.names(both),
        "numbers": asked.numbers(bodies.there),
        "article_coverage": asked.coverage(asked.there([group.mask for group in its]) | titles),
        "article_cosine": [group.cosine for group in its],
        "article_bm25": [group.bm25 / best_bm25 for group in its],
        "article_candidates": [min(group.count, 10) for group in its],
        "days": [min(abs(one), 3650) if one is not None else -1 for one in days],
        **{f"fresh_{half}": [freshness(one, half) for one in days] for half in _HALF_LIVES},
        "after": [one is not None and one < 0 for one in days],
        "undated": [one is None for one in days],
        "first": [one.passage.ordinal == 0 for one in kept],
        "place": [one.passage.ordinal / max(1, one.passage.passages) for one in kept],
        "length": bodies.length,
        "table": [one.passage.table for one in kept],
        "expected": [meets(query, one.passage.body) for one in kept],
        "speaker": asked.named(both),
        "quotation_marks": [any(mark in one.passage.body for mark in '“”"«') for one in kept],
        "question_words": np.full(len(kept), len(asked)),
    }
    return np.array([columns[name] for name in PASSAGE_FEATURES], dtype=np.float32).T


@dataclass(slots=True)
class _Group:
    """What the candidates of one article have together."""

    mask: int = 0
    cosine: float = -1.0
    bm25: float = 0.0
    count: int = 0


def _articles(kept: Sequence[Candidate], traces: Sequence[Traces]) -> dict[str, _Group]:
    groups: dict[str, _Group] = defaultdict(_Group)
    for one, body in zip(kept, traces, strict=True):
        group = groups[one.passage.article_id]
        group.mask |= body.mask
        group.cosine = max(group.cosine, one.cosine)
        group.bm25 = max(group.bm25, one.bm25)
        group.count += 1
    return groups


def _places(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """The place of each in the order of the ``scores``, the highest first."""
    places = np.empty(len(scores), dtype=np.intp)
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return places


def _days(one: Candidate, day: date) -> int | None:
    """Days from publication to ``day``; negative where it was published after it."""
    return (day - one.passage.published).days if one.passage.published else None
