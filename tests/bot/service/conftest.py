"""A service on a fresh home, and a Slack for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.service.running import Running, serving, settings
from tests.bot.slack.server import FakeSlack


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
async def running(home: Path) -> AsyncIterator[Running]:
    async with serving(home) as service:
        yield service


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server
