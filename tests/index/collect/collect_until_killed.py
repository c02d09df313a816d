"""A collector in a process of its own, for being killed: ``python collect_until_killed.py DATABASE FEED``.

Its intake writes articles into a table of its own, slowly, so that a kill can hit it anywhere.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterable

from sqlalchemy import text

from index.article import Article, Failure
from index.collect.addresses import Allowance
from index.collect.collector import Collector
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.indexer import AddReport, Indexed
from index.store.database import Database
from index.store.recording import article_id


class Shelf:
    """An intake that outlives its process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.write() as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS shelf (id TEXT PRIMARY KEY, words TEXT NOT NULL)")
            )

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        """Write articles down, a hundredth of a second apart."""
        report = AddReport()
        for one in found:
            if isinstance(one, Failure):
                report.failed.append(one)
                continue
            time.sleep(0.01)
            identifier = article_id(one.identity)
            with self._database.write() as connection:
                known = connection.execute(
                    text("SELECT 1 FROM shelf WHERE id = :id"), {"id": identifier}
                ).scalar()
                if known is None:
                    row = {"id": identifier, "words": one.text}
                    connection.execute(text("INSERT INTO shelf VALUES (:id, :words)"), row)
                    report.added += 1
                else:
                    report.unchanged += 1
            each(Indexed(id=identifier, outcome="added", source=one.source, title=one.title, passages=1))
        return report

    def recover(self) -> None:
        """Nothing is derived here."""


async def collect(url: str, feed: str) -> None:
    """One pass; the feed is added where it is not known yet."""
    database = Database(url)
    async with Fetcher(
        allowance=Allowance.parse("127.0.0.0/8"),
        limits=Limits(attempts=1),
        manners=Manners(pace=0.0, at_once=8),
    ) as fetcher:
        collector = Collector(database, fetcher, Shelf(database), at_once=8)
        if collector.sources.find(feed) is None:
            collector.sources.add(feed, "feed", now=collector.now())
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        await collector.run_once()


if __name__ == "__main__":
    asyncio.run(collect(sys.argv[1], sys.argv[2]))
