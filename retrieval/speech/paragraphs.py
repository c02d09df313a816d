"""An article as paragraphs of sentences, each read when it is first asked for."""

from typing import Final

from index.sentences import Span, sentences
from retrieval.speech.cues import cues_in
from retrieval.speech.quotations import mask, quotations
from retrieval.speech.unit import Unit, merged, stands_alone

_LONGEST_HEADING: Final = 100


class Paragraphs:
    """The lines of a text that are not blank; ``lines`` are their spans."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._units: dict[int, tuple[Unit, ...]] = {}
        self.lines: list[Span] = []
        at = 0
        for line in text.splitlines(keepends=True):
            stripped = line.strip()
            if stripped:
                first = at + line.index(stripped)
                self.lines.append((first, first + len(stripped)))
            at += len(line)

    def units(self, line: int) -> tuple[Unit, ...]:
        """The sentences of a line."""
        if line not in self._units:
            start, end = self.lines[line]
            quotes = quotations(self._text, start, end)
            masked = mask(self._text, start, end, quotes)
            self._units[line] = tuple(
                Unit(
                    start=start + first,
                    end=start + last,
                    line=line,
                    at=at,
                    masked=masked[first:last],
                    quotes=tuple(quote for quote in quotes if start + first <= quote.start < start + last),
                    cues=tuple(cues_in(self._text, masked[first:last], start + first)),
                )
                for at, (first, last) in enumerate(merged(masked, sentences(masked)))
            )
        return self._units[line]

    def between(self, start: int, end: int) -> list[Unit]:
        """The sentences that a stretch of the text touches."""
        return [
            unit
            for line, (first, last) in enumerate(self.lines)
            if first < end and last > start
            for unit in self.units(line)
            if unit.start < end and unit.end > start
        ]

    def before(self, unit: Unit) -> Unit | None:
        """The sentence before, on the same line or at the end of the last paragraph above."""
        if unit.at > 0:
            return self.units(unit.line)[unit.at - 1]
        line = unit.line - 1
        while line >= 0 and self._is_heading(line):
            line -= 1
        return self.units(line)[-1] if line >= 0 else None

    def after(self, unit: Unit) -> Unit | None:
        """The next sentence on the same line."""
        units = self.units(unit.line)
        return units[unit.at + 1] if unit.at + 1 < len(units) else None

    def only_quotation(self, line: int) -> bool:
        """Whether a line is nothing but quotation."""
        return all(stands_alone(unit) for unit in self.units(line))

    def of_quotation_up_to(self, line: int) -> int:
        """How many lines in a row, up to this one, are nothing but quotation."""
        count = 0
        while line >= 0 and self.only_quotation(line):
            line, count = line - 1, count + 1
        return count

    def _is_heading(self, line: int) -> bool:
        """Whether a line is a heading, a caption or a name rather than a paragraph."""
        start, end = self.lines[line]
        text = self._text[start:end]
        return end - start < _LONGEST_HEADING and text[-1] not in '.!?…:,”"’»)' and '"' not in text
