"""The service as a whole: ready, reachable from Slack, one owner, stopped and killed without a loss."""

import asyncio
import json
import re
import signal
import stat
from pathlib import Path

import httpx
import pytest

from bot.errors import SettingsError
from bot.owner import TOKEN
from bot.owner import running as found_running
from bot.root import Root
from bot.service import Service
from bot.settings import Settings
from index.errors import StoreHeld
from index.store.lock import owner_address
from tests.bot.service.running import DEPOT, Running, add, ready, serving, settings, started
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.bot.waiting import until
from tests.fakes import HashingEmbedder


def slack_settings(monkeypatch: pytest.MonkeyPatch, slack: FakeSlack, *, token: str = BOT_TOKEN) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", token)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)


async def test_it_is_ready_and_says_how_it_is(running: Running) -> None:
    async with running.client(token="") as client:
        assert (await client.get("/healthz")).json() == {"ok": True}
        ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["parts"]) == {"Desk", "Collector", "Index", "Figures"}
    assert set(ready.json()["parts"].values()) == {"running"}


async def test_the_metrics_tell_of_everything_that_is_looked_after(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    async with running.client() as client:
        for question in ("How many vehicles does the depot in Narvik hold?", "Who sold the zeppelin?", "Hi"):
            await client.post("/api/ask", json={"question": question})
        text = (await client.get("/metrics")).text
    found = {
        line.partition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"
    }
    assert found['communique_questions_total{outcome="not_a_question"}'] == 1
    asked = [value for name, value in found.items() if name.startswith("communique_questions_total")]
    assert sum(asked) >= 3
    for stage in ("understand", "search", "rank", "quote", "compose", "verify", "total"):
        assert found[f'communique_answer_seconds_count{{stage="{stage}"}}'] > 0, stage
    assert (found["communique_articles"], found["communique_questions_under_way"]) == (1, 0)
    assert found["communique_passages"] == found["communique_vectors"] > 0
    assert "communique_pages_waiting" in found, "the collector"
    assert {"process_resident_memory_bytes", "process_cpu_seconds_total"} <= set(found)


async def test_the_owners_token_is_for_the_owner_alone_and_goes_with_the_service(home: Path) -> None:
    async with serving(home) as running:
        assert stat.S_IMODE((home / TOKEN).stat().st_mode) == 0o600
        assert running.address.startswith("http://127.0.0.1:")
        assert found_running(home) is not None
    assert not (home / TOKEN).exists()
    assert owner_address(home) is None
    assert found_running(home) is None


def test_an_address_left_by_a_killed_service_is_not_believed(home: Path) -> None:
    home.mkdir()
    (home / "owner.json").write_text(json.dumps({"pid": 1, "address": "http://127.0.0.1:9"}))
    assert found_running(home) is None


async def test_a_second_service_on_the_home_says_who_holds_it(running: Running) -> None:
    with pytest.raises(StoreHeld, match="communique serve"):
        await Service(Root(Settings(), embedder=HashingEmbedder())).run()


async def test_a_port_that_is_taken_is_named(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, tmp_path / "other", COMMUNIQUE_LISTEN=running.address.removeprefix("http://"))
    with pytest.raises(SettingsError, match="COMMUNIQUE_LISTEN"):
        await Service(Root(Settings(), embedder=HashingEmbedder())).run()
    assert not (tmp_path / "other" / "owner.json").exists()


async def test_a_question_in_slack_is_answered_from_what_was_added(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack_settings(monkeypatch, slack)
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
        await slack.connected()
        await slack.deliver(slack.mention("How many vehicles does the depot in Narvik hold?"))
        (answer,) = await slack.answered(1)
        assert "300 vehicles" in answer.text
        async with running.client() as client:
            counted = (await client.get("/metrics")).text
    assert 'communique_questions_total{outcome="answered"} 1.0' in counted
    assert "communique_articles 1.0" in counted
    assert slack.problems == []


async def test_somebody_in_slack_gets_a_link_for_them_alone_and_is_known_on_the_pages(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack_settings(monkeypatch, slack)
    monkeypatch.setenv("COMMUNIQUE_PUBLIC_URL", "https://bot.example")
    monkeypatch.setenv("COMMUNIQUE_ADMINS", "slack:T1/U1")
    async with serving(home) as running:
        await slack.connected()
        await slack.deliver(slack.mention("log in"))
        (answer,) = await slack.answered(1)
        assert answer.to == "U1", "nobody else sees it"
        link = re.search(r"https://bot\.example/login\?token=([\w=-]+)", json.dumps(answer.payload))
        assert link
        visitor = {"Host": "bot.example", "Origin": "https://bot.example"}
        async with running.client(token="") as browser:
            entered = await browser.post("/login", data={"token": link[1]}, headers=visitor)
            assert entered.status_code == 303
            assert "secure" in entered.headers["set-cookie"].lower()
            cookie = {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
            gaps = await browser.get("/gaps", headers=visitor | cookie)
            again = await browser.post("/login", data={"token": link[1]}, headers=visitor)
    assert gaps.status_code == 200, "an administrator there is one here"
    assert again.status_code == 403
    assert slack.problems == []


async def test_a_part_that_fails_is_begun_again_and_shown_while_the_others_go_on(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack_settings(monkeypatch, slack)
    slack.failing["apps.connections.open"] = "internal_error"
    async with serving(home) as running:
        part = next(one for one in running.service._parts if one.name == "Slack")
        assert await until(lambda: part.failures >= 1, within=20)
        async with running.client() as client:
            assert (await client.get("/readyz")).json()["parts"]["Slack"] == "failing"
            counted = (await client.get("/metrics")).text
            assert (await client.post("/api/ask", json={"question": "Who?"})).status_code == 200
        slack.failing.clear()
        await asyncio.wait_for(slack.connected(), 30)
    assert 'communique_part_running{part="Slack"} 0.0' in counted
    assert 'communique_part_running{part="Collector"} 1.0' in counted
    assert 'communique_errors_total{logger="bot.service.parts"}' in counted


@pytest.mark.parametrize("folder", ["chroma", "words"])
async def test_a_damaged_index_is_rebuilt_at_the_start_without_embedding_again(
    home: Path, folder: str
) -> None:
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
    for file in filter(Path.is_file, (home / folder).rglob("*")):
        file.write_bytes(b"damaged" * 500)
    embedder = HashingEmbedder()
    async with serving(home, embedder=embedder) as running, running.client() as client:
        answer = (await client.post("/api/ask", json={"question": "How many vehicles are in Narvik?"})).json()
        assert (await client.post("/api/doctor", json={})).json()["ok"]
    assert "300 vehicles" in answer["answer"]
    assert not any(DEPOT.strip() in text for text in embedder.embedded), "no passage, only sentences to quote"


async def test_a_question_under_way_is_answered_before_a_stopped_service_ends(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
    slack_settings(monkeypatch, slack)
    process = await started(home, 2.0)
    try:
        await ready(home)
        envelope = await slack.deliver(slack.mention("How many vehicles are in the depot in Narvik?"))
        assert await slack.acked(envelope)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 40) == 0
    finally:
        if process.returncode is None:
            process.kill()
    (answer,) = slack.answers()
    assert "300 vehicles" in answer.text


async def test_a_question_under_way_when_the_service_is_killed_is_answered_once_by_the_next(
    home: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(home) as running:
        await add(running, "depot.txt", DEPOT)
    slack_settings(monkeypatch, slack)
    process = await started(home, 5.0)
    await ready(home)
    event = slack.mention("How many vehicles are in the depot in Narvik?")
    assert await slack.acked(await slack.deliver(event))
    process.kill()
    await process.wait()
    assert slack.answers() == []
    async with serving(home):
        await slack.connected()
        await slack.deliver(event)
        (answer,) = await slack.answered(1)
        await asyncio.sleep(0.5)
        assert "300 vehicles" in answer.text
        assert len(slack.answers()) == 1


async def test_the_service_waits_with_answers_until_the_model_is_warm(home: Path) -> None:
    process = await started(home, 3.0)
    try:
        assert await until(lambda: owner_address(home) is not None, within=60)
        async with httpx.AsyncClient(base_url=owner_address(home) or "") as client:
            early = await client.get("/readyz")
            refused = await client.get("/")
            assert (await client.get("/healthz")).status_code == 200
        assert early.status_code == 503
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        await ready(home)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
