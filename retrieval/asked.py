"""A question's words, and which of them stand in a text.

Each word is a bit, so that what stands in a passage, in its title or in both is one number: thousands of
texts are held against a question, and most of what is measured of them is how much of it they cover.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.understand import Query
from retrieval.words import names_in

NONE_ASKED = 0.5
"""The share of a question's names (numbers, speaker) that a text has, where the question has none."""
_NOWHERE = 20.0


class Traces(NamedTuple):
    """What of a question stands in a text."""

    mask: int
    """A bit for each word of the question that is there."""
    places: tuple[tuple[int, int], ...]
    """In the order of the text: which of its words it is, and which of the question's."""


_NO_TRACES = Traces(0, ())


class Asked:
    """The words of one question: those searched for, by weight, and those that name whom it is about."""

    def __init__(
        self, query: Query, weights: Mapping[str, float], analyze: Callable[[str], Sequence[str]]
    ) -> None:
        self._weights = list(weights.values())
        self._total = sum(self._weights)
        self._count = len(self._weights)
        self._searched = (1 << self._count) - 1
        self._numbered = {word: number for number, word in enumerate(weights)}
        self._names = self._bits(word for name in names_in(query.search_text) for word in analyze(name))
        self._numbers = self._bits(word for word in weights if any(c.isdigit() for c in word))
        self.speaker = self._bits(analyze(query.speaker or ""))
        """The bits of the name of whom the question asks about."""
        self.head = self._bits(analyze(query.head or ""))
        """The bits of the noun that a number or a name is wanted of."""
        self._covered: dict[int, float] = {}
        self._missing: dict[int, float] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def total(self) -> float:
        """The weight of all words searched for."""
        return self._total

    def traces(self, words: Sequence[str]) -> Traces:
        """Which of the question's words are among ``words``, and where."""
        numbered = self._numbered
        if numbered.keys().isdisjoint(words):
            return _NO_TRACES
        places = tuple([(place, numbered[word]) for place, word in enumerate(words) if word in numbered])
        return Traces(self.mask(places), places)

    def mask(self, places: Iterable[tuple[int, int]]) -> int:
        """The bits of the words at ``places``."""
        mask = 0
        for _, number in places:
            mask |= 1 << number
        return mask

    def coverage(self, mask: int) -> float:
        """The share of the words searched for, by weight, that are there."""
        mask &= self._searched
        if mask not in self._covered:
            there = sum(weight for number, weight in enumerate(self._weights) if mask >> number & 1)
            self._covered[mask] = there / self._total if self._total else 0.0
        return self._covered[mask]

    def rarest_missing(self, mask: int) -> float:
        """The weight of the rarest word that is not there; 0 where none is missing."""
        mask &= self._searched
        if mask not in self._missing:
            missing = [weight for number, weight in enumerate(self._weights) if not mask >> number & 1]
            self._missing[mask] = max(missing, default=0.0)
        return self._missing[mask]

    def names(self, mask: int) -> float:
        """The share of the names in the question that are there."""
        return _share(mask, self._names)

    def numbers(self, mask: int) -> float:
        """The share of the numbers in the question that are there."""
        return _share(mask, self._numbers)

    def named(self, mask: int) -> float:
        """The share of the words of the speaker's name that are there."""
        return _share(mask, self.speaker)

    def pairs(self, places: Iterable[tuple[int, int]]) -> float:
        """The share of neighbouring words of the question that stand side by side."""
        if self._count < 2:
            return 0.0
        beside = {
            number
            for (place, number), (next_place, next_number) in pairwise(places)
            if next_place == place + 1 and next_number == number + 1 < self._count
        }
        return len(beside) / (self._count - 1)

    def order(self, places: Iterable[tuple[int, int]]) -> float:
        """The share of the question's words that stand in its order: the longest rising subsequence."""
        ends: list[int] = []
        for _, number in places:
            if number < self._count:
                at = bisect_left(ends, number)
                ends[at : at + 1] = [number]
        return len(ends) / self._count if self._count else 0.0

    def spread(self, places: Iterable[tuple[int, int]]) -> float:
        """Over how many words the question's are spread, for each of them that is there; 20 where none is."""
        searched = [(place, number) for place, number in places if number < self._count]
        if not searched:
            return _NOWHERE
        return (searched[-1][0] - searched[0][0] + 1) / len({number for _, number in searched})

    def _bits(self, words: Iterable[str]) -> int:
        """The bits of ``words``, each of which gets one."""
        mask = 0
        for word in words:
            mask |= 1 << self._numbered.setdefault(word, len(self._numbered))
        return mask


def _share(mask: int, of: int) -> float:
    return (mask & of).bit_count() / of.bit_count() if of else NONE_ASKED
