"""Two services on one PostgreSQL and one Chroma server: every question is answered once, whoever goes."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.service.processes import ServiceProcess
from tests.bot.service.running import DEPOT, HARBOUR, settings
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.bot.waiting import until
from tests.servers import ChromaServer, PostgresServer

pytestmark = pytest.mark.timeout(400)
QUESTION = "How many vehicles are in the depot in Narvik?"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What services share."""
    with PostgresServer() as postgres, ChromaServer(tmp_path / "chroma-server") as chroma:
        yield {"COMMUNIQUE_DATABASE_URL": postgres.address, "COMMUNIQUE_CHROMA_URL": chroma.address}


@pytest.fixture
async def replicas(
    stores: dict[str, str], slack: FakeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[ServiceProcess, ServiceProcess]]:
    settings(monkeypatch, tmp_path / "unused")
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
    first, second = (ServiceProcess(tmp_path / name, stores | tokens) for name in ("first", "second"))
    async with first, second:
        await first.ready()
        await second.ready()
        assert await until(lambda: len(slack._sockets) == 2, within=30)
        yield first, second


async def deliver_to_all(slack: FakeSlack, events: list[dict[str, Any]], chance: random.Random) -> None:
    """Every event to every service, to each in an order of its own."""

    async def deliver(socket: Any) -> None:
        order = events[:]
        chance.shuffle(order)
        for event in order:
            envelope = {"envelope_id": f"env{next(slack.number)}", "type": "events_api", "payload": event}
            try:
                await socket.send_json({**envelope, "accepts_response_payload": False})
            except (ConnectionError, RuntimeError):
                return  # this service is gone
            await asyncio.sleep(chance.uniform(0, 0.02))

    await asyncio.gather(*(deliver(socket) for socket in list(slack._sockets)))


def asked(slack: FakeSlack, count: int) -> list[dict[str, Any]]:
    """Questions of many people in many channels, so that nobody asks too much."""
    return [slack.mention(QUESTION, user=f"U{n}", channel=f"C{n % 10}") for n in range(count)]


def answered(slack: FakeSlack) -> Counter[str | None]:
    """How often each thread was answered."""
    return Counter(one.thread for one in slack.answers())


async def test_two_hundred_events_delivered_to_both_get_one_answer_each(
    replicas: tuple[ServiceProcess, ServiceProcess], slack: FakeSlack
) -> None:
    first, second = replicas
    async with first.client() as client:
        reply = await client.post("/api/add", files={"file": ("depot.txt", DEPOT.encode())})
        assert reply.status_code == 200
    async with second.client() as client:  # its own index of words catches up
        for _ in range(300):
            answer = (await client.post("/api/ask", json={"question": QUESTION})).json()
            if answer["found"]:
                break
            await asyncio.sleep(0.1)
        assert "300 vehicles" in answer["answer"]
    events = asked(slack, 200)
    await deliver_to_all(slack, events, random.Random(8))
    assert await until(lambda: len(slack.answers()) >= 200, within=120)
    await asyncio.sleep(1)
    assert answered(slack) == Counter({event["event"]["ts"]: 1 for event in events})
    assert all("300 vehicles" in one.text for one in slack.answers())
    assert slack.problems == []


async def test_one_is_killed_and_the_other_answers_what_it_left(
    replicas: tuple[ServiceProcess, ServiceProcess], slack: FakeSlack
) -> None:
    first, second = replicas
    async with second.client() as client:
        await client.post("/api/add", files={"file": ("depot.txt", DEPOT.encode())})
    events = asked(slack, 60)
    delivering = asyncio.create_task(deliver_to_all(slack, events, random.Random(9)))
    assert await until(lambda: len(slack.answers()) >= 10, within=60)
    await first.kill()
    await delivering
    assert await until(lambda: len(slack.answers()) >= 60, within=180)
    await asyncio.sleep(1)
    assert answered(slack) == Counter({event["event"]["ts"]: 1 for event in events})
    async with second.client() as client:
        await client.post("/api/add", files={"file": ("harbour.txt", HARBOUR.encode())})
        question = "What did the harbour of Turku receive in March?"
        answer = (await client.post("/api/ask", json={"question": question})).json()
        checkup = (await client.post("/api/doctor", json={})).json()
    assert "minesweepers" in answer["answer"]
    assert checkup["ok"], checkup["problems"]
