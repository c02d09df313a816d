"""When to come again: decisions from what was found, in seconds; nothing is looked up here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

SourceKind = Literal["page", "feed", "sitemap", "site"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often something is visited: at first, at most, at least."""

    first: int
    shortest: int
    longest: int


BOUNDS: dict[SourceKind, Bounds] = {
    "feed": Bounds(15 * _MINUTE, 5 * _MINUTE, _DAY),
    "sitemap": Bounds(2 * _HOUR, 30 * _MINUTE, 7 * _DAY),
    "site": Bounds(7 * _DAY, _DAY, 30 * _DAY),
    "page": Bounds(6 * _HOUR, _HOUR, 30 * _DAY),
}

RETRY_REFUSED = 30 * _DAY
"""A page that holds nothing for us, or that we must not fetch …"""
REFUSED_AT_FIRST = _DAY
"""… unless that was its first visit: a site may be late or have a bad hour."""

GONE_AFTER = timedelta(days=1)
"""How long an address must have answered 404 or 410 before its article is taken out."""
GONE_AGAIN = 6 * _HOUR
GONE_RETRY = 30 * _DAY
"""A page that was taken out may come back."""


def after_visit(kind: SourceKind, interval: int, *, changed: bool) -> int:
    """The next interval: half as long after a change, half as long again without one."""
    bounds = BOUNDS[kind]
    return round(min(max(interval * (0.5 if changed else 1.5), bounds.shortest), bounds.longest))


def after_failure(failures: int, *, retry_after: float | None = None) -> int:
    """Seconds until something that failed ``failures`` times in a row is tried again: 5 minutes to a day."""
    own = min(5 * _MINUTE * 2 ** min(2 * failures - 2, 12), _DAY)
    return round(max(float(own), retry_after or 0.0))


def is_gone(gone_since: datetime | None, now: datetime, *, patience: timedelta = GONE_AFTER) -> bool:
    """Whether a page that is missing again has been missing for so long that its article goes."""
    return gone_since is not None and now - gone_since >= patience
