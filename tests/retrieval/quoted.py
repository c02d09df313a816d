"""What must be true of every quote of every answer, whatever was asked of whatever text."""

from typing import Any

from index.store.reading import Reader
from retrieval.answer import Answer, Citation
from retrieval.answerer import Answerer
from tests.collection import Collection

EVERYTHING = 0.0
"""A threshold at which every question is answered."""


def answering(collection: Collection, *, threshold: float = EVERYTHING, **options: Any) -> Answerer:
    """What answers from ``collection``."""
    return Answerer(
        collection.reader,
        embedder=collection.embedder,
        dense=collection.dense,
        lexical=collection.lexical,
        threshold=threshold,
        **options,
    )


def checked(answer: Answer, reader: Reader) -> tuple[Citation, ...]:
    """What ``answer`` shows, each quote held against the stored text of its article."""
    shown = answer.citations or answer.nearest
    for one in shown:
        found = reader.article(one.article.id)
        assert found is not None
        text = found[1]
        assert one.quote == text[one.start : one.end]
        assert one.quote.strip()
        assert len(one.quote) <= 400
        assert one.quote in one.passage
        assert one.passage in text
        assert len(one.passage) <= 1200
    return shown
