"""The API over a real socket: answers, rights, limits, and articles taken in."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from index.article import Article
from index.transfer import line_of
from tests.bot.service.running import DEPOT, HARBOUR, Running, add
from tests.bot.web.conftest import TOKEN

ASK = {"question": "How many vehicles does the depot in Narvik hold?"}


async def test_a_question_gets_an_answer_of_the_contracts_form(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    async with running.client(token=TOKEN) as client:
        answer = (await client.post("/api/ask", json=ASK | {"id": "mine"})).json()
    assert answer["id"] == "mine"
    assert answer["found"]
    assert "300 vehicles" in answer["citations"][0]["quote"]
    citation = answer["citations"][0]
    assert DEPOT[citation["start"] : citation["end"]] == citation["quote"]


async def test_who_asks_for_lines_gets_the_answer_where_nothing_is_written(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    async with running.client(token=TOKEN) as client:
        lines = (await client.post("/api/ask", json=ASK | {"stream": True})).text.splitlines()
    (last,) = (json.loads(line) for line in lines)
    assert "300 vehicles" in str(last)


async def test_a_follow_up_is_understood_in_its_own_conversation_alone(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    await add(running, "harbour.txt", HARBOUR)
    async with running.client(token=TOKEN) as client:
        await client.post("/api/ask", json=ASK | {"conversation": "one"})
        follow = {"question": "And who opened it?", "conversation": "one"}
        understood = (await client.post("/api/ask", json=follow)).json()["understood"]
        alone = (await client.post("/api/ask", json=follow | {"conversation": "two"})).json()["understood"]
    assert "depot" in understood
    assert "depot" not in alone


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1]])
async def test_without_a_good_token_nothing_is_told(running: Running, token: str) -> None:
    async with running.client(token=token) as client:
        assert (await client.post("/api/ask", json=ASK)).status_code == 401
        for path in ("/api/articles", "/api/sources", "/api/spending?country=Poland", "/metrics"):
            assert (await client.get(path)).status_code == 401, path


async def test_only_the_owner_adds_mends_and_makes_links(running: Running) -> None:
    async with running.client(token=TOKEN) as client:
        for path in ("/api/add", "/api/doctor", "/api/login"):
            assert (await client.post(path, json={})).status_code == 403, path


async def test_a_request_for_another_host_is_refused(running: Running) -> None:
    async with running.client() as client:
        lured = await client.get("/api/articles", headers={"Host": "rebound.example"})
    assert lured.status_code == 400
    assert "depot" not in lured.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"question": ""}', b'{"question": 5}', b'{"question": "a", "asof": "x"}']
)
async def test_a_body_that_is_not_understood_is_refused_in_words(running: Running, body: bytes) -> None:
    async with running.client() as client:
        reply = await client.post("/api/ask", content=body)
    assert reply.status_code == 400
    assert reply.json()["error"]


async def test_too_large_a_body_is_refused(running: Running) -> None:
    async with running.client() as client:
        reply = await client.post("/api/ask", content=b'{"question": "' + b"a" * 100_000 + b'"}')
    assert reply.status_code == 413


async def test_figures_come_with_their_edition(running: Running) -> None:
    async with running.client(token=TOKEN) as client:
        found = (await client.get("/api/spending", params={"country": "Poland", "year": 2024})).json()
        unknown = (await client.get("/api/spending", params={"country": "Atlantis"})).json()
        misspelt = await client.get("/api/spending", params={"countri": "Poland"})
    assert found["figures"][0]["iso3"] == "POL"
    assert found["figures"][0]["edition"]
    assert unknown["figures"] == []
    assert "Atlantis" in unknown["notes"][0]
    assert misspelt.status_code == 400


async def test_articles_come_without_text_but_to_those_who_may_read_them(running: Running) -> None:
    identifier = await add(running, "depot.txt", DEPOT)
    async with running.client(token=TOKEN) as client:
        listed = (await client.get("/api/articles")).json()
        for_tools = (await client.get(f"/api/articles/{identifier}")).json()
        assert (await client.get("/api/articles/nothing")).status_code == 404
    async with running.client() as client:
        for_owner = (await client.get(f"/api/articles/{identifier}")).json()
    assert listed["total"] == 1
    assert "text" not in for_tools
    assert "300 vehicles" in for_owner["text"]


async def test_articles_sent_as_lines_are_told_one_by_one_and_taken_in_whole(running: Running) -> None:
    articles = [
        Article(
            identity=f"https://news.example/{number}",
            source="news.jsonl",
            text=f"{DEPOT}It was report number {number}.",
            url=f"https://news.example/{number}",
            authors=("Ada Berg",),
            published=datetime(2025, 5, 6, tzinfo=UTC).date(),
            published_at=datetime(2025, 5, 6, 8, tzinfo=UTC),
            date_source="given",
        )
        for number in range(3)
    ]
    body = b"\n".join(line_of(one) for one in articles)
    async with running.client() as client:
        reply = await client.post("/api/add", content=body, headers={"Content-Type": "application/x-ndjson"})
        told = [json.loads(line) for line in reply.text.splitlines()]
        again = await client.post("/api/add", content=body, headers={"Content-Type": "application/x-ndjson"})
        stored = (await client.get(f"/api/articles/{told[0]['id']}")).json()
    assert len(told) == 4
    assert told[-1]["report"]["added"] == 3
    assert json.loads(again.text.splitlines()[-1])["report"]["unchanged"] == 3
    assert stored["authors"] == ["Ada Berg"]
    assert stored["published"] == "2025-05-06"


async def test_fifty_questions_at_once_while_articles_come_are_all_answered(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)

    async def ask() -> str:
        async with running.client(token=TOKEN) as client:
            reply = await client.post("/api/ask", json=ASK)
            assert reply.status_code == 200, reply.text
            return str(reply.json()["answer"])

    async def take(number: int) -> None:
        await add(running, f"harbour{number}.txt", f"{HARBOUR}It was ship number {number}.")

    asked = await asyncio.gather(*(ask() for _ in range(50)), *(take(number) for number in range(5)))
    assert all("300 vehicles" in answer for answer in asked[:50] if answer)
    async with running.client() as client:
        assert (await client.post("/api/doctor", json={})).json()["ok"]
        assert (await client.get("/api/articles")).json()["total"] == 6


async def test_the_description_names_every_address_of_the_api(running: Running) -> None:
    async with running.client(token="") as client:
        described = (await client.get("/api/openapi.json")).json()
        for path, methods in described["paths"].items():
            for method in methods:
                reply = await client.request(method, path.replace("{id}", "nothing"))
                assert reply.status_code == 401, path
