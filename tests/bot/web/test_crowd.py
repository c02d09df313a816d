"""More questions over the API than can be answered at once."""

import asyncio
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bot.web.asking import MOST_UNDER_WAY
from tests.bot.service.running import DEPOT, add, serving
from tests.bot.web.conftest import TOKEN
from tests.fakes import HashingEmbedder

if TYPE_CHECKING:
    from index.embed import Vectors


class Gated(HashingEmbedder):
    """A model that answers questions about depots once its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def embed_query(self, text: str) -> "Vectors":
        if "depot" in text:
            self.gate.wait(60)
        return super().embed_query(text)


async def test_a_crowd_waits_in_line_and_who_comes_beyond_it_is_told_to_come_again(home: Path) -> None:
    model = Gated()
    async with serving(home, embedder=model) as running:
        await add(running, "depot.txt", DEPOT)
        limits = httpx.Limits(max_connections=MOST_UNDER_WAY + 20)
        async with running.client(token=TOKEN, limits=limits) as client:

            async def ask(number: int) -> httpx.Response:
                asked = {"question": f"How many vehicles does the depot in Narvik hold? {number}"}
                return await client.post("/api/ask", json=asked, timeout=120)

            begun = [asyncio.create_task(ask(number)) for number in range(MOST_UNDER_WAY + 10)]
            done, _ = await asyncio.wait(begun, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            refused = next(iter(done)).result()
            told = await client.get("/metrics")
            looked_up = await client.get("/api/articles")
            check = await client.post("/api/check", json={"claim": "The depot holds 300 vehicles."})
            model.gate.set()
            statuses = Counter(reply.status_code for reply in await asyncio.gather(*begun))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "try again in a moment" in refused.json()["error"]
    assert f"communique_questions_under_way {MOST_UNDER_WAY}.0" in told.text
    assert looked_up.json()["total"] == 1
    assert check.status_code == 503
    assert statuses == {200: MOST_UNDER_WAY, 503: 10}
