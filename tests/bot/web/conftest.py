"""A service with its pages and its API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.service.running import Running, serving, settings

TOKEN = "a-token-for-tools"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings(monkeypatch, tmp_path / "home", COMMUNIQUE_API_TOKENS=f"another, {TOKEN}")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
async def running(home: Path) -> AsyncIterator[Running]:
    async with serving(home) as service:
        yield service
