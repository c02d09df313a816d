"""Why the service is not ready, or not all of it: what ``/readyz`` says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from bot.desk import Workers
from bot.service.parts import Part
from index.errors import StoreAway, StoreError

_PATIENCE = 2.0  # seconds that the database has for the answer to nothing

Link = Callable[[], Awaitable[bool]]
"""Whether a chat is connected now."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What does not do its work, and why, in a sentence without names of machines: anybody may read it.

    ``stops``: no question is answered meanwhile.
    """

    part: str
    why: str
    stops: bool = False


class Readiness:
    """What of the service does its work.

    ``links`` are the connections of chats, by the name of their part.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.links: dict[str, Link] = {}
        self._workers: Workers | None = None
        self._waits_for: Reason | None = None
        self._look: asyncio.Task[bool] | None = None
        self.waits("Service", "It is starting.")

    @property
    def serving(self) -> bool:
        """Whether questions are let in."""
        return self._waits_for is None

    def waits(self, part: str, why: str) -> None:
        """Let no questions in until `serves`; may be called by any thread."""
        self._waits_for = Reason(part, why, stops=True)

    def serves(self, workers: Workers) -> None:
        """Let questions in; ``workers`` reach the database."""
        self._workers = workers
        self._waits_for = None

    async def told(self) -> dict[str, Any]:
        """``ready``: whether questions are answered; ``reasons``: what does not do its work; ``parts``."""
        reasons = await self._reasons()
        return {
            "ready": not any(reason.stops for reason in reasons),
            "reasons": [asdict(reason) for reason in reasons],
            "parts": {part.name: part.state for part in self.parts},
        }

    async def _reasons(self) -> list[Reason]:
        if self._waits_for is not None:
            return [self._waits_for]
        if not await self._database_answers():
            return [Reason("Database", "It does not answer; it is tried again.", stops=True)]
        found = [_failed(part) for part in self.parts if part.state == "failing"]
        for part in self.parts:
            link = self.links.get(part.name)
            if part.state == "running" and link is not None and not await link():
                found.append(Reason(part.name, "It is not connected; it is being connected to."))
        return found

    async def _database_answers(self) -> bool:
        """Whether it does. One that hangs is asked once, by however many that is asked for."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._looked())
        done, _ = await asyncio.wait({self._look}, timeout=_PATIENCE)
        return bool(done) and self._look.result()

    async def _looked(self) -> bool:
        if self._workers is None:
            return False
        try:
            await self._workers.read(lambda connection: connection.scalar(select(1)))
        except StoreError:
            return False
        return True


def _failed(part: Part) -> Reason:
    if isinstance(part.cause, StoreAway):
        return Reason(
            "Chroma", "Its server does not answer: answers come from words alone, and nothing is added."
        )
    return Reason(part.name, "It failed and begins again in a moment; the log says of what.")
