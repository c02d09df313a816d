"""An answer that grows on the platform while a language model writes it: only lines that have passed."""

import asyncio
import logging

from bot.desk.claims import Claims
from bot.desk.delivery import Grows
from bot.desk.records import Message, Request
from bot.errors import DeliveryError

log = logging.getLogger(__name__)


class Growing:
    """Shows the lines of one answer as they pass. Made in the loop that delivers; `tell` is thread-safe.

    The message is noted with the claim as soon as it stands, so that whoever takes the event up after a
    restart finishes it and posts no second. What goes wrong ends the growing and nothing else: the reply is
    delivered whole.
    """

    def __init__(self, request: Request, delivery: Grows, claims: Claims) -> None:
        self._request = request
        self._delivery = delivery
        self._claims = claims
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._message: Message | None = None

    def tell(self, line: str) -> None:
        """Show one more line, soon; from any thread."""
        self._loop.call_soon_threadsafe(self._begin, line)

    async def end(self) -> Message | None:
        """The message that has grown, once nothing more is added to it; None where none was begun."""
        if self._task is not None:
            self._lines.put_nowait(None)
            await self._task
        return self._message

    def _begin(self, line: str) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._grow())
        self._lines.put_nowait(line)

    async def _grow(self) -> None:
        request = self._request
        try:
            if not await self._claims.posting(request.key):
                return  # another process has taken it over
            while (lines := await self._waiting()) is not None:
                grown = await self._delivery.grow(request, self._message, lines)
                if grown is None:
                    return
                if self._message is None:
                    self._message = grown
                    await self._claims.grows(request, grown)
        except DeliveryError as exc:
            log.info("the answer to %s grows no further: %s", request.key, exc)

    async def _waiting(self) -> list[str] | None:
        """All lines that wait, once there is one; None when there will be no more."""
        lines = [await self._lines.get()]
        while not self._lines.empty():
            lines.append(self._lines.get_nowait())
        if None in lines:  # the whole reply follows at once
            return None
        return [line for line in lines if line is not None]
