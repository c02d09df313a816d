"""What a site's robots.txt allows (RFC 9309), with how long that is remembered."""

from dataclasses import dataclass
from functools import cached_property

from protego import Protego

SIZE = 512 * 1024
"""Bytes that are read of a robots.txt; RFC 9309, 2.5 asks for 500 KiB at least."""
KEPT = 24 * 3600.0
"""Seconds that rules hold (RFC 9309, 2.4)."""
KEPT_UNREACHABLE = 600.0
"""Seconds after which a robots.txt that could not be read is asked for again."""
MOST = 1_000
"""Sites whose rules are remembered at a time."""


@dataclass(frozen=True)
class Rules:
    """One site's rules for us, until ``expires`` (seconds of the fetcher's clock).

    ``text`` is None where robots.txt cannot be read now: then nothing may be fetched (RFC 9309, 2.3.1.4), and
    ``trouble`` says why.
    """

    text: str | None
    expires: float
    trouble: str = ""

    @cached_property
    def _parsed(self) -> Protego:
        return Protego.parse(self.text or "")

    def allows(self, url: str, agent: str) -> bool:
        """Whether ``agent`` (the product's name alone) may fetch the URL."""
        return self.text is not None and bool(self._parsed.can_fetch(url, agent))

    def delay(self, agent: str) -> float | None:
        """Seconds between requests that the site asks for, None where it does not."""
        delay = self._parsed.crawl_delay(agent)
        rate = self._parsed.request_rate(agent)
        asked = [float(delay)] if delay else []
        if rate and rate.requests:
            asked.append(rate.seconds / rate.requests)
        return max(asked, default=None)

    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names."""
        return tuple(self._parsed.sitemaps)
