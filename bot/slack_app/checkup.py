"""Whether Slack takes the credentials, whether the app has its scopes, and who has left: for ``doctor``."""

from collections.abc import Iterable, Sequence

from bot.desk.handover import Gone
from bot.errors import DeliveryError
from bot.slack_app.app import SlackSettings
from bot.slack_app.installations import Installed
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


async def problem(settings: SlackSettings, one: Installed) -> str:
    """What is wrong with the installation in a workspace, in a sentence; empty where all is well."""
    if one.token is None:
        return (
            f"The token of the workspace {one.shown} was kept with another COMMUNIQUE_SECRET: set that one "
            "again, or have the app installed there anew."
        )
    try:
        missing = await _lacking(one.token, settings)
    except DeliveryError as exc:
        if exc.passing:
            return str(exc)
        return (
            f"Slack does not take the token of the workspace {one.shown}: {exc.code}. "
            "Nobody is answered there until the app is installed anew."
        )
    if missing:
        return f"The workspace {one.shown} has not granted {', '.join(missing)}: have the app installed anew."
    return ""


async def gone(
    settings: SlackSettings, people: Iterable[str], workspaces: Sequence[Installed] = ()
) -> dict[str, Gone]:
    """Those of ``people`` (``slack:T1/U1``, ``slack:U1``) who have left Slack or whom it does not know.

    As far as it can be looked up: with the bot's token, or those of the ``workspaces`` that are served.
    """
    found: dict[str, Gone] = {}
    for person in people:
        platform, _, name = person.partition(":")
        workspace, _, user = name.rpartition("/")
        tokens = _tokens(settings, workspace, workspaces)
        if platform == "slack" and tokens and (became := await _became(settings, user, tokens)):
            found[person] = became
    return found


def _tokens(settings: SlackSettings, workspace: str, workspaces: Sequence[Installed]) -> list[str]:
    """The tokens by which somebody of a workspace can be asked about, all where none is named."""
    if not settings.several:
        return [settings.bot_token] if settings.bot_token else []
    return [one.token for one in workspaces if one.token and workspace in ("", one.workspace, one.enterprise)]


async def _became(settings: SlackSettings, user: str, tokens: Sequence[str]) -> Gone | None:
    """What became of somebody; None where a workspace has them, or one of them does not say."""
    left = False
    for token in tokens:
        try:
            found = await call(web_client(token, api_url=settings.api_url), "users.info", user=user)
        except DeliveryError as exc:
            if exc.code != "user_not_found":
                return None
        else:
            if not found["user"].get("deleted"):
                return None
            left = True
    return "left" if left else "unknown"


async def _of_bot_token(settings: SlackSettings) -> list[str]:
    try:
        missing = await _lacking(settings.bot_token, settings)
    except DeliveryError as exc:
        return [_refused("SLACK_BOT_TOKEN", exc)]
    if not missing:
        return []
    return [f"The Slack app lacks the scopes {', '.join(missing)}: install it again from the manifest."]


async def _lacking(token: str, settings: SlackSettings) -> list[str]:
    """The scopes that the app needs and ``token`` does not carry.

    Raises:
        DeliveryError: Slack does not take the token, or cannot be reached.
    """
    answer = await call(web_client(token, api_url=settings.api_url), "auth.test")
    granted = {name.strip() for name in answer.headers.get("x-oauth-scopes", "").split(",")}
    return sorted(set(SCOPES) - granted)


def _refused(name: str, exc: DeliveryError) -> str:
    return str(exc) if exc.passing else f"Slack does not take {name}: {exc.code}."
