"""Replies delivered to Discord: posted once, found again after a restart, changed and taken away."""

import asyncio
import logging
from dataclasses import replace as with_changes
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot import wording
from bot.desk import Message, Reply, Request, Words
from bot.desk.claims import question_id
from bot.discord_app import embeds, sending
from bot.discord_app.deferrals import Deferrals, Expired, Ticket
from bot.discord_app.embeds import Payload
from bot.discord_app.render import message as rendered
from bot.discord_app.text import fitted
from bot.errors import DeliveryError

if TYPE_CHECKING:
    from bot.discord_app.client import Client

log = logging.getLogger(__name__)

_TYPING_ROUNDS = 20  # after which an answer is hardly on its way any more
_LOOKED_AT = 100  # messages after the question, in which its answer is looked for


class DiscordDelivery:
    """`bot.desk.Delivery` for Discord.

    A request from a command, a menu or a button has a ``token`` in its ``delivery``; one from a message has
    none, and is answered by a message in the same ``channel`` that replies to it.
    """

    def __init__(
        self, client: "Client", deferrals: Deferrals, *, typing_for: timedelta = timedelta(seconds=8)
    ) -> None:
        self._client = client
        self._deferrals = deferrals
        self._typing_for = typing_for
        self._typing: dict[str, asyncio.Task[None]] = {}

    async def find(self, request: Request) -> Message | None:
        """The message that already answers ``request``.

        A message is known by its nonce, by the question's id in its buttons, or as the reply to the question.
        """
        if ticket := _ticket(request):
            found = await self._deferrals.answered(ticket)
            if found is not None:
                return {} if ticket.private else _where(found)
        with sending.translated():
            after = discord.Object(discord.utils.time_snowflake(request.asked_at))
            async for message in self._channel(request).history(
                after=after, limit=_LOOKED_AT, oldest_first=True
            ):
                if self._answers(message, request):
                    return _where(message)
        return None

    async def complete(self, request: Request) -> Request:
        """Nothing is missing: Discord says with each event all that the desk needs."""
        return request

    async def working(self, request: Request) -> None:
        """Show that the bot is typing; a command shows it by itself, and is watched for lateness.

        Discord shows it for ten seconds, so it is shown again until the reply is there.
        """
        if ticket := _ticket(request):
            self._deferrals.remind(ticket)
            return
        with sending.translated():
            await self._channel(request).typing()
        task = self._typing[request.key] = asyncio.create_task(self._type(request))
        task.add_done_callback(lambda _: self._typing.pop(request.key, None))

    async def _type(self, request: Request) -> None:
        for _ in range(_TYPING_ROUNDS):
            await asyncio.sleep(self._typing_for.total_seconds())
            try:
                with sending.translated():
                    await self._channel(request).typing()
            except DeliveryError as exc:
                log.info("typing is not shown any more for %s: %s", request.key, exc)
                return

    async def close(self) -> None:
        """Stop what goes on beside the answers."""
        for task in list(self._typing.values()):
            task.cancel()

    async def post(self, reply: Reply) -> Message | None:
        """Post the reply: as the answer of the interaction, or as a reply to the message."""
        request = reply.request
        if typing := self._typing.get(request.key):
            typing.cancel()
        ticket = _ticket(request)
        if ticket is None:
            return await self._send(reply)
        try:
            payload = rendered(with_changes(reply, second=False))
            posted = await self._deferrals.answer(ticket, payload, private=reply.private)
        except Expired:
            return await self._send(with_changes(reply, private=reply.private or ticket.private))
        return None if ticket.private or reply.private else _where(posted)

    async def replace(self, message: Message, reply: Reply) -> None:
        """Put another reply into a posted message."""
        if typing := self._typing.get(reply.request.key):
            typing.cancel()
        with sending.translated():
            await self._message(message).edit(**sending.changed(rendered(reply)))

    async def delete(self, message: Message) -> None:
        """Take a message away; no error if it is gone."""
        try:
            with sending.translated():
                await self._message(message).delete()
        except DeliveryError as exc:
            if exc.code != str(sending.UNKNOWN_MESSAGE):
                raise

    async def tell(self, person: str, text: str) -> None:
        """A direct message to ``discord:42``."""
        await self.write(person, Payload(content=fitted(text, embeds.CONTENT)))

    async def write(self, person: str, payload: Payload, *, nonce: str | None = None) -> discord.Message:
        """A direct message to ``discord:42``, made of more than words.

        Raises:
            DeliveryError: it was refused or Discord could not be reached.
        """
        with sending.translated():
            channel = await self._client.create_dm(discord.Object(int(person.rpartition(":")[2])))
            more: dict[str, Any] = {"nonce": nonce} if nonce else {}
            return await channel.send(**sending.new(payload), **more)

    async def _send(self, reply: Reply) -> Message | None:
        """A message of its own. Discord has none that only one person sees: that goes to them directly."""
        request = reply.request
        if reply.private and not request.place.direct:
            try:
                sent = await self.write(request.person.name, rendered(reply), nonce=_nonce(request))
            except DeliveryError as exc:
                if exc.code != str(sending.CANNOT_WRITE_TO):
                    raise
                refused = Words(text=wording.PRIVATE_HERE)
                return await self._send(with_changes(reply, body=refused, private=False, question=""))
            return _where(sent)
        return _where(await self._say(request, rendered(reply)))

    async def _say(self, request: Request, payload: Payload) -> discord.Message:
        more: dict[str, Any] = {}
        if request.said_in and "token" not in request.delivery:
            more["reference"] = discord.MessageReference(
                message_id=int(request.said_in),
                channel_id=self._channel(request).id,
                fail_if_not_exists=False,
            )
        with sending.translated():
            return await self._channel(request).send(
                **sending.new(payload), **more, nonce=_nonce(request), mention_author=False
            )

    def _answers(self, message: discord.Message, request: Request) -> bool:
        if self._client.user is None or message.author.id != self._client.user.id:
            return False
        if str(message.nonce) == _nonce(request):
            return True
        pressed = [embeds.pressed(id_) for id_ in _custom_ids(message)]
        if any(press and press.of == question_id(request.key) for press in pressed):
            return True
        replied_to = message.reference.message_id if message.reference else None
        return bool(request.said_in) and not pressed and str(replied_to) == request.said_in

    def _channel(self, request: Request) -> discord.PartialMessageable:
        """Where a request came from; for what the desk says unasked, the place that it names."""
        return self._client.get_partial_messageable(
            int(request.delivery.get("channel") or request.place.channel)
        )

    def _message(self, message: Message) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(int(message["channel"]))
        return channel.get_partial_message(int(message["id"]))


def deliverable(interaction: "discord.Interaction[Any]", *, private: bool) -> dict[str, str]:
    """The ``delivery`` of a request from an interaction."""
    kept = {"token": interaction.token, "channel": str(interaction.channel_id or "")}
    return {**kept, "private": "yes"} if private else kept


def _ticket(request: Request) -> Ticket | None:
    kept = request.delivery
    if "token" not in kept:
        return None
    return Ticket(key=request.key, token=kept["token"], opened=request.asked_at, private="private" in kept)


def _nonce(request: Request) -> str:
    """What keeps Discord from posting the same reply twice within some minutes."""
    return question_id(request.key)


def _where(message: discord.Message) -> Message:
    return {"channel": str(message.channel.id), "id": str(message.id)}


def _custom_ids(message: discord.Message) -> list[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [id_ for row in rows for part in row.children if (id_ := getattr(part, "custom_id", None))]
