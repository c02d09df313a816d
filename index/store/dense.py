"""Vectors for dense search, in Chroma: embedded in a folder, or a server by address."""

import hashlib
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.errors import StoreAway, StoreError

if TYPE_CHECKING:
    from index.embed import Vectors

T = TypeVar("T")

GRAPH: Mapping[str, Any] = {"space": "cosine", "ef_construction": 128, "max_neighbors": 16, "ef_search": 800}
_ROWS_A_CALL = 2000  # a Chroma server refuses more than 5,461
_REACHING = 5.0  # seconds within which a server takes a connection
_ATTEMPTS = 3
_REST = 5.0  # seconds for which questions do without a server that was just found away
_NOT_LET_IN = (401, 403)
_AWAY = (408, 429, 500, 502, 503, 504)


class DenseIndex:
    """One model's vectors by passage number, and the number of the last change taken in.

    ``lineage`` tells collections on a server that several may use apart (`index.store.states.lineage`).
    ``place`` is a folder, or the address of a Chroma server; ``token`` is sent to the latter with every
    request (``Authorization: Bearer …``), for a proxy in front of it. A server has ``patience`` seconds for
    each reply; what may pass (no connection, one that broke off, a proxy's 502) is tried again twice.
    ``graph`` holds the parameters of Chroma's HNSW, chosen by `make bench`.

    Exactly one process at a time may hold an embedded folder (`index.store.lock`); a second one would lose
    vectors or crash. Inside the process any number of threads may search beside one that writes.

    Raises:
        StoreAway: the server does not answer or refuses the token, by any method.
        StoreError: Chroma cannot be opened, read or written, by any method.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        model: str,
        lineage: str = "",
        token: str = "",
        patience: float = 15.0,
        graph: Mapping[str, Any] = GRAPH,
    ) -> None:
        self._graph = graph
        self._folder = place if isinstance(place, Path) else None
        self._place = place
        self._lineage = lineage
        self._name = f"passages-{hashlib.blake2b(model.encode(), digest_size=6).hexdigest()}"
        self._name += f"-{lineage}" if lineage else ""
        self._model = model
        self._token = token
        self._patience = patience
        self._client: Any = None
        self._collection: Any = None
        self._opening = threading.RLock()
        self._away_until = 0.0
        self.failed = False
        """Whether a search failed since it was last sound or reset, and not because a server was away."""

    def position(self) -> int:
        """The number of the last change taken in, 0 for none; asked of a server anew, others write to it."""

        def read() -> int:
            collection = self._open(anew=self._folder is None)
            return int((collection.metadata or {}).get("change", 0))

        return self._done(read)

    def take_in(
        self, ids: Sequence[int], vectors: "Vectors", *, dropped: Sequence[int], position: int
    ) -> None:
        """Hold ``vectors`` (float32, shape (ids, dimensions)) under ``ids``, let go of ``dropped``.

        Doing it twice changes nothing, so that a process killed before the position was noted does it again.
        """
        for start in range(0, len(ids), _ROWS_A_CALL):
            part = slice(start, start + _ROWS_A_CALL)
            rows = {"ids": [str(number) for number in ids[part]], "embeddings": vectors[part]}
            self._done(partial(self._write, "upsert", **rows))
        for start in range(0, len(dropped), _ROWS_A_CALL):
            gone = [str(number) for number in dropped[start : start + _ROWS_A_CALL]]
            self._done(partial(self._write, "delete", ids=gone))
        self._done(partial(self._write, "modify", metadata={"change": position, "model": self._model}))

    def nearest(self, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        """The ``count`` passages nearest to ``vector``, with their cosine, nearest first.

        A server that was away a moment ago is not waited for: whoever asks has another way to find passages.
        """
        if time.monotonic() < self._away_until:
            raise StoreAway(f"The Chroma server at {self._place} did not answer a moment ago.")

        def search() -> list[tuple[int, float]]:
            found = self._read("query", query_embeddings=[vector], n_results=count, include=["distances"])
            return [
                (int(number), 1.0 - distance)
                for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)
            ]

        try:
            found = self._done(search)
        except StoreAway:
            self._away_until = time.monotonic() + _REST
            raise
        except StoreError:
            self.failed = True
            raise
        self.failed = False
        return found

    def ids(self) -> set[int]:
        """Every passage number held."""

        def read() -> set[int]:
            found: set[int] = set()
            for offset in range(0, self._read("count"), 5000):
                page = self._read("get", limit=5000, offset=offset, include=[])
                found.update(int(number) for number in page["ids"])
            return found

        return self._done(read)

    def reset(self) -> None:
        """Throw everything away, the damaged folder with it; what it held can be taken in again."""

        def drop() -> None:
            if self._folder is not None:
                self.close()
                shutil.rmtree(self._folder, ignore_errors=True)
            else:
                self._open()
                self._client.delete_collection(self._name)
                self._collection = None

        self._done(drop)
        self.failed = False

    def drop_other_models(self) -> int:
        """Throw away what is held of other models; how many they were."""

        def drop() -> int:
            self._open()
            names = {one.name for one in self._client.list_collections()} - {self._name}
            ours = [
                name for name in names if name.split("-")[2:] == ([self._lineage] if self._lineage else [])
            ]
            for name in ours:
                self._client.delete_collection(name)
            return len(ours)

        return self._done(drop)

    def close(self) -> None:
        """Let go of the folder or the connection."""
        with self._opening:
            if self._client is None:
                return
            self._client.close()
            self._client = self._collection = None
            if self._folder is not None:
                _forget_systems()

    def _read(self, method: str, **given: Any) -> Any:
        """What a method of the collection finds; of the new one, where another process has begun it anew."""
        from chromadb.errors import NotFoundError

        try:
            return getattr(self._open(), method)(**given)
        except NotFoundError:
            return getattr(self._open(anew=True), method)(**given)

    def _write(self, method: str, **given: Any) -> None:
        """Call a method that writes, on the collection whose position was asked for and on no other."""
        from chromadb.errors import NotFoundError

        try:
            getattr(self._open(), method)(**given)
        except NotFoundError:
            self._collection = None
            raise

    def _open(self, *, anew: bool = False) -> Any:
        with self._opening:
            if self._collection is None or anew:
                if self._client is None:
                    self._client = self._connected()
                self._collection = self._client.get_or_create_collection(
                    self._name, embedding_function=None, configuration={"hnsw": dict(self._graph)}
                )
                self._search_as_now(self._collection)
            return self._collection

    def _search_as_now(self, collection: Any) -> None:
        """Have a collection that was begun with another setting searched as thoroughly as a new one."""
        graph = collection.configuration.get("hnsw") or {}
        wanted = self._graph.get("ef_search")
        if wanted is not None and graph.get("ef_search") != wanted:
            collection.modify(configuration={"hnsw": {"ef_search": wanted}})

    def _connected(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if isinstance(self._place, str):
            return _server_client(self._place, settings, token=self._token, patience=self._patience)
        self._place.mkdir(parents=True, exist_ok=True)
        try:
            return chromadb.PersistentClient(str(self._place), settings=settings)
        except BaseException:
            _forget_systems()
            raise

    def _done(self, work: Callable[[], T]) -> T:
        """What ``work`` returns; of a server that is away, once it comes back within a few seconds."""
        if self._folder is not None:
            with self._translated():
                try:
                    return work()
                except Exception:
                    self.close()  # and opened anew the next time: the folder may be gone by now
                    raise
        import stamina

        for attempt in stamina.retry_context(
            on=_passing, attempts=_ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=2.0
        ):
            with attempt, self._translated():
                return work()
        raise AssertionError("an attempt returns or raises")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Chroma raises what it likes, down to a bare Exception for a payload too large: all become ours."""
        try:
            yield
        except StoreError:
            raise
        except Exception as exc:
            if self._folder is not None:
                raise StoreError(f"The Chroma folder {self._place} failed: {_first_line(exc)}") from exc
            raise _of_server(self._place, exc) from exc


