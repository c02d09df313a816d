"""The pages in the database: which are due, what came of each visit, which articles stand on them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, case, delete, exists, func, insert, select, update

from index.article import Article
from index.collect.claims import RELEASED, Claimant, zoned
from index.collect.feeds import Item
from index.collect.fetch import Fetched
from index.collect.schedule import BOUNDS, GONE_AFTER
from index.collect.tables import PAUSED, holdings, inbox, pages
from index.collect.visit import Page, Received, Settled, Verdict, after_reading, tells_the_same
from index.extract.dates import Moment
from index.extract.urls import canonical_url
from index.store.database import Database
from index.store.history import versions_of
from index.store.recording import article_id, remove

_LOOKUP = 500  # values in one IN list


class Pages:
    """Reads and writes the table of pages. All methods raise StoreError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_listed(self, source: int, items: Iterable[Item], *, now: datetime) -> int:
        """Take note of what a source lists; how many entries are new or say that they have changed.

        What is new is due at once, and so is what says it was modified after what was said before.
        """
        wanted = {item.url: item for item in items}
        urls = list(wanted)
        news = 0
        for start in range(0, len(urls), _LOOKUP):
            chunk = urls[start : start + _LOOKUP]
            with self._database.write() as connection:
                rows = connection.execute(
                    select(pages.c.id, pages.c.url, pages.c.listed_modified, pages.c.state).where(
                        pages.c.url.in_(chunk)
                    )
                ).all()
                known = {row.url for row in rows}
                fresh = [_new_page(wanted[url], source, now) for url in chunk if url not in known]
                if fresh:
                    connection.execute(insert(pages), fresh)
                news += len(fresh) + sum(
                    _note_modified(connection, row, wanted[row.url], now) for row in rows
                )
        return news

    def claim(
        self,
        claimant: Claimant,
        *,
        now: datetime,
        most: int,
        most_of_a_host: int,
        without_hosts: Collection[str] = (),
        only: Collection[int] | None = None,
    ) -> list[Page]:
        """Take pages that are due, of these ``only`` sources; first the never tried, lest one kill us again.

        A page that was fetched and waits to be taken in is not due.
        """
        wanted = [
            pages.c.due_at <= now,
            claimant.may_take(pages, now),
            pages.c.source.not_in(PAUSED),
            ~exists().where(inbox.c.page == pages.c.id),
        ]
        if without_hosts:
            wanted.append(pages.c.host.not_in(without_hosts))
        if only is not None:
            wanted.append(pages.c.source.in_(only))
        order = (pages.c.attempts, pages.c.due_at, pages.c.id)
        place = func.row_number().over(partition_by=pages.c.host, order_by=order).label("place")
        ranked = select(pages.c.id, place).where(*wanted).subquery()
        with self._database.write() as connection:
            rows = connection.execute(
                select(pages)
                .join(ranked, ranked.c.id == pages.c.id)
                .where(ranked.c.place <= most_of_a_host)
                .order_by(*order)
                .limit(most)
            ).all()
            _claim(connection, claimant, [row.id for row in rows], now)
            return [_page(row) for row in rows]

    def claim_one(self, claimant: Claimant, url: str, source: int, *, now: datetime) -> Page | None:
        """Take this page, due or not; one that is unknown is added to ``source``. None: it is another's.

        What was withheld is wanted again.
        """
        with self._database.write() as connection:
            if connection.scalar(select(pages.c.id).where(pages.c.url == url)) is None:
                connection.execute(insert(pages).values(**_new_page(Item(url=url), source, now)))
            _want_again(connection, url)
            row = connection.execute(
                select(pages).where(pages.c.url == url, claimant.may_take(pages, now))
            ).one_or_none()
            if row is None:
                return None
            _claim(connection, claimant, [row.id], now)
            return _page(row)

    def write(self, verdicts: Sequence[tuple[Page, Verdict]], *, now: datetime) -> list[str]:
        """Write down what came of visits, in one transaction; the articles that it took out."""
        removed: list[str] = []
        with self._database.write() as connection:
            for page, verdict in verdicts:
                target = page.id
                if verdict.moved_to is not None and not verdict.to_be_seen:
                    target = _move(connection, page, verdict.moved_to, now)
                values: dict[str, Any] = {**verdict.values, "fetched_at": now}
                if verdict.received is None:
                    values |= {**RELEASED, "attempts": 0}
                else:
                    _receive(connection, target, verdict, verdict.received, now)
                connection.execute(update(pages).where(pages.c.id == target).values(**values))
                if verdict.gone:
                    removed += _let_go(connection, target, keep=())
        return removed

    def received(self, claimant: Claimant, *, now: datetime, most: int) -> list[Received]:
        """What this claimant fetched, or somebody who did not come to take it in; the oldest first."""
        mine = (pages.c.claimed_by == claimant.name) | claimant.may_take(pages, now)
        with self._database.write() as connection:
            rows = connection.execute(
                select(pages, inbox.c.content, inbox.c.content_type, inbox.c.final_url, inbox.c.moved_to)
                .join(inbox, inbox.c.page == pages.c.id)
                .where(mine)
                .order_by(inbox.c.received_at, pages.c.id)
                .limit(most)
            ).all()
            _claim(connection, claimant, [row.id for row in rows], now)
        return [
            Received(
                page=_page(row),
                content=row.content,
                content_type=row.content_type,
                final_url=row.final_url,
                moved_to=row.moved_to,
            )
            for row in rows
        ]

    def withhold(self, article: str, *, reason: str) -> None:
        """Do not visit the pages of an article any more: somebody does not want it in the collection.

        Whatever else leads to it later, it is not taken in, until one of its pages is asked for by name.
        """
        theirs = select(holdings.c.page).where(holdings.c.article == article)
        with self._database.write() as connection:
            connection.execute(delete(inbox).where(inbox.c.page.in_(theirs)))
            connection.execute(
                update(pages)
                .where(pages.c.id.in_(theirs))
                .values(state="withheld", due_at=None, last_error=reason, **RELEASED)
            )

    def withheld(self) -> set[str]:
        """The articles that are not wanted."""
        query = select(holdings.c.article).join(pages, pages.c.id == holdings.c.page)
        with self._database.read() as connection:
            return set(connection.scalars(query.where(pages.c.state == "withheld")))

    def on_pages(self) -> set[str]:
        """The articles that stand on pages, as against those of files."""
        with self._database.read() as connection:
            return set(connection.scalars(select(holdings.c.article).distinct()))

    def held_otherwise(self, page: int, article: Article) -> bool:
        """Whether other articles stand on the page, none of which ``article`` is, perhaps edited."""
        with self._database.read() as connection:
            held = _held(connection, page)
            before = [(kept[-1].title, kept[-1].text) for kept in versions_of(connection, held).values()]
        if not before or article_id(article.identity) in held:
            return False
        return not tells_the_same(article, before)

    def kept_since(self, sources: Collection[int], since: datetime) -> int:
        """How many pages of these sources hold an article and have not been visited since."""
        with self._database.read() as connection:
            held = (pages.c.state == "held") & pages.c.source.in_(sources) & (pages.c.fetched_at < since)
            return int(connection.scalar(select(func.count()).where(held)) or 0)

    def waiting(self) -> int:
        """How many fetched pages wait to be taken in."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(inbox)) or 0)

    def settle(
        self, settled: Sequence[Settled], *, now: datetime, gone_after: timedelta = GONE_AFTER
    ) -> list[str]:
        """Write down what pages hold, in one transaction; the articles that it took out."""
        removed: list[str] = []
        with self._database.write() as connection:
            for one in settled:
                page = one.received.page
                target, validators = page.id, dict[str, Any]()
                if one.articles:
                    if one.received.moved_to:
                        target = _move(connection, page, one.received.moved_to, now)
                        validators = {"etag": page.etag, "last_modified": page.last_modified}
                        validators["validators_of"] = page.validators_of
                    removed += _let_go(connection, target, keep=one.articles)
                    _hold(connection, target, one.articles)
                held = bool(_held(connection, target))
                values = validators | after_reading(one, held=held, now=now, gone_after=gone_after)
                if values["state"] == "gone":
                    removed += _let_go(connection, target, keep=())
                connection.execute(
                    update(pages)
                    .where(pages.c.id == target, pages.c.state != "withheld")
                    .values(**values, attempts=0, **RELEASED)
                )
                connection.execute(delete(inbox).where(inbox.c.page == page.id))
        return removed


def listed_moment(page: Page) -> Moment | None:
    """When the list says that the page's article appeared."""
    said = page.listed.get("published")
    if said is None:
        return None
    at = datetime.fromisoformat(said) if "T" in said else None
    return Moment(at.date() if at else date.fromisoformat(said), at, page.listed.get("evidence", said))


