"""Where sources differ: other numbers or other dates for the same thing, and statements that deny each other.

Made to be right rather than complete. Two figures are held against each other only if they are of the same
kind and unit, count the same noun, stand in sentences that share their subject and their names, and differ
by more than rounding and words such as "about" or "more than" leave room for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

from index.sentences import sentences
from retrieval.answer import Citation
from retrieval.countries import countries_in
from retrieval.number_words import MONTHS
from retrieval.numbers import Number, agrees, numbers_in

_COMMON: Final = frozenset(  # words that two sentences share without being about the same
    """
    the a an and but or nor so yet if as in on at by for from to of with when while where what who whom
    whose why how which after before since until than that this these those there here it its he she they we
    you i his her their our my is are was were be been being has have had do does did will would can could
    may might must should not no more most less least about around some over under up down out into per cent
    percent said says say told according also now still just only then year years month months week weeks
    day days million billion trillion thousand hundred
    """.split()  # noqa: SIM905  (a list of a hundred strings is no easier to read)
)
_SHARED_WORDS: Final = 3
_SHARED_PART: Final = 0.5
_SAME_SENTENCE: Final = 0.6
_ASKS_WHEN: Final = re.compile(r"\b(?:when|date|day|year|since|until|how long)\b", re.IGNORECASE)
_MONTH: Final = re.compile("|".join(rf"\b{month.title()}\b" for month in MONTHS))
_WISH: Final = re.compile(
    r"\b(?:demand|propos|want|should|target|goal|aim|plan|pledg|would|could|calls? for|ask|urg|hop)\w*",
    re.I,
)
_ABOUT: Final = re.compile(
    r"\b(?:about|around|some|roughly|approximately|nearly|almost|close to|estimated|circa)\s(?:\S+\s)?\Z"
)
_AT_LEAST: Final = re.compile(
    r"\b(?:more than|over|at least|above|exceed\w*|upwards of|no fewer than)\s(?:\S+\s)?\Z"
)
_AT_MOST: Final = re.compile(
    r"\b(?:less than|under|at most|below|fewer than|up to|as many as|as much as)\s(?:\S+\s)?\Z"
)
_ROUGHLY: Final = 0.1
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|den(?:y|ies|ied)|refus(?:e|es|ed)|reject\w*"
    r"|declin(?:e|es|ed)|false(?:ly)?|untrue|fail(?:s|ed)?\sto|rul(?:es|ed)\sout|unable|unlikely)\b|n[’']t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Figure:
    """A number of a quote in its sentence."""

    citation: Citation
    sentence: str
    number: Number

    @cached_property
    def noun(self) -> tuple[str, int]:
        """The noun that is counted, folded, and where it ends in the sentence; empty where none follows."""
        found = _COUNTED.match(self.sentence, self.number.end)
        if not found or self.number.kind != "count":
            return "", self.number.end
        return _stem(found["noun"]), found.end("noun")

    @cached_property
    def shown(self) -> str:
        return self.sentence[self.number.start : self.noun[1]]

    @cached_property
    def words(self) -> frozenset[str]:
        return _content(_without(self.sentence, numbers_in(self.sentence)))

    @cached_property
    def names(self) -> frozenset[str]:
        found = re.findall(r"\b[A-Z][\w-]+", self.sentence)
        return frozenset(_stem(name) for name in found if name.lower() not in _COMMON)

    @cached_property
    def countries(self) -> frozenset[str]:
        return frozenset(mention.iso3 for mention in countries_in(self.sentence))

    @cached_property
    def others(self) -> list[Number]:
        """The other numbers of the sentence."""
        return [each for each in numbers_in(self.sentence) if each != self.number]

    @cached_property
    def years(self) -> frozenset[int]:
        named = [int(each.value) for each in self.others if each.kind == "year"]
        return frozenset(named + [each.year for each in self.others if each.kind == "date" and each.year])

    @cached_property
    def days(self) -> frozenset[object]:
        """The days and months that the sentence names besides."""
        days = frozenset((each.value, each.unit) for each in self.others if each.kind == "date")
        return days or (frozenset(_MONTH.findall(self.sentence)) if self.number.kind != "date" else days)

    @cached_property
    def wished(self) -> bool:
        """Whether the sentence says what should be rather than what is."""
        return _WISH.search(self.sentence) is not None

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """What the number leaves room for: its rounding, and "about", "more than" or "up to" before it."""
        before, value = self.sentence[: self.number.start], self.number.value
        room = self.number.precision / 2
        if _ABOUT.search(before):
            room = max(room, abs(value) * _ROUGHLY)
        low = float("-inf") if _AT_MOST.search(before) else value - room
        high = float("inf") if _AT_LEAST.search(before) else value + room
        return low, high


_COUNTED: Final = re.compile(
    r"\s(?:of\s(?:the|its|their)\s)?(?:[a-z][\w-]*\s){0,2}?(?P<noun>[A-Za-z][\w-]*s)\b"
)


def disagreements(focus: str | Iterable[str], citations: Sequence[Citation]) -> list[str]:
    """Notes on what the cited articles say differently about what the question asks.

    ``focus`` is the question, or its words that matter. Each note gives both figures as they stand, with
    their articles and days. Copies of one story (``Citation.also``) are one citation and never differ.
    """
    question = focus if isinstance(focus, str) else " ".join(focus)
    wanted = _content(question)
    figures = [figure for citation in citations for figure in _figures(citation)]
    if not _ASKS_WHEN.search(question):  # else alike sentences about two days are about two events
        figures = [figure for figure in figures if figure.number.kind not in ("date", "year")]
    notes: dict[str, None] = {}
    told: set[frozenset[int]] = set()
    for one, other in combinations(figures, 2):
        pair = frozenset((one.citation.n, other.citation.n))
        if len(pair) == 2 and pair not in told and _differ(one, other, wanted):
            told.add(pair)
            notes[f"Sources differ: {_told(one)}, but {_told(other)}."] = None
    return list(notes)


def held_against_first(question: str, citations: Sequence[Citation]) -> tuple[list[int], list[int]]:
    """The numbers of the citations that give the first one's figure, and of those that give another one.

    Only what other articles say of the same subject counts, as in `disagreements`.
    """
    wanted = _content(question)
    asks_when = _ASKS_WHEN.search(question) is not None
    figures = [
        figure
        for citation in citations
        for figure in _figures(citation)
        if asks_when or figure.number.kind not in ("date", "year")
    ]
    first = [figure for figure in figures if figure.citation.n == citations[0].n]
    same: dict[int, None] = {}
    other: dict[int, None] = {}
    for mine in first:
        for theirs in figures:
            if _agree(mine, theirs, wanted):
                same[theirs.citation.n] = None
            elif _differ(mine, theirs, wanted):
                other[theirs.citation.n] = None
    return [n for n in same if n not in other], list(other)


def negates(one: str, other: str) -> bool:
    """Whether one sentence says what the other denies: nearly the same words, one of them with a negation."""
    words, others = _content(_NEGATION.sub(" ", one)), _content(_NEGATION.sub(" ", other))
    if len(words & others) < _SHARED_WORDS or len(words & others) < _SAME_SENTENCE * min(
        len(words), len(others)
    ):
        return False
    return len(_NEGATION.findall(one)) % 2 != len(_NEGATION.findall(other)) % 2


def _figures(citation: Citation) -> list[_Figure]:
    """The figures of a quote that stand alone in their sentence: two of a kind may be before and after."""
    found = []
    for start, end in sentences(citation.quote):
        sentence = citation.quote[start:end]
        if " | " in sentence:
            continue
        numbers = numbers_in(sentence)
        for number in numbers:
            alike = [each for each in numbers if each.kind == number.kind and each.unit == number.unit]
            if number.kind in ("percent", "money", "count", "date", "year") and len(alike) == 1:
                found.append(_Figure(citation, sentence, number))
    return found


def _differ(one: _Figure, other: _Figure, wanted: frozenset[str]) -> bool:
    if agrees(one.number, other.number) or not _comparable(one, other) or not _apart(one, other):
        return False
    return _same_subject(one, other, wanted)


def _agree(one: _Figure, other: _Figure, wanted: frozenset[str]) -> bool:
    alike = agrees(one.number, other.number) and _comparable(one, other)
    return alike and _same_subject(one, other, wanted)


def _comparable(one: _Figure, other: _Figure) -> bool:
    """Whether two articles give figures of the same kind and unit, and count the same noun."""
    if one.citation.article.id == other.citation.article.id or one.sentence == other.sentence:
        return False
    if one.number.kind != other.number.kind or (
        one.number.unit != other.number.unit and one.number.kind != "date"
    ):
        return False
    nameless = one.number.kind == "count" and not one.number.unit and not one.noun[0]
    return one.noun[0] == other.noun[0] and not nameless


def _apart(one: _Figure, other: _Figure) -> bool:
    if one.number.kind in ("date", "year"):  # of the same event only if the sentences give the same figures
        return all(any(agrees(mine, theirs) for theirs in other.others) for mine in one.others)
    return one.bounds[0] > other.bounds[1] or other.bounds[0] > one.bounds[1]


def _same_subject(one: _Figure, other: _Figure, wanted: frozenset[str]) -> bool:
    if one.countries != other.countries or one.wished != other.wished:
        return False
    if (one.years and other.years and one.years != other.years) or (
        one.days and other.days and one.days != other.days
    ):
        return False
    if bool(one.names) != bool(other.names) or (one.names and not one.names & other.names):
        return False
    shared = one.words & other.words
    part = 2 * len(shared) / max(1, len(one.words) + len(other.words))
    needed = _SAME_SENTENCE if one.number.kind in ("date", "year") else _SHARED_PART
    return len(shared) >= _SHARED_WORDS and part >= needed and bool(shared & wanted)


def _told(figure: _Figure) -> str:
    article = figure.citation.article
    source = article.publisher or article.title or article.source
    day = f"{article.published.day} {article.published:%B %Y}" if article.published else "date unknown"
    return f"“{figure.shown}” ({source}, {day}) [{figure.citation.n}]"


def _without(sentence: str, numbers: Iterable[Number]) -> str:
    for number in numbers:
        sentence = sentence[: number.start] + " " * (number.end - number.start) + sentence[number.end :]
    return sentence


def _content(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in re.findall(r"[^\W\d_]{2,}", text) if word.lower() not in _COMMON)


def _stem(word: str) -> str:
    """A word without its ending, crudely: enough to match "spends" with "spending"."""
    word = word.lower()
    for ending in ("ings", "ing", "ies", "ied", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
