"""``/watch`` in Slack: confirmed in the channel, told with quotes, stopped by the button on each message."""

from functools import partial

from bot.desk import Place
from tests.bot.fakes import found_by
from tests.bot.slack.conftest import Chat

PLACE = Place(platform="slack", workspace="T1", channel="C1")


async def test_a_watch_is_confirmed_told_and_stopped(chat: Chat) -> None:
    confirmed = await chat.command("/watch", "air defence")
    assert confirmed.to is None
    assert "Watching “air defence” here: at once." in confirmed.shown()
    (watch,) = await chat.office.desk.watches.listed(PLACE)
    await chat.office.workers.write(partial(found_by, watch))
    await chat.office.desk.attend()
    told = (await chat.slack.answered(2))[-1]
    assert told.payload["channel"] == "C1"
    assert not told.payload.get("thread_ts")
    assert "2 new articles on “air defence”" in told.shown()
    assert "We are ready" in told.shown()
    await chat.press(told, "unwatch")
    stopped = (await chat.slack.answered(3))[-1]
    assert stopped.to is not None
    assert "no longer watched" in stopped.text
    assert await chat.office.desk.watches.listed(PLACE) == []


async def test_what_is_watched_is_listed_for_one(chat: Chat) -> None:
    await chat.command("/watch", "air defence daily 8:30 Europe/Brussels")
    listed = await chat.command("/watch", "list")
    assert listed.to is not None
    assert "“air defence” – daily at 08:30 (Europe/Brussels)" in listed.text
