"""What ``doctor`` finds besides the stores, on stand-ins for Slack and Discord."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from bot.checkup import Looked, heard, looked
from bot.desk import Workers
from bot.desk.secrets import Seal
from bot.root import Root
from bot.settings import Settings
from bot.slack_app.installations import Installations
from bot.slack_app.manifest import SCOPES
from tests.bot.discord.objects import TOKEN as DISCORD_TOKEN
from tests.bot.discord.server import FakeDiscord
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.fakes import HashingEmbedder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Root]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    made = Root(Settings(), embedder=HashingEmbedder())
    assert made.database.dialect == "sqlite"
    yield made
    made.close()


def with_settings(root: Root, monkeypatch: pytest.MonkeyPatch, **values: str) -> Root:
    """The same home, with more set."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    root.settings = Settings()
    return root


def problems(found: list[Looked]) -> list[str]:
    return [problem for look in found for problem in look.problems]


async def test_nothing_is_asked_of_chats_that_are_not_set(root: Root) -> None:
    found = await looked(root)
    assert problems(found) == []
    said = " ".join(look.fine for look in found)
    assert "are free beside" in said
    assert "The model is sentence-transformers/all-MiniLM-L6-v2." in said
    assert not any(name in said for name in ("Slack", "Discord", "clock"))


async def test_good_credentials_are_told_as_such(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeSlack() as slack, FakeDiscord() as discord:
        slack.scopes = set(SCOPES)
        with_settings(
            root,
            monkeypatch,
            SLACK_API_URL=slack.api_url,
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_APP_TOKEN=APP_TOKEN,
            DISCORD_API_URL=discord.api_url,
            DISCORD_TOKEN=DISCORD_TOKEN,
        )
        found = await looked(root)
    assert problems(found) == []
    assert [look.fine for look in found][2:] == [
        "Slack takes the credentials.",
        "Discord takes the credentials.",
        "The clock agrees with that of Slack and Discord.",
    ]


async def test_refused_credentials_and_missing_ones_are_named_without_their_values(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeSlack() as slack, FakeDiscord() as discord:
        with_settings(
            root,
            monkeypatch,
            SLACK_API_URL=slack.api_url,
            SLACK_BOT_TOKEN="xoxb-wrong-one",
            DISCORD_API_URL=discord.api_url,
            DISCORD_TOKEN="a-wrong-one",
        )
        found = problems(await looked(root))
    assert any(one.startswith("Slack does not take SLACK_BOT_TOKEN") for one in found)
    assert any("is not set" in one for one in found)
    assert "Discord does not take DISCORD_TOKEN; copy it anew from the Bot page." in found
    assert "wrong-one" not in str(found)


async def test_a_workspace_that_was_revoked_is_named_and_the_others_looked_at(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeSlack() as slack:
        slack.scopes = set(SCOPES)
        slack.tokens = {"xoxb-T1": "T1", "xoxb-T3": "T3"}
        slack.people["U3"] = {"deleted": True}
        with_settings(
            root,
            monkeypatch,
            SLACK_API_URL=slack.api_url,
            SLACK_CLIENT_ID="1.2",
            SLACK_CLIENT_SECRET="shh",
            SLACK_SIGNING_SECRET="signed",
            COMMUNIQUE_SECRET="a phrase of ours",
            COMMUNIQUE_ADMINS="slack:T1/U1,slack:T3/U4",
        )
        workers = Workers(root.database)
        store = Installations(workers, Seal("a phrase of ours"))
        for number in (1, 2, 3):
            token = f"xoxb-T{number}"
            one = Installation(user_id=f"U{number}", team_id=f"T{number}", team_name="M", bot_token=token)
            await store.async_save(one)
        workers.close()
        found, notes = await looked(root), await heard(root)
    (revoked,) = problems(found)
    assert revoked.startswith("Slack does not take the token of the workspace M (T2)")
    fine = [look.fine for look in found if not look.problems]
    assert "Workspaces of Slack that installed the app: 3." in fine
    assert [one for one in fine if "the token of" in one] == [
        "Slack takes the token of the workspace M (T1).",
        "Slack takes the token of the workspace M (T3).",
    ]
    (installer,) = notes
    assert installer.startswith("slack:T3/U3, who installed the app in T3, has left")


async def test_administrators_who_are_in_no_server_of_the_bot_are_named(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeDiscord() as discord:
        discord.members = {"42"}
        discord.roles = {"7"}
        with_settings(
            root,
            monkeypatch,
            DISCORD_API_URL=discord.api_url,
            DISCORD_TOKEN=DISCORD_TOKEN,
            COMMUNIQUE_ADMINS="discord:42,discord:43,discord-role:7,discord-role:8",
        )
        role, left = await heard(root)
        assert role.startswith("discord-role:8 is named in COMMUNIQUE_ADMINS and known nowhere")
        assert left.startswith("discord:43 has left")
        monkeypatch.setenv("DISCORD_TOKEN", "a-wrong-one")
        root.settings = Settings()
        assert await heard(root) == []


async def test_what_cannot_be_reached_is_not_called_refused(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:9/"
    with_settings(
        root,
        monkeypatch,
        SLACK_API_URL=nowhere,
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        DISCORD_API_URL=nowhere,
        DISCORD_TOKEN=DISCORD_TOKEN,
        COMMUNIQUE_LLM_URL=nowhere,
        COMMUNIQUE_LLM_MODEL="small",
    )
    assert problems(await looked(root)) == [
        "Slack could not be reached.",
        "Discord could not be reached.",
        "The language model small at 127.0.0.1 could not be reached; answers are made of quotes.",
    ]


@pytest.mark.parametrize(("by", "says"), [(3, "ahead of"), (-3, "behind")])
async def test_a_clock_that_is_minutes_off_is_told(
    root: Root, monkeypatch: pytest.MonkeyPatch, by: int, says: str
) -> None:
    async with FakeDiscord() as discord:
        with_settings(root, monkeypatch, DISCORD_API_URL=discord.api_url, DISCORD_TOKEN=DISCORD_TOKEN)
        found = problems(await looked(root, clock=lambda: datetime.now(UTC) + timedelta(minutes=by)))
    (told,) = found
    assert f"{says} that of Discord" in told


async def test_a_disk_that_is_nearly_full_is_told(root: Root) -> None:
    (told,) = problems(await looked(root, free=lambda _: 200_000_000))
    assert told.startswith("Only 0.2 GB are free")
