"""What usual search gives over the same passages: dense, BM25, and both fused (with ranx)."""

import warnings
from collections.abc import Container, Mapping, Sequence

from bot.root import Collection, Root
from index.embed import Embedder
from retrieval.evaluate import GoldQuestion, folded

METRICS = ("hit_rate@1", "hit_rate@3", "hit_rate@5", "mrr@5")
LEXICAL_SHARE = 0.6
"""Of the weighted sum of both scores, each from 0 to 1 by its own least and greatest."""
_CANDIDATES = 100
_NONE = "-"


def peers(
    questions: Sequence[GoldQuestion], *, root: Root, collection: Collection, embedder: Embedder
) -> dict[str, dict[str, float]]:
    """`METRICS` by peer, over the questions that have an answer.

    Each passage stands as it is stored, found among those published until the day of asking; a hit is one
    that holds an answer. Reciprocal-rank fusion is Cormack, Clarke and Büttcher's (SIGIR 2009) with k = 60.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*unsafe cast")
        from ranx import Qrels, Run, evaluate, fuse

        right: dict[str, dict[str, int]] = {}
        dense: dict[str, dict[str, float]] = {}
        lexical: dict[str, dict[str, float]] = {}
        for gold in questions:
            if not gold.answers:
                continue
            vector = embedder.embed_query(gold.question)
            near = dict(collection.dense.nearest(vector, count=_CANDIDATES))
            words = dict.fromkeys(collection.lexical.analyze(gold.question), 1.0)
            matching = dict(collection.lexical.search(words, count=_CANDIDATES, title=0.0))
            shown = root.reader.found([*{*near, *matching}], model=embedder.model, until=gold.as_of)
            wanted = [folded(answer) for answer in gold.answers]
            hits = [one.id for one in shown.values() if any(text in folded(one.body) for text in wanted)]
            right[gold.id] = {str(number): 1 for number in hits} or {_NONE: 1}
            dense[gold.id] = _shown(near, shown)
            lexical[gold.id] = _shown(matching, shown)
        relevant, runs = Qrels(right), [Run(dense), Run(lexical)]
        weights = (1 - LEXICAL_SHARE, LEXICAL_SHARE)
        measured = {
            "dense alone": runs[0],
            "BM25 alone": runs[1],
            "reciprocal-rank fusion": fuse(runs, method="rrf", params={"k": 60}),
            "weighted sum": fuse(runs, norm="min-max", method="wsum", params={"weights": weights}),
        }
        return {
            name: {key: float(value) for key, value in evaluate(relevant, run, [*METRICS]).items()}
            for name, run in measured.items()
        }


def _shown(scores: Mapping[int, float], shown: Container[int]) -> dict[str, float]:
    """The scores of what is shown; a run must not be empty, so that what stands for nothing comes last."""
    kept = {str(number): score for number, score in scores.items() if number in shown}
    return kept or {"nothing": 0.0}
