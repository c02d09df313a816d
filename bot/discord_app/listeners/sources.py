"""``/sources``: the collection looked at and looked after from chat; suggestions and their approval.

Everybody sees it: the desk decides who may do what, by the administrators of the settings. A server narrows
it further under Integrations.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import wording
from bot.desk import Suggestion
from bot.discord_app import embeds as e
from bot.discord_app import pages
from bot.discord_app.client import Client, Interaction
from bot.discord_app.embeds import File, Payload, Press
from bot.discord_app.listeners.files import added
from bot.discord_app.render import words
from bot.errors import DeliveryError, DeskError

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord

log = logging.getLogger(__name__)


def register(client: Client, bot: "Discord") -> None:
    """Register the commands and the buttons of suggestions."""
    group = app_commands.Group(
        name="sources",
        description="The collection: look at it, add to it, look after it.",
    )

    @group.command(
        description="Add an article, a feed, a sitemap or a file. Others than administrators suggest."
    )
    @app_commands.describe(address="https://…", file="A text, HTML, PDF, Markdown or JSON file")
    async def add(
        interaction: Interaction,
        address: app_commands.Range[str, 1, 2000] | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        person = bot.person(interaction)
        work = added(bot, person, file) if file else _add(bot, interaction, address or "")
        await bot.answer(interaction, work)

    @group.command(description="Take out a source or an article. For administrators.")
    @app_commands.describe(address="The address, or an article's id")
    async def remove(interaction: Interaction, address: app_commands.Range[str, 1, 2000]) -> None:
        await bot.answer(interaction, _remove(bot, interaction, address))

    @remove.autocomplete("address")
    async def known(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = [one.address for one in await bot.desk.sources.list()]
        fitting = [address for address in found if typed.casefold() in address.casefold()]
        return [
            app_commands.Choice(name=address, value=address)
            for address in fitting
            if 0 < len(address) <= e.CHOICE
        ][: e.CHOICES]

    for name, description, make in _looks(bot):
        group.add_command(_look(bot, name, description, make))
    client.tree.add_command(group)

    async def approve(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _decide(bot, interaction, press.of, approve=True))

    async def decline(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _decide(bot, interaction, press.of, approve=False))

    client.presses |= {"approve": approve, "decline": decline}


Look = Callable[[Interaction], Awaitable[Payload]]


def _looks(bot: "Discord") -> list[tuple[str, str, Look]]:
    """The sub-commands without options: name, description, what they show."""
    sources, reviews = bot.desk.sources, bot.desk.reviews

    async def listing(_: Interaction) -> Payload:
        return pages.listed(await sources.list())

    async def refresh(interaction: Interaction) -> Payload:
        return pages.added(await sources.refresh(bot.person(interaction)))

    async def stats(_: Interaction) -> Payload:
        return pages.stats(await sources.stats())

    async def gaps(interaction: Interaction) -> Payload:
        return pages.gaps(await sources.gaps(bot.person(interaction)))

    async def suggestions(interaction: Interaction) -> Payload:
        return pages.suggestions(await sources.suggested(bot.person(interaction)))

    async def review(interaction: Interaction) -> Payload:
        return pages.review(await reviews.open(bot.person(interaction)))

    async def export(interaction: Interaction) -> Payload:
        lines = await reviews.export(bot.person(interaction))
        if not lines:
            return words(wording.NOTHING_DECIDED)
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        file = File(name="wrong-answers.jsonl", content=content.encode())
        shown = words(f"{wording.count(len(lines), 'answer')} withdrawn or corrected, as lines for evaluate.")
        return Payload(embeds=shown.embeds, files=(file,))

    async def audit(interaction: Interaction) -> Payload:
        bot.desk.channels.require_admin(bot.person(interaction))
        return pages.actions_log(await bot.desk.audit.last())

    return [
        ("list", "What was added, newest first.", listing),
        ("refresh", "Fetch every feed and sitemap again. For administrators.", refresh),
        ("stats", "What the collection holds.", stats),
        ("gaps", "What was asked in vain, without names. For administrators.", gaps),
        ("suggestions", "Suggested sources, to approve or decline. For administrators.", suggestions),
        ("review", "Answers called wrong, to withdraw or correct. For administrators.", review),
        ("export", "Answers withdrawn or corrected, as a file. For administrators.", export),
        ("audit", "The last actions. For administrators.", audit),
    ]


def _look(
    bot: "Discord", name: str, description: str, make: Look
) -> "app_commands.Command[app_commands.Group, ..., None]":
    async def run(interaction: Interaction) -> None:
        async def work() -> Payload:
            await bot.admit(interaction)
            return await make(interaction)

        await bot.answer(interaction, work())

    return app_commands.Command(name=name, description=description, callback=run)


async def _add(bot: "Discord", interaction: Interaction, address: str) -> Payload:
    await bot.admit(interaction)
    if not address:
        raise DeskError(wording.NOT_AN_ADDRESS)
    result = await bot.desk.sources.add(bot.person(interaction), address)
    if isinstance(result, Suggestion):
        await _announce(bot, result)
        return words(wording.suggested(result.source))
    return pages.added(result)


async def _remove(bot: "Discord", interaction: Interaction, address: str) -> Payload:
    gone = await bot.desk.sources.remove(bot.person(interaction), address)
    return words(f"Took out {wording.count(gone, 'article')}.")


async def _announce(bot: "Discord", suggestion: Suggestion) -> None:
    """Tell the administrators, each with the buttons to decide; who takes no messages has the list."""
    for admin in bot.desk.channels.admins("discord"):
        try:
            await bot.delivery.write(admin, pages.suggestion(suggestion))
        except DeliveryError as exc:
            log.info("%s was not told of a suggestion: %s", admin, exc)


async def _decide(bot: "Discord", interaction: Interaction, suggestion: str, *, approve: bool) -> Payload:
    decided, addition = await bot.desk.sources.decide(bot.person(interaction), suggestion, approve=approve)
    if decided.person.startswith("discord:"):
        try:
            await bot.delivery.tell(decided.person, f"Your suggestion was {decided.state}: {decided.source}")
        except DeliveryError as exc:
            log.info("%s was not told of a decision: %s", decided.person, exc)
    return pages.added(addition) if addition else words("Declined.")
