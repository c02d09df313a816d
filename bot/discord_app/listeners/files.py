"""Files sent to the bot directly, offered as articles."""

import re
from typing import TYPE_CHECKING

import discord

from bot import wording
from bot.desk import Person
from bot.discord_app import pages, sending
from bot.discord_app.client import Client, Interaction
from bot.discord_app.embeds import Payload, Press
from bot.errors import DeskError

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord

_KINDS = re.compile(r"\.(txt|md|html?|pdf|jsonl?)(\.gz)?$", re.I)
_LARGEST = 20_000_000  # bytes


def register(client: Client, bot: "Discord") -> None:
    """Register the button; `offer` is called by the listener of messages."""

    async def add(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _add(bot, interaction, press))

    client.presses["file"] = add


def offer(bot: "Discord", message: discord.Message) -> Payload | None:
    """What to say about the files of a direct message, None where it has none."""
    if not message.attachments or message.guild is not None:
        return None
    if not bot.desk.channels.administers(Person(platform="discord", user=str(message.author.id))):
        return pages.sentence(wording.ADMINISTRATORS_ONLY)
    names = [(n, one.filename) for n, one in enumerate(message.attachments) if _KINDS.search(one.filename)]
    return pages.offered(str(message.id), names) if names else pages.sentence(wording.FILES_READ)


async def added(bot: "Discord", person: Person, file: discord.Attachment) -> Payload:
    """Take in a file that was uploaded to Discord, and say what changed.

    Raises:
        NotAllowed: ``person`` is no administrator.
        DeskError: it is of no kind that can be read, or too large.
        DeliveryError: Discord did not hand it over.
    """
    bot.desk.channels.require_admin(person)
    if not _KINDS.search(file.filename):
        raise DeskError(wording.FILES_READ)
    if file.size > _LARGEST:
        raise DeskError(wording.FILE_TOO_LARGE)
    with sending.translated():
        content = await file.read()
    return pages.added(await bot.desk.sources.add_file(person, file.filename, content))


async def _add(bot: "Discord", interaction: Interaction, press: Press) -> Payload:
    channel = bot.client.get_partial_messageable(interaction.channel_id or 0)
    with sending.translated():
        message = await channel.fetch_message(int(press.of))
    if press.n >= len(message.attachments):
        raise DeskError(wording.NOT_POSSIBLE_HERE)
    return await added(bot, bot.person(interaction), message.attachments[press.n])
