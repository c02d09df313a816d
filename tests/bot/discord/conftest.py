"""A desk with stand-ins for the answering side, and the client on a Discord without network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.desk import Desk, Limits, Workers
from bot.discord_app.app import DiscordSettings, build
from bot.discord_app.client import Client
from index.store.database import Database
from tests.bot.fakes import FakeAnswerer, FakeFigures, FakeLibrary

BOSS = "boss"
"""The user who administers the bot."""
EDITORS = "editors"
"""A role whose members do too."""


@dataclass
class World:
    """The bot and what it works with. ``client`` makes another one, as after a restart."""

    database: Database
    workers: Workers
    answerer: FakeAnswerer = field(default_factory=FakeAnswerer)
    figures: FakeFigures = field(default_factory=FakeFigures)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    admins: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)

    def desk(self) -> Desk:
        """A desk as a process has it after its start."""
        return Desk(
            self.workers,
            answerer=self.answerer,
            library=self.library,
            figures=self.figures,
            admins=self.admins,
            limits=self.limits,
        )

    def client(self) -> Client:
        """A client with a desk of its own."""
        settings = DiscordSettings(token="simcord.fake.token")
        return build(settings, self.desk(), workers=self.workers, database=self.database, shard_count=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path / 'communique.db'}")
    workers = Workers(database)
    yield World(database, workers)
    workers.close()
    database.close()
