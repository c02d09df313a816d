"""Whether one text is a near copy of another: the shingles they share, and the MinHash to find it by.

Shingles, resemblance and containment follow A. Z. Broder, "On the resemblance and containment of documents"
(1997). Made to be right rather than complete: a follow-up that repeats its background, the next day of a live
page and next week's edition of the same list are stories of their own.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Shingles = NDArray[np.uint32]
"""Hashes of the runs of five words of a text, each once, in rising order."""

Signature = NDArray[np.uint32]
"""A MinHash, shape (`PLACES`,)."""

_BANDS: Final = 42
_ROWS: Final = 3
PLACES: Final = _BANDS * _ROWS
"""Two texts share a band with probability 1 - (1 - J³)^42: .99 at J = .5, .70 at .3, .04 at .1."""

_RUN: Final = 5  # words in a shingle
_FEWEST: Final = 40  # shingles, below which sharing most of them says little
_AT_ONCE: Final = 8192  # shingles that are permuted in one array

_SAME: Final = 0.7  # resemblance of what appeared within days
_SAME_UNDATED: Final = 0.8
_SAME_ANY_DAY: Final = 0.95
_WITHIN: Final = 0.9  # containment of a shortened copy
_SHORTEST_PART: Final = 0.3  # of the whole that a shortened copy must be
_DAYS: Final = 3
_OFTEN: Final = 3
_SAME_NUMBERS: Final = 0.85
_ALL_NUMBERS: Final = 0.95

_WORD: Final = re.compile(r"\w+")
_NAME: Final = re.compile(r"\b[^\W\d_a-z]\w{2,}")
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, eq=False)
class Telling:
    """A text and the day on which it appeared, if that is known."""

    text: str
    published: date | None = None

    @cached_property
    def shingles(self) -> Shingles:
        """What it is compared by."""
        return shingles(self.text)

    @cached_property
    def numbers(self) -> Counter[str]:
        """The numbers it gives, as they are written, with how often."""
        return Counter(_NUMBER.findall(self.text))

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The names, or words with a capital, that come again and again, in small letters."""
        counts = Counter(_NAME.findall(self.text))
        return frozenset(name.lower() for name, count in counts.items() if count >= _OFTEN)


def shingles(text: str) -> Shingles:
    """The shingles of a text; case, punctuation and white space make no difference."""
    words = " ".join(_WORD.findall(text.lower())).encode(errors="replace").split()
    hashes = np.fromiter(map(crc32, words), np.uint32, len(words))
    runs = max(0, len(words) - _RUN + 1)
    rolled = np.zeros(runs, np.uint32)
    for place in range(_RUN):
        rolled = rolled * np.uint32(0x9E3779B1) + hashes[place : place + runs]
        rolled ^= rolled >> np.uint32(15)
    return np.unique(rolled)


def comparable(found: Shingles) -> bool:
    """Whether a text is long enough to be recognised by its shingles."""
    return found.size >= _FEWEST


class Signer:
    """Makes signatures, all with the same permutations."""

    @cached_property
    def _empty(self) -> Any:
        from datasketch import MinHash

        return MinHash(PLACES, hashfunc=int, scheme="affine32")

    def sign(self, found: Shingles) -> Signature:
        """The MinHash of some shingles."""
        sketch = self._empty.copy()
        for start in range(0, found.size, _AT_ONCE):
            sketch.update_batch(found[start : start + _AT_ONCE].tolist())
        signature: Signature = sketch.hashvalues.astype(np.uint32)
        return signature


def bands(signature: Signature) -> list[int]:
    """The keys (signed, 64 bits) under which a signature is found by those that resemble it."""
    rows = signature.reshape(_BANDS, _ROWS).astype(np.uint64)
    keys = np.arange(1, _BANDS + 1, dtype=np.uint64)
    for place in range(_ROWS):
        keys = (keys ^ rows[:, place]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return [int(key) for key in keys.view(np.int64)]


def may_be_copies(one: Signature, other: Signature, sizes: tuple[int, int]) -> bool:
    """Whether it is worth comparing the texts, by their signatures and their numbers of shingles."""
    resemblance = float(np.mean(one == other))
    shared = resemblance * sum(sizes) / (1 + resemblance)
    return resemblance > _SAME - 0.15 or shared > (_WITHIN - 0.25) * min(sizes)


def are_copies(one: Telling, other: Telling) -> bool:
    """Whether two texts tell the same story in nearly the same words, one of them perhaps shortened."""
    if not comparable(one.shingles) or not comparable(other.shingles):
        return False
    shared = np.intersect1d(one.shingles, other.shingles, assume_unique=True).size
    sizes = one.shingles.size, other.shingles.size
    resemblance = shared / (sum(sizes) - shared)
    shorter, longer = (one, other) if sizes[0] < sizes[1] else (other, one)
    words = longer.text.lower()
    if any(name not in words for name in shorter.subjects):
        return False  # the same form filled in for another place
    numbers = _shared_numbers(one, other)
    if resemblance >= _needed(one.published, other.published):
        return numbers >= _SAME_NUMBERS
    if shared < _WITHIN * min(sizes) or min(sizes) < _SHORTEST_PART * max(sizes):
        return False
    return numbers >= _ALL_NUMBERS and _shortened_after(shorter.published, longer.published)


def _needed(one: date | None, other: date | None) -> float:
    """The resemblance of copies: what returns every year or week hardly differs from one time to the next."""
    if one is None or other is None:
        return _SAME_UNDATED
    return _SAME if abs((one - other).days) <= _DAYS else _SAME_ANY_DAY


def _shortened_after(shorter: date | None, longer: date | None) -> bool:
    """Whether the shorter text may be cut from the longer; a first report stands in those that follow it."""
    return shorter is not None and longer is not None and 0 <= (shorter - longer).days <= _DAYS


def _shared_numbers(one: Telling, other: Telling) -> float:
    fewer = min(one.numbers.total(), other.numbers.total())
    return (one.numbers & other.numbers).total() / fewer if fewer else 1.0
