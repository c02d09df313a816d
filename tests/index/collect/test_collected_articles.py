"""From the web into the collection: the collector with the indexer and the stores that it has in earnest."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.collect.collector import Collector
from index.collect.fetch import Fetcher
from index.indexer import Indexer
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import Reader
from tests.fakes import HashingEmbedder
from tests.index.collect.shelf import Clock
from tests.index.collect.site import Site, serve_feed, serve_story

MakeFetcher = Callable[..., Fetcher]


@pytest.fixture
def indexer(database: Database, tmp_path: Path) -> Iterator[Indexer]:
    embedder = HashingEmbedder()
    dense = DenseIndex(tmp_path / "chroma", model=embedder.model)
    lexical = LexicalIndex(tmp_path / "words")
    yield Indexer(database, embedder=embedder, dense=dense, lexical=lexical)
    dense.close()
    lexical.close()


def page(subject: str, ending: str) -> bytes:
    words = " ".join(
        f"The {subject} was inspected on its {n}th day at sea by the harbour office." for n in range(2, 8)
    )
    body = f"<body><article><p>{words}</p><p>{ending}</p></article></body>"
    return f"<html><head><title>The {subject} at sea</title></head>{body}</html>".encode()


async def test_pages_are_added_changed_moved_and_taken_out_for_readers(
    site: Site, database: Database, indexer: Indexer, make_fetcher: MakeFetcher
) -> None:
    now = datetime(2025, 3, 5, tzinfo=UTC)
    collector = Collector(
        database, make_fetcher(), indexer, clock=lambda: now, gone_after=timedelta(hours=20)
    )
    reader = Reader(database)

    def shown() -> dict[str, str]:
        listed = {each.id: each.url for each in reader.listing()}
        return {
            str(listed[identifier]): text for identifier, (_, text) in reader.articles(list(listed)).items()
        }

    names = ["/edited", "/deleted", "/moved", "/same"]
    items = "".join(f"<item><link>{site.url(name)}</link></item>" for name in names)
    site.page("/feed", f"<rss><channel>{items}</channel></rss>".encode(), kind="text/xml")
    for name in names:
        site.page(name, page(name[1:] + " ferry", "Nothing was found."))
    report = await collector.add([site.url("/feed")])
    assert (report.articles.added, set(shown())) == (4, {site.url(name) for name in names})

    site.page("/edited", page("edited ferry", "In truth two faults were found."))
    site.page("/deleted", b"", status=410)
    site.page("/moved", status=301, location="/moved-here")
    site.page("/moved-here", page("moved ferry", "Nothing was found."))
    for _ in range(3):
        now += timedelta(days=1)
        await collector.run_once()
    articles = shown()
    assert set(articles) == {site.url(path) for path in ("/edited", "/moved-here", "/same")}
    assert "In truth two faults were found." in articles[site.url("/edited")]
    assert "Nothing was found." not in articles[site.url("/edited")]
    counts = reader.counts()
    assert counts.articles == 3
    indexer.recover()
    assert len(articles) == len(await asyncio.to_thread(shown))


NOTICE = page("whole site", "It is being repaired, and will be back tomorrow.").replace(b" at sea", b"")


def held(collector: Collector) -> int:
    return sum(each.held for each in collector.sources.counts())


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("notice", [NOTICE, b"<html><title>Back soon</title><p>Back soon.</p></html>"])
async def test_a_site_that_leads_all_pages_to_a_notice_for_a_day_loses_none(
    site: Site, database: Database, indexer: Indexer, make_fetcher: MakeFetcher, clock: Clock,
    status: int, notice: bytes,
) -> None:  # fmt: skip
    collector = Collector(database, make_fetcher(), indexer, clock=clock)
    names = ["/one", "/two", "/three"]
    serve_feed(site, "/feed", *names)
    for name in names:
        serve_story(site, name, page(f"{name[1:]} trawler", "Its nets were new."))
    await collector.add([site.url("/feed")])
    for name in names:
        site.page(name, status=status, location="/notice")
    site.page("/notice", notice)
    clock.on(hours=10)
    await collector.run_once()
    assert held(collector) == 3
    assert {one.url for one in Reader(database).listing()} == {site.url(name) for name in names}
    for name in names:
        serve_story(site, name, page(f"{name[1:]} trawler", "Its nets were old."), version="2")
    site.page("/notice", status=404)
    clock.on(days=3)
    report = await collector.run_once()
    assert (report.removed, report.articles.updated) == (0, 3)
    assert held(collector) == 3


async def test_a_page_that_leads_to_another_article_for_long_counts_as_deleted(
    site: Site, database: Database, indexer: Indexer, make_fetcher: MakeFetcher, clock: Clock
) -> None:
    """As WordPress does: the address of a deleted post leads to one whose name begins like it."""
    collector = Collector(database, make_fetcher(), indexer, clock=clock)
    serve_feed(site, "/feed", "/ship", "/shipwreck")
    serve_story(site, "/ship", page("blue ship", "All was well."))
    wreck = b"<html><title>A wreck</title><article><p>Divers found an old wreck in the bay on Monday, "
    wreck += b"said the museum, which will raise it next year if the money can be found.</p></article></html>"
    serve_story(site, "/shipwreck", wreck)
    await collector.add([site.url("/feed")])
    site.page("/ship", status=301, location="/shipwreck")
    removed = []
    for _ in range(3):
        clock.on(hours=20)
        report = await collector.run_once()
        removed.append(report.removed)
        assert (report.moved, report.articles.added) == (0, 0)
    assert removed == [0, 0, 1]
    assert {one.url for one in Reader(database).listing()} == {site.url("/shipwreck")}


async def test_a_page_that_moves_and_is_edited_on_the_way_is_the_same_article(
    site: Site, database: Database, indexer: Indexer, make_fetcher: MakeFetcher, clock: Clock
) -> None:
    collector = Collector(database, make_fetcher(), indexer, clock=clock)
    serve_feed(site, "/feed", "/old")
    serve_story(site, "/old", page("red ship", "All was well."))
    await collector.add([site.url("/feed")])
    site.page("/old", status=301, location="/new")
    edited = page("red ship", "Not all was well, it turned out.").replace(
        b"The red ship at sea", b"Trouble at sea"
    )
    serve_story(site, "/new", edited)
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.moved, report.articles.added, report.removed) == (1, 1, 1)
    assert {one.url for one in Reader(database).listing()} == {site.url("/new")}
    before = len(site.asked("/old"))
    clock.on(days=3)
    assert (await collector.run_once()).not_modified == 1
    assert len(site.asked("/old")) == before
