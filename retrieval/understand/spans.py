"""Spans of days: months, quarters, seasons, weeks, and their early, middle and late parts."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta

Span = tuple[date, date]
"""First and last day, both included."""

SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month in which each season begins, meteorological, northern."""


def day_span(year: int, month: int, day: int) -> Span | None:
    """One day, or None if the calendar has no such day."""
    try:
        that = date(year, month, day)
    except ValueError:
        return None
    return that, that


def month_span(year: int, month: int) -> Span:
    """A whole month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def months_span(year: int, month: int, length: int) -> Span:
    """``length`` whole months beginning with ``month`` of ``year``."""
    last = month + length - 1
    return date(year, month, 1), month_span(year + (last - 1) // 12, (last - 1) % 12 + 1)[1]


def year_span(year: int) -> Span:
    """A whole year."""
    return date(year, 1, 1), date(year, 12, 31)


def week_span(day: date) -> Span:
    """Monday to Sunday around ``day``."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def months_back(day: date, count: int) -> date:
    """The same day ``count`` months earlier, or that month's last day."""
    number = day.year * 12 + day.month - 1 - count
    year, month = max(MINYEAR, number // 12), number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_back(day: date, count: int) -> date:
    """``count`` days earlier, and never before the calendar begins."""
    return day - timedelta(days=min(count, (day - date.min).days))


def part_of(span: Span, part: str) -> Span:
    """The early, middle or late third of ``span`` ("early March" is the 1st to the 10th)."""
    first, last = span
    if (last - first).days > 300:
        return _part_of_year(first.year, part)
    third = ((last - first).days + 1) // 3
    if part.startswith(("early", "start", "beginning", "first")):
        return first, first + timedelta(days=max(third - 1, 0))
    if part.startswith(("late", "end", "last")):
        return last - timedelta(days=max(third, 0)), last
    return first + timedelta(days=third), last - timedelta(days=third + 1)


def _part_of_year(year: int, part: str) -> Span:
    """Whole months: early is January to April, "the end of 2024" its last quarter."""
    if part.startswith("early"):
        return months_span(year, 1, 4)
    if part.startswith(("start", "beginning")):
        return months_span(year, 1, 3)
    if part.startswith("late"):
        return months_span(year, 9, 4)
    return months_span(year, 10, 3) if part.startswith("end") else months_span(year, 5, 4)


def latest_before(span: Span, today: date) -> Span:
    """``span`` moved back by whole years until it begins no later than ``today``."""
    first, last = span
    while first > today and first.year > MINYEAR:
        first, last = in_year((first, last), first.year - 1)
    return first, last


def in_year(span: Span, year: int) -> Span:
    """``span`` with its first day in ``year``; 29 February becomes the 28th where there is none."""
    first, last = span
    year = min(max(year, MINYEAR), MAXYEAR - 1)
    return _same_day(first, year), _same_day(last, year + last.year - first.year)


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
