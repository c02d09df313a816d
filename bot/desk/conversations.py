"""Conversations: who asked in a thread, whether the bot was told to stop, what the next question leans on."""

import re
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.desk.clock import Clock, now
from bot.desk.questions import Questions
from bot.desk.records import Asked, Person, Place
from bot.desk.tables import conversations
from bot.desk.workers import Workers

_STOP = re.compile(
    r"\s*(please\s+)?(stop|be quiet|shut up|go away|that'?s all|quiet)(\s*,?\s*please)?\s*[.!]*\s*", re.I
)
_RIGHT = re.compile(
    r"\s*(please\s+)?((so\s+)?(is|was|are)\s+(that|this|it|he|she|they)\s+(really\s+|actually\s+)?"
    r"(right|true|correct|accurate|so)|(fact[\s-]?)?check\s+(this|that|it)(\s+claim)?|true\s+or\s+false|really"
    r"|can you (check|verify) (this|that|it)|verify\s+(this|that|it))(\s*,?\s*please)?\s*[?.!]*\s*",
    re.I,
)
_SIGN_IN = re.compile(r"\s*(please\s+)?(log|sign)\s?-?in(\s+link)?(\s*,?\s*please)?\s*[.!]*\s*", re.I)
_HELP = re.compile(
    r"\s*(please\s+)?(help(\s+me)?|hi|hello|hey|hi there|good (morning|afternoon|evening)|start|commands"
    r"|what can (you|i) (do|ask)( you)?( here)?|how (do(es)?|can) (i|you|this|it) (work|use (you|this|it))"
    r"|who are you|what are you)\s*[?!.]*\s*",
    re.I,
)
_CLAIM = re.compile(
    r"\s*(please\s+)?(fact[\s-]?)?check\b(\s+(that|whether|if)\b|\s*:)?\s+(?P<claim>\S.*)", re.I | re.S
)
STALE = timedelta(minutes=30)
"""How long a conversation outside of threads goes on."""


def says_stop(text: str) -> bool:
    """Whether ``text`` tells the bot to leave the thread alone."""
    return _STOP.fullmatch(text) is not None


def asks_to_sign_in(text: str) -> bool:
    """Whether ``text`` asks for a way to the pages."""
    return _SIGN_IN.fullmatch(text) is not None


def asks_for_help(text: str) -> bool:
    """Whether ``text`` asks what the bot does, or greets it."""
    return _HELP.fullmatch(text) is not None


def asks_whether_right(text: str) -> bool:
    """Whether ``text`` asks about the message it answers ("is that right?") and names nothing itself."""
    return _RIGHT.fullmatch(text) is not None


def claim_in(text: str) -> str | None:
    """The sentence after "check", None where ``text`` does not ask to check one that it names."""
    found = _CLAIM.fullmatch(text)
    if found is None or asks_whether_right(text) or (found["claim"].rstrip().endswith("?") and not found[3]):
        return None
    return found["claim"].strip()


class Conversations:
    """The state of every thread in which the bot was asked something."""

    def __init__(self, workers: Workers, questions: Questions, *, clock: Clock = now) -> None:
        self._workers = workers
        self._questions = questions
        self._clock = clock

    async def asked(self, place: Place, person: Person) -> None:
        """Note that ``person`` addressed the bot here: follow-ups are theirs from now on."""
        await self._set(place, asker=person.key, stopped=False)

    async def stop(self, place: Place, person: Person) -> None:
        """Stay quiet here until addressed again."""
        await self._set(place, asker=person.key, stopped=True)

    async def follows(self, place: Place, person: Person) -> bool:
        """Whether what ``person`` says here without addressing the bot may be a follow-up."""
        statement = select(conversations.c.asker, conversations.c.stopped).where(*_at(place))
        row = await self._workers.read(lambda connection: connection.execute(statement).first())
        return row is not None and row.asker == person.key and not row.stopped

    async def turns(self, place: Place, *, limit: int = 6) -> list[Asked]:
        """The earlier questions that the next one may lean on, in order."""
        turns = await self._questions.thread(place, limit=limit)
        if place.thread:
            return turns
        since = self._clock() - STALE
        return [turn for turn in turns if turn.asked_at > since]

    async def _set(self, place: Place, *, asker: str, stopped: bool) -> None:
        values = {"asker": asker, "stopped": stopped, "updated_at": self._clock()}

        def work(connection: Connection) -> None:
            changed = connection.execute(update(conversations).where(*_at(place)).values(**values))
            if not changed.rowcount:
                connection.execute(
                    insert(conversations).values(
                        platform=place.platform, channel=place.channel, thread=place.thread, **values
                    )
                )

        await self._workers.write(work)

    async def forget(self, place: Place) -> None:
        """Drop what is known of a thread."""
        statement = delete(conversations).where(*_at(place))
        await self._workers.write(lambda connection: connection.execute(statement))


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    columns = conversations.c
    return (
        columns.platform == place.platform,
        columns.channel == place.channel,
        columns.thread == place.thread,
    )
