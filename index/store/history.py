"""Earlier versions of articles, and what changed between them, sentence by sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from index.sentences import sentences
from index.store.schema import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an article; ``seen_at`` is when it was taken in, in UTC."""

    article_id: str
    number: int
    seen_at: datetime
    title: str | None
    publisher: str | None
    published: date | None
    modified: datetime | None
    url: str | None
    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Sentences that took the place of others; ``before`` is empty for new ones, ``after`` for those gone."""

    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        """The form of `communique article --versions` and `communique recalls`."""
        return {"before": self.before, "after": self.after}


def versions_of(connection: Connection, articles: Sequence[str]) -> dict[str, list[Version]]:
    """Every version stored of these articles, also of those taken out, oldest first."""
    query = (
        select(versions)
        .where(versions.c.article_id.in_(articles))
        .order_by(versions.c.article_id, versions.c.version)
    )
    found: dict[str, list[Version]] = {}
    for row in connection.execute(query):
        version = Version(
            article_id=row.article_id,
            number=row.version,
            seen_at=row.seen_at,
            title=row.title,
            publisher=row.publisher,
            published=row.published,
            modified=row.modified,
            url=row.url,
            source=row.source,
            text=row.text,
        )
        found.setdefault(row.article_id, []).append(version)
    return found


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What changed between two texts, by sentences and rows of tables, in order of the later one.

    White space counts for nothing. The longest common stretches stand (Ratcliff and Obershelp's matching, as
    in `difflib`); what lies between them is a change.
    """
    old, new = _sentences(before), _sentences(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Change(before=" ".join(old[a:b]), after=" ".join(new[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def history_json(found: Iterable[Version]) -> list[dict[str, Any]]:
    """Versions with their texts and what each changed, ready for `json.dumps`, oldest first."""
    listed = list(found)
    steps = [(), *(changes(one.text, other.text) for one, other in pairwise(listed))]
    return [
        {
            "version": version.number,
            "seen": version.seen_at.isoformat(timespec="seconds"),
            "title": version.title,
            "published": version.published.isoformat() if version.published else None,
            "modified": version.modified.isoformat() if version.modified else None,
            "url": version.url,
            "text": version.text,
            "changes": [change.as_json() for change in step],
        }
        for version, step in zip(listed, steps, strict=True)
    ]


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentences(text)]
