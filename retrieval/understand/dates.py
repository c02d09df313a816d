"""Expressions of time in a question: where they stand and which days they name.

Everything is relative to ``today``, the asker's day: a month without a year is the last one that has begun,
"Tuesday" the last Tuesday, "last summer" the last one that is over.
"""

import re
from dataclasses import replace
from datetime import date
from itertools import islice

from retrieval.understand.events import events_in
from retrieval.understand.readers import READERS, Moment
from retrieval.understand.spans import days_back, in_year, week_span

_FULL = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_MONTH = rf"(?:{_FULL}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_YEAR = r"(?:(?:1[1-9]|20)\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DASH = r"\s*(?:-|–|—|\bto\b|\band\b|&)\s*"
_PART = (
    r"(?:the\s+)?(?P<{}>early|mid(?:dle)?|late|(?:very\s+)?(?:start|beginning|end)|(?:first|second)\s+half)"
    r"(?:\s+(?:of|in)(?:\s+the)?|[\s-])\s*"
)
_PART_OF = r"(?:the\s+)?(?P<{}>(?:very\s+)?(?:start|beginning|middle|end)|(?:first|second)\s+half)\s+of\s+"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple\s+of|few|several)"
_UNIT = r"(?:day|week|fortnight|weekend|month|quarter|year)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_ORDINAL = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th)"

