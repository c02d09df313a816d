"""Each story once, with all who carried it, and what was corrected: from articles to the answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from index.article import Article
from index.extract.files import read_path
from index.store.recording import article_id, remove
from retrieval.answer import Answer
from retrieval.answerer import Answerer
from tests.collection import Collection, opened

SAMPLES = Path(__file__).parents[2] / "samples"
DAY = date(2025, 5, 6)
LATER = date(2026, 1, 1)
PORTS = ["Egersund", "Farsund", "Grimsta", "Holmen", "Ivalo", "Jarfjord", "Kvalsund"]
QUESTION = "How many vehicles does the depot in Narvik hold?"
SAYS = "The depot in Narvik holds 300 vehicles."


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with opened(tmp_path) as found:
        yield found


def report(publisher: str | None, *, says: str = SAYS, days: int = 0, ending: str = "") -> Article:
    """A report of which others under another name are near copies."""
    body = " ".join(
        f"At {PORTS[n % 7]} the keeper of light number {n} noted {17 * n + 5} vessels that passed in fog."
        for n in range(20)
    )
    name = (publisher or "nobody").lower()
    return Article(
        identity=f"https://{name}.example/", source=f"{name}.txt", title="Vehicles in the north",
        publisher=publisher, published=DAY + timedelta(days=days), text=f"{says} {body} {ending}",
    )  # fmt: skip


def ask(collection: Collection, question: str = QUESTION, *, as_of: date = LATER) -> Answer:
    answerer = Answerer(
        collection.reader,
        embedder=collection.embedder,
        dense=collection.dense,
        lexical=collection.lexical,
        threshold=0.0,
    )
    return answerer.ask(question, as_of=as_of)


def also(answer: Answer) -> dict[str | None, tuple[str, ...]]:
    return {one.article.publisher: one.also for one in answer.citations if one.also}


def test_a_story_is_told_once_by_the_original_with_all_who_carried_it(collection: Collection) -> None:
    collection.add(
        report("Fjord Post", days=1),
        report("Agency", ending="More follows."),
        report("Harbour Times", days=2, ending="So says Agency."),
    )
    answer = ask(collection)
    assert answer.citations[0].quote.startswith(SAYS)
    assert {one.article.publisher for one in answer.citations} == {"Agency"}
    assert also(answer) == {"Agency": ("Fjord Post", "Harbour Times")}
    assert answer.as_json()["citations"][0]["also"] == ["Fjord Post", "Harbour Times"]


def test_a_carrier_is_named_although_it_cut_what_is_quoted(collection: Collection) -> None:
    whole = report("Agency")
    collection.add(whole, replace(report("Fjord Post"), text=whole.text.removeprefix(SAYS)))
    answer = ask(collection)
    assert SAYS in answer.citations[0].quote
    assert also(answer)["Agency"] == ("Fjord Post",)


def test_a_carrier_of_a_later_day_is_not_known_yet(collection: Collection) -> None:
    collection.add(report("Agency"), report("Fjord Post", days=1))
    assert also(ask(collection, as_of=DAY)) == {}
    assert also(ask(collection, as_of=DAY + timedelta(days=1))) == {"Agency": ("Fjord Post",)}


def test_a_carrier_that_was_taken_out_or_has_no_name_is_not_named(collection: Collection) -> None:
    gone = report("Fjord Post")
    collection.add(report("Agency"), gone, report(None))
    assert also(ask(collection)) == {"Agency": ("Fjord Post",)}
    with collection.database.write() as connection:
        remove(connection, article_id(gone.identity), purge=False)
    assert also(ask(collection)) == {}


def test_the_paper_that_is_asked_for_is_quoted_though_it_is_a_copy(collection: Collection) -> None:
    collection.add(report("Agency"), report("Fjord Post", days=1))
    answer = ask(collection, "How many vehicles does the depot in Narvik hold, according to Fjord Post?")
    assert {one.article.publisher for one in answer.citations[:1]} == {"Fjord Post"}
    assert also(answer) == {"Fjord Post": ("Agency",)}


def test_stories_that_differ_are_both_told_and_the_difference_is_noted(collection: Collection) -> None:
    other = Article(
        identity="https://post.example/", source="post.txt", title="A visit", publisher="Fjord Post",
        published=DAY + timedelta(days=3),
        text="The depot in Narvik holds 220 vehicles. Reporters were shown around by its commander.",
    )  # fmt: skip
    collection.add(report("Agency"), other)
    answer = ask(collection)
    assert also(answer) == {}
    assert {one.article.publisher for one in answer.citations} == {"Agency", "Fjord Post"}
    (note,) = answer.notes
    assert "“300 vehicles” (Agency, 6 May 2025)" in note
    assert "“220 vehicles” (Fjord Post, 9 May 2025)" in note


def test_copies_are_not_set_against_each_other(collection: Collection) -> None:
    collection.add(report("Agency"), report("Fjord Post", says="The depot in Narvik holds 320 vehicles."))
    answer = ask(collection)
    assert len({one.article.publisher for one in answer.citations}) == 1
    assert answer.notes == ()


def test_a_corrected_figure_is_noted_with_the_day_and_what_stood_before(collection: Collection) -> None:
    collection.add(report("Agency", says="The depot in Narvik holds 3,000 vehicles."))
    collection.add(replace(report("Agency"), modified=datetime(2025, 5, 9, 12, tzinfo=UTC)))
    (note,) = ask(collection).notes
    assert note == (
        "What [1] quotes was changed on 9 May 2025."
        " Before, it said: “The depot in Narvik holds 3,000 vehicles.”"
    )


def test_the_samples_show_the_agency_report_once_and_the_correction(collection: Collection) -> None:
    collection.add(*read_path(SAMPLES / "articles"))
    patrols = ask(
        collection, "How will Baltic Sentry protect cables with frigates and drones?", as_of=date(2026, 8, 1)
    )
    told = [one.article.publisher for one in patrols.citations if "altic" in (one.article.title or "")]
    assert told
    assert set(told) == {"Communiqué Samples: Northern Desk"}
    assert also(patrols) == {"Communiqué Samples: Northern Desk": ("Communiqué Samples: Wire",)}
    share = "What share of NATO's common funding does the United States pay?"
    assert not [note for note in ask(collection, share, as_of=date(2026, 8, 1)).notes if "corrected" in note]
    collection.add(*read_path(SAMPLES / "corrections"))
    notes = ask(collection, share, as_of=date(2026, 8, 1)).notes
    assert any("7 February 2025" in note and "about 22 per cent" in note for note in notes)
