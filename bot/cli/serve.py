"""``communique serve``: the service."""

from typing import TYPE_CHECKING

import typer

from bot.cli.console import messages, output
from bot.errors import ServiceError
from bot.owner import running
from bot.root import Root

if TYPE_CHECKING:
    from bot.service import Planned


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    app.command("serve", epilog="Example: `SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… communique serve`")(serve)
    app.command("login", epilog="Example: `communique login`")(login)


def login(context: typer.Context) -> None:
    """Print a link that opens the pages of the running service, once, as its administrator."""
    root: Root = context.obj
    service = running(root.home)
    if service is None:
        raise ServiceError("No service runs here; `communique serve` starts one.")
    output().print(service.post("/api/login", {})["url"], markup=False)


def serve(context: typer.Context) -> None:
    """Run what is configured: Slack, Discord, the collector, the web and the API, until told to stop."""
    import asyncio
    import logging

    from bot import logs
    from bot.service import Service

    root: Root = context.obj
    logging.disable(logging.NOTSET)
    logs.configure(secrets=root.settings.secrets)
    asyncio.run(Service(root, told=_show).run())


def _show(parts: "list[Planned]", address: str, seconds: float) -> None:
    """One screen: what runs and what is missing."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    for part in parts:
        mark = Text("✓" if part.runs else "–", style="green" if part.runs else "yellow")
        table.add_row(mark, Text(part.name, style="bold"), Text(part.says))
    console = messages()
    console.print()
    console.print(Text(f"Communiqué is ready after {seconds:.1f} s, at {address}", style="bold"))
    console.print(table)
    console.print(
        Text("`communique login` opens the pages in a browser; Ctrl-C stops the service.", style="dim")
    )
    console.print()
