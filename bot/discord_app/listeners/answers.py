"""What can be done with an answer: pages, passages, newest only, wider dates, share, a thread."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord

from bot import wording
from bot.discord_app import pages, render, sending
from bot.discord_app.client import Client, Interaction
from bot.discord_app.delivery import deliverable
from bot.discord_app.embeds import Press
from bot.discord_app.render import words
from bot.discord_app.text import plain
from bot.errors import DeliveryError, DeskError

if TYPE_CHECKING:
    from bot.desk import Asked
    from bot.discord_app.embeds import Payload
    from bot.discord_app.listeners import Discord

_THREAD_EXISTS = "160004"
_THREAD_NAME = 100


def register(client: Client, bot: "Discord") -> None:
    """Register the buttons."""

    async def page(interaction: Interaction, press: Press) -> None:
        asked = await bot.desk.asked(press.of)
        if asked.answer is None or asked.withdrawn:
            raise DeskError(wording.QUESTION_GONE)
        shown = render.page(
            asked.answer,
            press.n,
            question=asked.id,
            options=asked.options,
            private=_only_for_one(interaction),
            direct=asked.place.direct,
            title="" if asked.said_in else asked.text,
        )
        with sending.translated():
            await interaction.response.edit_message(
                **{**sending.changed(shown), "content": discord.utils.MISSING}
            )

    async def passage(interaction: Interaction, press: Press) -> None:
        async def work() -> "Payload":
            reading = await bot.desk.passage(press.of, press.n)
            return pages.passage(reading) if reading else words(wording.PASSAGE_GONE)

        await bot.answer(interaction, work())

    async def newest(interaction: Interaction, press: Press) -> None:
        await _again(bot, interaction, press.of, newest_only=True)

    async def widen(interaction: Interaction, press: Press) -> None:
        await _again(bot, interaction, press.of, widen=True)

    async def share(interaction: Interaction, press: Press) -> None:
        await bot.take(interaction, text=press.of, kind="share")

    async def thread(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _open_thread(bot, interaction, press.of))

    client.presses |= {
        "page": page,
        "passage": passage,
        "newest": newest,
        "widen": widen,
        "share": share,
        "thread": thread,
    }


async def _again(
    bot: "Discord",
    interaction: Interaction,
    question: str,
    *,
    newest_only: bool = False,
    widen: bool = False,
) -> None:
    private = _only_for_one(interaction)

    async def claim() -> bool:
        asked = await bot.desk.asked(question)
        return await bot.desk.again(
            question,
            key=f"discord:{interaction.id}",
            person=bot.person(interaction),
            options=replace(asked.options, newest_only=newest_only, widen=widen),
            private=private,
            delivery=deliverable(interaction, private=private),
        )

    await bot.open(interaction, claim(), private=private)


async def _open_thread(bot: "Discord", interaction: Interaction, question: str) -> "Payload":
    """Open a thread under the answer, and say how to go on in it.

    A thread's name is seen by all who see the answer above it.
    """
    asked: Asked = await bot.desk.asked(question)
    if interaction.message is None or interaction.guild is None or _only_for_one(interaction):
        raise DeskError(wording.NOT_POSSIBLE_HERE)
    if not interaction.permissions.create_public_threads:
        raise DeskError(wording.THREAD_NOT_OPENED)
    channel: Any = bot.client.get_partial_messageable(
        interaction.message.channel.id, guild_id=interaction.guild.id
    )
    message = channel.get_partial_message(interaction.message.id)
    try:
        with sending.translated():
            await message.create_thread(name=plain(asked.text, _THREAD_NAME))
    except DeliveryError as exc:
        if exc.code != _THREAD_EXISTS:
            raise DeskError(wording.THREAD_NOT_OPENED) from exc
    return words(wording.THREAD_OPENED)


def _only_for_one(interaction: Interaction) -> bool:
    """Whether the message that was pressed on is seen by one person alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral
