"""Recalls: answers whose sources were corrected or taken out since, and the threads that are told."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select

from bot import wording
from bot.desk.clock import Clock, now, utc
from bot.desk.notices import notice_id, put
from bot.desk.records import Message, Notice, Person, Place, Request
from bot.desk.tables import cited, questions, told
from bot.desk.workers import Workers
from index.store.history import Change, Version, changes, versions_of
from index.store.schema import articles, versions

Kind = Literal["removed", "quote", "correction", "text"]
"""What became of the article: it was taken out; a quoted sentence no longer stands in it; it now says that it
was corrected; or something else in it changed, which threads are not told."""

_CORRECTION = re.compile(
    r"\b(?:correct(?:ed|ion|s)\b|clarif(?:ied|ication)|amended|retract(?:ed|ion)|withdrawn|erratum|"
    r"(?:an )?earlier version|previously (?:stated|said|reported)|updated to (?:correct|clarify|reflect))",
    re.IGNORECASE,
)
_LOOKUP = 400  # values in one IN list


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """An answer, one article that it quotes, and what became of that article since."""

    question: str
    """The id of the question."""
    asked: str
    asked_at: datetime
    quotes: tuple[str, ...]
    article: str
    title: str | None
    publisher: str | None
    url: str | None
    kind: Kind
    version: int
    """The article's version by now, 0 where it was taken out."""
    changed_at: datetime | None
    """None where the article was purged, of which nothing is kept."""
    changes: tuple[Change, ...]
    person: str
    place: Place
    message: Message | None
    private: bool
    told_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The form of `communique recalls --json`."""
        return {
            "question": self.question,
            "asked": self.asked,
            "asked_at": self.asked_at.isoformat(timespec="seconds"),
            "quotes": list(self.quotes),
            "article": {
                "id": self.article,
                "title": self.title,
                "publisher": self.publisher,
                "url": self.url,
            },
            "kind": self.kind,
            "changed_at": self.changed_at.isoformat(timespec="seconds") if self.changed_at else None,
            "changes": [change.as_json() for change in self.changes],
            "platform": self.place.platform,
            "told_at": self.told_at.isoformat(timespec="seconds") if self.told_at else None,
        }


@dataclass(frozen=True, slots=True)
class _Leaned:
    """An answer with what it quotes of one article: ``quotes`` are pairs of text and offset."""

    answer: Row[Any]
    article: str
    quotes: tuple[tuple[str, int], ...]


def recalls(connection: Connection) -> list[Recall]:
    """Every answer that leans on an article that has changed or gone since, the latest change first.

    An answer that was withdrawn is nobody's concern any more. That an article is gone, and is back with the
    same words or stands elsewhere, as when its page has moved, is no change.
    """
    leaned = _leaned(connection)
    stored = sorted({one.article for one in leaned})
    states: dict[str, Row[Any]] = {}
    history: dict[str, list[Version]] = {}
    elsewhere: set[str] = set()
    for start in range(0, len(stored), _LOOKUP):
        part = stored[start : start + _LOOKUP]
        states |= {row.id: row for row in connection.execute(select(articles).where(articles.c.id.in_(part)))}
        history |= versions_of(connection, part)
        elsewhere |= _elsewhere(connection, part)
    done = {
        (row.question, row.article_id, row.version): row.told_at for row in connection.execute(select(told))
    }
    found = []
    for one in (one for one in leaned if one.article not in elsewhere):
        recall = _recall(one, states.get(one.article), history.get(one.article, []))
        if recall is not None:
            at = done.get((recall.question, recall.article, recall.version))
            found.append(replace(recall, told_at=utc(at) if at else None))
    return sorted(
        found, key=lambda one: (one.changed_at is None, one.changed_at or one.asked_at), reverse=True
    )


class Recalls:
    """Tells the threads of answers that were recalled: one message each, and each change once.

    ``tell`` names whom: ``all``, or channels like ``slack:C1``, ``slack:T1/C1``, ``discord:42``.
    """

    def __init__(self, workers: Workers, *, tell: Collection[str] = (), clock: Clock = now) -> None:
        self._workers = workers
        self._tell = frozenset(tell)
        self._clock = clock

    async def list(self) -> list[Recall]:
        """Every recall, the latest change first."""
        return await self._workers.read(recalls)

    async def tell(self) -> int:
        """Write down a notice for each thread that has not been told; how many."""
        if not self._tell:
            return 0
        return await self._workers.write(self._note)

    def _note(self, connection: Connection) -> int:
        threads: dict[tuple[str, ...], list[Recall]] = defaultdict(list)
        for one in recalls(connection):
            if one.told_at is None and one.kind != "text" and self._to_be_told(one):
                threads[_thread(one)].append(one)
        moment = self._clock()
        for group in threads.values():
            put(connection, _request(group, moment), _notice(group))
            connection.execute(
                insert(told),
                [
                    {
                        "question": one.question,
                        "article_id": one.article,
                        "version": one.version,
                        "told_at": moment,
                    }
                    for one in group
                ],
            )
        return len(threads)

    def _to_be_told(self, one: Recall) -> bool:
        place = one.place
        if place.platform not in ("slack", "discord") or (one.message is None and not one.private):
            return False
        names = {"all", f"{place.platform}:{place.channel}"}
        names.add(f"{place.platform}:{place.workspace}/{place.channel}")
        return bool(names & self._tell)


def _leaned(connection: Connection) -> list[_Leaned]:
    """The answers that quote an article of which there is a later version, or which is not shown."""
    later = (
        select(versions.c.version)
        .where(versions.c.article_id == cited.c.article_id, versions.c.seen_at > questions.c.asked_at)
        .exists()
    )
    rows = connection.execute(
        select(cited, questions)
        .join(questions, questions.c.id == cited.c.question)
        .outerjoin(articles, articles.c.id == cited.c.article_id)
        .where(questions.c.withdrawn.is_(False), articles.c.version.is_(None) | later)
        .order_by(cited.c.question, cited.c.n)
    ).all()
    grouped: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        grouped[row.question, row.article_id].append(row)
    return [
        _Leaned(group[0], article, tuple((row.quote, row.start) for row in group))
        for (_, article), group in grouped.items()
    ]


def _elsewhere(connection: Connection, gone: Sequence[str]) -> set[str]:
    """Those of these articles that were taken out, while another one that is shown has the same text."""
    other, others = versions.alias(), articles.alias()
    query = (
        select(articles.c.id)
        .join(versions, (versions.c.article_id == articles.c.id) & (versions.c.version == articles.c.newest))
        .join(other, (other.c.text_hash == versions.c.text_hash) & (other.c.article_id != articles.c.id))
        .join(others, (others.c.id == other.c.article_id) & (others.c.version == other.c.version))
        .where(articles.c.id.in_(gone), articles.c.version.is_(None))
    )
    return set(connection.scalars(query))


def _recall(one: _Leaned, state: Row[Any] | None, history: Sequence[Version]) -> Recall | None:
    answer = one.answer
    before = _quoted_version(one, history)
    shown = next((v for v in history if state is not None and v.number == state.version), None)
    known = before or shown or (history[-1] if history else None)
    kind: Kind
    changed: tuple[Change, ...] = ()
    at: datetime | None = None
    if shown is None:
        if state is not None and state.removed_at is None:
            return None  # a version is on its way in
        kind, at = "removed", utc(state.removed_at) if state is not None else None
    else:
        if before is None or shown.number == before.number:
            return None
        changed = changes(before.text, shown.text)
        if not changed:
            return None
        kind = _kind(one, shown, changed)
        at = next(v.seen_at for v in history if v.number > before.number and changes(before.text, v.text))
    return Recall(
        question=answer.question,
        asked=answer.text,
        asked_at=utc(answer.asked_at),
        quotes=tuple(quote for quote, _ in one.quotes),
        article=one.article,
        title=known.title if known else _said(answer, one.article, "title"),
        publisher=known.publisher if known else _said(answer, one.article, "publisher"),
        url=known.url if known else _said(answer, one.article, "url"),
        kind=kind,
        version=shown.number if shown else 0,
        changed_at=at,
        changes=changed,
        person=answer.person,
        place=Place(
            platform=answer.platform,
            workspace=answer.workspace,
            channel=answer.channel,
            thread=answer.thread,
            direct=answer.direct,
        ),
        message=answer.message,
        private=answer.private,
    )


def _quoted_version(one: _Leaned, history: Sequence[Version]) -> Version | None:
    """The version that the answer was drawn from: the last before it that has the quotes in their place."""
    quoted = [v for v in history if all(v.text.startswith(quote, start) for quote, start in one.quotes)]
    before = [v for v in quoted if v.seen_at <= utc(one.answer.asked_at)]
    return before[-1] if before else quoted[0] if quoted else None


def _kind(one: _Leaned, shown: Version, changed: Sequence[Change]) -> Kind:
    text = " ".join(shown.text.split())
    if not all(" ".join(quote.split()) in text for quote, _ in one.quotes):
        return "quote"
    return "correction" if any(_CORRECTION.search(change.after) for change in changed) else "text"


def _said(answer: Row[Any], article: str, name: str) -> str | None:
    """What the stored answer says of an article of which nothing else is kept."""
    record: Mapping[str, Any] = answer.answer or {}
    for citation in record.get("citations", ()):
        if citation["article"]["id"] == article:
            found: str | None = citation["article"][name]
            return found
    return None


def _thread(one: Recall) -> tuple[str, ...]:
    """What one message is posted for: a thread, or the person who alone saw the answer."""
    place = one.place
    if one.private or one.message is None:
        return (place.platform, place.workspace, place.channel, one.person)
    return (place.platform, place.workspace, place.channel, place.thread or one.message["id"], "")


def _request(group: Sequence[Recall], moment: datetime) -> Request:
    last = max(group, key=lambda one: one.asked_at)
    key = notice_id(*sorted(f"{one.question} {one.article} {one.version}" for one in group))
    message = last.message or {}
    kept = {name: message[name] for name in ("channel", "enterprise") if name in message}
    return Request(
        key=f"notice:{key}",
        kind="notice",
        person=Person.of(last.place.platform, last.person),
        place=replace(last.place, thread=last.place.thread or message.get("id", "")),
        text=key,
        asked_at=moment,
        private=last.private or last.message is None,
        said_in=message.get("id", ""),
        delivery={"channel": last.place.channel, **kept},
    )


def _notice(group: Sequence[Recall]) -> Notice:
    return Notice(heading=wording.RECALLED, lines=tuple(line for one in group[:8] for line in _lines(one)))


def _lines(one: Recall) -> Iterator[str]:
    article = wording.named_article(one.title, one.publisher, one.url)
    yield wording.recalled(one.kind, one.asked, article)
    for change in _telling(one)[:2]:
        if change.before:
            yield f"It said: “{wording.shortened(wording.one_line(change.before), 300)}”"
        if change.after:
            yield f"It says now: “{wording.shortened(wording.one_line(change.after), 300)}”"


def _telling(one: Recall) -> list[Change]:
    """The changes that bear on the quotes, or say that they are corrections; else all."""
    quotes = [" ".join(quote.split()) for quote in one.quotes]
    bearing = [
        change
        for change in one.changes
        if any(quote in change.before or change.before in quote for quote in quotes if change.before)
        or (one.kind == "correction" and _CORRECTION.search(change.after))
    ]
    return bearing or list(one.changes)
