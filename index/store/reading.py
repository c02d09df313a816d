"""Reading articles and passages: only what is shown, whatever the derived stores still hold."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Row, bindparam, func, select

from index.store.database import Database
from index.store.schema import articles, passages, vectors, versions

_LOOKUP = 500  # values in one IN list
_T = TypeVar("_T")
_Row = Row[*tuple[Any, ...]]
_SHOWN = (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """The shown version of an article without its text; ``original`` is the article that it is a copy of."""

    id: str
    version: int
    source: str
    external_id: str | None
    url: str | None
    title: str | None
    publisher: str | None
    authors: tuple[str, ...]
    published: date | None
    published_at: datetime | None
    date_source: str | None
    date_evidence: str | None
    modified: datetime | None
    language: str | None
    passages: int
    seen_at: datetime
    original: str | None
    page_starts: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        return {
            "id": self.id,
            "source": self.source,
            "title": self.title,
            "publisher": self.publisher,
            "published": self.published.isoformat() if self.published else None,
            "url": self.url,
            "passages": self.passages,
            "version": self.version,
            "external_id": self.external_id,
            "authors": list(self.authors),
            "date_source": self.date_source,
            "date_evidence": self.date_evidence,
            "modified": self.modified.isoformat() if self.modified else None,
            "language": self.language,
            "duplicate_of": self.original,
            "pages": len(self.page_starts) or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage of a shown article: ``text[start:end]`` of its text."""

    id: int
    article_id: str
    start: int
    end: int
    header: str
    table: bool
    vector_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundPassage:
    """A passage as ranking needs it: its words, its vector, and what is known of its article."""

    id: int
    article_id: str
    original: str | None
    start: int
    end: int
    header: str
    table: bool
    body: str
    vector: "np.ndarray[Any, Any]"
    """float32, shape (dimensions,), of length 1."""
    title: str
    publisher: str | None
    url: str | None
    published: date | None
    language: str | None
    ordinal: int
    """Its place among the passages of its article, from 0."""
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the collection holds: only what is shown."""

    articles: int
    passages: int
    vectors: int
    duplicates: int
    undated: int
    removed: int
    first_published: date | None
    last_published: date | None


class Reader:
    """The collection as readers see it. Safe to use from several threads.

    Raises:
        StoreError: the database failed, by any method.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_local(self) -> bool:
        """Whether the database is a file and no server."""
        return self._database.dialect == "sqlite"

    def passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages with these numbers by number; numbers of what is no longer shown are left out."""
        query = (
            select(passages)
            .join(articles, articles.c.id == passages.c.article_id)
            .where(articles.c.version == passages.c.version)
        )
        with self._database.read() as connection:
            rows = [
                row
                for part in _parts(ids)
                for row in connection.execute(query.where(passages.c.id.in_(part)))
            ]
        return {row.id: _passage(row) for row in rows}

    def found(self, ids: Sequence[int], *, model: str, until: date | None = None) -> dict[int, FoundPassage]:
        """Passages with vectors of ``model`` by number, but what was published after ``until``."""
        if not ids:
            return {}
        given = {"model": model} | ({"until": until} if until is not None else {})
        query = _passages_by_number(dated=until is not None)
        with self._database.read() as connection:
            return {
                row[0]: _found(row)
                for part in _parts(ids)
                for row in connection.execute(query, {**given, "numbers": part}).all()
            }

    def passages_of(self, ids: Collection[str]) -> list[int]:
        """The numbers of the passages of these articles as they are shown."""
        query = select(versions.c.first_passage, versions.c.passages).join(
            articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.version)
        )
        with self._database.read() as connection:
            return [
                number
                for part in _parts(sorted(ids))
                for first, count in connection.execute(query.where(articles.c.id.in_(part)))
                for number in range(first, first + count)
            ]

    def articles(self, ids: Sequence[str]) -> dict[str, tuple[StoredArticle, str]]:
        """The shown versions of these articles by id, each with its text."""
        with self._database.read() as connection:
            return {
                row.id: (_article(row), row.text)
                for part in _parts(ids)
                for row in connection.execute(_shown(text=True).where(articles.c.id.in_(part)))
            }

    def article(self, identifier: str) -> tuple[StoredArticle, str] | None:
        """One article with its text, None if it is unknown or was taken out."""
        return self.articles([identifier]).get(identifier)

    def newest(self, limit: int) -> list[StoredArticle]:
        """The articles published last, copies left out; those without a date come after the dated ones."""
        query = (
            _shown(text=False)
            .where(articles.c.original.is_(None))
            .order_by(versions.c.published.desc().nulls_last(), versions.c.seen_at.desc(), articles.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_article(row) for row in connection.execute(query)]

    def carriers(self, stories: Sequence[str], *, until: date | None) -> dict[str, list[StoredArticle]]:
        """By original the shown articles that tell its story, but what was published after ``until``.

        Stories that nobody else tells are left out.
        """
        found: dict[str, list[StoredArticle]] = {}
        with self._database.read() as connection:
            for part in _parts(stories):
                copied = select(articles.c.original).where(articles.c.original.in_(part))
                if told := set(connection.scalars(copied)):
                    among = articles.c.original.in_(told) | articles.c.id.in_(told)
                    for one in map(_article, connection.execute(_shown(text=False).where(among))):
                        if until is None or one.published is None or one.published <= until:
                            found.setdefault(one.original or one.id, []).append(one)
        return found

    def quoting(self, article_id: str, quote: str, *, start: int) -> tuple[StoredArticle, str] | None:
        """The newest version whose text has ``quote`` at ``start``, also if another is shown by now.

        None where no version has it, or the article was taken out.
        """
        return next((kept for kept in self.versions(article_id) if kept[1].startswith(quote, start)), None)

    def versions(self, article_id: str) -> list[tuple[StoredArticle, str]]:
        """Every version that is kept of an article which is shown, newest first, each with its text."""
        query = (
            select(articles.c.id, articles.c.original, *versions.c)
            .join(versions, versions.c.article_id == articles.c.id)
            .where(articles.c.id == article_id, versions.c.version <= articles.c.version)
            .order_by(versions.c.version.desc())
        )
        with self._database.read() as connection:
            return [(_article(row), row.text) for row in connection.execute(query)]

    def neighbours(self, article_id: str) -> list[StoredPassage]:
        """All passages of a shown article in order."""
        query = (
            select(passages)
            .join(
                versions,
                (passages.c.id >= versions.c.first_passage)
                & (passages.c.id < versions.c.first_passage + versions.c.passages),
            )
            .join(articles, _SHOWN)
            .where(articles.c.id == article_id)
            .order_by(passages.c.id)
        )
        with self._database.read() as connection:
            return [_passage(row) for row in connection.execute(query)]

    def vectors(self, hashes: Sequence[bytes], *, model: str) -> Mapping[bytes, "np.ndarray[Any, Any]"]:
        """The stored vectors under these keys, float32."""
        query = select(vectors.c.hash, vectors.c.vector).where(vectors.c.model == model)
        with self._database.read() as connection:
            return {
                key: np.frombuffer(blob, dtype="<f2").astype(np.float32)
                for part in _parts(hashes)
                for key, blob in connection.execute(query.where(vectors.c.hash.in_(part)))
            }

    def listing(self) -> Iterator[StoredArticle]:
        """Every shown article, newest first, undated ones last."""
        query = _shown(text=False).order_by(
            versions.c.published.is_(None), versions.c.published.desc(), articles.c.id
        )
        with self._database.read() as connection:
            for row in connection.execute(query):
                yield _article(row)

    def publishers(self) -> list[str]:
        """The names of the publishers of shown articles, most frequent first."""
        query = (
            select(versions.c.publisher)
            .join(articles, _SHOWN)
            .where(versions.c.publisher.is_not(None))
            .group_by(versions.c.publisher)
            .order_by(func.count().desc(), versions.c.publisher)
        )
        with self._database.read() as connection:
            return [name for name in connection.scalars(query) if name]

    def counts(self) -> Counts:
        """How many of each there are."""
        with self._database.read() as connection:
            total = connection.execute(
                select(
                    func.count(),
                    func.coalesce(func.sum(versions.c.passages), 0),
                    func.count(articles.c.original),
                    func.count() - func.count(versions.c.published),
                    func.min(versions.c.published),
                    func.max(versions.c.published),
                ).select_from(articles.join(versions, _SHOWN))
            ).one()
            held = _count(connection, select(func.count()).select_from(vectors))
            removed = _count(connection, select(func.count(articles.c.removed_at)))
        return Counts(
            articles=total[0],
            passages=int(total[1]),
            vectors=held,
            duplicates=total[2],
            undated=total[3],
            removed=removed,
            first_published=total[4],
            last_published=total[5],
        )

    def revision(self) -> int:
        """The number of the last change, by which caches know that the collection is still the same."""
        from index.store.sync import head

        with self._database.read() as connection:
            return head(connection)


@cache
def _passages_by_number(*, dated: bool) -> Any:
    """What `_found` reads, of the passages of these ``numbers`` with vectors of ``model``.

    If ``dated``, without what was published after ``until``. It is kept, for building it takes as long as
    running it.
    """
    numbers = bindparam("numbers", expanding=True, type_=passages.c.id.type)
    query = (
        select(
            passages.c.id,
            passages.c.article_id,
            articles.c.original,
            passages.c.start,
            passages.c.end,
            passages.c.header,
            passages.c.is_table,
            func.substr(versions.c.text, passages.c.start + 1, passages.c.end - passages.c.start),
            vectors.c.vector,
            versions.c.title,
            versions.c.publisher,
            versions.c.url,
            versions.c.published,
            versions.c.language,
            passages.c.id - versions.c.first_passage,
            versions.c.passages,
        )
        .join(articles, articles.c.id == passages.c.article_id)
        .join(
            versions,
            (versions.c.article_id == passages.c.article_id) & (versions.c.version == passages.c.version),
        )
        .join(
            vectors,
            (vectors.c.hash == passages.c.vector_hash) & (vectors.c.model == bindparam("model")),
        )
        .where(articles.c.version == passages.c.version, passages.c.id.in_(numbers))
    )
    if not dated:
        return query
    published = versions.c.published
    return query.where(published.is_(None) | (published <= bindparam("until")))


@cache
def _shown(*, text: bool) -> Any:
    columns = [column for column in versions.c if text or column.name != "text"]
    return select(articles.c.id, articles.c.original, *columns).join(versions, _SHOWN)


def _passage(row: _Row) -> StoredPassage:
    return StoredPassage(
        id=row.id,
        article_id=row.article_id,
        start=row.start,
        end=row.end,
        header=row.header,
        table=row.is_table,
        vector_hash=row.vector_hash,
    )


def _found(row: _Row) -> FoundPassage:
    return FoundPassage(
        id=row[0],
        article_id=row[1],
        original=row[2],
        start=row[3],
        end=row[4],
        header=row[5],
        table=row[6],
        body=row[7],
        vector=np.frombuffer(row[8], dtype="<f2").astype(np.float32),
        title=row[9] or "",
        publisher=row[10],
        url=row[11],
        published=row[12],
        language=row[13],
        ordinal=row[14],
        passages=row[15],
    )


def _article(row: _Row) -> StoredArticle:
    return StoredArticle(
        id=row.id,
        version=row.version,
        source=row.source,
        external_id=row.external_id,
        url=row.url,
        title=row.title,
        publisher=row.publisher,
        authors=tuple(row.authors),
        published=row.published,
        published_at=row.published_at,
        date_source=row.date_source,
        date_evidence=row.date_evidence,
        modified=row.modified,
        language=row.language,
        passages=row.passages,
        seen_at=row.seen_at,
        original=row.original,
        page_starts=tuple(row.page_starts or ()),
    )


def _parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _LOOKUP):
        yield values[start : start + _LOOKUP]


def _count(connection: Connection, query: Any) -> int:
    return int(connection.scalar(query) or 0)
