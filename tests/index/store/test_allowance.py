"""The tokens of language models: set aside, booked and limited, by whoever shares the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from index.store.allowance import Allowance, Prices, Use
from index.store.database import Database

DAY, NEXT = date(2025, 6, 1), date(2025, 6, 2)


def test_what_is_held_is_given_back_for_what_was_taken(database_url: str) -> None:
    database = Database(database_url)
    allowance = Allowance(database, daily=1000)
    assert allowance.hold(DAY, "tiny", 600)
    assert not allowance.hold(DAY, "other", 600)
    allowance.book(DAY, "tiny", held=600, prompt=100, completion=20)
    assert allowance.used(DAY) == Use(requests=1, prompt_tokens=100, completion_tokens=20, held=0)
    assert allowance.hold(DAY, "other", 600)
    assert allowance.hold(NEXT, "tiny", 1000)
    assert allowance.used(NEXT).held == 1000
    database.close()


def test_many_at_once_never_pass_the_limit(database_url: str) -> None:
    database = Database(database_url)
    allowance = Allowance(database, daily=500)
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda _: allowance.hold(DAY, "tiny", 100), range(16)))
    assert sum(held) == 5
    assert allowance.used(DAY).held == 500
    database.close()


def test_what_tokens_cost_is_reckoned_by_the_prices_of_the_day(database_url: str) -> None:
    database = Database(database_url)
    for day, prices in ((DAY, Prices(prompt=0.15, completion=0.6)), (NEXT, Prices(prompt=0.3)), (NEXT, None)):
        allowance = Allowance(database, prices=prices)
        allowance.hold(day, "tiny", 10)
        allowance.book(day, "tiny", held=10, prompt=2_000_000, completion=1000)
    assert allowance.used(DAY).cost == pytest.approx(0.3006)
    assert allowance.used(NEXT).cost == pytest.approx(0.6)
    both = allowance.used(DAY, NEXT)
    assert (both.requests, both.prompt_tokens) == (3, 6_000_000)
    assert both.cost == pytest.approx(0.9006)
    database.close()
