"""The sources in the database: what is visited, when, and how it went."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from index.collect.claims import RELEASED, Claimant, zoned
from index.collect.fetch import Fetched
from index.collect.schedule import BOUNDS, SourceKind, after_failure, after_visit
from index.collect.tables import PAUSED, holdings, inbox, pages, sources
from index.errors import FetchError, SourceError
from index.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source. Times are in UTC."""

    id: int
    url: str
    kind: SourceKind
    parent: int | None
    recent: bool
    """Whether only what appeared lately is taken from it."""
    title: str | None
    state: str
    """``new``, ``active``, ``failing`` or ``paused``."""
    listed: int
    """Entries in its last listing."""
    etag: str | None
    last_modified: str | None
    validators_of: str | None
    interval: int
    due_at: datetime | None
    checked_at: datetime | None
    changed_at: datetime | None
    failures: int
    last_error: str | None
    added_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """A source with what became of its pages."""

    source: Source
    pages: int
    held: int
    """Pages whose article is in the collection."""
    waiting: int
    """Pages not visited yet."""
    refused: int
    gone: int

    def as_json(self) -> dict[str, Any]:
        """What ``communique sources`` shows of it, ready for `json.dumps`."""
        shown = self.source
        return {
            "id": shown.id,
            "url": shown.url,
            "kind": shown.kind,
            "parent": shown.parent,
            "title": shown.title,
            "state": shown.state,
            "every_seconds": shown.interval,
            "checked": _iso(shown.checked_at),
            "changed": _iso(shown.changed_at),
            "due": _iso(shown.due_at),
            "failures": shown.failures,
            "last_error": shown.last_error,
            "listed": shown.listed,
            "pages": self.pages,
            "held": self.held,
            "waiting": self.waiting,
            "refused": self.refused,
            "gone": self.gone,
        }


