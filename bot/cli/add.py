"""``communique add``: articles into the collection."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import messages, output, print_json
from bot.errors import ServiceError
from bot.owner import RunningService, batches, running
from bot.root import Root

if TYPE_CHECKING:
    from index.article import Article, Failure
    from index.indexer import AddReport, Indexed


def register(app: typer.Typer) -> None:
    """Put the command into ``app``."""
    app.command("add", epilog="Examples: `communique add articles/`, `communique add news.jsonl.gz --json`")(
        add
    )


def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(help="A file (.txt .md .html .pdf .json .jsonl, also .gz), a folder, or an address."),
    ],
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print each article as it is kept.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> int:
    """Take articles in. What is there already and has not changed costs nothing."""
    root: Root = context.obj
    urls = [source for source in sources if source.startswith(("http://", "https://"))]
    paths = [Path(source) for source in sources if source not in urls]
    with _Progress(verbose=verbose) as progress:
        if service := running(root.home):
            report = _through(service, paths, urls, progress)
        else:
            report = _here(root, paths, urls, progress)
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)
    return 1 if report.failed else 0


def _here(root: Root, paths: list[Path], urls: list[str], progress: "_Progress") -> "AddReport":
    """Taken in by this process, which owns the home for the time."""
    from index.indexer import AddReport

    report = AddReport()
    with root.collection(purpose="communique add") as collection:
        if paths or not urls:
            report += collection.indexer.add(progress.counted(_read(paths)), each=progress.tell)
        if urls:
            report += root.add_urls(urls, collection, each=progress.tell)
    return report


def _through(
    service: RunningService, paths: list[Path], urls: list[str], progress: "_Progress"
) -> "AddReport":
    """Read by this process, and taken in by the service that owns the home."""
    from index.article import Failure
    from index.indexer import AddReport
    from index.transfer import line_of

    report = AddReport()

    def lines() -> Iterator[bytes]:
        for one in progress.counted(_read(paths)):
            if isinstance(one, Failure):
                report.failed.append(one)
                progress.tell(one)
            else:
                yield line_of(one)

    for body in batches(lines()):
        _follow(service.lines("/api/add", body), report, progress)
    if urls:
        body = json.dumps({"sources": urls}).encode()
        _follow(service.lines("/api/add", body, kind="application/json"), report, progress)
    return report


def _follow(told: Iterator[dict[str, Any]], report: "AddReport", progress: "_Progress") -> None:
    """Pass on what the service tells, and count it into ``report``."""
    from index.article import Failure
    from index.indexer import AddReport, Indexed

    for one in told:
        if "outcome" in one:
            progress.tell(Indexed(**one))
        elif "reason" in one:
            progress.tell(Failure(**one))
        elif "report" in one:
            counts = one["report"]
            counts["failed"] = [Failure(**failure) for failure in counts["failed"]]
            total = report + AddReport(**counts)
            for name in AddReport.__slots__:
                setattr(report, name, getattr(total, name))
            if one["stopped"]:
                raise ServiceError("The service is stopping. What was reported is kept; add the rest again.")
        else:
            raise ServiceError(str(one.get("error", "The service broke off.")))


def _read(paths: list[Path]) -> "Iterator[Article | Failure]":
    from index.extract import read_path

    for path in paths:
        yield from read_path(path)


def _print(report: "AddReport") -> None:
    console = output()
    parts = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.updated, "updated"),
            (report.unchanged, "unchanged"),
            (report.duplicates, "of them repeating another"),
            (len(report.failed), "failed"),
        )
        if count
    ]
    console.print(
        f"{', '.join(parts) or 'Nothing found'}; {report.passages} passages, {report.seconds:.1f} s."
    )


class _Progress:
    """A bar on a terminal, plain lines elsewhere; failures always, each in one line."""

    def __init__(self, *, verbose: bool) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._verbose = verbose
        self._console = messages()
        self._bar = Progress(
            TextColumn("Adding"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._seen = 0
        self._settled = 0

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def counted(self, found: "Iterator[Article | Failure]") -> "Iterator[Article | Failure]":
        """Pass on what is found, counting it as what there is to do."""
        for one in found:
            self._seen += 1
            self._bar.update(self._task, total=self._seen)
            yield one

    def tell(self, one: "Indexed | Failure") -> None:
        """What became of one article."""
        from index.article import Failure

        self._settled += 1
        self._bar.update(self._task, completed=self._settled)
        if isinstance(one, Failure):
            self._console.print(f"{one.source}: {one.reason}", style="red", markup=False)
            return
        self._bar.update(self._task, description=(one.title or one.source)[:60].replace("[", "("))
        if self._verbose:
            print(f"{one.id} {one.outcome} {one.title or one.source}", flush=True)  # noqa: T201 - a result
