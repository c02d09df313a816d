"""The link that installs the bot."""

import base64
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.discord_app.invite import PERMISSIONS, application_of, invite_url
from bot.errors import SettingsError


def test_the_link_asks_for_the_least_permissions_and_for_commands() -> None:
    parts = urlsplit(invite_url(123))
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "discord.com", "/oauth2/authorize")
    assert query["client_id"] == ["123"]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}
    asked = discord.Permissions(int(query["permissions"][0]))
    assert {name for name, on in asked if on} == {"read_messages", *PERMISSIONS} - {"view_channel"}
    assert not asked.administrator
    assert not asked.manage_messages
    assert not asked.mention_everyone


def test_the_application_is_read_from_the_token() -> None:
    part = base64.b64encode(b"123456789012345678").decode().rstrip("=")
    assert application_of(f"{part}.abc.def") == 123456789012345678


@pytest.mark.parametrize("token", ["", "nonsense", "xoxb-1", "…"])
def test_what_is_no_token_is_named_without_being_shown(token: str) -> None:
    with pytest.raises(SettingsError, match="DISCORD_TOKEN") as failed:
        application_of(token)
    assert not token or token not in str(failed.value)
