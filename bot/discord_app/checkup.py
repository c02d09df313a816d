"""Whether Discord takes the credentials: for ``doctor``."""

import httpx

from bot.discord_app.app import DiscordSettings

_PATIENCE = 20.0  # seconds


async def problems(settings: DiscordSettings) -> list[str]:
    """What is wrong with the settings of Discord, a sentence each; none where all is well."""
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            reply = await client.get(
                f"{settings.api_url.rstrip('/')}/oauth2/applications/@me",
                headers={"Authorization": f"Bot {settings.token}"},
            )
    except httpx.HTTPError:
        return ["Discord could not be reached."]
    if reply.status_code in (401, 403):
        return ["Discord does not take DISCORD_TOKEN; copy it anew from the Bot page."]
    if reply.status_code != 200:
        return [f"Discord answers with {reply.status_code}."]
    if reply.json().get("bot_require_code_grant"):
        return ["The Discord application requires a code grant, so no server can add it: switch that off."]
    return []
