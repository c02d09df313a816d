"""A question's words, and which of them stand in texts.

Each word of the question is a bit of a mask, so that what stands in a passage, in its title or in both is one
number. Thousands of texts are held against a question: most measures are taken of all of them at once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.understand import Query
from retrieval.words import names_in

NONE_ASKED = 0.5
"""The share of a question's names (numbers, speaker) that a text has, where the question has none."""
_NOWHERE = 20.0

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Traces(NamedTuple):
    """What of a question stands in a text."""

    mask: int
    """A bit for each word of the question that is there."""
    places: tuple[tuple[int, int], ...]
    """In the order of the text: which of its words it is, and which of the question's."""


_NO_TRACES = Traces(0, ())


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """What of a question stands in texts, a row for each of them."""

    there: Bools
    """Of shape (texts, words of the question): see `Asked.there`."""
    first: Floats
    """Where each of the words stands first, of the same shape; infinity where it does not stand."""
    last: Floats
    """Where the last of the words searched for stands, of shape (texts,); minus infinity where none does."""
    pairs: Bools
    """Whether two words searched for that are neighbours in the question are neighbours here too: of shape
    (texts, words searched for), each by the former of the two."""
    opening: NDArray[np.intp]
    """Which word of the question the text begins with, of shape (texts,); -1 if none."""
    closing: NDArray[np.intp]
    """Which it ends with."""
    length: NDArray[np.intp]
    """Of the texts, in words."""

    def joined(self, rows: NDArray[np.intp]) -> "Traced":
        """What stands in some of the texts read one after another, a row for each of ``rows``.

        Each row names texts by their number, in order, and is filled up with -1.
        """
        none = np.zeros((1, self.there.shape[1]), dtype=bool)
        length = np.append(self.length, 0)[rows]
        before = np.cumsum(length, axis=1) - length
        first = np.concatenate([self.first, np.full(none.shape, np.inf)])[rows] + before[:, :, None]
        pairs = np.any(np.concatenate([self.pairs, none[:, : self.pairs.shape[1]]])[rows], axis=1)
        openings, closings = np.append(self.opening, -1)[rows], np.append(self.closing, -1)[rows]
        opening, closing = openings[:, 0], closings[:, 0]
        for place in range(1, rows.shape[1]):
            following = openings[:, place]
            meets = (closing >= 0) & (following == closing + 1) & (following < pairs.shape[1])
            pairs[meets, closing[meets]] = True
            opening = np.where(before[:, place] == 0, following, opening)
            closing = np.where(length[:, place] > 0, closings[:, place], closing)
        return Traced(
            there=np.any(np.concatenate([self.there, none])[rows], axis=1),
            first=first.min(axis=1),
            last=(np.append(self.last, -np.inf)[rows] + before).max(axis=1),
            pairs=pairs,
            opening=opening,
            closing=closing,
            length=length.sum(axis=1),
        )


