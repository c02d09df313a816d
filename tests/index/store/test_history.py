"""Versions and what changed between them."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index.store.history import changes, history_json, versions_of
from tests.collection import opened, story

BEFORE = "The depot holds 300 vehicles. It was opened in May. The mayor was there."
AFTER = "The depot holds 200 vehicles. It was opened in May. The mayor was there. A minister came, too."


def test_a_change_shows_the_sentences_before_and_after() -> None:
    first, second = changes(BEFORE, AFTER)
    assert (first.before, first.after) == ("The depot holds 300 vehicles.", "The depot holds 200 vehicles.")
    assert (second.before, second.after) == ("", "A minister came, too.")


def test_white_space_is_no_change() -> None:
    assert changes(BEFORE, BEFORE.replace(". ", ".\n\n")) == ()


@given(st.lists(st.sampled_from(["Ann ran.", "Ben sat.", "Cal left.", "Dee won."])), st.data())
def test_every_sentence_that_changed_is_named(old: list[str], data: st.DataObject) -> None:
    new = data.draw(st.permutations(old))
    told = changes(" ".join(old), " ".join(new))
    assert (told == ()) == (new == old)
    assert sum(len(one.before) > 0 or len(one.after) > 0 for one in told) == len(told)


def test_every_version_is_kept_with_its_text(tmp_path: Path, database_url: str) -> None:
    with opened(tmp_path, url=database_url) as collection:
        collection.add(story("depot", text=BEFORE))
        collection.add(story("depot", text=AFTER))
        (article,) = collection.reader.listing()
        with collection.database.read() as connection:
            found = versions_of(connection, [article.id])[article.id]
    assert [(one.number, one.text) for one in found] == [(1, BEFORE), (2, AFTER)]
    first, second = history_json(found)
    assert first["changes"] == []
    assert len(second["changes"]) == 2
