"""Words of questions: which say something and which are names; and the words of texts as they are indexed."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has have having
    he her here hers him his how i if in into is it its itself just let may me might more most much must my no
    nor not of off on once one only or other our ours out over own per said same say says shall she should so
    some such tell than that the their theirs them then there these they this those through to too under until
    up upon us very was we were what when where which while who whom whose why will with would you your
    according many please did's what's who's it's
    """.split()  # noqa: SIM905 - a list of words is read more easily so
)
"""Words that say nothing about a topic, in lower case."""

_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_WORD_OR_NUMBER = re.compile(r"[^\W_]+(?:[.,]\d[^\W_]*)*(?:['’][a-z]+)?")

_PIECE = re.compile(r"[^\s\x00-/:-@\[-`{-\x7f\u2000-\u206f]+")


def content_words(text: str) -> list[str]:
    """The words of ``text`` that say something, and numbers whole, as written."""
    words = _WORD_OR_NUMBER.findall(text)
    return [word for word in words if word.lower().replace("’", "'") not in STOP_WORDS]


def names_in(question: str) -> list[str]:
    """Words with a capital or a digit that do not merely open the question: what a hit should name."""
    words = _WORD.findall(question)
    return [
        word
        for place, word in enumerate(words)
        if word.lower() not in STOP_WORDS
        and (any(c.isdigit() for c in word) or (word[0].isupper() and (place > 0 or word.isupper())))
    ]


class Analysis:
    """The index's analysis of texts, kept for a bounded number of words and of texts.

    A text is analysed between spaces and marks, which end a word for the index too: most of these pieces were
    seen before, and what is looked up takes half the time of what is analysed again.
    """

    def __init__(
        self, analyze: Callable[[str], Sequence[str]], *, texts: int = 4096, pieces: int = 1 << 16
    ) -> None:
        piece = lru_cache(maxsize=pieces)(lambda text: tuple(analyze(text)))
        self._cached = lru_cache(maxsize=texts)(
            lambda text: tuple(chain.from_iterable(map(piece, _PIECE.findall(text))))
        )

    def __call__(self, text: str) -> tuple[str, ...]:
        """The words of ``text`` as they are indexed, in order."""
        return self._cached(text)
