"""``communique slack manifest`` and ``discord invite``: what an administrator pastes to install."""

import json
from typing import Annotated

import typer

from bot.cli.console import output
from bot.errors import UsageError
from bot.root import Root
from bot.settings import plain

Address = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The service's public address, for HTTP and several workspaces."),
]


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    slack = typer.Typer(help="Install the bot in Slack.", no_args_is_help=True)
    slack.command("manifest", epilog="Example: `communique slack manifest | pbcopy`")(manifest)
    app.add_typer(slack, name="slack")
    discord = typer.Typer(help="Install the bot in Discord.", no_args_is_help=True)
    discord.command("invite", epilog="Example: `DISCORD_TOKEN=… communique discord invite`")(invite)
    app.add_typer(discord, name="discord")


def manifest(context: typer.Context, url: Address = None) -> None:
    """Print the app's manifest, to be pasted at api.slack.com/apps under “From a manifest”."""
    from bot.slack_app.manifest import manifest as made

    if url is not None and not url.startswith("https://"):
        raise UsageError("Slack calls public addresses only; give one that starts with https://.")
    output().print(json.dumps(made(url), indent=2, ensure_ascii=False), markup=False, soft_wrap=True)


def invite(
    context: typer.Context,
    application: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The application's id; read from DISCORD_TOKEN if left out."),
    ] = None,
) -> None:
    """Print the link with which an administrator of a server adds the bot, with the least permissions."""
    from bot.discord_app.invite import application_of, invite_url

    root: Root = context.obj
    token = plain(root.settings.discord_token)
    if application is None and not token:
        raise UsageError("Set DISCORD_TOKEN, or give the application's id with --application.")
    if application is not None and not application.isdecimal():
        raise UsageError("An application's id is a number; copy it from its General Information page.")
    found = int(application) if application else application_of(token)
    output().print(invite_url(found), markup=False, soft_wrap=True)
