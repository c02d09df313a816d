"""Times as the desk keeps them: in UTC, with their zone."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

_JUMP = timedelta(hours=1)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def utc(moment: datetime) -> datetime:
    """``moment`` with its zone: SQLite forgets it, and everything in the tables is in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Running:
    """How far a clock runs beside the time that truly passes while a process lives."""

    def __init__(self, clock: Clock, *, passed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed = passed
        self._last = (clock(), passed())

    def jumped(self) -> timedelta | None:
        """By how much the clock was set forward or back since the last call, if by an hour or more."""
        moment, passed = self._last
        self._last = (self._clock(), self._passed())
        jump = self._last[0] - moment - timedelta(seconds=self._last[1] - passed)
        return jump if abs(jump) >= _JUMP else None
