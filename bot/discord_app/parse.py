"""What Discord sends, read as records of the desk: pure functions."""

import re
from typing import TYPE_CHECKING, Any

from bot.desk import Person, Place, Request
from bot.desk.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

_MARK = re.compile(r"<(?P<kind>@[!&]?|#|a?:\w+:|t:|/[^:>]{1,100}:|id:)(?P<target>[\w:-]+)>")


def words(text: str, *, bot: int, names: dict[int, str] | None = None) -> str:
    """What somebody wrote: without the bot's mention, other people by their ``names``, no other marks."""

    def shown(match: re.Match[str]) -> str:
        if match["kind"] not in ("@", "@!") or match["target"] == str(bot):
            return " "
        return (names or {}).get(int(match["target"]), " ") if match["target"].isdecimal() else " "

    return " ".join(_MARK.sub(shown, text).split())


def person(user: "discord.abc.User") -> Person:
    """Who did it, with their roles where they are a member of a server."""
    roles: Iterable[Any] = getattr(user, "roles", ())
    return Person(platform="discord", user=str(user.id), roles=frozenset(str(role.id) for role in roles))


def place(channel: Any, guild: int | None, *, root: str = "") -> Place:
    """Where it happened. A thread belongs to its channel; in a channel ``root`` begins a conversation."""
    if guild is None:
        return Place(platform="discord", workspace="", channel=str(channel.id), direct=True)
    parent = getattr(channel, "parent_id", None)
    return Place(
        platform="discord",
        workspace=str(guild),
        channel=str(parent or channel.id),
        thread=str(channel.id) if parent else root,
    )


def channel_of(interaction: "discord.Interaction[Any]") -> Any:
    """The channel of an interaction, by its id alone where Discord did not say more."""
    import discord

    return interaction.channel or discord.Object(interaction.channel_id or 0)


def said(message: "discord.Message", where: Place, *, bot: int, kind: Kind = "ask") -> Request:
    """A message, as a question. Every edit has a key of its own."""
    edited = f":{message.edited_at.timestamp():.3f}" if message.edited_at else ""
    names = {user.id: user.display_name for user in message.mentions}
    return Request(
        key=f"discord:{message.id}{edited}",
        kind=kind,
        person=person(message.author),
        place=where,
        text=words(message.content, bot=bot, names=names),
        asked_at=message.edited_at or message.created_at,
        said_in=str(message.id),
        delivery={"channel": str(message.channel.id)},
    )


def pressed(
    interaction: "discord.Interaction[Any]",
    where: Place,
    *,
    text: str,
    kind: Kind = "ask",
    private: bool = False,
) -> Request:
    """Something asked by a command, a menu or a button."""
    return Request(
        key=f"discord:{interaction.id}",
        kind=kind,
        person=person(interaction.user),
        place=where,
        text=text,
        asked_at=interaction.created_at,
        private=private,
    )
