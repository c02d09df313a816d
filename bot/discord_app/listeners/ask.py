"""``/ask``, answered in the channel or only for the person who asks."""

from typing import TYPE_CHECKING

from discord import app_commands

from bot import wording
from bot.discord_app import embeds as e
from bot.discord_app.client import Client, Interaction
from bot.discord_app.text import plain

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord

_LONGEST = 1000


def register(client: Client, bot: "Discord") -> None:
    """Register the command."""

    @client.tree.command(description="Ask the articles. The answer quotes them and links to the place.")
    @app_commands.describe(question="What do you want to know?", only_me="Show the answer only to me")
    async def ask(
        interaction: Interaction,
        question: app_commands.Range[str, 1, _LONGEST],
        only_me: bool = False,  # noqa: FBT001, FBT002 - an option of a command has a name in Discord
    ) -> None:
        await bot.take(interaction, text=question, private=only_me)

    @ask.autocomplete("question")
    async def suggested(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Questions about the newest articles, for those who have typed nothing yet."""
        if typed.strip():
            return []
        titles = [plain(one.title, 60) for one in await bot.desk.sources.newest(3) if one.title]
        prompts = [*(f"What is reported about “{title}”?" for title in titles), wording.EXAMPLE]
        return [
            app_commands.Choice(name=prompt, value=prompt) for prompt in prompts if len(prompt) <= e.CHOICE
        ]
