"""``communique ask`` and ``communique chat``."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.console import messages, output, print_json
from bot.errors import UsageError
from bot.root import Root

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
    day = _day(as_of)
    with root.answering(purpose="communique ask") as answer:
        found = answer(question or "", id="q1", as_of=day)
    if as_json:
        print_json(found.as_json())
        return
    from bot.cli.render import render

    render(found, output())


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
            found = answer(question, id=f"q{number}", as_of=day, turns=turns)
            turns.append(turn_of(found))
            render(found, console)


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