class Asked:
    """The words of one question: those searched for, by weight, and those that name whom it is about.

    Methods that take ``there`` want an array of shape (texts, words) as `there` gives it, and return one of
    shape (texts,).
    """

    def __init__(
        self, query: Query, weights: Mapping[str, float], analyze: Callable[[str], Sequence[str]]
    ) -> None:
        self._weights = np.array(list(weights.values()), dtype=np.float64)
        self.total = float(self._weights.sum())
        """The weight of all words searched for."""
        self._count = len(weights)
        self._numbered = {word: number for number, word in enumerate(weights)}
        self._names = self._bits(word for name in names_in(query.search_text) for word in analyze(name))
        self._numbers = self._bits(word for word in weights if any(c.isdigit() for c in word))
        self.speaker = self._bits(analyze(query.speaker or ""))
        """The bits of the name of whom the question asks about."""
        self.head = self._bits(analyze(query.head or ""))
        """The bits of the noun that a number or a name is wanted of."""

    def __len__(self) -> int:
        return self._count

    def traces(self, words: Sequence[str]) -> Traces:
        """Which of the question's words are among ``words``, and where."""
        numbered = self._numbered
        if numbered.keys().isdisjoint(words):
            return _NO_TRACES
        places = tuple([(place, numbered[word]) for place, word in enumerate(words) if word in numbered])
        mask = 0
        for _, number in places:
            mask |= 1 << number
        return Traces(mask, places)

    def there(self, masks: Sequence[int]) -> Bools:
        """Which of the question's words are there by each of ``masks``, of shape (masks, words)."""
        width = len(self._numbered) // 8 + 1
        packed = b"".join([mask.to_bytes(width, "little") for mask in masks])
        bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), bitorder="little")
        return bits.reshape(len(masks), 8 * width)[:, : len(self._numbered)].astype(bool)

    def traced(self, traces: Sequence[Traces], lengths: Sequence[int]) -> Traced:
        """What stands in texts of so many words, by the ``traces`` in each of them."""
        count, every = self._count, len(traces)
        first = np.full((every, len(self._numbered)), np.inf)
        last = np.full(every, -np.inf)
        pairs = np.zeros((every, count), dtype=bool)
        opening, closing = np.full(every, -1), np.full(every, -1)
        found = [(row, *one) for row, each in enumerate(traces) for one in each.places]
        if found:
            rows, places, numbers = np.array(found).T
            np.minimum.at(first, (rows, numbers), places)
            searched = numbers < count
            np.maximum.at(last, rows[searched], places[searched])
            beside = (rows[1:] == rows[:-1]) & (places[1:] == places[:-1] + 1)
            beside &= (numbers[1:] == numbers[:-1] + 1) & searched[1:]
            pairs[rows[:-1][beside], numbers[:-1][beside]] = True
            begins, ends = places == 0, places == np.array(lengths)[rows] - 1
            opening[rows[begins]], closing[rows[ends]] = numbers[begins], numbers[ends]
        there = self.there([each.mask for each in traces])
        return Traced(there, first, last, pairs, opening, closing, np.array(lengths, dtype=np.intp))

    def coverage(self, there: Bools) -> Floats:
        """The share of the words searched for, by weight, that are there."""
        if not self.total:
            return np.zeros(len(there))
        return np.asarray(there[:, : self._count] @ self._weights / self.total)

    def rarest_missing(self, there: Bools) -> Floats:
        """The weight of the rarest word that is not there; 0 where none is missing."""
        return np.asarray((~there[:, : self._count] * self._weights).max(axis=1, initial=0.0))

    def names(self, there: Bools) -> Floats:
        """The share of the names in the question that are there."""
        return self._share(there, self._names)

    def numbers(self, there: Bools) -> Floats:
        """The share of the numbers in the question that are there."""
        return self._share(there, self._numbers)

    def named(self, there: Bools) -> Floats:
        """The share of the words of the speaker's name that are there."""
        return self._share(there, self.speaker)

    def paired(self, pairs: Bools) -> Floats:
        """The share of neighbouring words of the question that stand side by side; see `Traced.pairs`."""
        return np.asarray(pairs.sum(axis=1) / max(1, self._count - 1))

    def spread(self, traced: Traced) -> Floats:
        """Over how many words the question's are spread, for each of them that is there; 20 where none is."""
        count = traced.there[:, : self._count].sum(axis=1)
        first = traced.first[:, : self._count].min(axis=1, initial=np.inf)
        reach = np.where(count > 0, traced.last, _NOWHERE) - np.where(count > 0, first, 1.0) + 1
        return np.asarray(reach / np.maximum(count, 1))

    def order(self, places: Iterable[tuple[int, int]]) -> float:
        """The share of the question's words that stand in its order: the longest rising subsequence."""
        ends: list[int] = []
        for _, number in places:
            if number < self._count:
                at = bisect_left(ends, number)
                ends[at : at + 1] = [number]
        return len(ends) / self._count if self._count else 0.0

    def _share(self, there: Bools, of: int) -> Floats:
        if not of:
            return np.full(len(there), NONE_ASKED)
        return np.asarray(there[:, self.there([of])[0]].mean(axis=1))

    def _bits(self, words: Iterable[str]) -> int:
        """The bits of ``words``, each of which gets one."""
        mask = 0
        for word in words:
            mask |= 1 << self._numbered.setdefault(word, len(self._numbered))
        return mask
