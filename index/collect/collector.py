"""The collector: visits sources and pages that are due, and takes in what is new.

Three steps run side by side, each leaving its results in the database before the next begins: lists are read
into pages, pages are fetched into the inbox, the inbox is read into articles. A killed process is resumed by
whoever comes next, from what stands there.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, NoReturn

from index.article import Article, Failure
from index.collect.claims import LEASE, Claimant
from index.collect.fetch import Fetched, Fetcher
from index.collect.intake import Intake, Told, read_page
from index.collect.listings import Listings, Visited
from index.collect.pages import Pages
from index.collect.schedule import GONE_AFTER
from index.collect.sources import Source, Sources
from index.collect.visit import Page, Received, Settled, Verdict, judge
from index.errors import FetchError, IndexingError, SourceError
from index.indexer import AddReport, Indexed
from index.store.database import Database
from index.store.recording import article_id

log = logging.getLogger(__name__)

_BATCH = 128
"""Fetched pages that are taken in as one."""
_FULL = 512
"""Fetched pages waiting to be taken in above which no more are fetched."""
_UNWANTED = "holds an article that was taken out by hand; give its address to have it back"
_ELSEWHERE = "The address now leads to another article."
_OF_A_HOST = 32
"""Pages of one host that are claimed at a time, so that a slow one does not stand in the others' way."""


@dataclass(slots=True, kw_only=True)
class PassReport:
    """What one pass did."""

    lists: int = 0
    """Sources visited."""
    lists_unchanged: int = 0
    fetched: int = 0
    """Pages that came with content."""
    not_modified: int = 0
    """Pages that had not changed."""
    redirected: int = 0
    """Pages that redirects led to, for good or for now."""
    moved: int = 0
    removed: int = 0
    """Articles taken out, since their pages are gone or hold another."""
    put_off: int = 0
    """Pages whose host asked for a pause, or rests."""
    articles: AddReport = field(default_factory=AddReport)
    """What became of the content; its ``failed`` holds every failure of the pass."""

    def as_json(self) -> dict[str, Any]:
        """The contract's form of `communique add`, with the pass's own counts."""
        return self.articles.as_json() | {
            "lists": self.lists,
            "lists_unchanged": self.lists_unchanged,
            "fetched": self.fetched,
            "not_modified": self.not_modified,
            "redirected": self.redirected,
            "moved": self.moved,
            "removed": self.removed,
            "put_off": self.put_off,
        }


@dataclass(slots=True)
class _Pass:
    """A pass under way."""

    claimant: Claimant
    tell: Told
    only: set[int] | None = None
    report: PassReport = field(default_factory=PassReport)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    fetched_all: bool = False

    def fail(self, failure: Failure) -> None:
        self.report.articles.failed.append(failure)
        self.tell(failure)


