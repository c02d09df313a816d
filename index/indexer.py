"""Articles in: compared with what is stored, cut, embedded, stored, and shown once both indexes hold them.

A batch goes through three steps. It is *recorded* in one transaction, not yet visible; the derived stores
*take it in*; it is *shown* in a second transaction, which also retires the earlier versions. A process killed
between them leaves recorded articles that the next one finishes (`Indexer.recover`), and nothing half.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from index.article import Article, Failure
from index.embed import Embedder
from index.store.copies import arrange, unsigned
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.recording import (
    Draft,
    cut,
    draft_of,
    present_vectors,
    record,
    show,
    stored_hashes,
)
from index.store.sync import catch_up, settle

_BATCH_CHARACTERS = 150_000
_UNDER_WAY = 2  # batches, one of them stored and one embedded
_SIGNED_AT_ONCE = 200

Outcome = Literal["added", "updated", "unchanged", "duplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What became of one article; it is in the collection for good when this is given out."""

    id: str
    outcome: Outcome
    source: str
    title: str | None
    passages: int


@dataclass(slots=True, kw_only=True)
class AddReport:
    """What became of everything that was added; ``duplicates`` are among ``added``."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: list[Failure] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0

    def __add__(self, other: "AddReport") -> "AddReport":
        """Both together."""
        return AddReport(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            duplicates=self.duplicates + other.duplicates,
            failed=self.failed + other.failed,
            passages=self.passages + other.passages,
            seconds=self.seconds + other.seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "failed": [{"source": one.source, "reason": one.reason} for one in self.failed],
            "passages": self.passages,
            "seconds": round(self.seconds, 2),
        }


class Indexer:
    """Takes articles into the collection. One at a time in a process (and a home: `index.store.lock`)."""

    def __init__(
        self, database: Database, *, embedder: Embedder, dense: DenseIndex, lexical: LexicalIndex
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._dense = dense
        self._lexical = lexical

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        """Take in what is found, telling ``each`` as soon as its fate is certain.

        While one batch is stored the next is embedded, and the one after it is read and cut. An error of a
        store stops the rest; what was told stays.

        Raises:
            ModelError: the model cannot be loaded.
            StoreError: a store failed.
        """
        begin = time.perf_counter()
        report = AddReport()
        self.recover()
        under_way: deque[_UnderWay] = deque()
        with (
            ThreadPoolExecutor(1, thread_name_prefix="embedding") as embedding,
            ThreadPoolExecutor(1, thread_name_prefix="storing") as storing,
        ):
            for batch in _batched(found):
                for failure in (one for one in batch if isinstance(one, Failure)):
                    report.failed.append(failure)
                    each(failure)
                # The last of an identity counts, and what is being stored must be seen by the comparison.
                newest = {one.identity: one for one in batch if isinstance(one, Article)}
                while under_way and _must_wait(under_way, newest):
                    _tell(under_way.popleft().outcomes(), report, each)
                drafts, settled = self._compared(list(newest.values()))
                texts = self._cut(drafts)
                fresh = embedding.submit(self._embedded, texts)
                before = under_way[-1].stored if under_way else None
                stored = storing.submit(self._stored, drafts, texts, fresh, before=before)
                under_way.append(_UnderWay(newest.keys(), settled, stored))
            while under_way:
                _tell(under_way.popleft().outcomes(), report, each)
        self._catch_up()  # with the versions that went out last
        report.seconds = time.perf_counter() - begin
        return report

    def recover(self) -> None:
        """Bring the derived stores up to date and show what a killed process had written down."""
        settle(self._database, dense=self._dense, lexical=self._lexical, model=self._embedder.model)
        self._sign_all()

    def _sign_all(self) -> None:
        """Look for copies among what was added before copies were looked for."""
        while True:
            with self._database.read() as connection:
                late = unsigned(connection, limit=_SIGNED_AT_ONCE)
            if not late:
                return
            with self._database.write() as connection:
                arrange(connection, late)

    def _catch_up(self) -> None:
        catch_up(self._database, dense=self._dense, lexical=self._lexical, model=self._embedder.model)

    def _compared(self, batch: Sequence[Article]) -> tuple[list[Draft], list[Indexed]]:
        """Drafts of what is new or changed, and the fate of what is neither."""
        drafts: list[Draft] = []
        settled: list[Indexed] = []
        candidates = [draft_of(article) for article in batch]
        with self._database.read() as connection:
            stored = stored_hashes(connection, [draft.id for draft in candidates])
        for draft in candidates:
            content, shown, passages = stored.get(draft.id, (b"", False, 0))
            draft.known = shown
            if shown and content == draft.content_hash:
                settled.append(_indexed(draft, "unchanged", passages))
            else:
                drafts.append(draft)
        return drafts, settled

    def _cut(self, drafts: Sequence[Draft]) -> dict[bytes, str]:
        """Cut the drafts into passages; what is to be embedded of them, by the keys of their vectors."""
        texts: dict[bytes, str] = {}
        for draft in drafts:
            texts |= cut(draft, self._embedder.count_tokens)
        return texts

    def _embedded(self, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        """As float16 by their key the vectors that are not stored yet."""
        with self._database.read() as connection:
            present = present_vectors(connection, list(texts), self._embedder.model)
        return self._vectors({key: text for key, text in texts.items() if key not in present})

    def _vectors(self, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        if not texts:
            return {}
        embedded = self._embedder.embed(list(texts.values())).astype("<f2")
        return {key: vector.tobytes() for key, vector in zip(texts, embedded, strict=True)}

    def _stored(
        self,
        drafts: Sequence[Draft],
        texts: Mapping[bytes, str],
        embedded: Future[dict[bytes, bytes]],
        *,
        before: Future[list[Indexed]] | None,
    ) -> list[Indexed]:
        if before is not None:
            before.result()  # nothing is stored after an error
        fresh = embedded.result()
        if not drafts:
            return []
        with self._database.write() as connection:
            # Vectors that were there a moment ago may have been purged with the article that they were of.
            present = present_vectors(connection, list(texts), self._embedder.model)
            purged = texts.keys() - present - fresh.keys()
            fresh = fresh | self._vectors({key: texts[key] for key in purged})
            repeats = record(connection, drafts, fresh=fresh, model=self._embedder.model)
        self._catch_up()
        with self._database.write() as connection:
            show(connection, [draft.id for draft in drafts])
        return [
            _indexed(
                draft,
                "updated" if draft.known else "duplicate" if draft.id in repeats else "added",
                len(draft.passages),
            )
            for draft in drafts
        ]


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A batch that is embedded or stored, and those of its articles for which there was nothing to do."""

    identities: Collection[str]
    settled: list[Indexed]
    stored: Future[list[Indexed]]

    def outcomes(self) -> list[Indexed]:
        """What became of it, once it is stored."""
        return self.settled + self.stored.result()


def _must_wait(under_way: Sequence[_UnderWay], newest: Collection[str]) -> bool:
    """Whether there are enough batches under way, or one has an article that comes again."""
    return len(under_way) >= _UNDER_WAY or any(
        name in batch.identities for batch in under_way for name in newest
    )


def _indexed(draft: Draft, outcome: Outcome, passages: int) -> Indexed:
    article = draft.article
    return Indexed(
        id=draft.id, outcome=outcome, source=article.source, title=article.title, passages=passages
    )


def _batched(found: Iterable[Article | Failure]) -> Iterator[list[Article | Failure]]:
    batch: list[Article | Failure] = []
    size = 0
    for one in found:
        batch.append(one)
        size += len(one.text) if isinstance(one, Article) else 0
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _tell(outcomes: Sequence[Indexed], report: AddReport, each: Callable[[Indexed | Failure], None]) -> None:
    for one in outcomes:
        if one.outcome == "unchanged":
            report.unchanged += 1
        elif one.outcome == "updated":
            report.updated += 1
        else:
            report.added += 1
            report.duplicates += one.outcome == "duplicate"
        report.passages += one.passages if one.outcome != "unchanged" else 0
        each(one)
