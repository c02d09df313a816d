"""What is written to the log, what the settings call for, and how a part is begun again."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from bot import logs
from bot.errors import DeliveryError
from bot.service import Part, plan
from bot.service.figures import announcement
from bot.settings import Settings
from index.figures.update import Update
from tests.bot.service.running import DEPOT, add, serving
from tests.bot.waiting import until
from tests.fakes import HashingEmbedder

if TYPE_CHECKING:
    from index.embed import Vectors


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.disable(logging.NOTSET)  # which a command of another test may have set
    written = io.StringIO()
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def records(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_carries_the_id_of_its_question_and_its_facts(stream: io.StringIO) -> None:
    logs.configure(stream=stream)
    with structlog.contextvars.bound_contextvars(case="c0ffee"):
        logging.getLogger("bot.desk").info("answered", extra={"took_ms": 41})
    structlog.get_logger("stamina").warning("retry", attempt=2)
    first, second = records(stream)
    assert (first["event"], first["case"], first["took_ms"]) == ("answered", "c0ffee", 41)
    assert (second["event"], second["attempt"]) == ("retry", 2)
    assert datetime.fromisoformat(str(first["timestamp"])).tzinfo == UTC


def test_secrets_stand_nowhere_in_the_log_not_even_in_a_traceback(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    monkeypatch.setenv("COMMUNIQUE_API_TOKENS", "first-token, second-token")
    logs.configure(stream=stream, secrets=Settings().secrets)
    log = logging.getLogger("bot")
    log.info(
        "called with %s", "xoxb-very-secret", extra={"headers": {"Authorization": "Bearer second-token"}}
    )
    log.error("failed with first-token", exc_info=ValueError("refused: xoxb-very-secret"))
    text = stream.getvalue()
    assert text.count("[secret]") >= 4
    assert not any(secret in text for secret in ("xoxb-very-secret", "first-token", "second-token"))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("token xoxb-2345-6789-abcdef refused", "token [secret] refused"),
        ("POST /login?token=gAAAAB-x_y%3D&next=1", "POST /login?token=[secret]&next=1"),
        ("Authorization: Bearer abc.def_ghi-123", "Authorization: Bearer [secret]"),
        ("https://discord.com/api/v10/webhooks/4711/aW50ZXJhY3Rpb246Ng0xMjM gone", "/webhooks/[secret] gone"),
        ("https://hooks.slack.com/commands/T1/2/3xYz", "https://hooks.slack.com/[secret]"),
        ("postgresql://bot:hunter2@db.example/communique", "postgresql://[secret]@db.example/communique"),
        (
            "at https://news.example/a?page=2 for slack:T1/U1",
            "at https://news.example/a?page=2 for slack:T1/U1",
        ),
    ],
)
def test_what_is_a_secret_by_its_form_is_left_out_though_no_setting_holds_it(
    stream: io.StringIO, said: str, left: str
) -> None:
    logs.configure(stream=stream)
    logging.getLogger("bot").warning("it said: %s", said, extra={"more": [said]})
    (record,) = records(stream)
    assert str(record["event"]).endswith(left)
    assert str(record["more"]).endswith(f"{left}']")


class Broken(HashingEmbedder):
    """Has a defect that only one question meets."""

    def embed_query(self, text: str) -> "Vectors":
        if "zeppelin" in text:
            raise RuntimeError("a defect")
        return super().embed_query(text)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_defect_is_told_by_the_id_that_stands_in_the_log(
    home: Path, stream: io.StringIO, streamed: bool
) -> None:
    logs.configure(stream=stream)
    async with serving(home, embedder=Broken()) as running:
        await add(running, "depot.txt", DEPOT)
        async with running.client() as client:
            asked = {"question": "Which zeppelin does the depot hold?", "stream": streamed}
            told = (await client.post("/api/ask", json=asked)).text
    case = re.search(r"Something went wrong on our side\. \(Case ([0-9a-f]{16})\.\)", told)
    assert case, told
    failed = [one for one in records(stream) if one["level"] == "error"]
    assert {one["case"] for one in failed} == {case[1]}
    assert any("RuntimeError: a defect" in str(one.get("exception")) for one in failed)


@pytest.mark.parametrize(
    ("given", "runs", "says"),
    [
        ({}, False, "set SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, False, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, True, "Socket Mode"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, True, "over HTTP"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s"}, False, "SLACK_SIGNING_SECRET"),
    ],
)
def test_the_plan_says_what_runs_and_what_is_missing(
    given: dict[str, str], runs: bool, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    slack, discord, *_ = plan(Settings())
    assert slack.runs is runs
    assert says in slack.says
    assert not discord.runs
    assert "DISCORD_TOKEN" in discord.says


async def test_a_part_that_fails_pauses_longer_each_time_and_keeps_its_reason() -> None:
    pauses: list[float] = []

    async def work() -> None:
        raise DeliveryError("The platform is away.")

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0 if len(pauses) < 6 else 60)

    part = Part("Platform", work, pause=1, longest=10, sleep=sleep)
    part.start()
    assert await until(lambda: len(pauses) == 6)
    assert pauses == [1, 2, 4, 8, 10, 10]
    assert (part.state, part.problem, part.failures) == ("failing", "The platform is away.", 6)
    await part.stop()
    assert part.state == "stopped"


def test_administrators_are_told_what_a_new_edition_changed() -> None:
    update = Update(edition="2027", new=True, message="The 2027 edition is in.", changes=("A: 2 to 3.",))
    assert announcement(update) == "The 2027 edition is in.\n• A: 2 to 3."
