"""The web as the settings allow it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.collect.fetch import Fetcher


def fetcher(settings: "Settings") -> "Fetcher":
    """What fetches from the web."""
    from index.collect.addresses import Allowance
    from index.collect.fetch import Fetcher

    log_retries()
    return Fetcher(contact=settings.contact or "", allowance=Allowance.parse(settings.allow_private or ""))


def log_retries() -> None:
    """Have what is tried again go to the log: by itself stamina would print it."""
    from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

    set_on_retry_hooks([LoggingOnRetryHook])
