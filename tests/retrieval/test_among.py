"""Searching among some articles alone: what watches look through when news comes in."""

from pathlib import Path

from retrieval.search import Searcher
from tests.collection import opened, story


def test_a_search_among_some_articles_finds_these_with_the_scores_of_a_search_among_all(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as collection:
        collection.add(*(story(name, sentences=30) for name in ("alpha", "beta", "gamma")))
        searcher = Searcher(
            collection.reader,
            embedder=collection.embedder,
            dense=collection.dense,
            lexical=collection.lexical,
        )
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
        searcher = Searcher(
            collection.reader,
            embedder=collection.embedder,
            dense=collection.dense,
            lexical=collection.lexical,
        )
        assert searcher.search("alpha", among=frozenset()).passages == []
