"""A web server on a real loopback socket that can do everything wrong, and what it usually serves."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest

from index.collect.fetch import Fetcher
from index.errors import FetchError


@dataclass
class Request:
    """What a client asked for."""

    path: str
    headers: dict[str, str]
    at: float
    number: int
    """How often this path has been asked for, this time included."""


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """Answers by path; a path it does not know is a 404, and so is robots.txt unless it is given."""

    base: str = ""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    under_way: int = 0
    most_under_way: int = 0
    _handlers: dict[str, Handler] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return self.base + path

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def on(self, path: str, handler: Handler) -> None:
        self._handlers[path] = handler

    def page(
        self, path: str, body: bytes = b"", *, status: int = 200, kind: str = "text/html", **headers: str
    ) -> None:
        self.raw(path, reply(body, status=status, kind=kind, **headers))

    def raw(self, path: str, *replies: bytes) -> None:
        """Send these bytes, the last of them to every further request too, and close."""

        async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(replies[min(request.number, len(replies)) - 1])
            await writer.drain()

        self.on(path, handler)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1].partition("?")[0]
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            request = Request(path, headers, monotonic(), len(self.asked(path)) + 1)
            self.requests.append(request)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            try:
                handler = self._handlers.get(path)
                if handler:
                    await handler(request, writer)
                else:
                    writer.write(reply(b"none", status=404, kind="text/plain"))
                    await writer.drain()
            finally:
                self.under_way -= 1
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()


def reply(body: bytes, *, status: int = 200, kind: str = "text/html", **headers: str) -> bytes:
    """A whole reply; ``headers`` (``content_length="8"``) stand in the place of its own, true or not."""
    own = {"content_type": kind, "content_length": str(len(body)), "connection": "close"}
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in (own | headers).items()]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode() + body


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

    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        tag = f'"{version}"'
        same = request.headers.get("if-none-match") == tag
        writer.write(reply(b"", status=304, etag=tag) if same else reply(body, etag=tag))
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


async def problem(fetcher: Fetcher, url: str, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url, **options)
    assert caught.value.reason.endswith(".")
    return caught.value
