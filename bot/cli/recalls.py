"""``communique recalls``: answers given whose sources have changed or gone since."""

from typing import TYPE_CHECKING

import typer

from bot import wording
from bot.cli.browse import AsJson
from bot.cli.console import output, print_json
from bot.root import Root

if TYPE_CHECKING:
    from bot.desk.recalls import Recall


def register(app: typer.Typer) -> None:
    """Put the command into ``app``."""
    app.command("recalls", epilog="Example: `communique recalls --json`")(recalls)


def recalls(context: typer.Context, as_json: AsJson = False) -> None:
    """List answers that quote articles which were corrected, changed or taken out since."""
    from bot.desk.recalls import recalls as found_in

    root: Root = context.obj
    with root.database.read() as connection:
        found = found_in(connection)
    if as_json:
        print_json({"recalls": [one.as_json() for one in found]})
        return
    if not found:
        output().print("No answer leans on an article that has changed since.")
    for one in found:
        _show(one)


def _show(one: "Recall") -> None:
    console = output()
    article = wording.named_article(one.title, one.publisher, one.url)
    console.print(wording.recalled(one.kind, one.asked, article), style="bold", markup=False)
    when = wording.day(one.changed_at.date()) if one.changed_at else "on a day not known"
    told = f"; its thread was told on {wording.day(one.told_at.date())}" if one.told_at else ""
    console.print(
        f"Asked {wording.day(one.asked_at.date())}, changed {when}{told}.", style="dim", markup=False
    )
    for quote in one.quotes:
        console.print(f"  > {wording.one_line(quote)}", markup=False)
    for change in one.changes:
        show_change(change.before, change.after)
    console.print()


def show_change(before: str, after: str) -> None:
    """A change as lines that went and lines that came."""
    console = output()
    if before:
        console.print(f"  - {wording.one_line(before)}", style="red", markup=False)
    if after:
        console.print(f"  + {wording.one_line(after)}", style="green", markup=False)
