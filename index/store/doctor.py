"""Holding the stores against each other, and mending what does not agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from index.article import Article
from index.embed import Embedder
from index.errors import StoreAway, StoreError
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.recording import cut, draft_of, forget_unused_vectors, record, waiting
from index.store.schema import articles, passages, vectors, versions
from index.store.sync import head, settle

_PROBES = 50  # vectors that are looked up
_ITSELF = 0.99  # cosine of a vector to itself, with what float16 takes off


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What the stores hold, and each thing that is wrong with them in a sentence."""

    articles: int
    passages: int
    vectors: int
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        return {
            "ok": not self.problems,
            "articles": self.articles,
            "passages": self.passages,
            "vectors": self.vectors,
            "problems": list(self.problems),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        return cls(
            articles=record["articles"],
            passages=record["passages"],
            vectors=record["vectors"],
            problems=tuple(record["problems"]),
        )


def check(database: Database, *, dense: DenseIndex, lexical: LexicalIndex, model: str) -> Checkup:
    """Compare the stores, once each has caught up as it does at every start; nothing is mended.

    Raises:
        StoreError: the database itself failed; a derived store that fails is a problem found.
    """
    with suppress(StoreError):  # what fails here is found below
        settle(database, dense=dense, lexical=lexical, model=model)
    problems: list[str] = []
    with database.read() as connection:
        shown = select(articles.c.id).where(articles.c.version.is_not(None)).subquery()
        count = connection.scalar(select(func.count()).select_from(shown)) or 0
        numbers = set(connection.scalars(select(passages.c.id)))
        held = connection.scalar(select(func.count()).select_from(vectors)) or 0
        last = head(connection)
        half = waiting(connection)
        lost = _incomplete(connection)
        probes = connection.scalars(
            select(vectors.c.vector)
            .join(passages, (vectors.c.hash == passages.c.vector_hash) & (vectors.c.model == model))
            .where(passages.c.id.in_(sorted(numbers)[:: len(numbers) // _PROBES + 1]))
        ).all()
        bare = connection.scalar(
            select(func.count())
            .select_from(passages)
            .outerjoin(vectors, (vectors.c.hash == passages.c.vector_hash) & (vectors.c.model == model))
            .where(vectors.c.hash.is_(None))
        )
    if half:
        problems.append(f"{len(half)} articles were written down and not shown yet.")
    if lost:
        problems.append(f"{len(lost)} articles lack passages: {', '.join(lost[:5])}.")
    if bare:
        problems.append(f"{bare} passages have no vector of {model}.")
    problems += _derived("Chroma", dense.position, dense.ids, numbers, last)
    problems += _unfound(dense, probes)
    problems += _derived("The word index", lexical.position, lexical.ids, numbers, last)
    return Checkup(
        articles=count, passages=len(numbers), vectors=held, problems=tuple(dict.fromkeys(problems))
    )


def repair(database: Database, *, embedder: Embedder, dense: DenseIndex, lexical: LexicalIndex) -> Checkup:
    """Mend what `check` finds: finish what was begun, cut and embed what is missing, rebuild what disagrees.

    A vector that is stored is not computed again.

    Raises:
        ModelError: something must be embedded, and the model cannot be loaded.
        StoreError: the database failed.
    """
    with database.write() as connection:
        for identifier in _incomplete(connection):
            _cut_again(connection, identifier, embedder)
    for _ in embed_missing(database, embedder):
        pass
    for store in (dense, lexical):
        if not _readable(store):
            store.reset()
    settle(database, dense=dense, lexical=lexical, model=embedder.model)
    with database.write() as connection:
        forget_unused_vectors(connection)
    checkup = check(database, dense=dense, lexical=lexical, model=embedder.model)
    if checkup.problems:
        dense.reset()
        lexical.reset()
        checkup = check(database, dense=dense, lexical=lexical, model=embedder.model)
    return checkup


def _derived(
    name: str,
    position: Callable[[], int],
    ids: Callable[[], set[int]],
    numbers: set[int],
    last: int,
) -> list[str]:
    try:
        behind = last - position()
        if behind > 0:
            return [f"{name} is {behind} changes behind the database."]
        if behind < 0:
            return [f"{name} is {-behind} changes ahead of the database, so it is that of another time."]
        held = ids()
    except StoreError as exc:
        return [str(exc)]
    found = []
    if missing := len(numbers - held):
        found.append(f"{name} lacks {missing} passages.")
    if extra := len(held - numbers):
        found.append(f"{name} holds {extra} passages that are gone.")
    return found


def _unfound(dense: DenseIndex, probes: Sequence[bytes]) -> list[str]:
    """Whether vectors lead to themselves: Chroma does not notice a graph that was cut off."""
    try:
        lost = 0
        for blob in probes:
            found = dense.nearest(np.frombuffer(blob, dtype="<f2").astype(np.float32), count=1)
            lost += not found or found[0][1] < _ITSELF
    except StoreError as exc:
        return [str(exc)]
    return [f"Chroma does not find {lost} of {len(probes)} passages by their own vectors."] if lost else []


def _readable(store: DenseIndex | LexicalIndex) -> bool:
    try:
        store.position()
        store.ids()
    except StoreAway:
        raise  # what a server holds is not thrown away because it does not answer
    except StoreError:
        return False
    return True


def _incomplete(connection: Connection) -> list[str]:
    """The articles of whose newest version passages are missing, or are too many."""
    query = (
        select(articles.c.id)
        .join(
            versions,
            (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest),
        )
        .outerjoin(
            passages,
            (passages.c.id >= versions.c.first_passage)
            & (passages.c.id < versions.c.first_passage + versions.c.passages),
        )
        .where(articles.c.removed_at.is_(None))
        .group_by(articles.c.id, versions.c.passages)
        .having(func.count(passages.c.id) != versions.c.passages)
    )
    return list(connection.scalars(query))


def _cut_again(connection: Connection, identifier: str, embedder: Embedder) -> None:
    """Put the article's newest version down once more, whole; `show` retires what is left of this one."""
    row = connection.execute(
        select(articles.c.identity, versions)
        .join(
            versions,
            (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest),
        )
        .where(articles.c.id == identifier)
    )
    stored = row.mappings().one()
    facts = {one.name: stored[one.name] for one in fields(Article)}
    draft = draft_of(Article(**{**facts, "authors": tuple(facts["authors"])}))
    draft.content_hash = stored["content_hash"]  # of the times as the source gave them, with their zones
    cut(draft, embedder.count_tokens)
    record(connection, [draft], fresh={}, model=embedder.model)


def embed_missing(database: Database, embedder: Embedder) -> Iterator[int]:
    """Store vectors for passages that have none of this model; how many, after each step.

    Raises:
        ModelError: the model cannot be loaded.
        StoreError: the database failed.
    """
    query = (
        select(passages.c.vector_hash, passages.c.header, passages.c.start, passages.c.end, versions.c.text)
        .join(
            versions,
            (versions.c.article_id == passages.c.article_id) & (versions.c.version == passages.c.version),
        )
        .outerjoin(vectors, (vectors.c.hash == passages.c.vector_hash) & (vectors.c.model == embedder.model))
        .where(vectors.c.hash.is_(None))
        .limit(1000)
    )
    while True:
        with database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        texts = {
            row.vector_hash: f"{row.header}\n{row.text[row.start : row.end]}"
            if row.header
            else row.text[row.start : row.end]
            for row in rows
        }
        embedded = embedder.embed(list(texts.values())).astype(np.dtype("<f2"))
        with database.write() as connection:
            connection.execute(
                insert(vectors),
                [
                    {"hash": key, "model": embedder.model, "vector": vector.tobytes()}
                    for key, vector in zip(texts, embedded, strict=True)
                ],
            )
        yield len(texts)


def drop_other_vectors(database: Database, model: str) -> int:
    """Drop the vectors of all models but this one; how many."""
    with database.write() as connection:
        return connection.execute(delete(vectors).where(vectors.c.model != model)).rowcount
