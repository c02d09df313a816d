"""The collection as the desk looks after it: sources added, listed, fetched again and taken out."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot import wording
from bot.desk.ports import Addition, Source, Stats
from retrieval.answer import ArticleRef

if TYPE_CHECKING:
    from bot.root import Collection, Root
    from index.collect.collector import Collector
    from index.collect.sources import Source as Listed
    from index.indexer import AddReport
    from index.store.reading import StoredArticle

Collecting = Callable[[Callable[["Collector"], Awaitable["AddReport"]]], "AddReport"]
"""Does something with a collector and gives back its report; called in a thread."""

UPLOADS = "uploads"
"""The folder of the home for files dropped to the bot: the same name again is the same article, changed."""


class CollectionLibrary:
    """`bot.desk.ports.Library` on an open collection. Articles are taken in one call at a time.

    ``busy`` is the lock that others who take articles in hold too. ``collecting`` lends the collector of a
    service that has one; without it each call has its own. Every method may raise StoreError, those that take
    articles in ModelError.
    """

    def __init__(
        self,
        root: "Root",
        collection: "Collection",
        *,
        busy: "threading.Lock | None" = None,
        collecting: "Collecting | None" = None,
    ) -> None:
        self._root = root
        self._collection = collection
        self._busy = busy or threading.Lock()
        self._collecting = collecting or self._alone

    def add(self, source: str) -> Addition:
        """Make an address a source, and take in what it lists now."""

        async def add(collector: "Collector") -> "AddReport":
            return (await collector.add([source])).articles

        return _addition(self._collecting(add))

    def add_file(self, name: str, content: bytes) -> Addition:
        """Take in a file; it is kept in the home."""
        from index.extract import read_path

        folder = self._root.home / UPLOADS
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (Path(name.replace("\\", "/")).name.lstrip(".") or "file")
        with self._busy:
            path.write_bytes(content)
            return _addition(self._collection.indexer.add(read_path(path)))

    def sources(self) -> Sequence[Source]:
        """What was added: addresses with their state, then files and what was given by hand."""
        from index.collect.sources import Sources

        counts = Sources(self._root.database).counts()
        listed = [
            Source(address=one.source.url, articles=one.held, state=_state(one.source))
            for one in reversed(counts)
            if one.source.parent is None
        ]
        given = Counter(article.source for article in self._root.reader.listing())
        files = [
            Source(address=name, articles=number)
            for name, number in sorted(given.items())
            if not name.startswith(("http://", "https://"))
        ]
        return [*listed, *files]

    def remove(self, source: str) -> int | None:
        """Take out an article by its id, or all that came from a source; neither is visited again."""
        from index.collect.removal import take_out

        with self._busy:
            taken = take_out(self._root.database, source)
            if taken:
                self._collection.indexer.recover()
        return None if taken is None else len(taken)

    def refresh(self) -> Addition:
        """Visit every feed, sitemap and site now."""

        async def visit(collector: "Collector") -> "AddReport":
            for one in collector.sources.counts():
                if one.source.kind != "page":
                    collector.sources.make_due(one.source, now=collector.now())
            return (await collector.run_once()).articles

        return _addition(self._collecting(visit))

    def stats(self) -> Stats:
        """What the collection holds."""
        counts = self._root.reader.counts()
        editions = self._root.figures.editions()
        return Stats(
            articles=counts.articles,
            passages=counts.passages,
            publishers=len(self._root.reader.publishers()),
            undated=counts.undated,
            oldest=counts.first_published,
            newest=counts.last_published,
            editions=tuple(f"{one.source.upper()} {one.edition}" for one in editions),
            model=self._root.settings.shown_model,
        )

    def newest(self, limit: int) -> Sequence[ArticleRef]:
        """The articles published last."""
        return [_reference(article) for article in self._root.reader.newest(limit)]

    def _alone(self, work: "Callable[[Collector], Awaitable[AddReport]]") -> "AddReport":
        """Do something with a collector of its own, in a loop of its own: we are in a thread."""
        from bot.fetching import fetcher
        from index.collect.collector import Collector

        root, indexer = self._root, self._collection.indexer
        alone = not root.settings.shares_stores

        async def run() -> "AddReport":
            async with fetcher(root.settings) as web:
                return await work(Collector(root.database, web, indexer, alone=alone))

        with self._busy:
            return asyncio.run(run())


def _addition(report: "AddReport") -> Addition:
    return Addition(
        added=report.added,
        updated=report.updated,
        unchanged=report.unchanged,
        duplicates=report.duplicates,
        failed=tuple((one.source, one.reason) for one in report.failed),
        passages=report.passages,
    )


def _state(source: "Listed") -> str:
    checked = f"checked {wording.day(source.checked_at.date())}" if source.checked_at else "not visited yet"
    return checked if source.state in ("active", "new") else f"{source.state}, {checked}"


def _reference(article: "StoredArticle") -> ArticleRef:
    return ArticleRef(
        id=article.id,
        title=article.title,
        publisher=article.publisher,
        published=article.published,
        url=article.url,
        link=article.url,
        source=article.source,
        external_id=article.external_id,
    )
