"""Whether a cited passage bears a sentence out: by its words, names, numbers, denials, order and meaning.

The measure is one sentence of the source, or two that follow each other. A sentence passes that says less
than its source in the source's own words or near synonyms; one that says anything more, or the same of
somebody else, does not. That drops some true sentences, whose place a quote takes, and lets few false ones
through.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from retrieval.generate.bound import bound, dates_stand, of_the_same, same_unit
from retrieval.generate.evidence import Source
from retrieval.generate.lexicon import (
    GOVERNING,
    LIMITING,
    MEANING,
    NEGATIONS,
    SYNONYMS,
    TURNING,
)
from retrieval.generate.order import names_stand_together, prepositions_stand, same_order, turns
from retrieval.generate.word import Word
from retrieval.numbers import Number, agrees, numbers_in
from retrieval.understand.language import question_language

if TYPE_CHECKING:
    from index.embed import Vectors

Embed = Callable[[Sequence[str]], "Vectors"]
Analyze = Callable[[str], Sequence[str]]

CLOSE: Final = 0.5
"""The least cosine between a sentence and what bears it out."""
_SUBJECT: Final = 5  # words at a sentence's beginning in which its subject is named
_CARRIES_ON: Final = frozenset({"it", "he", "she", "they"})


class Support:
    """Judges sentences. Thread-safe where ``analyze`` (words into stems) and ``embed`` are."""

    def __init__(self, analyze: Analyze, embed: Embed, *, close: float = CLOSE) -> None:
        self._analyze = analyze
        self._embed = embed
        self._close = close
        self._common = self._synonyms()

    def fault(self, sentence: str, source: Source) -> str | None:
        """Why ``source`` does not bear ``sentence`` (without its citation) out; None if it does.

        One of: link, language, quotation, fragment, unrelated, words, names, numbers, negation, certainty,
        order, meaning. A fragment (``Jens Stoltenberg.``, ``The answer is: Italy.``) says something by the
        question alone, to which no source can be held.
        """
        if _LINK.search(sentence):
            return "link"
        if any(quoted not in _level(source.text) for quoted in quotations(sentence)):
            return "quotation"
        said = self._words(sentence)
        numbers = numbers_in(sentence)
        if not any(word.says and not word.named and not _within(word, numbers) for word in said[1:]):
            return "fragment"
        faults: list[str] = []
        for window in _windows(source):
            found = self._fault_of(sentence, said, window, source)
            if found is None:
                return None if self._close_enough(sentence, window, source) else "meaning"
            faults.append(found)
        if question_language(sentence) is not None and question_language(source.text) is None:
            return "language"
        return max(faults, key=_LADDER.index, default="unrelated")

    def _fault_of(self, sentence: str, said: list[Word], window: Sequence[str], source: Source) -> str | None:
        base = " ".join(window)
        there, about = self._words(base), self._words(source.about)
        stems = [word.stem for word in there]
        known, beside = set(stems), {word.stem for word in about}
        content = [word for word in said if word.says]
        covered = [word for word in content if word.stem in known]
        if len(covered) < (1 if source.row else max(2, len(content) / 2)):
            return "unrelated"
        if len(window) > 1 and not self._both_serve(covered, window):
            return "unrelated"
        numbers = numbers_in(sentence)
        digits = [word for word in content if _within(word, numbers)]
        strange = [word for word in content if word.stem not in known | beside and word not in digits]
        if strange:
            return "names" if any(word.named for word in strange) else "words"
        if not self._numbers_stand(sentence, said, numbers, base, there, source):
            return "numbers"
        if not names_stand_together(said, [*there, *about]):
            return "names"
        return self._turned(sentence, said, base, there, row=source.row)

    def _turned(
        self, sentence: str, said: list[Word], base: str, there: list[Word], *, row: bool
    ) -> str | None:
        """Whether the sentence denies, hedges, limits or orders otherwise than its source."""
        if _denials(said) != _denials(_clauses_met(said, base, there)):
            return "negation"
        senses, meant = {w.lower for w in said} & MEANING, {w.lower for w in there} & MEANING
        if senses - meant:
            return "certainty"
        own = {word.stem for word in said}
        near = _clauses_met(said, base, there)
        turning = {word.lower for word in near if word.lower in TURNING and word.stem not in own}
        turning |= {word.lower for word in there if word.lower in GOVERNING and word.stem not in own}
        turning |= {word for word in _limits(near, said) if word not in senses}
        if turning:
            return "certainty"
        if row:
            return None
        if prepositions_stand(said, there) and any(
            same_order(turned, there, sentence, base) for turned in turns(said, sentence)
        ):
            return None
        return "order"

    def _numbers_stand(
        self,
        sentence: str,
        said: list[Word],
        numbers: list[Number],
        base: str,
        there: list[Word],
        source: Source,
    ) -> bool:
        """Whether each number stands in the source with its unit, of the same thing and the same name."""
        given = numbers_in(base)
        about = [one for one in numbers_in(source.about) if one.kind in ("date", "year", "name")]
        if not source.row and not dates_stand(numbers, said, given, there):
            return False
        for number in numbers:
            same = [one for one in given if agrees(number, one) and same_unit(number, one)]
            if not same:
                if number.kind == "name" and any(agrees(number, one) for one in about):
                    continue
                if _APPEARED.search(sentence[: number.start]) and any(agrees(number, one) for one in about):
                    continue
                return False
            if source.row or number.kind in ("date", "year", "name"):
                continue
            if not any(of_the_same(number, said, numbers, one, there, given) for one in same):
                return False
            if bound(sentence, number) not in {bound(base, one) for one in same}:
                return False
        return True

    def _both_serve(self, covered: list[Word], window: Sequence[str]) -> bool:
        """Whether the second sentence speaks on of the first one's subject, which alone the first lends."""
        first, second = (self._words(one) for one in window)
        wanted = {word.stem for word in covered}
        lent = wanted - {word.stem for word in second}
        subject = {word.stem for word in first[:_SUBJECT] if word.named and word.says}
        return bool(second) and second[0].lower in _CARRIES_ON and bool(lent) and lent <= subject

    def _close_enough(self, sentence: str, window: Sequence[str], source: Source) -> bool:
        if source.row:
            return True  # a table's label is no sentence
        base = " ".join(window)
        one, *others = self._embed([sentence, base, f"{source.about} {base}", *_CLAUSE.split(base)])
        return max(float(one @ other) for other in others) >= self._close

    def _words(self, text: str) -> list[Word]:
        found = []
        for match in _WORD.finditer(text):
            lower = match[0].lower().replace("’", "'")
            if lower.endswith("n't") and lower != "n't":
                found.append(Word(match[0], "not", "not", match.start()))
                continue
            bare = re.sub(r"'s?$", "", lower)
            if match[0] == "May":
                bare = "may (month)"
            stems = self._analyze(bare.split(" ")[0])
            stem = stems[-1] if stems else bare
            found.append(Word(match[0], bare, self._common.get(stem, stem), match.start()))
        return found

    def _synonyms(self) -> dict[str, str]:
        common: dict[str, str] = {}
        for group in SYNONYMS:
            stems = [(self._analyze(word) or [word])[-1] for word in group]
            common |= dict.fromkeys(stems, stems[0])
        return common


