"""Writing articles down, showing them, taking them out: what changes in the database, and in what order."""

import hashlib
import json
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update

from index.article import Article, Passage
from index.chunk import TokenCounter, embedded_text, passages_of
from index.embed import vector_key
from index.store.copies import arrange, repeated
from index.store.numbers import take_numbers
from index.store.schema import articles, changes, passages, vectors, versions

_LOOKUP = 500  # values in one IN list


@dataclass(slots=True, kw_only=True)
class Draft:
    """An article on its way in: what it is compared by; once cut, its passages and their vectors' keys."""

    article: Article
    id: str
    content_hash: bytes
    text_hash: bytes
    known: bool = False
    passages: list[Passage] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)


def draft_of(article: Article) -> Draft:
    """The draft of an article, not cut yet."""
    content, text = _hashes(article)
    return Draft(article=article, id=article_id(article.identity), content_hash=content, text_hash=text)


def cut(draft: Draft, count_tokens: TokenCounter) -> dict[bytes, str]:
    """Cut the draft into passages; what is to be embedded of them, by the keys of their vectors."""
    article = draft.article
    draft.passages = passages_of(article.text, title=article.title, count_tokens=count_tokens)
    texts = [embedded_text(passage, article.text) for passage in draft.passages]
    draft.keys = [vector_key(text) for text in texts]
    return dict(zip(draft.keys, texts, strict=True))


def record(
    connection: Connection, drafts: Sequence[Draft], *, fresh: dict[bytes, bytes], model: str
) -> set[str]:
    """Write drafts down, not yet visible, with the ``fresh`` vectors (float16) of ``model`` by their keys.

    Returns those of them that repeat, or overtake, an article that is there already.
    """
    now = datetime.now(UTC)
    present = present_vectors(connection, list(fresh), model)
    new = [{"hash": k, "model": model, "vector": v} for k, v in fresh.items() if k not in present]
    if new:
        connection.execute(insert(vectors), new)
    number = take_numbers(connection, "passage", sum(len(draft.passages) for draft in drafts))
    change = take_numbers(connection, "change", len(drafts))
    changed: list[str] = []
    rows: list[dict[str, Any]] = []
    for place, draft in enumerate(drafts):
        # One after the other, so that of equal articles the one that came first is the original.
        version, told_anew = _next_version(connection, draft, now + timedelta(microseconds=place))
        changed += [draft.id] if told_anew else []
        connection.execute(insert(versions).values(_version_row(draft, version, number, now)))
        connection.execute(
            insert(changes).values(_change_row(change, "add", draft.id, version, number, len(draft.passages)))
        )
        rows += _passage_rows(draft, version, number)
        number += len(draft.passages)
        change += 1
    if rows:
        connection.execute(insert(passages), rows)
    arrange(connection, changed)
    return repeated(connection, [draft.id for draft in drafts])


def waiting(connection: Connection) -> list[str]:
    """The articles whose newest version is written down and not shown: somebody was killed in between."""
    return list(
        connection.scalars(
            select(articles.c.id).where(
                articles.c.removed_at.is_(None),
                articles.c.version.is_(None) | (articles.c.version != articles.c.newest),
            )
        )
    )


def show(connection: Connection, identifiers: Sequence[str]) -> None:
    """Make the newest version of these articles the one that is shown, and retire those before.

    What was taken out in the meantime stays out.
    """
    for identifier in identifiers:
        newest = connection.scalar(
            select(articles.c.newest).where(articles.c.id == identifier, articles.c.removed_at.is_(None))
        )
        if newest is not None:
            _retire(connection, identifier, versions.c.version < newest)
            connection.execute(update(articles).where(articles.c.id == identifier).values(version=newest))


def remove(connection: Connection, identifier: str, *, purge: bool) -> bool:
    """Take an article out of all answers; with ``purge`` forget its texts and vectors too. False: unknown."""
    row = connection.execute(
        select(articles.c.version, articles.c.newest).where(articles.c.id == identifier)
    ).one_or_none()
    if row is None or (row.version is None and not purge):
        return False
    _retire(connection, identifier, true())
    connection.execute(
        update(articles).where(articles.c.id == identifier).values(version=None, removed_at=datetime.now(UTC))
    )
    arrange(connection, [identifier])
    if purge:
        connection.execute(delete(versions).where(versions.c.article_id == identifier))
        connection.execute(delete(articles).where(articles.c.id == identifier))
        forget_unused_vectors(connection)
    return True


def forget_unused_vectors(connection: Connection) -> int:
    """Delete the vectors that no passage needs; how many they were."""
    needed = select(passages.c.vector_hash)
    return connection.execute(delete(vectors).where(vectors.c.hash.not_in(needed))).rowcount


def article_id(identity: str) -> str:
    """The identifier of the article with this identity: 12 characters, the same for ever and everywhere."""
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    return b32encode(digest).decode().lower()[:12]


