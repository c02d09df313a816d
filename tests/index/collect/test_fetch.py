"""Fetching from a real socket: what is kept of a good reply, where redirects lead, what is refused."""

import asyncio
import gzip
import zlib
from collections.abc import Callable

import pytest

from index.collect.fetch import Fetcher, user_agent
from tests.index.collect.site import Request, Site, problem, reply

MakeFetcher = Callable[..., Fetcher]


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
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get("if-none-match") == '"v1"'
        writer.write(b'HTTP/1.1 304 Same\r\nETag: "v1"\r\n\r\n' if same else reply(b"text", etag='"v1"'))
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
    headers = {"location": location} if location else {}
    site.raw("/a", reply(b"", status=302, **headers))
    assert (await problem(make_fetcher(), site.url("/a"))).kind in {"redirect", "address"}


def raw_deflate(body: bytes) -> bytes:
    packed = zlib.compressobj(wbits=-15)
    return packed.compress(body) + packed.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello" * 100, mtime=0)),
        ("x-gzip", gzip.compress(b"hello" * 50, mtime=0) + gzip.compress(b"hello" * 50, mtime=0)),
        ("GZIP", gzip.compress(b"hello" * 100, mtime=0) + b"\0" * 20),
        ("deflate", zlib.compress(b"hello" * 100)),
        ("deflate", raw_deflate(b"hello" * 100)),
        ("identity", b"hello" * 100),
    ],
)
async def test_compressed_pages_are_unpacked(
    site: Site, make_fetcher: MakeFetcher, encoding: str, body: bytes
) -> None:
    site.raw("/a", reply(body, content_encoding=encoding))
    assert (await make_fetcher().fetch(site.url("/a"))).content == b"hello" * 100


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
