"""A bot in a process of its own, to be killed: ``python bot_process.py API_URL DATABASE SECONDS``."""

import asyncio
import sys
from datetime import timedelta

from bot.desk import Claims, Desk, Limits, Workers
from bot.slack_app.app import SlackApp, SlackSettings
from index.store.database import Database
from tests.bot.fakes import FakeAnswerer, FakeFigures, FakeLibrary
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, SECRET


async def main(api_url: str, url: str, seconds: float) -> None:
    """Serve until killed."""
    workers = Workers(Database(url))
    desk = Desk(
        workers,
        answerer=FakeAnswerer(seconds=seconds),
        library=FakeLibrary(),
        figures=FakeFigures(),
        limits=Limits(per_person=1000, per_channel=1000),
        claims=Claims(workers, lease=timedelta(seconds=1.5)),
    )
    settings = SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SECRET, api_url=api_url)
    app = SlackApp(settings, desk, workers)
    await asyncio.gather(desk.run(), app.run(ping=0.5))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
