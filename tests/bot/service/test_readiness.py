"""What ``/readyz`` says: why the service is not ready, or what of it does not do its work."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.service.parts import Part
from bot.service.readiness import Readiness
from index.errors import StoreAway, StoreError
from index.store.lock import owner_address
from tests.bot.conftest import Offices
from tests.bot.service.running import serving, settings, started
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.bot.waiting import until
from tests.servers import ChromaServer, PostgresServer

pytestmark = pytest.mark.timeout(300)
Said = dict[str, Any]


async def said(client: httpx.AsyncClient) -> tuple[int, Said]:
    reply = await client.get("/readyz")
    return reply.status_code, reply.json()


async def comes_to_say(client: httpx.AsyncClient, *parts: str, within: float = 60) -> tuple[int, Said]:
    """What it says once the reasons are about these parts."""
    for _ in range(round(within / 0.05)):
        status, told = await said(client)
        if tuple(reason["part"] for reason in told["reasons"]) == parts:
            return status, told
        await asyncio.sleep(0.05)
    raise AssertionError(told)


async def test_while_it_starts_it_says_what_is_waited_for(home: Path) -> None:
    process = await started(home, 2.0)
    try:
        assert await until(lambda: owner_address(home) is not None, within=60)
        async with httpx.AsyncClient(base_url=owner_address(home) or "") as client:
            status, told = await comes_to_say(client, "Model")
            assert (status, told["ready"]) == (503, False)
            assert told["reasons"] == [{"part": "Model", "why": "It is being loaded.", "stops": True}]
            status, told = await comes_to_say(client)
            assert (status, told["ready"]) == (200, True)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_a_chat_that_is_not_connected_is_named_and_the_rest_goes_on(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    async with serving(home) as running, running.client(token="") as client:
        await slack.connected()
        assert (await comes_to_say(client))[0] == 200
        slack.failing["apps.connections.open"] = "internal_error"
        await slack.drop()
        status, told = await comes_to_say(client, "Slack")
        assert (status, told["ready"], told["parts"]["Slack"]) == (200, True, "running")
        assert told["reasons"][0]["stops"] is False
        slack.failing.clear()
        await comes_to_say(client)


async def test_a_database_that_is_away_makes_it_not_ready_until_it_is_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostgresServer() as postgres:
        settings(monkeypatch, home, COMMUNIQUE_DATABASE_URL=postgres.address)
        async with serving(home) as running, running.client(token="") as client:
            assert (await said(client))[0] == 200
            await asyncio.to_thread(postgres.stop)
            status, told = await comes_to_say(client, "Database")
            assert (status, told["ready"]) == (503, False)
            assert "postgres" not in str(told)
            await asyncio.to_thread(postgres.start)
            for _ in range(600):
                if (await said(client))[0] == 200:
                    break
                await asyncio.sleep(0.1)
            assert (await said(client))[0] == 200


async def test_a_chroma_server_that_is_away_is_named_and_questions_are_answered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChromaServer(tmp_path / "chroma-server") as chroma:
        settings(monkeypatch, home, COMMUNIQUE_CHROMA_URL=chroma.address)
        async with serving(home) as running, running.client(token="") as client:
            await asyncio.to_thread(chroma.kill)
            status, told = await comes_to_say(client, "Chroma")
    assert (status, told["ready"]) == (200, True)
    assert chroma.address not in str(told)


async def test_what_failed_is_named_without_the_words_of_the_error(offices: Offices) -> None:
    readiness = Readiness()
    secret = "postgresql://anna:hunter2@db.example/news"

    def failing(name: str, exc: Exception) -> Part:
        async def work() -> None:
            raise exc

        return Part(name, work, sleep=lambda _: asyncio.Event().wait())

    readiness.parts += [
        failing("Collector", StoreError(f"{secret} failed.")),
        failing("Index", StoreAway(f"The Chroma server at {secret} cannot be reached.")),
        failing("Figures", ValueError(secret)),
    ]
    assert (await readiness.told())["reasons"][0]["part"] == "Service"
    readiness.serves(offices.open().workers)
    for part in readiness.parts:
        part.start()
    assert await until(lambda: all(part.state == "failing" for part in readiness.parts))
    told = await readiness.told()
    assert told["ready"] is True
    assert [reason["part"] for reason in told["reasons"]] == ["Collector", "Chroma", "Figures"]
    assert "hunter2" not in str(told)
    readiness.waits("Service", "It is stopping.")
    assert (await readiness.told())["ready"] is False
    for part in readiness.parts:
        await part.stop()
