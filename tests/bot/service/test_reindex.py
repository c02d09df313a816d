"""Another embedding model, while the service goes on with its own."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli import main
from index.embed import BUNDLED_MODEL, SentenceTransformerEmbedder
from tests.bot.service.running import DEPOT, HARBOUR, add, serving


async def reindex(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(main, ["reindex", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


async def test_the_service_goes_on_with_its_model_until_it_starts_with_the_new_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = {"question": "How many vehicles does the depot in Narvik hold?"}
    async with serving(home) as running, running.client() as client:
        await add(running, "depot.txt", DEPOT)
        embedding = asyncio.create_task(reindex(capsys, "--json"))
        meanwhile = [(await client.post("/api/ask", json=question)).json() for _ in range(3)]
        code, out, err = await embedding
        assert code == 0, err
        refused, _, why = await reindex(capsys, "--drop")
        await add(running, "harbour.txt", HARBOUR)
        after = (await client.post("/api/ask", json=question)).json()
    report = json.loads(out)
    assert (report["model"], report["embedded"] >= 1) == (BUNDLED_MODEL, True)
    assert all("300 vehicles" in answer["answer"] for answer in [*meanwhile, after])
    assert refused == 2
    assert "start it anew" in why
    new = SentenceTransformerEmbedder()
    async with serving(home, embedder=new) as running, running.client() as client:  # type: ignore[arg-type]  # any embedder will do
        asked = {"question": "What did the harbour of Turku receive in March?"}
        answer = (await client.post("/api/ask", json=asked)).json()
        code, _, err = await reindex(capsys, "--drop")
        assert code == 0, err
        sound = (await client.post("/api/doctor", json={})).json()
    assert "minesweepers" in answer["answer"], "what came after the reindexing was embedded at the start"
    assert sound["ok"], sound["problems"]
    assert sound["vectors"] == sound["passages"], "those of the old model are gone"
