"""The tokens of language models: set aside, booked and limited, by whoever shares the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from index.store.allowance import Allowance, Use
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
