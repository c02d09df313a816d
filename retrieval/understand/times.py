"""What a question's expressions of time ask for: windows over publication dates, or only a hint at a day.

Three things look alike and differ. "What did Rutte say in June 2025?" asks about reports of that time: a strict
window. "How much aid did Biden sign off on over the weekend of 12-13 March?" dates an event, on which papers
report for days and come back for years: a soft window, to prefer and not to filter by. "The 2007 wave of
attacks", "the target for 2035" and "for the first time since 1979" are part of the matter and no window at all.
Words that point at the days around today in a question about an event ("died this week") give a day to be near
to and no window.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from retrieval.answer import Window
from retrieval.understand.dates import Moment, moments_in
from retrieval.understand.spans import days_back

Recency = Literal["none", "latest", "now"]

NEAR = 13
"""Days back from today within which "this week", "on Tuesday" or "last weekend" say no more than "recently"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A question's times.

    ``windows`` are ordered by their first day; ``strict`` tells a filter from a preference. ``reference_day`` is
    the day to prefer dates near to. ``left_out`` are the (start, end) of words that the windows say already,
    ``years`` the years the question names, as a window or not.
    """

    windows: tuple[Window, ...]
    strict: bool
    reference_day: date
    recency: Recency
    comparison: bool
    left_out: tuple[tuple[int, int], ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """One or two moments with the preposition before them, as the days they leave, None where open."""

    start: int
    end: int
    lead: str
    moment: Moment
    first: date | None
    last: date | None
    is_range: bool = False


_LEAD = re.compile(
    r"\b(?P<lead>as\s+(?:of|at)|ever\s+since|since|after|following|before|prior\s+to|ahead\s+of|until"
    r"|till|up\s+to"
    r"|by\s+the\s+end\s+of|by|between|from|in|on|at|during|over|throughout|within|around|through|for|of"
    r"|to|and|or|vs\.?"
    r"|versus|with|than|back\s+in|overnight\s+on|starting)"
    r"\s+(?:early\s+|late\s+)?(?:the\s+(?:(?:morning|afternoon|evening|night|eve)\s+of\s+)?)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:to|until|till|through|and|[-–—])\s*(?:the\s+)?", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+(?:onwards?|on)\b(?!\s+\w+ly)", re.IGNORECASE)
_NOT_A_NOUN = re.compile(
    r"\s+(?:and|or|to|compared|vs|versus|than|did|does|do|was|were|is|are|has|had|have|about|on|of|in|by"
    r"|with|what|which"
    r"|who|how|when|where|why|for|at|from|regarding|concerning|according|as|that|because|so|if|while"
    r"|alone|then|until)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\s+[^\W\d_][\w’'.-]*")
_SUPERLATIVE = re.compile(
    r"\b(?:first|biggest|largest|most|worst|highest|lowest|best|deadliest|longest|only|last)\b", re.IGNORECASE
)
_AHEAD = re.compile(
    r"\b(?:will|due|set\s+to|starting|scheduled|upcoming|slated|planned|plans|expected|next|begin(?:s"
    r"|ning)?|is\s+to)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:had|was|were|did|logged|recorded|reported|counted)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"\s*(?:after|following|since|despite|with|before|when|although|while)\s", re.IGNORECASE
)
_COMPARISON = re.compile(
    r"\bcompar\w+|\bversus\b|\bvs\b|\bdiffer\w*|\bcontrast\w*|\bhow\s+(?:has|have|did)\b.*\bchang\w+"
    r"|\bchang\w+\s+(?:from|between|since)",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|newest|most\s+(?:recent|up[- ]to[- ]date)|last\s+known|up[- ]to[- ]date|breaking"
    r"|(?-i:news))\b|^\W*news\b",
    re.IGNORECASE,
)
_LATEST_TO = re.compile(r"\blatest\b[^?.,]*?\bto\s+\w+", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:now|nowadays|currently|current|(?<!USA\s)today(?![’']s\s+world)|at\s+the\s+moment|at\s+present"
    r"|presently|these\s+days"
    r"|right\s+now|still|so\s+far|to\s+date|as\s+things\s+stand|yet)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![\w$€£.,-])((?:19|20)\d\d)(?![\w%]|[.,]\d)")


def read_times(
    text: str, *, today: date, about_reports: bool = False, years_are_content: bool = False
) -> Times:
    """What the times in ``text`` ask for, seen from ``today``.

    ``about_reports``: the question asks what was said, reported or in the news, so that its times are filters.
    ``years_are_content``: a bare year belongs to the matter (the year of a figure) and is never a window.
    """
    phrases = _phrases(text, moments_in(text, today=today))
    asked: list[_Phrase] = []
    near: list[_Phrase] = []
    for phrase in phrases:
        before = asked[-1] if asked else None
        if _is_content(phrase, before, text, today, about_reports, years_are_content):
            continue
        (near if _is_near(phrase, today, about_reports) else asked).append(phrase)
    if near and not about_reports:
        # "The headliner for February was announced this week": the papers of this week have it.
        asked = [phrase for phrase in asked if phrase.lead in ("as of", "as at")]
    comparison = bool(_COMPARISON.search(text))
    windows = _windows(asked, text, comparison)
    return Times(
        windows=windows,
        strict=bool(windows) and all(_is_strict(phrase, about_reports) for phrase in asked),
        reference_day=_reference(windows, near, today),
        recency=_recency(text),
        comparison=comparison or (len(windows) > 1 and len(asked) > 1),
        left_out=tuple(
            _words_left_out(phrase, text)
            for phrase in sorted(asked + near, key=lambda each: each.start)
            if phrase.moment.grain != "event" or phrase.lead not in _AT
        ),
        years=tuple(dict.fromkeys(int(year) for year in _YEARS.findall(text))),
    )


def time_phrases(text: str, *, today: date) -> list[tuple[int, int]]:
    """Where expressions of time stand in ``text``, prepositions included, whatever they are for."""
    return [(phrase.start, phrase.end) for phrase in _phrases(text, moments_in(text, today=today))]


def distance(day: date, windows: tuple[Window, ...]) -> int:
    """Days from ``day`` to the nearest window, negative before it, 0 inside one or where there is none."""
    gaps = [0 if window.holds(day) else _gap(day, window) for window in windows]
    return min(gaps, key=abs, default=0)


def _gap(day: date, window: Window) -> int:
    if window.start is not None and day < window.start:
        return (day - window.start).days
    return (day - window.end).days if window.end is not None else 0


def _phrases(text: str, moments: list[Moment]) -> list[_Phrase]:
    phrases: list[_Phrase] = []
    position = 0
    while position < len(moments):
        moment = moments[position]
        lead = _LEAD.search(text, 0, moment.start)
        word = re.sub(r"\s+", " ", lead["lead"].lower()).rstrip(".") if lead else ""
        start = lead.start() if lead else moment.start
        after = moments[position + 1] if position + 1 < len(moments) else None
        if after and _makes_range(text[moment.end : after.start], word) and moment.first <= after.last:
            phrases.append(
                _Phrase(
                    start=start,
                    end=after.end,
                    lead="in",
                    moment=after,
                    first=moment.first,
                    last=after.last,
                    is_range=True,
                )
            )
            position += 2
            continue
        first, last = _days(moment, word, text)
        phrases.append(_Phrase(start=start, end=moment.end, lead=word, moment=moment, first=first, last=last))
        position += 1
    return phrases


def _makes_range(between: str, lead: str) -> bool:
    found = _RANGE.fullmatch(between)
    if not found:
        return False
    return "and" not in between.lower() or lead == "between"


def _days(moment: Moment, lead: str, text: str) -> tuple[date | None, date | None]:
    """The days that a preposition leaves: "since" opens a span towards today, "before" towards the past."""
    if lead in ("since", "ever since"):
        return (moment.last if moment.grain == "event" else moment.first), None
    if lead in ("after", "following"):
        return moment.last + timedelta(days=1) if moment.last < date.max else moment.last, None
    if lead in ("before", "prior to", "ahead of"):
        return None, days_back(moment.first, 1)
    if lead in ("as of", "as at", "until", "till", "up to", "by", "by the end of"):
        return None, moment.last
    if lead == "from" and _ONWARDS.match(text, moment.end):
        return moment.first, None
    return moment.first, moment.last


def _is_content(
    phrase: _Phrase,
    before: _Phrase | None,
    text: str,
    today: date,
    about_reports: bool,
    years_are_content: bool,
) -> bool:
    moment, lead = phrase.moment, phrase.lead
    if (phrase.first or moment.first) > today or moment.first > today or moment.first.year < 2000:
        return True
    ahead_of_it = text[: phrase.start]
    if lead == "starting":
        return True
    if lead in ("since", "ever since") and _SUPERLATIVE.search(ahead_of_it):
        return True
    if lead.startswith("by") and moment.last >= today and not _PAST.search(text):
        return True
    if (
        not moment.year_said
        and not moment.relative
        and moment.grain != "event"
        and _AHEAD.search(ahead_of_it[-60:])
    ):
        return True
    if _in_leading_clause(phrase, text):
        return True
    if moment.grain == "event":
        return not (lead in _FILTERING or (lead in _AT and "summit" in moment.name))
    if moment.grain == "year" and not moment.relative:
        return _year_is_content(phrase, before, text, about_reports, years_are_content)
    return False


_FILTERING = (
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
    "by",
    "as of",
)
_AT = ("at", "in", "during", "on", "of", "from", "over", "around")
_KEPT = ("to", "of", "for", "with", "than", "and", "or", "at", "from")
"""Prepositions that belong to another word where a time that needs none follows: "admit to this week"."""
_POSSESSIVE = re.compile(r"[’']s?\b")
_JOINING = ("and", "or", "vs", "versus", "with", "than", "to")


def _year_is_content(
    phrase: _Phrase, before: _Phrase | None, text: str, about_reports: bool, years_are_content: bool
) -> bool:
    """Whether a bare year belongs to the matter: "the 2007 wave", "the goal of 2014", "between 2017 and 2021"."""
    lead = phrase.lead
    if years_are_content:
        return True
    if phrase.is_range:
        return not about_reports
    if lead in _JOINING:
        return before is None or before.moment.grain != "year"
    named = phrase.moment.end - phrase.moment.start == 4
    if named and lead not in (
        *_FILTERING,
        "in",
        "during",
        "throughout",
        "back in",
        "within",
        "between",
        "from",
    ):
        return True
    if lead == "from":
        return not about_reports
    if lead == "by":
        return not re.search(r"\bhad\b", text, re.IGNORECASE)
    attributive = _NOUN.match(text, phrase.end) and not _NOT_A_NOUN.match(text, phrase.end)
    return (
        bool(attributive) and re.search(r"\bthe\s+$", text[: phrase.moment.start], re.IGNORECASE) is not None
    )


def _in_leading_clause(phrase: _Phrase, text: str) -> bool:
    """Whether it dates the background: "After the Queen's death in September, who took the throne?"."""
    sentence = max(text.rfind(mark, 0, phrase.start) for mark in (". ", "? ", "! ")) + 1
    opening = _SUBORDINATE.match(text, sentence)
    return (
        bool(opening)
        and opening.end() < phrase.moment.start - 4
        and "," in text[phrase.end : phrase.end + 60]
    )


def _is_near(phrase: _Phrase, today: date, about_reports: bool) -> bool:
    moment = phrase.moment
    if about_reports or phrase.is_range or not moment.relative or phrase.first is None or phrase.last is None:
        return False
    return moment.last >= days_back(today, NEAR)


def _is_strict(phrase: _Phrase, about_reports: bool) -> bool:
    if phrase.lead in ("as of", "as at"):
        return True
    # A summit is reported on for days after it, and what was said there even longer.
    at_an_event = phrase.moment.grain == "event" and phrase.lead in _AT
    return about_reports and not at_an_event


def _windows(phrases: list[_Phrase], text: str, comparison: bool) -> tuple[Window, ...]:
    windows: list[Window] = []
    for phrase in sorted(phrases, key=lambda each: (each.first or date.min, each.last or date.max)):
        window = Window(start=phrase.first, end=phrase.last, reason=_reason(phrase, text))
        narrowed = None if comparison or not windows else _overlap(windows[-1], window)
        if narrowed:
            windows[-1] = narrowed
        elif window not in windows:
            windows.append(window)
    return tuple(windows)


def _overlap(one: Window, other: Window) -> Window | None:
    """ "In June, after the summit" is one span: the days that both leave."""
    starts = [window.start for window in (one, other) if window.start]
    ends = [window.end for window in (one, other) if window.end]
    start, end = max(starts, default=None), min(ends, default=None)
    if start and end and start > end:
        return None
    return replace(one, start=start, end=end, reason=f"{one.reason}, {other.reason}")


def _reason(phrase: _Phrase, text: str) -> str:
    words = re.sub(r"\s+", " ", text[phrase.start : phrase.end]).strip()
    words = re.sub(r"^(?:and|or|vs\.?|versus|with|than|to|of|for)\s+", "", words, flags=re.IGNORECASE)
    if phrase.moment.grain != "event":
        return words
    return f"{words} ({_day_words(phrase.moment)})"


def _day_words(moment: Moment) -> str:
    first, last = moment.first, moment.last
    if first == last:
        return f"{last.day} {last:%B %Y}"
    if first.month == last.month:
        return f"{first.day}–{last.day} {last:%B %Y}"
    return f"{first.day} {first:%B} – {last.day} {last:%B %Y}"


def _reference(windows: tuple[Window, ...], near: list[_Phrase], today: date) -> date:
    """The last day of the last window, or of the words that point near today, and never after it."""
    if windows:
        last = windows[-1].end
        return min(last, today) if last else today
    days = [phrase.moment.last for phrase in near if phrase.moment.grain in ("day", "run")]
    return min(*days, today) if days else today


def _recency(text: str) -> Recency:
    if _LATEST.search(text) and not _LATEST_TO.search(text):
        return "latest"
    return "now" if _NOW.search(text) else "none"


def _words_left_out(phrase: _Phrase, text: str) -> tuple[int, int]:
    """The words the search can do without: "in June 2025", of "at this year's talks" only "this year's"."""
    possessive = _POSSESSIVE.match(text, phrase.end)
    end = possessive.end() if possessive else phrase.end
    attributive = _NOUN.match(text, end) and not _NOT_A_NOUN.match(text, end)
    named = re.search(r"\bthe\s+$", text[: phrase.moment.start], re.IGNORECASE)
    if possessive or (attributive and named) or phrase.lead in _KEPT:
        return phrase.moment.start, end
    return phrase.start, end
