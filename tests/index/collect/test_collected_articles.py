"""From the web into the collection: the collector with the indexer and the stores that it has in earnest."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index.collect.collector import Collector
from index.collect.fetch import Fetcher
from index.indexer import Indexer
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import Reader
from tests.fakes import HashingEmbedder

Site = Any  # the fixture's class, which a conftest cannot be imported for
MakeFetcher = Callable[..., Fetcher]


@pytest.fixture
def indexer(database: Database, tmp_path: Path) -> Iterator[Indexer]:
    embedder = HashingEmbedder()
    dense = DenseIndex(tmp_path / "chroma", model=embedder.model)
    lexical = LexicalIndex(tmp_path / "words")
    yield Indexer(database, embedder=embedder, dense=dense, lexical=lexical)
    dense.close()
    lexical.close()


def page(subject: str, ending: str) -> bytes:
    words = " ".join(
        f"The {subject} was inspected on its {n}th day at sea by the harbour office." for n in range(2, 8)
    )
    body = f"<body><article><p>{words}</p><p>{ending}</p></article></body>"
    return f"<html><head><title>The {subject} at sea</title></head>{body}</html>".encode()


async def test_pages_are_added_changed_moved_and_taken_out_for_readers(
    site: Site, database: Database, indexer: Indexer, make_fetcher: MakeFetcher
) -> None:
    now = datetime(2025, 3, 5, tzinfo=UTC)
    collector = Collector(
        database, make_fetcher(), indexer, clock=lambda: now, gone_after=timedelta(hours=20)
    )
    reader = Reader(database)

    def shown() -> dict[str, str]:
        listed = {each.id: each.url for each in reader.listing()}
        return {
            str(listed[identifier]): text for identifier, (_, text) in reader.articles(list(listed)).items()
        }

    names = ["/edited", "/deleted", "/moved", "/same"]
    items = "".join(f"<item><link>{site.url(name)}</link></item>" for name in names)
    site.page("/feed", f"<rss><channel>{items}</channel></rss>".encode(), kind="text/xml")
    for name in names:
        site.page(name, page(name[1:] + " ferry", "Nothing was found."))
    report = await collector.add([site.url("/feed")])
    assert (report.articles.added, set(shown())) == (4, {site.url(name) for name in names})

    site.page("/edited", page("edited ferry", "In truth two faults were found."))
    site.page("/deleted", b"", status=410)
    site.page("/moved", status=301, location="/moved-here")
    site.page("/moved-here", page("moved ferry", "Nothing was found."))
    for _ in range(3):
        now += timedelta(days=1)
        await collector.run_once()
    articles = shown()
    assert set(articles) == {site.url(path) for path in ("/edited", "/moved-here", "/same")}
    assert "In truth two faults were found." in articles[site.url("/edited")]
    assert "Nothing was found." not in articles[site.url("/edited")]
    counts = reader.counts()
    assert counts.articles == 3
    indexer.recover()
    assert len(articles) == len(await asyncio.to_thread(shown))
