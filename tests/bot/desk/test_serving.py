"""One question, one answer; whoever dies and whatever fails in between."""

import asyncio
import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot import wording
from bot.desk import Claims, Words
from bot.desk.tables import events
from bot.errors import DeliveryError
from retrieval.answer import Answer
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import FakeDelivery, Room, request
from tests.bot.fakes import FakeAnswerer


async def test_the_same_key_is_answered_once(room: Room) -> None:
    asked = request("How many?")
    taken = [await room.office.desk.take(asked) for _ in range(5)]
    await room.office.desk.drain()
    assert taken == [True, False, False, False, False]
    assert len(room.delivery.posted) == 1


async def test_two_replicas_answer_every_event_once_and_one_goes_on_alone(offices: Offices) -> None:
    delivery = FakeDelivery()
    replicas = [offices.open(answerer=FakeAnswerer(seconds=0.01), lease=0.3) for _ in range(2)]
    for replica in replicas:
        replica.desk.join("discord", delivery)
    events = [request(f"Question {n}?") for n in range(60)]
    deliveries = [(replica, event) for replica in replicas for event in events]
    random.Random(3).shuffle(deliveries)
    for number, (replica, event) in enumerate(deliveries):
        if number == 70:  # the first dies without a word
            for task in list(replicas[0].desk._serving._tasks.values()):
                task.cancel()
        if number < 70 or replica is replicas[1]:
            await replica.desk.take(event)
    await replicas[1].desk.drain()
    await asyncio.sleep(0.4)
    await replicas[1].desk.recover()
    await replicas[1].desk.drain()
    assert Counter(reply.request.key for reply in delivery.replies) == {event.key: 1 for event in events}


async def test_what_died_before_posting_is_answered_without_a_mark(offices: Offices) -> None:
    delivery = FakeDelivery()
    first = offices.open(answerer=FakeAnswerer(seconds=0.3), lease=0.1)
    first.desk.join("discord", delivery)
    await first.desk.take(request("Slow?"))
    await first.desk.drain(seconds=0.05)
    second = offices.open(lease=0.1)
    second.desk.join("discord", delivery)
    await asyncio.sleep(0.2)
    assert await second.desk.recover() == 1
    await second.desk.drain()
    (reply,) = delivery.replies
    assert not reply.second


async def test_an_unsure_delivery_is_looked_up_before_it_is_posted_again(offices: Offices) -> None:
    delivery = FakeDelivery(fails=[DeliveryError("The line broke.", passing=True)])
    office = offices.open(lease=0.05)
    office.desk.join("discord", delivery)
    lost = request("Lost?")
    await office.desk.take(lost)
    await office.desk.drain()
    await asyncio.sleep(0.1)
    await office.desk.recover()
    await office.desk.drain()
    (reply,) = delivery.replies
    assert not reply.second, "nothing stands beside it"
    await asyncio.sleep(0.1)
    assert await office.desk.recover() == 0
    assert not await office.desk.take(lost)


async def test_what_cannot_be_looked_up_is_marked_and_given_up_after_three(offices: Offices) -> None:
    broken = [DeliveryError("The line broke.", passing=True) for _ in range(3)]
    delivery = FakeDelivery(fails=broken, finds=False)
    office = offices.open(lease=0.05)
    office.desk.join("discord", delivery)
    await office.desk.take(request("Lost?"))
    for _ in range(6):
        await office.desk.drain()
        await asyncio.sleep(0.06)
        await office.desk.recover()
    await office.desk.drain()
    (reply,) = delivery.replies
    assert isinstance(reply.body, Words)
    assert (reply.second, reply.body.failed) == (True, True)


async def test_a_message_that_stands_is_not_posted_again(offices: Offices) -> None:
    delivery = FakeDelivery(deaf=True)
    office = offices.open(lease=0.05)
    office.desk.join("discord", delivery)
    await office.desk.take(request("Posted?"))
    await office.desk.drain()
    await asyncio.sleep(0.1)
    await office.desk.recover()
    await office.desk.drain()
    (reply,) = delivery.replies
    asked = await office.desk.asked(reply.question)
    assert asked.message == {"channel": "C", "id": "m1"}


async def test_a_refused_message_is_told_to_the_asker_alone(room: Room) -> None:
    room.delivery.fails = [DeliveryError("I am not in that channel.", code="not_in_channel")]
    reply = await room.ask("How many?")
    assert (reply.private, reply.body) == (True, Words(text="I am not in that channel.", failed=True))


async def test_what_breaks_while_answering_is_said(room: Room) -> None:
    reply = await room.ask("break it")
    assert isinstance(reply.body, Words)
    assert "Something went wrong" in reply.body.text


