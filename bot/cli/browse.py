"""``communique sources``, ``article``, ``remove`` and ``stats``: what the collection holds."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import output, print_json
from bot.errors import NotThere
from bot.root import Root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rich.table import Table

    from index.collect.sources import SourceCounts

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other tools.")]


def register(app: typer.Typer) -> None:
    """Put the commands into ``app``."""
    app.command(
        "sources",
        epilog="Examples: `communique sources --json`, `communique sources --pause https://example.org/feed`",
    )(sources)
    app.command("article", epilog="Example: `communique article k3v7q2mzt5ab`")(article)
    app.command(
        "remove",
        epilog="Examples: `communique remove k3v7q2mzt5ab --purge`, `communique remove https://example.org/feed`",
    )(remove)
    app.command("stats", epilog="Examples: `communique stats --gaps`, `communique stats --dropped`")(stats)


def sources(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="List the pages of this source instead.")
    ] = None,
    pause: Annotated[
        str | None, typer.Option("--pause", metavar="ADDRESS", help="Do not visit this source for now.")
    ] = None,
    resume: Annotated[str | None, typer.Option("--resume", metavar="ADDRESS", help="Visit it again.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what is visited and what was added, and the articles that came of it."""
    from index.collect.sources import Sources

    root: Root = context.obj
    for named, paused in ((pause, True), (resume, False)):
        if named and not Sources(root.database).pause(named, paused=paused):
            raise NotThere(_not_visited(named))
    if address:
        _pages(root, address, as_json=as_json)
        return
    listed = list(root.reader.listing())
    visited = Sources(root.database).counts()
    files = Counter(one.source for one in listed if not one.source.startswith(("http://", "https://")))
    if as_json:
        of_files = [{"source": source, "kind": "file", "articles": n} for source, n in sorted(files.items())]
        of_visits = [{"source": one.source.url, "articles": one.held, **one.as_json()} for one in visited]
        print_json({"sources": of_visits + of_files, "articles": [one.as_json() for one in listed]})
        return
    console = output()
    if not listed and not visited:
        console.print("The collection is empty; `communique add SOURCE` takes articles in.")
        return
    if visited:
        console.print(_visits(visited))
        console.print()
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("id", "published", "publisher", "title"):
        table.add_column(column, no_wrap=column != "title")
    for one in listed:
        table.add_row(
            one.id,
            one.published.isoformat() if one.published else "undated",
            _plain(one.publisher or "–"),
            _plain(one.title or one.source),
        )
    console.print(table)
    roots = sum(one.source.parent is None for one in visited)
    console.print(f"{len(listed)} articles from {roots + len(files)} sources.")


def _pages(root: Root, address: str, *, as_json: bool) -> None:
    """The pages of one source, and what went wrong at each."""
    from rich.table import Table

    from index.collect.sources import Sources
    from index.collect.states import pages_of

    source = Sources(root.database).find(address)
    if source is None:
        raise NotThere(_not_visited(address))
    found = pages_of(root.database, source)
    if as_json:
        print_json({"source": address, "pages": [one.as_json() for one in found]})
        return
    table = Table(box=None, pad_edge=False)
    for column in ("page", "state", "next visit", "last error"):
        table.add_column(column, no_wrap=column in ("state", "next visit"), overflow="fold")
    for one in found:
        table.add_row(_plain(one.url), one.state, _minute(one.due_at), _plain(one.last_error or ""))
    output().print(table)


def _not_visited(address: str) -> str:
    return f"{address} is not visited; `communique sources` lists what is."


def _minute(moment: "datetime | None") -> str:
    return moment.isoformat(sep=" ", timespec="minutes")[:16] if moment else "–"


def _visits(visited: "Sequence[SourceCounts]") -> "Table":
    """The addresses that are visited: how they are, when, what came of them, and what went wrong."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in (
        "address",
        "kind",
        "state",
        "next visit",
        "every",
        "articles",
        "waiting",
        "refused",
        "gone",
    ):
        table.add_column(column, no_wrap=column != "address", overflow="fold")
    table.add_column("last error")
    for one in _by_family(visited):
        source = one.source
        table.add_row(
            _plain(("  " if source.parent else "") + source.url),
            source.kind,
            source.state,
            _minute(source.due_at if source.state != "paused" else None),
            _every(source.interval),
            *map(str, (one.held, one.waiting, one.refused, one.gone)),
            _plain(source.last_error or ""),
        )
    return table


def _by_family(visited: "Sequence[SourceCounts]") -> "Iterator[SourceCounts]":
    """Each source, then what was found through it."""
    children: dict[int | None, list[SourceCounts]] = defaultdict(list)
    known = {one.source.id for one in visited}
    for one in visited:
        children[one.source.parent if one.source.parent in known else None].append(one)
    left = children.pop(None, [])[::-1]
    while left:
        yield (one := left.pop())
        left += children.pop(one.source.id, [])[::-1]


def _every(seconds: int) -> str:
    """``45 min``, ``6 h``, ``3 d``."""
    for unit, size in (("d", 86400), ("h", 3600)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 60:.0f} min"


def article(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As `communique sources` lists it.")],
    versions: Annotated[
        bool, typer.Option("--versions", help="Show every version, and what each changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an article as it is stored."""
    root: Root = context.obj
    if versions:
        _versions(root, identifier, as_json=as_json)
        return
    found = root.reader.article(identifier)
    if found is None:
        raise NotThere(f"There is no article {identifier}; `communique sources` lists those there are.")
    stored, text = found
    if as_json:
        print_json({**stored.as_json(), "text": text})
        return
    console = output()
    console.print(stored.title or "(no title)", style="bold", markup=False)
    dated = stored.published.isoformat() if stored.published else "undated"
    if stored.date_evidence:
        dated += f" (from the {stored.date_source}: {stored.date_evidence})"
    for line in (stored.publisher, ", ".join(stored.authors), dated, stored.url or stored.source):
        if line:
            console.print(line, style="dim", markup=False)
    console.print()
    console.print(text, markup=False)


