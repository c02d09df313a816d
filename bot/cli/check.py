"""``communique check``: official rows and passages that bear on a sentence, with a verdict."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import output, print_json
from bot.errors import UsageError
from bot.owner import running
from bot.root import PATIENCE, Root

if TYPE_CHECKING:
    from retrieval.answer import Citation
    from retrieval.figures.check import ClaimCheck


def register(app: typer.Typer) -> None:
    """Put the command into ``app``."""
    app.command(
        "check", epilog='Example: `communique check "Germany spent 3.5 % of GDP on defence in 2024."`'
    )(check)


def check(
    context: typer.Context,
    claim: Annotated[list[str], typer.Argument(help="A sentence.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other tools.")] = False,
) -> None:
    """Hold a sentence against the official figures and the articles."""
    from retrieval.figures.check import check_claim
    from retrieval.restored import check_restored

    root: Root = context.obj
    sentence = " ".join(claim).strip()
    if not sentence:
        raise UsageError("Give a sentence to check.")
    if service := running(root.home):
        found = check_restored(service.post("/api/check", {"claim": sentence}))
    else:
        found = check_claim(sentence, root.figures, passages=lambda text: _passages(root, text))
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)


def _passages(root: Root, sentence: str) -> "Sequence[Citation]":
    """What the collection has closest to the sentence; nothing is loaded for an empty one."""
    if not root.reader.counts().articles:
        return ()
    with root.collection(purpose="communique check", wait=PATIENCE) as collection:
        collection.indexer.recover()
        return collection.answerer.closest(sentence)


def _show(found: "ClaimCheck") -> None:
    from rich.text import Text

    from bot import wording
    from bot.cli.render import show_citation

    console = output()
    style = {"supported": "bold green", "contradicted": "bold red", "partly": "bold yellow"}
    console.print(Text(wording.verdict(found.verdict), style=style.get(found.verdict, "bold")))
    console.print(Text(found.reason))
    for figure in found.figures:
        console.print(Text(f"  {wording.figure_line(figure)}", style="green"))
    for citation in found.citations:
        show_citation(citation, console)
