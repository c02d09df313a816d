"""The Discord app: built from plain values, run until it is closed."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.desk import Desk
from bot.desk.workers import Workers
from bot.errors import DeliveryError, SettingsError
from index.store.database import Database

if TYPE_CHECKING:
    from bot.discord_app.client import Client

log = logging.getLogger(__name__)

API_URL = "https://discord.com/api/v10"
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds before connecting again; the last for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordSettings:
    """What the settings say about Discord. An empty ``gateway_url`` is asked from the API.

    A deferred answer can be given for ``lifetime``; after ``patience`` the person is told that it is late.
    That the bot is typing is said again every ``typing_for``.
    """

    token: str
    api_url: str = API_URL
    gateway_url: str = ""
    lifetime: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(minutes=14)
    typing_for: timedelta = timedelta(seconds=8)


class DiscordApp:
    """The bot on Discord, on every server that invited it.

    It has no signal handlers and no loop of its own: whoever runs the service owns both, and calls `run` in a
    task and `close` at the end. It joins the desk once it is logged in, and leaves it when closed.
    """

    def __init__(
        self, settings: DiscordSettings, desk: Desk, *, workers: Workers, database: Database
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._workers = workers
        self._database = database
        self._client: Client | None = None
        self._closed = asyncio.Event()

    async def run(self) -> None:
        """Serve until `close` is called or the task is cancelled. A lost connection comes back by itself.

        Raises:
            SettingsError: Discord does not know the token.
        """
        import discord

        discord.http.Route.BASE = self._settings.api_url.rstrip("/")
        failures = 0
        try:
            while not self._closed.is_set():
                try:
                    await self._serve()
                    failures = 0
                except DeliveryError as exc:
                    pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                    failures += 1
                    log.warning("%s Connecting again in %d seconds.", exc, pause)
                    await self._rest(pause)
        finally:
            await self.close()

    async def connected(self) -> bool:
        """Whether every shard is connected now."""
        client = self._client
        if client is None or not client.is_ready():
            return False
        return not any(shard.is_closed() for shard in client.shards.values())

    async def close(self) -> None:
        """Disconnect. Drain the desk first: what is under way then is taken up after the next start."""
        self._closed.set()
        self._desk.leave("discord")
        if self._client:
            await self._client.close()

    async def _serve(self) -> None:
        """Connect once, until the client is closed or gives up.

        Raises:
            SettingsError: Discord does not know the token.
            DeliveryError: Discord cannot be reached, or ended the session for good.
        """
        import discord

        from bot.discord_app import sending

        self._client = client = build(
            self._settings, self._desk, workers=self._workers, database=self._database
        )
        try:
            with sending.translated():
                await client.start(self._settings.token)
        except discord.LoginFailure as exc:
            raise SettingsError("DISCORD_TOKEN: Discord does not know this token.") from exc
        except (discord.GatewayNotFound, discord.ConnectionClosed, discord.ClientException) as exc:
            raise DeliveryError(f"The connection to Discord ended: {exc}.", passing=True) from exc
        finally:
            await client.close()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return


def build(
    settings: DiscordSettings,
    desk: Desk,
    *,
    workers: Workers,
    database: Database,
    shard_count: int | None = None,
) -> "Client":
    """A client with every feature, which joins the desk and syncs its commands once it is logged in."""
    from bot.discord_app.client import Client
    from bot.discord_app.deferrals import Deferrals
    from bot.discord_app.delivery import DiscordDelivery
    from bot.discord_app.listeners import Discord, register
    from bot.discord_app.sync import sync

    client = Client(gateway_url=settings.gateway_url, shard_count=shard_count)
    deferrals = Deferrals(client, lifetime=settings.lifetime, patience=settings.patience)
    delivery = DiscordDelivery(client, deferrals, typing_for=settings.typing_for)
    register(client, Discord(desk, client, deferrals, delivery))

    async def started() -> None:
        await sync(client, workers, database)
        desk.join("discord", delivery)

    client.started = started

    async def ended() -> None:
        await delivery.close()
        await deferrals.close()

    client.ended = ended
    return client
