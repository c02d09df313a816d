"""What is not an answer: the home page, lists, and modals. Pure functions from records to views."""

import json
from collections.abc import Sequence
from typing import Any

from bot import wording
from bot.desk import Addition, Case, Channel, Home, Reading, Source, Stats, Suggestion
from bot.desk.audit import Entry
from bot.desk.questions import Gap
from bot.desk.spending import METRICS
from bot.slack_app import blocks as b
from bot.slack_app.blocks import Block
from bot.slack_app.text import Element, link, plain
from retrieval.answer import ArticleRef

View = dict[str, Any]

SOURCES_HELP = (
    "/sources list · stats · add https://… — and for administrators: remove ADDRESS · refresh · gaps · "
    "suggestions · review · export · audit · settings"
)
_CASES = 5  # shown at once with their buttons; the next when these are decided
_WHO = {"everyone": "Everyone here", "admins": "Administrators only", "nobody": "Nobody"}
_FLAGS = {
    "guests": "Guests may ask",
    "outsiders": "People of other organisations may ask",
    "private": "Answers are shown to the asker only",
}
_MEASURES = {words: wording.sentence(words) for words in METRICS.values()}
_VIEWS = {
    "country": "One country",
    "compare": "Compare countries",
    "history": "Over the years",
    "rank": "The highest",
    "target": "Who meets a target",
}


def home(page: Home) -> View:
    """A person's home page."""
    blocks: list[Block] = [
        b.header("Communiqué"),
        b.paragraph(wording.holds(page.stats)),
        b.rich(
            b.section(plain("How to ask", bold=True)),
            b.bullets(
                (
                    "Mention me in a channel; I answer in the thread.",
                    "Write to me in a direct message or in the agent pane.",
                    "/ask answers you alone; share the answer with a button.",
                    "/spending shows official figures by edition.",
                    "“Check this claim” in a message's menu holds it against the sources.",
                )
            ),
        ),
    ]
    if page.newest:
        blocks.append(b.rich(b.section(plain("Newest articles", bold=True)), _titles(page.newest)))
    if page.questions:
        lines = [wording.shortened(asked.text, 150) for asked in page.questions]
        blocks.append(b.rich(b.section(plain("Your last questions", bold=True)), b.bullets(lines)))
    if page.administers:
        blocks += [
            {"type": "divider"},
            b.paragraph(
                f"{wording.count(page.open_cases, 'answer')} to review, "
                f"{wording.count(page.open_suggestions, 'suggestion')} open."
            ),
            b.actions(
                [
                    b.button("Settings of a channel", action="settings", value="settings"),
                    b.button("Review answers", action="review", value="review"),
                    b.button("Suggestions", action="suggestions", value="suggestions"),
                ]
            ),
        ]
    return {"type": "home", "blocks": blocks[:100]}


def listed(sources: Sequence[Source]) -> list[Block]:
    """What was added."""
    if not sources:
        return [b.paragraph("Nothing has been added yet.")]
    lines = [
        f"{wording.shortened(source.address, 200)} — {wording.count(source.articles, 'article')}"
        + (f", {source.state}" if source.state else "")
        for source in sources
    ]
    return _list("Sources", lines)


def help_(found: Stats) -> list[Block]:
    """What ``/sources`` can do, what the collection holds, and where questions go."""
    return [b.paragraph(SOURCES_HELP), b.aside(wording.holds(found))]


def stats(found: Stats) -> list[Block]:
    """Counts."""
    blocks = [b.paragraph(wording.holds(found))]
    if found.editions:
        blocks.append(b.aside("Figures: " + ", ".join(found.editions[:20])))
    return blocks


def gaps(found: Sequence[Gap]) -> list[Block]:
    """Questions without an answer, without names."""
    if not found:
        return [b.paragraph(wording.NO_GAPS)]
    lines = [
        f"{wording.shortened(gap.question, 160)} — {gap.times}×, last on {wording.day(gap.last)}"
        for gap in found
    ]
    return _list("Asked in vain", lines)


