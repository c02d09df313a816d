"""An answer that a language model writes grows in Slack, line by line; one message, whatever goes wrong."""

import asyncio
import threading

import pytest

from bot.slack_app.text import literal
from tests.bot.conftest import Offices
from tests.bot.fakes import FakeAnswerer
from tests.bot.slack.conftest import Chat, Connect
from tests.bot.waiting import until

LINES = ("The depot holds 300 vehicles. [1]", "It was opened in May. [1]")
HOSTILE = "Ask <!channel> & *all* of [them](https://bad.example) `now` <@U1>. [1]"


async def writing(
    offices: Offices, connect: Connect, *, lines: tuple[str, ...] = LINES
) -> tuple[Chat, threading.Semaphore]:
    """A chat whose answerer writes one more line each time that the semaphore is released."""
    go = threading.Semaphore(0)
    answerer = FakeAnswerer(lines=lines, between=lambda: go.acquire(timeout=30))
    return await connect(offices.open(answerer=answerer, model="tiny at models.example.org")), go


async def test_lines_are_seen_as_they_pass_and_the_whole_answer_takes_their_place(
    offices: Offices, connect: Connect
) -> None:
    chat, go = await writing(offices, connect)
    event = chat.slack.mention("How many vehicles?")
    await chat.send(event)
    (growing,) = await chat.slack.answered(1)
    assert growing.thread == event["event"]["ts"]
    assert growing.text == f"{LINES[0]}\n"
    go.release()
    assert await until(lambda: growing.text == f"{LINES[0]}\n{LINES[1]}\n", within=10)
    go.release()
    await chat.settled()
    (answer,) = chat.slack.answers()
    assert answer.ts == growing.ts
    assert chat.slack.streaming == set()
    assert "How many vehicles? Yes." in answer.text
    assert "The Harbour Times, 6 May 2025" in answer.shown()
    assert answer.event == f"slack:{event['event_id']}"


async def test_without_a_model_nothing_is_streamed(offices: Offices, connect: Connect) -> None:
    chat = await connect(offices.open(answerer=FakeAnswerer(lines=LINES)))
    await chat.send(chat.slack.mention("How many vehicles?"))
    await chat.slack.answered(1)
    await chat.settled()
    assert not chat.slack.called("chat.startStream")


async def test_a_stream_that_slack_has_ended_is_updated_with_the_whole_answer(
    offices: Offices, connect: Connect
) -> None:
    chat, go = await writing(offices, connect)
    await chat.send(chat.slack.mention("How many vehicles?"))
    (growing,) = await chat.slack.answered(1)
    chat.slack.streaming.clear()
    go.release(2)
    await chat.settled()
    (answer,) = chat.slack.answers()
    assert answer.ts == growing.ts
    assert "How many vehicles? Yes." in answer.text


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "channel_type_not_supported"])
async def test_where_slack_does_not_stream_one_message_is_posted(
    offices: Offices, connect: Connect, error: str
) -> None:
    chat, go = await writing(offices, connect)
    chat.slack.failing["chat.startStream"] = error
    go.release(2)
    await chat.send(chat.slack.mention("How many vehicles?"))
    await chat.settled()
    (answer,) = chat.slack.answers()
    assert "How many vehicles? Yes." in answer.text
    assert not chat.slack.called("chat.appendStream")


async def test_a_streamed_message_that_somebody_deleted_is_posted_anew(
    offices: Offices, connect: Connect
) -> None:
    chat, go = await writing(offices, connect)
    await chat.send(chat.slack.mention("How many vehicles?"))
    (growing,) = await chat.slack.answered(1)
    growing.deleted = True
    go.release(2)
    await chat.settled()
    (answer,) = chat.slack.answers()
    assert "How many vehicles? Yes." in answer.text


async def test_what_goes_wrong_is_said_in_the_message_that_has_grown(
    offices: Offices, connect: Connect
) -> None:
    chat, go = await writing(offices, connect)
    await chat.send(chat.slack.mention("break it"))
    await chat.slack.answered(1)
    go.release(2)
    await chat.settled()
    (answer,) = chat.slack.answers()
    assert "Something went wrong" in answer.text
    assert LINES[0] not in answer.shown()


async def test_after_a_restart_the_message_that_had_grown_is_finished(
    offices: Offices, connect: Connect
) -> None:
    chat, go = await writing(offices, connect)
    event = chat.slack.mention("How many vehicles?")
    await chat.send(event)
    (growing,) = await chat.slack.answered(1)
    await asyncio.sleep(0.2)  # until the claim knows the message
    await chat.office.desk.drain(seconds=0)  # as a process that is ended does
    go.release(2)
    other = offices.open(model="tiny at models.example.org", answerer=FakeAnswerer(lines=LINES))
    await connect(other)
    assert await until(lambda: other.desk._serving.delivery("slack") is not None, within=10)
    await other.desk.recover()
    await other.desk.drain(seconds=10)
    (answer,) = chat.slack.answers()
    assert answer.ts == growing.ts
    assert "How many vehicles? Yes." in answer.text
    assert len(chat.slack.called("chat.startStream")) == 1


async def test_private_answers_are_not_streamed(offices: Offices, connect: Connect) -> None:
    chat, go = await writing(offices, connect)
    go.release(2)
    await chat.command("/ask", "How many vehicles?")
    await chat.settled()
    assert not chat.slack.called("chat.startStream")


async def test_nothing_in_a_line_acts(offices: Offices, connect: Connect) -> None:
    chat, go = await writing(
        offices, connect, lines=(LINES[0], HOSTILE, HOSTILE.replace("https://bad", "bad"))
    )
    go.release(3)
    await chat.send(chat.slack.mention("How many vehicles?"))
    await chat.settled()
    assert len(chat.slack.answers()) == 1
    streamed = "".join(
        call.arguments["markdown_text"] for call in chat.slack.calls if "markdown_text" in call.arguments
    )
    assert "https" not in streamed


async def test_help_says_whose_model_writes(offices: Offices, connect: Connect) -> None:
    chat, _ = await writing(offices, connect)
    await chat.send(chat.slack.mention("help"))
    (answer,) = await chat.slack.answered(1)
    assert "the language model tiny at models.example.org" in answer.text


def test_marks_of_markdown_are_shown_and_not_obeyed() -> None:
    assert literal("a *b* _c_ `d` #1 ~e~ | f") == r"a \*b\* \_c\_ \`d\` \#1 \~e\~ \| f"
    assert literal("see [x](y) [1]") == r"see [x]\(y) [1]"
    assert literal("1. first") == r"1\. first"
    assert literal("- first\nsecond") == r"\- first second"
    assert literal("a < b & c") == "a &lt; b &amp; c"
    assert literal("300 vehicles. [1]") == "300 vehicles. [1]"
