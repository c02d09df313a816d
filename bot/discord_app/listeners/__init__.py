"""What people can do in Discord, one feature a file; each registers its listeners on the client."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from bot import wording
from bot.desk import Desk, Person, Place, Reply, Request, Words
from bot.desk.claims import question_id
from bot.desk.records import Kind
from bot.discord_app import parse, sending
from bot.discord_app.client import Client, Interaction
from bot.discord_app.deferrals import Deferrals, Expired, Ticket
from bot.discord_app.delivery import DiscordDelivery, deliverable
from bot.discord_app.embeds import Payload
from bot.discord_app.render import words
from bot.errors import BotError, DeliveryError
from index.errors import IndexingError
from retrieval.errors import RetrievalError

_BRIEFLY = 0.5  # seconds that the settings of a channel may take before a command is acknowledged


@dataclass(frozen=True, slots=True)
class Discord:
    """What listeners work with."""

    desk: Desk
    client: Client
    deferrals: Deferrals
    delivery: DiscordDelivery

    def person(self, interaction: Interaction) -> Person:
        """Who did it."""
        return parse.person(interaction.user)

    async def place(self, channel: Any, guild: int | None, *, root: str = "") -> Place:
        """The conversation that something belongs to. A thread opened under an answer goes on with it."""
        where = parse.place(channel, guild, root=root)
        if where.thread and where.thread != root:
            opened = await self.desk.questions.at("discord", where.thread)
            return opened.place if opened else where
        return where

    async def take(
        self, interaction: Interaction, *, text: str, kind: Kind = "ask", private: bool = False, **more: Any
    ) -> None:
        """Have the desk answer a command, a menu or a button."""
        private = private or await self._private_here(interaction)

        async def claim() -> bool:
            where = await self.place(
                parse.channel_of(interaction), interaction.guild_id, root=str(interaction.id)
            )
            request = parse.pressed(interaction, where, text=text, kind=kind, private=private)
            kept = deliverable(interaction, private=private)
            return await self.desk.take(replace(request, delivery=kept, **more))

        await self.open(interaction, claim(), private=private)

    async def open(
        self, interaction: Interaction, claim: Coroutine[Any, Any, bool], *, private: bool
    ) -> None:
        """Claim and acknowledge; what the desk declines is said in the place of the answer."""
        ticket = _ticket(interaction, private=private)
        try:
            await self.deferrals.open(interaction, ticket, claim)
        except (BotError, IndexingError) as exc:
            await self._finish(ticket, self.person(interaction), _said(exc))

    async def admit(self, interaction: Interaction) -> None:
        """Nothing, where the person may use the bot in this channel.

        Raises:
            NotAllowed: they may not; the text says why.
        """
        where = parse.place(parse.channel_of(interaction), interaction.guild_id)
        await self.desk.channels.admit(self.person(interaction), where)

    async def take_message(self, request: Request) -> None:
        """Have the desk answer a message. Discord delivers it once: it is said if it cannot be claimed."""
        try:
            await self.desk.take(request)
        except IndexingError:
            failed = Words(text=wording.failed(question_id(request.key)), failed=True)
            await self.delivery.post(Reply(request=request, body=failed))
            raise

    async def answer(
        self, interaction: Interaction, work: Coroutine[Any, Any, Payload], *, private: bool = True
    ) -> None:
        """Answer with what ``work`` makes, however long it takes; errors become words."""
        ticket = _ticket(interaction, private=private)
        await self.deferrals.acknowledge(interaction, ticket)
        self.desk.begin(self._answer(ticket, self.person(interaction), work))

    async def say(self, interaction: Interaction, payload: Payload) -> None:
        """Say something at once to the person who pressed or typed, and to nobody else."""
        with sending.translated():
            if interaction.response.is_done():
                await interaction.followup.send(**sending.new(payload), ephemeral=True)
            else:
                await interaction.response.send_message(**sending.new(payload), ephemeral=True)

    async def failed(self, interaction: Interaction, exc: BaseException) -> None:
        """Tell the person that a command or press failed."""
        case = question_id(f"discord:{interaction.id}")
        if isinstance(exc, BotError):
            shown = words(str(exc), failed=not isinstance(exc, DeliveryError))
        else:
            shown = words(wording.failed(case), failed=True)
        await self.say(interaction, shown)

    async def _answer(self, ticket: Ticket, person: Person, work: Awaitable[Payload]) -> None:
        try:
            payload = await work
        except (BotError, IndexingError, RetrievalError) as exc:
            payload = _said(exc)
        except Exception:
            await self._finish(ticket, person, words(wording.failed(question_id(ticket.key)), failed=True))
            raise
        await self._finish(ticket, person, payload)

    async def _finish(self, ticket: Ticket, person: Person, payload: Payload) -> None:
        try:
            await self.deferrals.answer(ticket, payload, private=ticket.private)
        except Expired:
            await self.delivery.write(person.name, payload)

    async def _private_here(self, interaction: Interaction) -> bool:
        """Whether answers are private in this channel; not, where the database does not say in time.

        The desk looks again, and then the answer is made private after all.
        """
        if interaction.guild_id is None:
            return False
        where = parse.place(parse.channel_of(interaction), interaction.guild_id)
        try:
            return (await asyncio.wait_for(self.desk.channels.get(where), _BRIEFLY)).private
        except (TimeoutError, IndexingError):
            return False


def register(client: Client, bot: Discord) -> None:
    """Register every feature."""
    from bot.discord_app.listeners import (
        answers,
        ask,
        check,
        feedback,
        files,
        help_,
        messages,
        settings,
        sources,
        spending,
        watch,
    )

    for feature in (
        answers,
        ask,
        check,
        feedback,
        files,
        help_,
        messages,
        settings,
        sources,
        spending,
        watch,
    ):
        feature.register(client, bot)
    client.failed = bot.failed


def _ticket(interaction: Interaction, *, private: bool) -> Ticket:
    return Ticket(
        key=f"discord:{interaction.id}",
        token=interaction.token,
        opened=interaction.created_at,
        private=private,
    )


def _said(exc: Exception) -> Payload:
    return words(str(exc), failed=not isinstance(exc, BotError))
