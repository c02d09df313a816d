"""Feedback on answers, and what becomes of wrong ones: reviewed, withdrawn or corrected, exported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from bot import wording
from bot.desk.audit import Audit
from bot.desk.channels import Channels
from bot.desk.clock import Clock, now, utc
from bot.desk.questions import Questions
from bot.desk.records import Asked, Person
from bot.desk.tables import feedback
from bot.desk.workers import Workers
from bot.errors import NotThere

Decision = Literal["dismissed", "withdrawn", "corrected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An answer that somebody called wrong. It does not say who."""

    asked: Asked
    reason: str
    comment: str
    created_at: datetime


class Reviews:
    """Feedback and the review list."""

    def __init__(
        self, workers: Workers, questions: Questions, channels: Channels, audit: Audit, *, clock: Clock = now
    ) -> None:
        self._workers = workers
        self._questions = questions
        self._channels = channels
        self._audit = audit
        self._clock = clock

    async def helpful(self, question: str, person: Person) -> None:
        """Note that ``person`` found the answer helpful; takes the place of what they said before.

        Raises:
            NotThere: the question is not kept (any more).
        """
        await self._note(question, person, verdict="helpful", state="noted")

    async def wrong(self, question: str, person: Person, *, reason: str, comment: str = "") -> None:
        """Put the answer on the review list. ``reason`` is a key of `bot.wording.WRONG`.

        Raises:
            NotThere: the question is not kept (any more).
        """
        await self._note(
            question, person, verdict="wrong", state="open", reason=reason[:32], comment=comment[:2000]
        )

    async def open(self, admin: Person, *, limit: int = 10) -> list[Case]:
        """The review list, oldest first.

        Raises:
            NotAllowed: ``admin`` is no administrator.
        """
        self._channels.require_admin(admin)
        statement = (
            select(feedback).where(feedback.c.state == "open").order_by(feedback.c.created_at).limit(limit)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        return [
            Case(asked=asked, reason=row.reason, comment=row.comment, created_at=utc(row.created_at))
            for row in rows
            if (asked := await self._questions.get(row.question))
        ]

    async def decide(
        self, admin: Person, question: str, decision: Decision, *, correction: str = ""
    ) -> Asked:
        """Close every open case of a question; the question as asked, whose message is then to be changed.

        Raises:
            NotAllowed: ``admin`` is no administrator.
            NotThere: the question is not kept (any more).
        """
        self._channels.require_admin(admin)
        asked = await self._questions.get(question)
        if asked is None:
            raise NotThere(wording.QUESTION_GONE)
        moment = self._clock()
        closing = {"state": decision, "correction": correction, "decided_by": admin.key, "decided_at": moment}

        def work(connection: Connection) -> None:
            of_question = feedback.c.question == question
            changed = connection.execute(
                update(feedback).where(of_question, feedback.c.verdict == "wrong").values(**closing)
            )
            if not changed.rowcount:
                connection.execute(delete(feedback).where(of_question, feedback.c.person == admin.key))
                connection.execute(
                    insert(feedback).values(
                        question=question,
                        person=admin.key,
                        verdict="wrong",
                        reason="other",
                        comment="",
                        created_at=moment,
                        **closing,
                    )
                )

        await self._workers.write(work)
        if decision != "dismissed":
            await self._questions.withdraw(question)
        await self._audit.note(admin, decision, f"answer {question}", correction)
        return asked

    async def export(self, admin: Person) -> list[dict[str, Any]]:
        """Every answer that was withdrawn or corrected as a line for ``communique evaluate``.

        Without names or places. What was withdrawn and not put right counts as ``unanswerable``: what should
        have been refused. Open cases are for the review list, and a dismissed one was no wrong answer.

        Raises:
            NotAllowed: ``admin`` is no administrator.
        """
        self._channels.require_admin(admin)
        statement = (
            select(feedback)
            .where(feedback.c.verdict == "wrong", feedback.c.state.in_(("withdrawn", "corrected")))
            .order_by(feedback.c.created_at)
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        lines: dict[str, dict[str, Any]] = {}
        for row in rows:
            asked = await self._questions.get(row.question)
            if asked is not None and asked.answer is not None:
                lines[asked.id] = _line(asked, reason=row.reason, state=row.state, correction=row.correction)
        return list(lines.values())

    async def _note(self, question: str, person: Person, **values: Any) -> None:
        if await self._questions.get(question) is None:
            raise NotThere(wording.QUESTION_GONE)
        record = {"reason": "", "comment": "", "correction": "", "created_at": self._clock(), **values}

        def work(connection: Connection) -> None:
            connection.execute(
                delete(feedback).where(feedback.c.question == question, feedback.c.person == person.key)
            )
            connection.execute(insert(feedback).values(question=question, person=person.key, **record))

        await self._workers.write(work)


def _line(asked: Asked, *, reason: str, state: str, correction: str) -> dict[str, Any]:
    answer = asked.answer
    assert answer is not None  # noqa: S101 - the caller looked
    return {
        "id": asked.id,
        "question": answer.understood,
        "as_of": (asked.options.as_of or asked.asked_at.date()).isoformat(),
        "kind": "answerable" if correction else "unanswerable",
        "answers": [correction] if correction else [],
        "given": answer.answer,
        "reason": reason,
        "state": state,
    }
