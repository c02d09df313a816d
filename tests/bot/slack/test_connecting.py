"""HTTP with signatures, several workspaces, tokens at rest, and the manifest."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette

from bot.desk.secrets import Seal
from bot.desk.tables import installations
from bot.errors import DeliveryError, SecretError
from bot.slack_app.app import SlackApp, SlackSettings
from bot.slack_app.checkup import problems
from bot.slack_app.manifest import EVENTS, SCOPES, manifest
from tests.bot.conftest import Offices
from tests.bot.slack.server import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack
from tests.bot.waiting import until

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT.parent / "shared/data/slack/manifest.schema.2.0.0.json"


@contextlib.asynccontextmanager
async def served(app: SlackApp) -> AsyncIterator[str]:
    """The app's routes on a loopback port."""
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=app.routes()), port=0, log_level="error", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def one(slack: FakeSlack, offices: Offices) -> AsyncIterator[str]:
    """The app for one workspace, over HTTP."""
    office = offices.open()
    settings = SlackSettings(bot_token=BOT_TOKEN, signing_secret=SECRET, api_url=slack.api_url)
    async with served(SlackApp(settings, office.desk, office.workers)) as url:
        yield url


@pytest.fixture
async def several(slack: FakeSlack, offices: Offices) -> AsyncIterator[str]:
    """The app for several workspaces."""
    office = offices.open()
    settings = SlackSettings(
        client_id="1.2",
        client_secret="shh",
        signing_secret=SECRET,
        secret="a phrase of ours",
        public_url="https://bot.example",
        api_url=slack.api_url,
    )
    assert settings.missing() == []
    async with served(SlackApp(settings, office.desk, office.workers)) as url:
        yield url


async def test_signed_events_commands_and_buttons_are_answered_over_http(slack: FakeSlack, one: str) -> None:
    where = f"{one}/slack/events"
    event = slack.mention("How many vehicles?")
    for _ in range(3):
        assert (await slack.post(where, event))[0] == 200
    (answer,) = await slack.answered(1)
    assert "How many vehicles? Yes." in answer.text
    assert (await slack.post(where, slack.command("/ask", "And tanks?")))[0] == 200
    private = (await slack.answered(2))[-1]
    assert private.to == "U1"
    assert (await slack.post(where, slack.press(private, "share")))[0] == 200
    assert len(await slack.answered(3)) == 3
    status, challenge = await slack.post(where, {"type": "url_verification", "challenge": "abc"})
    assert (status, "abc" in challenge) == (200, True)


@pytest.mark.parametrize(("secret", "age"), [("another" * 4, 0), (SECRET, 600)])
async def test_a_wrong_or_old_signature_is_refused(
    slack: FakeSlack, one: str, secret: str, age: float
) -> None:
    status, _ = await slack.post(f"{one}/slack/events", slack.mention("How?"), secret=secret, age=age)
    await asyncio.sleep(0.1)
    assert status == 401
    assert slack.answers() == []


async def _install(url: str, team: str) -> tuple[int, str]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(f"{url}/slack/install") as page:
            text = (await page.text()).replace("&amp;", "&")
            cookie = page.headers["Set-Cookie"].partition(";")[0]
        link = re.search(r'href="(https://slack.com/oauth/v2/authorize[^"]+)"', text)
        assert link
        query = parse_qs(urlsplit(link[1]).query)
        assert set(query["scope"][0].split(",")) == set(SCOPES)
        assert query["redirect_uri"] == ["https://bot.example/slack/oauth_redirect"]
        state = query["state"][0]
        back = f"{url}/slack/oauth_redirect?code=code-{team}&state={state}"
        async with session.get(back, headers={"Cookie": cookie}) as page:
            first = page.status
        async with session.get(back, headers={"Cookie": cookie}) as page:
            assert page.status == 401, "a state is good for one use"
        return first, text


async def test_several_workspaces_install_and_are_answered_with_their_own_tokens(
    slack: FakeSlack, several: str, offices: Offices
) -> None:
    for team in ("T1", "T2"):
        assert (await _install(several, team))[0] == 200
    with offices.database.read() as connection:
        rows = connection.execute(select(installations)).all()
    assert {row.workspace for row in rows} == {"T1", "T2"}
    assert not any(b"xoxb" in row.sealed for row in rows), "tokens are encrypted at rest"
    for number, team in enumerate(("T1", "T2"), start=1):
        slack.people["U1"] = {"team_id": team}
        event = slack.mention("How many?", channel=f"C{number}")
        event["team_id"] = team
        event["authorizations"][0]["team_id"] = team
        assert (await slack.post(f"{several}/slack/events", event))[0] == 200
        await slack.answered(number)
    assert [call.token for call in slack.called("chat.postMessage")] == ["xoxb-T1", "xoxb-T2"]


