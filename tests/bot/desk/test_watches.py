"""Watches: set, told at once or once a day, one article of each story, stopped by a button."""

from collections.abc import Collection as Some
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Channel, Notice, Person, Words
from bot.desk.watches import MOST, next_digest, parse
from bot.errors import DeliveryError, DeskError, NotThere
from index.store.database import Database
from index.store.reading import Reader
from index.store.recording import article_id, remove
from retrieval.answer import Answer
from tests.bot.answers import FACT, HARBOUR, NOTHING_CLOSE, citation
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import ADMIN_PERSON, PLACE, FakeDelivery, Room, request
from tests.bot.fakes import FakeAnswerer
from tests.collection import Collection, opened, story


class WordAnswerer(FakeAnswerer):
    """Answers from articles whose text has the question's first word, the first of them in order."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.reader = Reader(database)
        self.among: list[frozenset[str]] = []
        self.publishers: list[tuple[str, ...]] = []

    def ask(self, question: str, *, articles: Some[str] | None = None, **options: Any) -> Answer:
        assert articles is not None
        self.among.append(frozenset(articles))
        self.publishers.append(tuple(options["publishers"]))
        word = question.split()[0]
        quoted = [
            citation(1, text[:40], replace(HARBOUR, id=key, title=stored.title))
            for key, (stored, text) in sorted(self.reader.articles(sorted(articles)).items())
            if word in text
        ]
        if not quoted:
            return replace(NOTHING_CLOSE, id=options["id"], question=question)
        sure = 0.3 if "unsure" in question else 0.9
        return replace(
            FACT, id=options["id"], question=question, citations=tuple(quoted[:3]), confidence=sure
        )


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def collection(database: Database, tmp_path: Path) -> Any:
    with opened(tmp_path, url=database.engine.url.render_as_string(hide_password=False)) as made:
        made.add(story("radar"))
        yield made


@pytest.fixture
def room(offices: Offices, database: Database, clock: Clock) -> Room:
    delivery = FakeDelivery()
    office = offices.open(answerer=WordAnswerer(database), clock=clock)
    office.desk.join("discord", delivery)
    return Room(office, delivery)


async def attend(room: Room) -> list[Notice]:
    """Let the desk look, and wait until it has posted; what watches told by then."""
    await room.office.desk.attend()
    await room.office.desk.drain(seconds=10)
    bodies = [reply.body for reply in room.delivery.replies if reply.request.kind == "notice"]
    return [body for body in bodies if isinstance(body, Notice)]


async def test_a_watch_is_confirmed_with_a_button_and_told_of_new_articles_alone(
    room: Room, collection: Collection
) -> None:
    confirmed = await room.ask("radar", kind="watch")
    assert isinstance(confirmed.body, Notice)
    assert "at once" in confirmed.body.heading
    assert confirmed.body.watch
    assert not confirmed.private
    assert await attend(room) == []
    collection.add(
        story("beacon"), story("sonar", text="The radar of the harbour was mended on Monday, they say.")
    )
    (told,) = await attend(room)
    assert told.heading == "1 new article on “radar”"
    assert [one.article.title for one in told.citations] == ["All of sonar"]
    assert told.watch == confirmed.body.watch
    assert len(await attend(room)) == 1


async def test_what_is_found_without_being_sure_is_not_told(room: Room, collection: Collection) -> None:
    await room.ask("radar unsure", kind="watch")
    collection.add(story("sonar", text="The radar of the harbour was mended on Monday, they say."))
    assert await attend(room) == []


async def test_every_match_of_a_pass_is_in_one_message_and_found_among_the_new_ones(
    room: Room, collection: Collection
) -> None:
    await room.ask("radar", kind="watch")
    old = {article.id for article in collection.reader.listing()}
    news = [story(f"n{n}", text=f"The radar number {n} was tested at dawn. " * (n + 2)) for n in range(6)]
    collection.add(*news, story("beacon"))
    (told,) = await attend(room)
    assert told.heading.startswith("6 new articles")
    assert (len({one.article.id for one in told.citations}), len(told.lines)) == (4, 2)
    assert [one.n for one in told.citations] == list(range(1, len(told.citations) + 1))
    answerer = room.office.answerer
    assert isinstance(answerer, WordAnswerer)
    assert all(old.isdisjoint(among) for among in answerer.among)


async def test_copies_of_a_story_and_changes_of_it_are_told_once(room: Room, collection: Collection) -> None:
    await room.ask("radar", kind="watch")
    text = "The radar of the harbour was mended on Monday, the keeper of the harbour said at noon."
    collection.add(story("first", text=text), story("copy", text=text))
    assert [one.heading for one in await attend(room)] == ["1 new article on “radar”"]
    collection.add(story("later", text=text), story("first", text=text + " It works."))
    assert len(await attend(room)) == 1


async def test_an_article_that_has_moved_is_not_told_again(
    room: Room, collection: Collection, database: Database
) -> None:
    await room.ask("radar", kind="watch")
    text = "The radar of the harbour was mended on Monday, the keeper of the harbour said at noon."
    collection.add(story("first", text=text))
    assert len(await attend(room)) == 1
    with database.write() as connection:
        assert remove(connection, article_id(story("first").identity), purge=False)
    collection.add(story("moved", text=text))
    assert len(await attend(room)) == 1
    collection.add(story("other", text="The radar of the island was mended on Tuesday, and not before."))
    assert len(await attend(room)) == 2


async def test_a_digest_gathers_a_day_at_its_local_time(
    room: Room, collection: Collection, clock: Clock
) -> None:
    confirmed = await room.ask("radar daily at 8:30 Europe/Brussels", kind="watch")
    assert isinstance(confirmed.body, Notice)
    assert "daily at 08:30 (Europe/Brussels)" in confirmed.body.heading
    for name in ("one", "two"):
        collection.add(story(name, text=f"The radar {name} was tested at dawn by the keeper of the harbour."))
        assert await attend(room) == []
    gone = next(one.id for one in collection.reader.listing() if one.title == "All of two")
    with collection.database.write() as connection:
        remove(connection, gone, purge=False)
    clock.now += timedelta(days=1)
    (told,) = await attend(room)
    assert told.heading == "1 new article on “radar”"
    clock.now += timedelta(days=1)
    assert len(await attend(room)) == 1


async def test_a_watch_is_stopped_by_anybody_there_and_nowhere_else(
    room: Room, collection: Collection
) -> None:
    confirmed = await room.ask("radar", kind="watch")
    assert isinstance(confirmed.body, Notice)
    watches, other = room.office.desk.watches, Person(platform="discord", user="2")
    with pytest.raises(NotThere):
        await watches.stop(other, replace(PLACE, channel="elsewhere"), confirmed.body.watch)
    assert await watches.stop(other, PLACE, confirmed.body.watch) == "radar"
    collection.add(story("sonar", text="The radar of the harbour was mended on Monday."))
    assert await attend(room) == []
    with pytest.raises(NotThere):
        await watches.stop(other, PLACE, confirmed.body.watch)


async def test_watches_are_listed_changed_and_stopped_by_their_words(room: Room) -> None:
    await room.ask("air defence", kind="watch")
    await room.ask("Air  Defence daily 7pm", kind="watch")
    listed = await room.ask("list", kind="watch")
    assert isinstance(listed.body, Words)
    assert listed.private
    assert listed.body.text == "“Air Defence” – daily at 19:00 (UTC)"
    stopped = await room.ask("stop AIR DEFENCE", kind="watch")
    assert isinstance(stopped.body, Words)
    assert "no longer watched" in stopped.body.text
    again = await room.ask("stop air defence", kind="watch")
    assert again.private
    help_ = await room.ask("", kind="watch")
    assert isinstance(help_.body, Words)
    assert "/watch air defence" in help_.body.text


async def test_a_place_has_only_so_many_watches(room: Room) -> None:
    for n in range(MOST):
        await room.ask(f"topic number {n}", kind="watch")
    refused = await room.ask("one more", kind="watch")
    assert isinstance(refused.body, Words)
    assert refused.private
    assert len(await room.office.desk.watches.listed(PLACE)) == MOST


async def test_where_answers_are_private_nothing_is_posted(room: Room) -> None:
    desk = room.office.desk
    await desk.channels.set(ADMIN_PERSON, PLACE, Channel(private=True))
    refused = await room.ask("radar", kind="watch")
    assert isinstance(refused.body, Words)
    assert await desk.watches.listed(PLACE) == []


async def test_a_watch_that_cannot_be_posted_is_stopped_and_its_person_told(
    room: Room, collection: Collection
) -> None:
    await room.ask("radar", kind="watch")
    room.delivery.fails.append(DeliveryError("I cannot see that channel.", code="50001"))
    collection.add(story("sonar", text="The radar of the harbour was mended on Monday."))
    assert await attend(room) == []
    assert await room.office.desk.watches.listed(PLACE) == []
    (told,) = room.delivery.told
    assert told.startswith("discord:1: ")
    room.delivery.fails.append(DeliveryError("I cannot see that channel.", code="50001"))
    await room.office.desk.take(request("sonar", kind="watch"))
    await room.office.desk.drain(seconds=10)
    assert await room.office.desk.watches.listed(PLACE) == []


async def test_two_processes_tell_once(
    room: Room, offices: Offices, database: Database, collection: Collection, clock: Clock
) -> None:
    second = Room(offices.open(answerer=WordAnswerer(database), clock=clock), room.delivery)
    second.office.desk.join("discord", room.delivery)
    await room.ask("radar", kind="watch")
    collection.add(story("sonar", text="The radar of the harbour was mended on Monday."))
    assert len(await attend(room)) == 1
    assert len(await attend(second)) == 1


async def test_a_channels_publishers_narrow_its_watches(room: Room, collection: Collection) -> None:
    await room.office.desk.channels.set(ADMIN_PERSON, PLACE, Channel(publishers=("The Example Times",)))
    await room.ask("radar", kind="watch")
    collection.add(story("sonar", text="The radar of the harbour was mended on Monday."))
    await attend(room)
    answerer = room.office.answerer
    assert isinstance(answerer, WordAnswerer)
    assert set(answerer.publishers) == {("The Example Times",)}


@pytest.mark.parametrize(
    ("typed", "topic", "at", "zone"),
    [
        ("air defence", "air defence", "", ""),
        ("air defence at once", "air defence", "", ""),
        ("air defence daily", "air defence", "08:30", ""),
        ("What did he say about drones? daily at 7", "What did he say about drones?", "07:00", ""),
        ("tanks, every day at 6:15 pm", "tanks", "18:15", ""),
        ("tanks daily 12am europe/brussels", "tanks", "00:00", "Europe/Brussels"),
        ("tanks daily 23:59 UTC", "tanks", "23:59", "UTC"),
        ("the daily news", "the daily news", "", ""),
        ("daily life in Kyiv", "daily life in Kyiv", "", ""),
    ],
)
def test_what_is_typed_is_read(typed: str, topic: str, at: str, zone: str) -> None:
    wish = parse(typed)
    assert (wish.topic, wish.daily_at, wish.zone.casefold()) == (topic, at, zone.casefold())


@pytest.mark.parametrize(
    "typed", ["tanks daily 25:00", "tanks daily 13 pm", "tanks daily 8:30 Atlantis/Capital"]
)
def test_times_that_do_not_exist_are_declined(typed: str) -> None:
    with pytest.raises(DeskError):
        parse(typed)


@given(
    st.integers(0, 3 * 366 * 86400).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=n)),
    st.times(),
    st.sampled_from(["UTC", "Europe/Brussels", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_the_next_digest_is_within_a_day_and_an_hour(moment: datetime, at: Any, zone: str) -> None:
    due = next_digest(moment, f"{at:%H:%M}", zone)
    assert moment < due <= moment + timedelta(hours=25)
