"""A Discord on loopback: REST and gateway over real sockets, which checks everything that it is sent."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from tests.bot.discord.objects import (
    BOT,
    EPHEMERAL,
    GUILD,
    LOADING,
    TOKEN,
    Interaction,
    Json,
    Posted,
    application,
    message,
    person,
)
from tests.bot.discord.payloads import problems_of_message
from tests.bot.discord.people import People


class FakeDiscord(People):
    """Listens on loopback. ``problems`` is what the bot did wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.syncs = 0
        self.calls: Counter[str] = Counter()
        self.limited: list[float] = []  # seconds to refuse the next posts for
        self.members: set[str] = set()
        self.roles: set[str] = set()
        self._nonces: dict[str, Posted] = {}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_get("/gateway", self._socket)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_url, self.gateway_url = f"http://{host}:{port}/api/v10", f"ws://{host}:{port}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # What is to be seen afterwards

    def answers(self) -> list[Posted]:
        """The bot's messages that stand, with their contents."""
        return [
            one for one in self.messages.values() if one.author == BOT and not one.deleted and not one.loading
        ]

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until ``done``; a test that waits for ever fails by its own limit."""
        while not done():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.01)

    # REST

    async def _rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        parts = path.split("/")
        self.calls[f"{request.method} {parts[0]}/{parts[-1]}"] += 1
        by_token = path.startswith(("interactions/", "webhooks/"))
        if not by_token and request.headers["Authorization"] != f"Bot {TOKEN}":
            return _refused(401, 0, "401: Unauthorized")
        body = await self._body(request)
        match request.method, *parts:
            case "GET", "users", "@me":
                return _json(person(BOT))
            case "GET", "oauth2", "applications", "@me":
                return _json(application())
            case "GET", "users", "@me", "guilds":
                return _json([{"id": GUILD, "name": "a server"}])
            case "GET", "guilds", _, "roles":
                return _json([{"id": role} for role in sorted(self.roles)])
            case "GET", "guilds", _, "members", user:
                known = user in self.members
                return _json({"user": person(user)}) if known else _refused(404, 10007, "Unknown Member")
            case "GET", "gateway", "bot":
                limits = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
                return _json({"url": self.gateway_url, "shards": 1, "session_start_limit": limits})
            case "PUT", "applications", _, "commands":
                self.syncs += 1
                ours = {"application_id": BOT, "version": "1"}
                self.commands = [{"description": "", **one, **ours, "id": self.snowflake()} for one in body]
                return _json(self.commands)
            case "POST", "interactions", id_, token, "callback":
                return self._callback(id_, token, body)
            case method, "webhooks", _, token, *rest:
                return self._webhook(method, token, rest, body)
            case method, "channels", channel, *rest:
                return self._channel(method, channel, rest, body, request)
            case "POST", "users", "@me", "channels":
                user = str(body["recipient_id"])
                return _json({"id": f"9{user}", "type": 1, "recipients": [person(user)]})
        self.problems.append(f"{request.method} {path} is not known")
        return _refused(404, 0, "404: Not Found")

    async def _body(self, request: web.Request) -> Any:
        if request.content_type == "multipart/form-data":
            return json.loads(str((await request.post())["payload_json"]))
        text = await request.text()
        return json.loads(text) if text else {}

    def _callback(self, id_: str, token: str, body: Json) -> web.Response:
        found = self.interactions.get(token)
        if found is None or found.id != id_:
            return _refused(404, 10062, "Unknown interaction")
        if found.acknowledged is not None:
            self.problems.append(f"interaction {id_} acknowledged twice")
            return _refused(400, 40060, "Interaction has already been acknowledged.")
        found.acknowledged, found.kind = time.monotonic(), body["type"]
        found.shown = body.get("data") or {}
        if body["type"] == 5:
            flags = LOADING | (found.shown.get("flags", 0) & EPHEMERAL)
            found.original = Posted(self.snowflake(), found.channel, {}, BOT, flags)
            self.messages[found.original.id] = found.original
        elif body["type"] in (4, 7):
            self._check(found.shown)
            found.answered = time.monotonic()
        made = {
            "id": id_,
            "type": 2,
            "response_message_id": found.original.id if found.original else None,
            "response_message_loading": found.original is not None,
            "response_message_ephemeral": bool(found.shown.get("flags", 0) & EPHEMERAL),
        }
        return _json({"interaction": made})

    def _webhook(self, method: str, token: str, rest: list[str], body: Json) -> web.Response:
        found = self.interactions.get(token)
        if found is None or found.original is None:
            return _refused(404, 10015, "Unknown Webhook")
        match method, rest:
            case "GET", ["messages", "@original"]:
                return _json(message(found.original))
            case "PATCH", ["messages", "@original"]:
                return self._edit(found.original, body, found)
            case "DELETE", ["messages", "@original"]:
                found.original.deleted = True
                return web.Response(status=204)
            case "POST", []:
                self._check(body)
                posted = Posted(self.snowflake(), found.channel, body, BOT, body.get("flags", 0))
                self.messages[posted.id] = posted
                found.answered = time.monotonic()
                return _json(message(posted))
        return _refused(404, 0, "404: Not Found")

    def _channel(
        self, method: str, channel: str, rest: list[str], body: Json, request: web.Request
    ) -> web.Response:
        match method, rest:
            case "POST", ["typing"]:
                return web.Response(status=204)
            case "POST", ["messages"]:
                return self._post(channel, body)
            case "GET", ["messages"]:
                after = int(request.query.get("after", 0))
                here = [one for one in self.messages.values() if one.channel == channel and not one.deleted]
                newest_first = sorted(here, key=lambda one: -int(one.id))
                return _json([message(one) for one in newest_first if int(one.id) > after])
            case "PATCH", ["messages", id_] if id_ in self.messages:
                return self._edit(self.messages[id_], body, None)
            case "DELETE", ["messages", id_] if id_ in self.messages:
                self.messages[id_].deleted = True
                return web.Response(status=204)
        return _refused(404, 10008, "Unknown Message")

    def _post(self, channel: str, body: Json) -> web.Response:
        if self.limited:
            seconds = self.limited.pop(0)
            return web.Response(
                status=429,
                body=json.dumps({"message": "slow", "retry_after": seconds, "global": False}),
                headers={"Content-Type": "application/json", "Via": "1.1 here", "Retry-After": str(seconds)},
            )
        nonce = body.get("nonce")
        if body.get("enforce_nonce") and nonce in self._nonces:
            return _json(message(self._nonces[nonce]))
        self._check(body)
        posted = Posted(self.snowflake(), channel, body, BOT)
        self.messages[posted.id] = posted
        if nonce:
            self._nonces[nonce] = posted
        return _json(message(posted))

    def _edit(self, posted: Posted, body: Json, found: Interaction | None) -> web.Response:
        if posted.deleted:
            return _refused(404, 10008, "Unknown Message")
        self._check({**posted.payload, **body})
        posted.payload = {**posted.payload, **body}
        posted.flags &= ~LOADING
        posted.edits += 1
        if found:
            found.answered = time.monotonic()
        return _json(message(posted))

    def _check(self, body: Json) -> None:
        self.problems += problems_of_message(body)


def _json(body: Any) -> web.Response:
    """As Discord sends it: ``application/json`` bare, without a charset."""
    return web.Response(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def _refused(status: int, code: int, message: str) -> web.Response:
    made = json.dumps({"code": code, "message": message}).encode()
    return web.Response(status=status, body=made, headers={"Content-Type": "application/json"})
