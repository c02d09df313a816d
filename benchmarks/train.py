"""Learn the weights of ranking, quoting and refusing from questions with known answers.

    python -m benchmarks.train [--homes var/bench] [--write]

Four sets of boosted trees are learned, each from the cross-validated scores of the one before it, so that no
score that a later one sees was fitted to the same question: passages, quotes, the closer look at the best of
these, and the confidence that the first answers. How near words are to each other is learned before the
closer look, in the same way. What is printed is cross-validated too. ``--write`` keeps what was learned. The
questions are those of `benchmarks.quality` and our own in ``benchmarks/questions``, whose answers are given
by their place in an article.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.boosting import Forests, fit_chance, fit_order, monotone, write
from benchmarks.examples import FOLDS, QUIZ, Example, examples_of, read_set
from benchmarks.nearness import fit_nearness, lesson, write_nearness
from benchmarks.quality import SETS, SHARED
from retrieval import closer, confidence, quote_measures, rank
from retrieval.answerer import THRESHOLD
from retrieval.closer import CLOSER_FEATURES, closer_rows, look, reordered
from retrieval.confidence import CONFIDENCE_FEATURES, confidence_features
from retrieval.nearness import Nearness
from retrieval.quote import Quote, passage_around
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.rank import PASSAGE_FEATURES

OWN = Path("benchmarks/questions")
LEARNED_FROM = {
    **{name: (name, file, None) for name, (_, file) in SETS.items()},
    "our own, nato": ("natoqa", OWN / "nato.jsonl", SHARED / "data/nato_articles/articles.jsonl.gz"),
    "our own, news": ("newsqa", OWN / "news.jsonl", SHARED / "eval/newsqa/articles.jsonl.gz"),
    "our own, quiz": ("newsqa", OWN / "quiz.jsonl", SHARED / "eval/newsqa/articles.jsonl.gz"),
}
"""Sets of questions: the collection that each is asked of, its file, and what places in it refer to."""

OURS = [name for name in LEARNED_FROM if name not in SETS]
TRUSTED = 0.12
"""What one of our own questions counts when it comes to refusing: among those without an answer are more near
misses than people ask, and there are more of our own than of all others."""
HAS_ANSWER = 0.75
"""The share that it counts for confidence whether there is an answer at all, beside whether it was found."""
COUNTS = {"samples": 2.0, "seeds": 3.0, "newsqa": 1.5, "our own, nato": 0.6}
"""How often a question counts, if not once. Those with tables, or over text with neither date nor address,
are few; what others asked says more than what we did; and our own over natoqa, which count twice and once
more as asked later, would outweigh the rest."""
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45)


def main() -> None:
    """Read, learn, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=Path, default=Path("var/bench"), help="where the collections are")
    parser.add_argument("--write", action="store_true", help="write the trees into retrieval/learned")
    options = parser.parse_args()
    examples = []
    for name, (home, questions, articles) in LEARNED_FROM.items():
        found = examples_of(name, options.homes / home, read_set(questions, articles))
        for one in found:
            one.weight *= COUNTS.get(name, 1.0)
        examples += found
        print(f"{name}: {len(examples)} questions so far", file=sys.stderr)
    passages = learn_passages(examples)
    quotes = learn_quotes(examples)
    near, looks = learn_closer(examples)
    trust, calibration = learn_confidence(examples)
    report([one for one in examples if one.asked])
    if options.write:
        folder = Path("retrieval/learned")
        write(folder / "passages.json", PASSAGE_FEATURES, passages)
        write(folder / "quotes.json", QUOTE_FEATURES, quotes)
        write_nearness(folder / "nearness.json", examples[0].of.embedder.model, near)
        write(folder / "closer.json", CLOSER_FEATURES, looks)
        write(folder / "confidence.json", CONFIDENCE_FEATURES, trust, calibration)


