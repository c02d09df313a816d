"""Searching: among some articles alone, as watches do when news comes in, and by both indexes at once."""

import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from index.errors import StoreError
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import FoundPassage, Reader
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
    has_read, looks = threading.Event(), threading.Event()
    met: list[bool] = []
    found, nearest = Reader.found, DenseIndex.nearest

    def found_beside(self: Reader, ids: Sequence[int], **named: Any) -> dict[int, FoundPassage]:
        if not has_read.is_set():
            met.append(looks.wait(10))
        passages = found(self, ids, **named)
        has_read.set()
        return passages

    def nearest_beside(self: DenseIndex, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        looks.set()
        met.append(has_read.wait(10))
        return nearest(self, vector, count=count)

    with opened(tmp_path) as collection:
        collection.add(story("alpha"), story("beta"))
        monkeypatch.setattr(Reader, "found", found_beside)
        monkeypatch.setattr(DenseIndex, "nearest", nearest_beside)
        passages = searcher_of(collection).search("alpha").passages
        assert {one.passage.title for one in passages} == {"All of alpha", "All of beta"}
        assert met == [True, True]


def test_what_looks_for_the_meaning_knows_whose_question_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ContextVar("case", default="")
    seen: list[str] = []
    nearest = DenseIndex.nearest

    def noting(self: DenseIndex, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        seen.append(case.get())
        return nearest(self, vector, count=count)

    with opened(tmp_path) as collection:
        collection.add(story("alpha"))
        monkeypatch.setattr(DenseIndex, "nearest", noting)
        case.set("this one")
        searcher_of(collection).search("alpha")
    assert seen == ["this one"]


def test_a_search_that_fails_leaves_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = threading.Event(), threading.Event()
    nearest = DenseIndex.nearest

    def slow(self: DenseIndex, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        begun.set()
        time.sleep(0.2)
        found = nearest(self, vector, count=count)
        done.set()
        return found

    def failing(*_: object, **__: object) -> NoReturn:
        begun.wait(10)
        raise StoreError("The index of words is gone.")

    with opened(tmp_path) as collection:
        collection.add(story("alpha"))
        monkeypatch.setattr(DenseIndex, "nearest", slow)
        monkeypatch.setattr(LexicalIndex, "search", failing)
        with pytest.raises(StoreError, match="words is gone"):
            searcher_of(collection).search("alpha")
        assert done.is_set()
