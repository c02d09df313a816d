"""A whole collection on a home of its own, with the hashing embedder, and articles to put into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import Article, Failure
from index.embed import Embedder
from index.indexer import AddReport, Indexed, Indexer
from index.store import doctor
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.doctor import Checkup
from index.store.lexical import LexicalIndex
from index.store.reading import Reader
from tests.fakes import HashingEmbedder


@dataclass
class Collection:
    """The stores of one home, and what is done with them."""

    home: Path
    database: Database
    dense: DenseIndex
    lexical: LexicalIndex
    embedder: Any
    """An `index.embed.Embedder`; a `HashingEmbedder` where nothing else is said."""

    @property
    def reader(self) -> Reader:
        return Reader(self.database)

    @property
    def indexer(self) -> Indexer:
        return Indexer(self.database, embedder=self.embedder, dense=self.dense, lexical=self.lexical)

    def add(self, *found: Article | Failure) -> AddReport:
        return self.indexer.add(found)

    def outcomes(self, *found: Article | Failure) -> list[str]:
        told: list[str] = []
        self.indexer.add(
            found, each=lambda one: told.append(one.outcome if isinstance(one, Indexed) else "failed")
        )
        return told

    def check(self) -> Checkup:
        return doctor.check(self.database, dense=self.dense, lexical=self.lexical, model=self.embedder.model)

    def repair(self) -> Checkup:
        return doctor.repair(self.database, embedder=self.embedder, dense=self.dense, lexical=self.lexical)

    def titles(self) -> list[str | None]:
        """Of what readers see."""
        return sorted((one.title for one in self.reader.listing()), key=str)

    def found(self, words: str) -> set[str | None]:
        """The titles of what both indexes find for ``words`` and readers may see."""
        weights = dict.fromkeys(self.lexical.analyze(words), 1.0)
        numbers = [number for number, _ in self.lexical.search(weights, count=50)]
        vector = self.embedder.embed_query(words)
        numbers += [number for number, cosine in self.dense.nearest(vector, count=50) if cosine > 0.2]
        shown = self.reader.found(numbers, model=self.embedder.model)
        return {passage.title for passage in shown.values()}

    def close(self) -> None:
        self.dense.close()
        self.lexical.close()
        self.database.close()


@contextmanager
def opened(home: Path, *, url: str | None = None, embedder: Embedder | None = None) -> Iterator[Collection]:
    """The collection in ``home``, its database at ``url``."""
    embedder = embedder or HashingEmbedder()
    collection = Collection(
        home,
        Database(url or f"sqlite:///{home / 'communique.db'}"),
        DenseIndex(home / "chroma", model=embedder.model),
        LexicalIndex(home / "words"),
        embedder,
    )
    try:
        yield collection
    finally:
        collection.close()


def story(name: str, *, sentences: int = 6, **facts: Any) -> Article:
    """An article about ``name``; ``text`` among the facts replaces what it says."""
    text = " ".join(f"{name} reported on ship {n}, and {name} saw it sail." for n in range(sentences))
    given = {"identity": f"https://{name}.example/", "source": f"{name}.txt", "title": f"All of {name}"}
    return Article(**{**given, "text": text, **facts})