def learn_passages(examples: list[Example]) -> list[Any]:
    """Trees that tell right passages; every example gets the scores of the fold that did not see it."""
    forests = _in_folds(
        examples,
        [(one.rows, one.right) for one in examples],
        {**monotone(PASSAGE_FEATURES, rank.LIKE_THE_ANSWER), "min_data_in_leaf": 300},
        rounds=180,
    )
    for one in examples:
        one.scores = forests[one.fold].odds(one.rows).astype(np.float32)
    return forests[-1].nodes()


def learn_quotes(examples: list[Example]) -> list[Any]:
    """Trees that tell right quotes among those of the best passages."""
    for one in examples:
        one.quote()
    rows = [np.array([quote.features for quote in one.quotes]) for one in examples]
    right = [_right(one, one.quotes) for one in examples]
    forests = _in_folds(
        examples,
        list(zip(rows, right, strict=True)),
        {**monotone(QUOTE_FEATURES, quote_measures.LIKE_THE_ANSWER), "min_data_in_leaf": 400},
        rounds=130,
    )
    for one, measured in zip(examples, rows, strict=True):
        if one.quotes:
            scores = _likely(forests[one.fold].odds(measured))
            order = np.argsort(-scores, kind="stable")
            one.quotes = [replace(one.quotes[i], score=float(scores[i])) for i in order]
    return forests[-1].nodes()


def learn_closer(examples: list[Example]) -> tuple[Nearness, list[Any]]:
    """How near words are, and trees for the order of the best quotes by it."""
    looks = [look(one.query, one.quotes, one.texts, embedder=one.of.embedder) for one in examples]
    right = [_right(one, found.quotes) for one, found in zip(examples, looks, strict=True)]
    lessons = [
        (one.fold, lesson(found, true, one.weight) if one.gold.answers else None)
        for one, found, true in zip(examples, looks, right, strict=True)
    ]
    near = [
        fit_nearness([one for fold, one in lessons if one is not None and fold != left_out])
        for left_out in (*range(FOLDS), None)
    ]
    rows = [closer_rows(found, near[one.fold]) for one, found in zip(examples, looks, strict=True)]
    forests = _in_folds(
        examples,
        list(zip(rows, right, strict=True)),
        {**monotone(CLOSER_FEATURES, closer.LIKE_THE_ANSWER), "min_data_in_leaf": 200},
        rounds=120,
    )
    for one, found, measured in zip(examples, looks, rows, strict=True):
        if found.quotes:
            scores = _likely(forests[one.fold].odds(measured))
            one.quotes = reordered(one.quotes, found.quotes, measured, scores)
    return near[-1], forests[-1].nodes()


def _in_folds(
    examples: Sequence[Example],
    measured: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
    parameters: dict[str, Any],
    *,
    rounds: int,
) -> list[Forests]:
    """Forests for the order within each question: one learned without each fold, and last one from all.

    ``measured`` are the rows of each example and which of them are right.
    """
    usable = [
        (one.fold, (rows, right, one.weight))
        for one, (rows, right) in zip(examples, measured, strict=True)
        if one.gold.answers and right.any()
    ]
    given = {"num_leaves": 8, "learning_rate": 0.05, "lambda_l2": 5.0, **parameters}
    return [
        fit_order([group for fold, group in usable if fold != left_out], given, rounds=rounds)
        for left_out in (*range(FOLDS), None)
    ]


