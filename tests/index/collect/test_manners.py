"""How hosts are treated: their pace, their pauses, their robots.txt."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest

from index.collect.fetch import Fetched, Fetcher
from index.collect.hosts import Manners
from index.errors import FetchError
from tests.index.collect.site import Request, Site, problem, reply

MakeFetcher = Callable[..., Fetcher]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_for(site: Site, make_fetcher: MakeFetcher, status: int) -> None:
    site.raw("/a", reply(b"", retry_after="1", status=status), reply(b"text"))
    fetched = await make_fetcher().fetch(site.url("/a"))
    assert fetched.content == b"text"
    first, second = site.asked("/a")
    assert second.at - first.at >= 1.0


async def test_a_retry_after_may_be_a_date(site: Site, make_fetcher: MakeFetcher) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    site.raw("/a", reply(b"", status=503, retry_after=then))
    error = await problem(make_fetcher(), site.url("/a"))
    assert error.kind == "busy"
    assert error.retry_after is not None
    assert 3500 < error.retry_after <= 3600


@pytest.mark.parametrize("asked", ["soon", "-5", "1.5", "", "Mon, 99 Foo 2025 25:00:00 GMT", "9" * 5000])
async def test_a_retry_after_that_says_nothing_is_a_failure_like_others(
    site: Site, make_fetcher: MakeFetcher, asked: str
) -> None:
    site.raw("/a", reply(b"", status=429, retry_after=asked))
    error = await problem(make_fetcher(attempts=2), site.url("/a"))
    assert (error.kind, error.status) == ("busy", 429)
    assert error.retry_after in {None, 7 * 86400.0}


@pytest.mark.parametrize("status", [429, 503])
async def test_with_a_long_retry_after_the_whole_host_rests(
    site: Site, make_fetcher: MakeFetcher, status: int
) -> None:
    site.raw("/a", reply(b"", retry_after="600", status=status))
    site.page("/b", b"text")
    fetcher = make_fetcher()
    error = await problem(fetcher, site.url("/a"))
    assert (error.kind, error.retry_after) == ("busy", 600.0)
    resting = await problem(fetcher, site.url("/b"))
    assert resting.kind == "resting"
    assert resting.retry_after is not None
    assert 590 < resting.retry_after <= 600
    assert site.asked("/b") == []


async def test_a_host_that_keeps_failing_rests(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/a", b"", status=500)
    fetcher = make_fetcher(attempts=1, manners=Manners(pace=0.0, rest_after=3, rest=100.0))
    kinds = [(await problem(fetcher, site.url("/a"))).kind for _ in range(5)]
    assert kinds == ["status"] * 3 + ["resting"] * 2
    assert len(site.asked("/a")) == 3


async def test_pages_that_are_gone_do_not_make_a_host_rest(site: Site, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(manners=Manners(pace=0.0, rest_after=2))
    assert [(await problem(fetcher, site.url(f"/{n}"))).kind for n in range(4)] == ["gone"] * 4


async def test_a_host_is_asked_at_its_pace(site: Site, make_fetcher: MakeFetcher) -> None:
    for number in range(5):
        site.page(f"/{number}", b"text")
    fetcher = make_fetcher(manners=Manners(pace=0.1, at_once=5))
    began = monotonic()
    await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(5)))
    assert monotonic() - began >= 0.4


async def test_a_host_is_asked_for_no_more_at_once_than_is_allowed(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply(b"text"))
        await writer.drain()

    for number in range(6):
        site.on(f"/{number}", slow)
    fetcher = make_fetcher(manners=Manners(pace=0.0, at_once=2))
    await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(6)))
    assert site.most_under_way == 2


async def test_waiting_for_a_turn_is_not_held_against_the_deadline(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    for number in range(8):
        site.page(f"/{number}", b"text")
    fetcher = make_fetcher(deadline=2.0, manners=Manners(pace=0.4, at_once=1))
    fetched = await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(8)))
    assert [each.content for each in fetched] == [b"text"] * 8
    assert max(each.elapsed for each in fetched) < 2.0


async def test_robots_are_obeyed_and_asked_for_once(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\nSitemap: /map.xml\n", kind="text/plain")
    site.page("/public", b"text")
    fetcher = make_fetcher()
    pages = await asyncio.gather(*(fetcher.fetch(site.url("/public")) for _ in range(5)))
    assert len(pages) == 5
    assert (await problem(fetcher, site.url("/private/a"))).kind == "robots"
    assert site.asked("/private/a") == []
    assert len(site.asked("/robots.txt")) == 1
    assert (await fetcher.rules(site.url("/"))).sitemaps() == ("/map.xml",)


async def test_robots_that_speak_of_us_by_name_are_obeyed(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page(
        "/robots.txt", b"User-agent: Communique\nDisallow: /\n\nUser-agent: *\nAllow: /\n", kind="text/plain"
    )
    site.page("/public", b"text")
    assert (await problem(make_fetcher(), site.url("/public"))).kind == "robots"


async def test_a_redirect_is_not_a_way_around_robots(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\n", kind="text/plain")
    site.page("/a", status=302, location="/private")
    site.page("/private", b"text")
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "robots"
    assert site.asked("/private") == []


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (410, True), (500, False), (503, False), (429, False)]
)
async def test_robots_that_cannot_be_read(
    site: Site, make_fetcher: MakeFetcher, status: int, allowed: bool
) -> None:
    site.page("/robots.txt", b"<h1>no</h1>", status=status)
    site.page("/a", b"text")
    fetcher = make_fetcher(attempts=1)
    if allowed:
        assert (await fetcher.fetch(site.url("/a"))).content == b"text"
    else:
        error = await problem(fetcher, site.url("/a"))
        assert (error.kind, site.asked("/a")) == ("robots", [])
        assert error.retry_after is not None


async def test_a_crawl_delay_is_kept(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    site.page("/a", b"text")
    fetcher = make_fetcher()
    began = monotonic()
    for _ in range(3):
        await fetcher.fetch(site.url("/a"))
    assert monotonic() - began >= 0.6


async def test_an_endless_robots_is_read_as_far_as_is_reasonable(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    site.page(
        "/robots.txt", b"User-agent: *\nDisallow: /private\n" + b"# more\n" * 300_000, kind="text/plain"
    )
    site.page("/a", b"text")
    fetcher = make_fetcher()
    assert (await fetcher.fetch(site.url("/a"))).content == b"text"
    assert (await problem(fetcher, site.url("/private"))).kind == "robots"


async def test_who_would_wait_too_long_for_a_slow_host_comes_again_later(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    for number in range(4):
        site.page(f"/{number}", b"text")
    fetcher = make_fetcher(queue=0.5, manners=Manners(pace=0.4, at_once=1))
    results = await asyncio.gather(
        *(fetcher.fetch(site.url(f"/{number}")) for number in range(4)), return_exceptions=True
    )
    kinds = {each.kind for each in results if isinstance(each, FetchError)}
    assert kinds == {"resting"}
    assert any(isinstance(each, Fetched) for each in results)
