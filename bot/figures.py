"""The official figures as the service keeps and shows them."""

from datetime import date

from bot.settings import Settings
from index.collect.addresses import Allowance
from index.collect.fetch import Fetcher
from index.collect.reply import READABLE
from index.errors import FetchError
from index.figures.store import FigureStore
from index.figures.update import Update, update
from index.store.database import Database

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def fetch_update(settings: Settings, database: Database, *, today: date) -> Update:
    """Look at NATO's topic page, and take in the newest edition if it is new or revised.

    Raises:
        FetchError: the page or the workbook cannot be reached.
        FiguresError: the page is not understood, the edition has no workbook, or it is not to be believed.
        StoreError: the database failed.
    """
    async with Fetcher(
        contact=settings.contact or "", allowance=Allowance.parse(settings.allow_private or "")
    ) as fetcher:

        async def fetch(url: str) -> bytes:
            fetched = await fetcher.fetch(url, accept=READABLE | {WORKBOOK})
            if fetched.content is None:
                raise FetchError(url, "Nothing came.", kind="broken")
            return fetched.content

        return await update(FigureStore(database), fetch, settings.nato_url, today=today)
