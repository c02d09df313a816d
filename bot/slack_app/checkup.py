"""Whether Slack takes the credentials, and whether the app has the scopes that it needs: for ``doctor``."""

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
            found.append(f"Slack does not take SLACK_APP_TOKEN: {exc.code}.")
    return found


async def _of_bot_token(settings: SlackSettings) -> list[str]:
    try:
        answer = await call(web_client(settings.bot_token, api_url=settings.api_url), "auth.test")
    except DeliveryError as exc:
        return [f"Slack does not take SLACK_BOT_TOKEN: {exc.code}."]
    granted = {name.strip() for name in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(set(SCOPES) - granted)
    if not missing:
        return []
    return [f"The Slack app lacks the scopes {', '.join(missing)}: install it again from the manifest."]
