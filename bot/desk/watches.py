"""What channels have watched: topics, as questions or words, told at once or as a daily digest."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from bot import wording
from bot.desk.audit import Audit
from bot.desk.channels import Channels
from bot.desk.clock import Clock, now, utc
from bot.desk.records import Notice, Person, Place, Reply, Request, Words
from bot.desk.tables import watches
from bot.desk.workers import Workers
from bot.errors import DeskError, NotThere
from index.store.sync import head

MOST = 20
"""Watches of one channel."""
LONGEST = 300
"""Characters of a topic."""

_DAILY = re.compile(
    r"[\s,;:]*\b(?:daily|every day|each day|once a day)\b"
    r"(?:(?:\s+at)?\s+(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d))?\s*(?P<half>am|pm)?)?"
    r"(?:\s+(?P<zone>UTC|GMT|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+))?\s*$",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"[\s,;:]+(?:at once|now|immediately)\s*$", re.IGNORECASE)
_MORNING = "08:30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A topic that a place has watched. ``daily_at`` (``08:30``) is in ``zone``; empty: at once."""

    id: str
    topic: str
    daily_at: str
    zone: str
    person: str
    place: Place
    delivery: dict[str, str]
    seen: int
    due_at: datetime | None

    @property
    def when(self) -> str:
        """When it posts, in words."""
        return f"daily at {self.daily_at} ({self.zone})" if self.daily_at else "at once"

    def request(self, key: str, moment: datetime) -> Request:
        """The request by which the notice with the id ``key`` is posted."""
        return Request(
            key=f"notice:{key}",
            kind="notice",
            person=Person.of(self.place.platform, self.person),
            place=self.place,
            text=key,
            asked_at=moment,
            delivery=self.delivery,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed after ``/watch``."""

    topic: str
    daily_at: str = ""
    zone: str = ""


def parse(text: str) -> Wish:
    """What to watch and when to tell, from ``air defence daily at 8:30 Europe/Brussels``.

    Raises:
        DeskError: there is no such time or zone; the text says so.
    """
    found = _DAILY.search(text)
    if not found:
        return Wish(topic=_AT_ONCE.sub("", text).strip())
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise DeskError("There is no such time of day. Write it like 08:30.")
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    if hour > 23 or minute > 59:
        raise DeskError("There is no such time of day. Write it like 08:30.")
    zone = found["zone"] or ""
    if zone:
        known = {name.casefold(): name for name in available_timezones()}
        if zone.casefold() not in known:
            raise DeskError(f"I know no time zone {zone}. Write it like Europe/Brussels.")
        zone = known[zone.casefold()]
    at = f"{hour:02}:{minute:02}" if found["hour"] else _MORNING
    return Wish(topic=text[: found.start()].strip(), daily_at=at, zone=zone)


def next_digest(moment: datetime, daily_at: str, zone: str) -> datetime:
    """The first ``daily_at`` in ``zone`` after ``moment``, in UTC. Clocks put forward or back are seen to."""
    local = moment.astimezone(ZoneInfo(zone))
    at = time.fromisoformat(daily_at)
    today = datetime.combine(local.date(), at, ZoneInfo(zone)).astimezone(UTC)
    if today > moment:
        return today
    return datetime.combine(local.date() + timedelta(days=1), at, ZoneInfo(zone)).astimezone(UTC)


class Watches:
    """Watches are set, listed and stopped by whoever may ask in their channel. ``zone`` is the default."""

    def __init__(
        self, workers: Workers, channels: Channels, audit: Audit, *, zone: str = "UTC", clock: Clock = now
    ) -> None:
        self._workers = workers
        self._channels = channels
        self._audit = audit
        self._zone = zone
        self._clock = clock

    async def command(self, request: Request) -> Reply:
        """What ``/watch`` does with the words of ``request``, whose person may ask there.

        Raises:
            DeskError: it cannot be done; the text says why.
        """
        first, _, rest = request.text.strip().partition(" ")
        if not first or first.casefold() == "help":
            listed = await self.listed(request.place)
            return _private(request, "\n".join([wording.WATCH_HELP, *map(_line, listed)]))
        if first.casefold() == "list" and not rest:
            listed = await self.listed(request.place)
            return _private(request, "\n".join(map(_line, listed)) or "Nothing is watched here.")
        if first.casefold() in ("stop", "end", "remove") and rest:
            topics = [
                await self._stop(request.person, one)
                for one in await self.listed(request.place)
                if _folded(rest) in (_folded(one.topic), one.id, "all")
            ]
            if not topics:
                raise NotThere(wording.WATCH_GONE)
            return _private(request, "\n".join(map(wording.unwatched, topics)))
        watch = await self._set(request)
        return Reply(
            request=request, body=Notice(heading=wording.watching(watch.topic, watch.when), watch=watch.id)
        )

    async def stop(self, person: Person, place: Place, watch: str) -> str:
        """Stop a watch of this place; its topic.

        Raises:
            NotAllowed: ``person`` may not ask there.
            NotThere: there is no such watch, or not in this channel.
        """
        await self._channels.admit(person, place)
        for one in await self.listed(place):
            if one.id == watch:
                return await self._stop(person, one)
        raise NotThere(wording.WATCH_GONE)

    async def listed(self, place: Place) -> Sequence[Watch]:
        """What is watched in a channel and its threads, the oldest first."""
        query = select(watches).where(*_at(place)).order_by(watches.c.created_at)
        rows = await self._workers.read(lambda connection: connection.execute(query).all())
        return [restored(row) for row in rows]

    async def refused(self, watch: str) -> Watch | None:
        """Stop a watch whose messages cannot be posted; None if it is stopped already."""
        query = select(watches).where(watches.c.id == watch, watches.c.stopped_at.is_(None))
        row = await self._workers.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        await self._workers.write(lambda connection: _end(connection, watch, self._clock()))
        return restored(row)

    def identifier(self, request: Request) -> str:
        """The id of the watch that ``request`` sets: the same topic in the same place is the same watch.

        Raises:
            DeskError: it names no time or zone that there is.
        """
        place = request.place
        parts = (
            place.platform,
            place.workspace,
            place.channel,
            _target(request),
            _folded(parse(request.text).topic),
        )
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    async def _set(self, request: Request) -> Watch:
        place, moment = request.place, self._clock()
        channel = await self._channels.get(place)
        if channel.private and not place.direct:
            raise DeskError(wording.WATCHES_PRIVATE)
        wish = parse(request.text)
        if not wish.topic or len(wish.topic) > LONGEST:
            raise DeskError(f"Give a topic of at most {LONGEST} characters. {wording.WATCH_HELP}")
        zone = wish.zone or self._zone
        identifier = self.identifier(request)
        values: dict[str, Any] = {
            "topic": wish.topic,
            "daily_at": wish.daily_at,
            "zone": zone,
            "due_at": next_digest(moment, wish.daily_at, zone) if wish.daily_at else None,
            "person": request.person.key,
            "delivery": _kept(request),
        }

        def work(connection: Connection) -> Watch:
            row = connection.execute(select(watches).where(watches.c.id == identifier)).first()
            if row is None or row.stopped_at is not None:
                there = connection.scalar(select(func.count()).select_from(watches).where(*_at(place)))
                if there is not None and there >= MOST:
                    raise DeskError(f"{MOST} topics are watched here already. Stop one first.")
                values.update(seen=head(connection), created_at=moment, stopped_at=None)
            if row is None:
                where = {"platform": place.platform, "workspace": place.workspace, "channel": place.channel}
                more = {"thread": _thread(request), "direct": place.direct}
                connection.execute(insert(watches).values(id=identifier, **where, **more, **values))
            else:
                connection.execute(update(watches).where(watches.c.id == identifier).values(**values))
            return restored(connection.execute(select(watches).where(watches.c.id == identifier)).one())

        watch = await self._workers.write(work)
        await self._audit.note(request.person, "watch", watch.topic, watch.when)
        return watch

    async def _stop(self, person: Person, watch: Watch) -> str:
        await self._workers.write(lambda connection: _end(connection, watch.id, self._clock()))
        await self._audit.note(person, "unwatch", watch.topic, "")
        return watch.topic


def restored(row: Row[Any]) -> Watch:
    """The watch of a row."""
    return Watch(
        id=row.id,
        topic=row.topic,
        daily_at=row.daily_at,
        zone=row.zone,
        person=row.person,
        place=Place(
            platform=row.platform,
            workspace=row.workspace,
            channel=row.channel,
            thread=row.thread,
            direct=row.direct,
        ),
        delivery=dict(row.delivery),
        seen=row.seen,
        due_at=utc(row.due_at) if row.due_at else None,
    )


def _end(connection: Connection, watch: str, moment: datetime) -> None:
    connection.execute(update(watches).where(watches.c.id == watch).values(stopped_at=moment))


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    columns = watches.c
    return (
        columns.platform == place.platform,
        columns.workspace == place.workspace,
        columns.channel == place.channel,
        columns.stopped_at.is_(None),
    )


def _private(request: Request, text: str) -> Reply:
    return Reply(request=replace(request, private=True), body=Words(text=text), private=True)


def _line(watch: Watch) -> str:
    return f"“{wording.shortened(wording.one_line(watch.topic), 120)}” – {watch.when}"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _kept(request: Request) -> dict[str, str]:
    """What posting needs later: not what is good for one reply alone."""
    kept = {"channel": _target(request), "enterprise": request.delivery.get("enterprise", "")}
    return {name: value for name, value in kept.items() if value}


def _target(request: Request) -> str:
    """The channel or thread that is posted into."""
    return request.delivery.get("channel") or request.place.channel


def _thread(request: Request) -> str:
    """The thread it was set in, where the platform posts into threads by their id."""
    return "" if "channel" in request.delivery else request.place.thread
