"""Expressions of time with their prepositions: "since the Hague summit", "from March to May 2024"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.understand.dates import moments_in
from retrieval.understand.readers import Moment
from retrieval.understand.spans import days_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One or two moments with the preposition before them, as the days they leave, None where open."""

    start: int
    end: int
    lead: str
    moment: Moment
    first: date | None
    last: date | None
    is_range: bool = False


_LEAD = re.compile(
    r"\b(?P<lead>as\s+(?:of|at)|ever\s+since|since|after|following|before|prior\s+to|ahead\s+of|run-?up\s+to|until"
    r"|till|up\s+to"
    r"|by\s+the\s+end\s+of|by|between|from|in|on|at|during|over|throughout|within|around|through|for|of"
    r"|to|and|or|vs\.?"
    r"|versus|with|than|back\s+in|overnight\s+on|starting)"
    r"\s+(?:early\s+|late\s+)?(?:the\s+(?:(?:morning|afternoon|evening|night|eve)\s+of\s+)?)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:to|until|till|through|and|[-–—])\s*(?:the\s+)?", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+(?:onwards?|on)\b(?!\s+\w+ly)", re.IGNORECASE)


def phrases_in(text: str, *, today: date) -> list[Phrase]:
    """The expressions of time in ``text``, in order, two that make a range as one."""
    moments = moments_in(text, today=today)
    phrases: list[Phrase] = []
    position = 0
    while position < len(moments):
        moment = moments[position]
        lead = _LEAD.search(text, max(moment.start - 60, 0), moment.start)
        word = re.sub(r"\s+", " ", lead["lead"].lower()).rstrip(".") if lead else ""
        start = lead.start() if lead else moment.start
        after = moments[position + 1] if position + 1 < len(moments) else None
        if after and _makes_range(text[moment.end : after.start], word) and moment.first <= after.last:
            phrases.append(
                Phrase(
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
        phrases.append(Phrase(start=start, end=moment.end, lead=word, moment=moment, first=first, last=last))
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
    if lead in ("before", "prior to", "ahead of", "run-up to", "runup to"):
        return None, days_back(moment.first, 1)
    if lead in ("as of", "as at", "until", "till", "up to", "by", "by the end of"):
        return None, moment.last
    if lead == "from" and _ONWARDS.match(text, moment.end):
        return moment.first, None
    return moment.first, moment.last
