"""``/watch``, and the button that ends a watch."""

from typing import TYPE_CHECKING

from discord import app_commands

from bot import wording
from bot.desk.watches import LONGEST
from bot.discord_app import parse
from bot.discord_app.client import Client, Interaction
from bot.discord_app.embeds import Payload, Press
from bot.discord_app.render import words

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord


def register(client: Client, bot: "Discord") -> None:
    """Register the command and the button."""

    @client.tree.command(
        description="Have new articles on a topic posted here; without one, list the topics."
    )
    @app_commands.describe(
        topic="A question or words, for example: air defence",
        daily="Once a day at this time instead of at once: 08:30, or 08:30 Europe/Brussels",
    )
    async def watch(
        interaction: Interaction,
        topic: app_commands.Range[str, 1, LONGEST] | None = None,
        daily: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        text = f"{topic} daily {daily}" if topic and daily else topic or "list"
        await bot.take(interaction, text=text, kind="watch", private=topic is None)

    async def stop(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _stopped(bot, interaction, press.of))

    client.presses |= {"unwatch": stop}


async def _stopped(bot: "Discord", interaction: Interaction, watch: str) -> Payload:
    place = await bot.place(parse.channel_of(interaction), interaction.guild_id)
    return words(wording.unwatched(await bot.desk.watches.stop(bot.person(interaction), place, watch)))
