"""The collector on a small site: what comes in, what is asked for again, what changes, moves and goes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from index.collect.claims import Claimant
from index.collect.collector import Collector
from index.collect.fetch import Fetcher
from index.collect.hosts import Manners
from index.collect.pages import Pages
from index.collect.sources import Sources
from index.store.database import Database

Site = Any  # the fixtures' classes, which a conftest cannot be imported for
Shelf = Any
MakeFetcher = Callable[..., Fetcher]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2025, 3, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **later: float) -> None:
        self.now += timedelta(**later)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def collector(database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock) -> Collector:
    return Collector(database, make_fetcher(), shelf, clock=clock, gone_after=timedelta(hours=20))


def story(name: str, more: str = "") -> bytes:
    sentences = " ".join(
        f"The harbour of {name} took in {n} boats on its {n}th quay before the evening tide turned."
        for n in range(2, 9)
    )
    return (
        f"<html><head><title>Boats reach {name}</title></head><body><article><h1>Boats reach {name}</h1>"
        f"<p>{sentences}</p><p>{more}</p></article></body></html>"
    ).encode()


def serve_story(site: Site, path: str, body: bytes, *, version: str = "1") -> None:
    """A page that answers conditional requests."""

    async def handler(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("if-none-match") == f'"{version}"':
            writer.write(f'HTTP/1.1 304 Same\r\nETag: "{version}"\r\nConnection: close\r\n\r\n'.encode())
        else:
            head = ["HTTP/1.1 200 OK", "Content-Type: text/html", f'ETag: "{version}"', "Connection: close"]
            head += [f"Content-Length: {len(body)}", "", ""]
            writer.write("\r\n".join(head).encode() + body)
        await writer.drain()

    site.on(path, handler)


def serve_feed(site: Site, path: str, *pages: str, version: str = "1") -> None:
    items = "".join(
        f"<item><title>{page}</title><link>{site.url(page)}</link>"
        "<pubDate>Tue, 04 Mar 2025 10:00:00 +0100</pubDate></item>"
        for page in pages
    )
    serve_story(
        site, path, f"<rss><channel><title>Harbour</title>{items}</channel></rss>".encode(), version=version
    )


def visits(site: Site, path: str) -> int:
    return len(site.asked(path))


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


async def test_an_edited_page_replaces_what_was_there(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    serve_story(
        site, "/a", story("a", "A correction was made to the number of boats on Tuesday."), version="2"
    )
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.articles.updated, report.articles.added) == (1, 0)
    (article,) = shelf.articles.values()
    assert "A correction was made" in article.text


async def test_a_deleted_page_goes_after_a_while_and_comes_back(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    site.page("/a", b"gone", status=410)
    clock.on(hours=10)
    first = await collector.run_once()
    assert first.removed == 0
    assert [failure.source for failure in first.articles.failed] == [site.url("/a")]
    (counted,) = collector.sources.counts()
    assert (counted.held, counted.gone) == (1, 0)
    clock.on(hours=21)
    second = await collector.run_once()
    assert second.removed == 1
    (counted,) = collector.sources.counts()
    assert (counted.held, counted.gone) == (0, 1)
    serve_story(site, "/a", story("a"), version="1")
    clock.on(days=31)
    third = await collector.run_once()
    assert third.fetched == 1
    assert collector.sources.counts()[0].held == 1


async def test_a_short_absence_takes_nothing_out(site: Site, collector: Collector, clock: Clock) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    site.page("/a", b"gone", status=404)
    clock.on(hours=10)
    await collector.run_once()
    serve_story(site, "/a", story("a"))
    clock.on(hours=7)
    assert (await collector.run_once()).not_modified == 1
    site.page("/a", b"gone", status=404)
    clock.on(days=2)
    assert (await collector.run_once()).removed == 0


async def test_a_page_that_now_leads_to_the_front_page_counts_as_deleted(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    site.page("/a", status=301, location="/")
    site.page("/", b"<p>front")
    clock.on(hours=10)
    assert (await collector.run_once()).removed == 0
    clock.on(hours=21)
    assert (await collector.run_once()).removed == 1


async def test_a_moved_page_is_one_article_under_its_new_address(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/old")
    serve_story(site, "/old", story("a"))
    await collector.add([site.url("/feed")])
    site.page("/old", status=301, location="/new")
    serve_story(site, "/new", story("a"))
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.moved, report.articles.added, report.removed) == (1, 1, 1)
    assert {article.url for article in shelf.articles.values()} == {site.url("/old"), site.url("/new")}
    before = visits(site, "/old")
    clock.on(days=3)
    later = await collector.run_once()
    assert (later.not_modified, visits(site, "/old")) == (1, before)
    assert [(each.pages, each.held) for each in collector.sources.counts()] == [(2, 1)]


async def test_an_article_on_two_pages_goes_with_the_last_of_them(
    site: Site, collector: Collector, clock: Clock
) -> None:
    canonical = f'<link rel="canonical" href="{site.url("/a")}">'.encode()
    serve_feed(site, "/feed", "/a", "/amp")
    serve_story(site, "/a", story("a").replace(b"<head>", b"<head>" + canonical))
    serve_story(site, "/amp", story("a").replace(b"<head>", b"<head>" + canonical))
    await collector.add([site.url("/feed")])
    removed = []
    for path in ("/amp", "/a"):
        site.page(path, b"gone", status=404)
        for _ in range(3):
            clock.on(days=1)
            removed.append((await collector.run_once()).removed)
    assert sum(removed[:3]) == 0
    assert sum(removed[3:]) == 1


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


async def test_a_failing_feed_says_why_and_keeps_what_it_brought(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    site.page("/feed", b"<html><p>We have moved")
    clock.on(hours=1)
    report = await collector.run_once()
    assert [failure.reason for failure in report.articles.failed] == ["It is neither a feed nor a sitemap."]
    (counted,) = collector.sources.counts()
    assert (counted.source.state, counted.source.failures, counted.held) == ("failing", 1, 1)
    assert counted.source.last_error == "It is neither a feed nor a sitemap."
    serve_feed(site, "/feed", "/a", version="2")
    clock.on(hours=1)
    await collector.run_once()
    assert collector.sources.counts()[0].source.state == "active"


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


async def test_a_page_that_cannot_be_had_is_a_failure_and_no_source(site: Site, collector: Collector) -> None:
    report = await collector.add([site.url("/none"), "http://10.0.0.1/", "not an address"])
    assert [failure.source for failure in report.articles.failed] == [
        site.url("/none"),
        "http://10.0.0.1/",
        "not an address",
    ]
    assert collector.sources.counts() == []


async def test_a_sitemap_index_is_followed_and_dates_say_what_to_read_again(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    def serve(day: int) -> None:
        site.page(
            "/sitemap.xml",
            f"<sitemapindex><sitemap><loc>{site.url('/one.xml')}</loc><lastmod>2025-03-{day:02}T12:00:00Z</lastmod>"
            f"</sitemap><sitemap><loc>{site.url('/two.xml')}</loc><lastmod>2025-03-01</lastmod></sitemap></sitemapindex>".encode(),
            kind="text/xml",
        )
        site.page(
            "/one.xml",
            f"<urlset><url><loc>{site.url('/a')}</loc><lastmod>2025-03-{day:02}T12:00:00Z</lastmod></url></urlset>".encode(),
            kind="text/xml",
        )

    serve(4)
    site.page(
        "/two.xml", f"<urlset><url><loc>{site.url('/b')}</loc></url></urlset>".encode(), kind="text/xml"
    )
    for name in ("a", "b"):
        serve_story(site, f"/{name}", story(name))
    report = await collector.add([site.url("/sitemap.xml")])
    assert (report.lists, report.articles.added) == (3, 2)
    assert [each.source.kind for each in collector.sources.counts()] == ["sitemap"] * 3
    serve(5)
    clock.on(days=1, hours=1)
    serve_story(site, "/a", story("a", "Later the port counted again and found two more boats."), version="2")
    before = visits(site, "/two.xml")
    report = await collector.run_once(only=[1])
    assert report.articles.updated == 1
    assert visits(site, "/two.xml") == before + 1  # its own turn has come as well


async def test_a_site_is_read_through_the_feeds_and_sitemaps_it_names(
    site: Site, collector: Collector, shelf: Shelf
) -> None:
    site.page("/", b'<link rel="alternate" type="application/rss+xml" href="/news.xml"><p>Front')
    site.page("/robots.txt", f"User-agent: *\nSitemap: {site.url('/map.xml')}\n".encode(), kind="text/plain")
    serve_feed(site, "/news.xml", "/a")
    days = {"/b": "2025-03-01", "/old": "2020-01-01"}
    urls = "".join(
        f"<url><loc>{site.url(path)}</loc><lastmod>{day}</lastmod></url>" for path, day in days.items()
    )
    site.page("/map.xml", f"<urlset>{urls}</urlset>".encode(), kind="text/xml")
    for name in ("a", "b", "old"):
        serve_story(site, f"/{name}", story(name))
    report = await collector.add([site.base])
    assert (report.articles.added, report.articles.failed) == (2, [])
    assert visits(site, "/old") == 0
    assert [each.source.kind for each in collector.sources.counts()] == ["site", "feed", "sitemap"]


async def test_a_site_that_names_nothing_is_tried_where_feeds_usually_are(
    site: Site, collector: Collector
) -> None:
    site.page("/", b"<p>Front")
    serve_feed(site, "/rss.xml", "/a")
    serve_story(site, "/a", story("a"))
    assert (await collector.add([site.base])).articles.added == 1
    assert visits(site, "/feed/") == 1


async def test_a_site_without_lists_is_a_failure(site: Site, collector: Collector) -> None:
    site.page("/", b"<p>Front")
    report = await collector.add([site.base])
    assert [failure.reason for failure in report.articles.failed] == [
        "The site has neither a feed nor a sitemap; give the address of one, or of articles."
    ]


async def test_an_address_without_article_that_points_to_feeds_is_a_section(
    site: Site, collector: Collector
) -> None:
    site.page("/world/", b'<link rel="alternate" type="application/rss+xml" href="/world.xml"><p>World')
    serve_feed(site, "/world.xml", "/a")
    serve_story(site, "/a", story("a"))
    assert (await collector.add([site.url("/world/")])).articles.added == 1


async def test_a_feed_that_changes_often_is_visited_more_often(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/0")
    await collector.add([site.url("/feed")])
    (start,) = collector.sources.counts()
    for n in range(1, 4):
        serve_feed(site, "/feed", *(f"/{m}" for m in range(n + 1)), version=str(n + 1))
        clock.on(hours=1)
        await collector.run_once()
    (busy,) = collector.sources.counts()
    for _ in range(12):
        clock.on(days=1)
        await collector.run_once()
    (quiet,) = collector.sources.counts()
    assert busy.source.interval < start.source.interval < quiet.source.interval <= 86400


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

    async def slow(_: Any, writer: asyncio.StreamWriter) -> None:
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


async def test_a_withheld_article_is_not_visited_again(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    collector.pages.withhold(next(iter(shelf.articles)), reason="It was taken out by an administrator.")
    serve_feed(site, "/feed", "/a", version="2")
    serve_story(site, "/a", story("a", "More."), version="2")
    clock.on(days=40)
    assert (await collector.run_once()).fetched == 0


async def test_a_withheld_article_comes_back_by_no_other_way_but_when_asked_for(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    canonical = f'<head><link rel="canonical" href="{site.url("/a")}">'.encode()
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a").replace(b"<head>", canonical))
    await collector.add([site.url("/feed")])
    (article,) = shelf.articles
    collector.pages.withhold(article, reason="It was taken out by an administrator.")
    shelf.articles.clear()
    serve_feed(site, "/feed", "/a", "/print/a", version="2")
    serve_story(site, "/print/a", story("a").replace(b"<head>", canonical))
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.fetched, list(shelf.articles)) == (1, [])
    await collector.add([site.url("/a")])
    assert list(shelf.articles) == [article]


GONE_PAGE = (
    b"<html><head><title>Not available</title></head><body><p>This article is no longer available.</p>"
)
FOR_MONEY = (
    b"<html><head><title>Boats reach a</title></head><body><p>Subscribe to continue reading this article.</p>"
    b"<p>Already have a subscription? Log in.</p></body></html>"
)


async def test_a_page_that_says_its_article_is_gone_counts_as_missing(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    serve_story(site, "/a", GONE_PAGE, version="2")
    clock.on(hours=10)
    first = await collector.run_once()
    assert (first.removed, len(first.articles.failed)) == (0, 1)
    assert collector.sources.counts()[0].held == 1
    clock.on(hours=21)
    assert (await collector.run_once()).removed == 1
    assert collector.sources.counts()[0].gone == 1
    serve_story(site, "/a", story("a"), version="3")
    clock.on(days=31)
    assert (await collector.run_once()).fetched == 1
    assert collector.sources.counts()[0].held == 1


async def test_a_page_that_was_gone_for_an_hour_keeps_its_article(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    for body, version in ((GONE_PAGE, "2"), (story("a"), "3"), (GONE_PAGE, "4")):
        serve_story(site, "/a", body, version=version)
        clock.on(days=2)
        assert (await collector.run_once()).removed == 0
    assert collector.sources.counts()[0].held == 1


async def test_a_page_that_now_asks_for_money_keeps_the_article_as_it_was_read(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock
) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    before = dict(shelf.articles)
    serve_story(site, "/a", FOR_MONEY, version="2")
    for _ in range(3):
        clock.on(days=10)
        report = await collector.run_once()
        assert (report.removed, report.fetched) == (0, 1)
    assert shelf.articles == before
    assert collector.sources.counts()[0].held == 1
    serve_story(site, "/a", story("a", "A later sentence."), version="3")
    clock.on(days=10)
    assert (await collector.run_once()).articles.updated == 1


async def test_a_removed_source_is_not_visited_again(site: Site, collector: Collector, clock: Clock) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    assert collector.sources.remove(site.url("/feed"))
    assert not collector.sources.remove(site.url("/feed"))
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.lists, report.fetched, report.not_modified) == (0, 0, 0)


async def test_a_paused_source_is_not_visited_until_it_is_resumed(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_feed(site, "/feed")
    await collector.add([site.url("/feed")])
    assert collector.sources.pause(site.url("/feed"), paused=True)
    clock.on(days=1)
    assert (await collector.run_once()).lists == 0
    assert collector.sources.pause(site.url("/feed"), paused=False)
    assert (await collector.run_once()).lists == 1


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


async def test_behind_faults_of_every_kind_no_article_is_lost(
    site: Site, database: Database, make_fetcher: MakeFetcher, shelf: Shelf, clock: Clock
) -> None:
    good = {f"/{n}": story(str(n)) for n in range(48)}
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(head % 10_000)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"<p>more" * 10_000)
            await writer.drain()

    async def reset(writer: asyncio.StreamWriter) -> None:
        writer.write(head % 10_000)
        await writer.drain()
        writer.transport.abort()

    async def answer(text: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    faults: list[Callable[[asyncio.StreamWriter], Any]] = [
        drip, endless, reset,
        lambda writer: answer(head % 10_000 + b"half", writer),
        lambda writer: answer(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", writer),
        lambda writer: answer(b"HTTP/1.1 302 Away\r\nLocation: ?again\r\nContent-Length: 0\r\n\r\n", writer),
        lambda writer: answer(b"rubbish", writer),
        lambda writer: answer(b"", writer),
    ]  # fmt: skip

    def serve(number: int) -> None:
        async def handler(request: Any, writer: asyncio.StreamWriter) -> None:
            if request.number <= 2:
                await faults[number % len(faults)](writer)
            else:
                await answer(head % len(good[f"/{number}"]) + good[f"/{number}"], writer)

        site.on(f"/{number}", handler)

    serve_feed(site, "/feed", *good)
    for number in range(len(good)):
        serve(number)
    fetcher = make_fetcher(
        attempts=1, deadline=0.4, size=500_000, manners=Manners(pace=0.0, at_once=8, rest_after=10**6)
    )
    collector = Collector(database, fetcher, shelf, clock=clock)
    first = await collector.add([site.url("/feed")])
    assert {failure.source for failure in first.articles.failed} == {site.url(path) for path in good}
    assert all(failure.reason.endswith(".") for failure in first.articles.failed)
    for _ in range(4):
        clock.on(days=31)
        await collector.run_once()
    assert {article.url for article in shelf.articles.values()} == {site.url(path) for path in good}


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
