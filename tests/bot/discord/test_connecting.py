"""The real client against a REST and gateway server on loopback."""

import asyncio
import contextlib
import json
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import wording
from bot.desk import Limits
from bot.desk.tables import events, questions
from bot.discord_app.app import DiscordApp, DiscordSettings
from bot.errors import SettingsError
from tests.bot.answers import HOSTILE
from tests.bot.conftest import Office, Offices
from tests.bot.discord.objects import BOT, CHANNEL, GUILD, TOKEN, Posted, message, person
from tests.bot.discord.payloads import live, markdown
from tests.bot.discord.server import FakeDiscord
from tests.bot.fakes import FakeAnswerer

Connect = Callable[..., Awaitable[DiscordApp]]


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        yield server
        assert server.problems == []


@pytest.fixture
async def connect(discord: FakeDiscord, offices: Offices) -> AsyncIterator[Connect]:
    """Connects a desk to Discord, and stops it at the end."""
    running: list[tuple[DiscordApp, asyncio.Task[None]]] = []

    async def start(office: Office, *, lifetime: float = 900, patience: float = 840) -> DiscordApp:
        settings = DiscordSettings(
            token=TOKEN,
            api_url=discord.api_url,
            lifetime=timedelta(seconds=lifetime),
            patience=timedelta(seconds=patience),
            typing_for=timedelta(seconds=0.2),
        )
        app = DiscordApp(settings, office.desk, workers=office.workers, database=offices.database)
        before = len(discord.identified)
        task = asyncio.create_task(app.run())
        running.append((app, task))
        await discord.until(lambda: task.done() or (len(discord.identified) > before and discord.connected))
        return app

    yield start
    for app, task in running:
        await app.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def text(posted: Posted) -> str:
    """What stands in a message."""
    return json.dumps(posted.payload, ensure_ascii=False)


def replied_to(posted: Posted) -> str:
    """The id of the message that a message replies to."""
    return str(posted.payload["message_reference"]["message_id"])


