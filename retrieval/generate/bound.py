"""Whether numbers and dates of a sentence are said of the same thing as in its source."""

import math
import re
from typing import Final

from retrieval.generate.word import Word
from retrieval.numbers import Number, agrees


def same_unit(said: Number, given: Number) -> bool:
    """A unit that is said must be given, and the other way round: ``300`` is not ``300 km``."""
    return said.unit == given.unit or said.kind in ("date", "year")


def of_the_same(
    number: Number,
    said: list[Word],
    numbers: list[Number],
    given: Number,
    there: list[Word],
    every: list[Number],
) -> bool:
    """Whether what is counted is the same in both, and, among several numbers of a kind, whose it is."""
    counted = _counted(number, said, numbers)[:1]
    if counted and counted[0] not in _counted(given, there, every)[:4]:
        return False
    if sum(one.kind == given.kind for one in every) < 2:
        return True
    names = {word.stem for word in there if word.named and word.says}
    before = _names_before(number, said, names)
    return not before or before == _names_before(given, there, names)[-len(before) :]


def dates_stand(numbers: list[Number], said: list[Word], given: list[Number], there: list[Word]) -> bool:
    """Whether, among several dates of the source, each is the nearest to what it stands beside here."""
    dates = [one for one in given if one.kind in ("date", "year")]
    if len(dates) < 2:
        return True
    content = [word for word in said if word.says]
    for number in (one for one in numbers if one.kind in ("date", "year")):
        before = [word.stem for word in content if word.start < number.start]
        after = [word.stem for word in content if word.start >= number.end]
        beside = before[-1] if before else after[0] if after else ""
        nearest = [_nearest(dates, word.start) for word in there if word.stem == beside]
        if nearest and not any(agrees(number, one) for one in nearest):
            return False
    return True


def _nearest(numbers: list[Number], place: int) -> Number:
    """The number that begins closest to a place."""
    return min(numbers, key=lambda one: abs(one.start - place))


def _counted(number: Number, words: list[Word], numbers: list[Number]) -> list[str]:
    """The words of content between a number and the next one."""
    end = min((one.start for one in numbers if one.start >= number.end), default=math.inf)
    return [word.stem for word in words if number.end <= word.start < end and word.says]


def _names_before(number: Number, words: list[Word], names: set[str]) -> list[str]:
    """The names before a number, the last mention of each, in order."""
    found = [word.stem for word in words if word.start < number.start and word.named and word.stem in names]
    return list(dict.fromkeys(reversed(found)))[::-1]


_BOUNDS: Final = re.compile(
    r"\b(?:(more|over|above|exceed\w*|less|fewer|under|below|up\sto|at\sleast|at\smost|almost|nearly|about"
    r"|around|approximately|roughly|some|only|around)(?:\sthan)?)\s(?:the\s|a\s)?\Z",
    re.IGNORECASE,
)
_SAME_BOUND: Final = {
    "over": "more",
    "above": "more",
    "fewer": "less",
    "under": "less",
    "below": "less",
    "around": "about",
    "approximately": "about",
    "roughly": "about",
    "some": "about",
    "nearly": "almost",
}


def bound(text: str, number: Number) -> str:
    """``more``, ``less``, ``about`` and their like, where they stand before a number."""
    found = _BOUNDS.search(text[: number.start][-24:])
    word = found[1].lower() if found else ""
    return _SAME_BOUND.get(word, word)
