"""A question from the web or the API: answered in its conversation, and kept like those of the chats."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import uuid4

import structlog

from bot import wording
from bot.desk.claims import question_id
from bot.desk.records import Asked, Options, Person, Place, Platform, Request
from bot.errors import BotError, ServiceError, TooMany
from bot.service.works import Works
from index.errors import IndexingError
from retrieval.answer import Answer
from retrieval.errors import RetrievalError
from retrieval.understand.turn import turn_of

MOST_UNDER_WAY = 200
"""Questions being answered or waiting, above which the next is told to come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; ``conversation`` names the one that it follows up on, if any."""

    text: str
    as_of: date | None = None
    conversation: str = ""
    newest_only: bool = False
    widen: bool = False


def new_key(person: Person) -> str:
    """The key of one asking; `bot.desk.claims.question_id` makes the question's id of it."""
    return f"{person.platform}:{uuid4().hex}"


def make_room(works: Works) -> None:
    """Nothing, where one more may be asked.

    Raises:
        TooMany: too much is being asked at once.
    """
    if works.workers.under_way >= MOST_UNDER_WAY:
        raise TooMany("A lot is being asked just now. Please try again in a moment.", wait=2)


async def ask(
    works: Works,
    person: Person,
    question: Question,
    *,
    keep: bool = True,
    key: str = "",
    told: Callable[[str], None] | None = None,
) -> Answer:
    """The answer, with the id under which it is kept; ``told`` gets the lines of one that is written.

    Raises:
        TooMany: too much is being asked at once.
        IndexingError, RetrievalError: it cannot be answered now.
    """
    make_room(works)
    key = key or new_key(person)
    identifier = question_id(key)
    # Bound to the end of the request, so that what is logged of a failure carries it too.
    structlog.contextvars.bind_contextvars(case=identifier)
    place = place_of(person, question.conversation)
    earlier = await works.desk.questions.thread(place) if question.conversation else []
    turns = [turn_of(asked.answer) for asked in earlier if asked.answer]
    asked_at = datetime.now(UTC)
    answer = await works.workers.compute(
        lambda: works.answerer.ask(
            question.text,
            id=identifier,
            as_of=question.as_of,
            now=asked_at,
            turns=turns,
            newest_only=question.newest_only,
            widen=question.widen,
            told=told,
        )
    )
    if keep:
        request = Request(
            key=key,
            kind="ask",
            person=person,
            place=place,
            text=question.text,
            asked_at=asked_at,
            options=Options(newest_only=question.newest_only, widen=question.widen, as_of=question.as_of),
            private=True,
        )
        await works.desk.questions.keep(request, identifier, answer, private=True)
    return answer


async def written(
    works: Works, person: Person, question: Question, *, keep: bool = True, key: str = ""
) -> AsyncIterator[str | Answer]:
    """The lines of an answer as they pass, then the Answer. It is made and kept even if nobody waits for it.

    Raises:
        BotError, IndexingError, RetrievalError: it cannot be answered now.
    """
    key = key or new_key(person)
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    answered: asyncio.Future[Answer] = loop.create_future()

    def tell(line: str) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    async def run() -> None:
        try:
            answered.set_result(await ask(works, person, question, keep=keep, key=key, told=tell))
        except (BotError, IndexingError, RetrievalError) as exc:
            answered.set_exception(exc)
        finally:
            if not answered.done():
                answered.cancel()
            lines.put_nowait(None)

    works.desk.begin(run())
    while (line := await lines.get()) is not None:
        yield line
    try:
        yield await answered
    except asyncio.CancelledError as exc:
        raise ServiceError(wording.broken(question_id(key))) from exc


async def conversation(works: Works, person: Person, name: str) -> list[Asked]:
    """What ``person`` asked in a conversation of theirs, in order."""
    return await works.desk.questions.thread(place_of(person, name), limit=50)


def place_of(person: Person, conversation: str) -> Place:
    """Where a conversation on the web is kept: with the person, so that nobody else opens it."""
    platform: Platform = "terminal" if person.platform == "terminal" else "web"
    return Place(platform=platform, workspace="", channel=person.key[:64], thread=conversation, direct=True)


def labelled(answer: Answer, name: str | None) -> Answer:
    """The same under the id that a tool gave it."""
    return replace(answer, id=name) if name else answer
