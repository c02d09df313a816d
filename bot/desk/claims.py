"""Claiming of events: whatever a platform delivers, and however often, is answered once.

A claim is a lease. It is renewed while its owner lives; when it lapses, another process (or this one after a
restart) takes the event over, looks whether the answer was posted, and posts it if not.
"""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, null, or_, select, update

from bot.desk.clock import Clock, now, utc
from bot.desk.records import Message, Place, Request
from bot.desk.tables import events, questions
from bot.desk.workers import Workers

Outcome = Literal["posted", "silent", "failed", "refused", "gone"]
"""``refused``: it was too much, and the person was told so. ``gone``: the message was deleted, so that no
version of it is answered any more."""
ON_THE_WAY = timedelta(hours=1)
"""How long a message may still come after word of its edit or deletion: Slack delivers for an hour."""
_OPEN = ("claimed", "posting")
_UNCOUNTED = ("silent", "refused", "gone")
_IS_OPEN = events.c.state.in_(_OPEN)


def question_id(key: str) -> str:
    """The id of the question that an event asks: the same after a restart."""
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """An event whose owner is gone.

    ``posting``: its message may have been posted. ``attempts`` counts this one.
    """

    request: Request
    posting: bool
    attempts: int


class Claims:
    """Who answers which event. Several processes may share the database."""

    def __init__(
        self, workers: Workers, *, lease: timedelta = timedelta(seconds=30), clock: Clock = now
    ) -> None:
        self._workers = workers
        self._lease = lease
        self._clock = clock
        self.owner = str(uuid.uuid4())

    @property
    def lease(self) -> timedelta:
        """How long a claim holds without being renewed."""
        return self._lease

    async def claim(self, given: Request) -> Request | None:
        """The request ``given``, if it is ours to answer; None for every repeat.

        Of one message there may be several versions, in any order of arrival: the one that is newer
        (``asked_at``) than all before it replaces their answer, an older one is a repeat. A deletion is the
        last of them, also where it is the first to arrive: then it is remembered while the others may come.
        """

        def work(connection: Connection) -> Request | None:
            moment = self._clock()  # in the transaction, so that what was claimed before has the earlier time
            if connection.scalar(select(events.c.key).where(events.c.key == given.key)):
                return None
            request = _versioned(connection, given)
            if request is None:
                return None
            early = request.kind == "retract" and not request.replaces
            if early:
                _forget_gone(connection, moment - ON_THE_WAY)
            connection.execute(
                insert(events).values(
                    key=request.key,
                    state="gone" if early else "claimed",
                    platform=request.place.platform,
                    person=request.person.key,
                    channel=_channel(request.place),
                    said_in=request.said_in,
                    request=null() if early else request.as_json(),
                    question=None if early else request.replaces or question_id(request.key),
                    owner=self.owner,
                    leased_until=moment + self._lease,
                    attempts=1,
                    claimed_at=moment,
                    done_at=moment if early else None,
                )
            )
            return None if early else request

        return await self._workers.write(work)

    async def posting(self, key: str) -> bool:
        """Note that the message is about to be posted; false if the claim was lost to another process."""
        return await self._advance(key, state="posting", leased_until=self._clock() + self._lease)

    async def grows(self, request: Request, message: Message) -> bool:
        """Note the message in which the answer has begun to grow, to be finished there after a restart."""
        return await self._advance(request.key, request=replace(request, grown=message).as_json())

    async def done(self, key: str, outcome: Outcome) -> bool:
        """Note that the event needs nothing more."""
        return await self._advance(key, state=outcome, request=null(), done_at=self._clock())

    async def renew(self, keys: Collection[str]) -> None:
        """Keep the claims that are being worked on."""
        if not keys:
            return
        statement = (
            update(events)
            .where(events.c.key.in_(keys), events.c.owner == self.owner, _IS_OPEN)
            .values(leased_until=self._clock() + self._lease)
        )
        await self._workers.write(lambda connection: connection.execute(statement))

    async def abandoned(self, platform: str, *, limit: int = 20) -> list[Abandoned]:
        """Take over events whose owner is gone, oldest first.

        Where this process is the only one on the database, every claim of another owner is from before a
        restart; otherwise a claim is abandoned when its lease has lapsed.
        """
        moment = self._clock()
        lapsed = events.c.leased_until < moment
        if self._workers.sole:
            lapsed = or_(lapsed, events.c.owner != self.owner)

        def work(connection: Connection) -> list[Abandoned]:
            rows = connection.execute(
                select(events.c.key, events.c.state, events.c.request, events.c.attempts)
                .where(events.c.platform == platform, _IS_OPEN, lapsed)
                .order_by(events.c.claimed_at)
                .limit(limit)
            ).all()
            if rows:
                connection.execute(
                    update(events)
                    .where(events.c.key.in_([row.key for row in rows]))
                    .values(
                        owner=self.owner,
                        leased_until=moment + self._lease,
                        attempts=events.c.attempts + 1,
                    )
                )
            return [
                Abandoned(
                    request=Request.from_json(row.request),
                    posting=row.state == "posting",
                    attempts=row.attempts + 1,
                )
                for row in rows
            ]

        return await self._workers.write(work)

    async def saying(self, place: Place, said_in: str) -> str | None:
        """The key of the event that first took up a message; None for a message never taken up."""
        statement = (
            select(events.c.key)
            .where(events.c.channel == _channel(place), events.c.said_in == said_in)
            .order_by(events.c.claimed_at)
            .limit(1)
        )
        return await self._workers.read(lambda connection: connection.scalar(statement))

    async def open(self, question: str, *, besides: str) -> bool:
        """Whether an event of that question, asked before the event ``besides``, is still being answered."""
        before = select(events.c.claimed_at).where(events.c.key == besides).scalar_subquery()
        statement = select(events.c.key).where(
            events.c.question == question, events.c.key != besides, events.c.claimed_at <= before, _IS_OPEN
        )
        return await self._workers.read(lambda connection: connection.scalar(statement) is not None)

    async def deleted(self, request: Request) -> bool:
        """Whether the message that asks ``request`` was deleted meanwhile."""
        if not request.said_in:
            return False
        statement = select(events.c.state, events.c.request).where(
            *_of_message(request), events.c.key != request.key
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return any(_deletes(row.state, row.request) for row in rows)

    async def before(
        self, request: Request, *, person: int, channel: int
    ) -> tuple[datetime | None, datetime | None]:
        """When the last but so many things before ``request`` were asked, None where there were fewer.

        By the same person (the ``person``-th last), and in the same channel (the ``channel``-th last). What
        was refused or passed over in silence and what the desk posts by itself count for nobody: who is told
        how long to wait is served then.
        """
        mine = select(events.c.claimed_at).where(events.c.key == request.key).scalar_subquery()
        earlier = or_(
            events.c.claimed_at < mine, and_(events.c.claimed_at == mine, events.c.key < request.key)
        )
        counted = and_(earlier, events.c.state.not_in(_UNCOUNTED), events.c.key.not_like("notice:%"))

        def last(connection: Connection, whose: ColumnElement[bool], number: int) -> datetime | None:
            found = connection.scalar(
                select(events.c.claimed_at)
                .where(whose, counted)
                .order_by(events.c.claimed_at.desc())
                .offset(number - 1)
                .limit(1)
            )
            return utc(found) if found else None

        def work(connection: Connection) -> tuple[datetime | None, datetime | None]:
            return (
                last(connection, events.c.person == request.person.key, person),
                last(connection, events.c.channel == _channel(request.place), channel),
            )

        return await self._workers.read(work)

    async def forget_before(self, moment: datetime) -> int:
        """Drop what was done before ``moment``; the number of events dropped."""
        statement = delete(events).where(events.c.claimed_at < moment, events.c.state.not_in(_OPEN))
        return await self._workers.write(lambda connection: connection.execute(statement).rowcount)

    async def _advance(self, key: str, **values: Any) -> bool:
        statement = (
            update(events).where(events.c.key == key, events.c.owner == self.owner, _IS_OPEN).values(**values)
        )
        return await self._workers.write(lambda connection: connection.execute(statement).rowcount == 1)


def _versioned(connection: Connection, request: Request) -> Request | None:
    """The request as a version of its message: the first, one that replaces it, or None for an older one."""
    if not request.said_in or request.replaces or request.kind not in ("ask", "follow", "check", "retract"):
        return request
    rows = connection.execute(
        select(events.c.question, events.c.state, events.c.request, questions.c.asked_at)
        .outerjoin(questions, questions.c.id == events.c.question)
        .where(*_of_message(request))
        .order_by(events.c.claimed_at)
    ).all()
    if any(_deletes(row.state, row.request) for row in rows):
        return None
    known = [utc(row.asked_at) for row in rows if row.asked_at]
    known += [Request.from_json(row.request).asked_at for row in rows if row.request]
    if request.kind != "retract" and known and request.asked_at <= max(known):
        return None
    return replace(request, replaces=rows[0].question) if rows else request


def _of_message(request: Request) -> tuple[ColumnElement[bool], ...]:
    """The events of the message that holds ``request``."""
    return (events.c.channel == _channel(request.place), events.c.said_in == request.said_in)


def _deletes(state: str, request: Mapping[str, Any] | None) -> bool:
    """Whether an event is the deletion of its message, done or under way."""
    return state == "gone" or (request is not None and request["kind"] == "retract")


def _forget_gone(connection: Connection, moment: datetime) -> None:
    connection.execute(delete(events).where(events.c.state == "gone", events.c.done_at < moment))


def _channel(place: Place) -> str:
    return f"{place.platform}:{place.workspace}/{place.channel}"
