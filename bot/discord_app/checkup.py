"""Whether Discord takes the credentials, and who has left: for ``doctor``."""

from collections.abc import Iterable
from typing import Any

import httpx

from bot.desk.handover import Gone
from bot.discord_app.app import DiscordSettings

_PATIENCE = 20.0  # seconds
_MOST_SERVERS = 50  # that are looked through for each person


async def problems(settings: DiscordSettings) -> list[str]:
    """What is wrong with the settings of Discord, a sentence each; none where all is well."""
    try:
        async with _api(settings) as client:
            reply = await client.get("oauth2/applications/@me")
    except httpx.HTTPError:
        return ["Discord could not be reached."]
    if reply.status_code in (401, 403):
        return ["Discord does not take DISCORD_TOKEN; copy it anew from the Bot page."]
    if reply.status_code != 200:
        return [f"Discord answers with {reply.status_code}."]
    if reply.json().get("bot_require_code_grant"):
        return ["The Discord application requires a code grant, so no server can add it: switch that off."]
    return []


async def gone(settings: DiscordSettings, people: Iterable[str]) -> dict[str, Gone]:
    """Those of ``people`` (``discord:42``, ``discord-role:7``) who are in none of the bot's servers.

    As far as it can be looked up: nobody is gone where Discord does not say.
    """
    asked = [person for person in people if person.startswith(("discord:", "discord-role:"))]
    if not asked or not settings.token:
        return {}
    found: dict[str, Gone] = {}
    try:
        async with _api(settings) as client:
            servers = [str(one["id"]) for one in await _read(client, "users/@me/guilds")]
            if not servers or len(servers) > _MOST_SERVERS:
                return {}
            for person in asked:
                if not await _known(client, person, servers):
                    found[person] = "left" if person.startswith("discord:") else "unknown"
    except httpx.HTTPError:
        return {}
    return found


async def _known(client: httpx.AsyncClient, person: str, servers: Iterable[str]) -> bool:
    """Whether a server has this member or this role."""
    kind, _, name = person.partition(":")
    for server in servers:
        if kind == "discord" and await _read(client, f"guilds/{server}/members/{name}") is not None:
            return True
        if kind == "discord-role":
            roles = await _read(client, f"guilds/{server}/roles") or ()
            if any(str(role["id"]) == name for role in roles):
                return True
    return False


async def _read(client: httpx.AsyncClient, path: str) -> Any:
    """What stands there, None where there is nothing.

    Raises:
        httpx.HTTPError: Discord refused, or could not be reached.
    """
    reply = await client.get(path)
    if reply.status_code in (400, 404):
        return None
    return reply.raise_for_status().json()


def _api(settings: DiscordSettings) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"{settings.api_url.rstrip('/')}/",
        headers={"Authorization": f"Bot {settings.token}"},
        timeout=_PATIENCE,
    )
