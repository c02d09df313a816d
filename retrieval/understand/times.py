"""What a question's expressions of time ask for: windows over publication dates, or only a hint at a day.

Three things look alike and differ. "What did Rutte say in June 2025?" asks about reports of that time: a
strict window. "How much aid did Biden sign off on over the weekend of 12-13 March?" dates an event, on
which papers report for days and come back for years: a soft window, to prefer and not to filter by. "The
2007 wave of attacks", "the target for 2035" and "for the first time since 1979" are part of the matter and
no window at all. Words that point at the days around today in a question about an event ("died this week")
give a day to be near to and no window.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from retrieval.answer import Window
from retrieval.understand.phrases import Phrase, phrases_in
from retrieval.understand.readers import Moment
from retrieval.understand.spans import days_back

Recency = Literal["none", "latest", "now"]

NEAR = 13
"""Days back from today within which "this week" or "on Tuesday" say no more than "recently"."""

REPORTING_LAG = 2
"""Days after a window in which papers still report on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A question's times.

    ``windows`` are ordered by their first day; ``strict`` tells a filter from a preference.
    ``reference_day`` is the day to prefer dates near to. ``left_out`` are the (start, end) of words that
    the windows say already, ``years`` the years the question names, as a window or not. ``lately`` are the
    days that words such as "last week" name where they say no more than that it was lately.
    """

    windows: tuple[Window, ...]
    lately: tuple[Window, ...]
    strict: bool
    reference_day: date
    recency: Recency
    comparison: bool
    left_out: tuple[tuple[int, int], ...]
    years: tuple[int, ...]


_OPENING = (
    "since",
    "ever since",
    "after",
    "following",
    "before",
    "prior to",
    "ahead of",
    "until",
    "till",
    "up to",
    "run-up to",
    "by",
)
_AS_OF = ("as of", "as at")
_AT = ("at", "in", "during", "on", "of", "from", "over", "around")
_KEPT = ("to", "of", "for", "with", "than", "and", "or", "at", "from")
"""Prepositions that belong to another word where a time that needs none follows: "admit to this week"."""
_JOINING = ("and", "or", "vs", "versus", "with", "than", "to")
_YEAR_TAKES = (*_OPENING, *_AS_OF, "in", "during", "throughout", "back in", "within", "between", "from")

_POSSESSIVE = re.compile(r"[’']s?\b")
_NOUN = re.compile(r"\s+[^\W\d_][\w’'.-]*")
_NOT_A_NOUN = re.compile(
    r"\s+(?:and|or|to|compared|vs|versus|than|did|does|do|was|were|is|are|has|had|have|about|on|of|in|by|with|what"
    r"|which|who|how|when|where|why|for|at|from|regarding|concerning|according|as|that|because|so|if|while|alone|then"
    r"|until)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|biggest|largest|most|worst|highest|lowest|best|deadliest|longest|only|last)\b", re.IGNORECASE
)
_AHEAD = re.compile(
    r"\b(?:will|due|set\s+to|starting|scheduled|upcoming|slated|planned|plans|expected|next|begin(?:s|ning)?|is\s+to)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:had|was|were|did|logged|recorded|reported|counted)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"\s*(?:after|following|since|despite|with|before|when|although|while)\s", re.IGNORECASE
)
_COMPARISON = re.compile(
    r"\bcompar\w+|\bversus\b|\bvs\b|\bdiffer(?:s|ed|ent(?:ly)?|ence\s+between)?\b|\bcontrast\w*|\bhow\s+(?:has|have|did)\b.*\bchang\w+"
    r"|\bchang\w+\s+(?:from|between|since)",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|newest|most\s+(?:recent|up[- ]to[- ]date)|last\s+known|breaking\s+news|(?-i:news))\b"
    r"|\bup[- ]to[- ]date\b"
    r"|^\W*news\b",
    re.IGNORECASE,
)
_LATEST_TO = re.compile(r"\blatest\b[^?.,]*?\bto\s+\w+", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:now|nowadays|currently|current|(?<!USA\s)today(?![’']s\s+world)|at\s+the\s+moment|at\s+present|presently"
    r"|these\s+days|right\s+now|so\s+far|to\s+date|as\s+things\s+stand)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![\w$€£.,-])((?:19|20)\d\d)(?![\w%]|[.,]\d)")


def read_times(
    text: str, *, today: date, about_reports: bool = False, years_are_content: bool = False
) -> Times:
    """What the times in ``text`` ask for, seen from ``today``.

    ``about_reports``: the question asks what was said, reported or in the news, so that its times are
    filters. ``years_are_content``: a bare year belongs to the matter (the year of a figure) and is never a
    window.
    """
    reading = _Reading(text, today, about_reports, years_are_content)
    asked: list[Phrase] = []
    near: list[Phrase] = []
    for phrase in phrases_in(text, today=today):
        if not reading.is_content(phrase, after=asked[-1] if asked else None):
            (near if reading.is_near(phrase) else asked).append(phrase)
    if near and not about_reports:
        # "The headliner for February was announced this week": the papers of this week have it.
        asked = [phrase for phrase in asked if phrase.lead in _AS_OF]
    comparison = bool(_COMPARISON.search(text))
    windows = _windows(asked, text, compared=comparison)
    return Times(
        windows=windows,
        lately=_windows(near, text, compared=False) if not windows else (),
        strict=bool(windows) and all(reading.is_strict(phrase) for phrase in asked),
        reference_day=_reference(windows, near, today),
        recency=_recency(text),
        comparison=comparison or (len(windows) > 1 and len(asked) > 1),
        left_out=tuple(
            _words_left_out(phrase, text)
            for phrase in sorted(asked + near, key=lambda each: each.start)
            if phrase.moment.relative or (reading.is_strict(phrase) and phrase.lead not in _AS_OF)
        ),
        years=tuple(dict.fromkeys(int(year) for year in _YEARS.findall(text))),
    )


def time_phrases(text: str, *, today: date) -> list[tuple[int, int]]:
    """Where expressions of time stand in ``text``, prepositions included, whatever they are for."""
    return [(phrase.start, phrase.end) for phrase in phrases_in(text, today=today)]


def admits(day: date | None, windows: Sequence[Window]) -> bool:
    """Whether an article of that day can hold what was said within the windows; undated ones always can.

    Papers report a day or two after the event, so each window stays open for `REPORTING_LAG` days more.
    """
    return day is None or not windows or 0 <= distance(day, windows) <= REPORTING_LAG


def distance(day: date, windows: Sequence[Window]) -> int:
    """Days from the nearest window to ``day``, negative before it; 0 inside one, or without any."""
    gaps = [0 if window.holds(day) else _gap(day, window) for window in windows]
    return min(gaps, key=abs, default=0)


def _gap(day: date, window: Window) -> int:
    if window.start is not None and day < window.start:
        return (day - window.start).days
    return (day - window.end).days if window.end is not None else 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question while its times are read: what decides whether an expression is a window at all."""

    text: str
    today: date
    about_reports: bool
    years_are_content: bool

    def is_content(self, phrase: Phrase, *, after: Phrase | None) -> bool:
        """Whether it belongs to the matter, or to what is to come; ``after`` is the phrase before it."""
        moment, lead = phrase.moment, phrase.lead
        if (
            (phrase.first or moment.first) > self.today
            or moment.first > self.today
            or moment.first.year < 2000
        ):
            return True
        if lead == "starting" or self._is_measure(phrase) or self._in_leading_clause(phrase):
            return True
        if moment.grain == "event":
            return lead not in (*_OPENING, *_AS_OF) and not (lead in _AT and "summit" in moment.name)
        return moment.grain == "year" and not moment.relative and self._year_is_content(phrase, after)

    def _is_measure(self, phrase: Phrase) -> bool:
        """Whether it measures or foresees: "the first time since 2020", "due in June"."""
        moment, lead = phrase.moment, phrase.lead
        before = self.text[: phrase.start]
        if lead in ("since", "ever since") and _SUPERLATIVE.search(before):
            return True
        if lead.startswith("by") and moment.last >= self.today and not _PAST.search(self.text):
            return True
        inferred = not moment.year_said and not moment.relative and moment.grain != "event"
        return inferred and bool(_AHEAD.search(before[-60:]))

    def _in_leading_clause(self, phrase: Phrase) -> bool:
        """Whether it dates the background: "After the Queen's death in September, who took the throne?"."""
        sentence = max(self.text.rfind(mark, 0, phrase.start) for mark in (". ", "? ", "! ")) + 1
        opening = _SUBORDINATE.match(self.text, sentence)
        if not opening or opening.end() >= phrase.moment.start - 4:
            return False
        return "," in self.text[phrase.end : phrase.end + 60]

    def _year_is_content(self, phrase: Phrase, after: Phrase | None) -> bool:
        """Whether a bare year belongs to the matter: "the 2007 wave", "the goal of 2014"."""
        if self.years_are_content:
            return True
        if phrase.lead in _JOINING:
            return after is None or after.moment.grain != "year"
        if phrase.is_range or phrase.lead == "from":
            return not self.about_reports
        alone = phrase.moment.end - phrase.moment.start == 4
        if alone and phrase.lead not in _YEAR_TAKES:
            return True
        if phrase.lead == "by":
            return not re.search(r"\bhad\b", self.text, re.IGNORECASE)
        return _is_attributive(phrase, self.text, phrase.end)

    def is_near(self, phrase: Phrase) -> bool:
        """Whether the words say no more than that it was lately."""
        moment = phrase.moment
        if self.about_reports or phrase.is_range or not moment.relative:
            return False
        return (
            phrase.first is not None
            and phrase.last is not None
            and moment.last >= days_back(self.today, NEAR)
        )

    def is_strict(self, phrase: Phrase) -> bool:
        """Whether the days are a filter."""
        if phrase.lead in _AS_OF:
            return True
        # A summit is reported on for days after it, and what was said there even longer.
        at_an_event = phrase.moment.grain == "event" and phrase.lead in _AT
        return self.about_reports and not at_an_event


