"""Whether a sentence says things of the same subjects, in the order of its source."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from retrieval.generate.lexicon import word_set
from retrieval.generate.word import Word
from retrieval.words import STOP_WORDS


def names_stand_together(said: list[Word], there: list[Word]) -> bool:
    """Whether names that follow each other do so in the source: no first name with another's surname."""
    follow = {(one.stem, other.stem) for one, other in pairwise(there)}
    known = {word.stem for word in there if word.named}
    for one, other in pairwise(said):
        adjacent = other.start - (one.start + len(one.text)) == 1
        if adjacent and one.named and other.named and one.says and other.says and one.stem in known:
            if one.start == 0 and one.lower in STOP_WORDS:
                continue
            if (one.stem, other.stem) not in follow:
                return False
    return True


def prepositions_stand(said: list[Word], there: list[Word]) -> bool:
    """Whether what is bought from somebody is not sold to them: a name keeps the preposition before it."""
    for before, name in pairwise(said):
        if before.lower not in _BEFORE_NAMES or not (name.named and name.says):
            continue
        given = {_before_name(place, there) for place, one in enumerate(there) if one.stem == name.stem}
        if given and before.lower not in given and None not in given:
            return False
    return True


def _before_name(place: int, words: list[Word]) -> str | None:
    """The preposition among the three words before a name, the nearest one."""
    near = words[max(0, place - 3) : place]
    return next((word.lower for word in reversed(near) if word.lower in _BEFORE_NAMES), None)


def turns(said: list[Word], sentence: str) -> Iterator[list[Word]]:
    """The sentence, and what becomes of it where two parts of it change places.

    Those are the parts around a comma or a verb of saying, and what a preposition begins or a date is in.
    """
    yield said
    for cut in _JOINTS.finditer(sentence):
        at = cut.end() if cut["said"] else cut.start()
        yield [word for word in said if word.start >= at] + [word for word in said if word.start < at]
    if said and said[0].lower in _PREPOSITIONS:
        for cut in re.finditer(r"\s", sentence):
            yield [word for word in said if word.start > cut.start()] + [
                word for word in said if word.start < cut.start()
            ]


def same_order(said: list[Word], there: list[Word], sentence: str, base: str) -> bool:
    """Whether the words of content come in the source's order, of one subject, and both texts are active."""
    if _PASSIVE.search(sentence) and not _PASSIVE.search(base):
        return False
    own = {word.stem for word in said}
    at, last = 0, -1
    for word in said:
        if not word.says:
            continue
        found = next((place for place in range(at, len(there)) if there[place].stem == word.stem), None)
        if found is None:
            if any(one.stem == word.stem for one in there):
                return False
            continue  # it stands in the title, or in a number written otherwise
        if last >= 0 and _other_subject(there[last + 1 : found], own):
            return False
        at, last = found + 1, found
    return True


def _other_subject(skipped: list[Word], own: set[str]) -> bool:
    """Whether a name that the sentence has not begins a further statement in what it leaves out."""
    for one, other in pairwise(skipped):
        if one.lower in _FURTHER and other.named and other.says and other.stem not in own:
            return True
    return False


_BEFORE_NAMES: Final = word_set("from to in at by with for against of over near on between into off")
_PREPOSITIONS: Final = word_set(
    "on in at during last next since until after before by under from for every each within according"
)
_FURTHER: Final = word_set("but while whereas although though and because after before unlike than")
_JOINTS: Final = re.compile(
    r",\s|\s(?=(?:on|in|at|during|last|next|since|until|after|before)\s)"
    r"|\b(?P<said>(?:said|says|told|stated|added|announced|reported|noted|found)(?:\sthat)?\s)",
    re.IGNORECASE,
)
_PASSIVE: Final = re.compile(
    r"\b(?:is|are|was|were|be|been|being|got)\s(?:\w+ly\s)?\w+(?:ed|en|wn|ght|ld|nt|de|ck|ut|id)\b[^.;]*\bby\b"
)
