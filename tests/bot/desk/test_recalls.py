"""Answers whose sources change, are corrected or go: found, listed, and their threads told once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Notice, Person
from bot.desk.recalls import recalls
from bot.errors import DeliveryError
from index.store.database import Database
from index.store.recording import article_id, remove
from retrieval.answer import Answer
from tests.bot.answers import FACT, HARBOUR, citation
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import PLACE, FakeDelivery, Room
from tests.collection import Collection, opened, story

TEXT = "The depot holds 300 vehicles. It was opened in May. The mayor was there."
QUOTE = "The depot holds 300 vehicles."
DEPOT = article_id(story("depot").identity)


def answer(text: str = TEXT, quote: str = QUOTE) -> Answer:
    """An answer that quotes the article of the tests."""
    made = citation(1, quote, replace(HARBOUR, id=DEPOT))
    start = text.index(quote)
    return replace(FACT, citations=(replace(made, start=start, end=start + len(quote)),))


@pytest.fixture
def collection(database: Database, tmp_path: Path) -> Any:
    """A collection beside the desk's database, with the article in it."""
    url = database.engine.url.render_as_string(hide_password=False)
    with opened(tmp_path, url=url) as made:
        made.add(story("depot", text=TEXT))
        yield made


@pytest.fixture
def telling(offices: Offices) -> Room:
    """A desk that tells every thread."""
    delivery = FakeDelivery()
    office = offices.open(tell_recalls={"all"})
    office.answerer.prepared["How many?"] = answer()
    office.desk.join("discord", delivery)
    return Room(office, delivery)


async def attend(room: Room) -> list[Notice]:
    """Let the desk look, and wait until it has posted; the notices that stand by then."""
    await room.office.desk.attend()
    await room.office.desk.drain(seconds=10)
    return [reply.body for reply in room.delivery.replies if isinstance(reply.body, Notice)]


def kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return [one.kind for one in recalls(connection)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TEXT.replace("300", "200"), ["quote"]),
        (TEXT + " Correction: it was opened in June.", ["correction"]),
        (TEXT + " It rained.", ["text"]),
        (TEXT.replace(". ", ".\n"), []),
        ("Today: " + TEXT, ["text"]),
    ],
)
async def test_what_became_of_the_quoted_article_is_told_apart(
    telling: Room, collection: Collection, text: str, kind: list[str]
) -> None:
    await telling.ask("How many?")
    assert kinds(collection.database) == []
    collection.add(story("depot", text=text))
    assert kinds(collection.database) == kind


async def test_a_recall_says_what_was_asked_quoted_and_changed(telling: Room, collection: Collection) -> None:
    await telling.ask("How many?")
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    with collection.database.read() as connection:
        (found,) = recalls(connection)
    told = found.as_json()
    assert (told["asked"], told["quotes"], told["kind"]) == ("How many?", [QUOTE], "quote")
    assert told["changes"] == [{"before": QUOTE, "after": QUOTE.replace("300", "200")}]
    assert (told["article"]["id"], told["article"]["title"]) == (DEPOT, "All of depot")
    assert told["changed_at"] >= told["asked_at"]


@pytest.mark.parametrize("purge", [False, True])
async def test_an_article_that_is_taken_out_recalls_its_answers_until_it_is_back(
    telling: Room, collection: Collection, purge: bool
) -> None:
    await telling.ask("How many?")
    with collection.database.write() as connection:
        remove(connection, DEPOT, purge=purge)
    assert kinds(collection.database) == ["removed"]
    collection.add(story("depot", text=TEXT))
    assert kinds(collection.database) == []


async def test_an_article_that_has_moved_recalls_nothing(telling: Room, collection: Collection) -> None:
    await telling.ask("How many?")
    collection.add(story("moved", text=TEXT))
    with collection.database.write() as connection:
        remove(connection, DEPOT, purge=False)
    assert kinds(collection.database) == []


