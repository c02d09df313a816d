"""Databases and a desk for the tests of the chat platforms."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Claims, Desk, Limits, Workers
from bot.desk.clock import now
from index.store.database import Database
from tests.bot.fakes import FakeAnswerer, FakeFigures, FakeLibrary

ADMIN = "slack:T1/UADMIN"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = Database(f"sqlite:///{tmp_path}/communique.db")
    yield opened
    opened.close()


@dataclass
class Office:
    """A desk with its stand-ins."""

    desk: Desk
    workers: Workers
    answerer: FakeAnswerer
    library: FakeLibrary
    figures: FakeFigures


@dataclass
class Offices:
    """Makes desks on one database: a second is a second process."""

    database: Database
    made: list[Office] = field(default_factory=list)

    def open(
        self,
        *,
        answerer: FakeAnswerer | None = None,
        lease: float = 30,
        computing: int = 4,
        **options: Any,
    ) -> Office:
        workers = Workers(self.database, computing=computing)
        answerer, library, figures = answerer or FakeAnswerer(), FakeLibrary(), FakeFigures()
        options = {
            "admins": frozenset({ADMIN}),
            "limits": Limits(per_person=100, per_channel=1000),
            **options,
        }
        desk = Desk(
            workers,
            answerer=answerer,
            library=library,
            figures=figures,
            claims=Claims(workers, lease=timedelta(seconds=lease), clock=options.get("clock", now)),
            **options,
        )
        office = Office(desk, workers, answerer, library, figures)
        self.made.append(office)
        return office


@pytest.fixture
async def offices(database: Database) -> AsyncIterator[Offices]:
    """Desks on one database, drained and closed at the end."""
    made = Offices(database)
    yield made
    for office in made.made:
        await office.desk.drain(seconds=5)
        office.workers.close()