async def test_it_logs_in_syncs_and_answers_commands_and_mentions(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await connect(offices.open())
    assert discord.identified[0]["intents"] == 1 << 0 | 1 << 9 | 1 << 12
    assert discord.syncs == 1
    asked = await discord.slash("ask", question="How many vehicles?")
    said = await discord.mention("what was agreed?")
    await discord.until(lambda: len(discord.answers()) == 2)
    by_mention, by_command = sorted(discord.answers(), key=lambda one: one is asked.original)
    assert by_command is asked.original
    assert "How many vehicles? Yes." in text(by_command)
    assert replied_to(by_mention) == said
    assert "what was agreed? Yes." in text(by_mention)


async def test_a_second_start_does_not_sync_again(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await (await connect(offices.open())).close()
    await connect(offices.open())
    assert discord.syncs == 1


async def test_what_is_asked_during_a_drop_is_answered_once_after_the_resume(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await connect(offices.open())
    await discord.mention("before?")
    await discord.until(lambda: len(discord.answers()) == 1)
    await discord.drop()
    await discord.mention("in between?")
    await discord.until(lambda: discord.resumed == 1 and len(discord.answers()) == 2)
    await discord.repeat(last=3)
    await discord.mention("after?")
    await discord.until(lambda: len(discord.answers()) == 3)
    await offices.made[0].desk.drain()
    for word in ("before?", "in between?", "after?"):
        assert sum(word in text(one) for one in discord.answers()) == 1


async def test_a_session_that_cannot_be_resumed_begins_anew(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await connect(offices.open())
    discord._session = "another"
    await discord.drop()
    await discord.until(lambda: len(discord.identified) == 2 and discord.connected)
    await discord.mention("after?")
    await discord.until(lambda: len(discord.answers()) == 1)
    assert discord.resumed == 0


async def test_a_question_that_comes_after_its_deletion_is_not_answered(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    office = offices.open()
    await connect(office)
    early = [discord.snowflake() for _ in range(3)]
    where = {"channel_id": CHANNEL, "guild_id": GUILD}
    await discord.dispatch("MESSAGE_DELETE", {"id": early[0], **where})
    await discord.dispatch("MESSAGE_DELETE_BULK", {"ids": early[1:], **where})
    await discord.until(lambda: states(offices) == ["gone"] * 3)
    for made in early:
        posted = Posted(made, CHANNEL, {"content": f"<@{BOT}> deleted?"}, "42")
        await discord.dispatch("MESSAGE_CREATE", message(posted, mentions=[person(BOT)]))
    await discord.mention("still there?")
    await discord.until(lambda: len(discord.answers()) == 1)
    await office.desk.drain()
    assert [asked.question for asked in office.answerer.asked] == ["still there?"]


async def test_fifty_events_delivered_over_and_over_get_fifty_answers(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    office = offices.open()
    await connect(office)
    for number in range(50):
        await discord.mention(f"question {number}?", user=str(1000 + number))
        if number % 10 == 9:
            await discord.repeat(last=10)
            await discord.drop()
    await discord.until(lambda: len(discord.answers()) == 50)
    await discord.repeat(last=20)
    await office.desk.drain()
    assert len(discord.answers()) == 50


async def test_an_answer_begun_before_a_restart_is_given_once_after_it(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    slow = offices.open(answerer=FakeAnswerer(seconds=1.0))
    app = await connect(slow)
    said = await discord.mention("what was agreed?")
    asked = await discord.slash("ask", question="How many vehicles?")
    await discord.until(lambda: len(slow.answerer.asked) == 2 and asked.acknowledged is not None)
    for task in [task for task in asyncio.all_tasks() if task.get_name().startswith("discord:")]:
        task.cancel()  # as when the process is killed
    await app.close()
    assert discord.answers() == []
    after = offices.open()
    await connect(after)
    running = asyncio.create_task(after.desk.run())
    await discord.until(lambda: len(discord.answers()) == 2)
    running.cancel()
    assert asked.original in discord.answers()
    assert [replied_to(one) for one in discord.answers() if one is not asked.original] == [said]


@pytest.mark.parametrize("command", [True, False])
async def test_an_answer_posted_and_not_recorded_is_found_and_not_posted_again(
    discord: FakeDiscord, offices: Offices, connect: Connect, *, command: bool
) -> None:
    first = offices.open(answerer=FakeAnswerer(seconds=0.5))
    app = await connect(first)
    if command:
        await discord.slash("ask", question="what was agreed?")
    else:
        await discord.mention("what was agreed?")
    await discord.until(lambda: bool(first.answerer.asked))
    request = open_event(offices)
    await discord.until(lambda: len(discord.answers()) == 1)
    await first.desk.drain()
    await app.close()
    (posted,) = discord.answers()
    forget_posting(offices, request)
    after = offices.open()
    await connect(after)
    running = asyncio.create_task(after.desk.run())
    await discord.until(lambda: recorded(offices))
    running.cancel()
    assert discord.answers() == [posted]
    assert after.answerer.asked == []


async def test_the_limit_of_rates_is_waited_out(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await connect(offices.open())
    discord.limited = [0.2, 0.1]
    await discord.mention("what was agreed?")
    await discord.until(lambda: len(discord.answers()) == 1)
    assert discord.limited == []


async def test_typing_is_shown_until_the_answer_is_there(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    await connect(offices.open(answerer=FakeAnswerer(seconds=1.0)))
    await discord.mention("what was agreed?")
    await discord.until(lambda: len(discord.answers()) == 1)
    shown = discord.calls["POST channels/typing"]
    assert shown >= 3
    await asyncio.sleep(0.5)
    assert discord.calls["POST channels/typing"] == shown


async def test_a_late_answer_is_announced_and_comes_as_a_message_of_its_own(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    office = offices.open(answerer=FakeAnswerer(seconds=1.5))
    await connect(office, lifetime=1, patience=0.5)
    asked = await discord.slash("ask", question="what was agreed?")
    await discord.until(lambda: len(discord.answers()) == 2)
    assert asked.original is not None
    assert wording.LATE in text(asked.original)
    (answer,) = (one for one in discord.answers() if one is not asked.original)
    assert "what was agreed? Yes." in text(answer)


async def test_a_late_private_answer_goes_to_the_asker_directly(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    office = offices.open(answerer=FakeAnswerer(seconds=1.5))
    await connect(office, lifetime=1, patience=0.5)
    await discord.slash("ask", question="what was agreed?", only_me=True)
    await discord.until(lambda: any(one.channel == "942" for one in discord.answers()))
    assert [one.channel for one in discord.answers() if "Yes." in text(one)] == ["942"]


async def test_a_hundred_commands_in_ten_seconds_are_all_deferred_and_answered(
    discord: FakeDiscord, offices: Offices, connect: Connect, record_property: Callable[[str, object], None]
) -> None:
    office = offices.open(limits=Limits())
    await connect(office)
    asked = []
    for number in range(100):
        asked.append(await discord.slash("ask", user=str(5000 + number), question=f"question {number}?"))
        await asyncio.sleep(0.1)
    await discord.until(lambda: all(one.answered is not None for one in asked))
    waits = [(one.acknowledged or 0) - one.sent for one in asked]
    whole = [(one.answered or 0) - one.sent for one in asked]
    record_property("slowest_deferral_seconds", round(max(waits), 3))
    record_property("p95_answer_seconds", round(statistics.quantiles(whole, n=20)[-1], 3))
    assert {one.kind for one in asked} == {5}
    assert max(waits) < 1.0
    assert len(discord.answers()) == 100
    assert all("Yes. " in text(one) for one in discord.answers()), "nobody was turned away"


async def test_a_hostile_article_is_harmless_on_the_wire(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    answerer = FakeAnswerer(prepared={"what does it say?": HOSTILE})
    await connect(offices.open(answerer=answerer))
    await discord.mention("what does it say?")
    await discord.slash("ask", question="what does it say?")
    await discord.until(lambda: len(discord.answers()) == 2)
    for posted in discord.answers():
        assert posted.payload["allowed_mentions"]["parse"] == []
        assert not posted.payload.get("content")
        assert [act for part in markdown(posted.payload) for act in live(part)] == []


async def test_buttons_work_for_a_client_that_never_sent_them(
    discord: FakeDiscord, offices: Offices, connect: Connect
) -> None:
    first = offices.open()
    app = await connect(first)
    await discord.mention("what was agreed?")
    await discord.until(lambda: len(discord.answers()) == 1)
    await first.desk.drain()
    await app.close()
    await connect(offices.open())
    pressed = await discord.press(discord.answers()[0], "helpful")
    await discord.until(lambda: pressed.answered is not None)
    assert pressed.original is not None
    assert wording.FEEDBACK_THANKS in text(pressed.original)


async def test_a_wrong_token_stops_with_the_setting_s_name(discord: FakeDiscord, offices: Offices) -> None:
    office = offices.open()
    settings = replace(DiscordSettings(token="wrong"), api_url=discord.api_url)
    app = DiscordApp(settings, office.desk, workers=office.workers, database=offices.database)
    with pytest.raises(SettingsError, match="DISCORD_TOKEN"):
        await app.run()


async def test_a_discord_that_cannot_be_reached_is_tried_again(offices: Offices) -> None:
    office = offices.open()
    settings = DiscordSettings(token=TOKEN, api_url="http://127.0.0.1:9/api/v10")
    app = DiscordApp(settings, office.desk, workers=office.workers, database=offices.database)
    running = asyncio.create_task(app.run())
    await asyncio.sleep(0.3)
    assert not running.done()
    await app.close()
    await asyncio.wait_for(running, 10)


def open_event(offices: Offices) -> Any:
    """What is kept of the event that is being answered."""
    with offices.database.read() as connection:
        return connection.scalar(select(events.c.request).where(events.c.state.in_(("claimed", "posting"))))


def forget_posting(offices: Offices, request: Any) -> None:
    """As when the process died between posting and recording: the event is open, no message is known."""
    with offices.database.write() as connection:
        connection.execute(update(events).values(state="posting", request=request, done_at=None))
        connection.execute(update(questions).values(message=None, message_id=None))


def states(offices: Offices) -> list[str]:
    """What became of the events so far."""
    with offices.database.read() as connection:
        return list(connection.scalars(select(events.c.state)))


def recorded(offices: Offices) -> bool:
    """Whether the event is done and its message known."""
    with offices.database.read() as connection:
        return connection.scalar(select(events.c.state)) == "posted" and bool(
            connection.scalar(select(questions.c.message_id))
        )