async def test_a_withdrawn_answer_and_a_later_one_are_not_recalled(
    telling: Room, collection: Collection
) -> None:
    first = await telling.ask("How many?")
    await telling.office.desk.questions.withdraw(first.question)
    later = TEXT.replace("300", "200")
    collection.add(story("depot", text=later))
    telling.office.answerer.prepared["How many?"] = answer(later, QUOTE.replace("300", "200"))
    await telling.ask("How many?")
    assert kinds(collection.database) == []


async def test_each_thread_is_told_once_in_one_message(telling: Room, collection: Collection) -> None:
    for _ in range(2):
        await telling.ask("How many?")
    await telling.ask("How many?", place=replace(PLACE, thread="other"))
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    told = await attend(telling)
    assert len(told) == 2
    threads = [r.request.place.thread for r in telling.delivery.replies if isinstance(r.body, Notice)]
    assert sorted(threads) == ["other", "t"]
    both = next(one for one in told if len(one.lines) > 3)
    assert any("300 vehicles" in line for line in both.lines)
    assert any("200 vehicles" in line for line in both.lines)
    collection.add(story("beacon"))
    assert len(await attend(telling)) == 2
    collection.add(story("depot", text=TEXT.replace("300", "100")))
    assert len(await attend(telling)) == 4


async def test_nobody_is_told_of_what_changed_elsewhere_or_without_the_setting(
    telling: Room, offices: Offices, collection: Collection
) -> None:
    await telling.ask("How many?")
    collection.add(story("depot", text=TEXT + " It rained."))
    assert await attend(telling) == []
    silent = Room(offices.open(), FakeDelivery())
    silent.office.desk.join("discord", silent.delivery)
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    assert await attend(silent) == []


@pytest.mark.parametrize(("setting", "told"), [("discord:C", 1), ("discord:G/C", 1), ("discord:D", 0)])
async def test_a_setting_names_the_channels_that_are_told(
    offices: Offices, collection: Collection, setting: str, told: int
) -> None:
    room = Room(offices.open(tell_recalls={setting}), FakeDelivery())
    room.office.desk.join("discord", room.delivery)
    room.office.answerer.prepared["How many?"] = answer()
    await room.ask("How many?")
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    assert len(await attend(room)) == told


async def test_a_private_answer_is_recalled_in_private(telling: Room, collection: Collection) -> None:
    await telling.ask("How many?", private=True)
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    await attend(telling)
    (told,) = [reply for reply in telling.delivery.replies if isinstance(reply.body, Notice)]
    assert told.private
    assert told.request.person == Person(platform="discord", user="1")


async def test_what_was_not_heard_to_be_posted_is_not_posted_twice(
    offices: Offices, collection: Collection, database: Database
) -> None:
    first = Room(offices.open(tell_recalls={"all"}), FakeDelivery())
    first.office.desk.join("discord", first.delivery)
    first.office.answerer.prepared["How many?"] = answer()
    await first.ask("How many?")
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    first.delivery.deaf = True
    assert len(await attend(first)) == 1
    first.delivery.deaf = False
    second = Room(offices.open(tell_recalls={"all"}, lease=0), first.delivery)
    second.office.desk.join("discord", second.delivery)
    await second.office.desk.recover()
    assert len(await attend(second)) == 1


async def test_a_message_that_is_refused_is_not_tried_for_ever(telling: Room, collection: Collection) -> None:
    await telling.ask("How many?")
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    telling.delivery.fails.append(DeliveryError("I cannot see that channel.", code="50001"))
    assert await attend(telling) == []
    assert await attend(telling) == []


async def test_what_was_asked_by_somebody_who_is_forgotten_is_forgotten(
    telling: Room, collection: Collection
) -> None:
    await telling.ask("How many?")
    collection.add(story("depot", text=TEXT.replace("300", "200")))
    await attend(telling)
    await telling.office.desk.retention.forget("discord:1")
    assert kinds(collection.database) == []
    with collection.database.read() as connection:
        from sqlalchemy import func, select

        from bot.desk.tables import notices, told

        assert connection.scalar(select(func.count()).select_from(notices)) == 0
        assert connection.scalar(select(func.count()).select_from(told)) == 0
