"""What ranking and quoting work on, made by hand: passages of texts, candidates, ranked ones, quotes."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from index.store.reading import FoundPassage, StoredArticle
from index.tables import TableSpan
from retrieval.quote import Quote
from retrieval.rank import Ranked
from retrieval.search import Candidate, Candidates
from retrieval.trees import Trees
from retrieval.understand import Query, understand

TODAY = date(2026, 8, 1)
VECTOR = np.array([1.0, 0.0], dtype=np.float32)


def asked(question: str, *, as_of: date = TODAY) -> Query:
    """The question as it is understood."""
    return understand(question, as_of=as_of)


def analyze(text: str) -> list[str]:
    """Lower-cased words, in the place of the index's analysis."""
    return re.findall(r"\w+", text.lower())


def passage(body: str, **facts: Any) -> FoundPassage:
    """A passage that is all of its article's text, unless ``start`` says otherwise."""
    given: dict[str, Any] = {
        "id": 1, "article_id": "a", "original": None, "start": 0, "header": "", "table": False,
        "vector": VECTOR, "title": "", "publisher": None, "url": None, "published": None, "language": None,
        "ordinal": 0, "passages": 1,
    }  # fmt: skip
    given |= facts
    return FoundPassage(**given, body=body, end=given["start"] + len(body))


def candidate(body: str, *, bm25: float = 1.0, cosine: float = 0.5, **facts: Any) -> Candidate:
    """A passage with both scores."""
    return Candidate(passage=passage(body, **facts), bm25=bm25, cosine=cosine)


def candidates(*found: Candidate, words: Mapping[str, float] | None = None) -> Candidates:
    """What was found by ``words``."""
    return Candidates(passages=list(found), words=dict(words or {}), vector=VECTOR, outside=0)


def ranked(body: str, *, score: float = 0.0, **facts: Any) -> Ranked:
    """A passage in its place."""
    return Ranked(
        candidate=candidate(body, **facts),
        score=score,
        words=tuple(analyze(body)),
        features=np.zeros(0, dtype=np.float32),
    )


def quote(
    body: str, *, span: tuple[int, int] | None = None, score: float = 0.5, table: TableSpan | None = None,
    **facts: Any,
) -> Quote:  # fmt: skip
    """A quote of ``span`` of a passage, or of all of it."""
    start, end = span or (0, len(body))
    return Quote(
        ranked=ranked(body, **facts),
        start=start,
        end=end,
        score=score,
        features=np.zeros(0, dtype=np.float32),
        sentences=((start, end),),
        table=table,
    )


def article(name: str, **facts: Any) -> StoredArticle:
    """An article as it is stored, published by "Paper NAME" unless said otherwise."""
    given: dict[str, Any] = {
        "id": name, "version": 1, "source": f"{name}.txt", "external_id": None, "url": None, "title": None,
        "publisher": f"Paper {name}", "authors": (), "published": None, "published_at": None,
        "date_source": None, "date_evidence": None, "modified": None, "language": None, "passages": 1,
        "seen_at": datetime(2026, 1, 1, tzinfo=UTC), "original": None,
    }  # fmt: skip
    return StoredArticle(**(given | facts))


def by_columns(features: Sequence[str], **weights: float) -> Trees:
    """Trees that add ``weights`` for each named feature above one half."""
    columns = [(features.index(name), weight) for name, weight in weights.items()]
    trees = [[[column, 0.5, 1, 2], [0.0], [weight]] for column, weight in columns]
    return Trees({"features": list(features), "trees": trees})