class Collector:
    """Keeps the collection in step with its sources.

    ``alone`` says that no other process collects into this database, as where this one owns an embedded
    store; then what a killed process had claimed is taken up at once instead of after the lease. ``fetcher``
    and ``intake`` are not closed here; ``clock`` gives the time in UTC::

        async with Fetcher(contact=settings.contact) as fetcher:
            collector = Collector(database, fetcher, indexer, alone=True)
            report = await collector.add(["https://example.org/feed"])
    """

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        intake: Intake,
        *,
        alone: bool = True,
        at_once: int = 16,
        lease: timedelta = LEASE,
        gone_after: timedelta = GONE_AFTER,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sources = Sources(database)
        self.pages = Pages(database)
        self._fetcher = fetcher
        self._intake = intake
        self._alone = alone
        self._at_once = at_once
        self._lease = lease
        self._gone_after = gone_after
        self.now = clock
        self._listings = Listings(fetcher, self.sources, self.pages, clock=clock)
        self._living: set[str] = set()
        self._taking_in = asyncio.Lock()

    async def add(self, urls: Iterable[str], *, each: Told = lambda _: None) -> PassReport:
        """Make these addresses sources, and visit them and all they list now.

        An address may be an article, a feed, a sitemap or a site. ``each`` is called in another thread. What
        they list and was taken in before counts as unchanged, and is looked at again when it is due.

        Raises:
            StoreError, ModelError: the collection failed; what was told stays.
        """
        with self._pass(each) as under_way:
            began, began_at = perf_counter(), self.now()
            roots: set[int] = set()
            for url in urls:
                try:
                    source, visited = await self._listings.register(url, under_way.claimant)
                except SourceError as exc:
                    under_way.fail(Failure(source=url, reason=exc.reason))
                else:
                    roots.add(source.id)
                    under_way.report.lists += source.kind != "page"
                    under_way.report.fetched += source.kind == "page"
                    under_way.report.articles.unchanged += source.kind == "page" and visited.unchanged
                    _tell_all(under_way, visited)
            under_way.only = roots
            if roots:
                await self._run(under_way)
                kept = await asyncio.to_thread(self.pages.kept_since, under_way.only, began_at)
                under_way.report.articles.unchanged += kept
            under_way.report.articles.seconds = perf_counter() - began
            return under_way.report

    async def run_once(
        self, *, only: Collection[int] | None = None, each: Told = lambda _: None
    ) -> PassReport:
        """Visit everything that is due (of these sources ``only``, and of those found through them).

        Raises:
            StoreError, ModelError: the collection failed; what was told stays.
        """
        with self._pass(each) as under_way:
            began = perf_counter()
            under_way.only = None if only is None else set(only)
            await self._run(under_way)
            under_way.report.articles.seconds = perf_counter() - began
            return under_way.report

    async def run(self, *, longest_pause: float = 60.0) -> NoReturn:
        """Pass after pass until cancelled; an error of a store is logged and the pass tried again later."""
        while True:
            pause = longest_pause
            try:
                report = await self.run_once()
                due = await asyncio.to_thread(self.sources.next_due)
                log.info("collected", extra=report.as_json() | {"failed": len(report.articles.failed)})
            except IndexingError:
                log.exception("a pass of the collector failed")
            else:
                if due is not None:
                    pause = min(max((due - self.now()).total_seconds(), 1.0), longest_pause)
            await asyncio.sleep(pause)

    @contextmanager
    def _pass(self, tell: Told) -> Iterator[_Pass]:
        name = Claimant().name
        self._living.add(name)
        try:
            yield _Pass(
                Claimant(name=name, lease=self._lease, living=self._living if self._alone else None), tell
            )
        finally:
            self._living.discard(name)

    async def _run(self, under_way: _Pass) -> None:
        """Lists first, then pages, while what was fetched is taken in beside."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._take_in_all(under_way))
                await self._read_lists(under_way)
                await self._fetch_pages(under_way)
                under_way.fetched_all = True
                under_way.arrived.set()
        except BaseExceptionGroup as group:
            errors = group.split(IndexingError)
            if errors[1] is None and errors[0] is not None:
                raise errors[0].exceptions[0] from group
            raise

    async def _read_lists(self, under_way: _Pass) -> None:
        async def visit(source: Source) -> None:
            try:
                visited = await self._listings.visit(source)
            except SourceError as exc:
                under_way.fail(Failure(source=source.url, reason=exc.reason))
            else:
                under_way.report.lists_unchanged += visited.unchanged
                _tell_all(under_way, visited)
            under_way.report.lists += 1

        while True:
            if under_way.only is not None:
                under_way.only = await asyncio.to_thread(self.sources.family, under_way.only)
            claimed = await asyncio.to_thread(
                self.sources.claim,
                under_way.claimant,
                now=self.now(),
                most=self._at_once,
                only=under_way.only,
            )
            if not claimed:
                return
            await asyncio.gather(*(visit(source) for source in claimed))

    async def _fetch_pages(self, under_way: _Pass) -> None:
        """Keep ``at_once`` fetches under way until nothing is due, writing down what comes as it comes."""
        waiting: list[Page] = []
        running: dict[asyncio.Task[tuple[Page, Fetched | FetchError]], Page] = {}
        exhausted = False
        try:
            while True:
                if len(waiting) + len(running) < self._at_once and not exhausted:
                    waiting += await self._claim_pages(under_way, [*waiting, *running.values()])
                    exhausted = not waiting and not running
                while waiting and len(running) < self._at_once:
                    page = waiting.pop(0)
                    running[asyncio.create_task(self._fetch(page))] = page
                if not running:
                    return
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                await self._write(under_way, [task.result() for task in done])
        finally:
            for task in running:
                task.cancel()

    async def _claim_pages(self, under_way: _Pass, mine: list[Page]) -> list[Page]:
        while await asyncio.to_thread(self.pages.waiting) > _FULL:
            under_way.arrived.set()
            await asyncio.sleep(0.2)
        hosts = [page.host for page in mine]
        return await asyncio.to_thread(
            self.pages.claim,
            under_way.claimant,
            now=self.now(),
            most=2 * self._at_once,
            most_of_a_host=_OF_A_HOST,
            without_hosts={host for host in hosts if hosts.count(host) >= _OF_A_HOST},
            only=under_way.only,
        )

    async def _fetch(self, page: Page) -> tuple[Page, Fetched | FetchError]:
        # What held no article may have come wrong; by its ETag alone the site would never send it again.
        known = page.state == "held"
        try:
            return page, await self._fetcher.fetch(
                page.url,
                etag=page.etag if known else None,
                last_modified=page.last_modified if known else None,
                validators_of=page.validators_of,
            )
        except FetchError as exc:
            return page, exc

    async def _write(self, under_way: _Pass, came: list[tuple[Page, Fetched | FetchError]]) -> None:
        now = self.now()
        verdicts: list[tuple[Page, Verdict]] = [
            (page, judge(page, what, now=now, gone_after=self._gone_after)) for page, what in came
        ]
        report = under_way.report
        report.removed += len(await asyncio.to_thread(self.pages.write, verdicts, now=now))
        report.redirected += sum(isinstance(what, Fetched) and bool(what.redirects) for _, what in came)
        for page, verdict in verdicts:
            report.fetched += verdict.outcome == "received"
            report.not_modified += verdict.outcome == "unchanged"
            report.articles.unchanged += verdict.outcome == "unchanged" and page.state == "held"
            report.put_off += verdict.outcome == "put off"
            report.moved += verdict.moved_to is not None and not verdict.to_be_seen
            if verdict.reason is not None:
                under_way.fail(Failure(source=page.url, reason=verdict.reason))
        under_way.arrived.set()

    async def _take_in_all(self, under_way: _Pass) -> None:
        while True:
            last = under_way.fetched_all
            under_way.arrived.clear()
            async with self._taking_in:
                batch = await asyncio.to_thread(
                    self.pages.received, under_way.claimant, now=self.now(), most=_BATCH
                )
                if batch:
                    await asyncio.to_thread(self._take_in, batch, under_way)
            if not batch:
                if last:
                    return
                await under_way.arrived.wait()

    def _take_in(self, batch: list[Received], under_way: _Pass) -> None:
        """Read a batch for articles, index them, and write down what each page holds.

        Runs in a thread of its own.
        """
        found: dict[int, list[str]] = {received.page.id: [] for received in batch}
        failures: dict[int, Failure] = {}
        unwanted = self.pages.withheld()
        changed: set[str] = set()

        def articles() -> Iterator[Article | Failure]:
            for received in batch:
                for each in read_page(received):
                    if isinstance(each, Failure):
                        failures[received.page.id] = each
                    elif article_id(each.identity) in unwanted:
                        failures[received.page.id] = Failure(source=each.source, reason=_UNWANTED)
                        continue
                    elif self._leads_elsewhere(received, each):
                        failures[received.page.id] = Failure(source=each.source, reason=_ELSEWHERE, gone=True)
                        continue
                    else:
                        found[received.page.id].append(article_id(each.identity))
                    yield each

        def told(one: Indexed | Failure) -> None:
            if isinstance(one, Indexed) and one.outcome != "unchanged":
                changed.add(one.id)
            under_way.tell(one)

        under_way.report.articles += self._intake.add(articles(), each=told)
        settled = [
            Settled(
                received=received,
                articles=tuple(dict.fromkeys(found[received.page.id])),
                changed=not changed.isdisjoint(found[received.page.id]),
                reason=failure.reason if (failure := failures.get(received.page.id)) else None,
                gone=failure is not None and failure.gone,
            )
            for received in batch
        ]
        removed = self.pages.settle(settled, now=self.now(), gone_after=self._gone_after)
        under_way.report.removed += len(removed)
        under_way.report.moved += sum(bool(one.received.moved_to and one.articles) for one in settled)
        if removed:
            self._intake.recover()

    def _leads_elsewhere(self, received: Received, article: Article) -> bool:
        """Whether a page that held an article now redirects to another one."""
        if received.page.state != "held" or received.final_url == received.page.url:
            return False
        return self.pages.held_otherwise(received.page.id, article)


def _tell_all(under_way: _Pass, visited: Visited) -> None:
    for failure in visited.failures:
        under_way.fail(failure)
