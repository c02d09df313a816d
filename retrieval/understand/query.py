"""A question as it was understood: what the search, the ranking and the answer go by."""

from dataclasses import dataclass
from datetime import date

from retrieval.answer import Window
from retrieval.countries import Mention
from retrieval.understand.kinds import Kind
from retrieval.understand.times import Recency, admits, distance
from retrieval.understand.wants import Wants


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, read.

    ``question`` is as typed. ``understood`` is the question as it is answered, a follow-up's references
    filled in; offsets in ``countries`` count in it. ``search_text`` is what dense and lexical search get:
    without politeness and without words that other fields say better.

    ``windows`` are the spans of days asked for, ordered by their first day: a filter over publication dates
    where ``window_strict``, else a preference. ``lately`` are days that are named ("last week") only to say
    that it was lately. Where two are being compared, ``comparison`` is true.
    ``reference_day`` is the day to prefer dates near to, never after ``as_of`` (or the asker's own day, if
    that is the next already).

    ``publishers`` are names as the collection has them; ``quoted_source`` is the usual name of the outlet
    asked for, which may only be quoted by others. ``speaker`` is whose words are asked for or relied on,
    ``speech_act`` what is done ("say", "warn", "think"), and ``words_asked`` whether the words themselves
    are the answer.

    ``wants`` is the kind of answer, ``expected`` the same in words, ``head`` the noun asked about in the
    singular. ``language`` is an ISO 639-1 code, None for English.
    """

    question: str
    understood: str
    search_text: str
    kind: Kind
    as_of: date
    reference_day: date
    language: str | None = None
    windows: tuple[Window, ...] = ()
    window_strict: bool = False
    lately: tuple[Window, ...] = ()
    recency: Recency = "none"
    countries: tuple[Mention, ...] = ()
    publishers: tuple[str, ...] = ()
    quoted_source: str | None = None
    speaker: str | None = None
    speech_act: str | None = None
    words_asked: bool = False
    wants: Wants = "description"
    expected: str = "what is known of it"
    head: str | None = None
    years: tuple[int, ...] = ()
    negated: bool = False
    comparison: bool = False
    follow_up: bool = False

    def admits(self, published: date | None) -> bool:
        """Whether an article of that day may answer: a strict window holds it, or it is undated."""
        return not self.window_strict or admits(published, self.windows)

    def days_outside(self, day: date) -> int:
        """Days from the nearest window to ``day``, negative before it; 0 inside one, or without any."""
        return distance(day, self.windows)
