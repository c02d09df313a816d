"""Learn the weights of ranking, quoting and refusing from questions with known answers.

    python -m benchmarks.train HOME=QUESTIONS.jsonl [HOME=QUESTIONS.jsonl …]

Each HOME is a folder into which ``communique add`` has put the articles that the questions are about. Three
sets of boosted trees are learned, each from the cross-validated scores of the one before it, so that no
score that a later one sees was fitted to the same question: passages, then quotes, then the confidence that
the best quote answers. What is printed is cross-validated too. ``--write`` keeps the trees.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.boosting import fit_chance, fit_order, monotone, nodes_of, write
from bot.root import Root
from bot.settings import Settings
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from retrieval import confidence, quote_measures, rank
from retrieval.answerer import THRESHOLD
from retrieval.confidence import CONFIDENCE_FEATURES, confidence_features
from retrieval.evaluate import GoldQuestion, folded, read_questions
from retrieval.quote import QUOTED_FROM, Quote, passage_around, runs_of
from retrieval.quote_measures import QUOTE_FEATURES, quote_rows
from retrieval.rank import PASSAGE_FEATURES, Ranked, features, preranked
from retrieval.search import Candidates, Searcher
from retrieval.understand import Query, understand
from retrieval.words import STOP_WORDS, Analysis

FOLDS = 6
QUIZ = ("answerable", "unanswerable")
"""The categories of quiz questions, of which there are many; analysts' questions count more each."""
LATER = (400, 1500)
"""Days by which the day of asking is moved in a copy of each question that names no time of its own, so that
nearness to that day is not trusted where a question does not speak of it."""


@dataclass(slots=True, eq=False)
class Example:
    """One question with everything that is measured of its candidates."""

    collection: str
    gold: GoldQuestion
    query: Query
    found: Candidates
    fold: int
    weight: float
    asked: bool
    """Whether it is a question as it was asked, and no copy moved to a later day."""
    kept: list[Any]
    words: list[tuple[str, ...]]
    rows: NDArray[np.float32]
    right: NDArray[np.float32]
    texts: dict[str, str]
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    quotes: list[Quote] = field(default_factory=list)
    quote_rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    quote_right: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    confidence: float = 0.0


