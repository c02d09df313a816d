"""One page, and what comes of a visit to it: decisions from what was fetched; nothing is looked up here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np

from index.article import Article
from index.collect.discovery import is_front
from index.collect.fetch import Fetched
from index.collect.schedule import (
    GONE_AFTER,
    GONE_AGAIN,
    GONE_RETRY,
    REFUSED_AT_FIRST,
    RETRY_REFUSED,
    after_failure,
    after_visit,
    is_gone,
)
from index.errors import FetchError
from index.extract.titles import folded
from index.extract.urls import canonical_url
from index.likeness import shingles

_FOR_GOOD = frozenset({"address", "robots", "type", "size", "redirect"})
_TRIES = 8
"""Failures in a row after which a page that never came is given up for a month."""

Outcome = Literal["received", "unchanged", "gone", "failed", "put off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address that is visited for its article. Times are in UTC."""

    id: int
    url: str
    host: str
    source: int
    state: str
    """``new``, ``held`` (its article is in), ``refused``, ``gone``, ``moved`` or ``withheld`` (by hand)."""
    listed: dict[str, str]
    """What the list said of it: ``title``, ``published`` (ISO 8601) and ``evidence``."""
    content_hash: bytes | None
    etag: str | None
    last_modified: str | None
    validators_of: str | None
    interval: int
    gone_since: datetime | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A page that was fetched and is not taken in yet."""

    page: Page
    content: bytes
    content_type: str | None
    final_url: str
    moved_to: str | None = None
    """The page's address from now on, if its article is found there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a received page: the articles it holds, or why it holds none."""

    received: Received
    articles: tuple[str, ...]
    changed: bool
    reason: str | None
    gone: bool = False
    """Whether the page says that its article is no longer there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a visit means: what to write down about the page, and what to do."""

    outcome: Outcome
    values: dict[str, Any] = field(default_factory=dict)
    moved_to: str | None = None
    """The page's address from now on; with ``to_be_seen`` only if its article is found there."""
    to_be_seen: bool = False
    received: Fetched | None = None
    """What is to be read for an article."""
    gone: bool = False
    """Whether the page's articles are taken out."""
    reason: str | None = None
    """What went wrong, in a sentence."""


def judge(
    page: Page, came: Fetched | FetchError, *, now: datetime, gone_after: timedelta = GONE_AFTER
) -> Verdict:
    """What a visit that brought ``came`` means."""
    if isinstance(came, FetchError):
        if came.kind == "gone":
            return missing(page, came.reason, now, gone_after)
        return _failed(page, came, now)
    if is_front(came.final_url) and not is_front(page.url):
        return missing(page, "The address now leads to the site's front page.", now, gone_after)
    moved_to = canonical_url(came.moved_to) if came.moved_to else None
    moved_to = moved_to if moved_to != page.url else None
    same = came.content is None or (
        hash_of(came.content) == page.content_hash and page.state in {"held", "refused"} and moved_to is None
    )
    interval = after_visit("page", page.interval, changed=False) if same else page.interval
    values = {
        "failures": 0,
        "interval": interval,
        "due_at": _in(now, RETRY_REFUSED if same and page.state == "refused" else interval),
        "validators_of": came.final_url,
        "etag": came.etag or (page.etag if came.content is None else None),
        "last_modified": came.last_modified or (page.last_modified if came.content is None else None),
    }
    if same:
        values["gone_since"] = None  # what came anew is read first: it may say that the article is gone
    if page.state == "held" and same:
        values["last_error"] = None
    return Verdict(
        outcome="unchanged" if same else "received",
        values=values,
        moved_to=moved_to,
        # A site that sends all its pages to one notice for a day has not moved them there.
        to_be_seen=page.state == "held" and not same,
        received=None if same else came,
    )


