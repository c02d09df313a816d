"""Questions and the answers given: kept, found again by their buttons, listed without names."""

import re
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from bot.desk.clock import utc
from bot.desk.records import Asked, Message, Options, Person, Place, Request
from bot.desk.tables import cited, feedback, questions
from bot.desk.workers import Workers
from retrieval.answer import Answer
from retrieval.restored import restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A question that found no answer: its words, how often it was asked, when last, and why it failed."""

    question: str
    times: int
    last: date
    refusal: str


class Questions:
    """The record of what was asked and answered."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def keep(self, request: Request, question: str, answer: Answer | None, *, private: bool) -> None:
        """Write down a question with its answer, before it is posted.

        ``answer`` is None for a check. A question kept twice (after a restart) is kept once.
        """
        options = asdict(request.options)
        options["as_of"] = request.options.as_of.isoformat() if request.options.as_of else None
        values = {
            "platform": request.place.platform,
            "workspace": request.place.workspace,
            "channel": request.place.channel,
            "thread": request.place.thread,
            "direct": request.place.direct,
            "private": private,
            "person": request.person.key,
            "said_in": request.said_in,
            "kind": request.kind,
            "text": request.text,
            "understood": answer.understood if answer else request.text,
            "options": options,
            "found": answer.found if answer else True,
            "refusal": answer.refusal if answer else None,
            "answer": _stored(answer) if answer else None,
            "withdrawn": False,
            "took_ms": round(answer.took_ms) if answer else 0,
            "asked_at": request.asked_at,
        }
        quotes = [
            {
                "question": question,
                "n": citation.n,
                "article_id": citation.article.id,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }
            for citation in (answer.citations if answer else ())
        ]

        def work(connection: Connection) -> None:
            before = connection.execute(
                select(questions.c.message, questions.c.message_id).where(questions.c.id == question)
            ).first()
            posted = {"message": before.message, "message_id": before.message_id} if before else {}
            connection.execute(delete(cited).where(cited.c.question == question))
            connection.execute(delete(questions).where(questions.c.id == question))
            connection.execute(insert(questions).values(id=question, **values, **posted))
            if quotes:
                connection.execute(insert(cited), quotes)

        await self._workers.write(work)

    async def posted(self, question: str, message: Message | None) -> None:
        """Note where the answer stands."""
        statement = (
            update(questions)
            .where(questions.c.id == question)
            .values(message=dict(message) if message else None, message_id=message["id"] if message else None)
        )
        await self._workers.write(lambda connection: connection.execute(statement))

    async def withdraw(self, question: str) -> None:
        """Note that the answer no longer stands: it is not shown again and no follow-up leans on it."""
        statement = update(questions).where(questions.c.id == question).values(withdrawn=True)
        await self._workers.write(lambda connection: connection.execute(statement))

    async def get(self, question: str) -> Asked | None:
        """The question with this id, if it is still kept."""
        row = await self._workers.read(
            lambda connection: connection.execute(select(questions).where(questions.c.id == question)).first()
        )
        return _asked(row) if row else None

    async def at(self, platform: str, message_id: str) -> Asked | None:
        """The question whose answer is the message with that id, for replies to it."""
        statement = select(questions).where(
            questions.c.platform == platform, questions.c.message_id == message_id
        )
        row = await self._workers.read(lambda connection: connection.execute(statement).first())
        return _asked(row) if row else None

    async def thread(self, place: Place, *, limit: int = 6) -> list[Asked]:
        """The last answered questions of a thread, or of a direct conversation without threads, in order."""
        statement = (
            select(questions)
            .where(
                questions.c.platform == place.platform,
                questions.c.channel == place.channel,
                questions.c.thread == place.thread,
                questions.c.kind.in_(("ask", "follow")),
                questions.c.withdrawn.is_(False),
            )
            .order_by(questions.c.asked_at.desc())
            .limit(limit)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return [_asked(row) for row in reversed(rows)]

    async def of(self, person: Person, *, limit: int = 5) -> list[Asked]:
        """A person's own last questions, newest first."""
        statement = (
            select(questions)
            .where(questions.c.person == person.key)
            .order_by(questions.c.asked_at.desc())
            .limit(limit)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return [_asked(row) for row in rows]

    async def gaps(self, *, limit: int = 20) -> list[Gap]:
        """Questions without an answer, the most frequent first: no name, no place, no time of day."""
        statement = (
            select(questions.c.understood, questions.c.refusal, questions.c.asked_at)
            .where(questions.c.found.is_(False), questions.c.refusal.is_not(None))
            .where(questions.c.refusal != "not_a_question")
            .order_by(questions.c.asked_at.desc())
            .limit(2000)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        alike: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            alike[" ".join(re.findall(r"\w+", row.understood.casefold()))].append(row)
        gaps = [
            Gap(
                question=without_people(group[0].understood),
                times=len(group),
                last=utc(group[0].asked_at).date(),
                refusal=group[0].refusal,
            )
            for group in alike.values()
        ]
        return sorted(gaps, key=lambda gap: (-gap.times, -gap.last.toordinal()))[:limit]

    async def forget_before(self, moment: datetime) -> int:
        """Erase questions asked before ``moment`` but those under review; how many."""

        def work(connection: Connection) -> int:
            reviewed = select(feedback.c.question).where(feedback.c.state == "open")
            old = select(questions.c.id).where(
                and_(questions.c.asked_at < moment, questions.c.id.not_in(reviewed))
            )
            connection.execute(delete(cited).where(cited.c.question.in_(old)))
            connection.execute(delete(feedback).where(feedback.c.question.in_(old)))
            return connection.execute(delete(questions).where(questions.c.id.in_(old))).rowcount

        return await self._workers.write(work)


def _stored(answer: Answer) -> dict[str, Any]:
    """The contract's form, and what was dropped of a draft."""
    return answer.as_json() | ({"dropped": list(answer.dropped)} if answer.dropped else {})


def without_people(text: str) -> str:
    """``text`` without the platforms' marks for people and channels (``<@U1>``, ``<#C1|name>``)."""
    return re.sub(r"<[@#!][^>]*>", "…", text)


def _asked(row: Row[Any]) -> Asked:
    platform, _, rest = row.person.partition(":")
    workspace, _, user = rest.rpartition("/")
    options = row.options
    return Asked(
        id=row.id,
        person=Person(platform=platform, workspace=workspace, user=user),
        place=Place(
            platform=row.platform,
            workspace=row.workspace,
            channel=row.channel,
            thread=row.thread,
            direct=row.direct,
        ),
        text=row.text,
        kind=row.kind,
        options=Options(
            newest_only=options["newest_only"],
            widen=options["widen"],
            as_of=date.fromisoformat(options["as_of"]) if options["as_of"] else None,
        ),
        private=row.private,
        answer=restored(row.answer) if row.answer else None,
        message=row.message,
        asked_at=utc(row.asked_at),
        withdrawn=row.withdrawn,
        said_in=row.said_in,
    )