def _is_attributive(phrase: Phrase, text: str, end: int) -> bool:
    """Whether a noun takes the time as its own: "at the June 2025 talks"."""
    noun = _NOUN.match(text, end) and not _NOT_A_NOUN.match(text, end)
    return bool(noun) and bool(re.search(r"\bthe\s+$", text[: phrase.moment.start], re.IGNORECASE))


def _windows(phrases: list[Phrase], text: str, *, compared: bool) -> tuple[Window, ...]:
    windows: list[Window] = []
    for phrase in sorted(phrases, key=lambda each: (each.first or date.min, each.last or date.max)):
        window = Window(start=phrase.first, end=phrase.last, reason=_reason(phrase, text))
        narrowed = None if compared or not windows else _overlap(windows[-1], window)
        if narrowed:
            windows[-1] = narrowed
        elif window not in windows:
            windows.append(window)
    return tuple(windows)


def _overlap(one: Window, other: Window) -> Window | None:
    """The days that both leave: "in June, after the summit" is one span."""
    starts = [window.start for window in (one, other) if window.start]
    ends = [window.end for window in (one, other) if window.end]
    start, end = max(starts, default=None), min(ends, default=None)
    if start and end and start > end:
        return None
    return replace(one, start=start, end=end, reason=f"{one.reason}, {other.reason}")


