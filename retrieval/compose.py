"""The words of an answer and of a refusal, around quotes that stand for themselves."""

from collections.abc import Sequence
from datetime import date, timedelta

from retrieval.answer import Citation, Refusal, Window
from retrieval.disagree import held_against_first
from retrieval.figures.request import FigureAnswer
from retrieval.understand import Query
from retrieval.understand.times import NEAR


def answer_text(query: Query, citations: Sequence[Citation], *, official: FigureAnswer | None = None) -> str:
    """The best quote first, with who said it; of a digest or a list, each story with its quote.

    What the ``official`` tables say goes before, unless the question asks what somebody said.
    """
    if official is None:
        return _from_articles(query, citations)
    if not citations:
        return official.sentence
    quoted = _from_articles(query, citations)
    if query.speaker or query.publishers or query.quoted_source:
        return f"{quoted}\n{official.sentence}"
    return f"{official.sentence}\n{quoted}"


def _from_articles(query: Query, citations: Sequence[Citation]) -> str:
    if query.wants in ("digest", "list"):
        return "\n".join(f"• {_said(one)} [{one.n}]" for one in citations)
    first = citations[0]
    is_row = first.passage == first.quote and "|" in first.quote
    lead = first.context if is_row and first.context else _said(first)
    return " ".join([f"{lead} [{first.n}]", *_beside(query, citations)])


def _beside(query: Query, citations: Sequence[Citation]) -> list[str]:
    """Who else gives the first quote's figure, and who gives another one."""
    same, other = held_against_first(query.understood, citations)
    told = []
    for numbers, words in ((same, "The same figure"), (other, "Another figure")):
        by = [f"{_source(one)} [{one.n}]" for one in citations if one.n in numbers]
        if by:
            told.append(f"{words}: {', '.join(by)}.")
    return told


def _source(citation: Citation) -> str:
    return citation.article.publisher or "another article"


def bare_text(citations: Sequence[Citation]) -> str:
    """What is said where other words do not pass the gates: the first quote as it stands, or a refusal."""
    if not citations:
        return "I found no passage that answers this."
    return f"{citations[0].quote} [{citations[0].n}]"


def refusal_text(
    query: Query,
    refusal: Refusal,
    *,
    unheard: Sequence[str] = (),
    missing: Sequence[str] = (),
    span: tuple[date, date] | None = None,
    outside: int = 0,
) -> str:
    """What is missing and what to try.

    ``unheard`` are names that no article has, ``missing`` words that nothing found says; ``span`` the first
    and the last day that the collection's dated articles appeared on; ``outside`` the passages that would fit
    but for their dates.
    """
    if refusal == "language":
        return (
            "With this model I can search in English only, so I did not try. Ask in English, or have an "
            "administrator set COMMUNIQUE_EMBEDDING_MODEL to a multilingual model and run "
            "`communique reindex`."
        )
    if refusal == "not_a_question":
        return "Ask me about the articles, or type help."
    if refusal == "empty_collection":
        return "The collection is empty; `communique add SOURCE` takes articles in."
    if refusal == "outside_window":
        return f"Nothing in the collection that was published {_spans(query.windows)} answers this. " + (
            "Articles from other days come close: see below, or widen the dates."
            if outside
            else _reach(span, query.as_of)
        )
    parts = [f"I found no passage that answers this; I looked for {query.expected}."]
    if unheard:
        parts.append(f"No article in the collection mentions {_named(unheard)}.")
    elif missing:
        parts.append(f"Nothing close to the question mentions {_named(missing)}.")
    return " ".join([*parts, _reach(span, query.as_of)])


def _named(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:3])


def _reach(span: tuple[date, date] | None, as_of: date) -> str:
    """Which days the collection covers, as far as it is known on ``as_of``."""
    if span is None:
        return "Try other words."
    first, last = span
    if as_of < first:
        return (
            f"Nothing dated had appeared by {_day(as_of)}: the first dated article in the collection is of "
            f"{_day(first)}."
        )
    if as_of < last:
        return (
            f"Only what had appeared by {_day(as_of)} was looked at; the dated articles in the collection "
            f"begin on {_day(first)}. Ask as of a later day, or try other words."
        )
    return (
        f"The dated articles in the collection run from {_day(first)} to {_day(last)}. "
        "Try other words, or add a source that covers it."
    )


def _said(citation: Citation) -> str:
    """The quote, introduced by its speaker where they say it in their own words."""
    quote = " ".join(citation.quote.split())
    if citation.speaker and citation.speech == "direct" and citation.speaker not in quote:
        return f"{citation.speaker}: {quote}"
    return quote


def _spans(windows: Sequence[Window]) -> str:
    return " or ".join(_span(window) for window in windows) or "then"


def _span(window: Window) -> str:
    if window.start and window.end:
        if window.start == window.end:
            return f"on {_day(window.start)}"
        return f"from {_day(window.start)} to {_day(window.end)}"
    if window.start:
        return f"since {_day(window.start)}"
    return f"until {_day(window.end)}" if window.end else "then"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def long_ago(query: Query, citations: Sequence[Citation]) -> list[str]:
    """A note where the question speaks of the last days and everything that is quoted is far older."""
    days = [one.article.published for one in citations if one.article.published is not None]
    opening = query.lately[0].start if query.lately else None
    if not days or opening is None or max(days) >= opening - timedelta(days=NEAR):
        return []
    return [
        f"Nothing found is from {query.lately[0].reason}: the newest passage here is of {_day(max(days))}."
    ]
