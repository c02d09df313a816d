"""What ``doctor`` asks Slack about people and workspaces."""

from slack_sdk.oauth.installation_store.models.installation import Installation

from bot.desk import Workers
from bot.desk.secrets import Seal
from bot.slack_app.app import SlackSettings
from bot.slack_app.checkup import gone, problem
from bot.slack_app.installations import Installations, Installed, installed
from bot.slack_app.manifest import SCOPES
from index.store.database import Database
from tests.bot.slack.server import BOT_TOKEN, FakeSlack

PEOPLE = ["slack:T1/U1", "slack:T1/U2", "discord:4711", "discord-role:7"]


def workspace(key: str, token: str | None) -> Installed:
    return Installed(workspace=key, enterprise="", name=f"Ministry {key}", token=token)


async def test_who_has_left_is_known_to_slack() -> None:
    async with FakeSlack() as slack:
        slack.people["U2"] = {"deleted": True}
        settings = SlackSettings(bot_token=BOT_TOKEN, api_url=slack.api_url)
        assert await gone(settings, PEOPLE) == {"slack:T1/U2": "left"}
        assert len(slack.called("users.info")) == 2


async def test_whom_slack_does_not_know_or_tell_of_is_not_said_to_have_left() -> None:
    async with FakeSlack() as slack:
        settings = SlackSettings(bot_token=BOT_TOKEN, api_url=slack.api_url)
        slack.failing["users.info"] = "user_not_found"
        assert set((await gone(settings, PEOPLE)).values()) == {"unknown"}
        slack.failing["users.info"] = "missing_scope"
        assert await gone(settings, PEOPLE) == {}
        assert await gone(SlackSettings(bot_token="", api_url=slack.api_url), PEOPLE) == {}


async def test_people_of_several_workspaces_are_asked_about_with_the_tokens_of_theirs() -> None:
    async with FakeSlack() as slack:
        slack.tokens = {"xoxb-T1": "T1", "xoxb-T2": "T2"}
        slack.people["U2"] = {"deleted": True}
        settings = SlackSettings(client_id="1.2", client_secret="shh", api_url=slack.api_url)
        served = [workspace("T1", "xoxb-T1"), workspace("T2", "xoxb-T2"), workspace("T3", None)]
        people = ["slack:T1/U1", "slack:T2/U2", "slack:T3/U3", "slack:U2"]
        assert await gone(settings, people, served) == {"slack:T2/U2": "left", "slack:U2": "left"}
        asked = [(call.token, call.arguments["user"]) for call in slack.called("users.info")]
        assert asked == [("xoxb-T1", "U1"), ("xoxb-T2", "U2"), ("xoxb-T1", "U2"), ("xoxb-T2", "U2")]


async def test_each_workspace_is_looked_at_and_what_is_wrong_named_without_its_token() -> None:
    async with FakeSlack() as slack:
        slack.tokens = {"xoxb-T1": "T1"}
        slack.scopes = set(SCOPES)
        settings = SlackSettings(client_id="1.2", client_secret="shh", api_url=slack.api_url)
        served = [workspace("T1", "xoxb-T1"), workspace("T2", "xoxb-T2"), workspace("T3", None)]
        well, refused, closed = [await problem(settings, one) for one in served]
        assert well == ""
        assert "the workspace Ministry T2 (T2): invalid_auth" in refused
        assert "COMMUNIQUE_SECRET" in closed
        slack.scopes.discard("users:read")
        assert "has not granted users:read" in await problem(settings, served[0])
        assert "xoxb" not in refused + closed


async def test_installations_are_listed_with_their_names_also_where_a_token_cannot_be_read(
    database: Database,
) -> None:
    workers = Workers(database)
    for secret, team in (("one", "T1"), ("two", "T2")):
        store = Installations(workers, Seal(secret))
        token = f"xoxb-{team}"
        await store.async_save(Installation(user_id="U1", team_id=team, team_name="A", bot_token=token))
    with database.read() as connection:
        found = installed(connection, Seal("one"))
    assert [(one.shown, one.token) for one in found] == [("A (T1)", "xoxb-T1"), ("T2", None)]
    workers.close()