def _versions(root: Root, identifier: str, *, as_json: bool) -> None:
    """Every version of an article, of one that was taken out, too."""
    from bot.cli.recalls import show_change
    from index.store.history import history_json, versions_of

    with root.database.read() as connection:
        found = versions_of(connection, [identifier]).get(identifier)
    if not found:
        raise NotThere(f"There is no article {identifier}; `communique sources` lists those there are.")
    listed = history_json(found)
    if as_json:
        print_json({"id": identifier, "versions": listed})
        return
    for version in listed:
        heading = f"Version {version['version']}, {version['seen']}: {version['title'] or '(no title)'}"
        output().print(heading, style="bold", markup=False)
        for change in version["changes"]:
            show_change(change["before"], change["after"])


def remove(
    context: typer.Context,
    identifiers: Annotated[
        list[str],
        typer.Argument(metavar="ID…", help="Articles to take out, or sources with all that came from them."),
    ],
    purge: Annotated[
        bool, typer.Option("--purge", help="Forget their texts and earlier versions too.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Take articles out of all answers, at once; they do not come back from the pages they were read on.

    A source is not visited any more, and what came from it alone goes with it.
    """
    from index.collect.removal import take_out

    root: Root = context.obj
    taken = {name: take_out(root.database, name, purge=purge) for name in identifiers}
    removed = [each for found in taken.values() for each in found or ()]
    unknown = [name for name, found in taken.items() if found is None]
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    else:
        output().print(f"{len(removed)} removed.")
    if unknown:
        raise NotThere(
            f"There is no article or source {', '.join(unknown)}; `communique sources` lists those there are."
        )
    return 0


def stats(
    context: typer.Context,
    gaps: Annotated[bool, typer.Option("--gaps", help="List the questions that found no answer.")] = False,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="List what a language model wrote and was not shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count what there is."""
    root: Root = context.obj
    counts = root.reader.counts()
    record: dict[str, object] = {
        "articles": counts.articles,
        "passages": counts.passages,
        "vectors": counts.vectors,
        "duplicates": counts.duplicates,
        "undated": counts.undated,
        "removed": counts.removed,
        "first_published": counts.first_published.isoformat() if counts.first_published else None,
        "last_published": counts.last_published.isoformat() if counts.last_published else None,
    }
    record |= _model_use(root)
    if gaps:
        record["gaps"] = root.gaps()
    if dropped:
        record["dropped"] = _dropped(root)
    if as_json:
        print_json(record)
        return
    console = output()
    for name, value in record.items():
        if name not in ("gaps", "dropped"):
            console.print(f"{name.replace('_', ' '):16} {'–' if value is None else value}")
    if gaps:
        console.print()
        for gap in root.gaps():
            console.print(f"{gap['asked']}× {gap['question']} ({gap['refusal']})", markup=False)
        if not record["gaps"]:
            console.print("No question went without an answer.")
    if dropped:
        console.print()
        for one in _dropped(root):
            console.print(f"{one['reason']}: {one['sentence']} ({one['question']})", markup=False)
        if not record["dropped"]:
            console.print("Nothing that a language model wrote was dropped.")


def _model_use(root: Root) -> dict[str, object]:
    """What language models took today (UTC) and in thirty days; nothing where there never was one."""
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC).date()
    month = root.allowance.used(today - timedelta(days=29), today)
    if not month.requests:
        return {}
    day = root.allowance.used(today)
    return {
        "model_requests": month.requests,
        "model_tokens": month.prompt_tokens + month.completion_tokens,
        "model_tokens_today": day.prompt_tokens + day.completion_tokens + day.held,
        "model_cost": round(month.cost, 6),
        "model_cost_today": round(day.cost, 6),
    }


def _dropped(root: Root) -> list[dict[str, str]]:
    """What was dropped of what language models wrote, the newest first."""
    from bot.desk.drafts import dropped

    with root.database.read() as connection:
        _, found = dropped(connection)
    return [
        {"reason": one.reason, "sentence": one.sentence, "question": one.question, "on": one.on.isoformat()}
        for one in found
    ]


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
