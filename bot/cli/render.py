"""An Answer on a terminal: the answer, numbered quotes with source, date and link, notes, figures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from bot import wording
from retrieval.answer import Answer, Citation


@contextmanager
def growing(console: Console) -> Iterator[Callable[[str], None]]:
    """Shows the lines that it is told while an answer is written, and takes them away at its end."""
    from rich.live import Live

    shown = Text()
    with Live(shown, console=console, auto_refresh=False, transient=True) as live:

        def tell(line: str) -> None:
            shown.append(f"{wording.harmless(line)}\n")
            live.update(shown, refresh=True)

        yield tell


def render(answer: Answer, console: Console) -> None:
    """Print ``answer``."""
    console.print()
    if answer.understood.strip() != answer.question.strip():
        console.print(Text(f"Understood: {wording.one_line(answer.understood)}", style="dim italic"))
    console.print(Text(wording.harmless(answer.answer), style="bold" if answer.found else "yellow"))
    if writer := wording.written_by(answer):
        console.print(Text(f"{writer}.", style="dim italic"))
    for figure in answer.figures:
        console.print(Text(f"  {wording.figure_line(figure)}", style="green"))
    for citation in answer.citations:
        show_citation(citation, console)
    if answer.nearest:
        console.print(Text(f"\n{wording.NEAREST}:", style="dim"))
        for citation in answer.nearest:
            show_citation(citation, console, dim=True)
    if answer.windows:
        console.print(Text(f"\nLooked at {'; '.join(map(wording.window, answer.windows))}", style="dim"))
    for note in answer.notes:
        console.print(Text(f"\nNote: {wording.harmless(note)}", style="magenta"))


def show_citation(citation: Citation, console: Console, *, dim: bool = False) -> None:
    """Print a numbered quote with its source."""
    quote = Text(f"\n[{citation.n}] ", style="bold cyan")
    quote.append(wording.harmless(citation.quote), style="dim" if dim else "default")
    console.print(quote)
    if citation.context:
        console.print(Text(f"    {wording.harmless(citation.context)}", style="dim"))
    said = wording.attribution(citation)
    source = Text("    — ", style="dim")
    if said:
        source.append(f"{said}; ", style="dim")
    source.append(wording.source_line(citation), style="dim")
    console.print(source)
    if citation.also:
        console.print(Text(f"    also carried by {', '.join(citation.also)}", style="dim"))
    if citation.article.link:
        link = citation.article.link
        console.print(Text(f"    {link}", style=f"dim blue link {link}" if console.is_terminal else "dim"))
