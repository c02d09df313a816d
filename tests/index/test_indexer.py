import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from index.article import Article, Failure
from index.errors import StoreError
from index.indexer import Indexed
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.recording import article_id, remove
from index.store.schema import vectors, versions
from tests.collection import Collection, opened, story
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def collection(database_url: str, tmp_path: Path) -> Iterator[Collection]:
    with opened(tmp_path, url=database_url) as found:
        yield found


def take_out(collection: Collection, article: Article, *, purge: bool = False) -> bool:
    with collection.database.write() as connection:
        return remove(connection, article_id(article.identity), purge=purge)


def texts(collection: Collection) -> list[str]:
    ids = [one.id for one in collection.reader.listing()]
    return [text for _, text in collection.reader.articles(ids).values()]


def count(collection: Collection, table: Any) -> int:
    with collection.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_twice_changes_nothing(collection: Collection) -> None:
    found = [story("anna"), story("berta")]
    assert collection.outcomes(*found) == ["added", "added"]
    before = (collection.dense.ids(), collection.reader.revision(), len(collection.embedder.embedded))
    assert collection.outcomes(*found) == ["unchanged", "unchanged"]
    assert (collection.dense.ids(), collection.reader.revision(), len(collection.embedder.embedded)) == before


def test_another_place_alone_is_no_change(collection: Collection) -> None:
    collection.add(story("anna"))
    assert collection.outcomes(story("anna", source="moved/anna.txt")) == ["unchanged"]


@pytest.mark.parametrize(
    "change",
    [{"text": "Anna sold the boat."}, {"title": "Another title"}, {"published": date(2025, 5, 6)}],
    ids=["text", "title", "date"],
)
def test_a_changed_article_replaces_the_one_before(collection: Collection, change: dict[str, Any]) -> None:
    collection.add(story("anna"), story("berta"))
    report = collection.add(story("anna", **change))
    assert (report.updated, report.added, report.unchanged) == (1, 0, 0)
    assert len(collection.titles()) == 2
    (stored, text) = collection.reader.articles([article_id("https://anna.example/")]).popitem()[1]
    assert {"text": text, "title": stored.title, "published": stored.published}.items() >= change.items()
    assert collection.check().problems == ()


def test_the_old_text_stays_for_answers_that_quoted_it(collection: Collection) -> None:
    collection.add(story("anna", text="Anna bought a boat."))
    collection.add(story("anna", text="Anna sold the boat."))
    with collection.database.read() as connection:
        kept = connection.scalars(select(versions.c.text).order_by(versions.c.version)).all()
    assert list(kept) == ["Anna bought a boat.", "Anna sold the boat."]
    assert texts(collection) == ["Anna sold the boat."]


def test_only_what_is_new_of_a_changed_article_is_embedded(collection: Collection) -> None:
    old = "\n".join(f"Paragraph {n} of the harbour report says nothing new at all. " * 12 for n in range(9))
    collection.add(story("anna", text=old))
    work = len(collection.embedder.embedded)
    assert work > 5
    collection.add(story("anna", text=old + "\nA last word was added."))
    assert len(collection.embedder.embedded) <= work + 3


def test_what_is_taken_out_is_gone_at_once(collection: Collection) -> None:
    """Before any derived store has heard of it."""
    collection.add(story("anna"), story("berta"))
    assert take_out(collection, story("anna"))
    assert collection.found("anna") == set()
    assert collection.titles() == ["All of berta"]
    assert collection.reader.article(article_id("https://anna.example/")) is None
    assert not take_out(collection, story("anna"))
    assert not take_out(collection, story("nobody"))


def test_what_was_taken_out_can_come_back(collection: Collection) -> None:
    collection.add(story("anna"))
    take_out(collection, story("anna"))
    work = len(collection.embedder.embedded)
    assert collection.outcomes(story("anna")) == ["added"]
    assert len(collection.embedder.embedded) == work
    assert collection.found("anna") == {"All of anna"}
    assert collection.check().problems == ()


def test_purging_forgets_texts_of_all_versions_and_vectors(collection: Collection) -> None:
    collection.add(story("anna", text="Anna bought a boat."), story("berta"))
    collection.add(story("anna", text="Anna sold the boat."))
    kept = count(collection, vectors)
    assert take_out(collection, story("anna"), purge=True)
    assert count(collection, versions) == 1
    assert count(collection, vectors) < kept
    assert collection.check().problems == ()
    assert collection.outcomes(story("anna", text="Anna bought a boat.")) == ["added"]


