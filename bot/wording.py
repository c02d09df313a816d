"""What the bot says, the same on every platform: dates, source lines, next steps, labels, kind sentences.

Everything here is plain text; a renderer escapes it for its platform.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.desk.ports import Addition, Stats
    from index.figures.figure import Figure
    from retrieval.answer import Answer, Citation, Window

HELPFUL = "Helpful"
WRONG_ANSWER = "Wrong"
NEWEST_ONLY = "Newest only"
WIDEN = "Widen the dates"
MORE_SOURCES = "More sources"
SHOW_PASSAGE = "Show passage"
SHARE = "Share in channel"
AS_CSV = "As a CSV file"
FILE_SENT = "The file is in your direct messages with me."
OPEN = "open the article"
THREAD = "Open a thread"
CHECK_CLAIM = "Check this claim"
NEAREST = "What comes closest"
UNDATED = "date not known"
STATUS = "is searching the articles…"
WRITING = (
    "A language model is writing. Each sentence is shown once the passages bear it out; the answer with its "
    "quotes follows."
)

WRONG = {
    "quote": "The quote does not support the answer",
    "number": "A number or date is wrong",
    "outdated": "It is out of date",
    "question": "It answers another question",
    "missing": "The answer is in the articles, but was not found",
    "other": "Something else",
}
"""Why an answer is called wrong: the key is stored, the sentence is shown."""

ADMINISTRATORS_ONLY = "Only administrators of this bot can do that."
ADMINISTRATORS_ONLY_HERE = "In this channel only administrators can ask me. You can ask in a direct message."
NOT_FOR_GUESTS = "I answer members of this workspace only; an administrator can open this channel to guests."
NOT_FOR_OUTSIDERS = (
    "I answer members of the organisation that runs me; an administrator can open this channel to others."
)
OFF_HERE = "I am switched off in this channel. You can ask in a direct message."
QUESTION_GONE = "That question is no longer kept, so there is nothing to change."
NOT_YOURS = "Only the person who asked can share the answer."
SUGGESTION_DECIDED = "That suggestion has been decided already."
NOT_AN_ADDRESS = "That is not a web address. Give the address of an article, a feed or a sitemap: https://…"
SIGN_IN = "This opens the pages in your browser. It works once, within ten minutes, and is for you alone."
NO_PAGES = "This service has no public address, so there is no page to sign in to."
OPEN_LINK = "Sign in"
STOPPED = "I will stay quiet in this thread. Mention me to ask again."
EXAMPLE = "What was decided about air defence this year?"
EMPTY = f"Ask me a question, for example: {EXAMPLE}"
HOW = (
    f"Ask me in a sentence, for example: {EXAMPLE} I answer from the articles that I hold, with quotes and "
    "links, and say so where they do not tell. What you ask next may lean on what you asked before.\n"
    "“check” and a sentence: I hold it against the articles and the official figures. “stop”: I stay quiet "
    "in this thread.\n"
    "/ask answers you alone, /spending gives official figures, /watch follows a topic, /sources shows what I "
    "read and takes suggestions."
)
NOTHING_TO_CHECK = (
    "Reply to the message that holds the sentence, choose “Check this claim” in its menu, or write the "
    "sentence after “check”."
)
UNREAD = "I can only read what mentions me or replies to me. Do either to go on here."
LATE = "This takes longer than usual. The answer will come as a message of its own."
FOR_ONE = "Only the person who asked sees the answer."
PRIVATE_HERE = "Answers are private in this channel, and I cannot write to you. Use /ask, or allow messages."
THREAD_OPENED = "The thread is open. Mention me there, or reply to me, to go on."
THREAD_NOT_OPENED = "I may not open a thread here."
OFFER = "Shall I add this to the collection?"
FILES_READ = "I can read .txt, .md, .html, .pdf, .json and .jsonl files, also as .gz."
FILE_TOO_LARGE = "The file is larger than 20 MB."
NOT_POSSIBLE_HERE = "That is not possible here."
FEEDBACK_THANKS = "Thank you. That helps."
WRONG_THANKS = "Thank you. The answer is on the review list now."
PASSAGE_GONE = "That passage is no longer in the collection."
PASSAGE_CLOSED = "Passages open by the links of answers; this address is none of them."
WITHDRAWN = "This answer was withdrawn by an administrator because it was wrong."
NOTHING_OPEN = "The review list is empty."
NOTHING_DECIDED = "No answer has been withdrawn or corrected yet."
NO_GAPS = "Every question so far found an answer."
SECOND = "Sent again after a restart; an earlier copy of this answer may stand above."
STILL_OPEN = "Still working on the question before this one."
RECALLED = "An answer given here leans on an article that has changed since."
WATCHES_PRIVATE = (
    "Answers are private in this channel, so nothing can be posted here. Watch in a direct message."
)
WATCH_GONE = "That watch does not exist here (any more)."
WATCH_HELP = (
    "`/watch air defence` posts new articles about it here as they come in · "
    "`/watch What did the minister say about drones? daily 08:30` gathers them once a day · "
    "`/watch list` shows what is watched here · `/watch stop air defence` ends it."
)
STOP_WATCHING = "Stop watching"
UNTRUSTED = "Quoted from the article as it stands."

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what is not seen: zero-width and direction marks are Cf."""


