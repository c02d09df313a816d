"""``communique ask`` and ``communique chat``."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import messages, output, print_json
from bot.errors import UsageError
from bot.root import Root

if TYPE_CHECKING:
    from rich.console import Console

AsOf = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help="Answer as on that day: what appeared later is not known yet."),
]


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    app.command(
        "ask",
        epilog='Examples: `communique ask "Where is the centre located?"`, '
        "`communique ask --batch questions.jsonl`",
    )(ask)
    app.command("chat", epilog="Type a question, then follow up: “And France?” An empty line ends it.")(chat)


def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="In a sentence or in a few words.")] = None,
    as_of: AsOf = None,
    batch: Annotated[
        Path | None,
        typer.Option(help='Answer every line {"id", "question", "as_of"?} of a .jsonl file, one a line.'),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer as JSON.")] = False,
) -> None:
    """Ask the collection; the answer is quoted to the character, with source, date and link."""
    root: Root = context.obj
    if (question is None) == (batch is None):
        raise UsageError("Give one question, or a file with --batch.")
    if batch is not None:
        questions = list(_questions(batch))
        with root.answering(purpose="communique ask", kept=False) as answer:
            for asked in questions:
                print_json(
                    answer(asked["question"], id=str(asked["id"]), as_of=_day(asked.get("as_of"))).as_json()
                )
        return
    day, console = _day(as_of), output()
    with root.answering(purpose="communique ask") as answer, _growing(root, console, hidden=as_json) as seen:
        found = answer(question or "", id="q1", as_of=day, **seen)
    if as_json:
        print_json(found.as_json())
        return
    from bot.cli.render import render

    render(found, console)


def chat(context: typer.Context, as_of: AsOf = None) -> None:
    """Ask in a loop; a follow-up is understood from what was said before."""
    from bot.cli.render import render
    from retrieval.understand import Turn
    from retrieval.understand.turn import turn_of

    root: Root = context.obj
    day = _day(as_of)
    console = output()
    if sys.stdin.isatty():
        messages().print("Ask about the articles; an empty line ends the conversation.", style="dim")
    turns: list[Turn] = []
    with root.answering(purpose="communique chat") as answer:
        for number, question in enumerate(_typed(), start=1):
            with _growing(root, console) as seen:
                found = answer(question, id=f"q{number}", as_of=day, turns=turns, **seen)
            turns.append(turn_of(found))
            render(found, console)


@contextmanager
def _growing(root: Root, console: "Console", *, hidden: bool = False) -> Iterator[dict[str, Any]]:
    """What to ask with, so that an answer is seen while a language model writes it; on a terminal only."""
    if hidden or root.settings.shown_model is None or not console.is_terminal:
        yield {}
        return
    from bot.cli.render import growing

    with growing(console) as tell:
        yield {"told": tell}


def _typed() -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            sys.stderr.write("\n> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line or (sys.stdin.isatty() and not line.strip()):
            return
        if line.strip():
            yield line.strip()


def _questions(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a batch, all checked before the first is answered."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path} is not UTF-8 text.") from exc
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
        except ValueError as exc:
            raise UsageError(f"{path}, line {number}: not JSON.") from exc
        if not isinstance(asked, dict) or not isinstance(asked.get("question"), str) or "id" not in asked:
            raise UsageError(f'{path}, line {number}: needs "id" and "question".')
        _day(asked.get("as_of"))
        yield asked


def _day(written: object) -> date | None:
    if written is None:
        return None
    try:
        return datetime.fromisoformat(str(written)).date()
    except ValueError as exc:
        raise UsageError(f"{written} is not a day; write it as YYYY-MM-DD.") from exc
