"""The use cases behind the platforms, on SQLite and PostgreSQL."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import wording
from bot.desk import (
    Addition,
    Channel,
    Limits,
    Options,
    Person,
    Place,
    Request,
    SpendingQuery,
    Suggestion,
    Words,
    asks_whether_right,
    parse_spending,
    says_stop,
)
from bot.desk.conversations import STALE
from bot.desk.spending import METRICS
from bot.errors import DeskError, NotAllowed, NotThere
from index.figures.figure import Metric
from retrieval.answer import Answer
from retrieval.evaluate import read_questions
from retrieval.restored import restored
from tests.bot.answers import EIGHT, HOSTILE, OUTSIDE
from tests.bot.conftest import Offices
from tests.bot.desk.conftest import ADMIN_PERSON, PERSON, PLACE, FakeDelivery, Room, request


@pytest.mark.parametrize("answer", [*EIGHT, HOSTILE], ids=lambda answer: answer.id)
def test_a_stored_answer_comes_back_as_it_was(answer: Answer) -> None:
    assert restored(answer.as_json()) == answer


def test_a_request_comes_back_as_it_was() -> None:
    asked = request(
        "How?",
        person=Person(platform="discord", user="1", roles=frozenset({"b", "a"})),
        spending=SpendingQuery(view="compare", countries=("Poland", "Estonia"), target=2.5),
        options=Options(newest_only=True, as_of=datetime(2025, 5, 6, tzinfo=UTC).date()),
        delivery={"token": "x"},
    )
    assert Request.from_json(asked.as_json()) == asked


@pytest.mark.parametrize("text", ["stop", "Stop!", "please stop", "that's all", "be quiet, please."])
def test_stop_is_understood(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize("text", ["When did the bus stop?", "stop the war in Ukraine", "non-stop", ""])
def test_other_words_are_no_stop(text: str) -> None:
    assert not says_stop(text)


@pytest.mark.parametrize(
    "text", ["is that right?", "Is this true", "was that really correct?", "true or false?"]
)
def test_is_that_right_is_understood(text: str) -> None:
    assert asks_whether_right(text)


@pytest.mark.parametrize("text", ["Is that right about Poland?", "What is true?", "check the budget of 2024"])
def test_other_questions_are_not_is_that_right(text: str) -> None:
    assert not asks_whether_right(text)


@pytest.mark.parametrize("text", ["help", "Hello!", "what can you do?", "How does this work?", "hi"])
async def test_who_asks_for_help_or_greets_is_told_how(room: Room, text: str) -> None:
    assert (await room.ask(text)).body == Words(text=wording.HOW)
    assert room.office.answerer.asked == []


@pytest.mark.parametrize("text", ["Who did the army help?", "help for Ukraine", "How do drones work?"])
async def test_questions_about_help_are_answered(room: Room, text: str) -> None:
    assert isinstance((await room.ask(text)).body, Answer)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("poland", SpendingQuery(view="country", countries=("Poland",))),
        ("polnd 2023", SpendingQuery(view="country", countries=("Poland",), year=2023)),
        ("uk germany", SpendingQuery(view="compare", countries=("United Kingdom", "Germany"))),
        ("compare germany france", SpendingQuery(view="compare", countries=("Germany", "France"))),
        ("rank", SpendingQuery(view="rank")),
        ("rank 10", SpendingQuery(view="rank", rank=10)),
        ("rank 500", SpendingQuery(view="rank", rank=50)),
        ("history poland sipri", SpendingQuery(view="history", countries=("Poland",), source="sipri")),
        ("target 3.5", SpendingQuery(view="target", target=3.5)),
        (
            "rank 5 equipment edition 2024",
            SpendingQuery(view="rank", rank=5, metric="equipment", edition="2024"),
        ),
        (
            "poland 2023, 2024 edition, in US dollars",
            SpendingQuery(view="country", countries=("Poland",), year=2023, metric="usd", edition="2024"),
        ),
        ("target", None),
        ("help", None),
        ("", None),
        ("history", None),
    ],
)
def test_what_is_typed_after_spending(typed: str, expected: SpendingQuery | None) -> None:
    assert parse_spending(typed) == expected


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_measured_is_read_as_the_windows_write_it(metric: Metric) -> None:
    typed = f"compare Germany, United States 2023 edition 2024 {METRICS[metric]}"
    assert parse_spending(typed) == SpendingQuery(
        view="compare", countries=("Germany", "United States"), year=2023, edition="2024", metric=metric
    )


async def test_a_follow_up_leans_on_the_thread_and_a_stale_conversation_does_not(room: Room) -> None:
    await room.ask("Who opened the depot?")
    await room.ask("and when?", kind="follow")
    assert [turn.question for turn in room.office.answerer.asked[-1].turns] == ["Who opened the depot?"]
    direct = Place(platform="discord", workspace="", channel="D", direct=True)
    old = datetime.now(UTC) - STALE - timedelta(minutes=1)
    await room.ask("Who opened the bridge?", place=direct, asked_at=old)
    await room.ask("and when?", place=direct)
    assert room.office.answerer.asked[-1].turns == ()


async def test_a_withdrawn_answer_is_no_turn_and_is_not_shown_again(room: Room) -> None:
    reply = await room.ask("Who opened the depot?")
    await room.office.desk.decide(ADMIN_PERSON, reply.question, "withdrawn")
    assert room.delivery.replaced[-1].body == Words(text=wording.WITHDRAWN)
    await room.ask("and when?")
    assert room.office.answerer.asked[-1].turns == ()
    with pytest.raises(NotThere):
        await room.office.desk.asked(reply.question)


async def test_only_found_answers_become_follow_ups_and_nothing_silent_is_kept(room: Room) -> None:
    await room.ask("Who opened the depot?")
    await room.office.desk.take(request("nonsense", kind="follow"))
    await room.office.desk.drain()
    assert len(room.delivery.posted) == 1
    assert len(await room.office.desk.questions.thread(PLACE)) == 1
    assert await room.office.desk.questions.gaps() == []


async def test_a_thread_has_its_own_conversation(room: Room) -> None:
    await room.ask("Who opened the depot?")
    elsewhere = Place(platform="discord", workspace="G", channel="C", thread="u")
    await room.office.desk.take(request("and when?", kind="follow", place=elsewhere))
    await room.office.desk.drain()
    assert len(room.delivery.posted) == 1


async def test_gaps_are_counted_without_names(room: Room) -> None:
    for text in ("nonsense of the moon?", "nonsense of the Moon", "nonsense of <@42>?"):
        await room.ask(text)
    gaps = await room.office.desk.sources.gaps(ADMIN_PERSON)
    assert [(gap.question.casefold().rstrip("?"), gap.times) for gap in gaps] == [
        ("nonsense of the moon", 2),
        ("nonsense of …", 1),
    ]
    with pytest.raises(NotAllowed):
        await room.office.desk.sources.gaps(PERSON)


async def test_limits_count_a_person_and_a_channel(offices: Offices) -> None:
    delivery = FakeDelivery()
    office = offices.open(limits=Limits(per_person=1, per_channel=2))
    office.desk.join("discord", delivery)
    room = Room(office, delivery)
    others = [Person(platform="discord", user=user) for user in "23"]
    assert isinstance((await room.ask("One?")).body, Answer)
    kind = await room.ask("Two?")
    assert isinstance(kind.body, Words)
    assert "try again in" in kind.body.text
    assert kind.private
    assert isinstance((await room.ask("Three?", person=others[0])).body, Answer), (
        "what is refused is not counted"
    )
    assert isinstance((await room.ask("Three and a half?", person=others[1])).body, Words)
    elsewhere = Place(platform="discord", workspace="G", channel="other")
    assert isinstance((await room.ask("Four?", person=others[1], place=elsewhere)).body, Answer)


async def test_a_hundred_people_in_one_channel_are_served_and_one_who_floods_is_told(
    offices: Offices,
) -> None:
    delivery = FakeDelivery()
    office = offices.open(limits=Limits())
    office.desk.join("discord", delivery)
    crowd = [Person(platform="discord", user=str(1000 + n)) for n in range(100)]
    for person in crowd:
        await office.desk.take(request("How many?", person=person))
    for number in range(30):
        await office.desk.take(request(f"Question {number}?"))
    await office.desk.drain(seconds=60)
    assert sum(isinstance(reply.body, Answer) for reply in delivery.replies) == len(crowd) + 12
    declined = [reply for reply in delivery.replies if isinstance(reply.body, Words)]
    assert {reply.request.person for reply in declined} == {PERSON}
    assert all(reply.private and "That was a lot of questions" in str(reply.body) for reply in declined)
    assert len(declined) == 18


async def test_who_waits_as_long_as_they_are_told_is_served(offices: Offices) -> None:
    moment = [datetime(2025, 5, 6, 12, tzinfo=UTC)]
    delivery = FakeDelivery()
    office = offices.open(limits=Limits(per_person=3), clock=lambda: moment[0])
    office.desk.join("discord", delivery)
    room = Room(office, delivery)
    told: list[str] = []
    for _ in range(5):
        body = (await room.ask("How many?")).body
        told += re.findall(r"in (\d+) seconds", body.text) if isinstance(body, Words) else ["now"]
        moment[0] += timedelta(seconds=10)
    assert told == ["now", "now", "now", "30", "20"]
    moment[0] += timedelta(seconds=10)
    assert isinstance((await room.ask("And now?")).body, Answer)
    assert isinstance((await room.ask("And again?")).body, Words), "two others are not past their minute"


async def test_what_a_watch_finds_and_what_is_passed_over_count_for_nobody(offices: Offices) -> None:
    delivery = FakeDelivery()
    office = offices.open(limits=Limits(per_person=2))
    office.desk.join("discord", delivery)
    room = Room(office, delivery)
    await room.ask("Who opened the depot?")
    for key in ("notice:1", "notice:2", "discord:aside"):
        kind = "follow" if key == "discord:aside" else "notice"
        await office.desk.take(request("nonsense", key=key, kind=kind))
        await office.desk.drain()
    assert isinstance((await room.ask("And when?")).body, Answer)
    assert isinstance((await room.ask("And why?")).body, Words)


async def test_settings_hold_for_a_channel_or_for_all_without_their_own(room: Room) -> None:
    channels = room.office.desk.channels
    here = Place(platform="slack", workspace="T1", channel="C1")
    with pytest.raises(NotAllowed):
        await channels.set(PERSON, here, Channel(who="nobody"))
    await channels.set(ADMIN_PERSON, here, Channel(who="admins"), workspace=True)
    await channels.set(ADMIN_PERSON, here, Channel(private=True, publishers=("A", "B")))
    assert await channels.get(here) == Channel(private=True, publishers=("A", "B"))
    elsewhere = Place(platform="slack", workspace="T1", channel="C2")
    assert (await channels.get(elsewhere)).who == "admins"
    assert await channels.get(PLACE) == Channel()
    member = Person(platform="slack", workspace="T1", user="U1")
    with pytest.raises(NotAllowed):
        await channels.admit(member, elsewhere)
    assert (await channels.admit(ADMIN_PERSON, elsewhere)).who == "admins"


async def test_an_administrator_is_one_in_their_own_workspace_or_by_role(offices: Offices) -> None:
    admins = frozenset({"slack:T1/U1", "discord:7", "discord-role:9"})
    channels = offices.open(admins=admins).desk.channels
    yes = [
        Person(platform="slack", workspace="T1", user="U1"),
        Person(platform="discord", user="7"),
        Person(platform="discord", user="8", roles=frozenset({"9"})),
    ]
    no = [
        Person(platform="slack", workspace="T2", user="U1"),
        Person(platform="discord", user="8", roles=frozenset({"8"})),
        Person(platform="slack", workspace="T1", user="7"),
    ]
    assert [channels.administers(person) for person in yes + no] == [True] * 3 + [False] * 3


async def test_guests_are_known_only_after_the_claim_and_get_nothing(room: Room) -> None:
    room.delivery.guests = frozenset({"1"})
    reply = await room.ask("How many?")
    assert reply.body == Words(text=wording.NOT_FOR_GUESTS)
    assert room.office.answerer.asked == []


async def test_a_private_channel_answers_the_asker_alone(room: Room) -> None:
    here = Place(platform="slack", workspace="T1", channel="C1")
    await room.office.desk.channels.set(ADMIN_PERSON, here, Channel(private=True))
    delivery = FakeDelivery()
    room.office.desk.join("slack", delivery)
    await room.office.desk.take(request("How many?", place=here))
    await room.office.desk.drain()
    assert delivery.replies[0].private


async def test_feedback_review_and_export(room: Room) -> None:
    desk = room.office.desk
    reply = await room.ask("How many vehicles?")
    await desk.reviews.helpful(reply.question, PERSON)
    await desk.reviews.wrong(reply.question, PERSON, reason="number", comment="200")
    (case,) = await desk.reviews.open(ADMIN_PERSON)
    assert (case.asked.id, case.reason, case.comment) == (reply.question, "number", "200")
    await desk.decide(ADMIN_PERSON, reply.question, "corrected", correction="200 vehicles")
    assert room.delivery.replaced[-1].body == Words(text=wording.corrected("200 vehicles"))
    (line,) = await desk.reviews.export(ADMIN_PERSON)
    assert line["answers"] == ["200 vehicles"]
    assert {"id", "question", "as_of", "kind", "answers"} <= set(line)
    assert await desk.reviews.open(ADMIN_PERSON) == []
    for work in (desk.reviews.open(PERSON), desk.reviews.export(PERSON)):
        with pytest.raises(NotAllowed):
            await work
    with pytest.raises(NotThere):
        await desk.reviews.helpful("f" * 16, PERSON)


async def test_what_was_decided_is_exported_as_evaluate_reads_it(room: Room, tmp_path: Path) -> None:
    desk = room.office.desk
    asked = [(await room.ask(f"Question {number}?")).question for number in range(4)]
    for question in asked:
        await desk.reviews.wrong(question, PERSON, reason="quote")
    await desk.decide(ADMIN_PERSON, asked[0], "corrected", correction="200")
    await desk.decide(ADMIN_PERSON, asked[1], "withdrawn")
    await desk.decide(ADMIN_PERSON, asked[2], "dismissed")
    file = tmp_path / "wrong.jsonl"
    file.write_text("\n".join(map(json.dumps, await desk.reviews.export(ADMIN_PERSON))))
    corrected, withdrawn = read_questions(file)
    assert (corrected.question, corrected.answers) == ("Question 0?", ("200",))
    assert (withdrawn.question, withdrawn.answers) == ("Question 1?", ())


async def test_suggestions_are_decided_once_and_stay_open_when_reading_fails(room: Room) -> None:
    sources = room.office.desk.sources
    for url in ("https://fjord.example", "https://broken.example"):
        assert isinstance(await sources.add(PERSON, url), Suggestion)
        await sources.add(PERSON, url)
    fjord, broken = await sources.suggested(ADMIN_PERSON)
    decided, addition = await sources.decide(ADMIN_PERSON, fjord.id, approve=True)
    assert (decided.state, addition) == (
        "approved",
        Addition(added=2, passages=9, failed=(("https://fjord.example/3", "no text"),)),
    )
    with pytest.raises(NotThere):
        await sources.decide(ADMIN_PERSON, fjord.id, approve=False)
    with pytest.raises(DeskError, match="does not answer"):
        await sources.decide(ADMIN_PERSON, broken.id, approve=True)
    assert [one.id for one in await sources.suggested(ADMIN_PERSON)] == [broken.id]
    with pytest.raises(NotAllowed):
        await sources.decide(PERSON, broken.id, approve=True)
    actions = [(entry.action, entry.person) for entry in await room.office.desk.audit.last()]
    assert ("approve", ADMIN_PERSON.key) in actions
    assert ("suggest", PERSON.key) in actions


async def test_asking_again_changes_only_the_options(room: Room) -> None:
    room.office.answerer.prepared["What was decided?"] = OUTSIDE
    reply = await room.ask("What was decided?")
    await room.office.desk.again(
        reply.question, key="discord:again", person=PERSON, options=Options(widen=True)
    )
    await room.office.desk.drain()
    asked = room.office.answerer.asked[-1]
    assert (asked.question, asked.widen) == (OUTSIDE.understood, True)


async def test_a_passage_is_shown_among_its_neighbours_while_it_is_there(room: Room) -> None:
    reply = await room.ask("How many?")
    assert await room.office.desk.passage(reply.question, 1) is None
    assert await room.office.desk.passage(reply.question, 99) is None
    with pytest.raises(NotThere):
        await room.office.desk.passage("f" * 16, 1)
