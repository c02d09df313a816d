"""Questions reworded by a language model: follow-ups made whole, questions of several parts taken apart.

What it writes is used only where it is made of words that were said in the conversation and leaves out no
name or number of the question; wherever it is not, and wherever it finds no answer, the question is answered
as it is without a model.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from retrieval.answer import Answer, Citation
from retrieval.errors import EndpointError, GateError
from retrieval.generate.metered import Metered
from retrieval.generate.support import Analyze
from retrieval.generate.writer import Asked
from retrieval.understand.turn import Turn
from retrieval.verify import check, markers
from retrieval.words import content_words, names_in

if TYPE_CHECKING:
    from retrieval.generate.client import Message

log = logging.getLogger(__name__)

MOST_PARTS: Final = 4
_TURNS: Final = 3  # of the conversation that the model sees
_LONGEST: Final = 300  # characters of a question that it writes
_SEVERAL: Final = re.compile(
    r"(?:\band\b|[,;?])\s+(?:and\s+|also\s+)?(?:who|whom|whose|what|when|where|why|which|how|did|does|is|was)\b",
    re.IGNORECASE,
)

_WHOLE: Final = """\
Rewrite the last question so that it can be understood without the conversation. Fill in what "he", "it",
"there", "and in 2024?" refer to. Use only words of the conversation. Write one question and nothing else."""
_APART: Final = """\
Take the question apart into the separate questions that it asks, each understandable by itself. Use only
words of the question. Write one question a line and nothing else."""


class Rewording:
    """Asks ``answerer`` what the model makes of a question. Thread-safe.

    ``follow_ups`` and ``parts`` say what is reworded; ``texts_of`` gives stored texts for the last gate.
    """

    def __init__(
        self,
        answerer: Asked,
        model: Metered,
        *,
        analyze: Analyze,
        texts_of: Callable[[Sequence[str]], dict[str, str]],
        follow_ups: bool,
        parts: bool,
    ) -> None:
        self._answerer = answerer
        self._model = model
        self._analyze = analyze
        self._texts_of = texts_of
        self._follow_ups = follow_ups
        self._parts = parts

    def ask(self, question: str, *, turns: Sequence[Turn] = (), **options: Any) -> Answer:
        """The answer to what was reworded, or to the question as it stands."""
        if options.get("articles") is None:
            whole = self.whole(question, turns) if turns and self._follow_ups else None
            if whole is not None:
                reworded = self._answerer.ask(whole, **options)
                if reworded.found:
                    return replace(reworded, question=question)
            apart = self.apart(question) if self._parts and not turns else ()
            if apart:
                answers = [self._answerer.ask(part, **options) for part in apart]
                if (together := self._joined(question, answers)) is not None:
                    return together
        return self._answerer.ask(question, turns=turns, **options)

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        """See `retrieval.answerer.Answerer.closest`."""
        return self._answerer.closest(text, as_of=as_of)

    def whole(self, question: str, turns: Sequence[Turn]) -> str | None:
        """A follow-up as a question that stands alone; None where what the model makes is not trusted."""
        said: list[str] = []
        for turn in turns[-_TURNS:]:
            said += [f"Question: {turn.understood}", f"Answer: {turn.answer_text or 'none'}"]
        lines = self._lines(_WHOLE, "\n".join([*said, f"Last question: {question}"]))
        known = " . ".join([question, *said, *(name for turn in turns for name in turn.speakers)])
        if len(lines) == 1 and self._said_before(lines[0], known) and self._keeps(question, lines[0]):
            return lines[0]
        return None

    def apart(self, question: str) -> tuple[str, ...]:
        """The questions that a question asks; none where it asks one, or where they are not trusted."""
        if not _SEVERAL.search(question):
            return ()
        lines = self._lines(_APART, f"Question: {question}")
        trusted = 2 <= len(lines) <= MOST_PARTS and all(self._said_before(one, question) for one in lines)
        return tuple(lines) if trusted and self._keeps(question, " ".join(lines)) else ()

    def _lines(self, rules: str, asked: str) -> list[str]:
        """The questions that the model writes, one a line."""
        messages: list[Message] = [{"role": "system", "content": rules}, {"role": "user", "content": asked}]
        try:
            text, _ = self._model.write(messages, lambda text: len(text) > MOST_PARTS * _LONGEST)
        except EndpointError as exc:
            log.info("a question was not reworded: %s", exc)
            return []
        lines = [
            re.sub(r"^\s*(?:[-*•]|\d+[.)]|(?:Last )?Question:)\s*", "", one) for one in text.splitlines()
        ]
        found = [" ".join(one.split()) for one in lines if one.strip()]
        return [] if any(len(one) > _LONGEST or not one.endswith("?") for one in found) else found

    def _said_before(self, line: str, known: str) -> bool:
        """Whether every word of content was said."""
        there = set(self._analyze(known))
        return all(set(self._analyze(word)) & there for word in content_words(line))

    def _keeps(self, question: str, line: str) -> bool:
        """Whether every name and number of the question is there."""
        there = set(self._analyze(line))
        return all(set(self._analyze(word)) & there for word in names_in(question))

    def _joined(self, question: str, answers: Sequence[Answer]) -> Answer | None:
        """One answer of several, through the gates; None where fewer than two of them were found."""
        if sum(one.found for one in answers) < 2:
            return None
        whole = joined(question, answers)
        texts = self._texts_of([one.article.id for one in whole.citations])
        try:
            check(replace(whole, notes=()), lambda key: texts.get(key, ""))
        except GateError as exc:
            log.info("an answer in parts was stopped at the gate: %s", exc.gate)
            return None
        return whole


def joined(question: str, answers: Sequence[Answer]) -> Answer:
    """One answer of those that were found, their citations numbered through; what was not found is noted."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    lines: list[str] = []
    for answer in answers:
        if not answer.found:
            continue
        renumbered: dict[int, int] = {}
        for one in answer.citations:
            place = (one.article.id, one.start, one.end)
            if place not in numbers:
                numbers[place] = len(citations) + 1
                citations.append(replace(one, n=numbers[place]))
            renumbered[one.n] = numbers[place]
        lines.append(_renumbered(answer.answer, renumbered))
    found = [one for one in answers if one.found]
    missing = tuple(f"Nothing was found for “{one.understood}”" for one in answers if not one.found)
    return replace(
        found[0],
        question=question,
        understood=" ".join(one.understood for one in answers),
        answer="\n".join(dict.fromkeys(lines)),
        confidence=min(one.confidence for one in found),
        citations=tuple(citations),
        notes=tuple(dict.fromkeys([*(note for one in found for note in one.notes), *missing])),
        windows=tuple(dict.fromkeys(window for one in found for window in one.windows)),
        figures=tuple(dict.fromkeys(figure for one in found for figure in one.figures)),
        took_ms=sum(one.took_ms for one in answers),
    )


def _renumbered(text: str, numbers: dict[int, int]) -> str:
    for start, end, cited in reversed(markers(text)):
        new = "".join(f"[{numbers[n]}]" for n in cited if n in numbers)
        text = text[:start] + new + text[end:]
    return text
