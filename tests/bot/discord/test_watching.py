"""``/watch`` in Discord: confirmed in the channel, told with quotes, stopped by a button."""

from functools import partial

from bot.desk import Place
from tests.bot.discord.conftest import Town
from tests.bot.discord.test_managing import text
from tests.bot.fakes import found_by


def place(town: Town) -> Place:
    return Place(platform="discord", workspace=str(town.guild.id), channel=str(town.channel.id))


async def test_a_watch_is_confirmed_told_and_stopped(town: Town) -> None:
    await town.alice.slash(town.channel, "watch", topic="air defence")
    await town.office.desk.drain(seconds=5)
    assert "Watching “air defence” here: at once." in text(town.answers[-1])
    (watch,) = await town.office.desk.watches.listed(place(town))
    await town.office.workers.write(partial(found_by, watch))
    await town.office.desk.attend()
    await town.office.desk.drain(seconds=5)
    told = town.answers[-1]
    assert "2 new articles on “air defence”" in text(told)
    assert "We are ready" in text(told)
    await town.press(town.bob, told, "unwatch")
    await town.office.desk.drain(seconds=5)
    assert await town.office.desk.watches.listed(place(town)) == []


async def test_what_is_watched_is_listed_for_one(town: Town) -> None:
    await town.alice.slash(town.channel, "watch", topic="air defence", daily="8:30 Europe/Brussels")
    await town.office.desk.drain(seconds=5)
    before = len(town.answers)
    result = await town.alice.slash(town.channel, "watch")
    await town.office.desk.drain(seconds=5)
    assert len(town.answers) == before
    assert "daily at 08:30" in text(result.response)
