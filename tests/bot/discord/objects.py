"""What Discord's API is made of: messages, people, a server, as JSON; and what the tests keep of them."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.test.token"
BOT = "100000000000000001"
GUILD = "200000000000000001"
CHANNEL = "300000000000000001"
EVERYBODY = str((1 << 53) - 1)
LOADING, EPHEMERAL = 1 << 7, 1 << 6


@dataclass
class Posted:
    """A message as it stands. ``loading`` while a deferral waits for its answer."""

    id: str
    channel: str
    payload: Json
    author: str
    flags: int = 0
    edits: int = 0
    deleted: bool = False

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)


@dataclass
class Interaction:
    """One interaction and what became of it. Times are `time.monotonic`."""

    id: str
    token: str
    channel: str
    sent: float
    acknowledged: float | None = None
    answered: float | None = None
    kind: int = 0
    original: Posted | None = None
    shown: Json = field(default_factory=dict)


def message(posted: Posted, *, mentions: list[Json] | None = None) -> Json:
    """A message as Discord sends it."""
    payload = posted.payload
    made = {
        "id": posted.id,
        "channel_id": posted.channel,
        "guild_id": GUILD,
        "author": person(posted.author),
        "member": member(posted.author),
        "content": payload.get("content") or "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": mentions or [],
        "mention_roles": [],
        "attachments": [],
        "embeds": payload.get("embeds") or [],
        "components": payload.get("components") or [],
        "pinned": False,
        "type": 0,
        "flags": posted.flags,
    }
    if payload.get("nonce"):
        made["nonce"] = payload["nonce"]
    if reference := payload.get("message_reference"):
        made["message_reference"] = reference
    return made


def person(id_: str) -> Json:
    """A person."""
    return {
        "id": id_,
        "username": f"user{id_}",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": id_ == BOT,
    }


def member(id_: str) -> Json:
    """A member of the server."""
    return {"roles": [], "joined_at": "2025-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}


def application() -> Json:
    """The bot's application."""
    return {
        "id": BOT,
        "name": "Communiqué",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": person("7"),
        "summary": "",
        "verify_key": "",
        "team": None,
        "flags": 0,
    }


def guild() -> Json:
    """The server with its one channel."""
    everyone = {
        "id": GUILD,
        "name": "@everyone",
        "permissions": EVERYBODY,
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    channel = {"id": CHANNEL, "type": 0, "name": "general", "position": 0, "permission_overwrites": []}
    return {
        "id": GUILD,
        "name": "Guild",
        "owner_id": "7",
        "roles": [everyone],
        "channels": [{**channel, "guild_id": GUILD, "nsfw": False, "parent_id": None, "topic": None}],
        "members": [{**member(BOT), "user": person(BOT)}],
        "threads": [],
        "emojis": [],
        "stickers": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "features": [],
        "member_count": 2,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-GB",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "joined_at": "2025-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
    }
