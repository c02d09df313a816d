"""What breaks under a running service: what people see meanwhile, and that nothing is lost."""

import asyncio
import os
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.root import Root
from bot.settings import Settings
from index.store.database import Database
from index.store.states import renew_lineage
from retrieval.answer import Answer
from tests.bot.service.processes import ServiceProcess
from tests.bot.service.running import DEPOT, HARBOUR, Running, add, serving, settings
from tests.bot.waiting import until
from tests.fakes import HashingEmbedder
from tests.servers import ChromaServer, PostgresServer

pytestmark = pytest.mark.timeout(400)
QUESTION = "How many vehicles are in the depot in Narvik?"
HARBOUR_QUESTION = "What did the harbour of Turku receive in March?"


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path / "chroma-server") as server:
        yield server


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


async def ask(client: httpx.AsyncClient, question: str = QUESTION) -> dict[str, Any]:
    reply = await client.post("/api/ask", json={"question": question})
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def sound(client: httpx.AsyncClient) -> bool:
    reply = await client.post("/api/doctor", json={})
    return reply.status_code == 200 and bool(reply.json()["ok"])


async def becomes(condition: Any, *, within: float = 90) -> bool:
    """Whether something that is asked over the network comes true."""
    for _ in range(round(within / 0.25)):
        if await condition():
            return True
        await asyncio.sleep(0.25)
    return False


async def test_while_a_chroma_server_is_away_words_alone_answer_and_say_so(
    home: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_CHROMA_URL=chroma.address)
    async with serving(home) as running, running.client() as client:
        await add(running, "depot.txt", DEPOT)
        assert (await ask(client))["notes"] == []
        await asyncio.to_thread(chroma.kill)
        answer = await ask(client)
        refused = await client.post("/api/add", files={"file": ("harbour.txt", HARBOUR.encode())})
        assert await until(lambda: running.service.health()["parts"]["Index"] == "failing", within=30)
        assert "300 vehicles" in answer["answer"]
        assert "by the words alone" in answer["notes"][0]
        assert refused.status_code == 503
        assert "cannot be reached" in refused.json()["error"]
        await asyncio.to_thread(chroma.start)
        assert await becomes(lambda: sound(client))
        await add(running, "harbour.txt", HARBOUR)
        answers = [await ask(client), await ask(client, HARBOUR_QUESTION)]
    assert [answer["notes"] for answer in answers] == [[], []]
    assert "minesweepers" in answers[1]["answer"]


async def test_a_service_starts_without_its_chroma_server_and_fills_it_when_it_is_there(
    home: Path, tmp_path: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_CHROMA_URL=chroma.address)
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
    await asyncio.to_thread(chroma.kill)
    shutil.rmtree(tmp_path / "chroma-server")
    embedder = HashingEmbedder()
    async with serving(home, embedder=embedder) as running, running.client() as client:
        assert "by the words alone" in (await ask(client))["notes"][0]
        await asyncio.to_thread(chroma.start)
        assert await becomes(lambda: sound(client))
        assert (await ask(client))["notes"] == []
    assert not any(DEPOT.strip() in text for text in embedder.embedded), "it is filled without embedding"


async def test_a_postgresql_that_restarts_is_waited_for(
    home: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_DATABASE_URL=postgres.address)
    async with serving(home) as running, running.client() as client:
        await add(running, "depot.txt", DEPOT)
        added: list[str] = []
        asked: list[httpx.Response] = []
        done = asyncio.Event()

        async def keep_asking() -> None:
            while not done.is_set():
                asked.append(await client.post("/api/ask", json={"question": QUESTION}))
                await asyncio.sleep(0.02)

        async def keep_adding() -> None:
            number = 0
            while not done.is_set():
                number += 1
                named = {"file": (f"ship{number}.txt", f"Ship {number} sailed. {HARBOUR}".encode())}
                if (await client.post("/api/add", files=named)).status_code == 200:
                    added.append(f"ship{number}.txt")

        async def more() -> bool:
            before = (len(asked), len(added))
            return await until(lambda: len(asked) > before[0] + 5 and len(added) > before[1] + 2, within=60)

        tasks = [asyncio.create_task(keep_asking()), asyncio.create_task(keep_adding())]
        assert await more()
        for _ in range(2):
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(1)
            await asyncio.to_thread(postgres.start)
            assert await more()
        done.set()
        await asyncio.gather(*tasks)
        assert await becomes(lambda: sound(client))
        sources = {one["source"] for one in (await client.get("/api/articles?limit=1000")).json()["articles"]}
    assert {reply.status_code for reply in asked} <= {200, 503}
    assert all("database" in reply.json()["error"] for reply in asked if reply.status_code == 503)
    assert {name for name in added if not any(source.endswith(name) for source in sources)} == set()


@pytest.fixture
async def service(home: Path) -> AsyncIterator[ServiceProcess]:
    async with ServiceProcess(home, {}) as process:
        yield await process.ready()


async def test_killing_the_service_while_it_answers_and_takes_in_loses_nothing(
    service: ServiceProcess,
) -> None:
    chance = random.Random(11)
    acknowledged: set[str] = set()
    for begin in (0, 1000, 2000):
        await _kill_in_the_middle(service, acknowledged, begin, chance)
        await service.start()
        await service.ready()
    async with service.client() as client:
        found = (await client.get("/api/articles?limit=1000")).json()["articles"]
        assert await sound(client)
    assert acknowledged <= {Path(one["source"]).name for one in found}
    assert len(acknowledged) >= 15