@pytest.mark.parametrize(
    "event",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}],
)
async def test_uninstalling_and_revoking_forget_the_token(
    slack: FakeSlack, several: str, offices: Offices, event: dict[str, Any]
) -> None:
    await _install(several, "T1")
    assert (await slack.post(f"{several}/slack/events", slack.event(event)))[0] == 200
    with offices.database.read() as connection:
        assert connection.execute(select(installations)).all() == []
    await slack.post(f"{several}/slack/events", slack.mention("Still there?"))
    await asyncio.sleep(0.2)
    assert slack.answers() == []


def test_a_seal_opens_with_its_secret_alone() -> None:
    sealed = Seal("one").seal("xoxb-1")
    assert Seal("one").open(sealed) == "xoxb-1"
    for secret, cipher in (("two", sealed), ("one", sealed[:-4] + b"AAAA")):
        with pytest.raises(SecretError) as caught:
            Seal(secret).open(cipher)
        assert "xoxb" not in str(caught.value)
    with pytest.raises(SecretError, match="COMMUNIQUE_SECRET"):
        Seal("")


def test_what_is_missing_is_named() -> None:
    assert SlackSettings(app_token="xapp").missing() == ["SLACK_BOT_TOKEN"]
    assert SlackSettings(bot_token="xoxb").missing() == ["SLACK_SIGNING_SECRET"]
    assert SlackSettings(client_id="1", client_secret="2", signing_secret="3").missing() == [
        "COMMUNIQUE_SECRET"
    ]


async def test_doctor_hears_what_is_wrong_with_the_credentials(slack: FakeSlack) -> None:
    slack.scopes = {*SCOPES, "more"}
    right = SlackSettings(
        bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SECRET, api_url=slack.api_url
    )
    assert await problems(right) == []
    slack.scopes.discard("files:read")
    assert await problems(right) == [
        "The Slack app lacks the scopes files:read: install it again from the manifest."
    ]
    wrong = SlackSettings(bot_token="xoxb-no", app_token="xapp-no", api_url=slack.api_url)
    found = await problems(wrong)
    assert [sentence.partition(":")[0] for sentence in found] == [
        "Slack does not take SLACK_BOT_TOKEN",
        "Slack does not take SLACK_APP_TOKEN",
    ]
    assert "xoxb" not in str(found)


@pytest.mark.parametrize(
    ("bot", "app", "named"),
    [(BOT_TOKEN, "xapp-no", "SLACK_APP_TOKEN"), ("xoxb-no", APP_TOKEN, "SLACK_BOT_TOKEN")],
)
async def test_a_wrong_token_stops_the_start_with_one_sentence(
    slack: FakeSlack, offices: Offices, bot: str, app: str, named: str
) -> None:
    office = offices.open()
    settings = SlackSettings(bot_token=bot, app_token=app, api_url=slack.api_url)
    with pytest.raises(DeliveryError, match=named):
        await SlackApp(settings, office.desk, office.workers).run()


def test_nothing_slow_is_imported_before_it_is_needed() -> None:
    slow = ("slack_bolt", "slack_sdk", "torch", "altair", "alembic")
    code = "import sys, bot.desk, bot.slack_app.app, bot.slack_app.render, bot.slack_app.manifest; "
    code += f"print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("url", [None, "https://bot.example/"])
def test_the_manifest_validates_against_slacks_schema(url: str | None) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA.name} is missing from ../shared/data/slack")
    import jsonschema

    made = manifest(url)
    jsonschema.validate(made, json.loads(SCHEMA.read_text()))
    assert made["settings"]["socket_mode_enabled"] is (url is None)
    assert ("https://bot.example/slack/events" in json.dumps(made)) is (url is not None)


_NEEDED = {  # from Slack's reference of methods and events
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "assistant_thread_started": {"assistant:write"},
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    "assistant.threads.setStatus": {"chat:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}


def test_every_scope_is_used_and_none_is_missing() -> None:
    code = "\n".join(path.read_text() for path in sorted((ROOT / "bot/slack_app").rglob("*.py")))
    methods = set(
        re.findall(r'"((?:assistant|chat|conversations|files|users|views)\.[A-Za-z.]+)"', code)
    ) | set(re.findall(r"\.(files_upload_v2)\(", code))
    assert methods <= set(_NEEDED), "a method whose scopes are not known here"
    needed = set().union(*(_NEEDED[name] for name in (*methods, *EVENTS)))
    needed |= {"commands"} if "@app.command" in code else set()
    assert needed == set(SCOPES)


def test_every_event_and_command_of_the_manifest_has_a_listener() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bot/slack_app/listeners").glob("*.py"))
    listened = set(re.findall(r'@app\.event\("(\w+)"\)', code))
    assert listened == {name.partition(".")[0] for name in EVENTS}
    commands = {command["command"] for command in manifest()["features"]["slash_commands"]}
    assert commands == set(re.findall(r'@app\.command\("(/\w+)"\)', code))
