import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from index.store.lexical import WordsOfPassage
from index.store.recording import remove
from index.store.schema import articles, passages, vectors
from tests.collection import Collection, opened, story

NOTHING = np.zeros((0, 384), dtype=np.float32)
NAMES = ["anna", "berta", "clara", "dora"]


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with opened(tmp_path) as found:
        found.add(*(story(name, sentences=80) for name in NAMES))
        yield found


def some_passages(collection: Collection) -> list[int]:
    with collection.database.read() as connection:
        return list(connection.scalars(select(passages.c.id).order_by(passages.c.id)))[1:3]


def chroma_lacks(collection: Collection) -> None:
    position = collection.dense.position()
    collection.dense.take_in([], NOTHING, dropped=some_passages(collection), position=position)


def chroma_holds_more(collection: Collection) -> None:
    position = collection.dense.position()
    collection.dense.take_in([777], collection.embedder.embed(["x"]), dropped=[], position=position)


def chroma_holds_something_else(collection: Collection) -> None:
    numbers = sorted(collection.dense.ids())
    other = collection.embedder.embed([f"wholly different {n}" for n in numbers])
    collection.dense.take_in(numbers, other, dropped=[], position=collection.dense.position())


def chroma_is_ahead(collection: Collection) -> None:
    collection.dense.take_in([], NOTHING, dropped=[], position=9999)


def chroma_is_gone(collection: Collection) -> None:
    collection.dense.close()
    shutil.rmtree(collection.home / "chroma")


def chroma_is_damaged(collection: Collection) -> None:
    collection.dense.close()
    (collection.home / "chroma" / "chroma.sqlite3").write_bytes(b"rubbish " * 4000)


def words_lack(collection: Collection) -> None:
    position = collection.lexical.position()
    collection.lexical.take_in([], dropped=some_passages(collection), position=position)


def words_hold_more(collection: Collection) -> None:
    position = collection.lexical.position()
    ghost = WordsOfPassage(id=777, title="", body="ghost")
    collection.lexical.take_in([ghost], dropped=[], position=position)


def words_are_ahead(collection: Collection) -> None:
    collection.lexical.take_in([], dropped=[], position=9999)


def words_are_gone(collection: Collection) -> None:
    collection.lexical.close()
    shutil.rmtree(collection.home / "words")


def words_are_damaged(collection: Collection) -> None:
    collection.lexical.close()
    for path in (collection.home / "words").glob("*.idx"):
        path.write_bytes(path.read_bytes()[:30])


def passages_are_lost(collection: Collection) -> None:
    with collection.database.write() as connection:
        connection.execute(delete(passages).where(passages.c.id.in_(some_passages(collection))))


def all_passages_of_an_article_are_lost(collection: Collection) -> None:
    with collection.database.write() as connection:
        first = connection.scalar(select(passages.c.article_id).limit(1))
        connection.execute(delete(passages).where(passages.c.article_id == first))


def both_stores_are_gone(collection: Collection) -> None:
    chroma_is_gone(collection)
    words_are_gone(collection)


MENDED_AT_EVERY_START = [
    chroma_is_gone,
    words_are_gone,
    both_stores_are_gone,
    chroma_is_ahead,
    words_are_ahead,
]
DAMAGES = [
    chroma_lacks,
    chroma_holds_more,
    chroma_holds_something_else,
    chroma_is_damaged,
    words_lack,
    words_hold_more,
    words_are_damaged,
    passages_are_lost,
    all_passages_of_an_article_are_lost,
]
Damage = Callable[[Collection], None]


def assert_sound(collection: Collection) -> None:
    assert collection.check().problems == ()
    assert collection.titles() == [f"All of {name}" for name in NAMES]
    for name in NAMES:
        assert collection.found(name) >= {f"All of {name}"}
    assert collection.outcomes(*(story(name, sentences=80) for name in NAMES)) == ["unchanged"] * 4


def test_a_sound_collection_has_no_problems(collection: Collection) -> None:
    checkup = collection.check()
    assert checkup.problems == ()
    assert checkup.articles == 4
    assert checkup.passages == len(collection.dense.ids()) > 8
    assert 0 < checkup.vectors <= checkup.passages
    assert checkup.as_json() == {
        "ok": True,
        "articles": 4,
        "passages": checkup.passages,
        "vectors": checkup.vectors,
        "problems": [],
    }


def test_an_empty_collection_has_no_problems(tmp_path: Path) -> None:
    with opened(tmp_path / "empty") as collection:
        assert collection.check().problems == ()
        assert collection.repair().problems == ()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_mended_without_embedding_again(collection: Collection, damage: Damage) -> None:
    damage(collection)
    work = len(collection.embedder.embedded)
    problems = collection.check().problems
    assert problems
    assert all("\n" not in problem for problem in problems)
    assert collection.repair().problems == ()
    assert len(collection.embedder.embedded) == work
    assert_sound(collection)


@pytest.mark.parametrize("damage", MENDED_AT_EVERY_START, ids=lambda damage: damage.__name__)
def test_what_every_start_mends_is_no_problem(collection: Collection, damage: Damage) -> None:
    damage(collection)
    work = len(collection.embedder.embedded)
    assert collection.check().problems == ()
    assert len(collection.embedder.embedded) == work
    assert_sound(collection)


def test_lost_vectors_are_embedded_once(collection: Collection) -> None:
    with collection.database.write() as connection:
        lost = connection.scalars(select(vectors.c.hash).order_by(vectors.c.hash).limit(3)).all()
        connection.execute(delete(vectors).where(vectors.c.hash.in_(lost)))
    work = len(collection.embedder.embedded)
    (problem, *_) = collection.check().problems
    assert "have no vector" in problem
    assert collection.repair().problems == ()
    assert len(collection.embedder.embedded) == work + 3
    assert_sound(collection)


def test_on_postgresql_it_finds_and_mends_the_same(tmp_path: Path, empty_postgres: str) -> None:
    with opened(tmp_path, url=empty_postgres) as collection:
        collection.add(*(story(name, sentences=80) for name in NAMES))
        for damage in (passages_are_lost, all_passages_of_an_article_are_lost, chroma_holds_more):
            damage(collection)
            assert collection.check().problems
            assert collection.repair().problems == ()
            assert_sound(collection)


def test_what_was_written_down_and_not_shown_is_shown(collection: Collection) -> None:
    with collection.database.write() as connection:
        connection.execute(update(articles).values(version=None))
    assert collection.titles() == []
    assert collection.check().problems == ()
    assert_sound(collection)


def test_removed_and_changed_articles_are_no_problem(collection: Collection) -> None:
    collection.add(story("anna", text="Anna has changed her mind."))
    (gone, *_) = [one.id for one in collection.reader.listing() if one.title == "All of berta"]
    with collection.database.write() as connection:
        remove(connection, gone, purge=False)
    assert collection.check().problems == ()
    assert collection.check().articles == 3


def test_repair_lets_go_of_vectors_that_nothing_needs(collection: Collection) -> None:
    before = collection.check().vectors
    collection.add(story("anna", text="Anna has changed her mind."))
    assert collection.check().vectors > before
    after = collection.repair()
    assert after.vectors == after.passages < before
