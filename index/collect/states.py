"""The pages of a source as people are shown them: how the visits to each went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from index.collect.claims import zoned
from index.collect.sources import Source, Sources
from index.collect.tables import pages
from index.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """One address; ``state`` as of `index.collect.visit.Page`. Times are in UTC."""

    url: str
    state: str
    checked_at: datetime | None
    due_at: datetime | None
    failures: int
    last_error: str | None

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`."""
        return {
            "url": self.url,
            "state": self.state,
            "checked": self.checked_at.isoformat(timespec="seconds") if self.checked_at else None,
            "due": self.due_at.isoformat(timespec="seconds") if self.due_at else None,
            "failures": self.failures,
            "last_error": self.last_error,
        }


def pages_of(database: Database, source: Source) -> list[PageState]:
    """The pages of a source and of what was found through it, those with a trouble first.

    Raises:
        StoreError: the database failed.
    """
    family = Sources(database).family({source.id})
    theirs = pages.c.source.in_(family) | (pages.c.url == source.url)
    query = select(pages).where(theirs).order_by(pages.c.last_error.is_(None), pages.c.state, pages.c.id)
    with database.read() as connection:
        return [
            PageState(
                url=row.url,
                state=row.state,
                checked_at=zoned(row.fetched_at) if row.fetched_at else None,
                due_at=zoned(row.due_at) if row.due_at else None,
                failures=row.failures,
                last_error=row.last_error,
            )
            for row in connection.execute(query)
        ]
