"""A bot in a process of its own, to be killed: ``python bot_process.py API_URL DATABASE SECONDS PORT``.

It listens for HTTP at the port, or with port 0 connects over Socket Mode.
"""

import asyncio
import sys
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette

from bot.desk import Claims, Desk, Limits, Workers
from bot.slack_app.app import SlackApp, SlackSettings
from index.store.database import Database
from tests.bot.fakes import FakeAnswerer, FakeFigures, FakeLibrary
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, SECRET


async def main(api_url: str, url: str, seconds: float, port: int) -> None:
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
    token = "" if port else APP_TOKEN
    settings = SlackSettings(bot_token=BOT_TOKEN, app_token=token, signing_secret=SECRET, api_url=api_url)
    app = SlackApp(settings, desk, workers)
    await asyncio.gather(desk.run(), _listen(app, port) if port else app.run(ping=0.5))


async def _listen(app: SlackApp, port: int) -> None:
    """Serve the app's routes."""
    routes = Starlette(routes=app.routes())
    await uvicorn.Server(uvicorn.Config(routes, port=port, log_level="error", lifespan="off")).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])))
