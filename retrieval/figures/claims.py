"""What a sentence says about a country's defence spending: who, how much, when, and how exactly."""

import re
from dataclasses import dataclass
from typing import Literal

from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL, Metric
from retrieval.countries import ALLIES, aggregates_in, countries_in
from retrieval.numbers import Number, numbers_in

Bound = Literal["equal", "about", "least", "most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A value that a text gives for a country's defence spending, at ``text[start:end]``.

    ``value`` is in percent for a share, else in millions; ``precision`` is what its last digit is worth.
    ``year`` is None where the sentence names none.
    """

    name: str
    metric: Metric
    value: float
    precision: float
    bound: Bound
    year: int | None
    start: int
    end: int

    def holds(self, official: float) -> bool:
        """Whether the official value bears the claim out, as exactly as it is made."""
        slack = self._slack(official)
        if self.bound == "least":
            return official >= self.value - min(slack, 0.005 * max(self.value, 1))
        if self.bound == "most":
            return official <= self.value + min(slack, 0.005 * max(self.value, 1))
        return abs(official - self.value) <= slack

    def _slack(self, official: float) -> float:
        if self.metric == "share":
            if self.bound == "about":
                return max(0.2, self.precision / 2)
            return min(self.precision / 2, 0.15) + 0.0051
        loose = 0.05 if self.bound == "about" else 0.01
        return max(loose * abs(official), self.precision / 2)


def spending_claims(text: str, *, name: str | None = None, year: int | None = None) -> tuple[Claim, ...]:
    """The claims of ``text`` about defence spending, sentence by sentence.

    ``name`` and ``year`` stand in where a sentence names no country or year. Targets ("the 2 % goal") and
    plans ("will spend 5 % by 2035") are no claims about what was spent.
    """
    found: list[Claim] = []
    for start, sentence in _sentences(text):
        if not _TOPIC.search(sentence):
            continue
        numbers = numbers_in(sentence)
        for number in numbers:
            metric = _metric(sentence, number)
            if metric is None or _is_target(sentence, number) or _is_plan(sentence, number):
                continue
            who = _who(sentence, number) or name
            if who is None:
                continue
            scale = 1.0 if metric == "share" else 1e-6
            found.append(
                Claim(
                    name=who,
                    metric=metric,
                    value=number.value * scale,
                    precision=number.precision * scale,
                    bound=_bound(sentence, number),
                    year=_year(numbers, number) or year,
                    start=start + number.start,
                    end=start + number.end,
                )
            )
    return tuple(found)


_TOPIC = re.compile(
    r"\b(?:defen[cs]e|military|armed forces|GDP|gross domestic product)\b|\bspen(?:d|t)", re.IGNORECASE
)
_SPENDING = re.compile(r"\b(?:spen[dt]\w*|expenditure|budget|outlays?|allocat\w+|invest\w*)\b", re.IGNORECASE)
_GDP = re.compile(r"\b(?:GDP|gross domestic product|(?:economic|national) output|economy)\b", re.IGNORECASE)
_TARGET_AFTER = re.compile(
    r"\W{0,3}(?:of (?:its |their )?(?:GDP|gross domestic product)\W{0,2})?"
    r"(?:defen[cs]e |military |spending |NATO )*(?:target|goal|guideline|threshold|benchmark|commitment|"
    r"pledge|floor|mark)\b",
    re.IGNORECASE,
)
_TARGET_BEFORE = re.compile(
    r"\b(?:target|goal|guideline|threshold|benchmark|commitment|pledge|minimum|requirement)(?: of|"
    r" to spend| is| was|:)?"
    r"(?: at least)?\s*$",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:will|would|plans?|planned|intends?|aims?|hopes?|pledged|promised|vowed|wants?|should|must|could|"
    r"expected to|set to|on track to|committed to|urged|called (?:for|on)|by 20[2-9]\d|projected|forecast)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:more than|over|above|at least|exceed(?:s|ed|ing)?|no less than|upwards of)\s*$", re.IGNORECASE
)
_MOST = re.compile(
    r"\b(?:less than|under|below|at most|up to|no more than|nearly|almost|just under|short of)\s*$", re.I
)
_ABOUT = re.compile(r"(?:\b(?:about|around|roughly|approximately|some|circa|close to)|~)\s*$", re.IGNORECASE)
_NEARLY = re.compile(r"\b(?:nearly|almost|just under|close to)\s*$", re.IGNORECASE)


def _sentences(text: str) -> list[tuple[int, str]]:
    starts = [0, *(match.end() for match in re.finditer(r"(?<=[.!?])\s+(?=[A-Z“\"'])|\n+", text))]
    return [(start, text[start:end]) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _metric(sentence: str, number: Number) -> Metric | None:
    if number.kind == "percent" and number.unit == "%" and 0 < number.value < 50 and _GDP.search(sentence):
        after = sentence[number.end : number.end + 45]
        near = _GDP.search(after) or _GDP.search(sentence[max(0, number.start - 60) : number.start])
        return "share" if near or sentence.count("%") <= 1 else None
    if number.kind == "money" and number.unit == "USD" and number.value >= 1e7 and _SPENDING.search(sentence):
        return "usd"
    return None


def _is_target(sentence: str, number: Number) -> bool:
    return bool(
        _TARGET_AFTER.match(sentence, number.end) or _TARGET_BEFORE.search(sentence[: number.start][-40:])
    )


def _is_plan(sentence: str, number: Number) -> bool:
    clause = re.split(r"[;:]|, (?:and|but|while)\b", sentence[: number.start])[-1]
    after = re.split(r"[;:.]|, (?:and|but|while)\b", sentence[number.end :])[0]
    return bool(_PLAN.search(clause) or re.match(r".{0,30}\bby 20[2-9]\d\b", after))


def _who(sentence: str, number: Number) -> str | None:
    """The country named last before the number, else first after it, else an aggregate."""
    groups = [group for group in aggregates_in(sentence) if group.name in (NATO_TOTAL, EUROPE_AND_CANADA)]
    wide = next((group for group in groups if group.name == EUROPE_AND_CANADA), None)
    if wide is not None:
        return wide.name
    mentions = countries_in(sentence, capitals=True)
    named = [mention for mention in mentions if mention.kind != "capital"] or mentions
    before = [mention for mention in named if mention.end <= number.start]
    if before:
        return before[-1].name
    if named:
        return named[0].name
    alone = any(group.name == ALLIES for group in aggregates_in(sentence))
    return NATO_TOTAL if groups and not alone else None


def _year(numbers: list[Number], number: Number) -> int | None:
    years = [(abs(each.start - number.start), int(each.value)) for each in numbers if each.kind == "year"]
    years += [
        (abs(each.start - number.start), each.year) for each in numbers if each.kind == "date" and each.year
    ]
    return min(years)[1] if years else None


def _bound(sentence: str, number: Number) -> Bound:
    before = sentence[: number.start][-30:]
    if _ABOUT.search(before) or _NEARLY.search(before):
        return "about"
    if _LEAST.search(before) or re.match(r"\s*or more\b", sentence[number.end :]):
        return "least"
    return "most" if _MOST.search(before) else "equal"