def test_what_was_taken_out_can_be_purged_later(collection: Collection) -> None:
    collection.add(story("anna"))
    take_out(collection, story("anna"))
    assert take_out(collection, story("anna"), purge=True)
    assert count(collection, versions) == 0


SAME = "The same report, word for word, of the same ships."


def test_the_same_text_elsewhere_is_a_duplicate(collection: Collection) -> None:
    report = collection.add(story("anna", text=SAME), story("berta", text=f" {SAME}\n"), story("clara"))
    assert (report.added, report.duplicates) == (3, 1)
    originals = {one.title: one.original for one in collection.reader.listing()}
    assert originals["All of berta"] == article_id("https://anna.example/")
    assert originals["All of anna"] is originals["All of clara"] is None


def originals(collection: Collection) -> dict[str | None, str | None]:
    names = {article_id(story(name).identity): name for name in ("anna", "berta", "clara")}
    return {names[one.id]: one.original and names[one.original] for one in collection.reader.listing()}


def test_a_copy_takes_over_when_the_original_goes(collection: Collection) -> None:
    collection.add(*(story(name, text=SAME) for name in ("anna", "berta", "clara")))
    assert originals(collection) == {"anna": None, "berta": "anna", "clara": "anna"}
    take_out(collection, story("anna"))
    assert sorted(originals(collection).items()) == [("berta", None), ("clara", "berta")] or sorted(
        originals(collection).items()
    ) == [("berta", "clara"), ("clara", None)]


def test_a_copy_takes_over_when_the_originals_text_changes(collection: Collection) -> None:
    collection.add(story("anna", text=SAME), story("berta", text=SAME))
    collection.add(story("anna", text="Something else."))
    assert originals(collection) == {"anna": None, "berta": None}


def test_a_new_title_of_the_original_leaves_the_copy_a_copy(collection: Collection) -> None:
    collection.add(story("anna", text=SAME), story("berta", text=SAME))
    collection.add(story("anna", text=SAME, title="Corrected"))
    assert originals(collection) == {"anna": None, "berta": "anna"}


def test_failures_are_counted_and_passed_on(collection: Collection) -> None:
    bad = Failure(source="bad.txt", reason="It is empty.")
    report = collection.add(bad, story("anna"))
    assert (report.added, report.failed) == (1, [bad])
    assert report.as_json()["failed"] == [{"source": "bad.txt", "reason": "It is empty."}]


def test_the_last_of_an_identity_counts_within_a_batch_and_across(collection: Collection) -> None:
    long = "A sentence about the harbour. " * 5_200  # a batch of its own
    collection.add(
        story("anna", text="First."),
        story("anna", text="Second."),
        story("berta", text=long),
        story("anna", text="Third."),
    )
    assert "Third." in texts(collection)
    assert not {"First.", "Second."} & set(texts(collection))
    assert len(collection.titles()) == 2


def test_times_come_back_with_their_zone(collection: Collection) -> None:
    at = datetime(2025, 5, 6, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    collection.add(story("anna", published=at.date(), published_at=at, modified=at + timedelta(days=1)))
    (stored,) = collection.reader.listing()
    assert stored.published == date(2025, 5, 6)
    assert stored.published_at == at
    assert stored.modified == at + timedelta(days=1)
    assert stored.published_at is not None
    assert stored.published_at.utcoffset() == timedelta(0)
    assert abs(stored.seen_at - datetime.now(UTC)) < timedelta(hours=1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=3000)
)
def test_passages_reproduce_the_text_to_the_code_point(collection: Collection, text: str) -> None:
    """Also where the database cuts it: SQLite and PostgreSQL both count code points."""
    article = story("anna", text="🚢 перемога 防衛 " + text)
    collection.add(article)
    identifier = article_id(article.identity)
    passages = collection.reader.neighbours(identifier)
    found = collection.reader.found([one.id for one in passages], model=collection.embedder.model)
    assert passages
    for one in passages:
        assert found[one.id].body == article.text[one.start : one.end]
        assert found[one.id].ordinal == passages.index(one)


class Interfering(HashingEmbedder):
    """Does something else, once, while passages are embedded."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def embed(self, texts: Sequence[str]) -> Any:
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        return super().embed(texts)


def test_vectors_purged_while_others_are_embedded_are_made_again(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        shared = story("berta", text="Words that both share.", title=None)
        collection.add(shared)
        collection.embedder = Interfering(lambda: take_out(collection, shared, purge=True))
        collection.add(story("anna", text="Words that both share.", title=None), story("clara"))
        assert collection.found("share") == {""}
        assert collection.check().problems == ()


class Meddling(DenseIndex):
    """Does something else when vectors come in, before the article is shown."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def take_in(self, ids: Sequence[int], vectors: Any, *, dropped: Sequence[int], position: int) -> None:
        super().take_in(ids, vectors, dropped=dropped, position=position)
        self.meanwhile()


