"""A Slack, and Communiqué connected to it over Socket Mode."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.slack_app.app import SlackApp, SlackSettings
from tests.bot.conftest import Office, Offices
from tests.bot.slack.people import Posted
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack


@dataclass
class Chat:
    """Slack and the bot in it."""

    slack: FakeSlack
    office: Office
    app: SlackApp

    async def send(self, payload: dict[str, Any], *, kind: str = "events_api") -> Any:
        """Deliver, and wait for the acknowledgement; its payload."""
        envelope = await self.slack.deliver(payload, kind=kind)
        assert await self.slack.acked(envelope), "not acknowledged"
        return self.slack.ack_payloads[envelope]

    async def command(self, name: str, text: str, **who: str) -> Posted:
        """Type a command; what comes back."""
        before = len(self.slack.answers())
        await self.send(self.slack.command(name, text, **who), kind="slash_commands")
        return (await self.slack.answered(before + 1))[-1]

    async def press(self, posted: Posted, action: str, **more: Any) -> None:
        """Press a button under a message."""
        await self.send(self.slack.press(posted, action, **more), kind="interactive")

    async def settled(self) -> None:
        """Wait until everything begun is done."""
        await self.office.desk.drain(seconds=10)


Connect = Callable[[Office], Awaitable[Chat]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
async def connect(slack: FakeSlack) -> AsyncIterator[Connect]:
    """Connects a desk to Slack."""
    running: list[asyncio.Task[None]] = []

    async def start(office: Office) -> Chat:
        settings = SlackSettings(
            bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SECRET, api_url=slack.api_url
        )
        app = SlackApp(settings, office.desk, office.workers)
        running.append(asyncio.create_task(app.run(ping=0.5)))
        await slack.connected()
        return Chat(slack, office, app)

    yield start
    for task in running:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def chat(offices: Offices, connect: Connect) -> Chat:
    return await connect(offices.open())


@pytest.fixture(autouse=True)
def nothing_wrong(slack: FakeSlack) -> Any:
    """Whatever a test does, Slack must have had nothing to complain about."""
    yield
    assert slack.problems == []
