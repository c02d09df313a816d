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
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from index.likeness import Signature, Signer, Telling, are_copies, bands, comparable, may_be_copies
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
    _Arrangement(connection).settle([*{*changed, *followers}])


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


class _Arrangement:
    """One round of choosing. Its statements are built once: building costs more than running them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._signer = Signer()
        self._equal = select(signatures.c.article_id).where(signatures.c.text_hash == bindparam("text"))
        self._likely = (
            select(signatures.c.article_id, signatures.c.shingles, signatures.c.signature)
            .join(signature_bands, signature_bands.c.article_id == signatures.c.article_id)
            .where(signature_bands.c.band.in_(bindparam("bands", expanding=True)))
            .distinct()
        )

    def settle(self, identifiers: Sequence[str]) -> None:
        """Let these articles be neither originals nor copies, and choose for each, the best first."""
        self._withdraw(identifiers)
        queue = list(self._standings(identifiers))
        heapify(queue)
        while queue:
            for displaced in self._place(heappop(queue)):
                heappush(queue, displaced)

    def _place(self, one: _Standing) -> list[_Standing]:
        """Make an article the copy of an original, or an original itself; those who lose theirs by that."""
        equal = self._connection.scalars(self._equal, {"text": one.text_hash}).all()
        alike = list(self._standings(equal))
        signature = None
        if not any(other < one for other in alike):
            signature = self._signer.sign(one.telling.shingles)
            alike += self._near(one, signature)
        first = min(alike, default=one)
        if signature is None or first < one:
            self._follow(one.id, first.id)
            return []
        self._sign(one, signature)
        displaced: list[_Standing] = []
        for other in alike:
            copies = self._connection.scalars(
                select(articles.c.id).where(articles.c.original == other.id)
            ).all()
            self._withdraw([other.id, *copies])
            self._follow(other.id, one.id)
            for copy in self._standings(copies):
                if copy.repeats(one):
                    self._follow(copy.id, one.id)
                else:
                    displaced.append(copy)
        return displaced

    def _near(self, one: _Standing, signature: Signature) -> list[_Standing]:
        """The originals that tell the same in nearly the same words."""
        mine = one.telling.shingles
        if not comparable(mine):
            return []
        found = self._connection.execute(self._likely, {"bands": bands(signature)}).all()
        likely = [
            row.article_id
            for row in found
            if may_be_copies(signature, np.frombuffer(row.signature, "<u4"), (mine.size, row.shingles))
        ]
        return [other for other in self._standings(likely) if are_copies(one.telling, other.telling)]

    def _sign(self, one: _Standing, signature: Signature) -> None:
        """Note an original's signature; a text with few shingles is found by its hash alone."""
        mine = one.telling.shingles
        self._connection.execute(
            insert(signatures),
            {
                "article_id": one.id,
                "text_hash": one.text_hash,
                "shingles": int(mine.size),
                "signature": signature.astype("<u4").tobytes(),
            },
        )
        if comparable(mine):
            rows = [{"band": key, "article_id": one.id} for key in bands(signature)]
            self._connection.execute(insert(signature_bands), rows)

    def _withdraw(self, identifiers: Sequence[str]) -> None:
        for part in _parts(identifiers):
            signed = self._connection.execute(
                select(signatures.c.article_id, signatures.c.signature).where(
                    signatures.c.article_id.in_(part)
                )
            ).all()
            for identifier, blob in signed:
                self._connection.execute(
                    delete(signature_bands).where(
                        signature_bands.c.band.in_(bands(np.frombuffer(blob, "<u4"))),
                        signature_bands.c.article_id == identifier,
                    )
                )
            self._connection.execute(delete(signatures).where(signatures.c.article_id.in_(part)))
            self._connection.execute(
                update(articles)
                .where(articles.c.id.in_(part), articles.c.original.is_not(None))
                .values(original=None)
            )

    def _follow(self, identifier: str, original: str) -> None:
        self._connection.execute(
            update(articles).where(articles.c.id == identifier).values(original=original)
        )

    def _standings(self, identifiers: Sequence[str]) -> Iterator[_Standing]:
        """What decides about these articles by their newest versions; those taken out are left out."""
        query = (
            select(
                articles.c.id,
                articles.c.added_at,
                versions.c.published,
                versions.c.text_hash,
                versions.c.text,
            )
            .join(
                versions,
                (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest),
            )
            .where(articles.c.removed_at.is_(None))
        )
        for part in _parts(identifiers):
            for row in self._connection.execute(query.where(articles.c.id.in_(part))):
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