def added(addition: Addition) -> list[Block]:
    """What adding changed, each failure named."""
    blocks = [b.paragraph(wording.sentence(wording.addition(addition)))]
    if addition.failed:
        lines = [wording.shortened(f"{source}: {reason}", 300) for source, reason in addition.failed]
        blocks += _list("Failed", lines)
    return blocks


def actions_log(entries: Sequence[Entry]) -> list[Block]:
    """The last actions. Only administrators see it; people are shown by their ids."""
    lines = [
        f"{wording.day(e.at.date())}: {e.action} {wording.shortened(e.target, 120)} ({e.person})"
        + (f" — {wording.shortened(e.outcome, 80)}" if e.outcome else "")
        for e in entries
    ]
    return _list("Actions", lines) if lines else [b.paragraph("No actions yet.")]


def suggestions(open_: Sequence[Suggestion]) -> list[Block]:
    """Sources that people would like to have, each with the buttons to decide."""
    if not open_:
        return [b.paragraph("No open suggestions.")]
    return [block for number, one in enumerate(open_[:_CASES]) for block in suggestion(one, number=number)]


def suggestion(one: Suggestion, *, number: int = 0) -> list[Block]:
    """One suggestion with its buttons. ``number`` keeps the buttons of several apart."""
    return [
        b.paragraph(f"Suggested: {wording.shortened(one.source, 500)}"),
        b.actions(
            [
                b.button("Approve", action=f"approve_{number}", value=one.id, style="primary"),
                b.button("Decline", action=f"decline_{number}", value=one.id),
            ]
        ),
    ]


def review(cases: Sequence[Case]) -> list[Block]:
    """Answers called wrong, each with the buttons to decide. It does not show who asked."""
    if not cases:
        return [b.paragraph(wording.NOTHING_OPEN)]
    blocks: list[Block] = []
    for number, case in enumerate(cases[:_CASES]):
        reason = wording.WRONG.get(case.reason, wording.WRONG["other"])
        answer = case.asked.answer
        blocks += [
            b.rich(
                b.section(plain(wording.shortened(case.asked.text, 300), bold=True)),
                b.section(plain(wording.shortened(answer.answer if answer else "A check.", 500))),
                b.section(plain(f"{reason}. {wording.shortened(case.comment, 300)}", italic=True)),
            ),
            b.actions(
                [
                    b.button("Withdraw", action=f"withdraw_{number}", value=case.asked.id, style="danger"),
                    b.button("Correct", action=f"correct_{number}", value=case.asked.id),
                    b.button("Dismiss", action=f"dismiss_{number}", value=case.asked.id),
                ]
            ),
        ]
    return blocks


def passage(reading: Reading) -> View:
    """A passage among its neighbours, the quote in bold."""
    where = f"{reading.publisher or reading.title or 'Article'}, {wording.day(reading.published)}"
    before = wording.harmless(reading.text[: reading.start])[-900:]
    after = wording.harmless(reading.text[reading.end :])[:900]
    quote = reading.text[reading.start : reading.end]
    return b.modal(
        "Passage",
        [
            b.aside(where),
            b.rich(b.section([*plain(before), *plain(quote, bold=True), *plain(after)])),
            b.small(wording.UNTRUSTED),
        ],
    )


def why_wrong(question: str) -> View:
    """Asks why an answer is wrong."""
    return b.modal(
        "What is wrong?",
        [
            b.field("reason", "Reason", b.select("reason", wording.WRONG, initial="quote")),
            b.field(
                "comment",
                "What would be right?",
                b.text_input("comment", multiline=True, most=1500),
                optional=True,
            ),
        ],
        submit="Send",
        callback="wrong",
        metadata=question,
    )


def correction(question: str) -> View:
    """Asks an administrator for the text that takes the place of a wrong answer."""
    return b.modal(
        "Correct the answer",
        [b.field("correction", "Correct answer", b.text_input("correction", multiline=True, most=1500))],
        submit="Correct",
        callback="correct",
        metadata=question,
    )