async def test_an_edit_waits_for_its_question_and_replaces_the_answer(offices: Offices) -> None:
    delivery = FakeDelivery()
    office = offices.open(answerer=FakeAnswerer(seconds=0.1))
    office.desk.join("discord", delivery)
    first = request("How many tanks?", said_in="7")
    await office.desk.take(first)
    await office.desk.take(request("How many ships?", said_in="7"))
    await office.desk.drain()
    replaces = await office.desk.taken_up(first.place, "7")
    assert replaces
    (reply,) = delivery.replies
    assert isinstance(reply.body, Answer)
    assert reply.body.question == "How many ships?"
    asked = await office.desk.asked(replaces)
    assert (asked.text, asked.message) == ("How many ships?", {"channel": "C", "id": "m1"})
    await office.desk.take(request("", kind="retract", said_in="7"))
    await office.desk.drain()
    assert delivery.replies == []
    assert await office.desk.taken_up(first.place, "8") is None


async def test_an_edit_that_overtakes_its_question_is_answered_alone(room: Room) -> None:
    said = datetime(2025, 5, 6, 12, tzinfo=UTC)
    versions = ["How many tanks?", "How many ships?", "How many boats?"]
    for number in (1, 0, 2, 1):  # the question comes after its first edit, which comes again after the second
        moment = said + timedelta(seconds=number)
        await room.office.desk.take(request(versions[number], said_in="7", asked_at=moment))
        await room.office.desk.drain()
    (reply,) = room.delivery.replies
    assert isinstance(reply.body, Answer)
    assert reply.body.question == "How many boats?"
    assert [asked.question for asked in room.office.answerer.asked] == versions[1:]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_deleted_question_is_not_answered_in_whatever_order_word_of_it_comes(
    room: Room, order: tuple[int, ...]
) -> None:
    said = datetime.now(UTC)
    asked = request("How many tanks?", said_in="7", asked_at=said)
    edited = request("How many ships?", said_in="7", asked_at=said + timedelta(seconds=1))
    deleted = request("", kind="retract", said_in="7", asked_at=said + timedelta(seconds=2))
    for number in order:
        for _ in range(2):
            await room.office.desk.take((asked, edited, deleted)[number])
            await room.office.desk.drain()
    assert room.delivery.replies == []
    before = order[: order.index(2)]
    assert len(room.office.answerer.asked) == (1 if before == (1, 0) else len(before))
    await room.ask("How many boats?", said_in="8")


async def test_a_question_deleted_while_it_is_answered_leaves_nothing_behind(offices: Offices) -> None:
    delivery = FakeDelivery()
    office = offices.open(answerer=FakeAnswerer(seconds=0.2))
    office.desk.join("discord", delivery)
    await asyncio.gather(*(office.desk.take(request(str(n), said_in=str(n))) for n in range(4)))
    await asyncio.gather(*(office.desk.take(request("", kind="retract", said_in=str(n))) for n in range(3)))
    await office.desk.drain()
    assert [reply.request.text for reply in delivery.replies] == ["3"]
    assert delivery.posts == 1, "and nobody is told of a message that goes at once"


async def test_a_deletion_is_forgotten_once_its_question_cannot_come_any_more(offices: Offices) -> None:
    times = iter([datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (0, 50, 70)])
    claims = Claims(offices.open().workers, clock=lambda: next(times))
    kept = []
    for number in range(3):
        assert await claims.claim(request("", kind="retract", said_in=str(number))) is None
        with offices.database.read() as connection:
            kept.append(connection.execute(select(func.count()).select_from(events)).scalar_one())
    assert kept == [1, 2, 2]


async def test_an_edited_follow_up_changes_its_answer_and_stays_silent_where_it_had_none(room: Room) -> None:
    await room.ask("Who opened the depot?")
    await room.ask("and when?", kind="follow", said_in="8")
    for text in ("nonsense", "and why?"):
        await room.office.desk.take(request(text, kind="follow", said_in="8"))
        await room.office.desk.drain()
        assert len(room.delivery.replies) == 2
    assert isinstance(body := room.delivery.replies[-1].body, Answer)
    assert body.question == "and why?"
    for text in ("nonsense", "more nonsense"):
        await room.office.desk.take(request(text, kind="follow", said_in="9"))
        await room.office.desk.drain()
    assert len(room.delivery.replies) == 2


async def test_sharing_is_for_the_asker(room: Room) -> None:
    private = await room.ask("How many?", private=True)
    from bot.desk import Person

    stranger = Person(platform="discord", user="2")
    refused = await room.ask(private.question, kind="share", person=stranger)
    assert refused.body == Words(text=wording.NOT_YOURS)
    shared = await room.ask(private.question, kind="share")
    assert shared.shared
    assert not shared.private
