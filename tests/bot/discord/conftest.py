"""A Discord without network (simcord), and the bot in it. Every payload it sends is checked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from simcord.env import Env

from bot.desk import Limits
from bot.discord_app.app import DiscordSettings, build
from bot.discord_app.client import Client
from tests.bot.conftest import Office, Offices
from tests.bot.discord.payloads import problems_of_choices, problems_of_message, problems_of_modal
from tests.bot.fakes import FakeAnswerer

SETTINGS = DiscordSettings(token="simcord.fake.token")


@dataclass
class Town:
    """A server with people and the bot. ``boss`` and the role of ``editor`` administer it."""

    env: Any
    offices: Offices
    office: Office
    guild: Any
    channel: Any
    alice: Any
    bob: Any
    boss: Any
    editor: Any
    admins: frozenset[str]

    @property
    def me(self) -> str:
        """The bot's mention."""
        return f"<@{self.env.bot.user.id}>"

    @property
    def answers(self) -> list[discord.Message]:
        """The bot's messages in the channel that all see, oldest first."""
        return [
            message
            for message in self.channel.history()
            if message.author.id == self.env.bot.user.id and not message.flags.ephemeral
        ]

    def sent(self, method: str, path: str) -> list[dict[str, Any]]:
        """What was sent with a method to an address that contains ``path``."""
        return [r.json or {} for r in self.env.http_requests if r.method == method and path in r.path]

    async def restart(self, **options: Any) -> None:
        """Another process on the same database, in the same world."""
        self.office = open_office(self.offices, self.admins, **options)
        await self.env.restart_bot(client_of(self.office, self.offices))

    def pressable(self, message: Any, action: str) -> str:
        """The custom id of the button with an action."""
        ids = [part.custom_id for row in message.components for part in row.children]
        return next(str(id_) for id_ in ids if id_.split(":")[1] == action)

    async def press(self, who: Any, message: Any, action: str) -> Any:
        """Press a button of a message."""
        shown = message.message if hasattr(message, "message") else message
        return await who.click(message, custom_id=self.pressable(shown, action))


def open_office(offices: Offices, admins: frozenset[str], **options: Any) -> Office:
    """A desk whose clock is that of the simulated Discord."""
    return offices.open(
        **{
            "admins": admins,
            "clock": discord.utils.utcnow,
            "limits": Limits(per_person=100, per_channel=1000),
            **options,
        }
    )


def client_of(office: Office, offices: Offices) -> Client:
    """The bot with a desk."""
    return build(SETTINGS, office.desk, workers=office.workers, database=offices.database, shard_count=1)


@pytest.fixture
def answerer() -> FakeAnswerer:
    """What answers the questions; prepare it before asking."""
    return FakeAnswerer()


@pytest.fixture
async def env(offices: Offices) -> AsyncIterator[Any]:
    """Discord, with a bot that nobody administers yet. Errors that the bot swallows fail the test."""
    made = Env(client_of(open_office(offices, frozenset()), offices))
    await made.start()
    yield made
    await made.shutdown()
    assert made.errors_since(made._errors_acknowledged) == ()


@pytest.fixture
async def town(env: Any, offices: Offices, answerer: FakeAnswerer) -> AsyncIterator[Town]:
    """A server whose administrators the bot knows."""
    guild = env.create_guild()
    channel = guild.create_text_channel("general")
    editors = guild.create_role("Editors")
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    alice, bob = (guild.add_member(env.create_user(name)) for name in ("alice", "bob"))
    boss = guild.add_member(env.create_user("boss"), roles=[managers])
    editor = guild.add_member(env.create_user("editor"), roles=[editors])
    admins = frozenset({f"discord:{boss.id}", f"discord-role:{editors.id}"})
    office = open_office(offices, admins, answerer=answerer)
    await env.restart_bot(client_of(office, offices))
    yield Town(env, offices, office, guild, channel, alice, bob, boss, editor, admins)
    assert [problem for request in env.http_requests for problem in _problems(request)] == []


def _problems(request: Any) -> list[str]:
    """What Discord would refuse of a request, or act on."""
    json, path, method = request.json, request.path, request.method
    if not isinstance(json, dict):
        return []
    if path.endswith("/callback"):
        data = json.get("data") or {}
        match json["type"]:
            case 4 | 7:
                return problems_of_message(data)
            case 8:
                return problems_of_choices(data["choices"])
            case 9:
                return problems_of_modal(data)
        return []
    if path.endswith(("/messages", "/messages/@original")) or "/webhooks/" in path:
        return problems_of_message(json) if method in ("POST", "PATCH") else []
    return []