def settings(channel: Channel, *, place: str | None) -> View:
    """The settings of a channel, or of the workspace where none is chosen."""
    chooser: dict[str, Any] = {
        "type": "conversations_select",
        "action_id": "channel",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if place:
        chooser["initial_conversation"] = place
    options = {name: {"text": b.plain_text(label, 75), "value": name} for name, label in _FLAGS.items()}
    on = [option for name, option in options.items() if getattr(channel, name)]
    flags: dict[str, Any] = {"type": "checkboxes", "action_id": "flags", "options": list(options.values())}
    if on:
        flags["initial_options"] = on
    return b.modal(
        "Settings",
        [
            b.field("channel", "Channel (none: every channel without its own)", chooser, optional=True),
            b.field("who", "Who may ask", b.select("who", _WHO, initial=channel.who)),
            b.field("flags", "Further", flags, optional=True),
            b.field(
                "publishers",
                "Publishers, parted by commas (none: all)",
                b.text_input("publishers", initial=", ".join(channel.publishers), most=1000),
                optional=True,
            ),
        ],
        submit="Save",
        callback="settings",
    )


def spending(countries: Sequence[str], *, channel: str, response_url: str) -> View:
    """Selectors for those who type nothing after ``/spending``."""
    return b.modal(
        "Defence spending",
        [
            b.field("view", "Show", b.select("view", _VIEWS, initial="country")),
            b.field(
                "countries",
                "Countries",
                b.choices("countries", countries, most=5, placeholder="Up to five"),
                optional=True,
            ),
            b.field(
                "number",
                "Number (how many; or the target in percent)",
                b.text_input("number", placeholder="10, or 3.5", most=6),
                optional=True,
            ),
            b.field("metric", "Measured", b.select("metric", _MEASURES, initial=METRICS["share"])),
            b.field("year", "Year", b.text_input("year", placeholder="2024", most=4), optional=True),
            b.field(
                "edition",
                "Edition (none: the newest)",
                b.text_input("edition", placeholder="2024", most=4),
                optional=True,
            ),
            b.field(
                "source",
                "Source",
                b.select("source", {"nato": "NATO", "sipri": "SIPRI"}, initial="nato"),
            ),
        ],
        submit="Show",
        callback="spending",
        metadata=json.dumps({"channel": channel, "response_url": response_url}),
    )


def offered(files: Sequence[tuple[str, str]]) -> list[Block]:
    """Files that were dropped, offered as articles: pairs of id and name."""
    return [
        b.paragraph("Shall I add this to the collection?"),
        b.actions(
            [
                b.button(f"Add {name}", action=f"add_file_{number}", value=id_)
                for number, (id_, name) in enumerate(files[:10])
            ]
        ),
    ]


def summary(shown: Sequence[Block]) -> str:
    """The first words of what is shown, for notifications."""
    for block in shown:
        for element in block.get("elements", []):
            for part in element.get("elements", []):
                if text := part.get("text"):
                    return str(text)
    return "Done."


def _titles(articles: Sequence[ArticleRef]) -> Element:
    lines = []
    for article in articles[:5]:
        text = wording.shortened(wording.one_line(article.title or article.source), 120)
        line = [*plain(f"{text} — {article.publisher or ''} {wording.day(article.published)}")]
        if place := link(article.url, "open"):
            line += [*plain(" · "), place]
        lines.append(b.section(line))
    return {"type": "rich_text_list", "style": "bullet", "elements": lines}


def _list(heading: str, lines: Sequence[str]) -> list[Block]:
    """As many lines as a message takes; the rest is counted."""
    top = b.paragraph(heading, bold=True)
    groups = [lines[start : start + 5] for start in range(0, len(lines), 5)]
    made = [b.rich(b.bullets(group)) for group in groups]
    kept = b.fitting(made, besides=[top, top, b.small("and 1,000,000 more")])
    left = sum(map(len, groups[len(kept) :]))
    return [top, *kept, *([b.small(f"and {left:,} more")] if left else [])]
