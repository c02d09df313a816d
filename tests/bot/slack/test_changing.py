"""Questions that are edited or deleted, in whatever order Slack tells of it."""

import time

from tests.bot.slack.conftest import Chat
from tests.bot.waiting import until


async def test_an_edited_question_changes_its_answer(chat: Chat) -> None:
    mention = chat.slack.mention("How many tanks?")
    await chat.send(mention)
    (answer,) = await chat.slack.answered(1)
    ts = mention["event"]["ts"]
    before = {"text": mention["event"]["text"], "user": "U1", "ts": ts}
    for text in ("<@UBOT> How many vehicles?", "<@UBOT> How many vehicles?"):
        changed = {
            "type": "message",
            "subtype": "message_changed",
            "channel": "C1",
            "channel_type": "channel",
            "message": {**before, "text": text, "edited": {"user": "U1", "ts": ts[:-6] + "000000"}},
            "previous_message": before,
            "ts": f"{float(ts) + 1:.6f}",
        }
        await chat.send(chat.slack.event(changed))
        before = {**before, "text": text}
    assert await until(lambda: answer.updates)
    await chat.settled()
    assert answer.updates == 1, "an unfolded link changes nothing"
    assert "How many vehicles? Yes." in answer.text
    assert len(chat.slack.answers()) == 1


async def test_a_mention_added_by_an_edit_is_answered_once(chat: Chat) -> None:
    mention = chat.slack.mention("How many ships?")
    await chat.send(mention)
    (answer,) = await chat.slack.answered(1)
    later = f"{float(mention['event']['ts']) + 1:.6f}"
    again = chat.slack.event({**mention["event"], "edited": {"user": "U1", "ts": later}, "event_ts": later})
    again["event"]["text"] = "<@UBOT> How many boats?"
    await chat.send(again)
    assert await until(lambda: "How many boats?" in answer.text)
    assert len(chat.slack.answers()) == 1


async def test_an_edit_that_comes_before_its_question_is_answered_alone(chat: Chat) -> None:
    mention = chat.slack.mention("How many tanks?")
    said = {"text": mention["event"]["text"], "user": "U1", "ts": mention["event"]["ts"]}
    changed = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "channel_type": "channel",
        "message": {**said, "text": "<@UBOT> How many vehicles?", "edited": {"user": "U1", "ts": said["ts"]}},
        "previous_message": said,
        "ts": f"{float(said['ts']) + 1:.6f}",
    }
    await chat.send(chat.slack.event(changed))
    (answer,) = await chat.slack.answered(1)
    await chat.send(mention)
    await chat.settled()
    assert chat.slack.answers() == [answer]
    assert "How many vehicles? Yes." in answer.text
    assert answer.thread == said["ts"]


async def test_an_edit_of_what_was_never_asked_is_left_alone(chat: Chat) -> None:
    old = f"{time.time() - 7200:.6f}"
    for ts, text in ((chat.slack.ts(), "no question of ours"), (old, "<@UBOT> asked long ago?")):
        said = {"text": "before", "user": "U1", "ts": ts}
        changed = {
            "type": "message",
            "subtype": "message_changed",
            "channel": "C1",
            "message": {**said, "text": text, "edited": {"user": "U1", "ts": chat.slack.ts()}},
            "previous_message": said,
            "ts": chat.slack.ts(),
        }
        await chat.send(chat.slack.event(changed))
    await chat.settled()
    assert chat.slack.answers() == []


async def test_an_edit_of_a_message_that_was_checked_is_no_question(chat: Chat) -> None:
    ts = chat.slack.say("C1", "The depot holds 300 vehicles", user="U2")
    await chat.send(chat.slack.shortcut(chat.slack.messages[-1], "check_claim"), kind="interactive")
    await chat.slack.answered(1)
    said = {"text": "The depot holds 300 vehicles", "user": "U2", "ts": ts}
    edited = {**said, "text": "The depot holds 200", "edited": {"user": "U2", "ts": ts}}
    changed = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": edited}
    await chat.send(chat.slack.event({**changed, "previous_message": said, "ts": chat.slack.ts()}))
    await chat.settled()
    assert len(chat.slack.answers()) == 1


async def test_a_deleted_question_takes_its_answer_along(chat: Chat) -> None:
    mention = chat.slack.mention("How many tanks?")
    await chat.send(mention)
    await chat.slack.answered(1)
    deleted = {
        "type": "message",
        "subtype": "message_deleted",
        "channel": "C1",
        "channel_type": "channel",
        "deleted_ts": mention["event"]["ts"],
        "previous_message": {"user": "U1", "text": "…", "ts": mention["event"]["ts"]},
        "ts": "9.9",
    }
    await chat.send(chat.slack.event(deleted))
    assert await until(lambda: not chat.slack.answers())


async def test_a_question_deleted_under_its_answer_takes_it_along(chat: Chat) -> None:
    """Slack leaves a tombstone where a message with replies was deleted, and calls that a change."""
    mention = chat.slack.mention("How many tanks?")
    await chat.send(mention)
    await chat.slack.answered(1)
    ts = mention["event"]["ts"]
    tomb = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": ts}
    changed = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "channel_type": "channel",
        "message": {**tomb, "thread_ts": ts, "hidden": True},
        "previous_message": {"user": "U1", "text": mention["event"]["text"], "ts": ts, "thread_ts": ts},
        "ts": chat.slack.ts(),
    }
    await chat.send(chat.slack.event(changed))
    assert await until(lambda: not chat.slack.answers())


async def test_a_question_that_comes_after_its_deletion_is_not_answered(chat: Chat) -> None:
    for asked in (chat.slack.mention("How many tanks?"), chat.slack.message("How many tanks?")):
        said = asked["event"]
        deleted = {
            "type": "message",
            "subtype": "message_deleted",
            "channel": said["channel"],
            "deleted_ts": said["ts"],
            "previous_message": {"user": "U1", "text": said["text"], "ts": said["ts"]},
            "ts": chat.slack.ts(),
        }
        await chat.send(chat.slack.event(deleted))
        await chat.send(asked)
    await chat.send(chat.slack.mention("How many ships?"))
    await chat.slack.answered(1)
    await chat.settled()
    assert [asked.question for asked in chat.office.answerer.asked] == ["How many ships?"]