def main() -> None:
    """Read, learn, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="HOME=QUESTIONS.jsonl")
    parser.add_argument("--write", action="store_true", help="write the trees into retrieval/learned")
    options = parser.parse_args()
    examples = []
    for pair in options.sets:
        home, questions = pair.split("=", 1)
        examples += examples_of(Path(home), read_questions(Path(questions)))
        print(f"{home}: {len(examples)} questions so far", file=sys.stderr)
    passages = learn_passages(examples)
    quotes = learn_quotes(examples)
    trust, calibration = learn_confidence(examples)
    report([one for one in examples if one.asked])
    if options.write:
        folder = Path("retrieval/learned")
        write(folder / "passages.json", PASSAGE_FEATURES, passages)
        write(folder / "quotes.json", QUOTE_FEATURES, quotes)
        write(folder / "confidence.json", CONFIDENCE_FEATURES, trust, calibration)


def examples_of(home: Path, questions: Sequence[GoldQuestion]) -> list[Example]:
    """What is measured of the candidates of each question."""
    root = Root(Settings.model_validate({"COMMUNIQUE_HOME": home}))
    dense, lexical = DenseIndex(home / "chroma", model=root.embedder.model), LexicalIndex(home / "words")
    searcher = Searcher(root.reader, embedder=root.embedder, dense=dense, lexical=lexical)
    analyze = Analysis(lexical.analyze)
    publishers = root.reader.publishers()
    random = Random(7)
    examples = []
    for number, gold in enumerate(questions):
        variants = _variants(gold, publishers, random)
        first = variants[0][0]
        for asked, weight in variants:
            found = searcher.search(
                asked.search_text or asked.understood,
                until=asked.as_of,
                windows=asked.windows if asked.window_strict else (),
                stop=STOP_WORDS,
            )
            kept = preranked(asked, found)
            if not kept:
                continue
            words = [tuple(analyze(one.passage.body)) for one in kept]
            articles = root.reader.articles(list({one.passage.article_id for one in kept}))
            wanted = [folded(text) for text in gold.answers]
            right = [any(text in folded(one.passage.body) for text in wanted) for one in kept]
            examples.append(
                Example(
                    collection=home.name,
                    gold=gold,
                    query=asked,
                    found=found,
                    fold=number % FOLDS,
                    weight=weight,
                    asked=asked is first,
                    kept=kept,
                    words=words,
                    rows=features(asked, found, kept, words, analyze=analyze),
                    right=np.array(right, dtype=np.float32),
                    texts={key: text for key, (_, text) in articles.items()},
                )
            )
    lexical.close()
    dense.close()
    for one in examples:
        one.texts = {key: one.texts[key] for key in one.texts}
    _ANALYZE.append(analyze)
    return examples


_ANALYZE: list[Analysis] = []


def _variants(gold: GoldQuestion, publishers: list[str], random: Random) -> list[tuple[Query, float]]:
    day = gold.as_of or datetime.now(UTC).date()
    query = understand(gold.question, as_of=day, publishers=publishers)
    found = [(query, 1.0 if gold.category in QUIZ else 2.0)]
    timeless = query.recency == "none" and not query.windows and query.reference_day == query.as_of
    if timeless and gold.category not in QUIZ:
        later = day + timedelta(days=random.randint(*LATER))
        found.append((replace(query, as_of=later, reference_day=later), 1.0))
    return found


def learn_passages(examples: list[Example]) -> list[Any]:
    """Trees that tell right passages; every example gets the scores of the fold that did not see it."""
    usable = [one for one in examples if one.gold.answers and one.right.any()]
    parameters = {
        "num_leaves": 8,
        "min_data_in_leaf": 300,
        "learning_rate": 0.05,
        "lambda_l2": 5.0,
        **monotone(PASSAGE_FEATURES, rank.LIKE_THE_ANSWER),
    }

    def fit(part: Sequence[Example]) -> Any:
        return fit_order([(one.rows, one.right, one.weight) for one in part], parameters, rounds=180)

    for fold in range(FOLDS):
        model = fit([one for one in usable if one.fold != fold])
        for one in examples:
            if one.fold == fold:
                one.scores = np.asarray(model.predict(one.rows, raw_score=True), dtype=np.float32)
    return nodes_of(fit(usable))


def learn_quotes(examples: list[Example]) -> list[Any]:
    """Trees that tell right quotes among those of the best passages."""
    for one in examples:
        _quote(one)
    usable = [one for one in examples if one.gold.answers and len(one.quote_right) and one.quote_right.any()]
    parameters = {
        "num_leaves": 8,
        "min_data_in_leaf": 400,
        "learning_rate": 0.05,
        "lambda_l2": 5.0,
        **monotone(QUOTE_FEATURES, quote_measures.LIKE_THE_ANSWER),
    }

    def fit(part: Sequence[Example]) -> Any:
        rows = [(one.quote_rows, one.quote_right, one.weight) for one in part]
        return fit_order(rows, parameters, rounds=130)

    models = [fit([one for one in usable if one.fold != fold]) for fold in range(FOLDS)]
    final = fit(usable)
    for one in examples:  # only now, for what is put in order no longer fits its rows
        if len(one.quote_rows):
            raw = np.asarray(models[one.fold].predict(one.quote_rows, raw_score=True))
            scores = 1 / (1 + np.exp(-raw))
            order = np.argsort(-scores, kind="stable")
            one.quotes = [replace(one.quotes[i], score=float(scores[i])) for i in order]
            one.quote_right = one.quote_right[order]
    return nodes_of(final)


def learn_confidence(examples: list[Example]) -> tuple[list[Any], tuple[float, float]]:
    """Trees for whether the question has an answer and one of the first three quotes holds it, half and half.

    They are calibrated by a logistic function to how often one of those quotes is right. When articles were
    published is left out: most scraped text has no date.
    """
    usable = [one for one in examples if one.quotes]
    rows = np.array([confidence_features(one.query, one.found, _ranked(one), one.quotes) for one in usable])
    has_answer = np.array([float(bool(one.gold.answers)) for one in usable])
    right = np.array([float(any(one.quote_right[_spread(one)])) for one in usable])
    label = (has_answer + right) / 2
    weight = np.array([one.weight for one in usable])
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
        model = fit_chance(rows[train], label[train], weight[train], parameters, rounds=160)
        raw[~train] = model.predict(rows[~train], raw_score=True)
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=100.0).fit(raw[:, None], right, sample_weight=weight)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    for one, score in zip(usable, raw, strict=True):
        one.confidence = float(1 / (1 + np.exp(-(slope * score + intercept))))
    return nodes_of(fit_chance(rows, label, weight, parameters, rounds=160)), (slope, intercept)


def report(examples: Sequence[Example]) -> None:
    """Cross-validated measures by set."""
    from sklearn.metrics import roc_auc_score

    groups: dict[str, list[Example]] = {}
    for one in examples:
        groups.setdefault(one.collection, []).append(one)
        if one.gold.category not in QUIZ:
            groups.setdefault(f"{one.collection}, {one.gold.category}", []).append(one)
    groups["all"] = list(examples)
    for name, group in groups.items():
        able = [one for one in group if one.gold.answers]
        line: dict[str, Any] = {"n": len(able)}
        if able:
            line["ceiling"] = np.mean([one.right.any() for one in able])
            for k in (1, 3):
                line[f"passage@{k}"] = np.mean([_passage_hit(one, k) for one in able])
                line[f"quote@{k}"] = np.mean(
                    [any(one.quote_right[_spread(one, k)]) for one in able if one.quotes]
                )
        truth = [bool(one.gold.answers) for one in group]
        if len(set(truth)) > 1:
            line["auroc"] = roc_auc_score(truth, [one.confidence for one in group])
            line["refused"] = np.mean([one.confidence < THRESHOLD for one in group if not one.gold.answers])
            line["refused wrongly"] = np.mean([one.confidence < THRESHOLD for one in able])
            line["ece"] = _calibration_error(group)
        print(name, {key: round(float(value), 3) for key, value in line.items()})
    confidences = sorted(one.confidence for one in examples if one.gold.answers)
    for share in (0.05, 0.08, 0.1):
        bar = confidences[int(share * len(confidences))]
        refused = np.mean([one.confidence < bar for one in examples if not one.gold.answers])
        print(f"threshold {bar:.3f}: refuses {share:.0%} of the answerable and {refused:.1%} of the others")


def _calibration_error(examples: Sequence[Example]) -> float:
    """The expected calibration error over ten bins; right is a right quote among the first three."""
    claimed = np.array([one.confidence for one in examples])
    right = np.array([float(any(one.quote_right[_spread(one)])) if one.quotes else 0.0 for one in examples])
    bins = np.minimum(9, (10 * claimed).astype(int))
    gaps = [abs(right[bins == n].mean() - claimed[bins == n].mean()) * (bins == n).mean() for n in set(bins)]
    return float(sum(gaps))


def _quote(one: Example) -> None:
    ranked = _ranked(one)[:QUOTED_FROM]
    analyze = _ANALYZE[0]
    runs = runs_of(ranked, one.texts, analyze)
    if not runs:
        return
    one.quote_rows = quote_rows(one.query, one.found, runs, one.texts, analyze, best=ranked[0].score)
    wanted = [folded(text) for text in one.gold.answers]
    one.quotes = [
        Quote(ranked=run.ranked, start=run.start, end=run.end, score=0.0, features=row, table=run.table)
        for run, row in zip(runs, one.quote_rows, strict=True)
    ]
    one.quote_right = np.array(
        [
            any(
                text in folded(one.texts[run.ranked.candidate.passage.article_id][run.start : run.end])
                for text in wanted
            )
            for run in runs
        ],
        dtype=np.float32,
    )


def _ranked(one: Example) -> list[Ranked]:
    order = np.argsort(-one.scores, kind="stable")
    return [
        Ranked(candidate=one.kept[i], score=float(one.scores[i]), words=one.words[i], features=one.rows[i])
        for i in order
    ]


def _spread(one: Example, count: int = 3) -> list[int]:
    """The places of the first ``count`` quotes that do not overlap, as they would be shown."""
    chosen: list[int] = []
    for place, quote in enumerate(one.quotes):
        article = quote.ranked.candidate.passage.article_id
        taken = [one.quotes[i] for i in chosen]
        if any(
            other.ranked.candidate.passage.article_id == article
            and quote.start < other.end
            and other.start < quote.end
            for other in taken
        ):
            continue
        chosen.append(place)
        if len(chosen) == count:
            break
    return chosen


def _passage_hit(one: Example, count: int) -> bool:
    wanted = [folded(text) for text in one.gold.answers]
    for place in _spread(one, count):
        quote = one.quotes[place]
        text = one.texts[quote.ranked.candidate.passage.article_id]
        start, end = passage_around(text, quote.start, quote.end)
        if any(gold in folded(text[start:end]) for gold in wanted):
            return True
    return False


if __name__ == "__main__":
    main()