def _claim(connection: Connection, claimant: Claimant, identifiers: Sequence[int], now: datetime) -> None:
    for start in range(0, len(identifiers), _LOOKUP):
        connection.execute(
            update(pages)
            .where(pages.c.id.in_(identifiers[start : start + _LOOKUP]))
            .values(attempts=pages.c.attempts + 1, **claimant.claim(now))
        )


def _want_again(connection: Connection, url: str) -> None:
    """Lift what keeps the articles of this page out, also from their other pages."""
    here = select(pages.c.id).where(pages.c.url == url, pages.c.state == "withheld")
    articles = connection.scalars(select(holdings.c.article).where(holdings.c.page.in_(here))).all()
    theirs = list(connection.scalars(select(holdings.c.page).where(holdings.c.article.in_(articles))))
    if theirs:
        connection.execute(delete(holdings).where(holdings.c.page.in_(theirs)))
        connection.execute(
            update(pages)
            .where(pages.c.id.in_(theirs), pages.c.state == "withheld")
            .values(state="new", etag=None, last_modified=None, content_hash=None, last_error=None)
        )


def _new_page(item: Item, source: int, now: datetime) -> dict[str, Any]:
    listed: dict[str, str] = {}
    if item.title:
        listed["title"] = item.title
    if item.published:
        at = item.published.at
        listed |= {"published": at.isoformat() if at else item.published.day.isoformat()}
        listed |= {"evidence": item.published.evidence}
    return {
        "url": item.url,
        "host": (urlsplit(item.url).hostname or "")[:255],
        "source": source,
        "state": "new",
        "listed": listed,
        "listed_modified": _stamp(item.modified),
        "interval": BOUNDS["page"].first,
        "due_at": now,
        "attempts": 0,
        "failures": 0,
    }


