"""kill -9 in the middle of a pass, again and again: what the database says then, and what the site saw."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from index.collect.sources import Sources
from index.store.database import Database

Site = Any  # the fixture's class, which a conftest cannot be imported for

PAGES = 500
KILLS = 10
AT_ONCE = 8  # the script's `at_once`
SCRIPT = Path(__file__).with_name("collect_until_killed.py")


@pytest.mark.timeout(240)
async def test_killed_ten_times_it_loses_nothing_and_asks_for_nothing_twice_too_often(
    site: Site, tmp_path: Path
) -> None:
    items = "".join(f"<item><link>{site.url(f'/{n}')}</link></item>" for n in range(PAGES))
    site.page("/feed", f"<rss><channel>{items}</channel></rss>".encode(), kind="text/xml")
    for n in range(PAGES):
        words = " ".join(
            f"Boat {n} brought {m} crates of fish to the harbour that evening." for m in range(9)
        )
        site.page(f"/{n}", f"<html><title>Boat {n}</title><article><p>{words}</p></article></html>".encode())
    url = f"sqlite:///{tmp_path / 'communique.db'}"

    async def start() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), url, site.url("/feed"),
            cwd=Path(__file__).parents[3], env={"PYTHONPATH": "."}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    # By what the site was asked, lest a fast machine come to the pages that kills cut short, which wait
    # behind all others, and be killed among them once more.
    moments = Random(7)
    for _ in range(KILLS):
        goal = len(site.requests) + moments.randrange(PAGES // KILLS // 2)
        process = await start()
        while len(site.requests) < goal and process.returncode is None:  # noqa: ASYNC110 - both are elsewhere
            await asyncio.sleep(0.001)
        await asyncio.sleep(moments.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    process = await start()
    assert await process.wait() == 0

    database = Database(url)
    with database.read() as connection:
        shelf = connection.execute(text("SELECT words FROM shelf")).scalars().all()
    (counted,) = Sources(database).counts()
    database.close()
    asked = Counter(request.path for request in site.requests if request.path not in {"/robots.txt", "/feed"})
    assert (len(shelf), len(set(shelf))) == (PAGES, PAGES)
    assert (counted.pages, counted.held) == (PAGES, PAGES)
    assert set(asked) == {f"/{n}" for n in range(PAGES)}
    assert max(asked.values()) <= 2
    assert asked.total() <= PAGES + KILLS * AT_ONCE
