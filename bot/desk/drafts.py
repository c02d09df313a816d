"""What language models wrote that was not shown, for whoever looks after the bot."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from bot.desk.clock import utc
from bot.desk.questions import without_people
from bot.desk.tables import questions

_LOOKED_AT = 2000  # questions, the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A sentence that was dropped, why, and the question that it was to answer."""

    sentence: str
    reason: str
    question: str
    on: date


def dropped(connection: Connection, *, limit: int = 100) -> tuple[Counter[str], list[Dropped]]:
    """How many sentences were dropped for each reason, and the last of them, newest first.

    They are kept with their questions, and erased with them.
    """
    column = questions.c.answer["dropped"]
    statement = (
        select(questions.c.understood, questions.c.asked_at, column.label("dropped"))
        .where(column.as_string().is_not(None))
        .order_by(questions.c.asked_at.desc())
        .limit(_LOOKED_AT)
    )
    found = [
        Dropped(
            sentence=sentence,
            reason=reason,
            question=without_people(row.understood),
            on=utc(row.asked_at).date(),
        )
        for row in connection.execute(statement)
        for reason, _, sentence in (one.partition(": ") for one in row.dropped)
    ]
    return Counter(one.reason for one in found), found[:limit]
