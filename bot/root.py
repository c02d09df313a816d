"""The composition root: builds every object from the settings, each at its first use, nothing at import."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import ServiceError
from bot.fetching import log_retries
from bot.settings import Settings, plain
from index.errors import StoreAway
from index.store.lock import OwnerLock

if TYPE_CHECKING:
    from datetime import date

    from bot.owner import RunningService
    from bot.web.links import PassageLinks
    from index.article import Failure
    from index.embed import Embedder
    from index.figures.store import FigureStore
    from index.indexer import AddReport, Indexed, Indexer
    from index.precision import Precision
    from index.store.allowance import Allowance
    from index.store.database import Database
    from index.store.dense import DenseIndex
    from index.store.lexical import LexicalIndex
    from index.store.reading import Reader
    from retrieval.answer import Answer
    from retrieval.answerer import Answerer
    from retrieval.generate.client import Client
    from retrieval.generate.writer import Asked
    from retrieval.rerank import Reranker

PATIENCE = 2.0
"""Seconds for which a question waits for another command to let go of the home."""


class Collection:
    """The stores open for indexing and for answering, while this process owns them."""

    def __init__(
        self, root: "Root", *, dense: "DenseIndex", lexical: "LexicalIndex", lineage: str = ""
    ) -> None:
        self._root = root
        self.lineage = lineage
        """See `index.store.states.lineage`; empty where no store is a server."""
        self.dense = dense
        self.lexical = lexical

    @cached_property
    def indexer(self) -> "Indexer":
        """What takes articles in."""
        from index.indexer import Indexer

        root = self._root
        return Indexer(root.database, embedder=root.embedder, dense=self.dense, lexical=self.lexical)

    @cached_property
    def answerer(self) -> "Answerer":
        """What answers questions in quotes."""
        from retrieval.answerer import Answerer

        root = self._root
        return Answerer(
            root.reader,
            embedder=root.embedder,
            dense=self.dense,
            lexical=self.lexical,
            reading_room=root.links.to if root.settings.public_url else None,
            figures=root.figures,
            reranker=root.reranker,
        )

    @cached_property
    def answers(self) -> "Asked":
        """What answers questions: in quotes, or in the words of a language model, where one is set."""
        if self._root.language_model is None:
            return self.answerer
        from bot.answering import in_words

        return in_words(self.answerer, self._root, analyze=self.lexical.analyze)


class Root:
    """What a process is made of. ``embedder`` replaces the model, for tests.

    Properties raise the errors of what they open: StoreError for the stores.
    """

    def __init__(self, settings: Settings, *, embedder: "Embedder | None" = None) -> None:
        self.settings = settings
        self._embedder = embedder

    @property
    def home(self) -> Path:
        """The folder of everything that this installation keeps."""
        return self.settings.home

    @cached_property
    def database(self) -> "Database":
        """The database, its schema up to date."""
        from index.store.database import Database

        if self.settings.shares_stores:
            log_retries()
        return Database(self.settings.database_url)

    @cached_property
    def figures(self) -> "FigureStore":
        """The official figures as they stand now; a database without imported ones is not opened for them.

        A service, which must see what is imported while it runs, builds ``FigureStore(root.database)``.
        """
        from index.figures.store import FigureStore

        return FigureStore(self.database if _holds_figures(self.settings.database_url) else None)

    @cached_property
    def reader(self) -> "Reader":
        """The collection as readers see it; needs no lock."""
        from index.store.reading import Reader

        return Reader(self.database)

    @cached_property
    def reranker(self) -> "Reranker | None":
        """The cross-encoder that looks at quotes again, None where none is set."""
        if not self.settings.reranker:
            return None
        from retrieval.rerank import CrossEncoderReranker

        return CrossEncoderReranker(self.settings.reranker)

    @cached_property
    def language_model(self) -> "Client | None":
        """The language model that writes answers, None where none is set."""
        settings = self.settings
        if not settings.llm_url or not settings.llm_model:
            return None
        from retrieval.generate.client import Client, Endpoint

        key = plain(settings.llm_api_key)
        return Client(
            Endpoint(
                url=settings.llm_url,
                model=settings.llm_model,
                key=key,
                first=settings.llm_first_seconds,
                whole=settings.llm_seconds,
            )
        )

    @cached_property
    def allowance(self) -> "Allowance":
        """What language models may take, and what they took."""
        from index.store.allowance import Allowance, Prices

        prompt, completion = self.settings.model_prices
        prices = Prices(prompt=prompt, completion=completion)
        return Allowance(self.database, daily=self.settings.llm_daily_tokens, prices=prices)

    @cached_property
    def links(self) -> "PassageLinks":
        """The addresses of passages in the reading room, whole where the settings say how it is reached."""
        from bot.web.links import PassageLinks, web_key

        key = web_key(self.home, plain(self.settings.secret))
        return PassageLinks(key, base=self.settings.public_url or "")

    @cached_property
    def embedder(self) -> "Embedder":
        """The embedding model, loaded at its first use."""
        from index.embed import SentenceTransformerEmbedder

        return self._embedder or SentenceTransformerEmbedder(
            self.settings.embedding_model, precision=self._precision()
        )

    @contextmanager
    def collection(self, *, purpose: str, wait: float = 0.0) -> Iterator[Collection]:
        """Own the home and open its stores; ``purpose`` tells others who does, ``wait`` seconds for the lock.

        With a Chroma server there is nothing that only one process may hold.

        Raises:
            StoreHeld: another process owns the home.
            StoreError: a store cannot be opened.
        """
        if self.settings.chroma_url:
            with self.opened() as collection:
                yield collection
        else:
            with OwnerLock(self.home, purpose=purpose, wait=wait), self.opened() as collection:
                yield collection

    @contextmanager
    def opened(self) -> Iterator[Collection]:
        """The stores open, for whoever owns the home already.

        Raises:
            StoreError: a store cannot be opened.
        """
        from index.store.dense import DenseIndex
        from index.store.lexical import LexicalIndex
        from index.store.states import lineage

        kept = lineage(self.database) if self.settings.shares_stores else ""
        dense = DenseIndex(
            self.settings.chroma_url or self.home / "chroma",
            model=self.embedder.model,
            lineage=kept,
            token=plain(self.settings.chroma_token),
        )
        lexical = LexicalIndex(self.home / "words" / kept, shared=bool(self.settings.chroma_url))
        try:
            yield Collection(self, dense=dense, lexical=lexical, lineage=kept)
        finally:
            dense.close()
            lexical.close()

    @contextmanager
    def answering(self, *, purpose: str, kept: bool = True) -> "Iterator[Callable[..., Answer]]":
        """What answers questions, as `Answerer.ask` does, the collection up to date; ``kept`` records gaps.

        A service that runs here is asked; without one the stores are opened.

        Raises:
            StoreHeld: another process owns the home.
            StoreError: a store cannot be opened.
            ServiceError: the service does not answer.
        """
        from bot.owner import running

        if service := running(self.home):
            yield _through(service, kept=kept)
            return
        with self.collection(purpose=purpose, wait=PATIENCE) as collection:
            with suppress(StoreAway):  # an answer from words alone says so
                collection.indexer.recover()

            def ask(question: str, **options: Any) -> "Answer":
                answer = collection.answers.ask(question, **options)
                if kept:
                    self._record(answer)
                return answer

            yield ask

    def add_urls(
        self, urls: Sequence[str], collection: Collection, *, each: "Callable[[Indexed | Failure], None]"
    ) -> "AddReport":
        """Make these addresses sources, and take in what they list now.

        Raises:
            StoreError, ModelError: the collection failed; what was told stays.
        """
        import asyncio

        from bot.fetching import fetcher
        from index.collect.collector import Collector

        alone = not self.settings.shares_stores

        async def collect() -> "AddReport":
            async with fetcher(self.settings) as web:
                collector = Collector(self.database, web, collection.indexer, alone=alone)
                return (await collector.add(urls, each=each)).articles

        return asyncio.run(collect())

    def gaps(self) -> list[dict[str, Any]]:
        """Questions that found no answer, the most frequent first, without who asked."""
        import asyncio

        from bot.desk.questions import Questions
        from bot.desk.workers import Workers

        workers = Workers(self.database)
        found = asyncio.run(Questions(workers).gaps())
        workers.close()
        return [
            {
                "question": gap.question,
                "asked": gap.times,
                "last": gap.last.isoformat(),
                "refusal": gap.refusal,
            }
            for gap in found
        ]

    def _record(self, answer: "Answer") -> None:
        """Keep a question of the command line as those of the chats are kept."""
        import asyncio
        from datetime import UTC, datetime
        from uuid import uuid4

        from bot.desk.questions import Questions
        from bot.desk.records import Person, Place, Request
        from bot.desk.workers import Workers

        workers = Workers(self.database)
        name = uuid4().hex[:16]
        request = Request(
            key=f"terminal:{name}",
            kind="ask",
            person=Person(platform="terminal", user="local"),
            place=Place(platform="terminal", workspace="", channel="terminal", direct=True),
            text=answer.question,
            asked_at=datetime.now(UTC),
        )
        asyncio.run(Questions(workers).keep(request, name, answer, private=True))
        workers.close()

    def close(self) -> None:
        """Let go of what was opened."""
        if (client := self.__dict__.get("language_model")) is not None:
            client.close()
        if "database" in self.__dict__:
            self.database.close()

    def _precision(self) -> "Precision":
        """The precision set, or the faster one, which is timed once and remembered by processor."""
        if self.settings.precision != "auto":
            return self.settings.precision
        from index.precision import faster_precision, processor
        from index.store.states import remembered

        name = f"precision {processor()}"[:64]
        found = remembered(self.database, name, faster_precision)
        return "bfloat16" if found == "bfloat16" else "float32"


def _through(service: "RunningService", *, kept: bool) -> "Callable[..., Answer]":
    """Asks a service; what is asked with ``turns`` is one conversation."""
    from uuid import uuid4

    conversation = uuid4().hex

    def ask(
        question: str,
        *,
        id: str,  # noqa: A002 - the contract's word
        as_of: "date | None" = None,
        told: "Callable[[str], None] | None" = None,
        **options: Any,
    ) -> "Answer":
        from retrieval.restored import restored

        asked = {
            "question": question,
            "id": id,
            "as_of": as_of.isoformat() if as_of else None,
            "conversation": conversation if "turns" in options else "",
            "keep": kept,
        }
        if told is None:
            return restored(service.post("/api/ask", asked))
        body = json.dumps({**asked, "stream": True}).encode()
        for record in service.lines("/api/ask", body, kind="application/json"):
            if "answer" in record:
                return restored(record["answer"])
            if "error" in record:
                raise ServiceError(record["error"])
            told(record["line"])
        raise ServiceError("The service stopped in the middle of an answer.")

    return ask


def _holds_figures(url: str) -> bool:
    """Whether editions may have been imported; asked of SQLite itself, which spares 0.2 s of imports."""
    file = url.removeprefix("sqlite:///")
    if file == url:
        return True
    if not Path(file).exists():
        return False
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM editions LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return True  # an older schema, or a broken file: whoever opens it will say
