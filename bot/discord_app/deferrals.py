"""Interactions answered later: acknowledged within three seconds, answered once, never forgotten.

Discord lets a deferred interaction be answered for fifteen minutes through its token. The answer goes into
the message that said "thinking", so posting it twice leaves one message.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot import wording
from bot.discord_app import sending
from bot.discord_app.embeds import Payload
from bot.discord_app.render import words
from bot.errors import DeliveryError

if TYPE_CHECKING:
    from bot.discord_app.client import Client

log = logging.getLogger(__name__)

_GONE = frozenset({sending.UNKNOWN_MESSAGE, sending.UNKNOWN_WEBHOOK, sending.INVALID_TOKEN})
_CLAIMING = 1.0  # seconds that acknowledging waits for the claim; Discord waits for three


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A deferred interaction. ``private``: its answer is seen by the person alone, fixed at the deferral."""

    key: str
    token: str
    opened: datetime
    private: bool


class _Name:
    """A word where discord.py expects a message's number; it percent-encodes strings."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return self._name


_ORIGINAL: Any = _Name("@original")


class Expired(Exception):
    """The ticket can no longer be answered: its time is over, or its message was deleted."""


class Deferrals:
    """The interactions under way.

    ``lifetime`` is Discord's. After ``patience`` the person is told that the answer will come by other ways.
    """

    def __init__(
        self,
        client: "Client",
        *,
        lifetime: timedelta = timedelta(minutes=15),
        patience: timedelta = timedelta(minutes=14),
    ) -> None:
        self._client = client
        self._lifetime = lifetime
        self._patience = patience
        self._opening: dict[str, asyncio.Event] = {}
        self._reminders: dict[str, asyncio.Task[None]] = {}

    async def open(
        self, interaction: "discord.Interaction[Any]", ticket: Ticket, claim: Coroutine[Any, Any, bool]
    ) -> bool:
        """Claim the event, then acknowledge it; false, and nothing is done, where it was claimed before.

        A claim that takes long (the database is busy) is acknowledged while it is waited for. Where Discord
        takes no acknowledgement, the answer comes by other ways.

        Raises:
            StoreError, DeskError: what ``claim`` raises, after the acknowledgement.
        """
        opening = self._opening[ticket.key] = asyncio.Event()
        claiming = asyncio.create_task(claim)
        try:
            await asyncio.wait({claiming}, timeout=_CLAIMING)
            if claiming.done() and not claiming.exception() and not claiming.result():
                return False
            await self.acknowledge(interaction, ticket)
        finally:
            opening.set()
            self._opening.pop(ticket.key, None)
        return await claiming

    async def acknowledge(self, interaction: "discord.Interaction[Any]", ticket: Ticket) -> None:
        """Show "thinking", and see to it that it does not stay."""
        try:
            with sending.translated():
                await interaction.response.defer(ephemeral=ticket.private, thinking=True)
        except DeliveryError as exc:
            log.warning("%s was not acknowledged in time: %s", ticket.key, exc)
        else:
            self.remind(ticket)

    async def opened(self, ticket: Ticket) -> None:
        """Return once the interaction is acknowledged (at once after a restart)."""
        if opening := self._opening.get(ticket.key):
            await opening.wait()

    def remind(self, ticket: Ticket) -> None:
        """See to it that the person is told if the answer is not there in time."""
        if ticket.key not in self._reminders:
            self._reminders[ticket.key] = asyncio.create_task(self._tell_late(ticket))

    async def answer(self, ticket: Ticket, payload: Payload, *, private: bool) -> discord.Message:
        """Put the answer where "thinking" stood. ``private``: only the person is to see it.

        Raises:
            Expired: Discord takes no answer any more.
            DeliveryError: Discord refused the answer or could not be reached.
        """
        await self.opened(ticket)
        self._settled(ticket)
        if discord.utils.utcnow() - ticket.opened >= self._lifetime:
            raise Expired
        webhook = self._client.webhook(ticket.token)
        try:
            with sending.translated():
                if private and not ticket.private:
                    # What follows a deferral first takes its place, with its visibility: so end that first.
                    await webhook.edit_message(_ORIGINAL, **sending.changed(words(wording.FOR_ONE)))
                    sent = await webhook.send(**sending.new(payload), ephemeral=True, wait=True)
                    await webhook.delete_message(_ORIGINAL)
                    return sent
                return await webhook.edit_message(_ORIGINAL, **sending.changed(payload))
        except DeliveryError as exc:
            if exc.code.isdecimal() and int(exc.code) in _GONE:
                raise Expired from exc
            raise

    async def answered(self, ticket: Ticket) -> discord.Message | None:
        """The answer as it stands, None while "thinking" (or that it is late) stands there.

        Raises:
            DeliveryError: Discord could not be asked.
        """
        try:
            with sending.translated():
                message = await self._client.webhook(ticket.token).fetch_message(_ORIGINAL)
        except DeliveryError as exc:
            if exc.code.isdecimal() and int(exc.code) in _GONE:
                return None
            raise
        late = any(embed.description == wording.LATE for embed in message.embeds)
        return None if message.flags.loading or late else message

    async def close(self) -> None:
        """Forget the reminders; after a restart they are set again."""
        reminders = list(self._reminders.values())
        self._reminders.clear()
        for reminder in reminders:
            reminder.cancel()
        await asyncio.gather(*reminders, return_exceptions=True)

    def _settled(self, ticket: Ticket) -> None:
        if reminder := self._reminders.pop(ticket.key, None):
            reminder.cancel()

    async def _tell_late(self, ticket: Ticket) -> None:
        waited = discord.utils.utcnow() - ticket.opened
        await asyncio.sleep(max(0.0, (self._patience - waited).total_seconds()))
        self._reminders.pop(ticket.key, None)
        try:
            with sending.translated():
                webhook = self._client.webhook(ticket.token)
                await webhook.edit_message(_ORIGINAL, **sending.changed(words(wording.LATE)))
        except DeliveryError as exc:
            log.warning("could not say that %s is late: %s", ticket.key, exc)
