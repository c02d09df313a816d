"""Watching: what new articles say to the topics that are watched, and when it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Exists, exists, func, insert, select, update

from bot import wording
from bot.desk.channels import Channels
from bot.desk.clock import Clock, now
from bot.desk.notices import notice_id, put
from bot.desk.ports import Answerer
from bot.desk.records import Notice
from bot.desk.tables import sightings, watches
from bot.desk.watches import Watch, next_digest, restored
from bot.desk.workers import Workers
from index.store.schema import articles, changes, versions
from index.store.sync import head
from retrieval.answer import Citation
from retrieval.restored import citation_restored

SURE = 0.4
"""The confidence from which news is told unasked: higher than for answers, which somebody waits for.

Of eight topics foreign to 60 articles, answers at the threshold took 3 for news; none of them was so sure.
"""
_MOST = 30
"""Articles that one look finds for one watch; after so many it is told that there are more."""
_SHOWN = 4
"""Articles whose quotes stand in a message; the others are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Articles that came in up to the change ``upto``, one of each story, oldest first."""

    articles: tuple[str, ...]
    upto: int


class Watching:
    """Looks through new articles for every watch, as the answerer would for a question."""

    def __init__(
        self, workers: Workers, answerer: Answerer, channels: Channels, *, clock: Clock = now
    ) -> None:
        self._workers = workers
        self._answerer = answerer
        self._channels = channels
        self._clock = clock

    async def look(self) -> int:
        """Look through what came in since the last look; how many articles were found.

        Raises:
            IndexingError, RetrievalError: it could not be done now; it is done at the next look.
        """
        active = select(watches).where(watches.c.stopped_at.is_(None)).order_by(watches.c.created_at)
        rows = await self._workers.read(lambda connection: connection.execute(active).all())
        return sum([await self._look(watch) for watch in map(restored, rows)])

    async def digest(self) -> int:
        """Write down the digests that are due; how many have something to tell."""
        moment = self._clock()
        due = select(watches).where(watches.c.stopped_at.is_(None), watches.c.due_at <= moment)
        rows = await self._workers.read(lambda connection: connection.execute(due).all())
        if not rows:
            return 0
        return await self._workers.write(
            lambda connection: sum(_gather(connection, watch, moment) for watch in map(restored, rows))
        )

    async def _look(self, watch: Watch) -> int:
        news = await self._workers.read(partial(_news, seen=watch.seen))
        if news.upto == watch.seen:
            return 0
        publishers = (await self._channels.get(watch.place)).publishers
        matches = await self._workers.compute(partial(self._matches, watch, news, publishers))
        return await self._workers.write(partial(self._note, watch=watch, news=news, matches=matches))

    def _matches(
        self, watch: Watch, news: News, publishers: Sequence[str]
    ) -> list[tuple[str, tuple[Citation, ...]]]:
        """The new articles that answer the topic, with their quotes, best first.

        The best is taken, and the others are asked again without it, until none is good enough: so each
        has passed by itself.
        """
        left = set(news.articles)
        found: list[tuple[str, tuple[Citation, ...]]] = []
        while left and len(found) < _MOST:
            answer = self._answerer.ask(
                watch.topic,
                id=watch.id,
                now=self._clock(),
                publishers=publishers,
                articles=frozenset(left),
            )
            best = answer.citations[0].article.id if answer.found and answer.citations else ""
            if best not in left or answer.confidence < SURE:
                break
            quotes = tuple(citation for citation in answer.citations if citation.article.id == best)
            found.append((best, quotes[:2]))
            left.discard(best)
        return found

    def _note(
        self,
        connection: Connection,
        *,
        watch: Watch,
        news: News,
        matches: Sequence[tuple[str, tuple[Citation, ...]]],
    ) -> int:
        """Write down what was found, unless another process did, and the notice if it is told at once."""
        moved = connection.execute(
            update(watches)
            .where(watches.c.id == watch.id, watches.c.seen == watch.seen, watches.c.stopped_at.is_(None))
            .values(seen=news.upto)
        )
        if not moved.rowcount:
            return 0
        known = set(connection.scalars(select(sightings.c.article_id).where(sightings.c.watch == watch.id)))
        fresh = [(article, quotes) for article, quotes in matches if article not in known]
        if not fresh:
            return 0
        moment = self._clock()
        notice = None if watch.daily_at else notice_id(watch.id, str(news.upto))
        rows: list[dict[str, Any]] = [
            {
                "watch": watch.id,
                "article_id": article,
                "citations": [quote.as_json() for quote in quotes],
                "found_at": moment,
                "notice": notice,
            }
            for article, quotes in fresh
        ]
        connection.execute(insert(sightings), rows)
        if notice:
            put(connection, watch.request(notice, moment), message(watch, [quotes for _, quotes in fresh]))
        return len(fresh)


def message(watch: Watch, found: Sequence[Sequence[Citation]]) -> Notice:
    """What a watch tells: quotes of the first articles, and the names of the others."""
    quotes = [quote for quotes in found[:_SHOWN] for quote in quotes]
    others = [quotes[0] for quotes in found[_SHOWN:]]
    return Notice(
        heading=wording.watched(watch.topic, len(found)),
        citations=tuple(replace(quote, n=n) for n, quote in enumerate(quotes, 1)),
        lines=tuple(wording.source_line(other) for other in others[:15]),
        watch=watch.id,
    )


def _gather(connection: Connection, watch: Watch, moment: datetime) -> int:
    """The digest of a watch: what was found since the last and is still in the collection."""
    moved = connection.execute(
        update(watches)
        .where(watches.c.id == watch.id, watches.c.due_at == watch.due_at)
        .values(due_at=next_digest(moment, watch.daily_at, watch.zone))
    )
    if not moved.rowcount:
        return 0
    rows = connection.execute(
        select(sightings)
        .join(articles, articles.c.id == sightings.c.article_id)
        .where(sightings.c.watch == watch.id, sightings.c.notice.is_(None), articles.c.version.is_not(None))
        .order_by(sightings.c.found_at)
    ).all()
    if not rows:
        return 0
    notice = notice_id(watch.id, moment.isoformat())
    found = [[citation_restored(record) for record in row.citations] for row in rows]
    put(connection, watch.request(notice, moment), message(watch, found))
    connection.execute(
        update(sightings)
        .where(sightings.c.watch == watch.id, sightings.c.notice.is_(None))
        .values(notice=notice)
    )
    return 1


def _news(connection: Connection, *, seen: int) -> News:
    """New articles after the change ``seen``; copies of a known story are none, nor is what has moved.

    What is written down and not shown yet is looked at once it is: the look ends before it.
    """
    came = (changes.c.number > seen) & (changes.c.kind == "add") & (changes.c.version == 1)
    of_change = changes.join(articles, articles.c.id == changes.c.article_id)
    coming = articles.c.version.is_(None) & articles.c.removed_at.is_(None)
    unshown = connection.scalar(select(func.min(changes.c.number)).select_from(of_change).where(came, coming))
    upto = head(connection) if unshown is None else unshown - 1
    rows = connection.scalars(
        select(articles.c.id)
        .select_from(of_change)
        .where(came, changes.c.number <= upto, articles.c.version.is_not(None), articles.c.original.is_(None))
        .where(~_read_before())
        .order_by(changes.c.number)
    )
    return News(articles=tuple(dict.fromkeys(rows)), upto=max(upto, seen))


def _read_before() -> Exists:
    """Whether the text of an article stood in another one before it, perhaps under its old address."""
    here, before = versions.alias(), versions.alias()
    return (
        exists()
        .where(here.c.article_id == articles.c.id, here.c.version == articles.c.version)
        .where(before.c.text_hash == here.c.text_hash, before.c.article_id != here.c.article_id)
        .where(before.c.seen_at < here.c.seen_at)
    )
