"""What the settings call for: which parts run, and what the others lack. Nothing is opened here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings, plain

if TYPE_CHECKING:
    from bot.discord_app.app import DiscordSettings
    from bot.slack_app.app import SlackSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A part of the service in words: ``says`` is how it runs, or what is missing for it."""

    name: str
    runs: bool
    says: str


def plan(settings: Settings) -> list[Planned]:
    """The parts in the order to show them."""
    return [
        _slack(settings),
        _discord(settings),
        Planned(name="Web and API", runs=True, says=_web(settings)),
        Planned(name="Collector", runs=True, says="visits the feeds, sitemaps and pages that were added"),
        Planned(name="Figures", runs=True, says="looks for a new edition of NATO's tables once a week"),
    ]


def slack_settings(settings: Settings) -> "SlackSettings":
    """What the settings say about Slack."""
    from bot.slack_app.app import SlackSettings

    return SlackSettings(
        bot_token=plain(settings.slack_bot_token),
        app_token=plain(settings.slack_app_token),
        signing_secret=plain(settings.slack_signing_secret),
        client_id=settings.slack_client_id or "",
        client_secret=plain(settings.slack_client_secret),
        secret=plain(settings.secret),
        public_url=settings.public_url or "",
        api_url=settings.slack_api_url,
    )


def discord_settings(settings: Settings) -> "DiscordSettings":
    """What the settings say about Discord."""
    from bot.discord_app.app import DiscordSettings

    return DiscordSettings(
        token=plain(settings.discord_token),
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
    )


def _slack(settings: Settings) -> Planned:
    found = slack_settings(settings)
    begun = any((found.bot_token, found.app_token, found.signing_secret, found.client_id))
    if not begun:
        return Planned(name="Slack", runs=False, says="set SLACK_BOT_TOKEN and SLACK_APP_TOKEN")
    if missing := found.missing():
        return Planned(name="Slack", runs=False, says=f"still missing: {', '.join(missing)}")
    if found.several:
        return Planned(name="Slack", runs=True, says="over HTTP, for several workspaces")
    return Planned(name="Slack", runs=True, says="over Socket Mode" if found.app_token else "over HTTP")


def _discord(settings: Settings) -> Planned:
    if not settings.discord_token:
        return Planned(name="Discord", runs=False, says="set DISCORD_TOKEN")
    return Planned(name="Discord", runs=True, says="over its gateway")


def _web(settings: Settings) -> str:
    who = {"members": "for those with a link or a token", "public": "open to everybody"}
    return f"{settings.public_url or 'on this machine'}, {who[settings.web_access]}"
