"""How long things are kept, and what is known of a person, listed and erased on request."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from bot.desk.claims import Claims
from bot.desk.clock import Clock, now
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How many records name a person, by kind."""

    questions: int
    feedback: int
    suggestions: int
    conversations: int
    events: int
    actions: int
    watches: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return (
            self.questions
            + self.feedback
            + self.suggestions
            + self.conversations
            + self.events
            + self.actions
            + self.watches
        )


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
            def rows(table: Table, column: str = "person") -> int:
                named = _named(table, column, who)
                return connection.scalar(select(func.count()).select_from(table).where(named)) or 0

            return Known(
                questions=rows(questions),
                feedback=rows(feedback),
                suggestions=rows(suggestions),
                conversations=rows(conversations, "asker"),
                events=rows(events),
                actions=rows(audit),
                watches=rows(watches),
            )

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

        await self._workers.write(work)
        return there


def _named(table: Table, column: str, who: str) -> ColumnElement[bool]:
    platform, _, user = who.partition(":")
    written = table.c[column]
    if "/" in user or not user:
        return written == who
    return or_(written == who, written.like(f"{platform}:%/{_escaped(user)}", escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
