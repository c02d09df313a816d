"""``communique spending``: the official figures, looked up, compared, drawn, exported and kept up to date."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.console import messages, output, print_json
from bot.errors import UsageError
from bot.root import Root

if TYPE_CHECKING:
    from index.figures.figure import Figure
    from index.figures.update import Update
    from retrieval.figures.request import FigureAnswer, FigureQuery, Kind

Metric = Literal["share", "usd", "usd-constant", "national", "change", "equipment"]


def register(app: typer.Typer) -> None:
    """Put the command into ``app``."""
    app.command(
        "spending",
        epilog="Examples: `communique spending poland`, `communique spending --rank 10 --metric usd`, "
        "`communique spending germany france --history --chart history.png`, "
        "`communique spending germany --year 2024`",
    )(spending)


def spending(
    context: typer.Context,
    countries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COUNTRY", help="By any name, or a flag; “NATO”, “europe and canada”, “allies”."
        ),
    ] = None,
    year: Annotated[str | None, typer.Option(metavar="YEAR", help="A year, or 2014-2024.")] = None,
    edition: Annotated[str | None, typer.Option(metavar="YEAR", help="The edition of that year.")] = None,
    source: Annotated[
        Literal["nato", "sipri"] | None, typer.Option(help="Whose figures; NATO's if not said.")
    ] = None,
    metric: Annotated[Metric, typer.Option(help="What is measured.")] = "share",
    rank: Annotated[int | None, typer.Option(min=1, metavar="N", help="The first N allies in order.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Side by side: one year, one edition.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Year by year, from one edition.")] = False,
    target: Annotated[bool, typer.Option("--target", help="How far to 2 % and 3.5 % of GDP.")] = False,
    chart: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the figures.")] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them with their provenance.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Look for a newer edition at NATO's.")] = False,
    import_file: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Take in NATO's or SIPRI's workbook, or a CSV."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other tools.")] = False,
) -> None:
    """Give official defence-spending figures, each with its year, edition and source."""
    root: Root = context.obj
    if update or import_file:
        done = _update(root) if update else _import(root, import_file or Path())
        _report(done, as_json=as_json)
        if not (countries or rank):
            return
    from retrieval.figures.lookup import look_up

    query = _query(
        countries or [], year, edition, source, metric, rank, compare=compare, history=history, target=target
    )
    found = look_up(query, root.figures)
    if chart:
        _draw(root, found, chart)
    if csv:
        from index.figures.plain import write_rows

        _write(csv, write_rows(found.figures).encode("utf-8"))
    if as_json:
        lead = [] if found.found else [found.sentence]
        print_json(
            {
                "figures": [figure.as_json() for figure in found.figures],
                "notes": [*lead, *found.notes],
                "sentence": found.sentence,
            }
        )
    else:
        _show(found)


def _query(
    countries: list[str],
    year: str | None,
    edition: str | None,
    source: Literal["nato", "sipri"] | None,
    metric: Metric,
    rank: int | None,
    *,
    compare: bool,
    history: bool,
    target: bool,
) -> "FigureQuery":
    from retrieval.figures.names import named
    from retrieval.figures.request import FigureQuery

    views: dict[Kind, bool] = {
        "rank": rank is not None,
        "compare": compare,
        "history": history,
        "target": target,
    }
    kinds = [kind for kind, wanted in views.items() if wanted]
    if len(kinds) > 1:
        raise UsageError(f"Choose one of {' and '.join(f'--{kind}' for kind in kinds)}.")
    names, unknown = named(countries)
    if kinds in (["history"], ["compare"], ["target"]) and not names and not unknown:
        raise UsageError(
            f"Name the countries for --{kinds[0]}, for example: communique spending poland --{kinds[0]}"
        )
    if target and metric != "share":
        raise UsageError("The targets are shares of GDP; leave out --metric.")
    years = _years(year)
    kind: Kind = kinds[0] if kinds else "change" if len(years) > 1 else "latest"
    if edition is not None and not (edition.isdigit() and len(edition) == 4):
        raise UsageError("An edition is named by its year, for example --edition 2024.")
    return FigureQuery(
        kind=kind,
        names=names,
        unknown=unknown,
        years=years,
        edition=edition,
        source=source,
        metric=metric,
        limit=rank,
    )


def _years(written: str | None) -> tuple[int, ...]:
    if written is None:
        return ()
    parts = written.replace("–", "-").split("-")
    if len(parts) > 2 or not all(part.strip().isdigit() and len(part.strip()) == 4 for part in parts):
        raise UsageError("A year is written as 2024, a span of years as 2014-2024.")
    return tuple(sorted({int(part) for part in parts}))


def _show(found: "FigureAnswer") -> None:
    from rich.table import Table
    from rich.text import Text

    console = output()
    console.print(Text(found.sentence, style="bold" if found.found else "yellow"))
    if found.figures:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("country")
        table.add_column("year")
        table.add_column("value", justify="right")
        table.add_column("unit")
        table.add_column("edition")
        if any(figure.derived for figure in found.figures):
            table.add_column("calculated")
        for figure in found.figures:
            table.add_row(*_cells(figure), *([figure.derived or ""] if len(table.columns) > 5 else []))
        console.print()
        console.print(table)
    for note in found.notes:
        console.print()
        console.print(Text(f"Note: {note}", style="dim"))


def _cells(figure: "Figure") -> tuple[str, str, str, str, str]:
    if figure.value is None:
        value = "–"
    elif figure.derived and figure.value.is_integer():
        value = f"{figure.value:,.0f}"
    elif figure.metric in ("share", "change", "equipment") or abs(figure.value) < 100:
        value = f"{figure.value:+,.2f}" if figure.derived else f"{figure.value:,.2f}"
    else:
        value = f"{figure.value:,.0f}"
    when = f"{figure.year}e" if figure.estimate else str(figure.year)
    day = f" ({figure.edition_date.isoformat()})" if figure.edition_date else ""
    return figure.country, when, value, figure.unit, f"{figure.source.upper()} {figure.edition}{day}"


def _draw(root: Root, found: "FigureAnswer", path: Path) -> None:
    from bot.charts import draw

    drawing = draw(found, root.figures)
    if drawing is None:
        messages().print("There are no values to draw, so no chart was written.")
        return
    _write(path, drawing.png)
    messages().print(f"Chart: {drawing.alt_text}", markup=False)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}.") from exc


def _import(root: Root, path: Path) -> "list[Update]":
    from index.errors import FiguresError
    from index.figures.files import read_figures
    from index.figures.store import FigureStore
    from index.figures.update import keep

    try:
        content = path.read_bytes()
    except OSError as exc:
        raise FiguresError(f"{path} cannot be read: {exc.strerror}.") from exc
    store = FigureStore(root.database)
    return [keep(store, release) for release in read_figures(content, path.name, today=_today())]


def _update(root: Root) -> "list[Update]":
    import asyncio

    from bot.figures import fetch_update

    messages().print(f"Looking at {root.settings.nato_url} …", markup=False)
    return [asyncio.run(fetch_update(root.settings, root.database, today=_today()))]


def _report(done: "list[Update]", *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"figures": [], "notes": [note for each in done for note in (each.message, *each.changes)]}
        )
        return
    console = output()
    for each in done:
        console.print(each.message, markup=False)
        for change in each.changes:
            console.print(f"  {change}", markup=False)


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()
