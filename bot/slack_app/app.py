"""The Slack app: built from plain values, run over Socket Mode or mounted as HTTP routes."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.desk import Desk
from bot.desk.secrets import Seal
from bot.desk.workers import Workers
from bot.errors import DeliveryError
from bot.slack_app.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.slack_app.workspaces import API_URL, OneToken, Tokens, Workspaces, call, web_client

if TYPE_CHECKING:
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """What the settings say about Slack.

    With a ``bot_token`` one workspace is served, over Socket Mode if there is an ``app_token`` too; with
    ``client_id`` and ``client_secret`` several, over HTTP, installed at ``public_url``.
    """

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    client_id: str = ""
    client_secret: str = ""
    secret: str = ""
    public_url: str = ""
    api_url: str = API_URL

    @property
    def several(self) -> bool:
        """Whether several workspaces install the app by themselves."""
        return bool(self.client_id and self.client_secret)

    def missing(self) -> list[str]:
        """The settings without which Slack cannot be served, for the words at the start."""
        if self.several:
            needed = {"SLACK_SIGNING_SECRET": self.signing_secret, "COMMUNIQUE_SECRET": self.secret}
        elif self.app_token:
            needed = {"SLACK_BOT_TOKEN": self.bot_token}
        else:
            needed = {"SLACK_BOT_TOKEN": self.bot_token, "SLACK_SIGNING_SECRET": self.signing_secret}
        return [name for name, value in needed.items() if not value]


class SlackApp:
    """Communiqué on Slack.

    Raises:
        SecretError: several workspaces are to be served without COMMUNIQUE_SECRET.
    """

    def __init__(self, settings: SlackSettings, desk: Desk, workers: Workers) -> None:
        from bot.slack_app.delivery import SlackDelivery
        from bot.slack_app.listeners import Slack, register

        self._settings = settings
        tokens: Tokens
        if settings.several:
            from bot.slack_app.installations import Installations

            tokens = store = Installations(workers, Seal(settings.secret))
            self.bolt = _for_several(settings, store, workers)
        else:
            tokens = OneToken(settings.bot_token)
            self.bolt = _for_one(settings)
        self._handler: AsyncSocketModeHandler | None = None
        workspaces = Workspaces(tokens, api_url=settings.api_url)
        desk.join("slack", SlackDelivery(workspaces, desk))
        register(self.bolt, Slack(desk, workspaces))

    async def run(self, *, ping: float = 5) -> None:
        """Serve Socket Mode until cancelled.

        It reconnects by itself, at the latest ``ping`` seconds after a connection broke off.

        Raises:
            DeliveryError: Slack does not take a token, or cannot be reached at the start.
        """
        import asyncio

        client = web_client(self._settings.app_token, api_url=self._settings.api_url)
        await _taken(client, "apps.connections.open", "SLACK_APP_TOKEN")  # the handler would ask for ever
        bot = web_client(self._settings.bot_token, api_url=self._settings.api_url)
        await _taken(bot, "auth.test", "SLACK_BOT_TOKEN")  # every event would be refused
        self._handler = handler = self._socket(client, ping)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's handler is not typed
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # the same

    async def connected(self) -> bool:
        """Whether Socket Mode is connected now."""
        client = self._handler.client if self._handler else None
        return client is not None and await client.is_connected()

    def routes(self) -> "list[BaseRoute]":
        """The HTTP routes for Slack: events, commands and buttons; installation where there are several."""
        from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
        from starlette.routing import Route

        handler = AsyncSlackRequestHandler(self.bolt)
        routes: list[BaseRoute] = [Route(EVENTS_PATH, handler.handle, methods=["POST"])]
        if self._settings.several:
            routes += [Route(path, handler.handle, methods=["GET"]) for path in (INSTALL_PATH, REDIRECT_PATH)]
        return routes

    def _socket(self, client: "AsyncWebClient", ping: float) -> "AsyncSocketModeHandler":
        from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

        return AsyncSocketModeHandler(
            self.bolt,
            self._settings.app_token,
            web_client=client,
            ping_interval=ping,
        )


async def _taken(client: "AsyncWebClient", method: str, name: str) -> None:
    """Nothing, where Slack takes the token of ``client``, which the setting ``name`` holds.

    Raises:
        DeliveryError: it does not, or cannot be reached.
    """
    try:
        await call(client, method)
    except DeliveryError as exc:
        if exc.passing:
            raise
        raise DeliveryError(f"Slack does not take {name}: {exc.code}.", code=exc.code) from exc


def _for_one(settings: SlackSettings) -> "AsyncApp":
    """An app for the workspace of the bot token.

    Listeners finish before Slack is acknowledged: what they do is claim the event, and what is not claimed
    is to be delivered again.
    """
    from slack_bolt.async_app import AsyncApp

    return AsyncApp(
        name="communique",
        client=web_client(settings.bot_token, api_url=settings.api_url),
        signing_secret=settings.signing_secret,
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )


def _for_several(settings: SlackSettings, store: Any, workers: Workers) -> "AsyncApp":
    """An app that any workspace can install."""
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
    from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

    from bot.slack_app.installations import SignIns

    client = web_client(api_url=settings.api_url)
    base = settings.public_url.rstrip("/")
    oauth = AsyncOAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=sorted(SCOPES),
        redirect_uri=base + REDIRECT_PATH if base else None,
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        installation_store=store,
        state_store=SignIns(workers),
    )
    return AsyncApp(
        name="communique",
        client=client,
        signing_secret=settings.signing_secret,
        installation_store=store,
        oauth_flow=AsyncOAuthFlow(client=client, settings=oauth),
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