class Sources:
    """Reads and writes the table of sources. All methods raise StoreError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        url: str,
        kind: SourceKind,
        *,
        parent: int | None = None,
        recent: bool = False,
        title: str | None = None,
        now: datetime,
    ) -> Source:
        """Add a source, due at once (but a page, whose visits are its own); one that is known becomes due."""
        with self._database.write() as connection:
            known = connection.execute(select(sources).where(sources.c.url == url)).one_or_none()
            if known is None:
                connection.execute(
                    insert(sources).values(
                        url=url,
                        kind=kind,
                        parent=parent,
                        recent=recent,
                        title=title,
                        state="new",
                        listed=0,
                        interval=BOUNDS[kind].first,
                        due_at=None if kind == "page" else now,
                        failures=0,
                        added_at=now,
                    )
                )
            elif parent is None:
                # Asked for by name: visited now, whole, whatever led to it before.
                connection.execute(
                    update(sources)
                    .where(sources.c.id == known.id)
                    .values(
                        kind=kind,
                        recent=recent,
                        state="active" if known.state == "paused" else known.state,
                        due_at=None if kind == "page" else now,
                        etag=known.etag if known.kind == kind and known.recent == recent else None,
                        last_modified=known.last_modified if known.kind == kind else None,
                    )
                )
            found = _source(connection.execute(select(sources).where(sources.c.url == url)).one())
        if known is not None and known.state == "paused" and parent is None:
            self.pause(url, paused=False)
        return found

    def make_due(self, source: Source, *, now: datetime) -> None:
        """Have it visited in the next pass."""
        self._update(source, {"due_at": now})

    def depth(self, source: Source) -> int:
        """How many sources led from one that was asked for to this one."""
        depth, parent = 0, source.parent
        with self._database.read() as connection:
            while parent is not None and depth < 10:
                depth += 1
                parent = connection.scalar(select(sources.c.parent).where(sources.c.id == parent))
        return depth

    def find(self, url: str) -> Source | None:
        """The source with this address."""
        with self._database.read() as connection:
            row = connection.execute(select(sources).where(sources.c.url == url)).one_or_none()
            return _source(row) if row else None

    def family(self, roots: Collection[int]) -> set[int]:
        """These sources and all that were found through them."""
        with self._database.read() as connection:
            parents = connection.execute(select(sources.c.id, sources.c.parent)).all()
        found = set(roots)
        grown = True
        while grown:
            children = {row.id for row in parents if row.parent in found}
            grown = not children <= found
            found |= children
        return found

    def claim(
        self, claimant: Claimant, *, now: datetime, most: int, only: Collection[int] | None = None
    ) -> list[Source]:
        """Take sources that are due, of these ``only``, so that nobody else visits them meanwhile."""
        wanted = [sources.c.due_at <= now, sources.c.state != "paused", claimant.may_take(sources, now)]
        if only is not None:
            wanted.append(sources.c.id.in_(only))
        with self._database.write() as connection:
            rows = connection.execute(
                select(sources).where(*wanted).order_by(sources.c.due_at).limit(most)
            ).all()
            if rows:
                connection.execute(
                    update(sources)
                    .where(sources.c.id.in_([row.id for row in rows]))
                    .values(**claimant.claim(now))
                )
            return [_source(row) for row in rows]

    def visited(
        self,
        source: Source,
        fetched: Fetched,
        *,
        changed: bool,
        now: datetime,
        listed: int | None = None,
        title: str | None = None,
    ) -> None:
        """Write down a visit that went well, and when the next one is due."""
        interval = (
            after_visit(source.kind, source.interval, changed=changed)
            if source.checked_at
            else source.interval
        )
        values: dict[str, Any] = {
            "state": "active",
            "interval": interval,
            "due_at": now + timedelta(seconds=interval),
            "checked_at": now,
            "failures": 0,
            "last_error": None,
            **RELEASED,
        }
        if changed:
            values["changed_at"] = now
        if fetched.content is not None:
            values |= {
                "etag": fetched.etag,
                "last_modified": fetched.last_modified,
                "validators_of": fetched.final_url,
                "listed": source.listed if listed is None else listed,
                "title": title or source.title,
            }
        self._update(source, values)

    def failed(self, source: Source, error: SourceError, *, now: datetime) -> None:
        """Write down a visit that failed, and when it is tried again."""
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        pause = isinstance(error, FetchError) and error.kind in {"resting", "busy"}
        failures = source.failures + (0 if pause else 1)
        wait = after_failure(max(1, failures), retry_after=retry_after)
        self._update(
            source,
            {
                "state": "failing",
                "due_at": now + timedelta(seconds=wait),
                "checked_at": now,
                "failures": failures,
                "last_error": error.reason,
                **RELEASED,
            },
        )

    def pause(self, url: str, *, paused: bool) -> bool:
        """Stop or resume the visits to a source, its pages and what was found through it; False: unknown."""
        known = self.find(url)
        if known is None:
            return False
        family = self.family({known.id})
        with self._database.write() as connection:
            state = "paused" if paused else "active"
            connection.execute(update(sources).where(sources.c.id.in_(family)).values(state=state))
        return True

    def articles_of(self, source: Source) -> set[str]:
        """The articles on the pages of a source, and of those found through it, that stand nowhere else."""
        family = self.family({source.id})
        held = select(holdings.c.article).join(pages, pages.c.id == holdings.c.page)
        with self._database.read() as connection:
            here = set(connection.scalars(held.where(pages.c.source.in_(family))))
            return here - set(connection.scalars(held.where(pages.c.source.not_in(family))))

    def remove(self, url: str) -> bool:
        """Forget a source, what was found through it and their pages; articles stay. False: unknown."""
        known = self.find(url)
        if known is None:
            return False
        family = sorted(self.family({known.id}), reverse=True)
        with self._database.write() as connection:
            theirs = select(pages.c.id).where(pages.c.source.in_(family))
            for table in (inbox, holdings):
                connection.execute(delete(table).where(table.c.page.in_(theirs)))
            connection.execute(delete(pages).where(pages.c.source.in_(family)))
            connection.execute(delete(sources).where(sources.c.id.in_(family)))
        return True

    def counts(self) -> list[SourceCounts]:
        """Every source with what became of its pages, in the order they were added."""
        per_state = {
            state: func.sum(case((pages.c.state == state, 1), else_=0))
            for state in ("held", "new", "refused", "gone")
        }
        with self._database.read() as connection:
            rows = connection.execute(select(sources).order_by(sources.c.id)).all()
            found = connection.execute(
                select(pages.c.source, func.count(), *per_state.values()).group_by(pages.c.source)
            ).all()
            alone = connection.execute(
                select(pages, sources.c.id.label("asked_for"))
                .join(sources, (sources.c.id == pages.c.source) | (sources.c.url == pages.c.url))
                .where(sources.c.kind == "page", pages.c.state != "moved")
            ).all()
        visits = {row.asked_for: row for row in alone}
        by_source = {row[0]: [int(each) for each in row[1:]] for row in found}
        return [
            SourceCounts(
                source=_as_visited(_source(row), visits.get(row.id)),
                pages=total,
                held=held,
                waiting=new,
                refused=refused,
                gone=gone,
            )
            for row in rows
            for total, held, new, refused, gone in [by_source.get(row.id, [0] * 5)]
        ]

    def next_due(self) -> datetime | None:
        """When the next source or page is due; None where nothing is."""
        with self._database.read() as connection:
            return soonest(connection)

    def _update(self, source: Source, values: dict[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(update(sources).where(sources.c.id == source.id).values(**values))


def soonest(connection: Connection) -> datetime | None:
    """When the next source or page is due; None where nothing is."""
    moments = [
        connection.scalar(select(func.min(sources.c.due_at)).where(sources.c.state != "paused")),
        connection.scalar(select(func.min(pages.c.due_at)).where(pages.c.source.not_in(PAUSED))),
    ]
    return min((zoned(each) for each in moments if each is not None), default=None)


def _as_visited(source: Source, page: Row[Any] | None) -> Source:
    """A source that is a single page, as the visits to that page say."""
    if page is None:
        return source
    state = "failing" if page.failures or page.last_error else "active" if page.fetched_at else "new"
    return replace(
        source,
        state="paused" if source.state == "paused" else state,
        interval=page.interval,
        due_at=zoned(page.due_at) if page.due_at else None,
        checked_at=zoned(page.fetched_at) if page.fetched_at else None,
        changed_at=zoned(page.changed_at) if page.changed_at else None,
        failures=page.failures,
        last_error=page.last_error,
    )


def _source(row: Row[Any]) -> Source:
    times = {
        name: zoned(value) if (value := getattr(row, name)) else None
        for name in ("due_at", "checked_at", "changed_at", "added_at")
    }
    return Source(
        id=row.id,
        url=row.url,
        kind=cast("SourceKind", row.kind),
        parent=row.parent,
        recent=bool(row.recent),
        title=row.title,
        state=row.state,
        listed=row.listed,
        etag=row.etag,
        last_modified=row.last_modified,
        validators_of=row.validators_of,
        interval=row.interval,
        failures=row.failures,
        last_error=row.last_error,
        **times,
    )


def _iso(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None
