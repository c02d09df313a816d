"""What ``doctor`` asks Slack about people."""

from bot.slack_app.app import SlackSettings
from bot.slack_app.checkup import departed
from tests.bot.slack.server import BOT_TOKEN, FakeSlack

PEOPLE = ["slack:T1/U1", "slack:T1/U2", "discord:4711", "discord-role:7"]


async def test_who_has_left_is_known_to_slack() -> None:
    async with FakeSlack() as slack:
        slack.people["U2"] = {"deleted": True}
        settings = SlackSettings(bot_token=BOT_TOKEN, api_url=slack.api_url)
        assert await departed(settings, PEOPLE) == {"slack:T1/U2"}
        assert len(slack.called("users.info")) == 2


async def test_whom_slack_does_not_know_or_tell_of_is_not_said_to_have_left() -> None:
    async with FakeSlack() as slack:
        settings = SlackSettings(bot_token=BOT_TOKEN, api_url=slack.api_url)
        slack.failing["users.info"] = "user_not_found"
        assert await departed(settings, PEOPLE) == set()
        assert await departed(SlackSettings(bot_token="", api_url=slack.api_url), PEOPLE) == set()
