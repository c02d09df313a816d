"""Slack's Web API, a client for every workspace, and what the API says about people there."""

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from bot.desk import Person
from bot.errors import DeliveryError

if TYPE_CHECKING:
    from slack_sdk.http_retry.async_handler import AsyncRetryHandler
    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

API_URL = "https://slack.com/api/"
_PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"}
)
_REMEMBERED = 600.0  # seconds for which what is known of a person is not asked again


class Tokens(Protocol):
    """Where bot tokens of installations come from."""

    async def bot_token(self, workspace: str, enterprise: str) -> str | None:
        """The token for a workspace, None where the app is not installed."""


@dataclass(frozen=True, slots=True)
class OneToken:
    """The token from the settings, for the one workspace it belongs to."""

    token: str

    async def bot_token(self, workspace: str, enterprise: str) -> str | None:
        """The token."""
        return self.token


def retry_handlers() -> "list[AsyncRetryHandler]":
    """What is tried again at once: only what a rate limit refused, after its ``Retry-After``.

    What a broken connection or a server's error left done is looked up first, or a message would stand twice.
    """
    from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

    return [AsyncRateLimitErrorRetryHandler(max_retry_count=10)]


def web_client(token: str | None = None, *, api_url: str = API_URL, timeout: int = 20) -> "AsyncWebClient":
    """A client that waits out rate limits."""
    from slack_sdk.web.async_client import AsyncWebClient

    return AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=timeout,
        retry_handlers=retry_handlers(),
    )


class Workspaces:
    """Calls to the Web API on behalf of a workspace, with errors translated."""

    def __init__(self, tokens: Tokens, *, api_url: str = API_URL) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._clients: dict[str, AsyncWebClient] = {}
        self._people: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        self._homes: dict[str, str] = {}

    @property
    def api_url(self) -> str:
        """The base of every call."""
        return self._api_url

    async def client(self, workspace: str, enterprise: str = "") -> "AsyncWebClient":
        """The client with the workspace's token.

        Raises:
            DeliveryError: the app is not installed there.
        """
        token = await self._tokens.bot_token(workspace, enterprise)
        if token is None:
            raise DeliveryError("The app is not installed in that workspace any more.", code="not_installed")
        if token not in self._clients:
            self._clients[token] = web_client(token, api_url=self._api_url)
        return self._clients[token]

    async def call(
        self, method: str, *, workspace: str, enterprise: str = "", **arguments: Any
    ) -> "AsyncSlackResponse":
        """Call a method of the Web API with JSON.

        Raises:
            DeliveryError: Slack refused, or could not be reached.
        """
        client = await self.client(workspace, enterprise)
        return await call(client, method, **arguments)

    async def upload(
        self,
        *,
        workspace: str,
        enterprise: str = "",
        name: str,
        content: bytes,
        title: str | None = None,
        alt: str | None = None,
        channel: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Upload a file, shared in a channel's thread where one is given; its id.

        Raises:
            DeliveryError: Slack refused it, or could not be reached.
        """
        import aiohttp
        from slack_sdk.errors import SlackApiError, SlackClientError

        client = await self.client(workspace, enterprise)
        try:
            done = await client.files_upload_v2(
                filename=name, content=content, title=title, alt_txt=alt, channel=channel, thread_ts=thread
            )
        except SlackApiError as exc:
            code = str(exc.response.get("error", "unknown"))
            raise DeliveryError(f"Slack did not take the file ({code}).", code=code) from exc
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise DeliveryError("Slack could not be reached.", code="unreachable", passing=True) from exc
        return str(done["files"][0]["id"])

    async def recognised(self, person: Person, *, enterprise: str = "") -> Person:
        """``person`` with what Slack knows: a guest, or a member of another organisation.

        Where Slack does not say (a missing scope), they are taken for a guest.

        Raises:
            DeliveryError: Slack could not be reached.
        """
        key = (person.workspace, person.user)
        known = self._people.get(key)
        if known is None or known[0] < time.monotonic():
            try:
                found = await self.call(
                    "users.info", workspace=person.workspace, enterprise=enterprise, user=person.user
                )
            except DeliveryError as exc:
                if exc.passing:
                    raise
                return replace(person, guest=True)
            known = (time.monotonic() + _REMEMBERED, found["user"])
            self._people[key] = known
        home = await self._home(person.workspace, enterprise) or person.workspace
        return _judged(person, known[1], home=home, enterprise=enterprise)

    async def _home(self, workspace: str, enterprise: str) -> str:
        """The workspace that the app is installed in; empty for a whole organisation.

        What people of another organisation press in a shared channel may name theirs instead.
        """
        client = await self.client(workspace, enterprise)
        token = str(client.token)
        if token not in self._homes:
            found = await call(client, "auth.test")
            self._homes[token] = "" if found.get("is_enterprise_install") else str(found["team_id"])
        return self._homes[token]


async def call(client: "AsyncWebClient", method: str, **arguments: Any) -> "AsyncSlackResponse":
    """Call a method of the Web API; None among the arguments is left out.

    Raises:
        DeliveryError: Slack refused, or could not be reached.
    """
    import aiohttp
    from slack_sdk.errors import SlackApiError, SlackClientError

    given = {name: value for name, value in arguments.items() if value is not None}
    reading = method in ("users.info", "conversations.replies", "conversations.history", "files.info")
    try:
        if reading:  # these take no JSON
            return await client.api_call(method, http_verb="GET", params=given)
        return await client.api_call(method, json=given)
    except SlackApiError as exc:
        code = str(exc.response.get("error", "unknown"))
        status = exc.response.status_code
        passing = status == 429 or status >= 500 or code in _PASSING
        raise DeliveryError(_sentence(code), code=code, passing=passing) from exc
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as exc:
        raise DeliveryError("Slack could not be reached.", code="unreachable", passing=True) from exc


def _sentence(code: str) -> str:
    if code in ("not_in_channel", "channel_not_found", "no_permission"):
        return "I am not a member of that channel. Invite me there with /invite, then try again."
    if code in ("is_archived", "restricted_action", "restricted_action_read_only_channel"):
        return "Slack does not let me post in that channel."
    return f"Slack refused the message ({code})."


def _judged(person: Person, user: dict[str, Any], *, home: str, enterprise: str) -> Person:
    guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
    elsewhere = bool(user.get("team_id")) and user["team_id"] != home
    if elsewhere and enterprise:
        elsewhere = user.get("enterprise_user", {}).get("enterprise_id") != enterprise
    return replace(person, guest=guest, outsider=bool(user.get("is_stranger")) or elsewhere)
