"""A Slack for tests, on loopback sockets: Web API, Socket Mode, response addresses, uploads.

It checks what it is sent: tokens, limits, escaping, ids, that a thread exists. What is wrong stands in
``problems`` and is refused as Slack would refuse it.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, WSMsgType, web

from tests.bot.slack.payloads import problems_of_message, problems_of_view
from tests.bot.slack.people import APP_ID, BOT, TEAM, Posted
from tests.bot.slack.streams import Streams
from tests.bot.waiting import until

BOT_TOKEN = "xoxb-test"
APP_TOKEN = "xapp-test"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Call:
    """One call of the Web API."""

    method: str
    token: str
    arguments: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class FakeSlack(Streams):
    """The server. ``async with FakeSlack() as slack:``."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.acks: dict[str, float] = {}
        self.ack_payloads: dict[str, Any] = {}
        self.sent: dict[str, float] = {}
        self.files: dict[str, bytes] = {}
        self.refused_blocks: set[str] = set()
        self.refusals = 0
        self.limited: dict[str, int] = defaultdict(int)
        self.failing: dict[str, str] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {BOT_TOKEN: TEAM}
        self.connections = 0
        self.deaf: set[str] = set()
        self.scopes: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "FakeSlack":
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/respond/{user}/{channel}/{id}", self._respond)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/files/{id}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.drop()
        assert self._runner
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    # Delivery to the bot.

    async def deliver(self, payload: dict[str, Any], *, kind: str = "events_api") -> str:
        """Send over Socket Mode, as soon as there is a connection; the envelope's id."""
        envelope = f"env{next(self.number)}"
        while True:
            await self._connected.wait()
            self.sent[envelope] = time.monotonic()
            body = {
                "envelope_id": envelope,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
            try:
                await self._sockets[-1].send_json(body)
            except (ConnectionError, IndexError, RuntimeError):
                await asyncio.sleep(0.01)
            else:
                return envelope

    async def acked(self, envelope: str, *, within: float = 10) -> bool:
        """Whether the bot acknowledges an envelope."""
        return await until(lambda: envelope in self.acks, within=within)

    async def drop(self) -> None:
        """Cut every connection."""
        sockets, self._sockets = self._sockets, []
        self._connected.clear()
        for socket in sockets:
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def connected(self) -> None:
        """Wait until the bot is there."""
        await asyncio.wait_for(self._connected.wait(), 30)

    async def post(
        self, url: str, payload: dict[str, Any], *, secret: str = SECRET, age: float = 0
    ) -> tuple[int, str]:
        """Send over HTTP, signed as Slack signs."""
        if "command" in payload:
            from urllib.parse import urlencode

            body, kind = urlencode(payload), "application/x-www-form-urlencoded"
        elif payload["type"] in ("event_callback", "url_verification"):
            body, kind = json.dumps(payload), "application/json"
        else:
            from urllib.parse import urlencode

            body, kind = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        stamp = str(int(time.time() - age))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        async with ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    # What is to be seen afterwards.

    def answers(self, *, channel: str | None = None) -> list[Posted]:
        """The bot's messages that stand, in order."""
        return [m for m in self.messages if m.user == BOT and not m.deleted and channel in (None, m.channel)]

    async def answered(self, count: int, *, within: float = 20) -> list[Posted]:
        """The bot's messages once there are ``count``."""
        await until(lambda: len(self.answers()) >= count, within=within)
        assert len(self.answers()) >= count, f"{len(self.answers())} of {count}; {self.problems}"
        return self.answers()

    async def viewed(self, count: int = 1, *, within: float = 10) -> dict[str, Any]:
        """The last view once there are ``count``."""
        await until(lambda: len(self.views) >= count, within=within)
        assert len(self.views) >= count, self.problems
        return self.views[-1]

    def called(self, method: str) -> list[Call]:
        """The calls of a method."""
        return [call for call in self.calls if call.method == method]

    # The Web API.

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = token or arguments.pop("token", "")
        self.calls.append(Call(method, token, arguments))
        if self.limited[method]:
            self.limited[method] -= 1
            headers = {"Retry-After": "1"}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if method in self.failing:
            return web.json_response({"ok": False, "error": self.failing[method]})
        answer = self._answer(method, token, arguments)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if method in self.deaf:  # it worked, but nobody hears of it
            self.deaf.discard(method)
            assert request.transport
            request.transport.abort()
        scopes = {"x-oauth-scopes": ",".join(self.scopes)} if method == "auth.test" else None
        return web.json_response(answer, headers=scopes)

    def _answer(self, method: str, token: str, arguments: dict[str, Any]) -> Any:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                return {"ok": False, "error": "invalid_auth"}
            return {"ok": True, "url": f"{self.url.replace('http', 'ws')}/link?ticket={next(self.number)}"}
        if method == "oauth.v2.access":
            return self._install(arguments)
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "user_id": BOT, "bot_id": "B1", "team_id": self.tokens[token], "user": "bot"}
        handler = getattr(self, "_" + method.replace(".", "_").lower(), None)
        if handler is None:
            self.problems.append(f"{method} is not a method that the manifest allows")
            return {"ok": False, "error": "unknown_method"}
        return handler(arguments)

    def _users_info(self, arguments: dict[str, Any]) -> Any:
        user = arguments["user"]
        return {"ok": True, "user": {"id": user, "team_id": TEAM, **self.people.get(user, {})}}

    def _chat_postmessage(self, arguments: dict[str, Any]) -> Any:
        return self._post_message(arguments)

    def _chat_postephemeral(self, arguments: dict[str, Any]) -> Any:
        answer = self._post_message(arguments, to=arguments["user"])
        return {"ok": True, "message_ts": answer["ts"]} if answer["ok"] else answer

    def _chat_update(self, arguments: dict[str, Any]) -> Any:
        posted = self._find(arguments["channel"], arguments["ts"])
        if posted is None:
            return {"ok": False, "error": "message_not_found"}
        if posted.ts in self.streaming:
            return {"ok": False, "error": "streaming_state_conflict"}
        if refused := self._refused(arguments):
            return refused
        kept: dict[str, Any] = {
            name: posted.payload[name] for name in ("thread_ts", "metadata") if name in posted.payload
        }
        posted.payload = {**kept, **arguments}
        posted.updates += 1
        return {"ok": True, "ts": posted.ts, "channel": posted.channel}

    def _chat_delete(self, arguments: dict[str, Any]) -> Any:
        posted = self._find(arguments["channel"], arguments["ts"])
        if posted is None:
            return {"ok": False, "error": "message_not_found"}
        posted.deleted = True
        return {"ok": True}

    def _conversations_replies(self, arguments: dict[str, Any]) -> Any:
        thread = arguments["ts"]
        inside = [m for m in self.messages if thread in (m.ts, m.thread)]
        return self._history(arguments, inside)

    def _conversations_history(self, arguments: dict[str, Any]) -> Any:
        oldest = float(arguments.get("oldest", 0))
        outside = [m for m in self.messages if not m.thread and float(m.ts) > oldest]
        return self._history(arguments, outside[::-1])

    def _history(self, arguments: dict[str, Any], found: list[Posted]) -> Any:
        found = [m for m in found if m.channel == arguments["channel"] and not m.deleted and not m.to]
        keep = ("text", "blocks", "thread_ts") + (
            ("metadata",) if arguments.get("include_all_metadata") else ()
        )
        messages = [
            {"ts": m.ts, "user": m.user, **{name: m.payload[name] for name in keep if name in m.payload}}
            for m in found
        ]
        return {"ok": True, "messages": messages[: int(arguments.get("limit", 100))]}

    def _assistant_threads_setstatus(self, arguments: dict[str, Any]) -> Any:
        return {
            "ok": bool(arguments["status"])
            and self._find(arguments["channel_id"], arguments["thread_ts"]) is not None
        }

    def _assistant_threads_setsuggestedprompts(self, arguments: dict[str, Any]) -> Any:
        prompts = arguments["prompts"]
        if not 1 <= len(prompts) <= 4 or not all(p["title"] and p["message"] for p in prompts):
            self.problems.append("prompts that Slack refuses")
        return {"ok": True}

    def _views_open(self, arguments: dict[str, Any]) -> Any:
        return self._view(arguments)

    def _views_push(self, arguments: dict[str, Any]) -> Any:
        return self._view(arguments)

    def _views_update(self, arguments: dict[str, Any]) -> Any:
        return self._view(arguments)

    def _view(self, arguments: dict[str, Any]) -> Any:
        self.problems += problems_of_view(arguments["view"])
        view = {"id": f"V{next(self.number)}", **arguments["view"]}
        self.views.append(view)
        return {"ok": True, "view": view}

    def _views_publish(self, arguments: dict[str, Any]) -> Any:
        self.problems += problems_of_view(arguments["view"])
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"ok": True, "view": {"id": "VH"}}

    def _files_getuploadurlexternal(self, arguments: dict[str, Any]) -> Any:
        file = f"F{next(self.number)}"
        return {"ok": True, "file_id": file, "upload_url": f"{self.url}/upload/{file}"}

    def _files_completeuploadexternal(self, arguments: dict[str, Any]) -> Any:
        files = json.loads(arguments["files"])
        if channel := arguments.get("channel_id"):
            payload = {"text": "(file)", "thread_ts": arguments.get("thread_ts"), "files": files}
            self.messages.append(Posted(channel, self.ts(), payload))
        return {"ok": True, "files": files}

    def _files_info(self, arguments: dict[str, Any]) -> Any:
        file = arguments["file"]
        url = f"{self.url}/files/{file}"
        return {"ok": True, "file": {"id": file, "name": "notes.txt", "url_private_download": url}}

    def _install(self, arguments: dict[str, Any]) -> Any:
        team = arguments["code"].removeprefix("code-")
        token = f"xoxb-{team}"
        self.tokens[token] = team
        return {
            "ok": True,
            "app_id": APP_ID,
            "access_token": token,
            "token_type": "bot",
            "scope": "chat:write",
            "bot_user_id": BOT,
            "team": {"id": team, "name": team},
            "enterprise": None,
            "authed_user": {"id": "U1"},
            "is_enterprise_install": False,
        }

    def _post_message(self, arguments: dict[str, Any], *, to: str | None = None) -> Any:
        thread = arguments.get("thread_ts")
        if thread and self._find(arguments["channel"], thread) is None:
            self.problems.append("an answer in a thread that does not exist")
        unfurled = any(arguments.get(name) is not False for name in ("unfurl_links", "unfurl_media"))
        if unfurled and "metadata" in arguments:
            self.problems.append("links would be unfurled")
        if refused := self._refused(arguments):
            return refused
        posted = Posted(arguments["channel"], self.ts(), arguments, to=to)
        self.messages.append(posted)
        return {"ok": True, "channel": posted.channel, "ts": posted.ts}

    def _refused(self, arguments: dict[str, Any]) -> dict[str, Any] | None:
        shared = "Asked by " in json.dumps(arguments.get("blocks"))
        problems = problems_of_message(arguments, mentions=shared)
        self.problems += problems
        types = {block["type"] for block in arguments.get("blocks") or []}
        if problems or types & self.refused_blocks:
            self.refusals += 1
            return {"ok": False, "error": "invalid_blocks", "errors": problems}
        return None

    # Sockets and addresses.

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}})
        self._sockets.append(socket)
        self._connected.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT and message.data.startswith("{"):
                    answer = json.loads(message.data)
                    self.acks[answer["envelope_id"]] = time.monotonic()
                    self.ack_payloads[answer["envelope_id"]] = answer.get("payload")
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            if not self._sockets:
                self._connected.clear()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        user, channel = request.match_info["user"], request.match_info["channel"]
        if refused := self._refused(body):
            return web.Response(status=404, text=json.dumps(refused))
        self.messages.append(Posted(channel, self.ts(), body, to=user))
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]] = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(status=403)
        return web.Response(body=self.files.get(request.match_info["id"], b"An article of our own."))