def _first_line(exc: Exception) -> str:
    said = str(exc).strip()
    line = said.splitlines()[0][:300] if said else type(exc).__name__
    return re.sub(r"^.*\(code: \d+\) ", "", line)  # what SQLite says, without what each layer above it does


def _forget_systems() -> None:
    """Have Chroma open a folder anew: it keeps those it has opened, also one that failed half-way."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _server_client(url: str, settings: Any, *, token: str, patience: float) -> Any:
    """A client whose requests end, with the token on each of them."""
    from urllib.parse import urlsplit

    import chromadb
    import httpx

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "localhost", parts.port or (443 if secure else 8000)
    host = f"[{host}]" if ":" in host else host
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Timeout(patience, connect=min(_REACHING, patience))
    # Chroma's client waits for ever, and asks the server questions while it is made: so somebody asks before.
    alive = f"{parts.scheme}://{host}:{port}/api/v2/heartbeat"
    httpx.get(alive, headers=headers, timeout=limits).raise_for_status()
    client = chromadb.HttpClient(host=host, port=port, ssl=secure, headers=headers, settings=settings)
    client._server._session.timeout = limits  # type: ignore[attr-defined]  # noqa: SLF001 - no setting for it
    return client


def _of_server(place: Path | str, exc: Exception) -> StoreError:
    """What a server's failure is called: away if it may come back by itself, else an error of the store."""
    import httpx
    from chromadb.errors import ChromaError, InternalError

    causes = list(_causes(exc))
    if any(isinstance(one, httpx.TimeoutException) for one in causes):
        return StoreAway(f"The Chroma server at {place} does not answer in time.")
    if any(isinstance(one, httpx.TransportError) for one in causes):
        return StoreAway(f"The Chroma server at {place} cannot be reached; is it running?", passing=True)
    status = next((one.response.status_code for one in causes if isinstance(one, httpx.HTTPStatusError)), 0)
    status = exc.code() if isinstance(exc, ChromaError) else status
    if status in _NOT_LET_IN:
        return StoreAway(f"The Chroma server at {place} wants another token: see COMMUNIQUE_CHROMA_TOKEN.")
    if status in _AWAY and not isinstance(exc, InternalError):
        return StoreAway(f"The Chroma server at {place} cannot answer now (status {status}).", passing=True)
    return StoreError(f"The Chroma server at {place} failed: {_first_line(exc)}")


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__


def _passing(exc: Exception) -> bool:
    return isinstance(exc, StoreAway) and exc.passing
