"""One question, one answer: from the claim to the posted message, through restarts and failures."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

import structlog

from bot import wording
from bot.desk.claims import Abandoned, Claims, Outcome, question_id
from bot.desk.delivery import Delivery, Grows
from bot.desk.growing import Growing
from bot.desk.questions import Questions
from bot.desk.records import Message, Platform, Reply, Request, Words
from bot.desk.replying import Replying
from bot.errors import DeliveryError
from index.errors import StoreError

log = logging.getLogger(__name__)

Refused = Callable[[Request, str], Awaitable[None]]
"""Is told of a request whose reply the platform does not take, and why."""

ATTEMPTS = 3
"""How often an event is taken up before it is given up with a sentence."""
_PATIENCE = (
    600.0  # seconds that an edit or deletion waits for the answer that it is about, behind a crowd too
)


class Serving:
    """Serves claimed requests, each in a task of its own."""

    def __init__(
        self,
        claims: Claims,
        replying: Replying,
        questions: Questions,
        *,
        refused: Refused | None = None,
        grows: bool = False,
    ) -> None:
        self._refused = refused
        self._grows = grows
        self._claims = claims
        self._replying = replying
        self._questions = questions
        self._deliveries: dict[str, Delivery] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._begun: set[asyncio.Task[None]] = set()

    def join(self, platform: Platform, delivery: Delivery) -> None:
        """From now on replies to people on ``platform`` go through ``delivery``."""
        self._deliveries[platform] = delivery

    def leave(self, platform: Platform) -> None:
        """Deliver to ``platform`` no more."""
        self._deliveries.pop(platform, None)

    @property
    def platforms(self) -> list[str]:
        """Where we deliver to now."""
        return list(self._deliveries)

    def delivery(self, platform: str) -> Delivery | None:
        """The way to people on ``platform``, if there is one now."""
        return self._deliveries.get(platform)

    async def take(self, request: Request) -> bool:
        """Claim the request and start on it; false for one that was taken before."""
        claimed = await self._claims.claim(request)
        if claimed is None:
            return False
        self._start(request.key, self._serve(claimed))
        return True

    async def renew(self) -> None:
        """Keep the claims on what is being served."""
        await self._claims.renew(list(self._tasks))

    async def recover(self) -> int:
        """Take up events whose process is gone; how many."""
        started = 0
        for platform in list(self._deliveries):
            while abandoned := await self._claims.abandoned(platform):
                for left in abandoned:
                    if left.request.key not in self._tasks:
                        self._start(left.request.key, self._resume(left))
                        started += 1
        return started

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in a task of its own that no event is claimed for."""
        task = asyncio.create_task(_guarded(work))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def drain(self, *, seconds: float) -> bool:
        """Wait for what was begun; whether all of it was done in time."""
        tasks = [*self._tasks.values(), *self._begun]
        if not tasks:
            return True
        _, left = await asyncio.wait(tasks, timeout=seconds)
        for task in left:
            task.cancel()
        return not left

    def _start(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        context = contextvars.copy_context()
        context.run(structlog.contextvars.bind_contextvars, case=question_id(key))
        task = asyncio.create_task(work, name=key, context=context)
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def _resume(self, left: Abandoned) -> None:
        """Go on where another process stopped: look whether the message stands before posting a second."""
        request = left.request
        delivery = self._deliveries[request.place.platform]
        try:
            message, unsure = await self._posted(request, delivery) if left.posting else (None, False)
            if message is not None:
                await self._record(request, message or None)
            elif left.attempts > ATTEMPTS:
                await self._fail(request, delivery, second=unsure)
            else:
                await self._serve(request, second=unsure)
        except StoreError:
            log.exception(
                "the database failed under %s; it is taken up again when the claim lapses", request.key
            )

    async def _posted(self, request: Request, delivery: Delivery) -> tuple[Message | None, bool]:
        """The message that stands already, and whether that could not be known."""
        try:
            return await delivery.find(request), False
        except DeliveryError as exc:
            log.warning("%s is answered again, for it cannot be looked up: %s", request.key, exc)
            return None, True

    async def _serve(self, request: Request, *, second: bool = False) -> None:
        delivery = self._deliveries[request.place.platform]
        grown = request.grown
        try:
            if request.replaces:
                await self._wait_for(request)
            if request.kind == "retract":
                await self._retract(request, delivery)
                return
            await self._working(request, delivery)
            known = request if request.kind == "notice" else await delivery.complete(request)
            growing = self._growing(request, delivery)
            try:
                reply = await self._replying.reply(known, told=growing.tell if growing else None)
            finally:
                grown = await growing.end() if growing else grown
            if reply is None:
                await self._claims.done(request.key, "silent")
                return
            await self._deliver(replace(reply, second=second), delivery, grown=grown)
        except DeliveryError as exc:
            await self._undelivered(request, delivery, exc)
        except StoreError:
            log.exception(
                "the database failed under %s; it is taken up again when the claim lapses", request.key
            )
        except Exception:  # the outermost edge of a message: logged, and the person is told
            log.exception("could not answer %s", request.key)
            await self._fail(request, delivery, second=second, grown=grown)

    def _growing(self, request: Request, delivery: Delivery) -> Growing | None:
        """What shows the answer while it is written; None where it is shown whole."""
        grows = self._grows and request.kind in ("ask", "follow") and not request.replaces
        if not grows or request.grown or not isinstance(delivery, Grows):
            return None
        return Growing(request, delivery, self._claims)

    async def _deliver(self, reply: Reply, delivery: Delivery, *, grown: Message | None) -> None:
        request = reply.request
        if not grown and await self._claims.deleted(request):
            await self._questions.withdraw(request.replaces or question_id(request.key))
            await self._claims.done(request.key, "gone")
            return
        if not await self._claims.posting(request.key):
            log.warning("another process took %s over; nothing is posted here", request.key)
            return
        before = await self._questions.get(request.replaces) if request.replaces else None
        if before and before.message and not isinstance(reply.body, Words):
            await delivery.replace(before.message, reply)
            message: Message | None = before.message
        elif grown and await self._finished(grown, reply, delivery):
            message = grown
        else:
            message = await delivery.post(reply)
        outcome: Outcome = "refused" if reply.refused else "posted"
        await self._record(request, message, question=reply.question, outcome=outcome)

    async def _finished(self, grown: Message, reply: Reply, delivery: Delivery) -> bool:
        """Whether the reply stands in the message that has grown; one that is gone is left alone."""
        if not isinstance(delivery, Grows):
            return False
        try:
            await delivery.finish(grown, reply)
        except DeliveryError as exc:
            if exc.passing:
                raise
            log.warning("the message of %s cannot be finished; it is posted anew: %s", reply.request.key, exc)
            return False
        return True

    async def _record(
        self,
        request: Request,
        message: Message | None,
        *,
        question: str | None = None,
        outcome: Outcome = "posted",
    ) -> None:
        if question is None:
            question = request.replaces or question_id(request.key)
        if question:
            await self._questions.posted(question, message)
        await self._claims.done(request.key, outcome)

    async def _retract(self, request: Request, delivery: Delivery) -> None:
        asked = await self._questions.get(request.replaces)
        if asked:
            await self._questions.withdraw(asked.id)
            if asked.message:
                await delivery.delete(asked.message)
        await self._claims.done(request.key, "gone")

    async def _wait_for(self, request: Request) -> None:
        """An edit waits until what it edits is answered, here or by another process."""
        end = asyncio.get_running_loop().time() + _PATIENCE
        while await self._claims.open(request.replaces, besides=request.key):
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.1)

    async def _working(self, request: Request, delivery: Delivery) -> None:
        if request.kind in ("follow", "hint", "notice"):
            return
        try:
            await delivery.working(request)
        except DeliveryError as exc:
            log.info("no status shown for %s: %s", request.key, exc)

    async def _undelivered(self, request: Request, delivery: Delivery, exc: DeliveryError) -> None:
        if exc.passing:
            log.warning(
                "delivery of %s is unsure (%s); it is looked into when the claim lapses", request.key, exc
            )
            return
        log.error("the platform refused the answer to %s: %s", request.key, exc)
        if self._refused:
            await self._refused(request, str(exc))
        await self._fail(request, delivery, second=False, why=str(exc))

    async def _fail(
        self,
        request: Request,
        delivery: Delivery,
        *,
        second: bool,
        why: str = "",
        grown: Message | None = None,
    ) -> None:
        """Say that it went wrong; never nothing. ``why`` is for the person: then nobody else sees it."""
        outcome: Outcome = "gone" if request.kind == "retract" else "silent"
        if request.kind not in ("follow", "retract", "hint", "notice"):
            outcome = "failed"
            words = Words(text=why or wording.failed(question_id(request.key)), failed=True)
            private = bool(why) or request.private
            reply = Reply(request=request, body=words, second=second, private=private)
            try:
                if not (grown and await self._finished(grown, reply, delivery)):
                    await delivery.post(reply)
            except DeliveryError as exc:
                log.error("no failure could be told to %s: %s", request.key, exc)  # noqa: TRY400 - no defect
        await self._claims.done(request.key, outcome)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:  # the outermost edge of what a button or a command began
        log.exception("what was begun in the background failed")
