from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from index.article import Article
from index.extract.files import read_path
from index.store.copies import arrange
from index.store.recording import article_id, remove
from index.store.schema import articles, signature_bands, signatures
from tests.collection import Collection, opened, story

SAMPLES = Path(__file__).parents[3] / "samples" / "articles"
DAY = date(2025, 5, 6)
PORTS = ["Egersund", "Farsund", "Grimsta", "Holmen", "Ivalo", "Jarfjord", "Kvalsund"]
NAMES = ("anna", "berta", "clara", "doris")


@pytest.fixture
def collection(database_url: str, tmp_path: Path) -> Iterator[Collection]:
    with opened(tmp_path, url=database_url) as found:
        yield found


def report(name: str, *, ending: str = "", kept: int = 14, days: int = 0, **facts: Any) -> Article:
    """An article that tells what the others tell; ``kept`` of its sentences are there."""
    body = " ".join(
        f"At {PORTS[n % 7]} the keeper of light number {n} noted {17 * n + 5} vessels that passed in fog."
        for n in range(kept)
    )
    return story(name, **{"text": f"{body} {ending}", "published": DAY + timedelta(days=days), **facts})


def originals(collection: Collection) -> dict[str, str | None]:
    names = {article_id(story(name).identity): name for name in NAMES}
    return {names[one.id]: one.original and names[one.original] for one in collection.reader.listing()}


def take_out(collection: Collection, name: str, *, purge: bool = False) -> None:
    with collection.database.write() as connection:
        assert remove(connection, article_id(story(name).identity), purge=purge)


def signed(collection: Collection) -> set[str]:
    names = {article_id(story(name).identity): name for name in NAMES}
    with collection.database.read() as connection:
        found = set(connection.scalars(select(signatures.c.article_id)))
        assert set(connection.scalars(select(signature_bands.c.article_id))) <= found
    return {names[one] for one in found}


def test_a_near_copy_is_counted_and_says_of_what(collection: Collection) -> None:
    result = collection.add(report("anna"), report("berta", ending="More follows."), story("clara"))
    assert (result.added, result.duplicates) == (3, 1)
    assert originals(collection) == {"anna": "berta", "berta": None, "clara": None}
    copy = next(one for one in collection.reader.listing() if one.original)
    assert copy.as_json()["duplicate_of"] == article_id(story("berta").identity)
    assert collection.reader.counts().duplicates == 1


def test_a_copy_is_counted_once_whichever_comes_first(collection: Collection) -> None:
    assert collection.outcomes(report("anna", days=1)) == ["added"]
    assert collection.outcomes(report("berta", ending="More follows.")) == ["duplicate"]
    assert originals(collection) == {"anna": "berta", "berta": None}
    assert collection.outcomes(report("berta", ending="More follows soon.")) == ["updated"]


def test_the_earliest_is_the_original_then_the_most_complete_then_the_first_added(
    collection: Collection,
) -> None:
    collection.add(report("anna", published=None))
    collection.add(report("berta"))
    assert originals(collection) == {"anna": "berta", "berta": None}
    collection.add(report("clara", ending="It was published that day with one sentence more."))
    assert originals(collection) == {"anna": "clara", "berta": "clara", "clara": None}
    collection.add(report("doris", days=-1))
    assert originals(collection) == {"anna": "doris", "berta": "doris", "clara": "doris", "doris": None}
    assert signed(collection) == {"doris"}


@pytest.mark.parametrize("order", [*permutations(range(4))][::5])
def test_the_order_of_coming_decides_nothing(tmp_path: Path, order: tuple[int, ...]) -> None:
    found = [report(name, ending=f"Thus {name}.", days=n) for n, name in enumerate(NAMES[:3])]
    found.append(report("doris", kept=6, days=1))
    with opened(tmp_path) as collection:
        for place in order:
            collection.add(found[place])
        assert originals(collection) == {"anna": None, "berta": "anna", "clara": "anna", "doris": "anna"}


@pytest.mark.parametrize("purge", [False, True])
def test_copies_choose_anew_when_the_original_is_taken_out(collection: Collection, purge: bool) -> None:
    collection.add(*(report(name, days=n) for n, name in enumerate(NAMES[:3])))
    take_out(collection, "anna", purge=purge)
    assert originals(collection) == {"berta": None, "clara": "berta"}
    assert signed(collection) == {"berta"}
    collection.add(report("anna", days=1, ending="It was longer when it came back."))
    assert originals(collection) == {"anna": None, "berta": "anna", "clara": "anna"}


