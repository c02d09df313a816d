"""From a request to its reply: may they ask, do they ask too much, and what is the answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import wording
from bot.desk.channels import Channel, Channels
from bot.desk.claims import Claims, question_id
from bot.desk.clock import Clock, now
from bot.desk.conversations import Conversations, asks_for_help, asks_to_sign_in, claim_in, says_stop
from bot.desk.notices import Notices
from bot.desk.ports import Answerer, Figures
from bot.desk.questions import Questions
from bot.desk.records import Person, Reply, Request, Words
from bot.desk.spending import HELP, parse
from bot.desk.watches import Watches
from bot.desk.workers import Workers
from bot.errors import DeskError, TooMany
from retrieval.answer import Answer
from retrieval.understand.turn import turn_of

Told = Callable[[str], None]
"""Is told a line of an answer, from the thread that makes it."""
SignIn = Callable[[Person], str]
"""Makes an address that signs a person in to the pages, empty where there is none that people could reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken within ``window``, from one person and in one channel.

    The first keeps one person from crowding out the others; the second is what one process answers in half of
    the window, so that a whole company may ask in one channel while somebody speaks.
    """

    per_person: int = 12
    per_channel: int = 300
    window: timedelta = timedelta(minutes=1)


class Replying:
    """Makes replies. Keeps every question with its answer before it is delivered."""

    def __init__(
        self,
        workers: Workers,
        *,
        answerer: Answerer,
        figures: Figures,
        claims: Claims,
        channels: Channels,
        conversations: Conversations,
        questions: Questions,
        watches: Watches,
        notices: Notices,
        limits: Limits,
        sign_in: SignIn | None = None,
        model: str | None = None,
        clock: Clock = now,
    ) -> None:
        self._workers = workers
        self._answerer = answerer
        self._figures = figures
        self._claims = claims
        self._channels = channels
        self._conversations = conversations
        self._questions = questions
        self._watches = watches
        self._notices = notices
        self._limits = limits
        self._sign_in = sign_in
        self._model = model
        self._clock = clock

    async def reply(self, request: Request, *, told: Told | None = None) -> Reply | None:
        """The reply to a request; None where silence is right (a follow-up that is none of ours).

        ``told`` gets the lines of an answer that all may see, as they pass.

        Raises:
            IndexingError, RetrievalError: it cannot be answered now.
        """
        if request.kind == "notice":
            notice = await self._notices.body(request.text)
            return Reply(request=request, body=notice, private=request.private) if notice else None
        follow = request.kind in ("follow", "hint")
        if follow and not await self._conversations.follows(request.place, request.person):
            return None
        try:
            channel = await self._channels.admit(request.person, request.place)
            await self._within_limits(request)
        except DeskError as exc:
            refused = isinstance(exc, TooMany)
            said = Reply(request=request, body=Words(text=str(exc)), private=True, refused=refused)
            return None if follow else said
        if request.kind == "hint":
            return Reply(request=request, body=Words(text=wording.UNREAD))
        if request.kind == "watch":
            return await self._watch(request)
        if says_stop(request.text) and request.kind in ("ask", "follow"):
            await self._conversations.stop(request.place, request.person)
            return Reply(request=request, body=Words(text=wording.STOPPED), private=request.private)
        if request.kind == "ask" and asks_to_sign_in(request.text):
            link = self._sign_in(request.person) if self._sign_in else ""
            words = Words(text=wording.SIGN_IN if link else wording.NO_PAGES, link=link)
            return Reply(request=request, body=words, private=True)
        if request.kind == "ask" and asks_for_help(request.text):
            text = f"{wording.HOW} {wording.goes_to(self._model)}" if self._model else wording.HOW
            return Reply(request=request, body=Words(text=text), private=request.private)
        if request.kind == "share":
            return await self._share(request)
        if request.kind == "spending":
            return await self._spending(request, channel)
        if not request.text.strip():
            empty = wording.NOTHING_TO_CHECK if request.kind == "check" else wording.EMPTY
            return Reply(request=request, body=Words(text=empty), private=request.private)
        if request.kind == "check":
            return await self._check(request, channel)
        if request.kind == "ask" and (claim := claim_in(request.text)):
            return await self._check(replace(request, kind="check", text=claim), channel)
        return await self._ask(request, channel, told=told)

    async def _ask(self, request: Request, channel: Channel, *, told: Told | None) -> Reply | None:
        question = request.replaces or question_id(request.key)
        earlier = [turn for turn in await self._conversations.turns(request.place) if turn.id != question]
        turns = [turn_of(turn.answer) for turn in earlier if turn.answer]
        options = request.options
        private = request.private or (channel.private and not request.place.direct)

        def work() -> Answer:
            return self._answerer.ask(
                request.text,
                id=question,
                as_of=options.as_of,
                now=request.asked_at,
                turns=turns,
                publishers=channel.publishers,
                newest_only=options.newest_only,
                widen=options.widen,
                told=None if private else told,
            )

        answer = await self._workers.compute(work)
        if request.kind == "follow" and not answer.found and not await self._answered(request):
            return None
        await self._questions.keep(request, question, answer, private=private)
        if request.kind == "ask" and not request.private:
            await self._conversations.asked(request.place, request.person)
        return Reply(request=request, body=answer, question=question, private=private)

    async def _answered(self, request: Request) -> bool:
        """Whether what an edit replaces was answered."""
        return bool(request.replaces) and await self._questions.get(request.replaces) is not None

    async def _share(self, request: Request) -> Reply:
        asked = await self._questions.get(request.text)
        if asked is None or asked.answer is None or asked.withdrawn:
            return Reply(request=request, body=Words(text=wording.QUESTION_GONE), private=True)
        if asked.person.key != request.person.key:
            return Reply(request=request, body=Words(text=wording.NOT_YOURS), private=True)
        return Reply(request=request, body=asked.answer, question=asked.id, shared=True)

    async def _check(self, request: Request, channel: Channel) -> Reply:
        question = request.replaces or question_id(request.key)
        check = await self._workers.compute(lambda: self._answerer.check(request.text))
        private = request.private or (channel.private and not request.place.direct)
        await self._questions.keep(request, question, None, private=private)
        return Reply(request=request, body=check, question=question, private=private)

    async def _spending(self, request: Request, channel: Channel) -> Reply:
        query = request.spending or parse(request.text)
        private = request.private or (channel.private and not request.place.direct)
        if query is None:
            return Reply(request=request, body=Words(text=HELP), private=True)
        report = await self._workers.compute(lambda: self._figures.spending(query))
        return Reply(request=request, body=report, private=private, shared=request.shared)

    async def _watch(self, request: Request) -> Reply:
        try:
            return await self._watches.command(request)
        except DeskError as exc:
            return Reply(request=request, body=Words(text=str(exc)), private=True)

    async def _within_limits(self, request: Request) -> None:
        if request.kind == "retract" or self._channels.administers(request.person):
            return
        limits, now = self._limits, self._clock()
        mine, here = await self._claims.before(request, person=limits.per_person, channel=limits.per_channel)
        for earlier, kindly in ((mine, wording.too_many), (here, wording.busy_channel)):
            wait = (earlier + limits.window - now).total_seconds() if earlier else 0.0
            if wait > 0:
                raise TooMany(kindly(math.ceil(wait)), wait=wait)