def learn_confidence(examples: list[Example]) -> tuple[list[Any], tuple[float, float]]:
    """Trees for whether the question has an answer, and less so for whether the first three quotes hold it.

    They are calibrated by a logistic function to how often one of those quotes is right, over questions on
    the day on which they were asked. When articles were published is left out: most scraped text has no date.
    """
    usable = [one for one in examples if one.quotes]
    rows = np.array([confidence_features(one.query, one.found, one.ranked(), one.quotes) for one in usable])
    has_answer = np.array([float(bool(one.gold.answers)) for one in usable])
    right = np.array([float(_quote_hit(one, 3)) for one in usable])
    label = HAS_ANSWER * has_answer + (1 - HAS_ANSWER) * right
    weight = np.array([one.weight * (TRUSTED if one.of.name in OURS else 1.0) for one in usable])
    asked = np.array([float(one.asked) for one in usable])
    folds = np.array([one.fold for one in usable])
    parameters = {
        "num_leaves": 5,
        "min_data_in_leaf": 25,
        "learning_rate": 0.04,
        "lambda_l2": 10.0,
        **monotone(CONFIDENCE_FEATURES, confidence.LIKE_AN_ANSWER),
    }
    raw = np.zeros(len(usable))
    for fold in range(FOLDS):
        train = folds != fold
        model = fit_chance(rows[train], label[train], weight[train], parameters, rounds=400)
        raw[~train] = model.odds(rows[~train])
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=100.0).fit(raw[:, None], right, sample_weight=weight * asked)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    for one, score in zip(usable, raw, strict=True):
        one.confidence = float(1 / (1 + np.exp(-(slope * score + intercept))))
    return fit_chance(rows, label, weight, parameters, rounds=400).nodes(), (slope, intercept)


def report(examples: Sequence[Example]) -> None:
    """Cross-validated measures by set."""
    from sklearn.metrics import roc_auc_score

    groups: dict[str, list[Example]] = {}
    for one in examples:
        groups.setdefault(one.of.name, []).append(one)
        if one.gold.category not in QUIZ:
            groups.setdefault(f"{one.of.name}, {one.gold.category}", []).append(one)
    groups["all"] = list(examples)
    for name, group in groups.items():
        able = [one for one in group if one.gold.answers]
        line: dict[str, Any] = {"n": len(able)}
        if able:
            line["ceiling"] = np.mean([one.right.any() for one in able])
            for k in (1, 3):
                line[f"passage@{k}"] = np.mean([_passage_hit(one, k) for one in able])
                line[f"quote@{k}"] = np.mean([_quote_hit(one, k) for one in able])
        truth = [bool(one.gold.answers) for one in group]
        if len(set(truth)) > 1:
            line["auroc"] = roc_auc_score(truth, [one.confidence for one in group])
            line["refused"] = np.mean([one.confidence < THRESHOLD for one in group if not one.gold.answers])
            line["refused wrongly"] = np.mean([one.confidence < THRESHOLD for one in able])
            line["ece"] = _calibration_error(group)
        print(name, {key: round(float(value), 3) for key, value in line.items()})
    for threshold in THRESHOLDS:
        refused: dict[str, str] = {}
        for name, group in groups.items():
            wrongly = [one.confidence < threshold for one in group if one.gold.answers]
            rightly = [one.confidence < threshold for one in group if not one.gold.answers]
            if wrongly and rightly:
                refused[name] = f"{np.mean(rightly):.0%} ({np.mean(wrongly):.0%} wrongly)"
        print(f"threshold {threshold}: refused", refused)


def _calibration_error(examples: Sequence[Example]) -> float:
    """The expected calibration error over ten bins; right is a right quote among the first three."""
    claimed = np.array([one.confidence for one in examples])
    right = np.array([float(_quote_hit(one, 3)) for one in examples])
    bins = np.minimum(9, (10 * claimed).astype(int))
    gaps = [abs(right[bins == n].mean() - claimed[bins == n].mean()) * (bins == n).mean() for n in set(bins)]
    return float(sum(gaps))


def _right(one: Example, quotes: Sequence[Quote]) -> NDArray[np.float32]:
    return np.array([one.is_right(quote) for quote in quotes], dtype=np.float32)


def _likely(odds: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def _quote_hit(one: Example, count: int) -> bool:
    return any(one.is_right(quote) for quote in one.shown(count))


def _passage_hit(one: Example, count: int) -> bool:
    for quote in one.shown(count):
        article = quote.ranked.candidate.passage.article_id
        if one.holds(article, *passage_around(one.articles[article][1], quote.start, quote.end)):
            return True
    return False


if __name__ == "__main__":
    main()