def harmless(text: str) -> str:
    """``text`` without characters that are not seen but act: controls, zero-width, direction marks.

    Line ends and tabs stay. Joiners that some scripts need between letters are lost too: the stored quote
    keeps them, and so does the page that it links to.
    """
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)


def one_line(text: str) -> str:
    """``text`` made harmless, with all white space folded."""
    return " ".join(harmless(text).split())


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``, cut between words, with an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    space = head.rfind(" ", max(0, limit - 40))
    return (head[:space] if space > 0 else head).rstrip(" ,;:–-") + "…"


def day(moment: date | None) -> str:
    """``6 May 2025``: dates are absolute everywhere."""
    return f"{moment.day} {moment:%B %Y}" if moment else UNDATED


def publisher(citation: Citation) -> str:
    """Who published what is quoted: the publisher, else the site, else what was added."""
    article = citation.article
    if article.publisher:
        return one_line(article.publisher)
    address = re.match(r"https?://(?:www\.)?([^/:?#]+)", article.url or article.source)
    return one_line(address[1] if address else article.source.replace("\\", "/").rpartition("/")[2])


def source_name(source: str) -> str:
    """What was added, as people see it: an address, or a file's name without the folders of the machine."""
    if source.startswith(("http://", "https://")):
        return one_line(source)
    return one_line(source.replace("\\", "/").rstrip("/").rpartition("/")[2])


def source_line(citation: Citation, *, title: bool = True) -> str:
    """``The Example Times, 6 May 2025, “Title”, page 4``, with the day marked where it is not known."""
    parts = [publisher(citation), day(citation.article.published)]
    if title and citation.article.title:
        parts.append(f"“{shortened(one_line(citation.article.title), 100)}”")
    if citation.page:
        parts.append(f"page {citation.page}")
    return ", ".join(parts)


def attribution(citation: Citation) -> str | None:
    """Who says what is quoted, and whether in their own words; None where nobody is named."""
    if not citation.speaker:
        return None
    how = {"direct": "in their own words", "reported": "as reported"}.get(citation.speech or "", "")
    return f"{one_line(citation.speaker)} ({how})" if how else one_line(citation.speaker)


def carried(citation: Citation) -> str | None:
    """Who else carried the same story; it counts as one source."""
    return f"Also carried by {_and(one_line(name) for name in citation.also)}" if citation.also else None


def written_by(answer: Answer) -> str | None:
    """Who put a generated answer into words; None for an answer that is made of quotes."""
    if answer.mode != "generated":
        return None
    return f"Written by {shortened(one_line(answer.model or 'a language model'), 80)} from these passages"


def next_step(answer: Answer) -> str | None:
    """What the reader can do after a refusal, in one sentence; None for an answer."""
    if answer.found:
        return None
    steps = {
        "nothing_close": "If an article should be there, suggest its source with “/sources add”.",
        "outside_window": f"Press “{WIDEN}” to look at all dates.",
        "language": "Ask in English; the articles are matched in English.",
        "not_a_question": "Ask for a fact, a statement or a figure, for example: What did the summit decide?",
        "empty_collection": "Add articles with “/sources add” and a web address.",
    }
    return steps.get(answer.refusal or "", "Try other words.")


def figure_value(figure: Figure) -> str:
    """A figure's value with its unit and the mark of an estimate: ``4.12 % (estimate)``."""
    if figure.value is None:
        return "not published"
    counted = figure.derived is not None and figure.unit.endswith("allies")
    number = f"{figure.value:,.2f}" if abs(figure.value) < 100 and not counted else f"{figure.value:,.0f}"
    unit = "%" if "percent" in figure.unit.casefold() or figure.unit.startswith("%") else figure.unit
    return f"{number} {one_line(unit)}" + (" (estimate)" if figure.estimate else "")


def figure_line(figure: Figure) -> str:
    """``Poland 2024: 4.12 % (estimate), NATO edition 2024``."""
    derived = f", calculated: {one_line(figure.derived)}" if figure.derived else ""
    return f"{figure.country} {figure.year}: {figure_value(figure)}, {edition(figure)}{derived}"


def edition(figure: Figure) -> str:
    """``NATO edition 2024 (17 June 2024)``."""
    on = f" ({day(figure.edition_date)})" if figure.edition_date else ""
    return f"{figure.source.upper()} edition {one_line(figure.edition)}{on}"


def figure_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """Figures as a table: the first row is the head."""
    rows = [["Country", "Year", "Value", "Edition"]]
    rows += [[f.country, str(f.year), figure_value(f), edition(f)] for f in figures]
    return rows


