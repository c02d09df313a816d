"""Sources: feeds, sitemaps and sites, how they are found, how often they are visited."""

from index.collect.collector import Collector
from tests.index.collect.shelf import Clock, Shelf
from tests.index.collect.site import Site, serve_feed, serve_story, story, visits


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


async def test_a_removed_source_is_not_visited_again(site: Site, collector: Collector, clock: Clock) -> None:
    serve_feed(site, "/feed", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/feed")])
    assert collector.sources.remove(site.url("/feed"))
    assert not collector.sources.remove(site.url("/feed"))
    clock.on(days=1)
    report = await collector.run_once()
    assert (report.lists, report.fetched, report.not_modified) == (0, 0, 0)


async def test_a_page_that_is_asked_for_again_and_gone_says_so(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/a")])
    site.page("/a", b"", status=410)
    for later in (1, 30):
        clock.on(hours=later)
        report = await collector.add([site.url("/a")])
        assert [failure.source for failure in report.articles.failed] == [site.url("/a")]
    (counted,) = collector.sources.counts()
    assert counted.source.last_error == "The page has been taken away for good (status 410)."
    assert (counted.source.state, counted.held, counted.gone) == ("failing", 0, 1)


async def test_with_a_paused_source_rest_its_pages_and_what_it_led_to(
    site: Site, collector: Collector, clock: Clock
) -> None:
    site.page("/", b'<link rel="alternate" type="application/rss+xml" href="/news.xml"><p>Front')
    serve_feed(site, "/news.xml", "/a")
    serve_story(site, "/a", story("a"))
    await collector.add([site.base])
    assert collector.sources.pause(site.base + "/", paused=True)
    assert collector.sources.next_due() is None
    clock.on(days=40)
    before = len(site.requests)
    await collector.run_once()
    assert len(site.requests) == before
    await collector.add([site.base])
    assert visits(site, "/a") == 2
    assert {each.source.state for each in collector.sources.counts()} == {"active"}


async def test_a_page_by_itself_tells_how_its_visits_go(
    site: Site, collector: Collector, clock: Clock
) -> None:
    serve_story(site, "/a", story("a"))
    await collector.add([site.url("/a")])
    (first,) = collector.sources.counts()
    assert (first.source.state, first.source.checked_at) == ("active", clock.now)
    assert first.source.due_at is not None
    assert first.source.due_at > clock.now
    site.page("/a", b"", status=500)
    clock.on(days=1)
    await collector.run_once()
    (second,) = collector.sources.counts()
    assert (second.source.state, second.source.failures, second.held) == ("failing", 1, 1)
    assert second.source.last_error == "The site answered with status 500."


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
