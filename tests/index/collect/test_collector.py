"""The collector on a small site: what comes in, what is asked for again, who does the work."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from index.collect.claims import Claimant
from index.collect.collector import Collector
from index.collect.fetch import Fetcher
from index.collect.pages import Pages
from index.collect.sources import Sources
from index.store.database import Database
from tests.index.collect.shelf import Clock, Shelf
from tests.index.collect.site import Request, Site, serve_feed, serve_story, story, visits

MakeFetcher = Callable[..., Fetcher]


async def test_a_feed_brings_its_articles_and_the_second_pass_almost_nothing(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    names = [f"/{n}" for n in range(20)]
    serve_feed(site, "/feed", *names)
    for name in names:
        serve_story(site, name, story(name[1:]))
    report = await collector.add([site.url("/feed")])
    assert (report.articles.added, report.fetched, report.articles.failed) == (20, 20, [])
    assert {article.source for article in shelf.articles.values()} == {site.url(name) for name in names}
    assert all(visits(site, name) == 1 for name in [*names, "/feed"])
    clock.on(days=2)
    second = await collector.run_once()
    assert (second.lists_unchanged, second.not_modified, second.fetched) == (1, 20, 0)
    assert second.articles.as_json() | {"seconds": 0} == {
        "added": 0, "updated": 0, "unchanged": 20, "duplicates": 0, "failed": [], "passages": 0, "seconds": 0,
    }  # fmt: skip
    assert len(shelf.articles) == 20


async def test_what_the_page_leaves_open_is_taken_from_the_feed(
    site: Site, collector: Collector, shelf: Shelf
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    (article,) = shelf.articles.values()
    assert article.published_at == datetime(2025, 3, 4, 9, tzinfo=UTC)
    assert (article.date_source, article.date_evidence) == (
        "metadata",
        "listed as Tue, 04 Mar 2025 10:00:00 +0100",
    )


async def test_nothing_is_visited_before_it_is_due(site: Site, collector: Collector, clock: Clock) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    clock.on(minutes=1)
    report = await collector.run_once()
    assert (report.lists, report.fetched, visits(site, "/feed"), visits(site, "/a")) == (0, 0, 1, 1)
    due = collector.sources.next_due()
    assert due is not None
    assert due > clock.now


async def test_failures_are_named_and_tried_again_later(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a", "/b", "/c", "/d")
    serve_story(site, "/a", story("a"))
    site.page("/b", b"", status=500)
    site.page("/c", b"x", kind="image/png")
    site.page("/d", b"<html><body><p>Short.</p></body></html>")
    report = await collector.add([site.url("/feed")])
    assert {failure.source for failure in report.articles.failed} == {
        site.url(path) for path in ("/b", "/c", "/d")
    }
    (counted,) = collector.sources.counts()
    assert (counted.pages, counted.held, counted.waiting, counted.refused) == (4, 1, 1, 2)
    serve_story(site, "/b", story("b"))
    clock.on(hours=1)
    assert (await collector.run_once()).articles.added == 1
    assert len(shelf.articles) == 2


async def test_a_single_page_is_fetched_once_and_looked_at_again(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_story(site, "/a", story("a"))
    report = await collector.add([site.url("/a") + "?utm_source=chat#top"])
    assert (report.articles.added, report.fetched, len(site.requests)) == (1, 1, 2)  # robots.txt and the page
    again = await collector.add([site.url("/a")])
    assert (again.articles.added, again.articles.unchanged, again.articles.failed) == (0, 1, [])
    clock.on(days=1)
    assert (await collector.run_once()).not_modified == 1


async def test_a_resting_host_puts_pages_off_and_loses_none(
    site: Site, database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", *(f"/{n}" for n in range(10)))
    for n in range(10):
        site.page(f"/{n}", b"", status=429, retry_after="1")
    collector = Collector(database, make_fetcher(attempts=1, patience=0.1), shelf, clock=clock)
    report = await collector.add([site.url("/feed")])
    assert report.put_off == 10
    assert collector.sources.counts()[0].waiting == 10
    for n in range(10):
        serve_story(site, f"/{n}", story(str(n)))
    await asyncio.sleep(1.1)
    clock.on(hours=1)
    assert (await collector.run_once()).articles.added == 10


async def test_two_collectors_share_the_work(
    site: Site, database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock
) -> None:
    names = [f"/{n}" for n in range(60)]
    serve_feed(site, "/feed", *names)
    for name in names:
        serve_story(site, name, story(name[1:]))
    one, two = (
        Collector(database, make_fetcher(), shelf, clock=clock, alone=False, at_once=4) for _ in range(2)
    )
    one.sources.add(site.url("/feed"), "feed", now=clock.now)
    reports = await asyncio.gather(one.run_once(), two.run_once())
    more = await two.run_once()
    assert sum(report.articles.added for report in [*reports, more]) == 60
    assert all(visits(site, name) == 1 for name in [*names, "/feed"])


async def test_an_addition_does_not_wait_for_a_pass_under_way(
    site: Site, database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock
) -> None:
    asked, released = asyncio.Event(), asyncio.Event()

    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await released.wait()
        body = story("slow")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await writer.drain()

    serve_feed(site, "/feed", "/slow")
    site.on("/slow", slow)
    serve_story(site, "/a", story("a"))
    collector = Collector(database, make_fetcher(deadline=20.0), shelf, clock=clock)
    collector.sources.add(site.url("/feed"), "feed", now=clock.now)
    passing = asyncio.create_task(collector.run_once())
    await asked.wait()
    assert (await collector.add([site.url("/a")])).articles.added == 1
    assert not passing.done()
    released.set()
    assert (await passing).articles.added == 1
    assert visits(site, "/slow") == 1


async def test_an_error_of_the_store_ends_the_pass_and_nothing_is_lost(
    site: Site, database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock
) -> None:
    from index.errors import StoreError

    class Broken:
        def add(self, found: Any, **_: Any) -> Any:
            raise StoreError("The disk is full.")

        def recover(self) -> None:
            raise AssertionError("nothing to recover")

    serve_feed(site, "/feed", "/a", "/b")
    for name in ("a", "b"):
        serve_story(site, f"/{name}", story(name))
    with pytest.raises(StoreError, match="disk is full"):
        await Collector(database, make_fetcher(), Broken(), clock=clock).add([site.url("/feed")])
    report = await Collector(database, make_fetcher(), shelf, clock=clock).run_once()
    assert report.articles.added == 2
    assert visits(site, "/a") + visits(site, "/b") <= 4


def test_a_claim_is_exclusive_until_its_lease_ends(database: Database, clock: Clock) -> None:
    sources = Sources(database)
    source = sources.add("https://news.example/feed", "feed", now=clock.now)
    first, second = Claimant(), Claimant()
    assert sources.claim(first, now=clock.now, most=5) == [source]
    assert sources.claim(second, now=clock.now, most=5) == []
    clock.on(minutes=16)
    assert [each.id for each in sources.claim(second, now=clock.now, most=5)] == [source.id]


def test_a_lone_collector_takes_over_at_once_what_the_dead_had_claimed(
    database: Database, clock: Clock
) -> None:
    sources = Sources(database)
    source = sources.add("https://news.example/feed", "feed", now=clock.now)
    sources.claim(Claimant(), now=clock.now, most=5)
    living: set[str] = set()
    heir = Claimant(living=living)
    living.add(heir.name)
    assert [each.id for each in sources.claim(heir, now=clock.now, most=5)] == [source.id]
    assert sources.claim(heir, now=clock.now, most=5) == []


def test_many_pages_are_noted_once(database: Database, clock: Clock) -> None:
    from index.collect.feeds import Item

    source = Sources(database).add("https://news.example/map.xml", "sitemap", now=clock.now)
    items = [Item(url=f"https://news.example/{n}") for n in range(3000)]
    pages = Pages(database)
    assert pages.note_listed(source.id, items, now=clock.now) == 3000
    assert pages.note_listed(source.id, items, now=clock.now) == 0


async def test_a_feed_that_is_added_again_counts_its_articles_as_unchanged(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a", "/b")
    for name in ("a", "b"):
        serve_story(site, f"/{name}", story(name))
    await collector.add([site.url("/feed")])
    clock.on(minutes=1)
    serve_story(site, "/c", story("c"))
    serve_feed(site, "/feed", "/a", "/b", "/c", version="2")
    again = await collector.add([site.url("/feed")])
    assert (again.articles.added, again.articles.unchanged, visits(site, "/a")) == (1, 2, 1)
