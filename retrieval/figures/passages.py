"""A sentence held against passages: do they say it, its opposite, or something else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.answer import Citation
from retrieval.numbers import Number, agrees, numbers_in
from retrieval.words import content_words

SAME = 0.75
"""The share of the sentence's words that a passage must have to say the same."""
RELATED = 0.5
"""The share from which on a differing number or a negation is about the same thing."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A verdict and its reason."""

    verdict: Literal["supported", "contradicted", "partly", "not found"]
    reason: str


def weigh(claim: str, citations: Sequence[Citation]) -> Weighed:
    """What the passages, best first, say about a sentence; the first that decides it decides it."""
    partly: Weighed | None = None
    for citation in citations:
        found = _one(claim, citation)
        if found.verdict in ("supported", "contradicted"):
            return found
        if found.verdict == "partly" and partly is None:
            partly = found
    if partly is not None:
        return partly
    reason = "No passage says so or the opposite." if citations else "Nothing in the collection bears on it."
    return Weighed("not found", reason)


def _one(claim: str, citation: Citation) -> Weighed:
    wanted = {_stem(word) for word in content_words(claim) if not any(char.isdigit() for char in word)}
    here = {_stem(word) for word in content_words(citation.quote)}
    if not wanted:
        return Weighed("not found", "")
    shared = len(wanted & here) / len(wanted)
    if shared < RELATED:
        return Weighed("not found", "")
    differing = _differing(claim, citation.quote)
    if differing is not None:
        said, instead = differing
        return Weighed(
            "contradicted", f"Source [{citation.n}] says {instead} where the sentence says {said}."
        )
    if _negated(claim) != _negated(citation.quote):
        if shared >= SAME:
            return Weighed("contradicted", f"Source [{citation.n}] says the opposite.")
        return Weighed("not found", "")
    if not all(_stands(number, citation.quote) for number in numbers_in(claim)):
        return Weighed("partly", f"Source [{citation.n}] says so, but not every number of the sentence.")
    if shared >= SAME:
        return Weighed("supported", f"Source [{citation.n}] says so.")
    return Weighed("not found", "")


def _differing(claim: str, quote: str) -> tuple[str, str] | None:
    """A number or date of the claim in whose place the quote has another one of its kind and unit."""
    here = numbers_in(quote)
    for number in numbers_in(claim):
        if any(agrees(number, other) for other in here):
            continue
        rivals = [other for other in here if (other.kind, other.unit) == (number.kind, number.unit)]
        if len(rivals) == 1 and _same_thing(claim, number, quote, rivals[0]):
            return claim[number.start : number.end], quote[rivals[0].start : rivals[0].end]
    return None


def _same_thing(claim: str, number: Number, quote: str, rival: Number) -> bool:
    """Whether both numbers count the same: percent, money and dates do; of counts, the next word tells."""
    if number.kind != "count":
        return True
    after = [
        re.findall(r"[^\W\d_]{3,}", text[end : end + 30])[:1]
        for text, end in ((claim, number.end), (quote, rival.end))
    ]
    return bool(after[0] and after[1]) and _stem(after[0][0]) == _stem(after[1][0])


def _stands(number: Number, quote: str) -> bool:
    return any(agrees(number, other) for other in numbers_in(quote))


_NEGATION = re.compile(
    r"\b(?:not|never|no|nor|without|denied|denies|deny|refus\w+|reject\w*|ruled out|rules out|failed to|"
    r"fails to|"
    r"cannot|neither)\b|n['’]t\b",
    re.IGNORECASE,
)


def _negated(text: str) -> bool:
    """Whether a sentence is negated an odd number of times."""
    return len(_NEGATION.findall(text)) % 2 == 1


def _stem(word: str) -> str:
    """A word without its commonest endings, for comparing."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    for ending in ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "d", "e"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            return plain[: -len(ending)]
    return plain
