"""What of a text is the kind of thing that a question wants: a number for "how many", a name for "who"."""

import re
from collections.abc import Callable, Iterator

from retrieval.understand import Query

Span = tuple[int, int]

_COUNT_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|(?:m|b|tr)illions?|dozens?|half|quarter"
    r"|thirds?)"
)
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_NUMBER = re.compile(rf"\b\d[\d,.]*\b|\b{_COUNT_WORDS}\b", re.IGNORECASE)
_MONEY = re.compile(
    r"(?:[$€£¥]|\b(?:USD|EUR|GBP))\s?\d[\d,.]*(?:[\s-]?(?:(?:m|b|tr)illion|bn|m)\b)?"
    r"|\b\d[\d,.]*\s*(?:(?:m|b|tr)illion|bn|m)?\s*(?:dollars?|euros?|pounds?|yen|yuan|USD|EUR)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d[\d,.]*\s?%|\b[\w-]+ per ?cent\b|\bpercentage\b", re.IGNORECASE)
_DAY = re.compile(
    rf"\b{_MONTHS}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,?\s+(?:19|20)\d\d\b)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTHS}(?:,?\s+(?:19|20)\d\d\b)?"
    r"|\b(?:19|20)\d\d\b"
)
_DATE = re.compile(
    _DAY.pattern
    + r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    + r"|\b(?:yesterday|today|tomorrow"
    + r"|(?:last|next|this) (?:week|month|year|spring|summer|autumn|fall|winter))\b"
)
_TIME_OF_DAY = re.compile(r"\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b|GMT\b|UTC\b)|\b\d{1,2}:\d\d\b", re.IGNORECASE)
_DURATION = re.compile(
    rf"\b(?:\d[\d,.]*|{_COUNT_WORDS}|an?|several|few|couple of|many|some)[\s-]+"
    rf"(?:(?:and|or|to|a|an|more|half|full|\d+|{_COUNT_WORDS})[\s-]+)*"
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))\b"
    r"|\b(?:for|in|over|within)\s+(?:years|months|decades|weeks)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?“\"]\s)(?<!^)\b[A-Z][\w’'-]+")
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+ (?:[A-Z]\. |(?:de|van|von|bin|al|den|der) )*[A-Z][\w’'-]+")
_PLACE = re.compile(r"\b(?:in|at|near|from|to|of|outside|across|into|on)\s+(?:the\s+)?(?P<name>[A-Z]\w+)")
_REASON = re.compile(
    r"\b(?:because|since|due to|after|amid|over|in order to|so that|as a result|caused|reasons?|to)\b",
    re.IGNORECASE,
)


def meets(query: Query, text: str) -> float:
    """1 where ``text`` holds the kind of thing wanted beyond what the question itself names, 0 where not.

    One half where the kind cannot be told by its looks.
    """
    finder = _FINDERS.get(query.wants)
    return 0.5 if finder is None else float(any(True for _ in finder(text, query.question)))


def told_by_looks(query: Query) -> bool:
    """Whether the kind of thing that ``query`` wants can be told by its looks."""
    return query.wants in _FINDERS


def wanted(query: Query, text: str) -> list[Span]:
    """Where in ``text`` the kind of thing wanted stands, but for what the question itself names."""
    finder = _FINDERS.get(query.wants)
    return list(finder(text, query.question)) if finder is not None else []


def _persons(text: str, question: str) -> Iterator[Span]:
    known = set(question.split())
    return (one.span() for one in _FULL_NAME.finditer(text) if not set(one.group().split()) <= known)


def _places(text: str, question: str) -> Iterator[Span]:
    asked = question.lower()
    return (one.span("name") for one in _PLACE.finditer(text) if one["name"].lower() not in asked)


def _numbers(text: str, question: str) -> Iterator[Span]:
    """Numbers that count something: none of a date, of a time of day or of a name such as MiG-29."""
    asked = question.lower()
    others = [one.span() for pattern in (_DAY, _TIME_OF_DAY) for one in pattern.finditer(text)]
    return (
        one.span()
        for one in _NUMBER.finditer(text)
        if one.group().lower() not in asked
        and not any(start < one.end() and one.start() < end for start, end in others)
        and not _in_a_name(text, one.start())
    )


def _in_a_name(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == "-" and text[start - 2].isalpha()


def _new(pattern: re.Pattern[str]) -> Callable[[str, str], Iterator[Span]]:
    """What ``pattern`` finds and the question does not say itself."""

    def found(text: str, question: str) -> Iterator[Span]:
        asked = question.lower()
        return (one.span() for one in pattern.finditer(text) if one.group().lower() not in asked)

    return found


_FINDERS: dict[str, Callable[[str, str], Iterator[Span]]] = {
    "person": _persons,
    "organisation": _new(_NAME),
    "place": _places,
    "date": _new(_DATE),
    "duration": _new(_DURATION),
    "number": _numbers,
    "amount": _new(_MONEY),
    "percentage": _new(_PERCENT),
    "reason": _new(_REASON),
    "title": _new(_NAME),
}
