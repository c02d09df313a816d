"""Replies as Slack messages: pure functions from records to payloads."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

from bot import wording
from bot.desk import Check, Notice, Reply, SpendingReport, Words
from bot.slack_app import blocks as b
from bot.slack_app.blocks import Block
from bot.slack_app.text import escaped, link, plain
from retrieval.answer import Answer, Citation

SHORT = 600
"""An answer and its first quote fit in so many characters: a phone's screen."""
_QUOTES = 3  # shown in the message; the rest is behind "More sources"
_NEAREST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A message: ``text`` stands in for ``blocks`` in notifications and where blocks are not shown."""

    text: str
    blocks: tuple[Block, ...]


def message(reply: Reply, *, plainly: bool = False, older: bool = False, chart: str | None = None) -> Payload:
    """The message for a reply.

    ``plainly`` leaves out the blocks that some workspaces refuse (feedback buttons, tables); ``older`` only
    the newest kind of table. ``chart`` is the id of the uploaded image.
    """
    top = [b.small(wording.SECOND)] if reply.second else []
    if reply.shared:
        top.append(_asked_by(reply.request.person.user))
    match reply.body:
        case Answer() as answer:
            shown = _answer(answer, reply)
        case Check() as check:
            shown = _check(check)
        case SpendingReport() as report:
            shown = _spending(report, plainly=plainly, older=older, chart=chart)
        case Notice() as notice:
            shown = _notice(notice)
        case Words(text=text, link=address):
            shown = Payload(text=escaped(text), blocks=(b.paragraph(text), *_way(address)))
    bottom = [] if isinstance(reply.body, Words) else _buttons(reply, plainly=plainly)
    blocks = (*top, *shown.blocks)
    kept = b.fitting(blocks, besides=bottom)
    if len(kept) < len(blocks) and bottom:
        bottom = _buttons(reply, plainly=plainly, folded=True)
        kept = b.fitting(blocks, besides=bottom)
    return Payload(text=wording.shortened(shown.text, b.FALLBACK) or "–", blocks=(*kept, *bottom))


def bare(payload: Payload) -> Payload:
    """The words of a message alone, in a block that every workspace takes and in which nothing acts."""
    shown = b.plain_text(html.unescape(payload.text), b.FALLBACK)
    return Payload(text=payload.text, blocks=({"type": "section", "text": shown},))


def _way(address: str) -> Iterator[Block]:
    if way := link(address, wording.OPEN_LINK):
        yield b.rich(b.section([way]))


def sources(answer: Answer) -> tuple[Block, ...]:
    """The whole answer with every source, for the modal behind "More sources"."""
    return (
        b.paragraph(answer.answer),
        *(block for citation in (*answer.citations, *answer.nearest) for block in _citation(citation)),
        *map(_note, answer.notes),
    )


def fallback(answer: Answer) -> str:
    """The answer as one text, for notifications: escaped, with the first source."""
    text = wording.shortened(answer.answer, SHORT)
    cited = answer.citations or answer.nearest
    if cited and not answer.found:
        text += f" {wording.NEAREST}: “{wording.shortened(cited[0].quote, 300)}”"
    if cited:
        text += f" ({wording.source_line(cited[0], title=False)})"
    return escaped(text)


def _answer(answer: Answer, reply: Reply) -> Payload:
    blocks: list[Block] = []
    if answer.understood.casefold() != reply.request.text.strip().casefold() and answer.found:
        blocks.append(b.aside(f"Understood as: {wording.shortened(answer.understood, 300)}"))
    first = len(answer.citations[0].quote) if answer.citations else 0
    blocks.append(b.paragraph(wording.shortened(answer.answer, max(160, SHORT - first))))
    if writer := wording.written_by(answer):
        blocks.append(b.aside(writer))
    for citation in answer.citations[:_QUOTES]:
        blocks += _citation(citation)
    if answer.figures:
        blocks.append(b.rich(b.bullets(wording.figure_line(figure) for figure in answer.figures[:8])))
    blocks += map(_note, answer.notes[:4])
    if not answer.found:
        blocks += _refusal(answer)
    elif answer.windows:
        blocks.append(b.aside("Looked at " + "; ".join(map(wording.window, answer.windows[:4]))))
    return Payload(text=fallback(answer), blocks=tuple(blocks))


def _refusal(answer: Answer) -> Iterator[Block]:
    if answer.nearest:
        yield b.paragraph(wording.NEAREST, bold=True)
        for citation in answer.nearest[:_NEAREST]:
            yield from _citation(citation)
    if step := wording.next_step(answer):
        yield b.paragraph(step, italic=True)


def _citation(citation: Citation) -> Iterator[Block]:
    """One source: number, publisher, absolute date, title, link, who says it, and the quote."""
    line = [*plain(f"[{citation.n}] ", bold=True), *plain(wording.source_line(citation))]
    if place := link(citation.article.link or citation.article.url, "open"):
        line += [*plain(" · "), place]
    parts = [b.section(line)]
    if who := wording.attribution(citation):
        parts.append(b.section(plain(f"{who}:", italic=True)))
    parts.append(b.quoted(citation.quote))
    if citation.context:
        parts.append(
            b.section(plain(wording.shortened(wording.one_line(citation.context), 300), italic=True))
        )
    if also := wording.carried(citation):
        parts.append(b.section(plain(wording.shortened(also, 200), italic=True)))
    yield b.rich(*parts)


def _note(text: str) -> Block:
    return b.aside(f"Note: {wording.shortened(text, 400)}")


def _check(check: Check) -> Payload:
    heading = wording.verdict(check.verdict)
    blocks = [
        b.paragraph(heading, bold=True),
        b.rich(b.quoted(wording.shortened(check.claim, 400))),
        b.paragraph(wording.shortened(check.reason, SHORT)),
    ]
    if check.figures:
        blocks.append(b.rich(b.bullets(wording.figure_line(figure) for figure in check.figures[:8])))
    for citation in check.citations[:_QUOTES]:
        blocks += _citation(citation)
    return Payload(text=escaped(f"{heading}. {wording.shortened(check.reason, SHORT)}"), blocks=tuple(blocks))


def _spending(report: SpendingReport, *, plainly: bool, older: bool, chart: str | None) -> Payload:
    if report.problem:
        return Payload(text=escaped(report.problem), blocks=(b.paragraph(report.problem),))
    lines = [wording.figure_line(figure) for figure in report.figures]
    blocks = [b.paragraph(wording.shortened(report.title, 300), bold=True)]
    if plainly or not lines:
        blocks += [
            b.rich(b.bullets(lines[start : start + 20])) for start in range(0, min(60, len(lines)), 20)
        ]
    elif older:
        blocks.append(b.table(wording.figure_rows(report.figures), right=(1, 2)))
    else:
        blocks.append(b.data_table(_figure_cells(report), caption=report.title))
    if chart:
        blocks.append(b.image(chart, alt=report.chart_alt))
    blocks += map(_note, report.notes[:6])
    text = f"{report.title} {'; '.join(lines[:5])}"
    return Payload(text=escaped(wording.shortened(text, 1500)), blocks=tuple(blocks))


def _figure_cells(report: SpendingReport) -> list[list[b.Cell]]:
    """The rows of the figures, years and values as numbers to sort by."""
    head, *rows = wording.figure_rows(report.figures)
    cells: list[list[b.Cell]] = [list(head)]
    for figure, (country, year, value, edition) in zip(report.figures, rows, strict=True):
        number: b.Cell = value if figure.value is None else (figure.value, value)
        cells.append([country, (figure.year, year), number, edition])
    return cells


def _notice(notice: Notice) -> Payload:
    blocks = [b.paragraph(wording.shortened(notice.heading, 400), bold=True)]
    for citation in notice.citations:
        blocks += _citation(citation)
    if notice.lines:
        lines = [wording.shortened(wording.one_line(line), 700) for line in notice.lines]
        blocks += [b.rich(b.bullets(lines[start : start + 5])) for start in range(0, len(lines), 5)]
    text = notice.heading
    if notice.citations:
        first = notice.citations[0]
        text += f": “{wording.shortened(first.quote, 300)}” ({wording.source_line(first, title=False)})"
    elif notice.lines:
        text += f" {notice.lines[0]}"
    return Payload(text=escaped(wording.shortened(text, 1500)), blocks=tuple(blocks))


def _buttons(reply: Reply, *, plainly: bool, folded: bool = False) -> list[Block]:
    """The buttons under a reply; ``folded``: not all of it fitted into the message."""
    question, body = reply.question, reply.body
    row = []
    if isinstance(body, Notice) and body.watch:
        row.append(b.button(wording.STOP_WATCHING, action="unwatch", value=body.watch))
    if isinstance(body, Answer) and question:
        cited = body.citations[:_QUOTES] or body.nearest[:_NEAREST]
        long = len(body.answer) > SHORT - len(cited[0].quote if cited else "")
        if folded or long or len(body.citations) > _QUOTES:
            row.append(b.button(wording.MORE_SOURCES, action="more", value=question))
        for citation in cited:
            if not (citation.article.link or citation.article.url):
                label = f"{wording.SHOW_PASSAGE} {citation.n}"
                row.append(b.button(label, action=f"passage_{citation.n}", value=f"{question}:{citation.n}"))
        if body.citations and not reply.request.options.newest_only:
            row.append(b.button(wording.NEWEST_ONLY, action="newest", value=question))
        if body.windows and not reply.request.options.widen:
            row.append(b.button(wording.WIDEN, action="widen", value=question))
    if reply.private and isinstance(body, Answer) and body.found and not reply.request.place.direct:
        row.append(b.button(wording.SHARE, action="share", value=question, style="primary"))
    if isinstance(body, SpendingReport) and not body.problem and (typed := reply.request.text):
        if body.csv:
            row.append(b.button(wording.AS_CSV, action="csv", value=typed))
        if reply.private:
            row.append(b.button(wording.SHARE, action="share_spending", value=typed, style="primary"))
    rows = []
    if question and plainly:
        row.append(b.button(wording.HELPFUL, action="helpful", value=f"helpful:{question}"))
        row.append(b.button(wording.WRONG_ANSWER, action="wrong", value=f"wrong:{question}"))
    if row:
        rows.append(b.actions(row))
    if question and not plainly:
        rows.append(b.feedback(question, positive=wording.HELPFUL, negative=wording.WRONG_ANSWER))
    return rows


def _asked_by(user: str) -> Block:
    """Who asked, as a mention that shows the name. In a shared message this is the point of it."""
    return b.rich(b.section([*plain("Asked by "), {"type": "user", "user_id": user}]))
