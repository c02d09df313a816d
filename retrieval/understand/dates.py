"""Expressions of time in a question: where they stand and which days they name. No word yet of what they are for.

Everything is relative to ``today``, the asker's day: a month without a year is the last one that has begun,
"Tuesday" the last Tuesday, "last summer" the last one that is over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from retrieval.understand.events import events_in
from retrieval.understand.spans import (
    SEASONS,
    Span,
    day_span,
    days_back,
    in_year,
    latest_before,
    month_span,
    months_back,
    months_span,
    part_of,
    week_span,
    year_span,
)

Grain = Literal["day", "weekday", "week", "month", "season", "quarter", "year", "event", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``text[start:end]`` names the days ``first`` to ``last``, both included.

    ``year_said`` is false where the year is only inferred. ``relative`` is true for words that count from
    today ("last month", "on Tuesday"), false for names of days in the calendar. A ``run`` is "the past three
    weeks". ``future`` marks what lies after today by its own words ("next month").
    """

    start: int
    end: int
    first: date
    last: date
    grain: Grain
    name: str = ""
    year_said: bool = True
    relative: bool = False


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
    | (?P<ago>(?P<a_n>{_COUNT})\s+(?P<a_u>day|week|month|year)s?\s+ago)\b
    | (?P<wd>(?:(?P<wd_w>this|last|past|this\s+past)\s+)?(?P<wd_d>{_WEEKDAY}))(?:[’']s)?\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_QUICK = re.compile(
    r"\d|day\b|week|month|year|quarter|spring|summer|autumn|fall\b|winter|yesterday|tonight|this |half of|"
    + "|".join(_MONTHS),
    re.IGNORECASE,
)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "", "twelve")
    )
    if word
} | {"a": 1, "an": 1, "couple of": 2, "few": 3, "several": 5}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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


def moments_in(text: str, *, today: date) -> list[Moment]:
    """The expressions of time in ``text``, in order and without overlap."""
    found = [
        Moment(start=start, end=end, first=event.first, last=event.last, grain="event", name=event.name)
        for start, end, event in events_in(text, today=today)
    ]
    if _QUICK.search(text):
        taken = [(moment.start, moment.end) for moment in found]
        for match in _MOMENT.finditer(text):
            moment = _moment(match, text, today)
            if moment and all(moment.end <= start or end <= moment.start for start, end in taken):
                found.append(moment)
    return _joined(sorted(found, key=lambda moment: moment.start), text)


def _moment(match: re.Match[str], text: str, today: date) -> Moment | None:
    kind = next(name for name in _READERS if match[name])
    moment = _READERS[kind](match, today)
    if moment is None or (kind == "m" and not _is_month(match, text)):
        return None
    return _whole_week(moment, text)


def _at(match: re.Match[str], span: Span | None, grain: Grain, *, relative: bool = False) -> Moment | None:
    if span is None:
        return None
    return Moment(
        start=match.start(), end=match.end(), first=span[0], last=span[1], grain=grain, relative=relative
    )


def _iso(match: re.Match[str], _today: date) -> Moment | None:
    year, month = int(match["iso_y"]), int(match["iso_m"])
    if match["iso_d"]:
        return _at(match, day_span(year, month, int(match["iso_d"])), "day")
    return _at(match, month_span(year, month), "month")


def _numeric(match: re.Match[str], _today: date) -> Moment | None:
    """Day before month, as Europe writes it, unless only the other way is a date."""
    one, two, year = int(match["n1"]), int(match["n2"]), int(match["n3"])
    return _at(match, day_span(year, two, one) or day_span(year, one, two), "day")


def _day_of_month(match: re.Match[str], today: date, kind: str) -> Moment | None:
    month = _month_number(match[f"{kind}_m"])
    days = [int(re.sub(r"\D", "", match[f"{kind}_d{n}"])) for n in (1, 2) if match[f"{kind}_d{n}"]]
    year = int(match[f"{kind}_y"]) if match[f"{kind}_y"] else None
    spans = [day_span(year or today.year, month, day) for day in days]
    first, last = spans[0], spans[-1]
    if first is None or last is None or last < first:
        return None
    span = (first[0], last[1])
    moment = _at(match, span if year else latest_before(span, today), "day")
    return replace(moment, year_said=year is not None) if moment else None


