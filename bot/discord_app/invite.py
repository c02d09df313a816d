"""The link that installs the bot on a server."""

import base64
import binascii
from urllib.parse import urlencode

from bot.errors import SettingsError

PERMISSIONS = {
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "create_public_threads": 1 << 35,
    "send_messages_in_threads": 1 << 38,
}
"""What the bot needs in a channel, each used: to see mentions; to answer; answers are embeds; charts and
tables are files; to reply to a message and look whether it was answered; threads, and answers in them."""


def invite_url(application_id: int) -> str:
    """The address that an administrator of a server opens to add the bot, with the least permissions."""
    query = {
        "client_id": application_id,
        "scope": "bot applications.commands",
        "permissions": sum(PERMISSIONS.values()),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


def application_of(token: str) -> int:
    """The application's id, which is the first part of a bot's token.

    Raises:
        SettingsError: it is no bot's token.
    """
    part = token.strip().removeprefix("Bot ").partition(".")[0]
    try:
        return int(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as exc:
        raise SettingsError("DISCORD_TOKEN: not a bot's token; copy it from the Bot page.") from exc
