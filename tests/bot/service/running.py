"""A service running in this process, with a stand-in for the model, on real sockets."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.owner import TOKEN
from bot.root import Root
from bot.service import Service
from bot.settings import Settings
from index.store.lock import owner_address
from tests.bot.waiting import until
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parents[3]
DEPOT = (
    "The depot in Narvik holds 300 vehicles, the quartermaster said on Monday.\n"
    "It was opened in May by the mayor, who called it a good day for the harbour.\n"
)
HARBOUR = (
    "The harbour of Turku received two minesweepers in March.\n"
    "Captain Aino Salo said the crews would train there until June.\n"
)


@dataclass
class Running:
    """A service and the ways to it."""

    service: Service
    home: Path
    address: str
    token: str

    def client(self, *, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """Speaks to it as a tool with a token; without one where ``token`` is empty."""
        given = self.token if token is None else token
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=20, **options)


def settings(monkeypatch: pytest.MonkeyPatch, home: Path, **more: str) -> None:
    """Set the environment for a service that reaches nothing outside."""
    values = {
        "COMMUNIQUE_HOME": str(home),
        "COMMUNIQUE_LISTEN": "127.0.0.1:0",
        "COMMUNIQUE_NATO_URL": "http://127.0.0.1:8080/",
        "COMMUNIQUE_ALLOW_PRIVATE": "127.0.0.1,localhost",
        **more,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@contextlib.asynccontextmanager
async def serving(home: Path, *, embedder: HashingEmbedder | None = None) -> AsyncIterator[Running]:
    """The service on ``home``, ready; wound down at the end."""
    root = Root(Settings(), embedder=embedder or HashingEmbedder())
    service = Service(root, grace=10)
    task = asyncio.create_task(service.run())
    try:
        await until(lambda: service.health()["ready"] or task.done(), within=60)
        if task.done():
            task.result()
        address = owner_address(home)
        assert address
        yield Running(service, home, address, (home / TOKEN).read_text())
    finally:
        if not task.done():
            service.stop()
        await task
        root.close()


async def add(running: Running, name: str, text: str) -> str:
    """Have the service take in a file; the article's id."""
    async with running.client() as client:
        reply = await client.post("/api/add", files={"file": (name, text.encode())})
        assert reply.status_code == 200, reply.text
        listed = (await client.get("/api/articles")).json()["articles"]
    found: str = next(one["id"] for one in listed if one["source"].endswith(name))
    return found


async def started(home: Path, seconds: float) -> asyncio.subprocess.Process:
    """The service on ``home`` in a process whose model takes ``seconds`` for a question."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parent / "service_process.py"),
        str(seconds),
        cwd=home.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )


async def ready(home: Path) -> str:
    """The address of the service on ``home``, once it is ready."""

    def address() -> str | None:
        return owner_address(home)

    assert await until(lambda: address() is not None, within=60)
    found = address()
    assert found
    async with httpx.AsyncClient(base_url=found, timeout=60) as client:
        for _ in range(600):
            if (await client.get("/readyz")).status_code == 200:
                return found
            await asyncio.sleep(0.1)
    raise AssertionError("never ready")
