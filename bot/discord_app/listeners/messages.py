"""Mentions, direct messages, replies that ping; what becomes of edited and deleted questions."""

from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.desk import Person, Place, Request, asks_whether_right
from bot.desk.claims import ON_THE_WAY
from bot.discord_app import parse, sending
from bot.discord_app.client import Client
from bot.discord_app.listeners.check import claim
from bot.discord_app.listeners.files import offer

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)


def register(client: Client, bot: "Discord") -> None:
    """Register the listeners."""

    @client.event
    async def on_message(message: discord.Message) -> None:
        if not _from_people(message):
            return
        if offered := offer(bot, message):
            with sending.translated():
                await message.reply(**sending.new(offered), mention_author=False)
        elif _addressed(bot, message):
            await bot.take_message(await _request(bot, message))
        elif isinstance(message.channel, discord.Thread) and message.channel.owner_id == _me(bot):
            await _hint(bot, message)

    @client.event
    async def on_raw_message_edit(payload: discord.RawMessageUpdateEvent) -> None:
        """An edit, which may overtake the question. Unfolding a link comes so too, without an edit's time."""
        message = payload.message
        if not message.edited_at or not _from_people(message) or not _addressed(bot, message):
            return
        request = await _request(bot, message)
        late = message.edited_at - message.created_at > ON_THE_WAY
        if not late or await bot.desk.taken_up(request.place, str(message.id)):
            await bot.take_message(request)

    @client.event
    async def on_raw_message_delete(payload: discord.RawMessageDeleteEvent) -> None:
        await _deleted(bot, payload, payload.message_id)

    @client.event
    async def on_raw_bulk_message_delete(payload: discord.RawBulkMessageDeleteEvent) -> None:
        for message in sorted(payload.message_ids):
            await _deleted(bot, payload, message)


async def _request(bot: "Discord", message: discord.Message) -> Request:
    request = parse.said(message, await _place(bot, message), bot=_me(bot))
    replied_to = message.reference.resolved if message.reference else None
    if message.reference and asks_whether_right(request.text):
        return replace(request, kind="check", text=await claim(bot, replied_to))
    return request


async def _place(bot: "Discord", message: discord.Message) -> Place:
    """The conversation: that of the answer replied to, else of the thread, else a new one."""
    if message.reference and message.reference.message_id:
        asked = await bot.desk.questions.at("discord", str(message.reference.message_id))
        if asked and asked.place.direct == (message.guild is None):
            return asked.place
    return await bot.place(message.channel, message.guild.id if message.guild else None, root=str(message.id))


async def _hint(bot: "Discord", message: discord.Message) -> None:
    """Something said in a thread of ours that Discord does not let us read: say once how to be heard."""
    where = await _place(bot, message)
    request = parse.said(message, where, bot=_me(bot), kind="hint")
    person = request.person.user
    await bot.take_message(replace(request, key=f"discord:hint:{message.channel.id}:{person}", text=""))


async def _deleted(
    bot: "Discord", payload: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent, message: int
) -> None:
    """A deletion, which may overtake the question. Discord does not say whose message it was."""
    known = bot.client.get_channel(payload.channel_id)
    where = parse.place(known or discord.Object(payload.channel_id), payload.guild_id)
    moment = discord.utils.utcnow()
    late = moment - discord.utils.snowflake_time(message) > ON_THE_WAY
    if late and not await bot.desk.taken_up(where, str(message)):
        return
    request = Request(
        key=f"discord:{message}:deleted",
        kind="retract",
        person=Person(platform="discord", user=""),
        place=where,
        text="",
        asked_at=moment,
        said_in=str(message),
        delivery={"channel": str(payload.channel_id)},
    )
    await bot.desk.take(request)


def _from_people(message: discord.Message) -> bool:
    return not message.author.bot and message.webhook_id is None and message.type in _SPOKEN


def _addressed(bot: "Discord", message: discord.Message) -> bool:
    """Said directly, mentioned (a reply that pings mentions too), or the bot's own role mentioned."""
    if message.guild is None or any(user.id == _me(bot) for user in message.mentions):
        return True
    return any(role.tags and role.tags.bot_id == _me(bot) for role in message.role_mentions)


def _me(bot: "Discord") -> int:
    return bot.client.user.id if bot.client.user else 0
