"""``communique forget``, ``backup``, ``restore`` and ``reindex``: what is kept, and for how long."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import messages, output, print_json
from bot.errors import UsageError
from bot.root import Root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desk.retention import Record

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other tools.")]


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    app.command("forget", epilog="Example: `communique forget slack:U024BE7LH`")(forget)
    app.command("backup", epilog="Example: `communique backup communique-2026-05-01.zip`")(backup)
    app.command("restore", epilog="Example: `COMMUNIQUE_HOME=new communique restore FILE`")(restore)
    app.command("reindex", epilog="Example: `COMMUNIQUE_EMBEDDING_MODEL=… communique reindex`")(reindex)


def forget(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="WHO", help="slack:U…, slack:T…/U… or discord:…")],
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Show the records, and erase nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is kept of a person, and erase it."""
    import asyncio

    from bot.desk.claims import Claims
    from bot.desk.questions import Questions
    from bot.desk.retention import Retention
    from bot.desk.workers import Workers

    platform, _, user = who.partition(":")
    if platform not in ("slack", "discord", "web", "terminal") or not user:
        raise UsageError("Name a person as slack:U…, slack:T…/U… or discord:….")
    root: Root = context.obj
    workers = Workers(root.database)
    retention = Retention(workers, Questions(workers), Claims(workers))
    if listing:
        _list(who, asyncio.run(retention.listed(who)), as_json=as_json)
        workers.close()
        return
    known = asyncio.run(retention.known(who))
    if not as_json:
        for name, number in asdict(known).items():
            messages().print(f"{number:7,} {name}")
    erased = bool(known.total) and (yes or (not as_json and typer.confirm("Erase all of it?", err=True)))
    if erased:
        asyncio.run(retention.forget(who))
    workers.close()
    if as_json:
        print_json({"who": who, "erased": erased, **asdict(known)})
    else:
        output().print(f"{known.total:,} records {'erased' if erased else 'kept'}.")


def _list(who: str, records: "Mapping[str, Sequence[Record]]", *, as_json: bool) -> None:
    if as_json:
        print_json({"who": who, "records": records})
        return
    for kind, found in records.items():
        for record in found:
            said = ", ".join(f"{name} {value}" for name, value in record.items())
            output().print(f"{kind}: {said}", markup=False)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write it; an existing file is not overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Write everything that cannot be rebuilt into one file; the service may go on meanwhile."""
    from bot.backup import write_backup

    root: Root = context.obj
    made = write_backup(file, root.database, root.home)
    if as_json:
        print_json(made.as_json())
    else:
        output().print(f"{file}: {made.articles:,} articles, {made.rows:,} rows, {made.files} files.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `communique backup` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty home (and database); nothing is embedded again."""
    from bot.backup import read_backup
    from index.store.lock import OwnerLock

    root: Root = context.obj
    with OwnerLock(root.home, purpose="communique restore"):
        found = read_backup(file, root.database, root.home)
        with root.opened() as collection:
            collection.indexer.recover()
    if as_json:
        print_json(found.as_json())
    else:
        output().print(f"{found.articles:,} articles, {found.rows:,} rows and {found.files} files are back.")


def reindex(
    context: typer.Context,
    drop: Annotated[bool, typer.Option("--drop", help="Drop the vectors of all other models.")] = False,
    as_json: AsJson = False,
) -> None:
    """Embed everything with the model that is set; a service goes on with its own until it starts anew."""
    import time

    from bot.owner import running
    from index.store.doctor import drop_other_vectors, embed_missing
    from index.store.states import SERVING, state

    root: Root = context.obj
    begin = time.perf_counter()
    service = running(root.home)
    serving = state(root.database, SERVING)
    if drop and serving not in (None, root.embedder.model) and (service or root.settings.shares_stores):
        raise UsageError(
            f"The service answers with the vectors of {serving}: start it anew with "
            "COMMUNIQUE_EMBEDDING_MODEL set to the new model, and drop the old ones then."
        )
    embedded = 0
    for number in embed_missing(root.database, root.embedder):
        embedded += number
        messages().print(f"{embedded:,} passages embedded", style="dim")
    dropped = drop_other_vectors(root.database, root.embedder.model) if drop else 0
    if service is None:
        with root.collection(purpose="communique reindex") as collection:
            collection.indexer.recover()
            if drop:
                collection.dense.drop_other_models()
    seconds = round(time.perf_counter() - begin, 1)
    if as_json:
        print_json(
            {"model": root.embedder.model, "embedded": embedded, "dropped": dropped, "seconds": seconds}
        )
        return
    output().print(
        f"{embedded:,} passages embedded with {root.embedder.model} in {seconds:,} s.", markup=False
    )
    if serving not in (None, root.embedder.model):
        output().print("Start the service anew with COMMUNIQUE_EMBEDDING_MODEL set to it.")