def _note_modified(connection: Connection, row: Any, item: Item, now: datetime) -> int:
    said = _stamp(item.modified)
    if said is None or said == row.listed_modified or row.state in {"moved", "withheld"}:
        return 0
    later = row.listed_modified is not None and said > row.listed_modified
    values: dict[str, Any] = {"listed_modified": max(said, row.listed_modified or "")}
    if later:
        values["due_at"] = now
    connection.execute(update(pages).where(pages.c.id == row.id).values(**values))
    return int(later)


def _stamp(moment: Moment | None) -> str | None:
    """A moment as text that sorts by time."""
    if moment is None:
        return None
    at = moment.at or datetime.combine(moment.day, time.min, UTC)
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _move(connection: Connection, page: Page, moved_to: str, now: datetime) -> int:
    """Hand a page's articles and its claim on to its new address; returns the page there."""
    there = select(pages.c.id).where(pages.c.url == moved_to)
    target: int | None = connection.scalar(there)
    if target is None:
        row = _new_page(Item(url=moved_to), page.source, now) | {"listed": page.listed, "state": page.state}
        connection.execute(insert(pages).values(**row))
        target = connection.scalar(there)
    assert target is not None  # noqa: S101 - it was inserted where it was missing
    owner, until = connection.execute(
        select(pages.c.claimed_by, pages.c.claimed_until).where(pages.c.id == page.id)
    ).one()
    values: dict[str, Any] = {"claimed_by": owner, "claimed_until": until}
    articles = _held(connection, page.id)
    connection.execute(delete(holdings).where(holdings.c.page == page.id))
    if articles:
        _hold(connection, target, articles)
        values["state"] = case((pages.c.state == "withheld", "withheld"), else_="held")
    connection.execute(update(pages).where(pages.c.id == target).values(**values))
    gone = {
        "state": "moved",
        "due_at": None,
        "fetched_at": now,
        "attempts": 0,
        "last_error": None,
        **RELEASED,
    }
    connection.execute(update(pages).where(pages.c.id == page.id).values(**gone))
    return target


def _receive(connection: Connection, page: int, verdict: Verdict, fetched: Fetched, now: datetime) -> None:
    connection.execute(delete(inbox).where(inbox.c.page == page))
    connection.execute(
        insert(inbox).values(
            page=page,
            content=fetched.content,
            content_type=fetched.content_type,
            final_url=canonical_url(fetched.final_url) or fetched.final_url,
            moved_to=verdict.moved_to if verdict.to_be_seen else None,
            received_at=now,
        )
    )


def _held(connection: Connection, page: int) -> list[str]:
    return list(connection.scalars(select(holdings.c.article).where(holdings.c.page == page)))


def _hold(connection: Connection, page: int, articles: Iterable[str]) -> None:
    missing = set(articles).difference(_held(connection, page))
    if missing:
        connection.execute(
            insert(holdings), [{"page": page, "article": article} for article in sorted(missing)]
        )


def _let_go(connection: Connection, page: int, *, keep: Collection[str]) -> list[str]:
    """Take from a page the articles it no longer holds, and out of answers those that stand nowhere else."""
    lost = [article for article in _held(connection, page) if article not in keep]
    removed = []
    for article in lost:
        connection.execute(delete(holdings).where(holdings.c.page == page, holdings.c.article == article))
        if not connection.scalar(select(func.count()).where(holdings.c.article == article)):
            remove(connection, article, purge=False)
            removed.append(article)
    return removed


def _page(row: Row[Any]) -> Page:
    return Page(
        id=row.id,
        url=row.url,
        host=row.host,
        source=row.source,
        state=row.state,
        listed=dict(row.listed),
        content_hash=row.content_hash,
        etag=row.etag,
        last_modified=row.last_modified,
        validators_of=row.validators_of,
        interval=row.interval,
        gone_since=zoned(row.gone_since) if row.gone_since else None,
        failures=row.failures,
    )
