"""``/help``: what the bot does, what the collection holds, the person's last questions."""

from typing import TYPE_CHECKING

from bot.discord_app import pages
from bot.discord_app.client import Client, Interaction
from bot.discord_app.embeds import Payload

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord


def register(client: Client, bot: "Discord") -> None:
    """Register the command."""

    @client.tree.command(name="help", description="What I can do, and what I know about.")
    async def help_(interaction: Interaction) -> None:
        async def work() -> Payload:
            return pages.home(await bot.desk.home(bot.person(interaction)))

        await bot.answer(interaction, work())
