"""Fetching from a real socket: what is kept of a good reply, and what becomes of every bad one."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest

from index.collect.fetch import Fetched, Fetcher, user_agent
from index.collect.hosts import Manners
from index.errors import FetchError

MakeFetcher = Callable[..., Fetcher]
Site = Any  # the fixture's class, which a conftest cannot be imported for


def reply(body: bytes, *headers: str, status: int = 200, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: text/html", f"Content-Length: {size}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def problem(fetcher: Fetcher, url: str, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url, **options)
    assert caught.value.reason.endswith(".")
    return caught.value


async def test_a_page_comes_with_what_the_next_visit_needs(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page(
        "/a",
        b"<p>hello",
        kind="text/html; charset=utf-8",
        etag='"v1"',
        last_modified="Mon, 01 Jan 2024 00:00:00 GMT",
    )
    fetched = await make_fetcher().fetch(site.url("/a"))
    assert (fetched.content, fetched.status, fetched.etag) == (b"<p>hello", 200, '"v1"')
    assert fetched.last_modified == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert fetched.content_type == "text/html; charset=utf-8"
    assert (fetched.redirects, fetched.moved_to, fetched.requests) == ((), None, 1)


async def test_it_says_who_it_is_and_keeps_no_cookies(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/a", b"x", set_cookie="session=1; path=/")
    fetcher = make_fetcher()
    await fetcher.fetch(site.url("/a"))
    await fetcher.fetch(site.url("/a"))
    for request in site.requests:
        assert request.headers["user-agent"] == user_agent("desk@example.org").lower()
        assert "cookie" not in request.headers
    assert "desk@example.org" in user_agent("desk@example.org")


async def test_what_has_not_changed_is_not_sent_again(site: Site, make_fetcher: MakeFetcher) -> None:
    async def handler(request: Any, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get("if-none-match") == '"v1"'
        writer.write(b'HTTP/1.1 304 Same\r\nETag: "v1"\r\n\r\n' if same else reply(b"text", 'ETag: "v1"'))
        await writer.drain()

    site.on("/a", handler)
    fetcher = make_fetcher()
    first = await fetcher.fetch(site.url("/a"))
    second = await fetcher.fetch(site.url("/a"), etag=first.etag)
    assert (first.status, first.content) == (200, b"text")
    assert (second.status, second.content) == (304, None)


async def test_conditions_go_to_the_address_they_came_from_alone(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    site.page("/a", status=302, location="/b")
    site.page("/b", b"text")
    fetcher = make_fetcher()
    await fetcher.fetch(site.url("/a"), etag='"a"')
    assert "if-none-match" in site.asked("/a")[0].headers
    assert "if-none-match" not in site.asked("/b")[0].headers
    await fetcher.fetch(site.url("/a"), etag='"b"', validators_of=site.url("/b"))
    assert "if-none-match" not in site.asked("/a")[1].headers
    assert site.asked("/b")[1].headers["if-none-match"] == '"b"'


async def test_redirects_are_recorded_and_a_permanent_move_is_told(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    site.page("/old", status=301, location="/new")
    site.page("/new", b"text")
    site.page("/today", status=302, location="/old")
    fetcher = make_fetcher()
    old = await fetcher.fetch(site.url("/old"))
    assert (old.redirects, old.moved_to, old.final_url) == (
        (site.url("/new"),),
        site.url("/new"),
        site.url("/new"),
    )
    today = await fetcher.fetch(site.url("/today"))
    assert (today.redirects, today.moved_to) == ((site.url("/old"), site.url("/new")), None)


async def test_a_circle_of_redirects_is_seen(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/a", status=302, location="/b")
    site.page("/b", status=302, location="/a#again")
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "redirect"
    assert len(site.asked("/a")) == 1


async def test_redirects_without_end_are_given_up(site: Site, make_fetcher: MakeFetcher) -> None:
    for number in range(30):
        site.page(f"/{number}", status=302, location=f"/{number + 1}")
    assert (await problem(make_fetcher(redirects=5), site.url("/0"))).kind == "redirect"
    assert len(site.requests) == 1 + 6


@pytest.mark.parametrize("location", [None, "http://[bad/", "http://127.0.0.1:x/"])
async def test_a_redirect_to_nowhere_is_named(
    site: Site, make_fetcher: MakeFetcher, location: str | None
) -> None:
    headers = [f"Location: {location}"] if location else []
    site.raw("/a", reply(b"", *headers, status=302))
    assert (await problem(make_fetcher(), site.url("/a"))).kind in {"redirect", "address"}


async def test_a_slow_drip_ends_at_the_deadline(site: Site, make_fetcher: MakeFetcher) -> None:
    async def drip(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", length=1_000_000))
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.on("/a", drip)
    began = monotonic()
    error = await problem(make_fetcher(deadline=0.4), site.url("/a"))
    assert error.kind == "deadline"
    assert monotonic() - began < 5


async def test_silence_and_slow_headers_end_at_the_deadline(site: Site, make_fetcher: MakeFetcher) -> None:
    async def silent(_: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def slow_headers(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Filler: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.on("/silent", silent)
    site.on("/headers", slow_headers)
    fetcher = make_fetcher(deadline=0.3)
    assert (await problem(fetcher, site.url("/silent"))).kind == "deadline"
    assert (await problem(fetcher, site.url("/headers"))).kind == "deadline"


async def test_redirects_and_retries_share_one_deadline(site: Site, make_fetcher: MakeFetcher) -> None:
    def slowly(next_path: str) -> Any:
        async def handler(_: Any, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.15)
            writer.write(reply(b"", f"Location: {next_path}", status=302))
            await writer.drain()

        return handler

    for number in range(20):
        site.on(f"/{number}", slowly(f"/{number + 1}"))
    assert (await problem(make_fetcher(deadline=0.5, redirects=15), site.url("/0"))).kind == "deadline"
    assert len(site.requests) < 7


async def test_an_endless_body_is_cut_off(site: Site, make_fetcher: MakeFetcher) -> None:
    sent = 0

    async def endless(_: Any, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            sent += 65536
            await writer.drain()

    site.on("/a", endless)
    assert (await problem(make_fetcher(size=1_000_000), site.url("/a"))).kind == "size"
    assert sent < 30_000_000


async def test_a_large_body_that_says_so_is_not_read(site: Site, make_fetcher: MakeFetcher) -> None:
    site.raw("/a", reply(b"x", length=50_000_000))
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "size"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_not_unpacked(site: Site, make_fetcher: MakeFetcher, encoding: str) -> None:
    packed = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(packed.compress(b"\0" * 1_000_000) for _ in range(400)) + packed.flush()
    assert len(bomb) < 500_000
    site.raw("/a", reply(bomb, f"Content-Encoding: {encoding}"))
    fetcher = make_fetcher(size=1_000_000, attempts=1)
    tracemalloc.start()
    error = await problem(fetcher, site.url("/a"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.kind == "size"
    assert peak < 12_000_000


def raw_deflate(body: bytes) -> bytes:
    packed = zlib.compressobj(wbits=-15)
    return packed.compress(body) + packed.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello" * 100)),
        ("x-gzip", gzip.compress(b"hello" * 50) + gzip.compress(b"hello" * 50)),
        ("GZIP", gzip.compress(b"hello" * 100) + b"\0" * 20),
        ("deflate", zlib.compress(b"hello" * 100)),
        ("deflate", raw_deflate(b"hello" * 100)),
        ("identity", b"hello" * 100),
    ],
)
async def test_compressed_pages_are_unpacked(
    site: Site, make_fetcher: MakeFetcher, encoding: str, body: bytes
) -> None:
    site.raw("/a", reply(body, f"Content-Encoding: {encoding}"))
    assert (await make_fetcher().fetch(site.url("/a"))).content == b"hello" * 100


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello" * 1000)[:-12]),
        ("gzip", b"this is not gzip"),
        ("deflate", b"\xff\xff\xff\xff\xff"),
        ("br", b"\x0b\x02\x80hello\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello"))),
    ],
)
async def test_damaged_compression_is_named(
    site: Site, make_fetcher: MakeFetcher, encoding: str, body: bytes
) -> None:
    site.raw("/a", reply(body, f"Content-Encoding: {encoding}"))
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "broken"


async def test_truncation_is_tried_again_and_then_named(site: Site, make_fetcher: MakeFetcher) -> None:
    site.raw("/once", reply(b"half", length=8), reply(b"complete"))
    site.raw("/always", reply(b"half", length=8))
    fetched = await make_fetcher().fetch(site.url("/once"))
    assert (fetched.content, fetched.requests) == (b"complete", 2)
    assert (await problem(make_fetcher(), site.url("/always"))).kind == "broken"
    assert len(site.asked("/always")) == 3


async def test_truncated_chunks_are_named(site: Site, make_fetcher: MakeFetcher) -> None:
    site.raw(
        "/a", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
    )
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind == "broken"


async def test_a_length_that_is_too_short_takes_what_was_announced(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    site.raw("/a", reply(b"hello, world", length=5))
    assert (await make_fetcher().fetch(site.url("/a"))).content == b"hello"


@pytest.mark.parametrize("rubbish", [b"", b"\0\0\0\0", b"SSH-2.0-OpenSSH_9.0\r\n", b"HTTP/1.1 abc\r\n\r\n"])
async def test_what_is_not_http_is_named(site: Site, make_fetcher: MakeFetcher, rubbish: bytes) -> None:
    site.raw("/a", rubbish)
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind in {"broken", "network"}


async def test_endless_headers_are_cut_off(site: Site, make_fetcher: MakeFetcher) -> None:
    async def handler(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    site.on("/a", handler)
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind in {"broken", "network"}


async def test_a_reset_is_tried_again(site: Site, make_fetcher: MakeFetcher) -> None:
    async def handler(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.number == 1:
            writer.write(reply(b"", length=1000)[:40])
            await writer.drain()
            writer.transport.abort()
            return
        writer.write(reply(b"text"))
        await writer.drain()

    site.on("/a", handler)
    fetched = await make_fetcher().fetch(site.url("/a"))
    assert (fetched.content, fetched.requests) == (b"text", 2)


async def test_a_closed_port_is_named(make_fetcher: MakeFetcher) -> None:
    assert (await problem(make_fetcher(attempts=2), "http://127.0.0.1:9/")).kind == "network"


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/zip", "text/css", "image/svg+xml"])
async def test_other_kinds_of_content_are_refused(site: Site, make_fetcher: MakeFetcher, kind: str) -> None:
    site.page("/a", b"<p>hello", kind=kind)
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "type"


async def test_a_picture_that_says_it_is_a_page_is_refused(site: Site, make_fetcher: MakeFetcher) -> None:
    site.page("/a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0")
    site.page("/pdf", b"%PDF-1.4\n\0\0", kind="application/octet-stream")
    fetcher = make_fetcher()
    assert (await problem(fetcher, site.url("/a"))).kind == "type"
    assert (await fetcher.fetch(site.url("/pdf"))).content == b"%PDF-1.4\n\0\0"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "gone"), (410, "gone"), (401, "status"), (403, "status"), (451, "status"), (500, "status"),
     (304, "status"), (204, "status"), (418, "status"), (999, "status")],
)  # fmt: skip
async def test_each_status_has_its_kind(
    site: Site, make_fetcher: MakeFetcher, status: int, kind: str
) -> None:
    site.raw("/a", reply(b"" if status in {204, 304} else b"x", status=status))
    error = await problem(make_fetcher(), site.url("/a"))
    assert (error.kind, error.status) == (kind, status)
    assert len(site.asked("/a")) == (3 if status == 500 else 1)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_for(site: Site, make_fetcher: MakeFetcher, status: int) -> None:
    site.raw("/a", reply(b"", "Retry-After: 1", status=status), reply(b"text"))
    fetched = await make_fetcher().fetch(site.url("/a"))
    assert fetched.content == b"text"
    first, second = site.asked("/a")
    assert second.at - first.at >= 1.0


@pytest.mark.parametrize("status", [429, 503])
async def test_with_a_long_retry_after_the_whole_host_rests(
    site: Site, make_fetcher: MakeFetcher, status: int
) -> None:
    site.raw("/a", reply(b"", "Retry-After: 600", status=status))
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


async def test_a_host_is_asked_at_its_pace_and_no_more_than_allowed_at_once(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    async def slow(_: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(reply(b"text"))
        await writer.drain()

    for number in range(6):
        site.on(f"/{number}", slow)
    fetcher = make_fetcher(manners=Manners(pace=0.05, at_once=2))
    await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(6)))
    times = sorted(request.at for request in site.requests)
    assert min(b - a for a, b in pairwise(times)) > 0.04
    assert site.most_under_way == 2


async def test_waiting_for_a_turn_is_not_held_against_the_deadline(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    for number in range(8):
        site.page(f"/{number}", b"text")
    fetcher = make_fetcher(deadline=0.5, manners=Manners(pace=0.12, at_once=1))
    fetched = await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(8)))
    assert [each.content for each in fetched] == [b"text"] * 8
    assert max(each.elapsed for each in fetched) < 0.5


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
    for _ in range(3):
        await fetcher.fetch(site.url("/a"))
    times = [request.at for request in site.asked("/a")]
    assert min(b - a for a, b in pairwise(times)) > 0.25


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


async def test_many_faults_at_once_end_all(site: Site, make_fetcher: MakeFetcher) -> None:
    async def hang(_: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    for number in range(40):
        if number % 4 == 0:
            site.on(f"/{number}", hang)
        elif number % 4 == 1:
            site.raw(f"/{number}", reply(b"half", length=100))
        else:
            site.page(f"/{number}", b"text")
    fetcher = make_fetcher(deadline=0.5, attempts=1, manners=Manners(pace=0.0, at_once=8, rest_after=1000))
    results = await asyncio.gather(
        *(fetcher.fetch(site.url(f"/{number}")) for number in range(40)), return_exceptions=True
    )
    assert sum(isinstance(each, Fetched) for each in results) == 20
    kinds = sorted(each.kind for each in results if isinstance(each, FetchError))
    assert kinds == ["broken"] * 10 + ["deadline"] * 10


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
