"""Fetching: one address at a time, safely, politely, and never for longer or larger than was said."""

import asyncio
import ssl
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
import stamina

from index.collect import reply as replies
from index.collect import robots
from index.collect.addresses import CLOSED, Allowance, checked_url
from index.collect.hosts import Manners
from index.collect.reply import READABLE
from index.collect.transport import GuardedBackend, GuardedTransport, Resolve, resolve
from index.collect.turns import Turns
from index.errors import FetchError

AGENT = "Communique"
"""The name that a robots.txt may speak of."""

_NETWORK = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ssl.SSLError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how large, how often."""

    deadline: float = 30.0
    """Seconds for a whole fetch with its redirects and retries; waiting for one's turn is not counted."""
    size: int = 10_000_000
    """Bytes of content, as they come and once decompressed."""
    documents: int = 50_000_000
    """The same of a PDF: reports with pictures are large."""
    redirects: int = 8
    attempts: int = 3
    backoff: float = 0.5
    """Seconds before the second attempt, growing from there, with jitter."""
    patience: float = 5.0
    """The longest ``Retry-After`` that is waited for at once; with a longer one the host rests."""
    connections: int = 32
    queue: float = 600.0
    """The longest wait for one's turn at a host, seconds; who would wait longer comes again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came. ``content`` is decompressed, and None where nothing has changed."""

    url: str
    """The address asked for, in its checked form."""
    final_url: str
    redirects: tuple[str, ...]
    """The addresses passed on the way from ``url`` to ``final_url``, the last one included."""
    moved_to: str | None
    """Where permanent redirects (301, 308) alone have led, to be asked for next time; None without any."""
    status: int
    etag: str | None
    last_modified: str | None
    content_type: str | None
    """The header as it came, its charset with it."""
    content: bytes | None
    elapsed: float
    """Seconds on the network; waiting for one's turn is not counted."""
    requests: int
    """Requests that it took, robots.txt not counted."""


@dataclass(slots=True)
class _Course:
    """One fetch under way: what it wants, when it must be over, where it has been."""

    asked: str
    ends: float
    accept: frozenset[str] | None
    """Kinds of content wanted; None for any."""
    cut: int | None = None
    """Take only so many bytes of a longer reply."""
    conditions: dict[str, str] = field(default_factory=dict)
    validators_of: str = ""
    passed: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    waited: float = 0.0
    requests: int = 0

    def wait(self, seconds: float) -> None:
        """Not to be held against the deadline."""
        self.waited += seconds
        self.ends += seconds


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: httpx.Headers
    content: bytes


def user_agent(contact: str) -> str:
    """How we introduce ourselves: name, version, and where complaints reach the operator."""
    try:
        number = version("communique")
    except PackageNotFoundError:
        number = "0"
    return f"{AGENT}/{number} (news collector{f'; +{contact}' if contact else ''})"


