"""How many things are done at a time, in which order, and what waits for what."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.desk import Workers
from bot.desk.tables import events
from index.store.database import Database
from retrieval.answer import Answer
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import FakeDelivery, request
from tests.bot.fakes import FakeAnswerer
from tests.bot.waiting import until


class Counted:
    """Work that takes a moment, or until ``go``; counts how much of it is being done at once."""

    def __init__(self, *, held: bool = False) -> None:
        self.begun: list[int] = []
        self.most = 0
        self.go = threading.Event()
        self._now = 0
        self._lock = threading.Lock()
        if not held:
            self.go.set()

    def __call__(self, number: int) -> int:
        with self._lock:
            self.begun.append(number)
            self._now += 1
            self.most = max(self.most, self._now)
        self.go.wait(10)
        threading.Event().wait(0.002)
        with self._lock:
            self._now -= 1
        return number


class Gated(FakeAnswerer):
    """Answers once its gate is open."""

    def __init__(self, gate: threading.Event) -> None:
        super().__init__()
        self._gate = gate

    def ask(self, question: str, **options: Any) -> Answer:
        answer = super().ask(question, **options)
        self._gate.wait(10)
        return answer


@pytest.fixture
async def workers(database: Database) -> AsyncIterator[Workers]:
    made = Workers(database, computing=2)
    yield made
    made.close()


@pytest.mark.parametrize("computing", [1, 2])
async def test_answers_are_made_in_the_order_of_asking_and_so_many_at_a_time(
    database: Database, computing: int
) -> None:
    workers, work = Workers(database, computing=computing), Counted()
    answers = await asyncio.gather(*(workers.compute(partial(work, number)) for number in range(40)))
    assert answers == list(range(40))
    assert work.most == computing
    assert computing > 1 or work.begun == answers
    assert workers.under_way == 0
    workers.close()


async def test_neither_looking_up_nor_recording_waits_for_answers(workers: Workers) -> None:
    work = Counted(held=True)
    asked = [asyncio.create_task(workers.compute(lambda: work(0))) for _ in range(20)]
    assert await until(lambda: work.most == 2)
    assert await workers.aside(lambda: "looked up") == "looked up"
    assert await workers.read(lambda connection: connection.scalar(select(1))) == 1
    assert await workers.write(lambda connection: connection.scalar(select(1))) == 1
    assert (workers.under_way, work.most) == (20, 2)
    work.go.set()
    await asyncio.gather(*asked)


async def test_nobody_waits_for_what_takes_long(workers: Workers) -> None:
    adding = Counted(held=True)
    begun = [asyncio.create_task(workers.labour(lambda: adding(0))) for _ in range(20)]
    assert await until(lambda: adding.begun)
    assert await workers.compute(lambda: "answered") == "answered"
    assert await workers.aside(lambda: "looked up") == "looked up"
    adding.go.set()
    await asyncio.gather(*begun)


async def test_a_crowd_is_acknowledged_before_the_first_answer_and_answered_in_its_order(
    offices: Offices,
) -> None:
    gate = threading.Event()
    delivery = FakeDelivery()
    office = offices.open(answerer=Gated(gate), computing=2)
    office.desk.join("discord", delivery)
    for number in range(30):
        assert await office.desk.take(request(str(number)))
        await asyncio.sleep(0.01)
    with offices.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) == 30
    assert delivery.replies == []
    assert await until(lambda: office.workers.under_way == 30)
    assert len(office.answerer.asked) == 2
    gate.set()
    assert await office.desk.drain(seconds=30)
    assert sorted(int(reply.request.text) for reply in delivery.replies) == list(range(30))
    begun = [int(asked.question) for asked in office.answerer.asked]
    assert sum(begun[:15]) < sum(begun[15:]), "the first come first"