_LADDER: Final = (
    "unrelated",
    "words",
    "names",
    "numbers",
    "negation",
    "certainty",
    "order",
    "meaning",
)
_LINK: Final = re.compile(
    r"https?:|www\.|\]\(|<[a-z@#!/]|@(?:everyone|here|channel)\b|`|[\x00-\x08\x0b-\x1f]", re.I
)
_WORD: Final = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+)*(?:['’][a-z]+)?")
_QUOTED: Final = re.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|(?<!\w)[‘']([^‘’']{2,}(?:['’]\w[^‘’']*)*)[’'](?!\w)"
)
_MARKS: Final = re.compile(r"[“”\"«»„]")
_APPEARED: Final = re.compile(r"(?:published|dated|appeared|reported|issued)(?:\s+on|\s+in)?\s\Z|\(\Z")


def quotations(sentence: str) -> Iterator[str]:
    """What stands in quotation marks, white space folded; a mark that is left over stands for itself."""
    found = list(_QUOTED.finditer(sentence))
    for match in found:
        words = next(filter(None, match.groups()))
        yield _level(words).rstrip(" ,.")
    rest = _QUOTED.sub("", sentence)
    for mark in _MARKS.findall(rest):
        yield f"\0{mark}"  # an open end cannot be held to anything


def _level(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("‘", "'").split())


def _windows(source: Source) -> Iterator[tuple[str, ...]]:
    for one in source.sentences:
        yield (one,)
    yield from pairwise(source.sentences)


def _within(word: Word, numbers: Iterable[Number]) -> bool:
    return any(number.start <= word.start < number.end for number in numbers)


def _clauses_met(said: list[Word], base: str, there: list[Word]) -> list[Word]:
    """The words of those clauses of the source that the sentence repeats something of."""
    own = {word.stem for word in said if word.says}
    cuts = [0, *(match.start() for match in _CLAUSE.finditer(base)), len(base)]
    met: list[Word] = []
    for start, end in pairwise(cuts):
        clause = [word for word in there if start <= word.start < end]
        content = [word.stem for word in clause if word.says]
        shared = sum(stem in own for stem in content)
        if shared >= 2 or (content and shared >= len(content) / 2):
            met += clause
    return met


_CLAUSE: Final = re.compile(
    r"[;:—–]\s|,\s|\s(?:but|while|whereas|although|though)\s|\sand\s(?=(?:will|would|is|are|was|were|has|have|had|to)\b)|(?<=[.!?])\s"
)


def _denials(words: list[Word]) -> int:
    """How often something is denied; ``not only`` denies nothing."""
    count = 0
    for one, other in pairwise([*words, Word("", "", "", 0)]):
        if one.lower in NEGATIONS and not (one.lower == "not" and other.lower in ("only", "least")):
            count += 1
    return count


def _limits(near: list[Word], said: list[Word]) -> set[str]:
    """Words like "only" and "if" in what the sentence repeats."""
    own = {word.lower for word in said}
    return {word.lower for word in near if word.lower in LIMITING} - own
