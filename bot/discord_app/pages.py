"""What is not an answer: help, lists, passages, cases, settings. Pure functions from records to payloads."""

from collections.abc import Sequence

from bot import wording
from bot.desk import Addition, Case, Channel, Home, Reading, Source, Stats, Suggestion
from bot.desk.audit import Entry
from bot.desk.questions import Gap
from bot.discord_app import embeds as e
from bot.discord_app.embeds import Button, Embed, Payload
from bot.discord_app.text import escaped, fitted, link
from retrieval.answer import ArticleRef

WHO = {"everyone": "Everyone", "admins": "Administrators only", "nobody": "Nobody"}
_LIST = 3500
_AROUND = 500  # characters before and after a quote, each of which may need a backslash
_CASES = 4  # each with three buttons and at most 1,350 characters
_SUGGESTIONS = 5

_HOW = (
    "**/ask** answers in the channel, or only for you with `only_me`",
    "**Mention me**, or write to me in a direct message",
    "**Reply to my answer** (with the ping on) for a follow-up",
    "**Open a thread** under an answer to go on there: mention me or reply to me",
    "**/spending** shows official figures by edition, with a chart and a file",
    "**Apps → Check this claim** in a message's menu holds it against the sources",
    "**/sources** lists what is in the collection; suggest a source with `add`",
)


def home(page: Home) -> Payload:
    """What the bot does, what the collection holds, a person's last questions: Discord has no home page."""
    fields = [("What the collection holds", fitted(wording.holds(page.stats), 1000))]
    if page.newest:
        fields.append(("Newest articles", "\n".join(_article(article) for article in page.newest[:3])))
    if page.questions:
        asked = [wording.shortened(wording.one_line(one.text), 150) for one in page.questions]
        fields.append(("Your last questions", e.listing(asked, 1000)))
    if page.administers:
        cases = wording.count(page.open_cases, "answer")
        suggested = wording.count(page.open_suggestions, "suggestion")
        waiting = f"{cases} to review, {suggested} open: /sources review, /sources suggestions"
        fields.append(("For administrators", fitted(waiting, 1000)))
    how = "\n".join(f"- {line}" for line in _HOW)
    return Payload(embeds=(e.embed(how, colour=e.GREY, title="📰 Communiqué", fields=fields),))


def listed(sources: Sequence[Source]) -> Payload:
    """What was added."""
    lines = [
        f"{wording.shortened(source.address, 300)} — {wording.count(source.articles, 'article')}"
        + (f", {source.state}" if source.state else "")
        for source in sources
    ]
    return _list("📚 Sources", lines, none="Nothing has been added yet.")


def stats(found: Stats) -> Payload:
    """Counts."""
    fields = [e.field("📊 Figures", ", ".join(found.editions[:20]))] if found.editions else []
    text = fitted(wording.holds(found), 1000)
    return Payload(embeds=(e.embed(text, colour=e.GREY, title="📚 Collection", fields=fields),))


def gaps(found: Sequence[Gap]) -> Payload:
    """Questions without an answer, without names."""
    lines = [
        f"{wording.shortened(gap.question, 160)} — {gap.times}×, last on {wording.day(gap.last)}"
        for gap in found
    ]
    return _list("🔎 Asked in vain", lines, none=wording.NO_GAPS)


def added(addition: Addition) -> Payload:
    """What adding changed, each failure named."""
    failed = [f"{source}: {reason}" for source, reason in addition.failed]
    fields = [("⚠️ Failed", e.listing(failed, 1000))] if failed else []
    colour = e.AMBER if failed else e.GREEN
    text = fitted(wording.sentence(wording.addition(addition)), 1000)
    return Payload(embeds=(e.embed(text, colour=colour, fields=fields),))


def actions_log(entries: Sequence[Entry]) -> Payload:
    """The last actions. Only administrators see it; people are shown by their ids."""
    lines = [
        f"{wording.day(one.at.date())}: {one.action} {wording.shortened(one.target, 120)} ({one.person})"
        + (f" — {wording.shortened(one.outcome, 80)}" if one.outcome else "")
        for one in entries
    ]
    return _list("🗒️ Actions", lines, none="No actions yet.")