def _reason(phrase: Phrase, text: str) -> str:
    words = re.sub(r"\s+", " ", text[phrase.start : phrase.end]).strip()
    words = re.sub(r"^(?:and|or|vs\.?|versus|with|than|to|of|for)\s+", "", words, flags=re.IGNORECASE)
    return f"{words} ({_day_words(phrase.moment)})" if phrase.moment.grain == "event" else words


def _day_words(moment: Moment) -> str:
    first, last = moment.first, moment.last
    if first == last:
        return f"{last.day} {last:%B %Y}"
    if first.month == last.month:
        return f"{first.day}–{last.day} {last:%B %Y}"
    return f"{first.day} {first:%B} – {last.day} {last:%B %Y}"


def _reference(windows: tuple[Window, ...], near: list[Phrase], today: date) -> date:
    """The last day of the last window, or of the words that point near today, and never after it."""
    if windows:
        return min(windows[-1].end or today, today)
    days = [phrase.moment.last for phrase in near if phrase.moment.grain in ("day", "run")]
    return min(*days, today) if days else today


def _recency(text: str) -> Recency:
    if _LATEST.search(text) and not _LATEST_TO.search(text):
        return "latest"
    return "now" if _NOW.search(text) else "none"


def _words_left_out(phrase: Phrase, text: str) -> tuple[int, int]:
    """The words the search can do without: "in June 2025", of "at this year's talks" only "this year's"."""
    following = _POSSESSIVE.match(text, phrase.end)
    end = following.end() if following else phrase.end
    possessive = following or text[phrase.start : phrase.end].endswith(("'s", "’s"))
    needs_none = phrase.moment.relative and phrase.lead in _KEPT
    if possessive or needs_none or _is_attributive(phrase, text, end):
        return phrase.moment.start, end
    return phrase.start, end
