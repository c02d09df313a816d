"""Copies in the collection: of articles that tell the same story in the same words, one is the original.

The original is the one published first, of those of one day the most complete, of equals the one added first.
Only originals have a sketch, by which later articles find them, so a story carried a thousand times costs a
newcomer one comparison. An article is a copy of the best original that it resembles; copies of an original
that is taken out, changed, or overtaken choose anew.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from index.likeness import Signer, Telling, are_copies, bands, comparable, may_be_copies
from index.store.schema import articles, signature_bands, signatures, versions

_LOOKUP = 500  # values in one IN list
_Rank = tuple[bool, date, int, datetime, str]
_T = TypeVar("_T")


@dataclass(order=True, slots=True)
class _Standing:
    """An article with what decides about it; the lesser of two is rather the original."""

    rank: _Rank
    id: str = field(compare=False)
    text_hash: bytes = field(compare=False)
    telling: Telling = field(compare=False)

    def repeats(self, other: "_Standing") -> bool:
        return self.text_hash == other.text_hash or are_copies(self.telling, other.telling)


def arrange(connection: Connection, changed: Collection[str]) -> None:
    """Choose anew whose copies these articles are, and what their own copies are now.

    To be called in the transaction that adds them, changes their text or day, or takes them out.
    """
    followers = [
        identifier
        for part in _parts(list(changed))
        for identifier in connection.scalars(select(articles.c.id).where(articles.c.original.in_(part)))
    ]
    pool = list({*changed, *followers})
    _withdraw(connection, pool)
    signer = Signer()
    queue = list(_standings(connection, pool))
    heapify(queue)
    while queue:
        for displaced in _place(connection, heappop(queue), signer):
            heappush(queue, displaced)


def unsigned(connection: Connection, *, limit: int) -> list[str]:
    """Originals without a signature, as a collection has that was begun before there were any."""
    return list(
        connection.scalars(
            select(articles.c.id)
            .outerjoin(signatures, signatures.c.article_id == articles.c.id)
            .where(
                articles.c.original.is_(None),
                articles.c.removed_at.is_(None),
                signatures.c.article_id.is_(None),
            )
            .order_by(articles.c.added_at, articles.c.id)
            .limit(limit)
        )
    )


def repeated(connection: Connection, identifiers: Sequence[str]) -> set[str]:
    """Those of these articles that repeat, or overtook, what stood in the collection without them."""
    known, found = set(identifiers), set[str]()
    for part in _parts(identifiers):
        found.update(
            connection.scalars(
                select(articles.c.id).where(articles.c.id.in_(part), articles.c.original.is_not(None))
            )
        )
        followed = select(articles.c.original, articles.c.id).where(articles.c.original.in_(part))
        found.update(original for original, copy in connection.execute(followed) if copy not in known)
    return found


def _place(connection: Connection, one: _Standing, signer: Signer) -> list[_Standing]:
    """Make an article the copy of an original, or an original itself; those who lose theirs by that."""
    equal = _standings(
        connection,
        connection.scalars(
            select(signatures.c.article_id).where(signatures.c.text_hash == one.text_hash)
        ).all(),
    )
    alike = list(equal)
    if not any(other < one for other in alike):
        alike += _near(connection, one, signer)
    first = min(alike, default=one)
    if first < one:
        _follow(connection, [one.id], first.id)
        return []
    _sign(connection, one, signer)
    displaced: list[_Standing] = []
    for other in alike:
        copies = connection.scalars(select(articles.c.id).where(articles.c.original == other.id)).all()
        _withdraw(connection, [other.id, *copies])
        _follow(connection, [other.id], one.id)
        for copy in _standings(connection, copies):
            if copy.repeats(one) and one < copy:
                _follow(connection, [copy.id], one.id)
            else:
                displaced.append(copy)
    return displaced


def _near(connection: Connection, one: _Standing, signer: Signer) -> list[_Standing]:
    """The originals that tell the same in nearly the same words."""
    mine = one.telling.shingles
    if not comparable(mine):
        return []
    signature = signer.sign(mine)
    query = (
        select(signatures.c.article_id, signatures.c.shingles, signatures.c.signature)
        .join(signature_bands, signature_bands.c.article_id == signatures.c.article_id)
        .where(signature_bands.c.band.in_(bands(signature)))
        .distinct()
    )
    likely = [
        identifier
        for identifier, size, blob in connection.execute(query)
        if may_be_copies(signature, np.frombuffer(blob, "<u4"), (mine.size, size))
    ]
    return [other for other in _standings(connection, likely) if are_copies(one.telling, other.telling)]


def _sign(connection: Connection, one: _Standing, signer: Signer) -> None:
    """Note an original's signature; a text with few shingles is found by its hash alone."""
    mine = one.telling.shingles
    signature = signer.sign(mine)
    connection.execute(
        insert(signatures).values(
            article_id=one.id,
            text_hash=one.text_hash,
            shingles=int(mine.size),
            signature=signature.astype("<u4").tobytes(),
        )
    )
    if comparable(mine):
        connection.execute(
            insert(signature_bands), [{"band": key, "article_id": one.id} for key in set(bands(signature))]
        )


def _withdraw(connection: Connection, identifiers: Sequence[str]) -> None:
    """Let these articles be neither originals nor copies."""
    for part in _parts(identifiers):
        signed = connection.execute(
            select(signatures.c.article_id, signatures.c.signature).where(signatures.c.article_id.in_(part))
        ).all()
        for identifier, blob in signed:
            connection.execute(
                delete(signature_bands).where(
                    signature_bands.c.band.in_(bands(np.frombuffer(blob, "<u4"))),
                    signature_bands.c.article_id == identifier,
                )
            )
        connection.execute(delete(signatures).where(signatures.c.article_id.in_(part)))
        connection.execute(
            update(articles)
            .where(articles.c.id.in_(part), articles.c.original.is_not(None))
            .values(original=None)
        )


def _follow(connection: Connection, identifiers: Sequence[str], original: str) -> None:
    connection.execute(update(articles).where(articles.c.id.in_(identifiers)).values(original=original))


def _standings(connection: Connection, identifiers: Sequence[str]) -> Iterator[_Standing]:
    """What decides about these articles by their newest versions; those taken out are left out."""
    query = (
        select(
            articles.c.id,
            articles.c.added_at,
            versions.c.published,
            versions.c.text_hash,
            versions.c.text,
        )
        .join(versions, (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest))
        .where(articles.c.removed_at.is_(None))
    )
    for part in _parts(identifiers):
        for row in connection.execute(query.where(articles.c.id.in_(part))):
            length = len(" ".join(row.text.split()))
            yield _Standing(
                (row.published is None, row.published or date.max, -length, row.added_at, row.id),
                row.id,
                row.text_hash,
                Telling(row.text, row.published),
            )


def _parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    held = list(values)
    for start in range(0, len(held), _LOOKUP):
        yield held[start : start + _LOOKUP]
