"""What one matched expression of time says: one function a kind, from the match to the days it names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

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
    today ("last month", "on Tuesday"), false for names of days in the calendar. A ``run`` is "the past
    three weeks". ``future`` marks what lies after today by its own words ("next month").
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
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "", "twelve")
    )
    if word
} | {"a": 1, "an": 1, "couple of": 2, "few": 3, "several": 5}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_NOUN_FOLLOWS = re.compile(r"\s+(?!(?:after|and|before|but|for|from|in|on|or|to|was|when|with)\b)[a-z]")


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
    """A season is an expression of time only with a year or "last", "this", "in the" before it."""
    which, said = (match["s_which"] or "").lower(), match["s_y"]
    month = SEASONS[match["s_s"].lower()]
    if said:
        # A winter bears the year it begins in: "the winter of 2022" is December 2022 to February 2023.
        return _at(match, _part(months_span(_year(said, today), month, 3), match["s_part"]), "season")
    if not (which or _stands_alone(match)):
        return None
    span = latest_before(months_span(today.year, month, 3), today)
    if which == "this" and span[1] < today:
        return None  # "this autumn", asked in June, is ahead
    if which == "last" and span[1] >= today:
        span = in_year(span, span[0].year - 1)
    return _at(match, _part(span, match["s_part"]), "season", relative=bool(which))


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether "the summer" is meant: "in the summer", but not "the summer camp"."""
    text, start = match.string, match.start()
    lead = text[max(start - 8, 0) : start].lower()
    placed = (
        lead.endswith(("in ", "during ", "since ", "over ", "of "))
        and text[start : start + 4].lower() == "the "
    )
    return placed and not _NOUN_FOLLOWS.match(text, match.end())


def _plain_year(match: re.Match[str], _today: date) -> Moment | None:
    return _at(match, _part(year_span(int(match["y_y"])), match["y_part"]), "year")


def _near(match: re.Match[str], today: date) -> Moment | None:
    words = match["near"].lower()
    back = 2 if words.startswith("the day") else 1 if words == "yesterday" else 0
    day = days_back(today, back)
    return _at(match, (day, day), "day", relative=True)


def _run(match: re.Match[str], today: date) -> Moment | None:
    return _at(match, (_ago(today, match["r_n"], match["r_u"]), today), "run", relative=True)


def _weekend(match: re.Match[str], today: date) -> Moment | None:
    return _at(match, _unit_before(today, "weekend"), "week", relative=True)


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


READERS: dict[str, Callable[[re.Match[str], date], Moment | None]] = {
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
    "weekend": _weekend,
    "ago": _some_ago,
    "wd": _weekday,
}
"""By the name of the group that matched."""
