"""How each host is treated: how soon the next request may begin, and when it is left alone.

Decisions only; the time is passed in, in seconds of one clock that never goes back.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a host is owed."""

    at_once: int = 2
    """Requests under way at a time."""
    pace: float = 0.5
    """Seconds from the beginning of one request to the beginning of the next."""
    rest_after: int = 5
    """Failures in a row after which it rests."""
    rest: float = 300.0
    """Seconds of the first rest; each further one, without a success between, is twice as long …"""
    longest_rest: float = 6 * 3600.0
    """… up to this."""
    longest_delay: float = 120.0
    """The longest ``Crawl-delay`` that is waited for; a site that asks for more gets this."""


class Host:
    """One host's state."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._pace = manners.pace
        self._next = float("-inf")
        self._failures = 0
        self._rests = 0
        self._resting_until = float("-inf")

    def slow_down(self, delay: float | None) -> None:
        """Keep at least ``delay`` seconds between requests, as its robots.txt asks."""
        self._pace = max(self._manners.pace, min(delay or 0.0, self._manners.longest_delay))

    def turn(self, now: float) -> float:
        """Reserve the next turn; returns the time at which it begins."""
        begins = max(now, self._next)
        self._next = begins + self._pace
        return begins

    def rests_for(self, now: float) -> float:
        """Seconds that it is still left alone, 0 where it may be asked."""
        return max(0.0, self._resting_until - now)

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0
        self._rests = 0

    def failed(self, now: float, *, retry_after: float | None = None) -> None:
        """It did not answer, answered with an error of its own, or asked to come again later."""
        self._failures += 1
        if retry_after:
            wait = min(retry_after, self._manners.longest_rest)
            self._resting_until = max(self._resting_until, now + wait)
        if self._failures >= self._manners.rest_after:
            rest = min(self._manners.rest * 2.0**self._rests, self._manners.longest_rest)
            self._resting_until = max(self._resting_until, now + rest)
            self._rests += 1
            self._failures = self._manners.rest_after - 1  # one more failure after the rest begins the next