_MOMENT = re.compile(
    rf"""
    (?<![\w$€£.,/-])(?:
      (?P<iso>(?P<iso_y>{_YEAR})-(?P<iso_m>0[1-9]|1[0-2])(?:-(?P<iso_d>[0-3]\d))?)(?![\w-])
    | (?P<numeric>(?P<n1>\d{{1,2}})(?P<mark>[./])(?P<n2>\d{{1,2}})(?P=mark)(?P<n3>{_YEAR}))(?!\w)
    | (?P<dm>(?:(?P<dm_wd>{_WEEKDAY}),?\s+(?:the\s+)?)?(?P<dm_d1>{_DAY})(?:{_DASH}(?P<dm_d2>{_DAY}))?
        \s+(?:of\s+)?(?P<dm_m>{_MONTH})(?:,?\s+(?:of\s+)?(?P<dm_y>{_YEAR})\b)?)
    | (?P<md>(?:(?P<md_wd>{_WEEKDAY}),?\s+)?(?P<md_m>{_MONTH})\s+(?:the\s+)?(?P<md_d1>{_DAY})\b(?!%|[.,]\d)
        (?:{_DASH}(?P<md_d2>{_DAY})\b)?(?:(?:,|\s+of)?\s+(?P<md_y>{_YEAR})\b)?)
    | (?P<my>(?:{_PART.format("my_part")})?(?P<my_m>{_MONTH}),?\s+(?:of\s+)?(?P<my_y>{_YEAR}|last\s+year
    |this\s+year)\b)
    | (?P<m>(?:{_PART.format("m_part")})?(?P<m_m>{_FULL}))\b(?!\s+\d)
    | (?P<q>(?:Q(?P<q_n>[1-4])(?:\s*,?\s*(?:of\s+)?(?P<q_y>{_YEAR}))?|(?P<q_y2>{_YEAR})\s*Q(?P<q_n2>[1-4])
        |(?:the\s+)?(?P<q_o>{_ORDINAL})\s+quarter(?:\s+of)?\s+(?P<q_y3>{_YEAR}|(?:this|last)\s+year)))\b
    | (?P<h>(?:H(?P<h_n>[12])\s*(?:of\s+)?(?P<h_y>{_YEAR})|(?P<h_y2>{_YEAR})\s*H(?P<h_n2>[12])
        |(?:the\s+)?(?P<h_o>first|second|1st|2nd)\s+half\s+of\s+(?P<h_y3>{_YEAR}|(?:this|last)\s+year)))\b
    | (?P<s>(?:the\s+)?(?:(?P<s_which>this|last|past|this\s+past)\s+)?(?:{_PART.format("s_part")})?
        (?P<s_s>spring|summer|autumn|fall|winter)(?:\s+of)?(?:[\s,]+(?P<s_y>{_YEAR}|last\s+year
        |this\s+year))?)\b
    | (?P<y>(?:{_PART.format("y_part")})?(?P<y_y>(?:19|20)\d\d))(?![\w%]|[-–]\d|[.,]\d)
    | (?P<near>the\s+day\s+before\s+yesterday|yesterday|(?<!USA\s)today|tonight|this\s+(?:morning|afternoon
    |evening))\b
    | (?P<run>(?:the\s+|these\s+)?(?:past|last|previous)\s+(?P<r_n>{_COUNT})\s+(?P<r_u>{_UNIT})s?)\b
    | (?P<rel>(?:(?:{_PART_OF.format("rel_part")})?(?P<rel_w>this|last|the\s+last|past|the\s+past|this\s+past
    |previous
        |the\s+previous|the\s+current|current|earlier\s+this|later\s+this)\s+(?P<rel_u>{_UNIT})))\b(?!-)
    | (?P<weekend>(?:(?<=over\s)|(?<=at\s)|(?<=during\s))the\s+weekend)\b(?!\s+of)
    | (?P<ago>(?P<a_n>{_COUNT})\s+(?P<a_u>day|week|month|year)s?\s+ago)\b
    | (?P<wd>(?:(?P<wd_w>this|last|past|this\s+past)\s+)?(?P<wd_d>{_WEEKDAY}))(?:[’']s)?\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_QUICK = re.compile(
    r"\d|day\b|week|month|year|quarter|spring|summer|autumn|fall\b|winter|yesterday|tonight|this |half of|"
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec",
    re.IGNORECASE,
)
_BEFORE_MONTH = re.compile(
    r"\b(?:in|since|during|until|till|by|of|before|after|from|between|and|to|with|versus|vs\.?|throughout"
    r"|than|last|this"
    r"|compare|mid|early|late|or|through|as\s+of|for|around|at|the)[\s-]+(?:the\s+)?$",
    re.IGNORECASE,
)
_SURE_BEFORE_MAY = re.compile(r"\b(?:in|since|during|until|till|last)\s+$", re.IGNORECASE)
_WEEK_OF = re.compile(
    r"\b(?:the\s+)?(?P<what>week|weekend)\s+(?:of|beginning|starting|commencing|ending"
    r"|from)\s+(?:on\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"\b(?P<which>last|this)\s+$", re.IGNORECASE)


MOST = 20
"""Expressions of time that are read in one text; more is no question."""


def moments_in(text: str, *, today: date) -> list[Moment]:
    """The expressions of time in ``text``, in order and without overlap, the first `MOST`."""
    found = [
        Moment(start=start, end=end, first=event.first, last=event.last, grain="event", name=event.name)
        for start, end, event in islice(events_in(text, today=today), MOST)
    ]
    if _QUICK.search(text):
        taken = [(moment.start, moment.end) for moment in found]
        for match in islice(_MOMENT.finditer(text), MOST):
            moment = _moment(match, text, today)
            if moment and all(moment.end <= start or end <= moment.start for start, end in taken):
                found.append(moment)
    return _joined(sorted(found, key=lambda moment: moment.start), text)


def _moment(match: re.Match[str], text: str, today: date) -> Moment | None:
    kind = next(name for name in READERS if match[name])
    moment = READERS[kind](match, today)
    if moment is None or (kind == "m" and not _is_month(match, text)):
        return None
    return _whole_week(moment, text)


def _is_month(match: re.Match[str], text: str) -> bool:
    """Whether a bare month is one: "may" and "march" are also words."""
    name, before = match["m_m"], text[: match.start()]
    if match["m_part"]:
        return True
    if name.lower() in ("may", "march", "august") and name[0].islower():
        return bool(_SURE_BEFORE_MAY.search(before))
    return bool(_BEFORE_MONTH.search(before))


def _whole_week(moment: Moment, text: str) -> Moment:
    """Widens "the week of 5 May" to the week and "the weekend of 12 March" to its two days."""
    lead = _WEEK_OF.search(text, max(moment.start - 60, 0), moment.start)
    if lead is None or moment.grain != "day":
        if moment.grain == "month" and not moment.year_said:
            return _last_or_this(moment, text)
        return moment
    first, last = moment.first, moment.last
    if first == last:
        monday, sunday = week_span(first)
        first, last = (monday, sunday) if lead["what"].lower() == "week" else (days_back(sunday, 1), sunday)
    return replace(moment, start=lead.start(), first=first, last=last, grain="week")


def _last_or_this(moment: Moment, text: str) -> Moment:
    """Takes "last" into "last March": the words are one expression."""
    lead = _LAST_WORD.search(text, max(moment.start - 60, 0), moment.start)
    return replace(moment, start=lead.start(), relative=True) if lead else moment


def _joined(moments: list[Moment], text: str) -> list[Moment]:
    """Lends a year that is said once to its neighbour, and drops the weekday beside a date."""
    result: list[Moment] = []
    for moment in moments:
        before = result[-1] if result else None
        between = text[before.end : moment.start].strip(" ,").lower() if before else ""
        if before and before.grain == "weekday" and moment.grain == "day" and between in ("", "the"):
            result[-1] = replace(moment, start=before.start)
            continue
        if before and moment.grain == "weekday" and before.grain == "day" and not between:
            result[-1] = replace(before, end=moment.end)
            continue
        if (
            before
            and not before.year_said
            and moment.year_said
            and not moment.relative
            and len(between) <= 20
        ):
            result[-1] = _with_year(before, moment)
        result.append(moment)
    return result


def _with_year(moment: Moment, other: Moment) -> Moment:
    """``moment`` in the year of the ``other`` after it, or the year before where it would come later."""
    span = in_year((moment.first, moment.last), other.first.year)
    if span[0] > other.last:
        span = in_year(span, other.first.year - 1)
    return replace(moment, first=span[0], last=span[1], year_said=True)
