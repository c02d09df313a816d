from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from index.errors import StoreError
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex, WordsOfPassage
from index.store.recording import remove
from index.store.schema import passages, vectors
from index.store.sync import catch_up, head
from tests.collection import Collection, opened, story
from tests.fakes import HashingEmbedder


class Killed(BaseException):
    """Stands for the end of the process."""


class DyingDense(DenseIndex):
    """Dies once, before or after Chroma holds the vectors; in both cases before the position is noted."""

    def __init__(self, place: Path, *, model: str, after: bool) -> None:
        super().__init__(place, model=model)
        self._after = after
        self.dies = True

    def take_in(self, ids: Sequence[int], vectors: Any, *, dropped: Sequence[int], position: int) -> None:
        if not self.dies:
            super().take_in(ids, vectors, dropped=dropped, position=position)
            return
        if self._after:
            super().take_in(ids, vectors, dropped=dropped, position=self.position())
        raise Killed


class DyingLexical(LexicalIndex):
    """Dies before anything is taken in, while told to."""

    dies = True

    def take_in(self, passages: Sequence[WordsOfPassage], *, dropped: Sequence[int], position: int) -> None:
        if self.dies:
            raise Killed
        super().take_in(passages, dropped=dropped, position=position)


@pytest.fixture
def collection(database_url: str, tmp_path: Path) -> Iterator[Collection]:
    with opened(tmp_path, url=database_url) as found:
        yield found


def positions(collection: Collection) -> set[int]:
    with collection.database.read() as connection:
        return {collection.dense.position(), collection.lexical.position(), head(connection)}


def take_out(collection: Collection, identifier: str) -> None:
    with collection.database.write() as connection:
        assert remove(connection, identifier, purge=False)


def brought_up(collection: Collection) -> None:
    catch_up(
        collection.database,
        dense=collection.dense,
        lexical=collection.lexical,
        model=collection.embedder.model,
    )


def numbers(collection: Collection) -> set[int]:
    with collection.database.read() as connection:
        return set(connection.scalars(select(passages.c.id)))


def test_both_stores_follow_what_comes_and_goes(collection: Collection) -> None:
    collection.add(story("anna"), story("berta"))
    (gone, *_) = [one.id for one in collection.reader.listing() if one.title == "All of anna"]
    take_out(collection, gone)
    brought_up(collection)
    assert len(positions(collection)) == 1
    assert collection.dense.ids() == collection.lexical.ids() == numbers(collection)
    assert collection.found("anna") == set()
    assert collection.found("berta") == {"All of berta"}


def test_catching_up_again_does_nothing(collection: Collection) -> None:
    collection.add(story("anna"))
    before = (positions(collection), collection.dense.ids(), collection.lexical.ids())
    brought_up(collection)
    assert (positions(collection), collection.dense.ids(), collection.lexical.ids()) == before


def test_a_store_that_was_thrown_away_is_filled_again_without_embedding(collection: Collection) -> None:
    collection.add(*(story(f"ship{n}") for n in range(30)))
    work = len(collection.embedder.embedded)
    collection.dense.reset()
    collection.lexical.reset()
    brought_up(collection)
    assert collection.dense.ids() == collection.lexical.ids() == numbers(collection)
    assert len(collection.embedder.embedded) == work
    assert collection.found("ship7") == {"All of ship7"}


def test_more_changes_than_one_step_takes(collection: Collection) -> None:
    names = [f"boat{n}" for n in range(520)]
    collection.add(*(story(name, sentences=1) for name in names))
    for one in [
        one for one in collection.reader.listing() if one.title in ("All of boat3", "All of boat510")
    ]:
        take_out(collection, one.id)
    collection.dense.reset()
    collection.lexical.reset()
    brought_up(collection)
    assert collection.dense.ids() == collection.lexical.ids() == numbers(collection)
    assert len(numbers(collection)) == 518


def test_an_article_without_passages_takes_nobody_elses_away(collection: Collection) -> None:
    """It shares its first number with the next article."""
    collection.add(story("empty", text=" "), story("anna"))
    (gone, *_) = [one.id for one in collection.reader.listing() if one.title == "All of empty"]
    take_out(collection, gone)
    collection.dense.reset()
    collection.lexical.reset()
    brought_up(collection)
    assert collection.found("anna") == {"All of anna"}
    assert collection.check().problems == ()


def test_a_store_that_is_ahead_is_of_another_time_and_is_filled_anew(collection: Collection) -> None:
    """As after a backup of the database was put back: numbers are given out a second time."""
    collection.dense.take_in([901], collection.embedder.embed(["ghost"]), dropped=[], position=50)
    collection.lexical.take_in([WordsOfPassage(id=901, title="", body="ghost")], dropped=[], position=50)
    collection.add(story("anna"))
    assert collection.dense.ids() == collection.lexical.ids() == numbers(collection)
    assert collection.found("anna") == {"All of anna"}


def test_missing_vectors_are_one_sentence(collection: Collection) -> None:
    collection.add(story("anna"))
    with collection.database.write() as connection:
        connection.execute(delete(vectors))
    collection.dense.reset()
    with pytest.raises(StoreError, match="communique reindex"):
        brought_up(collection)


@pytest.mark.parametrize("moment", ["recorded", "words taken in", "vectors taken in"])
def test_a_process_killed_between_the_steps_is_finished_by_the_next(
    tmp_path: Path, database_url: str, moment: str
) -> None:
    embedder = HashingEmbedder()
    database = Database(database_url)
    dense = DyingDense(tmp_path / "chroma", model=embedder.model, after=moment == "vectors taken in")
    lexical = DyingLexical(tmp_path / "words")
    dying = Collection(tmp_path, database, dense, lexical, embedder)
    lexical.dies = dense.dies = False
    dying.add(story("anna", text="Anna reported on the old lighthouse."))
    lexical.dies = moment == "recorded"
    dense.dies = moment != "recorded"
    with pytest.raises(Killed):
        dying.add(story("anna", text="Anna reported on the new lighthouse."), story("berta"))
    assert dying.titles() == ["All of anna"]
    shown = [text for _, text in dying.reader.articles([one.id for one in dying.reader.listing()]).values()]
    assert shown == ["Anna reported on the old lighthouse."]
    dying.close()

    with opened(tmp_path, url=database_url, embedder=embedder) as collection:
        work = len(embedder.embedded)
        assert collection.outcomes(
            story("anna", text="Anna reported on the new lighthouse."), story("berta")
        ) == ["unchanged", "unchanged"]
        assert len(embedder.embedded) == work
        assert collection.titles() == ["All of anna", "All of berta"]
        assert collection.dense.ids() == collection.lexical.ids() == numbers(collection)
        weights = dict.fromkeys(collection.lexical.analyze("lighthouse"), 1.0)
        assert len(collection.lexical.search(weights, count=9)) == 1
        assert collection.check().problems == ()


def test_two_replicas_each_bring_their_own_words_up_to_date(empty_postgres: str, tmp_path: Path) -> None:
    url = empty_postgres
    with opened(tmp_path / "one", url=url) as first, opened(tmp_path / "two", url=url) as second:
        first.add(story("anna"))
        brought_up(second)
        assert second.found("anna") == {"All of anna"}
        second.add(story("berta"))
        brought_up(first)
        assert first.found("berta") == {"All of berta"}
        with first.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(passages)) == len(first.dense.ids())
