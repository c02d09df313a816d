"""The desk: the use cases behind every chat platform, in one place."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from bot import wording
from bot.desk.audit import Audit
from bot.desk.channels import Channels
from bot.desk.claims import Claims, question_id
from bot.desk.clock import Clock, Running, now
from bot.desk.conversations import Conversations
from bot.desk.delivery import Delivery
from bot.desk.notices import Notices
from bot.desk.ports import Answerer, Figures, Library, Reading, SpendingReport, Stats
from bot.desk.questions import Questions
from bot.desk.recalls import Recalls
from bot.desk.records import Asked, Options, Person, Place, Platform, Reply, Request, Words
from bot.desk.replying import Limits, Replying, SignIn
from bot.desk.retention import Retention
from bot.desk.reviews import Decision, Reviews
from bot.desk.serving import Serving
from bot.desk.sources import Sources
from bot.desk.spending import HELP
from bot.desk.spending import parse as parse_spending
from bot.desk.watches import Watches
from bot.desk.watching import Watching
from bot.desk.workers import Workers
from bot.errors import DeliveryError, DeskError, NotThere
from index.errors import IndexingError
from index.store.sync import head
from retrieval.answer import ArticleRef
from retrieval.errors import RetrievalError

log = logging.getLogger(__name__)

_ATTENTION = 5.0  # seconds between looks whether there is anything new


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a person's own page shows."""

    stats: Stats
    newest: tuple[ArticleRef, ...]
    questions: tuple[Asked, ...]
    administers: bool
    open_cases: int = 0
    open_suggestions: int = 0


