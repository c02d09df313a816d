"""Replies as Discord messages: pure functions from records to payloads."""

from collections.abc import Iterator, Sequence

from bot import wording
from bot.desk import Check, Notice, Options, Reply, SpendingReport, Words
from bot.discord_app import embeds as e
from bot.discord_app.embeds import Button, Embed, File, Payload
from bot.discord_app.text import escaped, fitted, link, plain, quoted, size
from retrieval.answer import Answer, Citation

CHART = "spending.png"
TABLE = "spending.csv"

_ANSWER = 1600  # of an answer's characters on its first page: a phone's screen or two
_QUOTE = 900  # a quote of 400 characters, every second of them escaped
_CITATIONS = 3  # on a page; the rest is on the next
_LINES = 20  # of figures; the file has them all
_ICONS = {"supported": "✅", "contradicted": "❌", "partly": "⚖️", "not found": "❔"}
_COLOURS = {"supported": e.GREEN, "contradicted": e.RED, "partly": e.AMBER, "not found": e.GREY}


def message(reply: Reply) -> Payload:
    """The message for a reply: of a long answer the first page."""
    match reply.body:
        case Answer() as answer:
            shown = page(
                answer,
                0,
                question=reply.question,
                options=reply.request.options,
                private=reply.private,
                direct=reply.request.place.direct,
                title="" if reply.request.said_in else reply.request.text,
            )
        case Check() as check:
            shown = Payload(embeds=tuple(_check(check)), rows=e.rows(*_feedback(reply.question)))
        case SpendingReport() as report:
            shown = _spending(report)
        case Notice() as notice:
            shown = _notice(notice)
        case Words(text=text, failed=failed, link=address):
            shown = words(text, failed=failed, address=address)
    top = [wording.SECOND] if reply.second else []
    if reply.shared:
        top.append(wording.shared_by(f"<@{reply.request.person.user}>"))
    return Payload(content="\n".join(top), embeds=shown.embeds, rows=shown.rows, files=shown.files)


def words(text: str, *, failed: bool = False, address: str = "") -> Payload:
    """A sentence of ours, which may name what somebody typed, with an ``address`` of ours."""
    if way := link(address, wording.OPEN_LINK):
        return Payload(embeds=(e.embed(f"{fitted(text, e.CONTENT - len(way) - 1)}\n{way}", colour=e.GREY),))
    if failed:
        return Payload(embeds=(e.embed(f"⚠️ {fitted(text, e.CONTENT)}", colour=e.RED),))
    return Payload(embeds=(e.embed(fitted(text, e.CONTENT), colour=e.GREY),))


def pages(answer: Answer) -> list[tuple[Embed, ...]]:
    """The answer with all its sources, in messages' worth: the answer first, then three sources a page."""
    parts = [_answer(answer, text) for text in _cut(answer.answer)]
    parts[0] = _with_the_rest(parts[0], answer)
    parts += [citation_embed(cited, found=answer.found) for cited in answer.citations or answer.nearest]
    made: list[tuple[Embed, ...]] = []
    current: list[Embed] = []
    for part in parts:
        sources = sum("author" in one for one in current)
        if current and (sources == _CITATIONS or not e.fits([*current, part])):
            made.append(tuple(current))
            current = []
        current.append(part)
    return [*made, tuple(current)]


def page(
    answer: Answer,
    number: int,
    *,
    question: str,
    options: Options,
    private: bool,
    direct: bool,
    title: str = "",
) -> Payload:
    """Page ``number`` (from 0; the nearest there is) with its buttons.

    ``title`` is the question, where no message above holds it.
    """
    made = pages(answer)
    number = min(max(number, 0), len(made) - 1)
    shown = list(made[number])
    if title and number == 0:
        titled = {"title": fitted(title, 256), **shown[0]}
        shown = [titled, *shown[1:]] if e.fits([titled, *shown[1:]]) else shown
    buttons = list(_turning(question, number, len(made)))
    for citation in (answer.citations or answer.nearest) if question else ():
        if len(buttons) < 5 and not _place(citation):
            label = f"{wording.SHOW_PASSAGE} {citation.n}"
            buttons.append(e.button(label, id=e.custom_id("passage", question, citation.n), emoji="📄"))
    below = list(_again(answer, question, options))
    if question and private and answer.found and not direct:
        below.append(e.button(wording.SHARE, id=e.custom_id("share", question), style="primary", emoji="📢"))
    elif question and not private and not direct and answer.found:
        below.append(e.button(wording.THREAD, id=e.custom_id("thread", question), emoji="🧵"))
    below += _feedback(question)
    return Payload(embeds=tuple(shown), rows=(*e.rows(*buttons), *e.rows(*below)))


def _answer(answer: Answer, text: str) -> Embed:
    return e.embed(text, colour=_colour(answer))


def _with_the_rest(first: Embed, answer: Answer) -> Embed:
    """The first embed with what belongs beside the answer: how it was understood, figures, notes, windows.

    The icon says, as the colour does, where the answer comes from: articles, official figures, nowhere.
    """
    icon = "🔎" if not answer.found else "📰" if answer.citations else "📊"
    lines = [f"{icon} {first['description']}"]
    if answer.found and answer.understood.casefold() != answer.question.strip().casefold():
        lines.insert(0, f"-# Understood as: {fitted(answer.understood, 400)}")
    if writer := wording.written_by(answer):
        lines.append(f"-# {escaped(writer)}")
    if step := wording.next_step(answer):
        lines.append(f"*{escaped(step)}*")
    if answer.nearest and not answer.found:
        lines.append(f"**{wording.NEAREST}:**")
    fields = list(_figures([wording.figure_line(figure) for figure in answer.figures[:8]]))
    fields += [e.field("📝 Note", note, limit=450) for note in answer.notes[:4]]
    windows = "; ".join(map(wording.window, answer.windows[:4]))
    return e.embed(
        "\n\n".join(lines),
        colour=_colour(answer),
        fields=fields,
        footer=f"Looked at {windows}" if windows else "",
    )


