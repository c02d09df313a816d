"""A look at NATO's page once a week, and word to the administrators of what it brought."""

import asyncio
import logging
from datetime import date, datetime, timedelta
from typing import NoReturn

from bot.desk.clock import Clock, now
from bot.figures import fetch_update
from bot.service.works import Works
from index.errors import FiguresError, SourceError
from index.figures.update import Update
from index.store.states import note, state

log = logging.getLogger(__name__)

EVERY = timedelta(days=7)
_AGAIN = timedelta(days=1)  # after a look that failed
_CHECKED = "figures looked for"


async def keep_up(works: Works, *, clock: Clock = now, pause: float = 3600.0) -> NoReturn:
    """Look whenever a look is due; the day of the next is kept in the database, so that replicas share it."""
    while True:
        due = await asyncio.to_thread(state, works.root.database, _CHECKED)
        if due is None or datetime.fromisoformat(due) <= clock():
            await _look(works, clock)
        await asyncio.sleep(pause)


async def _look(works: Works, clock: Clock) -> None:
    database = works.root.database
    await asyncio.to_thread(note, database, _CHECKED, (clock() + _AGAIN).isoformat())
    try:
        update = await fetch_update(works.root.settings, database, today=_day(clock))
    except (SourceError, FiguresError) as exc:
        log.warning("no figures were updated: %s", exc)
        return
    await asyncio.to_thread(note, database, _CHECKED, (clock() + EVERY).isoformat())
    log.info("looked for figures: %s", update.message)
    if update.new:
        await works.desk.announce(announcement(update))


def announcement(update: Update) -> str:
    """What administrators are told of an update."""
    return "\n".join([update.message, *(f"• {change}" for change in update.changes)])


def _day(clock: Clock) -> date:
    return clock().date()
