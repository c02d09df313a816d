"""Managing the collection from chat: administrators act, others suggest, everything is logged."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from bot import wording
from bot.desk.audit import Audit
from bot.desk.channels import Channels
from bot.desk.clock import Clock, now
from bot.desk.ports import Addition, Library, Source, Stats
from bot.desk.questions import Gap, Questions
from bot.desk.records import Person
from bot.desk.tables import suggestions
from bot.desk.workers import Workers
from bot.errors import DeskError, NotThere
from index.errors import IndexingError
from retrieval.answer import ArticleRef

_ADDRESS = re.compile(r"https?://[^\s<>|\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A source that somebody would like to have, until an administrator decides. ``person`` is a key."""

    id: str
    source: str
    person: str
    state: Literal["open", "approved", "declined"]


class Sources:
    """What administrators (and, by suggestion, others) do to the collection."""

    def __init__(
        self,
        workers: Workers,
        library: Library,
        questions: Questions,
        channels: Channels,
        audit: Audit,
        *,
        clock: Clock = now,
    ) -> None:
        self._workers = workers
        self._library = library
        self._questions = questions
        self._channels = channels
        self._audit = audit
        self._clock = clock

    async def add(self, person: Person, source: str) -> Addition | Suggestion:
        """Add a URL; from somebody who is no administrator it becomes a suggestion.

        Raises:
            DeskError: it is no web address, or cannot be read; the text says why.
        """
        found = _ADDRESS.fullmatch(source.strip().strip("<>").partition("|")[0])
        if found is None:
            raise DeskError(wording.NOT_AN_ADDRESS)
        if not self._channels.administers(person):
            return await self._suggest(person, found[0])
        return await self._act(person, "add", found[0], lambda: self._library.add(found[0]))

    async def add_file(self, person: Person, name: str, content: bytes) -> Addition:
        """Take in an uploaded file.

        Raises:
            NotAllowed: ``person`` is no administrator.
            DeskError: it cannot be read; the text says why.
        """
        self._channels.require_admin(person)
        return await self._act(person, "add", name, lambda: self._library.add_file(name, content))

    async def list(self) -> Sequence[Source]:
        """What was added, newest first."""
        return await self._workers.aside(self._library.sources)

    async def remove(self, person: Person, source: str) -> int:
        """Take out a source or an article; how many articles went.

        Raises:
            NotAllowed: ``person`` is no administrator.
            NotThere: nothing of that name is in the collection.
        """
        self._channels.require_admin(person)
        address = source.strip().strip("<>").partition("|")[0]
        gone = await self._workers.labour(lambda: self._library.remove(address))
        await self._audit.note(person, "remove", address, wording.count(gone or 0, "article"))
        if gone is None:
            raise NotThere(wording.no_such_source(address))
        return gone

    async def refresh(self, person: Person) -> Addition:
        """Fetch every feed and sitemap again.

        Raises:
            NotAllowed: ``person`` is no administrator.
            DeskError: it failed; the text says why.
        """
        self._channels.require_admin(person)
        return await self._act(person, "refresh", "all sources", self._library.refresh)

    async def stats(self) -> Stats:
        """What the collection holds."""
        return await self._workers.aside(self._library.stats)

    async def newest(self, limit: int = 5) -> Sequence[ArticleRef]:
        """The articles published last."""
        return await self._workers.aside(lambda: self._library.newest(limit))

    async def gaps(self, person: Person, *, limit: int = 20) -> Sequence[Gap]:
        """What was asked in vain, without names.

        Raises:
            NotAllowed: ``person`` is no administrator.
        """
        self._channels.require_admin(person)
        return await self._questions.gaps(limit=limit)

    async def suggested(self, person: Person) -> Sequence[Suggestion]:
        """Suggestions that wait for a decision, oldest first.

        Raises:
            NotAllowed: ``person`` is no administrator.
        """
        self._channels.require_admin(person)
        statement = (
            select(suggestions).where(suggestions.c.state == "open").order_by(suggestions.c.created_at)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return [Suggestion(id=r.id, source=r.source, person=r.person, state=r.state) for r in rows]

    async def decide(
        self, admin: Person, suggestion: str, *, approve: bool
    ) -> tuple[Suggestion, Addition | None]:
        """Approve a suggestion (and add it) or decline it. Pressing twice, or by two people, acts once.

        Raises:
            NotAllowed: ``admin`` is no administrator.
            NotThere: it is decided already, or does not exist.
            DeskError: it cannot be read; it stays open.
        """
        self._channels.require_admin(admin)
        row = await self._workers.read(
            lambda connection: connection.execute(
                select(suggestions).where(suggestions.c.id == suggestion, suggestions.c.state == "open")
            ).first()
        )
        if row is None:
            raise NotThere(wording.SUGGESTION_DECIDED)
        addition = None
        if approve:
            addition = await self._act(admin, "approve", row.source, lambda: self._library.add(row.source))
        else:
            await self._audit.note(admin, "decline", row.source, "")
        state: Literal["approved", "declined"] = "approved" if approve else "declined"
        statement = (
            update(suggestions)
            .where(suggestions.c.id == suggestion)
            .values(state=state, decided_by=admin.key, decided_at=self._clock())
        )
        await self._workers.write(lambda connection: connection.execute(statement))
        return Suggestion(id=row.id, source=row.source, person=row.person, state=state), addition

    async def _suggest(self, person: Person, source: str) -> Suggestion:
        key = hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
        known = select(suggestions).where(suggestions.c.id == key)
        moment = self._clock()

        def record(connection: Connection) -> Suggestion:
            row = connection.execute(known).first()
            if row is None:
                connection.execute(
                    insert(suggestions).values(
                        id=key, source=source, person=person.key, state="open", created_at=moment
                    )
                )
            elif row.state != "open":
                connection.execute(
                    update(suggestions)
                    .where(suggestions.c.id == key)
                    .values(person=person.key, state="open", created_at=moment)
                )
            return Suggestion(id=key, source=source, person=person.key, state="open")

        suggestion = await self._workers.write(record)
        await self._audit.note(person, "suggest", source, "")
        return suggestion

    async def _act(self, person: Person, action: str, target: str, work: Callable[[], Addition]) -> Addition:
        try:
            addition = await self._workers.labour(work)
        except IndexingError as exc:
            await self._audit.note(person, action, target, str(exc))
            raise DeskError(str(exc)) from exc
        await self._audit.note(person, action, target, wording.addition(addition))
        return addition