class Fetcher:
    """Fetches with one set of connections, manners and remembered robots.txt; use it as a context.

    ``contact`` is shown to every host (``COMMUNIQUE_CONTACT``), ``allowance`` is what of the private network
    is open (``COMMUNIQUE_ALLOW_PRIVATE``). ``backend`` and ``resolver`` are seams for tests::

        async with Fetcher(contact="desk@example.org") as fetcher:
            page = await fetcher.fetch("https://example.org/news", etag='"a1"')
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allowance: Allowance = CLOSED,
        limits: Limits = Limits(),
        manners: Manners = Manners(),  # noqa: B008 - frozen
        resolver: Resolve = resolve,
        backend: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowance = allowance
        self._limits = limits
        self._turns = Turns(manners, longest=limits.queue)
        self._rules: dict[str, asyncio.Task[robots.Rules]] = {}
        guard = GuardedBackend(backend or httpcore.AnyIOBackend(), resolver, allowance)
        # The transport without a client of httpx around it: that would keep cookies and look into redirects.
        self._transport = GuardedTransport(guard, tls or httpx.create_ssl_context(), limits.connections)
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End what is under way and close every connection."""
        for task in self._rules.values():
            task.cancel()
        await asyncio.gather(*self._rules.values(), return_exceptions=True)
        await self._transport.aclose()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        validators_of: str | None = None,
        accept: frozenset[str] = READABLE,
    ) -> Fetched:
        """Fetch one address, following its redirects.

        ``etag`` and ``last_modified`` are what an earlier fetch came with, and ``validators_of`` the address
        that sent them (its ``final_url``; the URL itself if not given). They are sent to that address alone:
        behind a new redirect there can be a page that is older than ours and yet new to us.

        Raises:
            FetchError: nothing came that can be used; its ``kind`` says why.
        """
        asked = checked_url(url, self._allowance)
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        began = _now()
        course = _Course(
            asked,
            ends=began + self._limits.deadline,
            accept=accept,
            conditions={name: value for name, value in validators.items() if value},
            validators_of=validators_of or asked,
        )
        reply = await self._follow(course, obey=True)
        permanent = bool(course.statuses) and replies.PERMANENT.issuperset(course.statuses)
        return Fetched(
            url=asked,
            final_url=course.passed[-1],
            redirects=tuple(course.passed[1:]),
            moved_to=course.passed[-1] if permanent else None,
            status=reply.status,
            etag=reply.headers.get("etag"),
            last_modified=reply.headers.get("last-modified"),
            content_type=reply.headers.get("content-type"),
            content=None if reply.status == 304 else reply.content,
            elapsed=_now() - began - course.waited,
            requests=course.requests,
        )

    async def rules(self, url: str) -> robots.Rules:
        """What the robots.txt of the URL's site says; fetched at most once a day.

        Raises:
            FetchError: the address is refused, its host cannot be reached or is being left alone.
        """
        parts = urlsplit(checked_url(url, self._allowance))
        origin = f"{parts.scheme}://{parts.netloc}"
        task = self._rules.get(origin)
        if task and task.done() and (task.cancelled() or task.exception() or task.result().expires <= _now()):
            task = None
        if task is None:
            while len(self._rules) >= robots.MOST:
                self._rules.pop(next(iter(self._rules))).cancel()
            task = self._rules[origin] = asyncio.create_task(self._read_rules(origin))
        return await asyncio.shield(task)

    async def _read_rules(self, origin: str) -> robots.Rules:
        course = _Course(
            f"{origin}/robots.txt", ends=_now() + self._limits.deadline, accept=None, cut=robots.SIZE
        )
        try:
            reply = await self._follow(course, obey=False)
        except FetchError as exc:
            if exc.kind in {"network", "resting"} or (exc.kind == "address" and not course.statuses):
                raise
            if exc.kind in {"gone", "redirect", "address"} or (
                exc.kind == "status" and (exc.status or 0) < 500
            ):
                return robots.Rules("", _now() + robots.KEPT)  # there are no rules (RFC 9309, 2.3.1.3)
            trouble = f"status {exc.status}" if exc.status else "it does not arrive whole"
            return robots.Rules(None, _now() + max(exc.retry_after or 0.0, robots.KEPT_UNREACHABLE), trouble)
        return robots.Rules(reply.content.decode("utf-8", "replace").lstrip("\ufeff"), _now() + robots.KEPT)

    async def _obey_robots(self, address: str) -> None:
        rules = await self.rules(address)
        if rules.text is None:
            raise FetchError(
                address,
                f"The site's robots.txt cannot be read now ({rules.trouble}), so the site is not visited.",
                kind="robots",
                retry_after=max(1.0, rules.expires - _now()),
            )
        if not rules.allows(address, AGENT):
            raise FetchError(address, "The site's robots.txt asks not to fetch this address.", kind="robots")
        self._turns.host(address).slow_down(rules.delay(AGENT))

    async def _follow(self, course: _Course, *, obey: bool) -> _Reply:
        """From redirect to redirect to what is there."""
        course.passed.append(course.asked)
        while True:
            address = course.passed[-1]
            if obey:
                before = _now()
                await self._obey_robots(address)
                course.wait(_now() - before)
            reply = await self._persist(address, course)
            if reply.status not in replies.REDIRECTS:
                return reply
            course.statuses.append(reply.status)
            course.passed.append(self._target(course, reply))

    def _target(self, course: _Course, reply: _Reply) -> str:
        asked, location = course.asked, reply.headers.get("location")
        if not location:
            raise FetchError(
                asked, "The site redirects without saying where.", kind="redirect", status=reply.status
            )
        try:
            target = checked_url(urljoin(course.passed[-1], location), self._allowance)
        except ValueError:
            raise FetchError(
                asked, "It redirects to an address that is not understood.", kind="address"
            ) from None
        except FetchError as exc:
            raise FetchError(
                asked, f"It redirects to {exc.source[:200]}. {exc.reason}", kind=exc.kind
            ) from exc
        if target in course.passed:
            raise FetchError(asked, "Its redirects lead in a circle.", kind="redirect", status=reply.status)
        if len(course.passed) > self._limits.redirects:
            raise FetchError(
                asked, f"It redirects more than {self._limits.redirects} times.", kind="redirect"
            )
        return target

    async def _persist(self, address: str, course: _Course) -> _Reply:
        """One address, tried again where trying again can help."""

        def worth_it(exc: Exception) -> bool | float:
            if not isinstance(exc, FetchError) or not _passing(exc):
                return False
            left = course.ends - _now()
            if exc.retry_after is None:
                return left > self._limits.backoff
            return exc.retry_after if exc.retry_after <= min(self._limits.patience, left) else False

        async for attempt in stamina.retry_context(
            on=worth_it,
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=self._limits.backoff,
            wait_jitter=self._limits.backoff,
        ):
            with attempt:
                return await self._once(address, course)
        raise AssertionError("an attempt returns or raises")

    async def _once(self, address: str, course: _Course) -> _Reply:
        host = self._turns.host(address)
        async with self._turns.turn(address) as waited:
            course.wait(waited)
            try:
                async with asyncio.timeout_at(course.ends):
                    reply = await self._exchange(address, course)
            except TimeoutError:
                host.failed(_now())
                seconds = f"{self._limits.deadline:g} seconds"
                raise FetchError(address, f"It did not arrive within {seconds}.", kind="deadline") from None
            except _NETWORK as exc:
                host.failed(_now())
                raise replies.translated(address, exc) from exc
            except FetchError as exc:
                if _passing(exc):
                    at_once = (exc.retry_after or 0.0) <= self._limits.patience
                    host.failed(_now(), retry_after=None if at_once else exc.retry_after)
                elif exc.kind != "address":
                    host.succeeded()
                raise
        host.succeeded()
        return reply

    async def _exchange(self, address: str, course: _Course) -> _Reply:
        course.requests += 1
        conditions = course.conditions if address == course.validators_of else {}
        request = httpx.Request("GET", address, headers={**self._headers, **conditions})
        try:
            response = await self._transport.handle_async_request(request)
        except FetchError as exc:  # of the guard, which knows the host alone
            raise FetchError(address, exc.reason, kind=exc.kind) from exc
        try:
            if response.status_code in replies.REDIRECTS or (response.status_code == 304 and conditions):
                return _Reply(response.status_code, response.headers, b"")
            replies.check_status(address, response)
            if course.accept is not None:
                replies.check_type(address, response, course.accept)
            document = replies.media_type(response.headers) == "application/pdf"
            size = self._limits.documents if document else self._limits.size
            content = await replies.read(address, response, course.cut or size, cut=bool(course.cut))
        finally:
            await response.aclose()
        if course.accept is not None and course.accept <= READABLE:
            replies.check_bytes(address, content)
        return _Reply(response.status_code, response.headers, content)


def _passing(exc: FetchError) -> bool:
    """Whether it may be over in a moment, and is the host's doing."""
    return exc.kind in {"network", "busy", "broken"} or (exc.status or 0) // 100 == 5


def _now() -> float:
    return asyncio.get_running_loop().time()
