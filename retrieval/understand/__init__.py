"""Understanding a question: times, countries, publishers, speakers, the kind of answer, references.

`understand` is the one way in. It is a pure function of its arguments, takes well under a millisecond for
most questions and never fails on any text::

    query = understand("What did Rutte say in June 2025?", as_of=date(2025, 9, 1))
    query.windows   # (Window(2025-06-01 … 2025-06-30, "in June 2025"),)
    query.speaker   # "Rutte"
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime

from retrieval.countries import Mention, countries_in
from retrieval.understand.followups import resolved
from retrieval.understand.kinds import Kind, kind_of
from retrieval.understand.language import question_language
from retrieval.understand.publishers import outlets_in
from retrieval.understand.query import Query
from retrieval.understand.speech import SPEECH_NOUNS, Speech, speech_in
from retrieval.understand.times import read_times
from retrieval.understand.turn import Turn
from retrieval.understand.wants import Asked, what_is_asked
from retrieval.understand.wording import cleaned, without_politeness, without_spans

__all__ = ["Query", "Turn", "understand"]

LONGEST = 2_000
"""Characters that are read; what somebody pastes beyond them is kept in `Query.question` alone."""

_NEGATED = re.compile(
    r"\b(?:not|never|no\s+longer|neither|nor|except|without|cannot|\w+n[’']t)\b",
    re.IGNORECASE,
)
_WORDS = ("statement", "description", "reason", "yes_no", "thing")
_IN_A_NAME = re.compile(r"\s+[A-Z][a-z]")
_ASIDE = re.compile(r"\([^()]*\)")
_ABOUT_REPORTS = re.compile(
    r"\b(?:articles?|stories|coverage|headlines|(?-i:news)|(?:any|the|latest|press|media|new)\s+reports)\b"
    r"|\bwhat\s+(?:has|have|was|were|is)\s+(?:been\s+)?(?:said|written|reported|published|happening)\b"
    r"|\bwhat\s+(?:has\s+)?happened\b",
    re.IGNORECASE,
)


def understand(
    question: str,
    *,
    as_of: date,
    turns: Sequence[Turn] = (),
    publishers: Collection[str] = (),
    now: datetime | None = None,
) -> Query:
    """Read ``question``.

    ``as_of`` is the day on which it is asked and after which nothing is known. ``turns`` is the
    conversation so far, oldest first. ``publishers`` are the collection's, by name or host. ``now`` is the
    asker's clock with the asker's zone: where its day is next to ``as_of`` it decides what "today" and
    "this week" are.
    """
    today = _today(as_of, now)
    typed = cleaned(question[:LONGEST])
    kind = kind_of(typed)
    understood = typed
    if turns and kind != "empty":
        filled = resolved(typed, turns, today=today)
        if filled != typed:
            understood, kind = filled, kind_of(filled)
    if kind in ("empty", "smalltalk"):
        text = understood or question.strip()
        return Query(
            question=question, understood=text, search_text="", kind=kind, as_of=as_of, reference_day=today
        )
    return _read(
        question,
        understood,
        kind,
        as_of=as_of,
        today=today,
        publishers=publishers,
        follow_up=understood != typed,
    )


def _read(
    question: str,
    text: str,
    kind: Kind,
    *,
    as_of: date,
    today: date,
    publishers: Collection[str],
    follow_up: bool,
) -> Query:
    outlets = outlets_in(text, known=publishers)
    speech = speech_in(text, outlets=outlets.words)
    if kind == "spending" and (speech.speaker or outlets.source):
        kind = "question"  # what somebody says of the figures stands in articles, not in the official tables
    core = without_politeness(text)
    asked = _asked(core, kind, speech)
    about_reports = kind == "digest" or bool(_ABOUT_REPORTS.search(text)) or bool(outlets.known)
    # Words can be dated by when they were said; an estimate or a forecast is a fact of its own.
    words_are_the_answer = speech.words_asked and speech.act != "predict" and asked.wants in _WORDS
    times = read_times(
        text,
        today=today,
        about_reports=about_reports or words_are_the_answer,
        years_are_content=kind == "spending",
    )
    search_text = without_politeness(without_spans(text, (*times.left_out, *outlets.left_out)))
    return Query(
        question=question,
        understood=text,
        search_text=search_text,
        kind=kind,
        as_of=as_of,
        reference_day=times.reference_day,
        language=question_language(text),
        windows=times.windows,
        window_strict=times.strict,
        lately=times.lately,
        recency="latest"
        if kind == "digest" and times.recency == "none" and not times.windows
        else times.recency,
        countries=_countries(text),
        publishers=outlets.known,
        quoted_source=outlets.source,
        speaker=speech.speaker,
        speech_act=speech.act,
        words_asked=speech.words_asked,
        wants=asked.wants,
        expected=asked.expected,
        head=asked.head,
        years=times.years,
        negated=bool(_NEGATED.search(_ASIDE.sub("", text))),
        comparison=times.comparison,
        follow_up=follow_up,
    )


def _countries(text: str) -> tuple[Mention, ...]:
    """The countries named; what is only spelt like one in a name ("Giorgia Meloni") is none."""
    return tuple(
        found
        for found in countries_in(text, typos=True)
        if found.kind != "typo" or not _IN_A_NAME.match(text, found.end)
    )


def _asked(text: str, kind: Kind, speech: Speech) -> Asked:
    """The kind of answer; of a question about somebody's words, those words."""
    if kind == "digest":
        return Asked("digest", "the stories of that time")
    asked = what_is_asked(text)
    its_words = asked.head is None or asked.head in SPEECH_NOUNS
    if speech.words_asked and asked.wants in ("thing", "description") and its_words:
        return Asked("statement", f"what {speech.speaker} said" if speech.speaker else "what was said")
    return asked


def _today(as_of: date, now: datetime | None) -> date:
    """The asker's day: across the date line or late at night it is a day beside ``as_of``."""
    if now is None or abs((now.date() - as_of).days) > 1:
        return as_of
    return now.date()
