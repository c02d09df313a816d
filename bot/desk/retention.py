"""How long things are kept, and what is known of a person, listed and erased on request."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, func, or_, select, update

from bot.desk.claims import Claims
from bot.desk.clock import Clock, now, utc
from bot.desk.questions import Questions
from bot.desk.tables import (
    audit,
    cited,
    conversations,
    events,
    feedback,
    notices,
    questions,
    sightings,
    suggestions,
    told,
    watches,
)
from bot.desk.workers import Workers

ERASED = "erased"


Record = Mapping[str, Any]

_KEPT: Mapping[str, tuple[Table, str, tuple[str, ...]]] = {
    "questions": (questions, "person", ("asked_at", "platform", "channel", "thread", "text", "answer")),
    "feedback": (feedback, "person", ("created_at", "question", "verdict", "reason", "comment")),
    "suggestions": (suggestions, "person", ("created_at", "source", "state")),
    "conversations": (conversations, "asker", ("updated_at", "platform", "channel", "thread")),
    "events": (events, "person", ("claimed_at", "key", "channel", "state")),
    "actions": (audit, "person", ("at", "action", "target", "outcome")),
    "watches": (watches, "person", ("created_at", "platform", "channel", "topic", "daily_at")),
    "notices": (notices, "person", ("created_at", "platform", "body")),
}
"""By kind: the table, the column that names the person, and what a record says of them, its time first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How many records name a person, by kind."""

    questions: int = 0
    feedback: int = 0
    suggestions: int = 0
    conversations: int = 0
    events: int = 0
    actions: int = 0
    watches: int = 0
    notices: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(asdict(self).values())


class Retention:
    """Erases what is older than ``days``; and a person's data when they ask."""

    def __init__(
        self, workers: Workers, questions: Questions, claims: Claims, *, days: int = 90, clock: Clock = now
    ) -> None:
        self._workers = workers
        self._questions = questions
        self._claims = claims
        self._days = days
        self._clock = clock

    async def sweep(self) -> int:
        """Erase what is too old; how many questions went."""
        moment = self._clock() - timedelta(days=self._days)
        await self._claims.forget_before(moment)

        def work(connection: Connection) -> None:
            connection.execute(delete(conversations).where(conversations.c.updated_at < moment))
            connection.execute(delete(notices).where(notices.c.created_at < moment))
            connection.execute(delete(sightings).where(sightings.c.found_at < moment))
            connection.execute(delete(watches).where(watches.c.stopped_at < moment))
            connection.execute(delete(told).where(told.c.question.not_in(select(questions.c.id))))

        await self._workers.write(work)
        return await self._questions.forget_before(moment)

    async def known(self, who: str) -> Known:
        """What is kept of ``who`` (``slack:T1/U1``, ``slack:U1``, ``discord:42``)."""

        def work(connection: Connection) -> Known:
            counts = {
                kind: connection.scalar(
                    select(func.count()).select_from(table).where(_named(table, column, who))
                )
                for kind, (table, column, _) in _KEPT.items()
            }
            return Known(**{kind: count or 0 for kind, count in counts.items()})

        return await self._workers.read(work)

    async def listed(self, who: str) -> dict[str, list[Record]]:
        """The records that name ``who``, by kind, the oldest first; an answer by its words alone."""

        def work(connection: Connection) -> dict[str, list[Record]]:
            return {
                kind: [
                    _record(row)
                    for row in connection.execute(
                        select(*(table.c[name] for name in shown))
                        .where(_named(table, column, who))
                        .order_by(table.c[shown[0]])
                    ).mappings()
                ]
                for kind, (table, column, shown) in _KEPT.items()
            }

        return await self._workers.read(work)

    async def forget(self, who: str) -> Known:
        """Erase what is kept of ``who``; what there was. Actions stay in the log without the name."""
        there = await self.known(who)

        def work(connection: Connection) -> None:
            mine = select(questions.c.id).where(_named(questions, "person", who))
            connection.execute(delete(cited).where(cited.c.question.in_(mine)))
            connection.execute(delete(feedback).where(feedback.c.question.in_(mine)))
            connection.execute(delete(told).where(told.c.question.in_(mine)))
            theirs = select(watches.c.id).where(_named(watches, "person", who))
            connection.execute(delete(sightings).where(sightings.c.watch.in_(theirs)))
            for table, column in (
                (watches, "person"),
                (notices, "person"),
                (questions, "person"),
                (feedback, "person"),
                (conversations, "asker"),
                (events, "person"),
            ):
                connection.execute(delete(table).where(_named(table, column, who)))
            for table in (suggestions, audit):
                connection.execute(update(table).where(_named(table, "person", who)).values(person=ERASED))
            for table in (suggestions, feedback):
                decided = _named(table, "decided_by", who)
                connection.execute(update(table).where(decided).values(decided_by=ERASED))

        await self._workers.write(work)
        return there


def _record(row: RowMapping) -> Record:
    """A row that can be read by people and written as JSON."""
    found = {name: value for name, value in row.items() if value not in (None, "")}
    for name, value in found.items():
        if isinstance(value, datetime):
            found[name] = utc(value).isoformat(timespec="seconds")
        elif name == "answer":
            found[name] = value["answer"]
        elif name == "body":
            found[name] = value["heading"]
    return found


def _named(table: Table, column: str, who: str) -> ColumnElement[bool]:
    platform, _, user = who.partition(":")
    written = table.c[column]
    if "/" in user or not user:
        return written == who
    return or_(written == who, written.like(f"{platform}:%/{_escaped(user)}", escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
