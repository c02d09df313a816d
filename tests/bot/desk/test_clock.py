"""A machine's clock that is set forward or back: nothing is answered twice, and nothing erased for it."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.desk import Claims, Workers
from bot.desk.clock import Running
from index.store.database import Database
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import FakeDelivery, request
from tests.bot.waiting import until


class Hands:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return datetime.now(UTC) + self.ahead


def test_a_jump_is_told_from_time_that_passed() -> None:
    hands, passed = Hands(), [0.0]
    running = Running(hands, passed=lambda: passed[0])
    hands.ahead += timedelta(days=3)
    passed[0] += 3 * 86400
    assert running.jumped() is None
    hands.ahead -= timedelta(hours=2)
    assert -timedelta(hours=2, minutes=1) < (running.jumped() or timedelta()) < -timedelta(hours=1)
    assert running.jumped() is None


async def test_a_replica_whose_clock_is_ahead_takes_over_and_the_other_posts_nothing(
    database: Database,
) -> None:
    hands = Hands()
    hands.ahead = timedelta(hours=1)
    workers = Workers(database)
    first, ahead = Claims(workers), Claims(workers, clock=hands)
    asked = request("Who?")
    assert await first.claim(asked)
    assert [one.request.key for one in await ahead.abandoned("discord")] == [asked.key]
    assert await ahead.posting(asked.key)
    assert not await first.posting(asked.key), "it has lost the claim"
    assert await ahead.done(asked.key, "posted")
    workers.close()


async def test_a_clock_set_back_leaves_questions_answered(offices: Offices) -> None:
    hands = Hands()
    office, delivery = offices.open(clock=hands), FakeDelivery()
    office.desk.join("discord", delivery)
    for text in ("Before?", "And after?"):
        await office.desk.take(request(text))
        await office.desk.drain(seconds=10)
        hands.ahead -= timedelta(hours=5)
    assert len(delivery.replies) == 2
    assert all("Yes" in reply.body.answer for reply in delivery.replies)  # type: ignore[union-attr]  # answers


async def test_a_clock_set_far_forward_erases_nothing_that_day(offices: Offices) -> None:
    hands = Hands()
    office, delivery = offices.open(clock=hands, lease=0.05), FakeDelivery()
    office.desk.join("discord", delivery)
    await office.desk.take(request("Who?", key="discord:kept"))
    await office.desk.drain(seconds=10)
    running = asyncio.create_task(office.desk.run())
    try:
        assert await until(lambda: hands.looks > 20)
        hands.ahead += timedelta(days=400)
        looks = hands.looks
        assert await until(lambda: hands.looks > looks + 50)
        assert (await office.desk.retention.known("discord:1")).questions == 1
    finally:
        running.cancel()
        await asyncio.wait({running})
