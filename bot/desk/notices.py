"""Messages that nobody asked for just now: what watches find, and what became of quoted articles.

A notice is written down in the transaction that decides on it, and posted as an event of its own
(``notice:<id>``): claimed, looked up after a restart, and posted once, like an answer.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, literal, select

from bot.desk.clock import Clock, now
from bot.desk.records import Notice, Request
from bot.desk.tables import events, notices
from bot.desk.workers import Workers
from retrieval.restored import citation_restored

_STALE = timedelta(days=2)
"""News that could not be posted for so long is none any more."""


def notice_id(*parts: str) -> str:
    """The id of the notice about ``parts``: the same in every process."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()


def put(connection: Connection, request: Request, notice: Notice) -> None:
    """Write a notice down; ``request.text`` is its id, ``request.place`` where it goes. Twice is once."""
    if connection.scalar(select(notices.c.id).where(notices.c.id == request.text)) is None:
        connection.execute(
            insert(notices).values(
                id=request.text,
                platform=request.place.platform,
                person=request.person.key,
                request=request.as_json(),
                body=_as_json(notice),
                created_at=request.asked_at,
            )
        )


class Notices:
    """The notices that wait to be posted, and their bodies."""

    def __init__(self, workers: Workers, *, clock: Clock = now) -> None:
        self._workers = workers
        self._clock = clock

    async def waiting(self, platforms: Collection[str]) -> Sequence[Request]:
        """The requests of notices that no event was claimed for yet, oldest first."""
        event = select(events.c.key).where(events.c.key == literal("notice:") + notices.c.id)
        query = (
            select(notices.c.request)
            .where(
                notices.c.platform.in_(platforms),
                notices.c.created_at > self._clock() - _STALE,
                ~event.exists(),
            )
            .order_by(notices.c.created_at)
        )
        rows = await self._workers.read(lambda connection: connection.scalars(query).all())
        return [Request.from_json(row) for row in rows]

    async def body(self, identifier: str) -> Notice | None:
        """What a notice says; None where it is no longer kept."""
        query = select(notices.c.body).where(notices.c.id == identifier)
        record = await self._workers.read(lambda connection: connection.scalar(query))
        return _restored(record) if record else None


def _as_json(notice: Notice) -> dict[str, Any]:
    return {
        "heading": notice.heading,
        "lines": list(notice.lines),
        "citations": [citation.as_json() for citation in notice.citations],
        "watch": notice.watch,
    }


def _restored(record: dict[str, Any]) -> Notice:
    return Notice(
        heading=record["heading"],
        lines=tuple(record["lines"]),
        citations=tuple(map(citation_restored, record["citations"])),
        watch=record["watch"],
    )