def _colour(answer: Answer) -> int:
    if not answer.found:
        return e.AMBER
    return e.GREEN if answer.citations else e.BLUE


def _cut(text: str) -> list[str]:
    """``text`` escaped, in parts that each fit on a page, parted between words."""
    parts = []
    rest = wording.harmless(text).strip()
    while rest:
        part = rest
        while size(escaped(part)) > _ANSWER:
            over = size(escaped(part)) - _ANSWER
            part = part[: len(part) - max(1, over // 3)]
        if len(part) < len(rest):
            space = part.rfind(" ")
            part = part[:space] if space > len(part) // 2 else part
        parts.append(escaped(part))
        rest = rest[len(part) :].lstrip()
    return parts or ["–"]


def citation_embed(citation: Citation, *, found: bool = True) -> Embed:
    """One source: number, publisher, absolute date, title; who says it, the quote, the link to its place."""
    lines = []
    if who := wording.attribution(citation):
        lines.append(f"*{fitted(who, 200)}:*")
    lines.append(quoted(citation.quote, _QUOTE))
    if citation.context:
        lines.append(f"-# {fitted(wording.one_line(citation.context), 300)}")
    if also := wording.carried(citation):
        lines.append(f"-# {fitted(also, 200)}")
    if place := _place(citation):
        lines.append(f"🔗 {place}")
    author = f"[{citation.n}] {wording.source_line(citation)}"
    return e.embed("\n".join(lines), colour=e.GREY if found else e.AMBER, author=author)


def _place(citation: Citation) -> str | None:
    """The link to the quote, or to the article where that link is too long for a message."""
    article = citation.article
    return link(article.link, wording.OPEN) or link(article.url, wording.OPEN)


def _check(check: Check) -> Iterator[Embed]:
    heading = f"{_ICONS[check.verdict]} {wording.verdict(check.verdict)}"
    yield e.embed(
        f"{quoted(check.claim, 800)}\n\n{fitted(check.reason, 900)}",
        colour=_COLOURS[check.verdict],
        title=heading,
        fields=_figures([wording.figure_line(figure) for figure in check.figures[:8]]),
    )
    for citation in check.citations[:_CITATIONS]:
        yield citation_embed(citation)


def _spending(report: SpendingReport) -> Payload:
    if report.problem:
        return words(report.problem)
    lines = [wording.figure_line(figure) for figure in report.figures]
    listed = e.listing(lines[:_LINES], 2600)
    if len(lines) > _LINES:
        listed += f"\nand {len(lines) - _LINES:,} more" + (" in the file" if report.csv else "")
    files = []
    if report.chart:
        files.append(File(name=CHART, content=report.chart, alt=plain(report.chart_alt, 1000)))
    if report.csv:
        files.append(File(name=TABLE, content=report.csv.encode(), alt=""))
    shown = e.embed(
        listed,
        colour=e.BLUE,
        title=f"📊 {report.title}",
        image=CHART if report.chart else "",
        fields=[e.field("📝 Note", note, limit=450) for note in report.notes[:6]],
    )
    return Payload(embeds=(shown,), files=tuple(files))


def _notice(notice: Notice) -> Payload:
    """The heading with what follows the quotes, and as many quotes as a message takes."""
    listed = e.listing(notice.lines, 2600) if notice.lines else ""
    shown = [e.embed(listed, colour=e.BLUE, title=f"🔔 {notice.heading}")]
    for citation in notice.citations:
        made = citation_embed(citation)
        if e.fits([*shown, made]):
            shown.append(made)
    stop = [e.button(wording.STOP_WATCHING, id=e.custom_id("unwatch", notice.watch))] if notice.watch else []
    return Payload(embeds=tuple(shown), rows=e.rows(*stop))


def _figures(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Figures as fields of four lines."""
    for start in range(0, len(lines), 4):
        yield "📊 Official figures" if not start else "…", e.listing(lines[start : start + 4], 1000)


def _turning(question: str, number: int, of: int) -> Iterator[Button]:
    if question and number:
        label = f"Back ({number}/{of})"
        yield e.button(label, id=e.custom_id("page", question, number - 1), emoji="◀️")
    if question and number + 1 < of:
        label = f"{wording.MORE_SOURCES} ({number + 2}/{of})"
        yield e.button(label, id=e.custom_id("page", question, number + 1), emoji="▶️")


def _again(answer: Answer, question: str, options: Options) -> Iterator[Button]:
    if question and answer.found and not options.newest_only:
        yield e.button(wording.NEWEST_ONLY, id=e.custom_id("newest", question), emoji="🕑")
    if question and answer.windows and not options.widen:
        yield e.button(wording.WIDEN, id=e.custom_id("widen", question), emoji="📅")


def _feedback(question: str) -> list[Button]:
    if not question:
        return []
    return [
        e.button(wording.HELPFUL, id=e.custom_id("helpful", question), emoji="👍"),
        e.button(wording.WRONG_ANSWER, id=e.custom_id("wrong", question), emoji="👎"),
    ]
