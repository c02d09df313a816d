"""What the tests of collecting share: a site on loopback, fetchers that may reach it, a collector."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest

from index.collect.addresses import Allowance
from index.collect.collector import Collector
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.store.database import Database
from tests.index.collect.shelf import Clock, Shelf
from tests.index.collect.site import Site

LOOPBACK = Allowance.parse("127.0.0.0/8")


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


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def collector(database: Database, make_fetcher: FetcherMaker, shelf: Shelf, clock: Clock) -> Collector:
    return Collector(database, make_fetcher(), shelf, clock=clock, gone_after=timedelta(hours=20))
