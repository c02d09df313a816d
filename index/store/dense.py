"""Vectors for dense search, in Chroma: embedded in a folder, or a server by address."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import StoreError

if TYPE_CHECKING:
    from index.embed import Vectors

_GRAPH = {"space": "cosine", "ef_construction": 128, "max_neighbors": 16, "ef_search": 200}
_ROWS_A_CALL = 2000  # a Chroma server refuses more than 5,461


class DenseIndex:
    """One model's vectors by passage number, and the number of the last change taken in.

    ``place`` is a folder, or the address of a Chroma server.

    Exactly one process at a time may hold an embedded folder (`index.store.lock`); a second one would lose
    vectors or crash. Inside the process any number of threads may search beside one that writes.

    Raises:
        StoreError: Chroma cannot be opened, reached, read or written, by any method.
    """

    def __init__(self, place: Path | str, *, model: str) -> None:
        self._folder = place if isinstance(place, Path) else None
        self._place = place
        self._name = "passages-" + hashlib.blake2b(model.encode(), digest_size=6).hexdigest()
        self._model = model
        self._client: Any = None
        self._collection: Any = None

    def position(self) -> int:
        """The number of the last change taken in, 0 for none."""
        with self._translated():
            collection = self._open()
            return int((collection.metadata or {}).get("change", 0))

    def take_in(
        self, ids: Sequence[int], vectors: "Vectors", *, dropped: Sequence[int], position: int
    ) -> None:
        """Hold ``vectors`` (float32, shape (ids, dimensions)) under ``ids``, let go of ``dropped``.

        Doing it twice changes nothing, so that a process killed before the position was noted does it again.
        """
        with self._translated():
            collection = self._open()
            for start in range(0, len(ids), _ROWS_A_CALL):
                part = slice(start, start + _ROWS_A_CALL)
                collection.upsert(ids=[str(number) for number in ids[part]], embeddings=vectors[part])
            for start in range(0, len(dropped), _ROWS_A_CALL):
                collection.delete(ids=[str(number) for number in dropped[start : start + _ROWS_A_CALL]])
            collection.modify(metadata={"change": position, "model": self._model})

    def nearest(self, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        """The ``count`` passages nearest to ``vector``, with their cosine, nearest first."""
        with self._translated():
            found = self._open().query(query_embeddings=[vector], n_results=count, include=["distances"])
            return [
                (int(number), 1.0 - distance)
                for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)
            ]

    def ids(self) -> set[int]:
        """Every passage number held."""
        with self._translated():
            collection = self._open()
            total = collection.count()
            found: set[int] = set()
            for offset in range(0, total, 5000):
                page = collection.get(limit=5000, offset=offset, include=[])
                found.update(int(number) for number in page["ids"])
            return found

    def reset(self) -> None:
        """Throw everything away, the damaged folder with it; what it held can be taken in again."""
        with self._translated():
            if self._folder is not None:
                self.close()
                shutil.rmtree(self._folder, ignore_errors=True)
            else:
                self._open()
                self._client.delete_collection(self._name)
                self._collection = None

    def close(self) -> None:
        """Let go of the folder or the connection."""
        if self._client is None:
            return
        self._client.close()
        self._client = self._collection = None
        _forget_systems()

    def _open(self) -> Any:
        if self._collection is None:
            import chromadb
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
            if isinstance(self._place, str):
                self._client = _server_client(self._place, settings)
            else:
                self._place.mkdir(parents=True, exist_ok=True)
                try:
                    self._client = chromadb.PersistentClient(str(self._place), settings=settings)
                except BaseException:
                    _forget_systems()
                    raise
            self._collection = self._client.get_or_create_collection(
                self._name, embedding_function=None, configuration={"hnsw": _GRAPH}
            )
        return self._collection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Chroma raises what it likes, down to a bare Exception for a payload too large: all become ours."""
        kind = "folder" if self._folder else "server at"
        try:
            yield
        except Exception as exc:
            what = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
            raise StoreError(f"The Chroma {kind} {self._place} failed: {what}") from exc


def _forget_systems() -> None:
    """Have Chroma open a folder anew: it keeps those it has opened, also one that failed half-way."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _server_client(url: str, settings: Any) -> Any:
    from urllib.parse import urlsplit

    import chromadb

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        settings=settings,
    )
