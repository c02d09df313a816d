"""How long things are kept, and what is known of a person: listed, and erased."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.desk import Person
from bot.desk.tables import feedback
from index.store.database import Database
from tests.bot.desk.conftest import ADMIN_PERSON, PERSON, Room


async def test_retention_and_forgetting(room: Room) -> None:
    desk = room.office.desk
    old = datetime.now(UTC) - timedelta(days=91)
    await room.ask("Old?", asked_at=old)
    reviewed = await room.ask("Old and reviewed?", asked_at=old)
    await desk.reviews.wrong(reviewed.question, PERSON, reason="other")
    await room.ask("New?")
    assert await desk.retention.sweep() == 1
    assert {asked.text for asked in await desk.questions.of(PERSON)} == {"Old and reviewed?", "New?"}
    known = await desk.retention.known("discord:1")
    assert (known.questions, known.feedback) == (2, 1)
    assert await desk.retention.known("discord:") != known
    await desk.retention.forget("discord:1")
    assert (await desk.retention.known("discord:1")).total == 0


async def test_everything_that_names_a_person_is_listed_and_none_of_it_left_once_erased(
    room: Room, database: Database
) -> None:
    desk = room.office.desk
    wrong = await room.ask("How many?", said_in="1")
    await desk.reviews.wrong(wrong.question, PERSON, reason="other", comment="It was 200.")
    await room.ask("air defence", kind="watch")
    await desk.sources.add(PERSON, "https://harbour.example/news")
    await desk.decide(ADMIN_PERSON, wrong.question, "dismissed")
    listed = await desk.retention.listed("discord:1")
    assert [record["text"] for record in listed["questions"]] == ["How many?"]
    assert listed["questions"][0]["answer"] == "How many? Yes. [1]"
    assert listed["feedback"][0]["comment"] == "It was 200."
    assert listed["watches"][0]["topic"] == "air defence"
    assert listed["suggestions"][0]["source"] == "https://harbour.example/news"
    known = await desk.retention.known("discord:1")
    assert {kind: len(records) for kind, records in listed.items()} == asdict(known)
    assert json.loads(json.dumps(listed)) == listed
    await desk.retention.forget(ADMIN_PERSON.key)
    with database.read() as connection:
        assert connection.scalar(select(feedback.c.decided_by)) == "erased"
    await desk.retention.forget("discord:1")
    assert not any((await desk.retention.listed("discord:1")).values())


async def test_forgetting_a_slack_user_with_or_without_the_workspace(room: Room) -> None:
    member = Person(platform="slack", workspace="T1", user="U_1")
    twin = Person(platform="slack", workspace="T1", user="UX1")
    for person in (member, twin):
        await room.ask("How many?", person=person)
    for who in ("slack:U_1", "slack:T1/U_1"):
        assert (await room.office.desk.retention.known(who)).questions == 1
    await room.office.desk.retention.forget("slack:U_1")
    assert (await room.office.desk.retention.known("slack:UX1")).questions == 1
