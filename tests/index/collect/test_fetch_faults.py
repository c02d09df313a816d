"""Fetching from a host that does everything wrong: nothing hangs, nothing grows, every failure is named."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from index.collect.collector import Collector
from index.collect.fetch import Fetched, Fetcher
from index.collect.hosts import Manners
from index.errors import FetchError
from index.store.database import Database
from tests.index.collect.shelf import Clock, Shelf
from tests.index.collect.site import Request, Site, problem, reply, serve_feed, serve_story, story

MakeFetcher = Callable[..., Fetcher]


async def test_a_slow_drip_ends_at_the_deadline(site: Site, make_fetcher: MakeFetcher) -> None:
    async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", content_length="1000000"))
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
    async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def slow_headers(_: Request, writer: asyncio.StreamWriter) -> None:
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
        async def handler(_: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.15)
            writer.write(reply(b"", location=next_path, status=302))
            await writer.drain()

        return handler

    for number in range(20):
        site.on(f"/{number}", slowly(f"/{number + 1}"))
    assert (await problem(make_fetcher(deadline=0.5, redirects=15), site.url("/0"))).kind == "deadline"
    assert len(site.requests) < 7


async def test_an_endless_body_is_cut_off(site: Site, make_fetcher: MakeFetcher) -> None:
    sent = 0

    async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
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
    site.raw("/a", reply(b"x", content_length="50000000"))
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "size"


async def test_a_report_may_be_larger_than_a_page(site: Site, make_fetcher: MakeFetcher) -> None:
    report = b"%PDF-1.7" + b"x" * 20_000
    site.page("/report", report, kind="application/pdf")
    site.page("/page", report)
    fetcher = make_fetcher(size=10_000, documents=30_000)
    assert (await fetcher.fetch(site.url("/report"))).content == report
    assert (await problem(fetcher, site.url("/page"))).kind == "size"
    assert (await problem(make_fetcher(documents=10_000), site.url("/report"))).kind == "size"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_not_unpacked(site: Site, make_fetcher: MakeFetcher, encoding: str) -> None:
    packed = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(packed.compress(b"\0" * 1_000_000) for _ in range(400)) + packed.flush()
    assert len(bomb) < 500_000
    site.raw("/a", reply(bomb, content_encoding=encoding))
    fetcher = make_fetcher(size=1_000_000, attempts=1)
    tracemalloc.start()
    error = await problem(fetcher, site.url("/a"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.kind == "size"
    assert peak < 12_000_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello" * 1000, mtime=0)[:-12]),
        ("gzip", b"this is not gzip"),
        ("deflate", b"\xff\xff\xff\xff\xff"),
        ("br", b"\x0b\x02\x80hello\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
    ],
)
async def test_damaged_compression_is_named(
    site: Site, make_fetcher: MakeFetcher, encoding: str, body: bytes
) -> None:
    site.raw("/a", reply(body, content_encoding=encoding))
    assert (await problem(make_fetcher(), site.url("/a"))).kind == "broken"


async def test_truncation_is_tried_again_and_then_named(site: Site, make_fetcher: MakeFetcher) -> None:
    site.raw("/once", reply(b"half", content_length="8"), reply(b"complete"))
    site.raw("/always", reply(b"half", content_length="8"))
    fetched = await make_fetcher().fetch(site.url("/once"))
    assert (fetched.content, fetched.requests) == (b"complete", 2)
    assert (await problem(make_fetcher(), site.url("/always"))).kind == "broken"
    assert len(site.asked("/always")) == 3


@pytest.mark.parametrize(
    "lengths", [("-5",), ("many",), ("5", "11"), ("0x5",), ("5, 11",), ("9" * 400,), ("",)]
)
async def test_lengths_that_are_no_lengths_are_named_or_do_no_harm(
    site: Site, make_fetcher: MakeFetcher, lengths: tuple[str, ...]
) -> None:
    said = "".join(f"Content-Length: {length}\r\n" for length in lengths)
    head = f"HTTP/1.1 200 Said\r\nContent-Type: text/html\r\n{said}Connection: close\r\n\r\n"
    site.raw("/a", head.encode() + b"hello, world")
    error = await problem(make_fetcher(attempts=1), site.url("/a"))
    assert error.kind in {"broken", "size"}


async def test_what_comes_late_but_in_time_is_kept(site: Site, make_fetcher: MakeFetcher) -> None:
    async def late(_: Request, writer: asyncio.StreamWriter) -> None:
        whole = reply(b"text")
        for part in (whole[:20], whole[20:-2], whole[-2:]):
            await asyncio.sleep(0.1)
            writer.write(part)
            await writer.drain()

    site.on("/a", late)
    fetched = await make_fetcher().fetch(site.url("/a"))
    assert (fetched.content, fetched.requests) == (b"text", 1)
    assert fetched.elapsed >= 0.3


async def test_a_compressed_drip_ends_at_the_deadline(site: Site, make_fetcher: MakeFetcher) -> None:
    packed = gzip.compress(bytes(range(256)) * 4000)

    async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", content_length=str(len(packed)), content_encoding="gzip"))
        for place in range(len(packed)):
            writer.write(packed[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0.02)

    site.on("/a", drip)
    assert (await problem(make_fetcher(deadline=0.4), site.url("/a"))).kind == "deadline"


async def test_resets_without_end_are_named(site: Site, make_fetcher: MakeFetcher) -> None:
    async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"half", content_length="1000"))
        await writer.drain()
        writer.transport.abort()

    site.on("/a", reset)
    assert (await problem(make_fetcher(), site.url("/a"))).kind in {"network", "broken"}
    assert len(site.asked("/a")) == 3


async def test_truncated_chunks_are_named(site: Site, make_fetcher: MakeFetcher) -> None:
    site.raw(
        "/a", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
    )
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind == "broken"


async def test_a_length_that_is_too_short_takes_what_was_announced(
    site: Site, make_fetcher: MakeFetcher
) -> None:
    site.raw("/a", reply(b"hello, world", content_length="5"))
    assert (await make_fetcher().fetch(site.url("/a"))).content == b"hello"


@pytest.mark.parametrize("rubbish", [b"", b"\0\0\0\0", b"SSH-2.0-OpenSSH_9.0\r\n", b"HTTP/1.1 abc\r\n\r\n"])
async def test_what_is_not_http_is_named(site: Site, make_fetcher: MakeFetcher, rubbish: bytes) -> None:
    site.raw("/a", rubbish)
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind in {"broken", "network"}


async def test_endless_headers_are_cut_off(site: Site, make_fetcher: MakeFetcher) -> None:
    async def handler(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    site.on("/a", handler)
    assert (await problem(make_fetcher(attempts=1), site.url("/a"))).kind in {"broken", "network"}


async def test_a_reset_is_tried_again(site: Site, make_fetcher: MakeFetcher) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.number == 1:
            writer.write(reply(b"", content_length="1000")[:40])
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


async def test_many_faults_at_once_end_all(site: Site, make_fetcher: MakeFetcher) -> None:
    async def hang(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    for number in range(40):
        if number % 4 == 0:
            site.on(f"/{number}", hang)
        elif number % 4 == 1:
            site.raw(f"/{number}", reply(b"half", content_length="100"))
        else:
            site.page(f"/{number}", b"text")
    fetcher = make_fetcher(deadline=0.5, attempts=1, manners=Manners(pace=0.0, at_once=8, rest_after=1000))
    results = await asyncio.gather(
        *(fetcher.fetch(site.url(f"/{number}")) for number in range(40)), return_exceptions=True
    )
    assert sum(isinstance(each, Fetched) for each in results) == 20
    kinds = sorted(each.kind for each in results if isinstance(each, FetchError))
    assert kinds == ["broken"] * 10 + ["deadline"] * 10


@pytest.mark.parametrize("cut", [0, 60])
async def test_a_page_that_came_cut_off_under_its_own_etag_is_read_whole_later(
    site: Site, collector: Collector, shelf: Shelf, clock: Clock, cut: int
) -> None:
    serve_feed(site, "/feed", "/a")
    site.page("/a", story("a")[:cut], etag='"1"')
    report = await collector.add([site.url("/feed")])
    assert [failure.source for failure in report.articles.failed] == [site.url("/a")]
    serve_story(site, "/a", story("a"), version="1")
    clock.on(days=31)
    await collector.run_once()
    assert [one.url for one in shelf.articles.values()] == [site.url("/a")]


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
        async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
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
