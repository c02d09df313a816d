"""A Discord on loopback: REST and gateway over real sockets, which checks everything that it is sent."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.bot.discord.payloads import problems_of_message

Json = dict[str, Any]

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.test.token"
BOT = "100000000000000001"
GUILD = "200000000000000001"
CHANNEL = "300000000000000001"
EVERYBODY = str((1 << 53) - 1)
_LOADING, _EPHEMERAL = 1 << 7, 1 << 6
_EPOCH = 1420070400000


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
        return bool(self.flags & _LOADING)


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


class FakeDiscord:
    """Listens on loopback. ``problems`` is what the bot did wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.messages: dict[str, Posted] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[Json] = []
        self.syncs = 0
        self.identified: list[Json] = []
        self.resumed = 0
        self.calls: Counter[str] = Counter()
        self.limited: list[float] = []  # seconds to refuse the next posts for
        self._nonces: dict[str, Posted] = {}
        self._numbers = itertools.count(1)
        self._sockets: list[web.WebSocketResponse] = []
        self._events: list[Json] = []
        self._session = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_get("/gateway", self._gateway)
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

    # What people do

    def snowflake(self) -> str:
        """A new id, made now."""
        return str((int(time.time() * 1000) - _EPOCH << 22) + next(self._numbers) % (1 << 22))

    async def mention(self, text: str, *, user: str = "42", id: str | None = None) -> str:  # noqa: A002
        """Somebody mentions the bot in the channel; the message's id."""
        message = id or self.snowflake()
        posted = Posted(message, CHANNEL, {"content": f"<@{BOT}> {text}"}, user)
        self.messages[message] = posted
        await self.dispatch("MESSAGE_CREATE", self._message(posted, mentions=[_user(BOT)]))
        return message

    async def slash(self, name: str, user: str = "42", **options: Any) -> Interaction:
        """Somebody types a command."""
        command = next(one for one in self.commands if one["name"] == name)
        kinds = {str: 3, int: 4, bool: 5, float: 10}
        data = {
            "id": command["id"],
            "name": name,
            "type": 1,
            "options": [{"name": k, "type": kinds[type(v)], "value": v} for k, v in options.items()],
        }
        return await self._interact(2, data, user)

    async def press(self, posted: Posted, action: str, user: str = "42") -> Interaction:
        """Somebody presses a button under a message."""
        ids = [b["custom_id"] for row in posted.payload["components"] for b in row["components"]]
        id_ = next(one for one in ids if one.split(":")[1] == action)
        return await self._interact(
            3, {"custom_id": id_, "component_type": 2}, user, message=self._message(posted)
        )

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event, or keep it until the session is resumed."""
        frame = {"op": 0, "t": event, "s": len(self._events) + 1, "d": data}
        self._events.append(frame)
        for socket in self._sockets:
            await socket.send_json(frame)

    async def repeat(self, *, last: int = 1) -> None:
        """Send the last events once more, as a resumed session may."""
        for frame in self._events[-last:]:
            for socket in self._sockets:
                await socket.send_json(frame)

    async def drop(self, code: int = 4000) -> None:
        """Break the connections off."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.close(code=code)

    def answers(self) -> list[Posted]:
        """The bot's messages that stand, with their contents."""
        return [
            one for one in self.messages.values() if one.author == BOT and not one.deleted and not one.loading
        ]

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until ``done``; a test that waits for ever fails by its own limit."""
        while not done():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.01)

    @property
    def connected(self) -> bool:
        """Whether a session is open."""
        return bool(self._sockets)

    # The gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40000}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            match frame["op"]:
                case 1:
                    await socket.send_json({"op": 11})
                case 2:
                    await self._identify(socket, frame["d"])
                case 6:
                    await self._resume(socket, frame["d"])
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.identified.append(data)
        self._session, self._events = self.snowflake(), []
        self._sockets.append(socket)
        ready = {
            "v": 10,
            "user": _user(BOT),
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": self._session,
            "resume_gateway_url": self.gateway_url,
            "shard": data.get("shard", [0, 1]),
            "application": {"id": BOT, "flags": 0},
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", _guild())

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if data["session_id"] != self._session:
            await socket.send_json({"op": 9, "d": False})
            return
        self.resumed += 1
        for frame in self._events[data["seq"] :]:
            await socket.send_json(frame)
        self._sockets.append(socket)
        await self.dispatch("RESUMED", {})

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
                return _json(_user(BOT))
            case "GET", "oauth2", "applications", "@me":
                return _json(_application())
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
                return _json({"id": f"9{user}", "type": 1, "recipients": [_user(user)]})
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
            flags = _LOADING | (found.shown.get("flags", 0) & _EPHEMERAL)
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
            "response_message_ephemeral": bool(found.shown.get("flags", 0) & _EPHEMERAL),
        }
        return _json({"interaction": made})

    def _webhook(self, method: str, token: str, rest: list[str], body: Json) -> web.Response:
        found = self.interactions.get(token)
        if found is None or found.original is None:
            return _refused(404, 10015, "Unknown Webhook")
        match method, rest:
            case "GET", ["messages", "@original"]:
                return _json(self._message(found.original))
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
                return _json(self._message(posted))
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
                return _json([self._message(one) for one in newest_first if int(one.id) > after])
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
            return _json(self._message(self._nonces[nonce]))
        self._check(body)
        posted = Posted(self.snowflake(), channel, body, BOT)
        self.messages[posted.id] = posted
        if nonce:
            self._nonces[nonce] = posted
        return _json(self._message(posted))

    def _edit(self, posted: Posted, body: Json, found: Interaction | None) -> web.Response:
        if posted.deleted:
            return _refused(404, 10008, "Unknown Message")
        self._check({**posted.payload, **body})
        posted.payload = {**posted.payload, **body}
        posted.flags &= ~_LOADING
        posted.edits += 1
        if found:
            found.answered = time.monotonic()
        return _json(self._message(posted))

    def _check(self, body: Json) -> None:
        self.problems += problems_of_message(body)

    async def _interact(self, kind: int, data: Json, user: str, **more: Any) -> Interaction:
        id_ = self.snowflake()
        made = Interaction(id_, f"token-{id_}", CHANNEL, time.monotonic())
        self.interactions[made.token] = made
        await self.dispatch(
            "INTERACTION_CREATE",
            {
                "id": id_,
                "application_id": BOT,
                "type": kind,
                "token": made.token,
                "version": 1,
                "data": data,
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "channel": {"id": CHANNEL, "type": 0, "name": "general", "permissions": EVERYBODY},
                "member": {**_member(user), "user": _user(user), "permissions": EVERYBODY},
                "locale": "en-GB",
                "entitlements": [],
                "authorizing_integration_owners": {},
                "context": 0,
                "app_permissions": EVERYBODY,
                "attachment_size_limit": 10_000_000,
                **more,
            },
        )
        return made

    def _message(self, posted: Posted, *, mentions: list[Json] | None = None) -> Json:
        payload = posted.payload
        made = {
            "id": posted.id,
            "channel_id": posted.channel,
            "guild_id": GUILD,
            "author": _user(posted.author),
            "member": _member(posted.author),
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


def _user(id_: str) -> Json:
    return {
        "id": id_,
        "username": f"user{id_}",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": id_ == BOT,
    }


def _member(id_: str) -> Json:
    return {"roles": [], "joined_at": "2025-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}


def _application() -> Json:
    return {
        "id": BOT,
        "name": "Communiqué",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": _user("7"),
        "summary": "",
        "verify_key": "",
        "team": None,
        "flags": 0,
    }


def _guild() -> Json:
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
        "members": [{**_member(BOT), "user": _user(BOT)}],
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


def _json(body: Any) -> web.Response:
    """As Discord sends it: ``application/json`` bare, without a charset."""
    return web.Response(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def _refused(status: int, code: int, message: str) -> web.Response:
    made = json.dumps({"code": code, "message": message}).encode()
    return web.Response(status=status, body=made, headers={"Content-Type": "application/json"})
