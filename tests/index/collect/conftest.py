"""A web server on a real loopback socket that can do everything wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import pytest

from index.article import Article, Failure
from index.collect.addresses import Allowance
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.indexer import AddReport, Indexed, Outcome
from index.store.database import Database
from index.store.recording import article_id

LOOPBACK = Allowance.parse("127.0.0.0/8")


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
    lines = [
        f"HTTP/1.1 {status} Said",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


FetcherMaker = Callable[..., Fetcher]


@pytest.fixture
async def make_fetcher() -> AsyncIterator[FetcherMaker]:
    made: list[Fetcher] = []

    def make(*, manners: Manners | None = None, **limits: float) -> Fetcher:
        defaults: dict[str, float] = {"deadline": 3.0, "backoff": 0.01, "patience": 1.5}
        fetcher = Fetcher(
            contact="desk@example.org",
            allowance=LOOPBACK,
            limits=Limits(**{**defaults, **limits}),  # type: ignore[arg-type]  # the integers among them are whole
            manners=manners or Manners(pace=0.0, at_once=4),
        )
        made.append(fetcher)
        return fetcher

    yield make
    for fetcher in made:
        await fetcher.close()


class Shelf:
    """Takes articles in as the indexer does, and keeps them in memory."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.batches: list[int] = []
        self.recovered = 0

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        report = AddReport()
        for one in found:
            if isinstance(one, Failure):
                report.failed.append(one)
                each(one)
                continue
            identifier = article_id(one.identity)
            before = self.articles.get(identifier)
            self.articles[identifier] = one
            outcome: Outcome = "added" if before is None else "unchanged" if before == one else "updated"
            setattr(report, outcome, getattr(report, outcome) + 1)
            each(Indexed(id=identifier, outcome=outcome, source=one.source, title=one.title, passages=1))
        self.batches.append(report.added + report.updated + report.unchanged)
        return report

    def recover(self) -> None:
        self.recovered += 1


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()
