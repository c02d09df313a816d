"""Services in processes of their own, to be stopped and killed."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx

from bot.owner import TOKEN
from index.store.lock import owner_address
from tests.bot.waiting import until

ROOT = Path(__file__).parents[3]


def owner_file(home: Path) -> str:
    """What is written beside the lock."""
    with suppress(OSError):
        return (home / "owner.json").read_text()
    return ""


class ServiceProcess:
    """A service on ``home``; its stand-in for the model takes ``seconds`` to embed a question."""

    def __init__(self, home: Path, settings: dict[str, str], *, seconds: float = 0.0) -> None:
        self.home = home
        self._settings = {**settings, "COMMUNIQUE_HOME": str(home)}
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with (self.home.parent / f"{self.home.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(__file__).parent / "service_process.py"),
                str(self._seconds),
                cwd=self.home.parent,
                env={**os.environ, **self._settings, "PYTHONPATH": str(ROOT)},
                stderr=log,
            )

    async def ready(self) -> Self:
        assert self._process
        running = self._process
        assert await until(lambda: self._listens() or running.returncode is not None, within=120)
        assert running.returncode is None, self.log()[-2000:]
        async with httpx.AsyncClient(base_url=owner_address(self.home) or "") as client:
            for _ in range(1200):
                if (await client.get("/readyz")).status_code == 200:
                    return self
                await asyncio.sleep(0.1)
        raise AssertionError(f"never ready: {self.log()[-2000:]}")

    def _listens(self) -> bool:
        """Whether this process says where it listens, and not one that was killed."""
        assert self._process
        return f'"pid": {self._process.pid},' in owner_file(self.home) and bool(owner_address(self.home))

    def client(self) -> httpx.AsyncClient:
        token = (self.home / TOKEN).read_text()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=owner_address(self.home) or "", headers=headers, timeout=120)

    async def kill(self) -> None:
        assert self._process
        self._process.kill()
        await self._process.wait()
        self._process = None

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), 40)
            except TimeoutError:
                await self.kill()

    def log(self) -> str:
        return (self.home.parent / f"{self.home.name}.log").read_text()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()
