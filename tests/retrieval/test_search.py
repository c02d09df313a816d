"""Searching: among some articles alone, as watches do when news comes in, and by both indexes at once."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.store.dense import DenseIndex
from index.store.reading import Reader
from retrieval.search import Searcher
from tests.collection import Collection, opened, story

if TYPE_CHECKING:
    from index.embed import Vectors


def searcher_of(collection: Collection) -> Searcher:
    return Searcher(
        collection.reader,
        embedder=collection.embedder,
        dense=collection.dense,
        lexical=collection.lexical,
    )


def test_a_search_among_some_articles_finds_these_with_the_scores_of_a_search_among_all(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as collection:
        collection.add(*(story(name, sentences=30) for name in ("alpha", "beta", "gamma")))
        searcher = searcher_of(collection)
        everywhere = {one.passage.id: one for one in searcher.search("gamma saw a ship sail").passages}
        for article in collection.reader.listing():
            found = searcher.search("gamma saw a ship sail", among=frozenset({article.id})).passages
            assert {one.passage.article_id for one in found} == {article.id}
            assert len(found) == article.passages
            for one in found:
                assert one.bm25 == everywhere[one.passage.id].bm25
                assert abs(one.cosine - everywhere[one.passage.id].cosine) < 1e-3


def test_among_nothing_nothing_is_found(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        collection.add(story("alpha"))
        searcher = searcher_of(collection)
        assert searcher.search("alpha", among=frozenset()).passages == []


def test_what_the_words_find_is_read_while_the_meaning_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_read = threading.Event()
    waited: list[bool] = []
    found, nearest = Reader.found, DenseIndex.nearest

    def reads(self: Reader, *given: object, **named: object) -> object:
        passages = found(self, *given, **named)  # type: ignore[arg-type]  # passed on as it came
        has_read.set()
        return passages

    def waits(self: DenseIndex, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        waited.append(has_read.wait(10))
        return nearest(self, vector, count=count)

    monkeypatch.setattr(Reader, "found", reads)
    monkeypatch.setattr(DenseIndex, "nearest", waits)
    with opened(tmp_path) as collection:
        collection.add(story("alpha"), story("beta"))
        passages = searcher_of(collection).search("alpha").passages
        assert {one.passage.title for one in passages} == {"All of alpha", "All of beta"}
        assert waited == [True]
