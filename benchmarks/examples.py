"""Questions with known answers, and everything that is measured of what is found for them."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from bot.root import Root
from bot.settings import Settings
from index.embed import Embedder
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import StoredArticle
from retrieval.evaluate import GoldQuestion, folded, read_questions
from retrieval.quote import QUOTED_FROM, Quote, quote_of, runs_of
from retrieval.quote_measures import quote_rows
from retrieval.rank import Ranked, features, preranked
from retrieval.search import Candidate, Candidates, Searcher
from retrieval.select import selected
from retrieval.understand import Query, understand
from retrieval.words import STOP_WORDS, Analysis

FOLDS = 6
QUIZ = ("answerable", "unanswerable")
"""The categories of quiz questions, of which there are many; analysts' questions count more each."""
LATER = (400, 1500)
"""Days by which the day of asking is moved in a copy of each question that names no time of its own, so that
nearness to that day is not trusted where a question does not speak of it."""
MEASURED = 100
"""Candidates of a question that are learned from: more wrong ones than are ranked when somebody asks."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A set of questions by name, and what its collection is searched with."""

    name: str
    analyze: Analysis
    embedder: Embedder


@dataclass(slots=True, eq=False)
class Example:
    """One question with everything that is measured of its candidates."""

    of: Asked
    gold: GoldQuestion
    query: Query
    found: Candidates
    fold: int
    weight: float
    asked: bool
    """Whether it is a question as it was asked, and no copy moved to a later day."""
    kept: list[Candidate]
    words: list[tuple[str, ...]]
    rows: NDArray[np.float32]
    right: NDArray[np.float32]
    articles: dict[str, tuple[StoredArticle, str]]
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    quotes: list[Quote] = field(default_factory=list)
    confidence: float = 0.0

    @property
    def texts(self) -> dict[str, str]:
        """The texts of its articles by id."""
        return {key: text for key, (_, text) in self.articles.items()}

    def shown(self, count: int) -> list[Quote]:
        """The first ``count`` quotes that an answer would show."""
        return selected(self.query, self.quotes, self.articles, count=count).quotes

    def ranked(self) -> list[Ranked]:
        """Its passages by their ``scores``."""
        order = np.argsort(-self.scores, kind="stable")
        return [
            Ranked(
                candidate=self.kept[i],
                score=float(self.scores[i]),
                words=self.words[i],
                features=self.rows[i],
            )
            for i in order
        ]

    def quote(self) -> None:
        """Measure everything in the best passages that could be quoted."""
        ranked = self.ranked()[:QUOTED_FROM]
        texts = self.texts
        runs = runs_of(ranked, texts, self.of.analyze)
        if runs:
            best = ranked[0].score
            rows = quote_rows(self.query, self.found, runs, texts, self.of.analyze, best=best)
            self.quotes = [quote_of(run, row, 0.0) for run, row in zip(runs, rows, strict=True)]

    def is_right(self, quote: Quote) -> bool:
        """Whether one of the gold strings stands in ``quote``."""
        return self.holds(quote.ranked.candidate.passage.article_id, quote.start, quote.end)

    def holds(self, article: str, start: int, end: int) -> bool:
        """Whether one of the gold strings stands in this stretch of an article."""
        shown = folded(self.articles[article][1][start:end])
        return any(folded(text) in shown for text in self.gold.answers)


def read_set(path: Path, articles: Path | None) -> list[GoldQuestion]:
    """Questions as ``communique evaluate`` takes them, or with answers by their place in ``articles``.

    In the second form ``answers`` are [article, first character, behind the last] of articles in a .jsonl.gz
    file with ``id`` and ``text``; a question without any has no answer.
    """
    if articles is None:
        return read_questions(path)
    with gzip.open(articles, "rt", encoding="utf-8") as lines:
        texts = {record["id"]: record["text"] for record in map(json.loads, lines)}
    questions = []
    for record in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        answers = tuple(texts[article][start:end] for article, start, end in record["answers"])
        questions.append(
            GoldQuestion(
                id=record["id"],
                question=record["question"],
                as_of=date.fromisoformat(record["as_of"]),
                answers=answers,
                category=record.get("category", QUIZ[0] if answers else QUIZ[1]),
            )
        )
    return questions


def examples_of(name: str, home: Path, questions: Sequence[GoldQuestion]) -> list[Example]:
    """What is measured of the candidates of each question in the collection of ``home``."""
    root = Root(Settings.model_validate({"COMMUNIQUE_HOME": home}))
    dense, lexical = DenseIndex(home / "chroma", model=root.embedder.model), LexicalIndex(home / "words")
    searcher = Searcher(root.reader, embedder=root.embedder, dense=dense, lexical=lexical)
    of = Asked(name, Analysis(lexical.analyze), root.embedder)
    publishers = root.reader.publishers()
    random = Random(7)
    examples = []
    for number, gold in enumerate(questions):
        variants = _variants(gold, publishers, random)
        for asked, weight in variants:
            found = searcher.search(
                asked.search_text or asked.understood,
                until=asked.as_of,
                windows=asked.windows if asked.window_strict else (),
                stop=STOP_WORDS,
            )
            kept = preranked(asked, found, kept=MEASURED)
            if not kept:
                continue
            words = [of.analyze(one.passage.body) for one in kept]
            articles = root.reader.articles(list({one.passage.article_id for one in kept}))
            wanted = [folded(text) for text in gold.answers]
            right = [any(text in folded(one.passage.body) for text in wanted) for one in kept]
            examples.append(
                Example(
                    of=of,
                    gold=gold,
                    query=asked,
                    found=found,
                    fold=number % FOLDS,
                    weight=weight,
                    asked=asked is variants[0][0],
                    kept=kept,
                    words=words,
                    rows=features(asked, found, kept, words, analyze=of.analyze),
                    right=np.array(right, dtype=np.float32),
                    articles=articles,
                )
            )
    lexical.close()
    dense.close()
    return examples


def _variants(gold: GoldQuestion, publishers: list[str], random: Random) -> list[tuple[Query, float]]:
    day = gold.as_of or datetime.now(UTC).date()
    query = understand(gold.question, as_of=day, publishers=publishers)
    found = [(query, 1.0 if gold.category in QUIZ else 2.0)]
    timeless = query.recency == "none" and not query.windows and query.reference_day == query.as_of
    if timeless and gold.category not in QUIZ:
        later = day + timedelta(days=random.randint(*LATER))
        found.append((replace(query, as_of=later, reference_day=later), 1.0))
    return found