def _month_year(match: re.Match[str], today: date) -> Moment | None:
    span = month_span(_year(match["my_y"], today), _month_number(match["my_m"]))
    return _at(match, _part(span, match["my_part"]), "month")


def _bare_month(match: re.Match[str], today: date) -> Moment | None:
    span = latest_before(month_span(today.year, _month_number(match["m_m"])), today)
    moment = _at(match, _part(span, match["m_part"]), "month")
    return replace(moment, year_said=False) if moment else None


def _quarter(match: re.Match[str], today: date) -> Moment | None:
    said = match["q_y"] or match["q_y2"] or match["q_y3"]
    number = match["q_n"] or match["q_n2"] or _ordinal(match["q_o"])
    span = months_span(_year(said, today) if said else today.year, int(number) * 3 - 2, 3)
    moment = _at(match, span if said else latest_before(span, today), "quarter")
    return replace(moment, year_said=said is not None) if moment else None


def _half(match: re.Match[str], today: date) -> Moment | None:
    year = _year(match["h_y"] or match["h_y2"] or match["h_y3"], today)
    number = match["h_n"] or match["h_n2"] or _ordinal(match["h_o"])
    return _at(match, months_span(year, int(number) * 6 - 5, 6), "quarter")


def _season(match: re.Match[str], today: date) -> Moment | None:
    """A season counts as an expression of time only with a year or "last", "this", "in the" before it."""
    which, said = (match["s_which"] or "").lower(), match["s_y"]
    lead = match.string[: match.start()].lower()
    the = match[0].lower().startswith("the ") and lead.endswith(("in ", "during ", "since ", "over ", "of "))
    if not (which or said or the):
        return None
    month = SEASONS[match["s_s"].lower()]
    if said:
        # A winter bears the year it begins in: "the winter of 2022" is December 2022 to February 2023.
        return _at(match, _part(months_span(_year(said, today), month, 3), match["s_part"]), "season")
    span = months_span(today.year, month, 3)
    if which == "this" and month != SEASONS["winter"] and span[0] > today:
        return None  # "this autumn", asked in June, is ahead
    span = latest_before(span, today)
    if which == "last" and span[1] >= today:
        span = in_year(span, span[0].year - 1)
    return _at(match, _part(span, match["s_part"]), "season", relative=bool(which))


def _plain_year(match: re.Match[str], _today: date) -> Moment | None:
    return _at(match, _part(year_span(int(match["y_y"])), match["y_part"]), "year")


def _near(match: re.Match[str], today: date) -> Moment | None:
    words = match["near"].lower()
    back = 2 if words.startswith("the day") else 1 if words == "yesterday" else 0
    day = days_back(today, back)
    return _at(match, (day, day), "day", relative=True)


def _run(match: re.Match[str], today: date) -> Moment | None:
    return _at(match, (_ago(today, match["r_n"], match["r_u"]), today), "run", relative=True)


def _some_ago(match: re.Match[str], today: date) -> Moment | None:
    day, unit = _ago(today, match["a_n"], match["a_u"]), match["a_u"].lower()
    if unit == "day":
        span, grain = (day, day), "day"
    elif unit == "week":
        span, grain = week_span(day), "week"
    else:
        span, grain = (
            (month_span(day.year, day.month), "month") if unit == "month" else (year_span(day.year), "year")
        )
    return _at(match, span, grain, relative=True)  # type: ignore[arg-type]  # a tuple's Literal widens to str


def _relative(match: re.Match[str], today: date) -> Moment | None:
    which, unit = re.sub(r"^the\s+|\s+", " ", match["rel_w"].lower()).strip(), match["rel_u"].lower()
    if "later" in which:
        return None
    if which in ("this", "current", "earlier this"):
        if unit == "weekend":
            saturday = week_span(today)[0] + timedelta(days=5)
            return _at(match, (saturday, saturday + timedelta(days=1)), "week", relative=True)
        first = {
            "week": week_span(today)[0],
            "fortnight": days_back(today, 13),
            "month": today.replace(day=1),
            "quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
            "year": date(today.year, 1, 1),
        }.get(unit, today)
        return _at(match, (first, today), "week" if unit == "week" else "month", relative=True)
    if "past" in which and unit in ("week", "month", "year", "fortnight") and which != "this past":
        return _at(match, (_ago(today, "one", unit), today), "run", relative=True)
    return _at(match, _part(_unit_before(today, unit), match["rel_part"]), _grain(unit), relative=True)


