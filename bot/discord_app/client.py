"""The connection to Discord: a client with the least intents, whose commands are synced when they change."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from bot.discord_app import sending
from bot.discord_app.embeds import Press, pressed

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Handler = Callable[[Interaction, Press], Awaitable[None]]
Fields = dict[str, str]
"""What was filled into a modal, by custom id; of a menu the value chosen."""
Submitted = Callable[[Interaction, Press, Fields], Awaitable[None]]
Failed = Callable[[Interaction, BaseException], Awaitable[None]]


def intents() -> discord.Intents:
    """Servers with their channels and roles, and messages without their content.

    Discord sends the content of what mentions the bot, replies to it or is said to it directly all the same.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Client(discord.AutoShardedClient):
    """The client.

    ``started`` is awaited once logged in, before any event, ``ended`` before the connection is closed;
    ``failed`` tells a person of an error. Presses of buttons and sent modals go to ``presses`` and ``modals``
    by the action in their custom id: nothing about a message is held in memory.
    """

    def __init__(self, *, gateway_url: str = "", shard_count: int | None = None) -> None:
        super().__init__(
            intents=intents(),
            allowed_mentions=sending.QUIET,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=shard_count,
        )
        self._gateway_url = gateway_url
        self.tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self.presses: dict[str, Handler] = {}
        self.modals: dict[str, Submitted] = {}
        self.started: Callable[[], Awaitable[None]] | None = None
        self.ended: Callable[[], Awaitable[None]] | None = None
        self.failed: Failed | None = None

    def webhook(self, token: str) -> discord.Webhook:
        """The way to answer the interaction that came with ``token``, also one from before a restart."""
        application = self.application_id or 0
        return discord.Webhook.from_state(
            {"id": str(application), "type": 3, "token": token}, state=self._connection
        )

    async def setup_hook(self) -> None:
        """What is done between login and connection."""
        if self.started:
            await self.started()

    async def close(self) -> None:
        """Disconnect."""
        if self.ended:
            await self.ended()
        await super().close()

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard, to the gateway of the settings where there is one.

        discord.py goes to its default address when a session cannot be resumed: that becomes the same one.
        """
        address = yarl.URL(self._gateway_url) if self._gateway_url else gateway
        DiscordWebSocket.DEFAULT_GATEWAY = address
        await super().launch_shard(address, shard_id, initial=initial)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Buttons and modals; commands go through the tree."""
        data: Any = interaction.data or {}
        press = pressed(str(data.get("custom_id", "")))
        if press is None:
            return
        try:
            if interaction.type is discord.InteractionType.component and press.action in self.presses:
                await self.presses[press.action](interaction, press)
            elif interaction.type is discord.InteractionType.modal_submit and press.action in self.modals:
                await self.modals[press.action](interaction, press, filled(data.get("components", ())))
        except Exception as exc:  # noqa: BLE001 - the outermost edge of a press: logged, and the person is told
            await self.tell_failed(interaction, exc)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what escaped a listener."""
        log.exception("could not deal with %s", event_method)

    async def tell_failed(self, interaction: Interaction, exc: BaseException) -> None:
        """Log what escaped a command or press, and tell the person."""
        log.error("could not deal with interaction %s", interaction.id, exc_info=exc)
        if self.failed:
            await self.failed(interaction, exc)


class Tree(app_commands.CommandTree[Client]):
    """The commands. Errors become words in one place."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Say what went wrong."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await self.client.tell_failed(interaction, cause)

    def fingerprint(self) -> str:
        """Changes when, and only when, the commands do."""
        commands = sorted((command.to_dict(self) for command in self.get_commands()), key=lambda c: c["name"])
        return hashlib.blake2b(json.dumps(commands, sort_keys=True).encode(), digest_size=16).hexdigest()


def filled(components: Any) -> Fields:
    """What was filled into a modal. Its inputs lie in rows or labels."""
    found: Fields = {}
    for component in components:
        inner = [*component.get("components", ()), *filter(None, [component.get("component")])]
        found |= filled(inner)
        if "value" in component:
            found[str(component["custom_id"])] = str(component["value"] or "")
        elif component.get("values"):
            found[str(component["custom_id"])] = str(component["values"][0])
    return found
