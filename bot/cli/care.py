"""``communique doctor`` and ``communique evaluate``: whether it is sound, and how good it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import output, print_json
from bot.owner import running
from bot.root import Root

if TYPE_CHECKING:
    from index.store.doctor import Checkup


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    app.command("doctor", epilog="Example: `communique doctor --repair`")(doctor)
    app.command("evaluate", epilog="Example: `communique evaluate questions.jsonl`")(evaluate)


def doctor(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is found.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other tools.")] = False,
) -> int:
    """Hold the stores against each other; check credentials, disk, clock and model.

    The exit code is 1 if something is wrong.
    """
    from index.store import doctor as stores

    root: Root = context.obj
    if service := running(root.home):
        found = service.post("/api/doctor", {"repair": repair})
        return _report(root, stores.Checkup.from_json(found), repair=repair, as_json=as_json)
    with root.collection(purpose="communique doctor") as collection:
        if repair:
            checkup = stores.repair(
                root.database, embedder=root.embedder, dense=collection.dense, lexical=collection.lexical
            )
        else:
            checkup = stores.check(
                root.database,
                dense=collection.dense,
                lexical=collection.lexical,
                model=root.embedder.model,
            )
    return _report(root, checkup, repair=repair, as_json=as_json)


def _report(root: Root, checkup: "Checkup", *, repair: bool, as_json: bool) -> int:
    import asyncio

    from bot.checkup import heard, looked

    looks = asyncio.run(looked(root))
    problems = [*checkup.problems, *(problem for look in looks for problem in look.problems)]
    notes = asyncio.run(heard(root))
    if as_json:
        print_json(checkup.as_json() | {"ok": not problems, "problems": problems, "notes": notes})
        return 1 if problems else 0
    console = output()
    console.print(f"{checkup.articles} articles, {checkup.passages} passages, {checkup.vectors} vectors.")
    fine = [] if checkup.problems else ["The stores agree."]
    for sentence in [*fine, *(look.fine for look in looks if not look.problems)]:
        console.print(f"✓ {sentence}", style="green", markup=False)
    for problem in problems:
        console.print(f"✗ {problem}", style="red", markup=False)
    if checkup.problems and not repair:
        console.print("`communique doctor --repair` mends what is wrong with the stores.", markup=False)
    for note in notes:
        console.print(f"• {note}", markup=False)
    return 1 if problems else 0


def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="A .jsonl file of questions with gold answers.")],
) -> None:
    """Measure the answers to questions whose answers are known; prints JSON."""
    from retrieval.evaluate import measure, read_questions

    root: Root = context.obj
    asked = read_questions(questions)
    with root.answering(purpose="communique evaluate", kept=False) as answer:
        print_json(measure(asked, answer))
