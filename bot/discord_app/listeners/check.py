"""The message menu "Check this claim"."""

from typing import TYPE_CHECKING

import discord

from bot import wording
from bot.discord_app import parse
from bot.discord_app.client import Client, Interaction

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord


def register(client: Client, bot: "Discord") -> None:
    """Register the menu."""

    @client.tree.context_menu(name=wording.CHECK_CLAIM)
    async def check(interaction: Interaction, message: discord.Message) -> None:
        await bot.take(interaction, text=await claim(bot, message), kind="check", private=True)


async def claim(bot: "Discord", message: discord.Message | discord.DeletedReferencedMessage | None) -> str:
    """The sentence in a message: of an answer of ours the answer alone. Empty where there is none to read."""
    if not isinstance(message, discord.Message):
        return ""
    me = bot.client.user.id if bot.client.user else 0
    if message.author.id == me:
        asked = await bot.desk.questions.at("discord", str(message.id))
        return asked.answer.answer if asked and asked.answer else ""
    names = {user.id: user.display_name for user in message.mentions}
    return parse.words(message.content, bot=me, names=names)
