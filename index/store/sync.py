"""Keeping the derived stores in step with the database, from the last change that each has taken in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, bindparam, select

from index.errors import StoreError
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex, WordsOfPassage
from index.store.recording import show, waiting
from index.store.schema import changes, counters, passages, vectors, versions

_CHANGES_A_STEP = 500


@dataclass(frozen=True, slots=True)
class _Step:
    """Some changes in order: the ranges of passage numbers that came and those that went."""

    position: int
    added: list[range]
    dropped: list[int]


_HEAD = select(counters.c.value).where(counters.c.name == "change")


def head(connection: Connection) -> int:
    """The number of the last change of the database."""
    return connection.scalar(_HEAD) or 0


def catch_up(database: Database, *, dense: DenseIndex, lexical: LexicalIndex, model: str) -> None:
    """Bring both derived stores to the database's last change. Doing it again does nothing.

    A store that has taken in more than the database ever did is of another time, as after a backup was
    put back, and is filled anew. The words come first: they are found also while a Chroma server is away.
    Of several processes on one PostgreSQL one at a time feeds the Chroma that they may share.

    Raises:
        StoreError: a store failed, or vectors of ``model`` are missing (after a change of model).
    """
    for step in _steps(database, _common_position(database, lexical)):
        with database.read() as connection:
            found = [row for span in step.added for row in _words(connection, span)]
        lexical.take_in(found, dropped=step.dropped, position=step.position)
    if not _is_behind(database, dense):
        return
    with database.alone("chroma"):
        for step in _steps(database, _common_position(database, dense)):
            with database.read() as connection:
                pairs = [row for span in step.added for row in _vectors(connection, span, model)]
            dense.take_in(
                [number for number, _ in pairs],
                np.array([np.frombuffer(blob, dtype="<f2") for _, blob in pairs], dtype=np.float32),
                dropped=step.dropped,
                position=step.position,
            )


def _is_behind(database: Database, store: DenseIndex) -> bool:
    """Whether a store has not taken in exactly what the database has."""
    position = store.position()
    with database.read() as connection:
        return position != head(connection)


def _common_position(database: Database, store: DenseIndex | LexicalIndex) -> int:
    """From where a store goes on; one that is ahead of the database is emptied."""
    position = store.position()
    with database.read() as connection:
        ahead = position > head(connection)
    if ahead:
        store.reset()
    return 0 if ahead else position


def settle(database: Database, *, dense: DenseIndex, lexical: LexicalIndex, model: str) -> None:
    """What every start begins with: catch up, and show what a killed process had written down.

    Raises:
        StoreError: a store failed, or vectors of ``model`` are missing (after a change of model).
    """
    catch_up(database, dense=dense, lexical=lexical, model=model)
    with database.read() as connection:
        identifiers = waiting(connection)
    if identifiers:
        with database.write() as connection:
            show(connection, identifiers)
        catch_up(database, dense=dense, lexical=lexical, model=model)


def _steps(database: Database, position: int) -> Iterator[_Step]:
    while True:
        with database.read() as connection:
            rows = connection.execute(
                select(changes)
                .where(changes.c.number > position)
                .order_by(changes.c.number)
                .limit(_CHANGES_A_STEP)
            ).all()
        if not rows:
            return
        spans = {kind: [_span(row) for row in rows if row.kind == kind] for kind in ("add", "drop")}
        dropped = set(spans["drop"])
        position = rows[-1].number
        yield _Step(
            position,
            _joined([span for span in spans["add"] if span and span not in dropped]),
            [number for span in spans["drop"] for number in span],
        )


def _span(row: Row[*tuple[Any, ...]]) -> range:
    return range(row.first_passage, row.first_passage + row.passages)


def _joined(spans: Sequence[range]) -> list[range]:
    """Ranges that touch as one, so that one query reads them."""
    ordered = sorted(spans, key=lambda span: span.start)
    joined: list[range] = []
    for span in ordered:
        if joined and joined[-1].stop == span.start:
            joined[-1] = range(joined[-1].start, span.stop)
        else:
            joined.append(span)
    return joined


def _words(connection: Connection, span: range) -> Iterator[WordsOfPassage]:
    rows = connection.execute(
        select(
            passages.c.id,
            passages.c.article_id,
            passages.c.version,
            passages.c.start,
            passages.c.end,
            passages.c.header,
            passages.c.is_table,
        )
        .where(passages.c.id >= span.start, passages.c.id < span.stop)
        .order_by(passages.c.id)
    ).all()
    article = select(versions.c.title, versions.c.text).where(
        versions.c.article_id == bindparam("article"), versions.c.version == bindparam("number")
    )
    for (identifier, version), group in groupby(rows, key=lambda row: (row.article_id, row.version)):
        title, text = connection.execute(article, {"article": identifier, "number": version}).one()
        for row in group:
            body = text[row.start : row.end]
            yield WordsOfPassage(
                id=row.id, title=title or "", body=f"{row.header}\n{body}" if row.is_table else body
            )


def _vectors(connection: Connection, span: range, model: str) -> Iterator[tuple[int, bytes]]:
    rows = connection.execute(
        select(passages.c.id, vectors.c.vector)
        .outerjoin(vectors, (vectors.c.hash == passages.c.vector_hash) & (vectors.c.model == model))
        .where(passages.c.id >= span.start, passages.c.id < span.stop)
        .order_by(passages.c.id)
    )
    for number, blob in rows:
        if blob is None:
            raise StoreError(
                f"The collection has no vectors of the model {model} yet; run `communique reindex`, or set "
                "COMMUNIQUE_EMBEDDING_MODEL back."
            )
        yield number, blob
