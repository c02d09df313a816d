"""Whether a text holds the kind of thing that a question wants: a number for "how many", a name for "who"."""

import re
from collections.abc import Callable

from retrieval.understand import Query

_NUMBER = re.compile(
    r"\b\d[\d,.]*\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|trillion|dozens?|half|quarter|third)s?\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\b\d[\d,.]*\s*(?:(?:m|b|tr)illion|bn|m)?\s*(?:dollars?|euros?|pounds?|yen|yuan|USD|EUR)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d\s?%|\bper ?cent\b|\bpercentage\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:19|20)\d\d\b"
    r"|\b(?:yesterday|today|tomorrow|last (?:week|month|year)|next (?:week|month|year))\b"
)
_DURATION = re.compile(
    r"\b(?:second|minute|hour|day|night|week|month|year|decade|centur)(?:s|ies|y|-)?\b", re.IGNORECASE
)
_NAME = re.compile(r"(?<![.!?“\"]\s)(?<!^)\b[A-Z][\w’'-]+")
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+ (?:[A-Z]\. |(?:de|van|von|bin|al|den|der) )*[A-Z][\w’'-]+")
_PLACE = re.compile(r"\b(?:in|at|near|from|to|of|outside|across|into|on)\s+(?:the\s+)?[A-Z]\w+")
_REASON = re.compile(
    r"\b(?:because|since|due to|after|amid|over|in order to|so that|as a result|caused|reasons?|to)\b",
    re.IGNORECASE,
)


def meets(query: Query, text: str) -> float:
    """1 where ``text`` holds the kind of thing wanted beyond what the question itself names, 0 where not.

    One half where the kind cannot be told by its looks.
    """
    test = _TESTS.get(query.wants)
    return 0.5 if test is None else float(test(text, query.question))


def _person(text: str, question: str) -> bool:
    return any(not set(name.split()) <= set(question.split()) for name in _FULL_NAME.findall(text))


def _name(text: str, question: str) -> bool:
    asked = question.lower()
    return any(name.lower() not in asked for name in _NAME.findall(text))


def _place(text: str, question: str) -> bool:
    asked = question.lower()
    return any(match.split()[-1].lower() not in asked for match in _PLACE.findall(text))


def _new(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    """Whether ``pattern`` finds something that the question does not say itself."""

    def test(text: str, question: str) -> bool:
        asked = question.lower()
        return any(match.group().lower() not in asked for match in pattern.finditer(text))

    return test


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "person": _person,
    "organisation": _name,
    "place": _place,
    "date": _new(_DATE),
    "duration": _new(_DURATION),
    "number": _new(_NUMBER),
    "amount": _new(_MONEY),
    "percentage": _new(_PERCENT),
    "reason": _new(_REASON),
    "title": _name,
}
