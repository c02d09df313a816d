"""Claims: how several collectors, or several passes of one, share the work in the database."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import or_
from sqlalchemy.sql import ColumnElement

LEASE = timedelta(minutes=15)
"""Longer than a page waits for its turn at a slow host; what a killed process held is free after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """One pass over what is due; what it claims is nobody else's until dealt with, or the lease ends."""

    name: str = field(default_factory=lambda: uuid4().hex)
    lease: timedelta = LEASE
    living: Collection[str] | None = None
    """All claimants there are, where that is known, as where one process owns an embedded store: then what
    others had claimed is free at once. None where collectors elsewhere may live."""

    def may_take(self, table: Any, now: datetime) -> ColumnElement[bool]:
        """The condition under which a row can be claimed."""
        free = or_(table.c.claimed_by.is_(None), table.c.claimed_until < now)
        return free if self.living is None else or_(free, table.c.claimed_by.not_in(self.living))

    def claim(self, now: datetime) -> dict[str, Any]:
        """The columns of a claim."""
        return {"claimed_by": self.name, "claimed_until": now + self.lease}


RELEASED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


def zoned(value: datetime) -> datetime:
    """SQLite gives times back without their zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
