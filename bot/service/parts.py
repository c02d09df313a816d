"""Parts of the service: each runs beside the others, and is begun again when it fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from bot.errors import BotError
from index.errors import IndexingError

log = logging.getLogger(__name__)

State = Literal["waiting", "running", "failing", "stopped"]


class Part:
    """One thing that runs until it is stopped.

    ``work`` is called anew after every failure, after ``pause`` seconds at first, twice as long each time, at
    most ``longest``; once it has run for longer than ``longest`` the pauses begin anew. ``sleep`` is
    a seam for tests.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        *,
        pause: float = 1.0,
        longest: float = 300.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.state: State = "waiting"
        self.problem = ""
        """What it failed of, in a sentence, while it is failing."""
        self.cause: Exception | None = None
        """The error behind it, None where it ended by itself."""
        self.failures = 0
        """How often it failed, all told."""
        self._work = work
        self._pause = pause
        self._longest = longest
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Cancel it, and wait until it has let go of what it held."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self.state = "stopped"

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = self._pause
        while True:
            begun = clock()
            self.state = "running"
            try:
                await self._work()
                self.problem, self.cause = "It ended by itself.", None
            except (BotError, IndexingError) as exc:
                self.problem, self.cause = str(exc), exc
            except Exception as exc:  # the outermost edge of a part: logged and shown, and it begins anew
                self.problem, self.cause = f"A defect: {type(exc).__name__}.", exc
                log.exception("%s failed", self.name)
            if clock() - begun > self._longest:
                pause = self._pause
            self.state = "failing"
            self.failures += 1
            log.error("%s stopped: %s It begins again in %.0f s.", self.name, self.problem, pause)
            await self._sleep(pause)
            pause = min(2 * pause, self._longest)