def after_reading(one: Settled, *, held: bool, now: datetime, gone_after: timedelta) -> dict[str, Any]:
    """What to write down about a page that was read; ``held``: articles stand on it, of now or of before.

    A page that held an article and now shows something else: where it says that the article is no longer
    available, that counts as a 404 does; where it asks for money, consent or a browser, that is between the
    site and us, and the article stays as it was last read. Either way the page is read whole again.
    """
    page = one.received.page
    anew: dict[str, Any] = {"etag": None, "last_modified": None, "content_hash": None}
    if one.gone and held:
        verdict = missing(page, one.reason or "", now, gone_after)
        return {"state": page.state, **verdict.values, **anew}
    interval = (
        page.interval if page.state == "new" else after_visit("page", page.interval, changed=one.changed)
    )
    values: dict[str, Any] = {
        "state": "held" if held else "refused",
        "interval": interval,
        "due_at": _in(now, interval if held else _patience(page)),
        "gone_since": None,
        "content_hash": hash_of(one.received.content),
        "last_error": one.reason,
    }
    if held and not one.articles:
        values |= anew
    if one.changed:
        values["changed_at"] = now
    return values


def tells_the_same(article: Article, before: Iterable[tuple[str | None, str]]) -> bool:
    """Whether ``article`` is one of those ``before`` (title, text), perhaps edited.

    That is so where the title is the same, or half of the runs of five words of the shorter text are.
    """
    found = shingles(article.text)
    for title, text in before:
        if title and article.title and folded(title) == folded(article.title):
            return True
        known = shingles(text)
        shared = np.intersect1d(found, known, assume_unique=True).size
        if shared and shared >= min(found.size, known.size) / 2:
            return True
    return False


def hash_of(content: bytes) -> bytes:
    """16 bytes by which a page's content is known again."""
    return hashlib.blake2b(content, digest_size=16).digest()


def missing(page: Page, reason: str, now: datetime, gone_after: timedelta) -> Verdict:
    """What it means that a page's article is not there, as its status, a redirect or its own words say.

    The article stays until that has been so for ``gone_after``, for sites have bad days.
    """
    if page.state != "held":
        state = "gone" if page.state == "gone" else "refused"
        values = {"state": state, "due_at": _in(now, _patience(page)), "last_error": reason}
        return Verdict(outcome="failed", values=values, reason=reason)
    since = page.gone_since or now
    if is_gone(since, now, patience=gone_after):
        values = {"state": "gone", "gone_since": since, "due_at": _in(now, GONE_RETRY), "last_error": reason}
        values |= {"etag": None, "last_modified": None, "content_hash": None}
        return Verdict(outcome="gone", values=values, gone=True, reason=reason)
    again = min(now + timedelta(seconds=GONE_AGAIN), since + gone_after)
    return Verdict(
        outcome="failed", values={"gone_since": since, "due_at": again, "last_error": reason}, reason=reason
    )


def _failed(page: Page, error: FetchError, now: datetime) -> Verdict:
    values: dict[str, Any] = {"last_error": error.reason}
    if error.kind in {"resting", "busy"} or (error.kind == "robots" and error.retry_after):
        values["due_at"] = _in(now, max(60.0, error.retry_after or after_failure(1)))
        return Verdict(outcome="put off", values=values, reason=error.reason)
    failures = page.failures + 1
    values["failures"] = failures
    for_good = error.kind in _FOR_GOOD or (error.status or 0) // 100 == 4
    if page.state in {"new", "refused"} and (for_good or failures >= _TRIES):
        values |= {"state": "refused", "due_at": _in(now, _patience(page))}
    else:
        values["due_at"] = _in(now, after_failure(failures, retry_after=error.retry_after))
    return Verdict(outcome="failed", values=values, reason=error.reason)


def _patience(page: Page) -> int:
    """Seconds until a page that holds nothing is looked at again."""
    return REFUSED_AT_FIRST if page.state == "new" and page.failures < _TRIES - 1 else RETRY_REFUSED


def _in(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
