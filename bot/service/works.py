"""The works: everything that serves, put together once the stores are open."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.answering import Answers
from bot.desk import Desk, Limits, Workers
from bot.figures import OfficialFigures
from bot.library import CollectionLibrary
from bot.service.metrics import Gauges, Measured, Metrics
from bot.settings import named
from bot.web.access import Access, access_to
from index.article import Article, Failure
from index.collect.collector import Collector
from index.collect.intake import Told
from index.indexer import AddReport, Indexer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from bot.root import Collection, Root
    from index.collect.fetch import Fetcher


WAITING = 8
"""Answers made at a time where a language model writes them: their threads wait for it most of the time."""


class TakingIn:
    """The indexer for several who take articles in: one call at a time, and none goes on once it is to stop.

    What a call that is to stop has told is kept; the rest of its articles it leaves alone.
    """

    def __init__(self, indexer: Indexer) -> None:
        self.busy = threading.Lock()
        self._indexer = indexer
        self._stopping = threading.Event()

    def add(self, found: Iterable[Article | Failure], *, each: Told = lambda _: None) -> AddReport:
        """See `index.indexer.Indexer.add`."""
        with self.busy:
            return self._indexer.add(self._until_stopped(found), each=each)

    def recover(self) -> None:
        """See `index.indexer.Indexer.recover`."""
        with self.busy:
            self._indexer.recover()

    def stop(self) -> None:
        """Let calls end with the batch they are at."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def _until_stopped(self, found: Iterable[Article | Failure]) -> Iterator[Article | Failure]:
        for one in found:
            if self._stopping.is_set():
                return
            yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """What serves. Lives in the event loop that made it."""

    root: "Root"
    collection: "Collection"
    workers: Workers
    answerer: Measured
    figures: OfficialFigures
    library: CollectionLibrary
    collector: Collector
    intake: TakingIn
    desk: Desk
    access: Access
    metrics: Metrics
    lent: "set[Future[AddReport]]" = field(default_factory=set)
    """What is being done with the collector for threads."""

    async def close(self, *, seconds: float) -> bool:
        """Wait for threads at work; whether all came to an end in time."""

        def wait() -> bool:
            if not self.intake.busy.acquire(timeout=seconds):
                return False
            self.workers.close()
            return True

        try:
            return await asyncio.wait_for(asyncio.to_thread(wait), seconds)
        except TimeoutError:
            return False


def assemble(
    root: "Root", collection: "Collection", fetcher: "Fetcher", metrics: Metrics, *, token: str
) -> Works:
    """Put everything together on open stores, in the loop that serves; ``token`` is the owner's."""
    loop = asyncio.get_running_loop()
    workers = Workers(root.database, computing=WAITING if root.language_model else 0)
    intake = TakingIn(collection.indexer)
    collector = Collector(root.database, fetcher, intake, alone=workers.sole)
    lent: set[Future[AddReport]] = set()
    public = root.settings.public_url

    def collecting(work: Callable[[Collector], Awaitable[AddReport]]) -> AddReport:
        async def run() -> AddReport:
            return await work(collector)

        future = asyncio.run_coroutine_threadsafe(run(), loop)
        lent.add(future)
        try:
            return future.result()
        finally:
            lent.discard(future)

    answerer = Measured(
        Answers(collection.answers, root.reader, root.figures, writes=root.language_model is not None),
        metrics,
    )
    figures = OfficialFigures(root.figures)
    library = CollectionLibrary(root, collection, busy=intake.busy, collecting=collecting)
    desk = Desk(
        workers,
        answerer=answerer,
        library=library,
        figures=figures,
        admins=root.settings.administrators,
        limits=Limits(
            per_person=root.settings.questions_per_person, per_channel=root.settings.questions_per_channel
        ),
        retention_days=root.settings.retention_days,
        tell_recalls=named(root.settings.tell_recalls),
        timezone=root.settings.timezone,
        sign_in=lambda person: access.link(person, public) if public else "",
        model=root.settings.shown_model,
    )
    access = access_to(root, workers, desk, token=token)
    works = Works(
        root=root,
        collection=collection,
        workers=workers,
        answerer=answerer,
        figures=figures,
        library=library,
        collector=collector,
        intake=intake,
        desk=desk,
        access=access,
        metrics=metrics,
        lent=lent,
    )
    metrics.show(lambda: _sizes(works))
    return works


def _sizes(works: Works) -> Gauges:
    """What the collection holds and what waits, asked when the metrics are."""
    counts = works.root.reader.counts()
    states: dict[str, int] = {}
    for one in works.collector.sources.counts():
        states[one.source.state] = states.get(one.source.state, 0) + 1
    return {
        "communique_articles": ("Articles shown.", [({}, counts.articles)]),
        "communique_passages": ("Passages of the articles shown.", [({}, counts.passages)]),
        "communique_vectors": ("Vectors stored.", [({}, counts.vectors)]),
        "communique_articles_undated": ("Articles without a date.", [({}, counts.undated)]),
        "communique_sources": (
            "Sources by state.",
            [({"state": state}, number) for state, number in sorted(states.items())],
        ),
        "communique_pages_waiting": (
            "Fetched pages waiting to be taken in.",
            [({}, works.collector.pages.waiting())],
        ),
        "communique_questions_under_way": (
            "Questions being answered or waiting for it.",
            [({}, works.workers.under_way)],
        ),
    }