def _unit_before(today: date, unit: str) -> Span:
    monday = week_span(today)[0]
    if unit == "day":
        return days_back(today, 1), days_back(today, 1)
    if unit == "week":
        return week_span(days_back(today, 7))
    if unit == "fortnight":
        return days_back(today, 14), today
    if unit == "weekend":
        # On a weekend itself, the last one is the one before.
        return days_back(monday, 2), days_back(monday, 1)
    if unit == "month":
        before = months_back(today.replace(day=1), 1)
        return month_span(before.year, before.month)
    if unit == "quarter":
        before = months_back(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3)
        return months_span(before.year, before.month, 3)
    return year_span(max(today.year - 1, 1))


def _grain(unit: str) -> Grain:
    grains: dict[str, Grain] = {"day": "day", "month": "month", "quarter": "quarter", "year": "year"}
    return grains.get(unit, "week")


def _weekday(match: re.Match[str], today: date) -> Moment | None:
    number = _WEEKDAYS.index(match["wd_d"][:3].lower())
    back = (today.weekday() - number) % 7
    if back == 0 and (match["wd_w"] or "").lower() == "last":
        back = 7
    day = days_back(today, back)
    return _at(match, (day, day), "weekday", relative=True)


_READERS: dict[str, Callable[[re.Match[str], date], Moment | None]] = {
    "iso": _iso,
    "numeric": _numeric,
    "dm": lambda match, today: _day_of_month(match, today, "dm"),
    "md": lambda match, today: _day_of_month(match, today, "md"),
    "my": _month_year,
    "m": _bare_month,
    "q": _quarter,
    "h": _half,
    "s": _season,
    "y": _plain_year,
    "near": _near,
    "run": _run,
    "rel": _relative,
    "ago": _some_ago,
    "wd": _weekday,
}


def _is_month(match: re.Match[str], text: str) -> bool:
    """ "May" and "March" are also words; a bare month needs a word before it that a month takes."""
    name, before = match["m_m"], text[: match.start()]
    if match["m_part"]:
        return True
    if name.lower() in ("may", "march", "august") and name[0].islower():
        return bool(_SURE_BEFORE_MAY.search(before))
    return bool(_BEFORE_MONTH.search(before))


def _whole_week(moment: Moment, text: str) -> Moment:
    """Widens "the week of 5 May" to the week and "the weekend of 12 March" to its two days."""
    lead = _WEEK_OF.search(text, 0, moment.start)
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
    lead = _LAST_WORD.search(text, 0, moment.start)
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


def _year(words: str, today: date) -> int:
    if words.isdigit():
        return int(words)
    return today.year - 1 if words.lower().startswith("last") else today.year


def _part(span: Span, part: str | None) -> Span:
    if not part:
        return span
    words = re.sub(r"\s+", " ", part.lower()).removeprefix("very ")
    if words.endswith("half"):
        middle = span[0] + (span[1] - span[0]) / 2
        return (span[0], middle) if words.startswith("first") else (middle + timedelta(days=1), span[1])
    return part_of(span, words)


def _month_number(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _ordinal(word: str) -> int:
    order = {
        "first": 1,
        "1st": 1,
        "second": 2,
        "2nd": 2,
        "third": 3,
        "3rd": 3,
        "fourth": 4,
        "4th": 4,
        "last": 4,
    }
    return order[word.lower()]


def _ago(today: date, count: str, unit: str) -> date:
    words = re.sub(r"\s+", " ", count.lower())
    number = int(words) if words.isdigit() else _NUMBERS[words]
    unit = unit.lower()
    if unit in ("month", "quarter", "year"):
        return months_back(today, number * {"month": 1, "quarter": 3, "year": 12}[unit])
    return days_back(today, number * {"day": 1, "weekend": 7, "week": 7, "fortnight": 14}[unit])
