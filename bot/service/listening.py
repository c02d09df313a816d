"""The one port of the service: bound before anything else, served by uvicorn without its own signals."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import uvicorn
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import SettingsError

Told = Callable[[], Awaitable[Mapping[str, Any]]]


@contextlib.contextmanager
def bound(address: str) -> Iterator[socket.socket]:
    """A socket at ``host:port``; port 0 takes any that is free.

    Raises:
        SettingsError: nobody can listen there.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, int(port)), family=family, backlog=512)
    except OSError as exc:
        reason = (exc.strerror or str(exc)).rstrip(".")
        raise SettingsError(f"COMMUNIQUE_LISTEN: cannot listen at {address}: {reason}.") from exc
    with listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    """The address at which this machine reaches ``listener``."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - every interface, this machine's own among them
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104 - the same
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Front:
    """What is asked first: whether the service lives and is ready; ``app`` takes all else while ``serving``.

    ``told`` gives what ``/readyz`` says, ``ready`` among it.
    """

    def __init__(self, *, serving: Callable[[], bool], told: Told) -> None:
        self.app: ASGIApp | None = None
        self._serving = serving
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if path == "/healthz":
            await JSONResponse({"ok": True})(scope, receive, send)
        elif path == "/readyz":
            said = await self._told()
            await JSONResponse(dict(said), status_code=200 if said["ready"] else 503)(scope, receive, send)
        elif self.app is None or not self._serving():
            waiting = PlainTextResponse(
                "Communiqué is starting or stopping. Please try again in a moment.\n",
                status_code=503,
                headers={"Retry-After": "2"},
            )
            await waiting(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class WebServer(uvicorn.Server):
    """Uvicorn for a process whose signals belong to somebody else."""

    def __init__(self, app: ASGIApp, *, grace: int = 10) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=grace,
                proxy_headers=False,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield
