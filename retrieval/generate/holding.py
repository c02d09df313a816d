"""Sentences of a draft held to what they cite, one after another as they are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.figures.figure import Figure
from retrieval.answer import Citation
from retrieval.generate.draft import Drafted
from retrieval.generate.evidence import Source, source_of, source_of_row
from retrieval.generate.support import Support

MOST_SENTENCES: Final = 8
"""Further ones are not waited for."""
_SHARE: Final = 0.5  # of the sentences that must hold, or the extractive answer stands
_QUOTABLE: Final = frozenset({"words", "names", "numbers", "negation", "certainty", "order", "quotation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What became of a draft: the ``lines`` to show and how many of the sentences ``stand``."""

    lines: tuple[str, ...]
    stand: int
    drafted: int
    dropped: tuple[tuple[str, str], ...]
    """Pairs of a reason and a sentence."""
    enough: bool
    """Whether so much stands that it may take the place of the extractive answer."""


class Holding:
    """Takes the sentences of one draft; one that fails is dropped, or gives way to what it cites.

    A sentence that says again what stands already is dropped without counting as one. ``sound`` is the last
    gate, for a line with its markers. Where there are official ``figures``, what stands must rest on one.
    """

    def __init__(
        self,
        citations: Sequence[Citation],
        figures: Sequence[Figure],
        *,
        support: Support,
        sound: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._citations = citations
        self._sources = {one.n: source_of(one) for one in citations}
        self._rows = {n: source_of_row(one) for n, one in enumerate(figures, 1)}
        self._support = support
        self._sound = sound
        self._lines: list[str] = []
        self._dropped: list[tuple[str, str]] = []
        self._relied: set[int] = set()
        self._quoted: set[int] = set()
        self._seen: set[str] = set()
        self._leads = False
        self._stand = 0
        self._told = 0

    @property
    def full(self) -> bool:
        """Whether no further sentence would be taken."""
        return len(self._seen) > MOST_SENTENCES

    def take(self, sentence: Drafted) -> None:
        """Hold one more sentence to what it cites."""
        plain = " ".join(sentence.text.casefold().split())
        if plain in self._seen:
            self._drop("repeated", sentence)
            return
        self._seen.add(plain)
        if self.full:
            self._drop("too many", sentence)
            return
        bearing, reason = self._bearing(sentence)
        if reason is not None:
            self._drop(reason, sentence)
            quote = self._quote(sentence.cited) if reason in _QUOTABLE else None
            if quote and self._sound(quote):
                self._add(quote)
            return
        line = _marked(sentence.text, [n for kind, n in bearing if not kind])
        if not self._sound(line):
            self._drop("gate", sentence)
            return
        self._stand += 1
        self._relied |= {n for kind, n in bearing if kind}
        self._leads = self._leads or self._says_the_lead(sentence, bearing)
        self._add(line)

    def news(self) -> list[str]:
        """The lines that may be shown by now and were not given before.

        They wait as long as what was written so far would not be shown for an answer.
        """
        if not self._enough():
            return []
        new, self._told = self._lines[self._told :], len(self._lines)
        return new

    def held(self) -> Held:
        """What became of all that was taken.

        Where nothing says what the first quote does, which answers best, that quote goes before.
        """
        lines = list(self._lines)
        if self._stand and not self._leads:
            lead = self._quote([self._citations[0].n])
            lines[:0] = [lead] if lead else []
        return Held(
            lines=tuple(lines),
            stand=self._stand,
            drafted=self._counted(),
            dropped=tuple(self._dropped),
            enough=self._enough(),
        )

    def _enough(self) -> bool:
        stands = self._stand > 0 and self._stand >= _SHARE * self._counted()
        return stands and (bool(self._relied) or not self._rows)

    def _counted(self) -> int:
        repeated = sum(reason == "repeated" for reason, _ in self._dropped)
        return self._stand + len(self._dropped) - repeated

    def _add(self, line: str) -> None:
        if line not in self._lines:  # a sentence may repeat the quote that took another's place
            self._lines.append(line)

    def _drop(self, reason: str, sentence: Drafted) -> None:
        self._dropped.append((reason, sentence.text))

    def _bearing(self, sentence: Drafted) -> tuple[list[tuple[str, int]], str | None]:
        """Which of what it cites bears it out, or why nothing does. All that is cited must exist.

        To a sentence that cites nothing, as small models write them, the first passage or row that bears it
        out is given; where none does, it has said something of its own.
        """
        cited = [*(("", n) for n in sentence.cited), *(("F", n) for n in sentence.rows)]
        if not cited:
            found = self._borne_out_by(sentence)
            return found, None if found else "cites nothing"
        if any(self._source(kind, n) is None for kind, n in cited):
            return [], "cites what is not there"
        bearing, reasons = [], []
        for kind, n in cited:
            source = self._source(kind, n)
            fault = self._support.fault(sentence.text, source) if source else "cites what is not there"
            if fault is None:
                bearing.append((kind, n))
            else:
                reasons.append(fault)
        return bearing, None if bearing else reasons[0]

    def _borne_out_by(self, sentence: Drafted) -> list[tuple[str, int]]:
        """The first source that bears a sentence out, if one does."""
        every = [*(("", n) for n in self._sources), *(("F", n) for n in self._rows)]
        for kind, n in every:
            source = self._source(kind, n)
            if source is not None and self._support.fault(sentence.text, source) is None:
                return [(kind, n)]
        return []

    def _source(self, kind: str, n: int) -> Source | None:
        return (self._rows if kind else self._sources).get(n)

    def _says_the_lead(self, sentence: Drafted, bearing: Sequence[tuple[str, int]]) -> bool:
        """Whether it rests on the very quote of the first citation, or on its table."""
        lead = self._citations[0]
        if ("", lead.n) not in bearing:
            return False
        if "|" in lead.quote:
            return True
        quote = " ".join(lead.quote.split())
        alone = replace(self._sources[lead.n], sentences=(quote,))
        return self._support.fault(sentence.text, alone) is None

    def _quote(self, cited: Sequence[int]) -> str | None:
        """The quote of what is cited, once; a table's row says nothing by itself."""
        for citation in self._citations:
            if citation.n in cited and citation.n not in self._quoted and "|" not in citation.quote:
                self._quoted.add(citation.n)
                return f"{' '.join(citation.quote.split())} [{citation.n}]"
        return None


def _marked(text: str, cited: Sequence[int]) -> str:
    if not text.rstrip("\"”»’')").endswith((".", "!", "?", "…")):
        text += "."
    return " ".join([text, *(f"[{n}]" for n in cited)])
