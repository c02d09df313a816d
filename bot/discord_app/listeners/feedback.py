"""Feedback on answers, and the review list of administrators."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import discord

from bot import wording
from bot.discord_app import embeds as e
from bot.discord_app import pages, sending
from bot.discord_app.client import Client, Fields, Interaction
from bot.discord_app.embeds import Payload, Press
from bot.discord_app.render import words

if TYPE_CHECKING:
    from bot.desk.reviews import Decision
    from bot.discord_app.listeners import Discord

_LONGEST = 1500


def register(client: Client, bot: "Discord") -> None:
    """Register the buttons and modals."""

    async def helpful(interaction: Interaction, press: Press) -> None:
        done = bot.desk.reviews.helpful(press.of, bot.person(interaction))
        await bot.answer(interaction, _then(done, words(wording.FEEDBACK_THANKS)))

    async def wrong(interaction: Interaction, press: Press) -> None:
        with sending.translated():
            await interaction.response.send_modal(why_wrong(press.of))

    async def why(interaction: Interaction, press: Press, fields: Fields) -> None:
        done = bot.desk.reviews.wrong(
            press.of,
            bot.person(interaction),
            reason=fields.get("reason", "other"),
            comment=fields.get("comment", ""),
        )
        await bot.answer(interaction, _then(done, words(wording.WRONG_THANKS)))

    async def withdraw(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _decide(bot, interaction, press.of, "withdrawn"))

    async def dismiss(interaction: Interaction, press: Press) -> None:
        await bot.answer(interaction, _decide(bot, interaction, press.of, "dismissed"))

    async def correct(interaction: Interaction, press: Press) -> None:
        bot.desk.channels.require_admin(bot.person(interaction))
        with sending.translated():
            await interaction.response.send_modal(correction(press.of))

    async def corrected(interaction: Interaction, press: Press, fields: Fields) -> None:
        text = fields.get("correction", "")
        await bot.answer(interaction, _decide(bot, interaction, press.of, "corrected", correction=text))

    client.presses |= {
        "helpful": helpful,
        "wrong": wrong,
        "withdraw": withdraw,
        "dismiss": dismiss,
        "correct": correct,
    }
    client.modals |= {"wrong": why, "correct": corrected}


def why_wrong(question: str) -> discord.ui.Modal:
    """Asks why an answer is wrong."""
    reasons = [discord.SelectOption(label=label, value=key) for key, label in wording.WRONG.items()]
    comment: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="comment", style=discord.TextStyle.paragraph, required=False, max_length=_LONGEST
    )
    return _modal(
        "What is wrong?",
        e.custom_id("wrong", question),
        discord.ui.Label(
            text="Reason", component=discord.ui.Select(custom_id="reason", options=reasons, required=True)
        ),
        discord.ui.Label(text="What would be right?", component=comment),
    )


def correction(question: str) -> discord.ui.Modal:
    """Asks an administrator for the text that takes the place of a wrong answer."""
    text: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="correction", style=discord.TextStyle.paragraph, max_length=_LONGEST
    )
    return _modal(
        "Correct the answer",
        e.custom_id("correct", question),
        discord.ui.Label(text="Correct answer", component=text),
    )


def _modal(title: str, id_: str, *labels: discord.ui.Label[Any]) -> discord.ui.Modal:
    """A modal, stopped at once like every view: what is sent is read from its custom id."""
    modal = discord.ui.Modal(title=title[: e.MODAL_TITLE], custom_id=id_)
    for label in labels:
        modal.add_item(label)
    modal.stop()
    return modal


async def _decide(
    bot: "Discord", interaction: Interaction, question: str, decision: "Decision", *, correction: str = ""
) -> Payload:
    """Decide, and show the list as it is then."""
    admin = bot.person(interaction)
    await bot.desk.decide(admin, question, decision, correction=correction)
    return pages.review(await bot.desk.reviews.open(admin))


async def _then(done: Awaitable[None], payload: Payload) -> Payload:
    await done
    return payload