async def _kill_in_the_middle(
    service: ServiceProcess, acknowledged: set[str], begin: int, chance: random.Random
) -> None:
    """Take in and ask, and kill the service at some moment after the fifth article."""
    before = len(acknowledged)

    async def work(client: httpx.AsyncClient, first: int) -> None:
        for number in range(first, first + 500):
            named = {"file": (f"ship{number}.txt", f"Ship {number} sailed. {HARBOUR}".encode())}
            if (await client.post("/api/add", files=named)).status_code == 200:
                acknowledged.add(f"ship{number}.txt")
            await client.post("/api/ask", json={"question": f"Where did ship {number} sail?"})

    async with service.client() as client:
        tasks = [asyncio.create_task(work(client, first)) for first in (begin, begin + 500)]
        assert await until(lambda: len(acknowledged) > before + 5, within=60)
        await asyncio.sleep(chance.uniform(0, 0.5))
        await service.kill()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, httpx.TransportError) for end in ends)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can make a small file system to fill")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be made here to fill")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


async def test_a_full_disk_is_said_and_what_was_acknowledged_is_there_when_there_is_room_again(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = small_disk / "home"
    settings(monkeypatch, home)
    async with serving(home) as running, running.client() as client:
        await add(running, "depot.txt", DEPOT)
        room = shutil.disk_usage(small_disk).free
        filler = small_disk / "filler"
        filler.write_bytes(b"\0" * max(0, room - 600_000))
        acknowledged, refused = await _add_until_refused(client)
        filled = await client.post("/api/ask", json={"question": QUESTION})
        filler.unlink()
        assert await becomes(lambda: sound(client))
        again = await client.post("/api/add", files={"file": ("late.txt", HARBOUR.encode())})
        sources = {one["source"] for one in (await client.get("/api/articles?limit=1000")).json()["articles"]}
    assert refused.status_code in (500, 503), refused.text
    assert "full" in refused.text.lower() or "space" in refused.text.lower()
    assert filled.status_code == 200 or "full" in filled.json()["error"]
    assert again.status_code == 200
    assert {name for name in acknowledged if not any(one.endswith(name) for one in sources)} == set()


async def _add_until_refused(client: httpx.AsyncClient) -> tuple[list[str], httpx.Response]:
    acknowledged: list[str] = []
    for number in range(500):
        text = " ".join(f"Ship {number} sailed from quay {quay}." for quay in range(400))
        reply = await client.post("/api/add", files={"file": (f"ship{number}.txt", text.encode())})
        if reply.status_code != 200:
            return acknowledged, reply
        acknowledged.append(f"ship{number}.txt")
    raise AssertionError("the disk never was full")


@pytest.mark.parametrize("folder", ["chroma", "words"])
async def test_a_folder_that_is_deleted_under_the_service_is_made_again(home: Path, folder: str) -> None:
    async with serving(home) as running, running.client() as client:
        await add(running, "depot.txt", DEPOT)
        shutil.rmtree(home / folder)
        assert "300 vehicles" in (await ask(client))["answer"]
        await client.post("/api/add", files={"file": ("harbour.txt", HARBOUR.encode())})
        assert await becomes(lambda: sound(client))
    async with serving(home) as running, running.client() as client:
        assert await sound(client)
        assert "300 vehicles" in (await ask(client))["answer"]
        assert "minesweepers" in (await ask(client, HARBOUR_QUESTION))["answer"]


async def test_an_embedded_index_that_breaks_while_it_serves_is_rebuilt(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    async with running.client() as client:
        assert (await ask(client))["notes"] == []
        for file in filter(Path.is_file, (running.home / "chroma").rglob("*")):
            file.write_bytes(b"damaged" * 500)
        first = await ask(client)
        assert "300 vehicles" in first["answer"]
        assert await becomes(lambda: sound(client))
        assert (await ask(client))["notes"] == []


async def test_the_command_line_too_answers_from_words_alone(
    home: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_CHROMA_URL=chroma.address)
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
    await asyncio.to_thread(chroma.kill)

    def asked() -> Answer:
        root = Root(Settings(), embedder=HashingEmbedder())
        with root.answering(purpose="communique ask", kept=False) as ask_it:
            return ask_it(QUESTION, id="q1")

    answer = await asyncio.to_thread(asked)
    assert "300 vehicles" in answer.answer
    assert "by the words alone" in answer.notes[0]


async def test_a_service_that_runs_on_after_a_restore_says_that_it_must_start_anew(
    home: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_CHROMA_URL=chroma.address)
    embedder = HashingEmbedder()
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
        database = Database(Settings().database_url)
        with database.write() as connection:
            renew_lineage(connection)
        database.close()
        part = next(one for one in running.service._parts if one.name == "Index")
        assert await until(lambda: "start this service anew" in part.problem, within=30)
    async with serving(home, embedder=embedder) as running, running.client() as client:
        assert await sound(client)
        assert "300 vehicles" in (await ask(client))["answer"]
    assert not any(DEPOT.strip() in text for text in embedder.embedded)
