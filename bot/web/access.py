"""Who is at the other end, and what they may see: tokens, one-time links from a chat, sessions."""

import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select
from starlette.requests import Request
from starlette.responses import Response

from bot.desk import Desk
from bot.desk.clock import Clock, now
from bot.desk.records import Person
from bot.desk.tables import sign_ins
from bot.desk.workers import Workers
from bot.settings import named, plain, tokens
from bot.web.links import web_key

if TYPE_CHECKING:
    from bot.root import Root

COOKIE = "communique"
LINK_LASTS = timedelta(minutes=10)
_SESSION_LASTS = timedelta(days=30)
OWNER = Person(platform="terminal", user="local")
"""Whoever can read the home of this installation: they administer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the other end. ``person`` is new for whoever came without link or token."""

    person: Person
    known: bool = False
    administers: bool = False
    owner: bool = False
    whole: bool = False
    """Whether they may read articles from beginning to end."""
    by_token: bool = False


class Access:
    """Knows visitors by an API token, the owner's token, or the cookie of a session.

    ``administers`` is the desk's word on a person; ``whole`` names those who may read whole articles, or
    ``all``. ``key`` encrypts links and sessions (Fernet, from ``cryptography``).
    """

    def __init__(
        self,
        workers: Workers,
        *,
        key: bytes,
        owner_token: str,
        api_tokens: Sequence[str] = (),
        administers: Callable[[Person], bool],
        public: bool = False,
        whole: frozenset[str] = frozenset(),
        secure: bool = False,
        clock: Clock = now,
    ) -> None:
        from cryptography.fernet import Fernet

        self._fernet = Fernet(key)
        self.key = key
        self._workers = workers
        self._owner_token = owner_token
        self._api_tokens = api_tokens
        self._administers = administers
        self._whole = whole
        self._secure = secure
        self._clock = clock
        self.public = public

    def visitor(self, request: Request) -> Visitor:
        """Who sent a request."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._by_token(token.strip())
        record = self._opened(request.cookies.get(COOKIE, ""), "session", _SESSION_LASTS)
        if record is None:
            return Visitor(
                person=Person(platform="web", user=f"visitor-{secrets.token_hex(8)}"),
                whole="all" in self._whole,
            )
        return self._visitor(_person(record), known=bool(record["known"]))

    def may_look(self, visitor: Visitor) -> bool:
        """Whether they may ask and read at all."""
        return self.public or visitor.known

    def owns(self, token: str) -> bool:
        """Whether this is the owner's token."""
        return _same(token, self._owner_token)

    def link(self, person: Person, base: str) -> str:
        """An address that signs ``person`` in, once, within `LINK_LASTS`."""
        record = {**_record(person), "for": "link", "once": secrets.token_hex(16)}
        return f"{base.rstrip('/')}/login?token={self._sealed(record)}"

    async def redeem(self, token: str) -> Person | None:
        """The person whom a link signs in; None where it is spoilt, too old, or was used.

        Raises:
            StoreError: the database failed.
        """
        record = self._opened(token, "link", LINK_LASTS)
        if record is None:
            return None
        moment, once = self._clock(), f"web:{record['once']}"

        def work(connection: Connection) -> bool:
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < moment))
            used = connection.scalar(select(sign_ins.c.state).where(sign_ins.c.state == once))
            if used is None:
                connection.execute(insert(sign_ins).values(state=once, expires_at=moment + LINK_LASTS))
            return used is None

        return _person(record) if await self._workers.write(work) else None

    def sign_in(self, response: Response, person: Person, *, known: bool = True) -> None:
        """Let the browser remember ``person``."""
        record = {**_record(person), "for": "session", "known": known}
        response.set_cookie(
            COOKIE,
            self._sealed(record),
            max_age=int(_SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )

    def sign_out(self, response: Response) -> None:
        """Let the browser forget."""
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=self._secure)

    def _by_token(self, token: str) -> Visitor:
        if _same(token, self._owner_token):
            return Visitor(person=OWNER, known=True, administers=True, owner=True, whole=True, by_token=True)
        for number, known in enumerate(self._api_tokens, start=1):
            if _same(token, known):
                person = Person(platform="web", user=f"token-{number}")
                return Visitor(person=person, known=True, by_token=True, whole="all" in self._whole)
        return Visitor(person=Person(platform="web", user="nobody"), by_token=True)

    def _visitor(self, person: Person, *, known: bool) -> Visitor:
        owner = known and person == OWNER
        administers = owner or (known and self._administers(person))
        names = {person.key, person.name, "all"}
        return Visitor(
            person=person,
            known=known,
            administers=administers,
            owner=owner,
            whole=administers or bool(self._whole & names),
        )

    def _sealed(self, record: dict[str, Any]) -> str:
        return self._fernet.encrypt_at_time(
            json.dumps(record).encode(), int(self._clock().timestamp())
        ).decode()

    def _opened(self, token: str, purpose: str, lasts: timedelta) -> dict[str, Any] | None:
        from cryptography.fernet import InvalidToken

        try:
            text = self._fernet.decrypt_at_time(
                token.encode(), int(lasts.total_seconds()), int(self._clock().timestamp())
            )
        except InvalidToken:
            return None
        record: dict[str, Any] = json.loads(text)
        return record if record["for"] == purpose else None


def access_to(root: "Root", workers: Workers, desk: Desk, *, token: str) -> Access:
    """Who may see what, by the settings; ``token`` is the owner's."""
    settings = root.settings
    return Access(
        workers,
        key=web_key(root.home, plain(settings.secret)),
        owner_token=token,
        api_tokens=tokens(settings.api_tokens),
        administers=desk.channels.administers,
        public=settings.web_access == "public",
        whole=named(settings.whole_articles),
        secure=(settings.public_url or "").startswith("https://"),
    )


class Allowed:
    """How many questions one person may ask within ``seconds``; kept in memory, for the web alone."""

    def __init__(self, most: int = 12, *, seconds: float = 60.0) -> None:
        self._most = most
        self._seconds = seconds
        self._asked: dict[str, deque[float]] = {}

    def wait(self, person: Person) -> float:
        """Count a question; the seconds until it is allowed, 0 where it is now."""
        moment = time.monotonic()
        if len(self._asked) > 10_000:
            self._asked = {
                who: when for who, when in self._asked.items() if when[-1] > moment - self._seconds
            }
        times = self._asked.setdefault(person.key, deque())
        while times and times[0] <= moment - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + self._seconds - moment
        times.append(moment)
        return 0.0


def same_origin(request: Request) -> bool:
    """Whether a form was sent from a page of ours (Fetch Metadata, else the Origin header)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return origin.partition("://")[2] == request.headers.get("host", "")


def _same(one: str, other: str) -> bool:
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


def _record(person: Person) -> dict[str, Any]:
    return {
        "platform": person.platform,
        "workspace": person.workspace,
        "user": person.user,
        "roles": sorted(person.roles),
    }


def _person(record: dict[str, Any]) -> Person:
    return Person(
        platform=record["platform"],
        workspace=record["workspace"],
        user=record["user"],
        roles=frozenset(record["roles"]),
    )