class Desk:
    """Takes what people ask and sees to it that each gets one reply. The package's docstring says how.

    ``model`` names the language model that writes the answers, and its host: people are told, and where a
    platform's messages can grow, answers are shown while they are written.

    Its parts do the rest: ``sources``, ``reviews``, ``channels``, ``conversations``, ``questions``,
    ``retention``, ``audit``, ``watches``, ``recalls``; ``figures`` completes names of countries.
    """

    def __init__(
        self,
        workers: Workers,
        *,
        answerer: Answerer,
        library: Library,
        figures: Figures,
        admins: frozenset[str] = frozenset(),
        limits: Limits | None = None,
        retention_days: int = 90,
        tell_recalls: Collection[str] = (),
        timezone: str = "UTC",
        sign_in: SignIn | None = None,
        model: str | None = None,
        claims: Claims | None = None,
        clock: Clock = now,
    ) -> None:
        self._workers = workers
        self._answerer = answerer
        self._clock = clock
        self.figures = figures
        self._claims = claims or Claims(workers, clock=clock)
        self.questions = Questions(workers)
        self.audit = Audit(workers, clock=clock)
        self.channels = Channels(workers, self.audit, admins=admins)
        self.conversations = Conversations(workers, self.questions, clock=clock)
        self.reviews = Reviews(workers, self.questions, self.channels, self.audit, clock=clock)
        self.sources = Sources(workers, library, self.questions, self.channels, self.audit, clock=clock)
        self.retention = Retention(workers, self.questions, self._claims, days=retention_days, clock=clock)
        self.watches = Watches(workers, self.channels, self.audit, zone=timezone, clock=clock)
        self.recalls = Recalls(workers, tell=tell_recalls, clock=clock)
        self._watching = Watching(workers, answerer, self.channels, clock=clock)
        self._notices = Notices(workers, clock=clock)
        self._attended: int | None = None
        replying = Replying(
            workers,
            answerer=answerer,
            figures=figures,
            claims=self._claims,
            channels=self.channels,
            conversations=self.conversations,
            questions=self.questions,
            watches=self.watches,
            notices=self._notices,
            limits=limits or Limits(),
            sign_in=sign_in,
            model=model,
            clock=clock,
        )
        self._serving = Serving(
            self._claims, replying, self.questions, refused=self._not_taken, grows=model is not None
        )

    def join(self, platform: Platform, delivery: Delivery) -> None:
        """From now on replies to people on ``platform`` go through ``delivery``."""
        self._serving.join(platform, delivery)

    def leave(self, platform: Platform) -> None:
        """Deliver to ``platform`` no more."""
        self._serving.leave(platform)

    async def take(self, request: Request) -> bool:
        """Claim the request and start on it; false, and nothing is done, if it was taken before.

        Returns as soon as the claim stands in the database: acknowledge the event to the platform then.

        Raises:
            StoreError: the database failed; do not acknowledge, so that the platform delivers again.
        """
        return await self._serving.take(request)

    async def run(self) -> None:
        """Keep claims alive, take up what was left behind, erase what is too old; until cancelled.

        Start it after every platform has joined.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep())
            tasks.create_task(self._attend_always())

    async def attend(self) -> None:
        """See what new and changed articles mean for watches and for answers given, and tell. `run` does so.

        Raises:
            IndexingError, RetrievalError: it could not be done now; nothing of it is lost.
        """
        revision = await self._workers.read(head)
        if revision != self._attended:
            await self.recalls.tell()
            await self._watching.look()
            self._attended = revision
        await self._watching.digest()
        for request in await self._notices.waiting(self._serving.platforms):
            await self.take(request)

    async def _keep(self) -> NoReturn:
        swept = None
        ran = Running(self._clock)
        while True:
            try:
                await self._serving.renew()
                await self._serving.recover()
                jumped = ran.jumped()
                if jumped:
                    log.error("the clock of this machine jumped by %s; nothing is erased today", jumped)
                elif swept != self._clock().date():
                    await self.retention.sweep()
                swept = self._clock().date()
            except IndexingError:
                log.exception("the desk could not reach the database; it tries again")
            await asyncio.sleep(self._claims.lease.total_seconds() / 3)

    async def _attend_always(self) -> NoReturn:
        while True:
            try:
                await self.attend()
            except (IndexingError, RetrievalError):
                log.exception("new articles could not be looked through; it is tried again")
            await asyncio.sleep(_ATTENTION)

    async def recover(self) -> int:
        """Take up events whose process is gone; how many. `run` does so by itself."""
        return await self._serving.recover()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no event is claimed for (adding a source) in a task of its own.

        `drain` waits for it; what goes wrong in it is logged.
        """
        self._serving.begin(work)

    async def drain(self, *, seconds: float = 20) -> bool:
        """Wait for what was begun; whether all was done in time. The rest is taken up after a restart."""
        return await self._serving.drain(seconds=seconds)

    async def asked(self, question: str) -> Asked:
        """The question that a button belongs to.

        Raises:
            NotThere: it is not kept any more, or its answer was withdrawn.
        """
        asked = await self.questions.get(question)
        if asked is None:
            raise NotThere(wording.QUESTION_GONE)
        if asked.withdrawn:
            raise NotThere(wording.WITHDRAWN)
        return asked

    async def again(
        self,
        question: str,
        *,
        key: str,
        person: Person,
        options: Options,
        private: bool | None = None,
        delivery: Mapping[str, str] | None = None,
    ) -> bool:
        """Ask a question again with other options (newest only, wider dates), in the same place.

        Raises:
            NotThere: the question is not kept any more.
        """
        asked = await self.asked(question)
        return await self.take(
            Request(
                key=key,
                kind="ask",
                person=person,
                place=asked.place,
                text=asked.answer.understood if asked.answer else asked.text,
                asked_at=self._clock(),
                options=options,
                private=asked.private if private is None else private,
                delivery=delivery or {},
            )
        )

    async def passage(self, question: str, n: int) -> Reading | None:
        """The passage of citation ``n`` (of ``nearest`` after a refusal) among its neighbours.

        Raises:
            NotThere: the question is not kept any more.
        """
        answer = (await self.asked(question)).answer
        cited = {c.n: c for c in (*answer.citations, *answer.nearest)} if answer else {}
        if n not in cited:
            return None
        return await self._workers.aside(lambda: self._answerer.passage(cited[n]))

    async def spending(self, person: Person, place: Place, typed: str) -> SpendingReport:
        """The figures that the words of ``/spending`` ask for, apart from any message.

        Raises:
            NotAllowed: ``person`` may not ask there.
            DeskError: there are none; the text says why.
        """
        await self.channels.admit(person, place)
        query = parse_spending(typed)
        if query is None:
            raise DeskError(HELP)
        report = await self._workers.aside(lambda: self.figures.spending(query))
        if report.problem:
            raise DeskError(report.problem)
        return report

    async def decide(self, admin: Person, question: str, decision: Decision, *, correction: str = "") -> None:
        """Dismiss a wrong answer's case, or withdraw or correct the answer, also where it was posted.

        Who alone saw the answer is told by a direct message.

        Raises:
            NotAllowed: ``admin`` is no administrator.
            NotThere: the question is not kept any more.
            DeliveryError: it is withdrawn here, but the platform did not take the change.
        """
        asked = await self.reviews.decide(admin, question, decision, correction=correction)
        delivery = self._serving.delivery(asked.place.platform)
        if decision == "dismissed" or delivery is None:
            return
        text = wording.corrected(correction) if decision == "corrected" else wording.WITHDRAWN
        if asked.message is None:
            await delivery.tell(asked.person.key, wording.about_your_question(asked.text, text))
            return
        about = Request(
            key=f"decision:{asked.id}",
            kind=asked.kind,
            person=asked.person,
            place=asked.place,
            text=asked.text,
            asked_at=asked.asked_at,
        )
        await delivery.replace(asked.message, Reply(request=about, body=Words(text=text)))

    async def announce(self, text: str) -> int:
        """Tell every administrator who is named on a platform that we are on; how many were reached."""
        told = 0
        for platform in ("slack", "discord"):
            delivery = self._serving.delivery(platform)
            if delivery is None:
                continue
            for admin in self.channels.admins(platform):
                try:
                    await delivery.tell(admin, text)
                    told += 1
                except DeliveryError as exc:
                    log.warning("could not tell %s: %s", admin, exc)
        return told

    async def _not_taken(self, request: Request, why: str) -> None:
        """Stop a watch whose messages the platform refuses, and tell the person who set it."""
        watch = ""
        if request.kind == "watch":
            with suppress(DeskError):  # it set none
                watch = self.watches.identifier(request)
        elif request.kind == "notice":
            notice = await self._notices.body(request.text)
            watch = notice.watch if notice else ""
        stopped = await self.watches.refused(watch) if watch else None
        delivery = self._serving.delivery(request.place.platform)
        if stopped is None or delivery is None or request.kind == "watch":
            return  # who types the command is told by the failure itself
        try:
            await delivery.tell(stopped.person, wording.watch_refused(stopped.topic, why))
        except DeliveryError as exc:
            log.warning("could not tell %s that a watch ended: %s", stopped.person, exc)

    async def taken_up(self, place: Place, said_in: str) -> str | None:
        """The question that a message asked, None if it asked none and word that comes late is not for us."""
        found = await self._claims.saying(place, said_in)
        return question_id(found) if found else None

    async def home(self, person: Person) -> Home:
        """What the person's own page shows."""
        administers = self.channels.administers(person)
        return Home(
            stats=await self.sources.stats(),
            newest=tuple(await self.sources.newest(5)),
            questions=tuple(await self.questions.of(person)),
            administers=administers,
            open_cases=len(await self.reviews.open(person, limit=100)) if administers else 0,
            open_suggestions=len(await self.sources.suggested(person)) if administers else 0,
        )