@pytest.mark.parametrize("purge", [False, True])
def test_what_is_taken_out_while_it_is_changed_stays_out(tmp_path: Path, purge: bool) -> None:
    with opened(tmp_path) as collection:
        collection.add(story("anna"))
        dense = Meddling(tmp_path / "chroma", model=collection.embedder.model)
        dense.meanwhile = lambda: take_out(collection, story("anna"), purge=purge)
        collection.dense = dense
        collection.add(story("anna", text="Anna changed her mind."))
        assert collection.titles() == []
        assert collection.check().problems == ()


def test_an_error_of_a_store_stops_and_keeps_what_was_told(tmp_path: Path) -> None:
    def fail() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise StoreError("The disk is full.")

    calls: list[int] = []
    told: list[str | None] = []
    long = "A sentence about the harbour. " * 5_200
    with opened(tmp_path) as collection:
        dense = Meddling(tmp_path / "chroma", model=collection.embedder.model)
        dense.meanwhile = fail
        collection.dense = dense
        with pytest.raises(StoreError, match="full"):
            collection.indexer.add(
                [story("anna", text=long), story("berta", text=long + "!"), story("clara", text=long + "?")],
                each=lambda one: told.append(one.title if isinstance(one, Indexed) else None),
            )
        assert told == ["All of anna"]
        assert collection.titles() == ["All of anna"]
        assert collection.outcomes(story("anna", text=long)) == ["unchanged"]
        assert collection.check().problems == ()


def big_stories() -> list[Article]:
    """Enough for a dozen batches."""
    return [story(f"ship{n}", sentences=800) for n in range(40)]


ADD = """
import sys
from pathlib import Path
from index.store.lock import OwnerLock
from tests.collection import opened
from tests.index.test_indexer import big_stories
home = Path(sys.argv[1])
with OwnerLock(home, purpose="communique add"), opened(home) as collection:
    print("begun", flush=True)
    collection.indexer.add(big_stories(), each=lambda one: print(one.id, flush=True))
"""


@pytest.mark.timeout(300)
def test_killing_it_at_any_moment_loses_and_halves_nothing(tmp_path: Path) -> None:
    chance = random.Random(20260801)
    acknowledged: set[str] = set()
    killed = 0
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", ADD, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(chance.uniform(0.0, 1.2))
            process.send_signal(signal.SIGKILL)
            acknowledged.update(process.stdout.read().split("\n")[:-1])
            killed += process.wait() == -signal.SIGKILL
    assert killed >= 4
    with opened(tmp_path) as collection:
        whole = {article_id(one.identity): one.text for one in big_stories()}
        shown = [one.id for one in collection.reader.listing()]
        assert acknowledged <= set(shown)
        assert all(whole[key] == text for key, (_, text) in collection.reader.articles(shown).items())
        collection.add(*big_stories())
        assert sorted(one.id for one in collection.reader.listing()) == sorted(whole)
        assert count(collection, versions) == len(whole)
        assert collection.check().problems == ()
        assert collection.dense.ids() == collection.lexical.ids()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_a_folder_without_rights_is_one_sentence(open_folder: Path) -> None:
    """As an ordinary user, for root may write everywhere."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "import numpy, chromadb, alembic.command\n"
        "from index.errors import StoreError; from tests.collection import opened, story\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    with opened(Path(sys.argv[1])) as collection: collection.add(story('anna'))\n"
        "except StoreError as exc:\n"
        "    print(exc)\n"
    )
    home = open_folder / "home"
    with opened(home) as collection:
        collection.add(story("berta"))
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    done = subprocess.run(
        [sys.executable, "-c", program, home],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1, done.stderr
    assert "failed" in done.stdout


def test_an_identity_decides_not_the_address_as_written(collection: Collection) -> None:
    first = story("anna")
    assert collection.outcomes(first, replace(first, identity="other", text="Another text.")) == ["added"] * 2


def test_a_closed_index_opens_again(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        collection.add(story("anna"))
        collection.lexical.close()
        collection.dense.close()
        assert isinstance(collection.lexical, LexicalIndex)
        assert collection.found("anna") == {"All of anna"}
