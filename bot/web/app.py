"""The web application: pages and API behind one gate that checks hosts and sets headers."""

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import wording
from bot.errors import BotError, NotAllowed, NotThere, TooMany
from bot.service.metrics import Metrics
from bot.service.works import Works
from bot.settings import Settings
from bot.web.api import Api
from bot.web.pages import Pages
from index.errors import IndexingError, SourceError
from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""On every reply. No page holds a script, so none is allowed."""

ErrorPage = Callable[[Request, int, str], Response]


def web(works: Works, *, address: str, routes: "Sequence[BaseRoute]" = ()) -> ASGIApp:
    """The application; ``routes`` are further ones, Slack's for instance, with checks of their own."""
    access = works.access
    address = works.root.settings.public_url or address
    pages = Pages(works, access, address=address)
    return Starlette(
        routes=[*Api(works, access, address=address).routes(), *pages.routes(), *routes],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts(works.root.settings), www_redirect=False),
            Middleware(Gate, metrics=works.metrics),
        ],
        exception_handlers={
            HTTPException: pages.failed,
            BotError: pages.failed,
            IndexingError: pages.failed,
            RetrievalError: pages.failed,
            Exception: pages.failed,
        },
    )


def hosts(settings: Settings) -> list[str]:
    """The hosts that we go by: a request for another was lured here (DNS rebinding)."""
    listen = settings.listen.rpartition(":")[0]
    found = ["127.0.0.1", "localhost", "[::1]", "::1"]
    if listen not in ("0.0.0.0", "[::]", "::"):  # noqa: S104 - every interface is no name
        found.append(listen)
    if settings.public_url:
        found.append(urlsplit(settings.public_url).hostname or "")
    return [host for host in dict.fromkeys(found) if host]


class Gate:
    """Sets the headers of every reply, counts them, and gives what is logged meanwhile one id."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "public, max-age=3600"
                self._metrics.requests.labels(status=f"{message['status'] // 100}xx").inc()
            await send(message)

        structlog.contextvars.bind_contextvars(case=secrets.token_hex(8))
        await self._app(scope, receive, sending)


def failure(request: Request, exc: Exception, page: ErrorPage) -> Response:
    """What went wrong in words: JSON for tools, a page for people; a defect is logged and not shown."""
    status, text, headers = _said(exc)
    if status == 401 and request.method == "GET" and not _for_tools(request):
        return RedirectResponse("/login", status_code=303)
    if _for_tools(request):
        response: Response = JSONResponse({"error": text}, status_code=status)
    else:
        response = page(request, status, text)
    response.headers.update(headers)
    return response


def _said(exc: Exception) -> tuple[int, str, dict[str, str]]:
    if isinstance(exc, HTTPException):
        return exc.status_code, exc.detail, dict(exc.headers or {})
    if isinstance(exc, TooMany):
        return 503, str(exc), {"Retry-After": str(max(1, round(exc.wait)))}
    if isinstance(exc, NotAllowed | NotThere):
        return (403 if isinstance(exc, NotAllowed) else 404), str(exc), {}
    if isinstance(exc, SourceError | BotError):
        return 400, str(exc), {}
    if isinstance(exc, IndexingError):
        log.error("a request failed: %s", exc)
        return 503, str(exc), {"Retry-After": "5"}
    log.error("a request failed", exc_info=exc)
    return 500, wording.broken(structlog.contextvars.get_contextvars().get("case", "")), {}


def _for_tools(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/metrics", "/slack/"))
