"""The gateway of the Discord of the tests: sessions that are opened, dropped and resumed."""

import itertools
import json
import time

from aiohttp import WSMsgType, web

from tests.bot.discord.objects import BOT, GUILD, Json, guild, person

_EPOCH = 1420070400000


class Gateway:
    """Sends events, and again what a resumed session has missed. ``gateway_url`` is where it listens."""

    gateway_url: str = ""

    def __init__(self) -> None:
        self.identified: list[Json] = []
        self.resumed = 0
        self._numbers = itertools.count(1)
        self._sockets: list[web.WebSocketResponse] = []
        self._events: list[Json] = []
        self._session = ""

    def snowflake(self) -> str:
        """A new id, made now."""
        return str((int(time.time() * 1000) - _EPOCH << 22) + next(self._numbers) % (1 << 22))

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

    @property
    def connected(self) -> bool:
        """Whether a session is open."""
        return bool(self._sockets)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
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
            "user": person(BOT),
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": self._session,
            "resume_gateway_url": self.gateway_url,
            "shard": data.get("shard", [0, 1]),
            "application": {"id": BOT, "flags": 0},
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", guild())

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if data["session_id"] != self._session:
            await socket.send_json({"op": 9, "d": False})
            return
        self.resumed += 1
        for frame in self._events[data["seq"] :]:
            await socket.send_json(frame)
        self._sockets.append(socket)
        await self.dispatch("RESUMED", {})
