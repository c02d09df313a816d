"""Commands told to Discord when they changed, and only then: Discord rations it."""

import logging

import discord

from bot.desk.workers import Workers
from bot.discord_app import sending
from bot.discord_app.client import Client
from index.store import states
from index.store.database import Database

log = logging.getLogger(__name__)


async def sync(client: Client, workers: Workers, database: Database) -> bool:
    """Sync the commands if they are others than those synced last; whether they were.

    Raises:
        StoreError: the database failed.
        DeliveryError: Discord refused them or could not be reached.
    """
    name = f"discord commands {client.application_id}"
    now = client.tree.fingerprint()
    if await workers.aside(lambda: states.state(database, name)) == now:
        return False
    with sending.translated():
        synced = await client.tree.sync()
    await workers.aside(lambda: states.note(database, name, now))
    log.info("%d commands were synced with discord.py %s", len(synced), discord.__version__)
    return True
