"""Pages that are edited, moved, deleted or withheld, and what becomes of their articles."""

from typing import Any

import pytest

from index.collect.collector import Collector
from tests.index.collect.shelf import Clock, Shelf
from tests.index.collect.site import Site, serve_feed, serve_story, story, visits

GONE_PAGE = (
    b"<html><head><title>Not available</title></head><body><p>This article is no longer available.</p>"
)


FOR_MONEY = (
    b"<html><head><title>Boats reach a</title></head><body><p>Subscribe to continue reading this article.</p>"
    b"<p>Already have a subscription? Log in.</p></body></html>"
)


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
    assert report.as_json()["redirected"] == 1
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


@pytest.mark.parametrize("reply", [{"status": 403}, {"status": 404}, {"kind": "image/png"}, {}])
async def test_what_holds_nothing_is_looked_at_the_next_day_and_then_seldom(
    site: Site, collector: Collector, clock: Clock, reply: dict[str, Any]
) -> None:
    serve_feed(site, "/feed", "/a")
    site.page("/a", **reply)
    await collector.add([site.url("/feed")])
    seen = []
    for _ in range(40):
        clock.on(days=1, minutes=1)
        await collector.run_once()
        seen.append(visits(site, "/a"))
    assert seen[0] == 2
    assert seen[28] == 2
    assert seen[-1] == 3
