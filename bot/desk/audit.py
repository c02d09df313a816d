"""The log of what was done to the collection, the settings and posted answers, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from bot.desk.clock import Clock, now, utc
from bot.desk.records import Person
from bot.desk.tables import audit
from bot.desk.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One action. ``person`` is a `Person.key`."""

    at: datetime
    person: str
    action: str
    target: str
    outcome: str


class Audit:
    """Actions, newest first; never erased by retention."""

    def __init__(self, workers: Workers, *, clock: Clock = now) -> None:
        self._workers = workers
        self._clock = clock

    async def note(self, person: Person, action: str, target: str, outcome: str) -> None:
        """Write down an action."""
        statement = insert(audit).values(
            at=self._clock(), person=person.key, action=action, target=target, outcome=outcome
        )
        await self._workers.write(lambda connection: connection.execute(statement))

    async def last(self, limit: int = 20) -> list[Entry]:
        """The last actions, newest first."""
        statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return [
            Entry(
                at=utc(row.at), person=row.person, action=row.action, target=row.target, outcome=row.outcome
            )
            for row in rows
        ]
