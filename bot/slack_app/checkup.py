"""Whether Slack takes the credentials, whether the app has its scopes, and who has left: for ``doctor``."""

from collections.abc import Iterable

from bot.errors import DeliveryError
from bot.slack_app.app import SlackSettings
from bot.slack_app.manifest import SCOPES
from bot.slack_app.workspaces import call, web_client


async def problems(settings: SlackSettings) -> list[str]:
    """What is wrong with the settings of Slack, a sentence each; none where all is well."""
    found = [f"{name} is not set." for name in settings.missing()]
    if settings.bot_token and not settings.several:
        found += await _of_bot_token(settings)
    if settings.app_token:
        client = web_client(settings.app_token, api_url=settings.api_url)
        try:
            await call(client, "apps.connections.open")
        except DeliveryError as exc:
            found.append(_refused("SLACK_APP_TOKEN", exc))
    return list(dict.fromkeys(found))


async def departed(settings: SlackSettings, people: Iterable[str]) -> set[str]:
    """Those of ``people`` (``slack:T1/U1``) who have left Slack, as far as it can be looked up."""
    if not settings.bot_token or settings.several:
        return set()
    client = web_client(settings.bot_token, api_url=settings.api_url)
    gone: set[str] = set()
    for person in people:
        platform, _, user = person.partition(":")
        if platform != "slack":
            continue
        try:
            found = await call(client, "users.info", user=user.rpartition("/")[2])
        except DeliveryError as exc:
            if exc.passing:
                return gone
        else:
            gone |= {person} if found["user"].get("deleted") else set()
    return gone


async def _of_bot_token(settings: SlackSettings) -> list[str]:
    try:
        answer = await call(web_client(settings.bot_token, api_url=settings.api_url), "auth.test")
    except DeliveryError as exc:
        return [_refused("SLACK_BOT_TOKEN", exc)]
    granted = {name.strip() for name in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(set(SCOPES) - granted)
    if not missing:
        return []
    return [f"The Slack app lacks the scopes {', '.join(missing)}: install it again from the manifest."]


def _refused(name: str, exc: DeliveryError) -> str:
    return str(exc) if exc.passing else f"Slack does not take {name}: {exc.code}."
