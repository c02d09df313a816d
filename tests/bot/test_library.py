"""What the desk needs of the collection, on a real one with a stand-in for the model."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from bot.answering import Answers
from bot.library import CollectionLibrary
from bot.root import Collection, Root
from bot.settings import Settings
from retrieval.answer import Citation
from tests.bot.answers import HARBOUR, citation
from tests.fakes import HashingEmbedder

STORY = (
    "The depot in Narvik holds 300 vehicles, the quartermaster said on Monday.\n"
    "It was opened in May by the mayor, who called it a good day for the harbour.\n"
)
PAGE = f"<html><head><title>Depot</title></head><body><article><h1>Depot</h1>{'<p>' + STORY * 6 + '</p>'}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Root]:
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMMUNIQUE_ALLOW_PRIVATE", "127.0.0.1,localhost")
    made = Root(Settings(), embedder=HashingEmbedder())
    yield made
    made.close()


@pytest.fixture
def collection(root: Root) -> Iterator[Collection]:
    with root.collection(purpose="a test") as opened:
        yield opened


@pytest.fixture
def library(root: Root, collection: Collection) -> CollectionLibrary:
    return CollectionLibrary(root, collection)


def quoted(library: CollectionLibrary, text: str) -> Citation:
    """A citation of ``text`` in the one article there is."""
    (article,) = library.newest(1)
    stored = library._root.reader.article(article.id)
    assert stored
    start = stored[1].index(text)
    made = citation(1, text, replace(HARBOUR, id=article.id))
    return replace(made, start=start, end=start + len(text))


def test_a_file_is_added_changed_and_taken_out(library: CollectionLibrary) -> None:
    assert library.add_file("../../depot.txt", STORY.encode()).added == 1
    assert library.add_file("depot.txt", STORY.encode()).unchanged == 1
    assert library.add_file("depot.txt", STORY.replace("300", "200").encode()).updated == 1
    assert library.stats().articles == 1
    (source,) = library.sources()
    assert (Path(source.address).name, source.articles) == ("depot.txt", 1)
    assert library.remove(source.address) == 1
    assert library.remove(source.address) is None
    assert (library.stats().articles, list(library.newest(5))) == (0, [])


def test_a_file_that_cannot_be_read_is_a_failure_with_its_reason(library: CollectionLibrary) -> None:
    addition = library.add_file("picture.png", b"\x89PNG")
    assert addition.added == 0
    ((_, reason),) = addition.failed
    assert "type" in reason


def test_an_address_becomes_a_source_and_is_visited_again(
    library: CollectionLibrary, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/depot").respond_with_data(PAGE, content_type="text/html")
    url = httpserver.url_for("/depot")
    addition = library.add(url)
    assert (addition.added, addition.failed) == (1, ())
    (source,) = library.sources()
    assert source.address == url
    assert library.refresh().failed == ()
    assert library.remove(url) == 1
    assert library.sources() == []


def test_a_feed_goes_with_all_that_came_from_it_alone(
    library: CollectionLibrary, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    for path in ("/depot", "/other"):
        httpserver.expect_request(path).respond_with_data(
            PAGE.replace("Narvik", path[1:].title()), content_type="text/html"
        )
    items = "".join(f"<item><link>{httpserver.url_for(path)}</link></item>" for path in ("/depot", "/other"))
    feed = f"<rss><channel>{items}</channel></rss>"
    httpserver.expect_request("/feed").respond_with_data(feed, content_type="text/xml")
    library.add_file("kept.txt", STORY.encode())
    assert library.add(httpserver.url_for("/feed")).added == 2
    assert library.remove(httpserver.url_for("/feed")) == 2
    assert [Path(one.address).name for one in library.sources()] == ["kept.txt"]
    assert library.stats().articles == 1
    assert library.remove(httpserver.url_for("/feed")) is None


def test_a_passage_is_read_among_its_neighbours_also_after_a_change(
    library: CollectionLibrary, collection: Collection, root: Root
) -> None:
    answers = Answers(collection.answerer, root.reader, root.figures)
    library.add_file("depot.txt", STORY.encode())
    mayor = quoted(library, "It was opened in May by the mayor")
    for _ in range(2):
        reading = answers.passage(mayor)
        assert reading
        assert reading.text[reading.start : reading.end] == mayor.quote
        assert reading.text.startswith("The depot in Narvik")
        library.add_file("depot.txt", b"Another story altogether stands in this file now.\n" * 9)
    assert answers.passage(replace(mayor, quote="never said")) is None
    library.remove(mayor.article.id)
    assert answers.passage(mayor) is None


def test_a_claim_is_checked_and_a_question_answered(
    library: CollectionLibrary, collection: Collection, root: Root
) -> None:
    library.add_file("depot.txt", STORY.encode())
    answers = Answers(collection.answerer, root.reader, root.figures)
    assert answers.ask("How many vehicles does the depot in Narvik hold?", id="q9").id == "q9"
    found = answers.check("The depot in Narvik holds 300 vehicles.")
    assert found.verdict in ("supported", "contradicted", "partly", "not found")
    assert found.citations


def test_an_address_that_cannot_be_reached_is_a_failure_with_its_reason(library: CollectionLibrary) -> None:
    addition = library.add("http://127.0.0.1:1/nothing")
    ((address, reason),) = addition.failed
    assert (address, addition.added) == ("http://127.0.0.1:1/nothing", 0)
    assert reason