def window(span: Window) -> str:
    """``1 January 2023 to 31 December 2023 (2023)``."""
    if span.start and span.end:
        days = day(span.start) if span.start == span.end else f"{day(span.start)} to {day(span.end)}"
    elif span.start:
        days = f"since {day(span.start)}"
    else:
        days = f"until {day(span.end)}" if span.end else "all dates"
    return f"{days} ({one_line(span.reason)})" if span.reason else days


def verdict(word: str) -> str:
    """The heading of a check."""
    return {
        "supported": "Supported",
        "contradicted": "Contradicted",
        "partly": "Partly right",
        "not found": "Not found in the articles or figures",
    }[word]


def too_many(seconds: float) -> str:
    """The kind sentence for a person who asks faster than the limit."""
    return f"That was a lot of questions at once. Please try again in {max(1, round(seconds))} seconds."


def busy_channel(seconds: float) -> str:
    """The kind sentence where a channel as a whole asks faster than the limit."""
    return f"This channel is asking a lot just now. Please try again in {max(1, round(seconds))} seconds."


def failed(question: str) -> str:
    """What somebody sees when their question could not be answered for a reason on our side."""
    return f"Something went wrong on my side, and there is no answer. Please ask again. (Case {question}.)"


def broken(case: str) -> str:
    """What a page or a tool is told of a defect; ``case`` stands in the log."""
    return f"Something went wrong on our side. (Case {case}.)"


def corrected(text: str) -> str:
    """What takes the place of an answer that an administrator corrected."""
    return f"Corrected by an administrator: {one_line(text)}"


def about_your_question(question: str, said: str) -> str:
    """What somebody is told whose private answer was withdrawn or corrected."""
    return f"You asked: {shortened(one_line(question), 300)}\n{said}"


def shared_by(name: str) -> str:
    """The line under a shared answer; ``name`` is how the platform shows a person."""
    return f"Asked by {name}"


def no_such_source(source: str) -> str:
    """Nothing of that name is in the collection."""
    return f"Nothing called {shortened(one_line(source), 200)} is in the collection."


def suggested(source: str) -> str:
    """A suggestion was taken down."""
    return f"Thank you. An administrator will decide about {shortened(one_line(source), 200)}."


def addition(result: Addition) -> str:
    """What adding changed, in one sentence."""
    parts = [
        f"{number} {word}"
        for number, word in (
            (result.added, "added"),
            (result.updated, "updated"),
            (result.unchanged, "unchanged"),
            (result.duplicates, "carried by others already"),
            (len(result.failed), "failed"),
        )
        if number
    ]
    return (", ".join(parts) or "nothing new") + "."


def named_article(title: str | None, publisher_: str | None, url: str | None) -> str:
    """``“Title” (The Example Times)``, as far as it is known."""
    name = f"“{shortened(one_line(title), 120)}”" if title else url or "an article"
    return f"{name} ({one_line(publisher_)})" if publisher_ else name


def recalled(kind: str, asked: str, article: str) -> str:
    """What became of an article that the answer to ``asked`` quotes."""
    became = {
        "removed": f"{article}, which the answer quotes, is no longer in the collection.",
        "quote": f"what the answer quotes no longer stands so in {article}.",
        "correction": f"{article}, which the answer quotes, was corrected.",
        "text": f"{article}, which the answer quotes, has changed elsewhere.",
    }[kind]
    return f"“{shortened(one_line(asked), 200)}”: {became}"


def watching(topic: str, when: str) -> str:
    """A watch was set."""
    return f"Watching “{shortened(one_line(topic), 200)}” here: {when}."


def watched(topic: str, articles: int) -> str:
    """The heading of what a watch found."""
    return f"{count(articles, 'new article')} on “{shortened(one_line(topic), 200)}”"


def unwatched(topic: str) -> str:
    """A watch was stopped."""
    return f"“{shortened(one_line(topic), 200)}” is no longer watched here."


def watch_refused(topic: str, why: str) -> str:
    """Nothing can be posted for a watch, which is stopped for that."""
    return f"I can no longer post what I find on “{shortened(one_line(topic), 200)}”, and stopped: {why}"


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def holds(stats: Stats) -> str:
    """What the collection holds, and where questions go, in a sentence or three."""
    text = f"{count(stats.articles, 'article')} in {count(stats.passages, 'passage')}"
    if stats.publishers:
        text += f" from {count(stats.publishers, 'publisher')}"
    if stats.oldest and stats.newest:
        text += f", {day(stats.oldest)} to {day(stats.newest)}"
    if stats.undated:
        text += f"; {stats.undated:,} without a date"
    return f"{text}. {goes_to(stats.model)}" if stats.model else f"{text}."


def goes_to(model: str) -> str:
    """That questions go to a language model, and whose."""
    return (
        f"Questions and the passages found go to the language model {shortened(one_line(model), 120)}, "
        "which writes the answers."
    )


def count(number: int, noun: str) -> str:
    """``1 article``, ``2,000 articles``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _and(names: Iterable[str]) -> str:
    listed = list(names)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
