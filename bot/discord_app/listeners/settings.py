"""``/settings`` of a channel and of a server. Discord shows it to those who manage the server."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.desk import Channel, Place, publishers_of
from bot.discord_app import pages, parse
from bot.discord_app.client import Client, Interaction
from bot.discord_app.embeds import Payload

if TYPE_CHECKING:
    from bot.desk.channels import Who
    from bot.discord_app.listeners import Discord

_CHOICES = [app_commands.Choice(name=label, value=value) for value, label in pages.WHO.items()]
_ALL = "all"
_SAID = {
    "who": "Who may ask here",
    "private": "Show answers only to the person who asks",
    "publishers": "Publishers to answer from, parted by commas; “all” for all",
}


def register(client: Client, bot: "Discord") -> None:
    """Register the commands."""
    group = app_commands.Group(
        name="settings",
        description="How I behave here. For administrators.",
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False),
    )

    @group.command(description="Show the settings of this channel and of this server.")
    async def show(interaction: Interaction) -> None:
        async def work() -> Payload:
            bot.desk.channels.require_admin(bot.person(interaction))
            shown = [
                pages.settings(await bot.desk.channels.get(where), where=name)
                for name, where in (("channel", _here(interaction)), ("server", _server(interaction)))
            ]
            return Payload(embeds=tuple(embed for one in shown for embed in one.embeds))

        await bot.answer(interaction, work())

    @group.command(description="Change the settings of this channel. What is left out stays.")
    @app_commands.describe(**_SAID)
    @app_commands.choices(who=_CHOICES)
    async def channel(
        interaction: Interaction,
        who: str | None = None,
        private: bool | None = None,  # noqa: FBT001 - an option of a command has a name in Discord
        publishers: app_commands.Range[str, 1, 1000] | None = None,
    ) -> None:
        where = _here(interaction)
        await bot.answer(interaction, _set(bot, interaction, where, who, private, publishers))

    @group.command(description="Change the settings of all channels that have none of their own.")
    @app_commands.describe(**_SAID)
    @app_commands.choices(who=_CHOICES)
    async def server(
        interaction: Interaction,
        who: str | None = None,
        private: bool | None = None,  # noqa: FBT001 - the same
        publishers: app_commands.Range[str, 1, 1000] | None = None,
    ) -> None:
        where = _server(interaction)
        await bot.answer(interaction, _set(bot, interaction, where, who, private, publishers))

    client.tree.add_command(group)


async def _set(
    bot: "Discord",
    interaction: Interaction,
    where: Place,
    who: Any,
    private: bool | None,  # noqa: FBT001 - as the option was given
    publishers: str | None,
) -> Payload:
    changed: Channel = await bot.desk.channels.get(where)
    if who is not None:
        chosen: Who = who
        changed = replace(changed, who=chosen)
    if private is not None:
        changed = replace(changed, private=private)
    if publishers is not None:
        everyone = publishers.strip().casefold() == _ALL
        changed = replace(changed, publishers=() if everyone else publishers_of(publishers))
    whole = not where.channel
    await bot.desk.channels.set(bot.person(interaction), where, changed, workspace=whole)
    return pages.settings(changed, where="server" if whole else "channel")


def _here(interaction: Interaction) -> Place:
    return parse.place(parse.channel_of(interaction), interaction.guild_id)


def _server(interaction: Interaction) -> Place:
    return Place(platform="discord", workspace=str(interaction.guild_id), channel="")
