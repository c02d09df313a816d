"""The composition root: builds every object from the settings, each at its first use, nothing at import."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from index.store.lock import OwnerLock

if TYPE_CHECKING:
    from index.embed import Embedder, Precision
    from index.figures.store import FigureStore
    from index.indexer import Indexer
    from index.store.database import Database
    from index.store.dense import DenseIndex
    from index.store.lexical import LexicalIndex
    from index.store.reading import Reader
    from retrieval.answerer import Answerer


@dataclass(frozen=True, slots=True)
class Collection:
    """The stores open for indexing and for answering, while this process owns them."""

    indexer: "Indexer"
    answerer: "Answerer"
    dense: "DenseIndex"
    lexical: "LexicalIndex"


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

        return Database(self.settings.database_url)

    @cached_property
    def figures(self) -> "FigureStore":
        """The official figures. No database is made for them: where there is none, nothing was imported."""
        from index.figures.store import FigureStore

        file = self.settings.database_url.removeprefix("sqlite:///")
        there = file == self.settings.database_url or Path(file).exists()
        return FigureStore(self.database if there else None)

    @cached_property
    def reader(self) -> "Reader":
        """The collection as readers see it; needs no lock."""
        from index.store.reading import Reader

        return Reader(self.database)

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
            with self._open_collection() as collection:
                yield collection
        else:
            with OwnerLock(self.home, purpose=purpose, wait=wait), self._open_collection() as collection:
                yield collection

    @contextmanager
    def _open_collection(self) -> Iterator[Collection]:
        from index.indexer import Indexer
        from index.store.dense import DenseIndex
        from index.store.lexical import LexicalIndex
        from retrieval.answerer import Answerer

        dense = DenseIndex(self.settings.chroma_url or self.home / "chroma", model=self.embedder.model)
        lexical = LexicalIndex(self.home / "words")
        try:
            yield Collection(
                indexer=Indexer(self.database, embedder=self.embedder, dense=dense, lexical=lexical),
                answerer=Answerer(
                    self.reader,
                    embedder=self.embedder,
                    dense=dense,
                    lexical=lexical,
                    public_url=self.settings.public_url,
                ),
                dense=dense,
                lexical=lexical,
            )
        finally:
            dense.close()
            lexical.close()

    def close(self) -> None:
        """Let go of what was opened."""
        if "database" in self.__dict__:
            self.database.close()

    def _precision(self) -> "Precision":
        """The precision set, or the faster one, which is timed once and remembered by processor."""
        if self.settings.precision != "auto":
            return self.settings.precision
        from index.embed import faster_precision, processor
        from index.store.states import remembered

        name = f"precision {processor()}"[:64]
        found = remembered(self.database, name, faster_precision)
        return "bfloat16" if found == "bfloat16" else "float32"