def stored_hashes(connection: Connection, identifiers: Sequence[str]) -> dict[str, tuple[bytes, bool, int]]:
    """By article: the content hash of its newest version, whether that is shown, and its passages."""
    found: dict[str, tuple[bytes, bool, int]] = {}
    for start in range(0, len(identifiers), _LOOKUP):
        rows = connection.execute(
            select(
                articles.c.id,
                versions.c.content_hash,
                articles.c.version == articles.c.newest,
                articles.c.removed_at.is_(None),
                versions.c.passages,
            )
            .join(
                versions,
                (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest),
            )
            .where(articles.c.id.in_(identifiers[start : start + _LOOKUP]))
        )
        for identifier, content, shown, present, count in rows:
            found[identifier] = (content, bool(shown and present), count)
    return found


def present_vectors(connection: Connection, keys: Sequence[bytes], model: str) -> set[bytes]:
    """Those of ``keys`` for which a vector of ``model`` is stored."""
    present: set[bytes] = set()
    for start in range(0, len(keys), _LOOKUP):
        present.update(
            connection.scalars(
                select(vectors.c.hash).where(
                    vectors.c.model == model, vectors.c.hash.in_(keys[start : start + _LOOKUP])
                )
            )
        )
    return present


def _retire(connection: Connection, identifier: str, which: ColumnElement[bool]) -> None:
    """Take the passages of these versions out of the database, and tell the derived stores to let them go."""
    still_there = select(passages.c.id).where(
        passages.c.id >= versions.c.first_passage,
        passages.c.id < versions.c.first_passage + versions.c.passages,
    )
    found = connection.execute(
        select(versions.c.version, versions.c.first_passage, versions.c.passages).where(
            versions.c.article_id == identifier, which, still_there.exists()
        )
    ).all()
    for version, first, count in found:
        connection.execute(delete(passages).where(passages.c.id >= first, passages.c.id < first + count))
        change = take_numbers(connection, "change", 1)
        row = _change_row(change, "drop", identifier, version, first, count)
        connection.execute(insert(changes).values(row))


def _next_version(connection: Connection, draft: Draft, now: datetime) -> tuple[int, bool]:
    """Note in the article's row that a version is coming; its number, and whether text or day are new."""
    before = connection.execute(
        select(articles.c.newest, articles.c.removed_at, versions.c.text_hash, versions.c.published)
        .join(versions, (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest))
        .where(articles.c.id == draft.id)
    ).one_or_none()
    if before is None:
        connection.execute(
            insert(articles).values(id=draft.id, identity=draft.article.identity, newest=1, added_at=now)
        )
        return 1, True
    connection.execute(
        update(articles).where(articles.c.id == draft.id).values(newest=before.newest + 1, removed_at=None)
    )
    told = (before.text_hash, before.published, before.removed_at)
    return before.newest + 1, told != (draft.text_hash, draft.article.published, None)


def _version_row(draft: Draft, version: int, first_passage: int, now: datetime) -> dict[str, Any]:
    article = draft.article
    return {
        "article_id": draft.id,
        "version": version,
        "source": article.source,
        "external_id": article.external_id,
        "url": article.url,
        "title": article.title,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "published": article.published,
        "published_at": article.published_at,
        "date_source": article.date_source,
        "date_evidence": article.date_evidence,
        "modified": article.modified,
        "language": article.language,
        "text": article.text,
        "page_starts": list(article.page_starts),
        "content_hash": draft.content_hash,
        "text_hash": draft.text_hash,
        "first_passage": first_passage,
        "passages": len(draft.passages),
        "seen_at": now,
    }


def _passage_rows(draft: Draft, version: int, number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": number + offset,
            "article_id": draft.id,
            "version": version,
            "start": passage.start,
            "end": passage.end,
            "header": passage.header,
            "is_table": passage.table,
            "vector_hash": key,
        }
        for offset, (passage, key) in enumerate(zip(draft.passages, draft.keys, strict=True))
    ]


def _change_row(
    number: int, kind: str, identifier: str, version: int, first_passage: int, count: int
) -> dict[str, Any]:
    return {
        "number": number,
        "kind": kind,
        "article_id": identifier,
        "version": version,
        "first_passage": first_passage,
        "passages": count,
    }


def _hashes(article: Article) -> tuple[bytes, bytes]:
    """Of everything that an article says of itself (not of where it was found), and of its text alone."""
    facts = [
        article.text,
        article.title,
        article.url,
        article.publisher,
        list(article.authors),
        str(article.published),
        str(article.published_at),
        str(article.modified),
        article.language,
        article.external_id,
        *([list(article.page_starts)] if article.page_starts else []),
    ]
    content = hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).digest()
    folded = " ".join(article.text.split())
    return content, hashlib.blake2b(folded.encode(), digest_size=16).digest()