def suggestions(waiting: Sequence[Suggestion]) -> Payload:
    """Sources that people would like to have, each with the buttons to decide."""
    if not waiting:
        return sentence("No open suggestions.")
    shown = waiting[:_SUGGESTIONS]
    lines = [f"**{n}.** {fitted(one.source, 500)}" for n, one in enumerate(shown, start=1)]
    if len(waiting) > len(shown):
        lines.append(f"and {len(waiting) - len(shown):,} more, shown when these are decided")
    buttons = tuple(_deciding(one, number=n) for n, one in enumerate(shown, start=1))
    return Payload(embeds=(e.embed("\n".join(lines), colour=e.GREY, title="💡 Suggested"),), rows=buttons)


def suggestion(one: Suggestion) -> Payload:
    """One suggestion with its buttons."""
    shown = e.embed(fitted(one.source, 1000), colour=e.GREY, title="💡 Somebody suggests a source")
    return Payload(embeds=(shown,), rows=(_deciding(one),))


def review(cases: Sequence[Case]) -> Payload:
    """Answers called wrong, each with the buttons to decide. It does not show who asked."""
    if not cases:
        return sentence(wording.NOTHING_OPEN)
    shown = cases[:_CASES]
    return Payload(
        embeds=tuple(_case(case, number=n) for n, case in enumerate(shown, start=1)),
        rows=tuple(_judging(case, number=n) for n, case in enumerate(shown, start=1)),
    )


def passage(reading: Reading) -> Payload:
    """A passage among its neighbours, the quote in bold."""
    before = wording.harmless(reading.text[: reading.start])[-_AROUND:]
    after = wording.harmless(reading.text[reading.end :])[:_AROUND]
    quote = fitted(wording.harmless(reading.text[reading.start : reading.end]), 1000)
    where = f"{reading.publisher or reading.title or 'Article'}, {wording.day(reading.published)}"
    text = f"{escaped(before)}**{quote}**{escaped(after)}"
    return Payload(embeds=(e.embed(text, colour=e.GREY, author=where, footer=wording.UNTRUSTED),))


def offered(message: str, files: Sequence[tuple[int, str]]) -> Payload:
    """Files of a message, offered as articles: pairs of position and name."""
    buttons = [e.button(f"Add {name}", id=e.custom_id("file", message, n)) for n, name in files]
    return Payload(embeds=sentence(wording.OFFER).embeds, rows=e.rows(*buttons))


def settings(channel: Channel, *, where: str) -> Payload:
    """The settings that hold in a channel or server; ``where`` is our word for it."""
    lines = [
        f"Who may ask: {WHO[channel.who]}",
        f"Answers: {'only for the person who asks' if channel.private else 'for all to see'}",
        f"Publishers: {', '.join(channel.publishers) or 'all'}",
    ]
    return _list(f"⚙️ Settings of this {where}", lines, none="")


def _case(case: Case, *, number: int) -> Embed:
    answer = case.asked.answer
    reason = wording.WRONG.get(case.reason, wording.WRONG["other"])
    why = f"{reason}. {fitted(case.comment, 300)}" if case.comment else f"{reason}."
    text = f"{fitted(answer.answer if answer else 'A check.', 600)}\n\n👎 *{why}*"
    return e.embed(text, colour=e.AMBER, title=f"{number}. {wording.shortened(case.asked.text, 200)}")


def _judging(case: Case, *, number: int) -> tuple[Button, ...]:
    id_ = case.asked.id
    return (
        e.button(f"Withdraw {number}", id=e.custom_id("withdraw", id_), style="danger"),
        e.button(f"Correct {number}", id=e.custom_id("correct", id_)),
        e.button(f"Dismiss {number}", id=e.custom_id("dismiss", id_)),
    )


def _deciding(one: Suggestion, *, number: int | None = None) -> tuple[Button, ...]:
    which = f" {number}" if number else ""
    return (
        e.button(f"Approve{which}", id=e.custom_id("approve", one.id), style="success"),
        e.button(f"Decline{which}", id=e.custom_id("decline", one.id)),
    )


def _article(article: ArticleRef) -> str:
    title = fitted(wording.one_line(article.title or article.source), 120)
    place = link(article.url, wording.OPEN)
    known = f"- {title} — {fitted(article.publisher, 60) + ', ' if article.publisher else ''}"
    known += wording.day(article.published)
    return f"{known} · {place}" if place and len(known) + len(place) < 330 else known


def _list(heading: str, lines: Sequence[str], *, none: str) -> Payload:
    if not lines:
        return sentence(none)
    return Payload(embeds=(e.embed(e.listing(lines, _LIST), colour=e.GREY, title=heading),))


def sentence(text: str) -> Payload:
    """A sentence of ours."""
    return Payload(embeds=(e.embed(fitted(text, 1000), colour=e.GREY),))
