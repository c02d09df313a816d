"""Turns at hosts: who may ask now, who waits, and who had better come again later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from index.collect.hosts import Host, Manners
from index.errors import FetchError


class Turns:
    """Hands out turns, host by host; nobody waits longer than ``longest`` seconds for a place."""

    def __init__(self, manners: Manners, *, longest: float) -> None:
        self._manners = manners
        self._longest = longest
        self._hosts: dict[str, tuple[Host, asyncio.Semaphore]] = {}

    def host(self, address: str) -> Host:
        """The state of an address's host."""
        return self._site(address)[0]

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[float]:
        """One's turn at a host: a place among those who ask at once, at the host's pace.

        Gives the seconds that were waited.

        Raises:
            FetchError: of kind ``resting``; the host is left alone, or too many wait for it.
        """
        host, places = self._site(address)
        came = _now()
        try:
            async with asyncio.timeout(self._longest):
                await places.acquire()
        except TimeoutError:
            reason = "Its host is visited slowly, and others were before it."
            raise FetchError(address, reason, kind="resting", retry_after=self._longest) from None
        try:
            rest = host.rests_for(_now())
            if rest:
                reason = f"Its host has failed or asked for a pause, and rests for {rest:.0f} seconds more."
                raise FetchError(address, reason, kind="resting", retry_after=rest)
            await asyncio.sleep(max(0.0, host.turn(_now()) - _now()))
            yield _now() - came
        finally:
            places.release()

    def _site(self, address: str) -> tuple[Host, asyncio.Semaphore]:
        name = urlsplit(address).hostname or ""
        if name not in self._hosts:
            self._hosts[name] = (Host(self._manners), asyncio.Semaphore(self._manners.at_once))
        return self._hosts[name]


def _now() -> float:
    return asyncio.get_running_loop().time()