def test_what_resembles_only_the_original_is_let_go_with_it(collection: Collection) -> None:
    collection.add(report("anna"), report("berta", kept=6, days=1), report("clara", ending="More follows."))
    assert originals(collection) == {"anna": "clara", "berta": "clara", "clara": None}
    collection.add(report("clara", text="Something else altogether, and in few words."))
    assert originals(collection) == {"anna": None, "berta": "anna", "clara": None}
    take_out(collection, "anna")
    assert originals(collection) == {"berta": None, "clara": None}


def test_a_changed_copy_stands_alone_and_a_changed_day_chooses_anew(collection: Collection) -> None:
    collection.add(report("anna"), report("berta", days=1))
    collection.add(report("berta", days=-1))
    assert originals(collection) == {"anna": "berta", "berta": None}
    collection.add(report("anna", text="Something else altogether, and in few words."))
    assert originals(collection) == {"anna": None, "berta": None}
    assert collection.check().problems == ()


def test_who_carries_a_story_is_known_by_its_original_up_to_a_day(collection: Collection) -> None:
    collection.add(report("anna"), report("berta", days=2), report("clara", published=None), story("doris"))
    anna, doris = (article_id(story(name).identity) for name in ("anna", "doris"))

    def carriers(until: date | None) -> dict[str, set[str | None]]:
        found = collection.reader.carriers([anna, doris], until=until)
        return {key: {one.title for one in told} for key, told in found.items()}

    assert carriers(None) == {anna: {"All of anna", "All of berta", "All of clara"}}
    assert carriers(DAY) == {anna: {"All of anna", "All of clara"}}


def test_follow_ups_are_kept_apart(collection: Collection) -> None:
    first = report("anna", kept=6)
    assert collection.add(first, report("berta", days=1)).duplicates == 0


def test_short_texts_are_copies_only_if_equal(collection: Collection) -> None:
    same, other = "Read this with a subscription.", "Read that with a subscription."
    collection.add(story("anna", text=same), story("berta", text=f" {same}\n"), story("clara", text=other))
    assert originals(collection) == {"anna": None, "berta": "anna", "clara": None}


def test_copies_among_what_was_there_before_are_found_later(collection: Collection) -> None:
    """A collection that was begun when only equal texts were recognised."""
    collection.add(report("anna"), report("berta", days=1), report("clara", days=1, ending="More follows."))
    with collection.database.write() as connection:
        connection.execute(delete(signatures))
        connection.execute(delete(signature_bands))
        connection.execute(update(articles).values(original=None))
    collection.indexer.recover()
    assert originals(collection) == {"anna": None, "berta": "anna", "clara": "anna"}
    with collection.database.read() as connection:
        before = connection.scalar(select(func.count()).select_from(signature_bands))
    collection.indexer.recover()
    with collection.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(signature_bands)) == before


def test_arranging_again_changes_nothing(collection: Collection) -> None:
    collection.add(*(report(name, days=n) for n, name in enumerate(NAMES)))
    before = originals(collection)
    with collection.database.write() as connection:
        arrange(connection, [article_id(story(name).identity) for name in ("anna", "doris")])
    assert originals(collection) == before


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES), st.sampled_from(["add", "cut", "change", "remove"]), st.integers(0, 3)
        ),
        max_size=10,
    )
)
def test_whatever_happens_originals_are_shown_and_signed(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]
) -> None:
    with opened(tmp_path_factory.mktemp("home")) as collection:
        for name, what, days in steps:
            if what == "remove":
                with collection.database.write() as connection:
                    remove(connection, article_id(story(name).identity), purge=bool(days % 2))
            elif what == "change":
                collection.add(story(name))
            else:
                collection.add(report(name, kept=6 if what == "cut" else 14, days=days))
        found = originals(collection)
        assert all(found[one] is None for one in found.values() if one is not None)
        assert signed(collection) == {name for name, original in found.items() if original is None}


def test_of_the_samples_the_agency_report_is_the_copy(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        result = collection.add(*read_path(SAMPLES))
        assert result.duplicates == 1
        (copy,) = [one for one in collection.reader.listing() if one.original]
        assert (copy.publisher or "").endswith("Wire")
        original, _ = collection.reader.articles([copy.original or ""]).popitem()[1]
        assert original.source.endswith("2025-01-15-baltic-sentry.html")
