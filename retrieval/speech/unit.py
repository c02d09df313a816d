"""One sentence of an article, its quotations and the verbs of saying in it, and how they belong together."""

import re
from dataclasses import dataclass
from typing import Final

from index.sentences import Span
from retrieval.speech.cues import Cue, cues_in
from retrieval.speech.quotations import HIDDEN, Quotation


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence in which a whole quotation counts as one word: ``text[start:end]``, on line ``line``."""

    start: int
    end: int
    line: int
    at: int
    """Its place among the units of its line."""
    masked: str
    quotes: tuple[Quotation, ...]
    cues: tuple[Cue, ...]


_TO_ITS_CUE: Final = re.compile(
    r"[\s,–—-]*(?:(?!(?:and|but|while|when|in|on|at|to|for|by|with|from|after|because|if|that|is|was|are|were"
    r"|has|had)\b)[\w.’'-]+\s){0,10}"
)
"""What may stand between a quotation and its verb: the office or the country of who said it."""


def merged(masked: str, spans: list[Span]) -> list[Span]:
    """Sentences, with “Will they?” joined to the “asked Marlow” or “Marlow asked” after it."""
    found: list[Span] = []
    for start, end in spans:
        before = masked[slice(*found[-1])] if found else ""
        if HIDDEN in before and re.search(r"[?!…][”\"’»]?\Z", before):
            cues = cues_in(masked, masked[start:end], start)
            if (
                cues
                and HIDDEN not in masked[start : cues[0].end]
                and _TO_ITS_CUE.fullmatch(masked, start, cues[0].start)
            ):
                found[-1] = (found[-1][0], end)
                continue
        found.append((start, end))
    return found


def beside(text: str, unit: Unit, quote: Quotation) -> Cue | None:
    """The verb of saying that governs a quotation: right after it, else the nearest before, else the last."""
    for cue in unit.cues:
        between = text[quote.end : cue.start]
        if cue.start >= quote.end and _TO_ITS_CUE.fullmatch(between):
            return cue
    before = [cue for cue in unit.cues if cue.end <= quote.start]
    if before:
        return before[-1]
    after = [cue for cue in unit.cues if cue.start >= quote.end and cue.trailing]
    return after[-1] if after and len({cue.subject for cue in after}) == 1 else None


def stands_alone(unit: Unit) -> bool:
    """Whether a sentence is nothing but quotation."""
    rest = re.sub(f"[\"“”„«»‘’'{HIDDEN}]", "", unit.masked)
    return bool(unit.quotes) and not re.search(r"\w", rest)


def is_clause(text: str, unit: Unit, quote: Quotation) -> bool:
    """Whether a quotation is a sentence of its own rather than some words inside the writer's sentence."""
    inner = text[quote.start + 1 : quote.end].lstrip()
    if len(inner.split()) < 2:
        return False
    if quote.start == unit.start:
        return True
    lead = text[unit.start : quote.start].rstrip()
    if lead.endswith((":", ",", "—", "–")):
        return inner[:1].isupper() or not quote.closed
    return (
        inner[:1].isupper()
        and len(inner.split()) > 5
        and bool(re.search(r"\b\w+(?:ed|id|ote|ys|old)\Z", lead))
    )


def outside(text: str, start: int, end: int, quotes: list[Quotation]) -> str:
    """What of a stretch stands in none of its quotations."""
    pieces, at = [], start
    for quote in quotes:
        pieces.append(text[at : max(at, quote.start)])
        at = max(at, quote.end)
    return "".join([*pieces, text[at:end]])


def only_cue(unit: Unit, start: int, end: int) -> bool:
    """Whether a stretch is no more than "Marlow said on Monday"."""
    return any(start <= cue.start + 1 and cue.start - start < 4 and end - cue.end < 80 for cue in unit.cues)


def says_that(text: str, cue: Cue) -> bool:
    """Whether "that" follows the verb, or a word or two and "that"; "to", where something is promised."""
    to = "|to" if re.match("vow|pledge|promise", cue.verb) else ""
    return bool(re.match(rf"\s(?:\w+\s){{0,2}}(?:that{to})\b", text[cue.end : cue.end + 40]))


def joined(text: str, outer: Cue, inner: Cue) -> bool:
    """Whether a second speaker stands beside the first one ("…, but Holm said") and not inside his words."""
    return bool(re.search(r"(?:,|;|\bwhile|\bbut|\band)\s+(?:\w+\s+){0,2}\Z", text[outer.end : inner.start]))
