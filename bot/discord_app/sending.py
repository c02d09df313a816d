"""Payloads handed to discord.py, and its errors translated. Nothing sent here can ping anybody."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord

from bot.discord_app.embeds import Button, Payload
from bot.errors import DeliveryError

UNKNOWN_MESSAGE = 10008
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
INVALID_TOKEN = 50027
CANNOT_WRITE_TO = 50007
_WORDS = {
    50001: "I cannot see that channel.",
    50013: "I lack a permission in that channel: view it, send messages, embed links, attach files.",
    CANNOT_WRITE_TO: "I may not write to that person directly.",
}

QUIET = discord.AllowedMentions.none()


def new(payload: Payload) -> dict[str, Any]:
    """The arguments of discord.py's methods that send a new message."""
    made: dict[str, Any] = {"embeds": _embeds(payload), "files": _files(payload), "allowed_mentions": QUIET}
    if payload.content:
        made["content"] = payload.content
    if payload.rows:
        made["view"] = _view(payload)
    return made


def changed(payload: Payload) -> dict[str, Any]:
    """The arguments of discord.py's methods that put other contents into a message."""
    return {
        "content": payload.content or None,
        "embeds": _embeds(payload),
        "attachments": _files(payload),
        "view": _view(payload) if payload.rows else None,
        "allowed_mentions": QUIET,
    }


@contextmanager
def translated() -> Iterator[None]:
    """Errors of discord.py and of the network as `DeliveryError`."""
    try:
        yield
    except discord.HTTPException as exc:
        words = _WORDS.get(exc.code, f"Discord refused it ({exc.code or exc.status}).")
        passing = exc.status >= 500 or exc.status == 429
        raise DeliveryError(words, code=str(exc.code or exc.status), passing=passing) from exc
    except RuntimeError as exc:
        if "closed" not in str(exc):  # aiohttp's word for a session that was closed at the end
            raise
        raise DeliveryError("The connection to Discord was closed.", code="closed", passing=True) from exc
    except (aiohttp.ClientError, OSError, TimeoutError) as exc:
        raise DeliveryError("Discord could not be reached.", code="unreachable", passing=True) from exc


def _embeds(payload: Payload) -> list[discord.Embed]:
    return [discord.Embed.from_dict(made) for made in payload.embeds]


def _files(payload: Payload) -> list[discord.File]:
    return [
        discord.File(io.BytesIO(file.content), filename=file.name, description=file.alt or None)
        for file in payload.files
    ]


def _view(payload: Payload) -> discord.ui.View:
    """The buttons. The view is stopped at once, so that discord.py does not keep it.

    Presses are read from their custom ids instead, before and after a restart alike.
    """
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(payload.rows):
        for button in row:
            view.add_item(_button(button, row=number))
    view.stop()
    return view


def _button(button: Button, *, row: int) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle[button.style]
    return discord.ui.Button(
        label=button.label, custom_id=button.id, style=style, emoji=button.emoji, row=row
    )
