"""Generated answers: the model writes from what the extractive answer cites, and is held to it.

Whatever goes wrong, and wherever too little of what was written holds, the extractive answer stands.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, Protocol

from retrieval.answer import Answer, Citation
from retrieval.errors import EndpointError, GateError
from retrieval.generate.client import Message
from retrieval.generate.draft import NOTHING, Drafted, drafted, finished
from retrieval.generate.evidence import orders_the_model
from retrieval.generate.holding import Held, Holding
from retrieval.generate.metered import Metered
from retrieval.generate.prompt import prompt
from retrieval.generate.support import Support
from retrieval.verify import check

log = logging.getLogger(__name__)


_NO_ANSWER: Final = "The language model gave no answer in time, so the passages are quoted instead."
_SPENT: Final = "The language model's tokens for today are used up, so the passages are quoted instead."
_UNSUPPORTED: Final = (
    "What the language model wrote does not stand in the passages, so they are quoted instead."
)


class Asked(Protocol):
    """What answers questions: `retrieval.answerer.Answerer`, and what writes on top of it."""

    @property
    def ask(self) -> Callable[..., Answer]:
        """The answer; see `retrieval.answerer.Answerer.ask`."""
        ...

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        """The quotes closest to a sentence."""
        ...


Told = Callable[[str], None]
"""Is told a line of an answer, with its markers, as soon as it may be shown."""


class Writer:
    """Asks ``answerer`` and has the model write from what it cites. Thread-safe.

    ``prompt_tokens`` is what the model is told at most; passages that do not fit are left out.

    ``text_of`` gives the stored text of an article by its id, for the last gate. ``instructions`` are the
    operator's.
    """

    def __init__(
        self,
        answerer: Asked,
        model: Metered,
        *,
        support: Support,
        texts_of: Callable[[Sequence[str]], dict[str, str]],
        instructions: str = "",
        prompt_tokens: int = 3000,
    ) -> None:
        self._answerer = answerer
        self._model = model
        self._support = support
        self._texts_of = texts_of
        self._instructions = instructions
        self._prompt_tokens = prompt_tokens

    def ask(self, question: str, *, told: Told | None = None, **options: Any) -> Answer:
        """The generated answer, or the extractive one with a note that says why.

        A refusal and official figures alone are said exactly as they are; so is what is looked for in
        certain ``articles`` only, which is told unasked. ``told`` gets the lines as they pass; the answer
        that is returned takes their place, and may be the extractive one.
        """
        answer = self._answerer.ask(question, **options)
        if not answer.found or not answer.citations or options.get("articles") is not None:
            return answer
        begin = time.perf_counter()
        written = self.written(answer, told=told)
        took = 1000 * (time.perf_counter() - begin)
        return replace(written, took_ms=answer.took_ms + took, stages={**answer.stages, "generate": took})

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        """See `retrieval.answerer.Answerer.closest`."""
        return self._answerer.closest(text, as_of=as_of)

    def written(self, answer: Answer, *, told: Told | None = None) -> Answer:
        """``answer`` in the model's words, as far as they hold; else ``answer`` with a note."""
        citations = [one for one in answer.citations if not _gives_orders(one)]
        if not citations:
            return answer
        messages = prompt(
            answer.understood,
            citations,
            windows=answer.windows,
            figures=answer.figures,
            instructions=self._instructions,
            most_tokens=self._prompt_tokens,
        )
        texts: dict[str, str] = {}

        def sound(line: str) -> bool:
            if not texts:
                texts.update(self._texts_of([one.article.id for one in answer.citations]))
            return _passes(self._in_words(answer, [line]), texts)

        def holding() -> Holding:
            return Holding(citations, answer.figures, support=self._support, sound=sound)

        try:
            held = self._drafted(messages, holding, told or (lambda _: None))
        except EndpointError as exc:
            log.info("the language model gave no answer: %s", exc)
            return _noted(answer, _SPENT if str(exc) == "allowance" else _NO_ANSWER)
        if held is None:
            return answer
        _log(held)
        dropped = tuple(f"{reason}: {sentence}" for reason, sentence in held.dropped)
        shown = replace(self._in_words(answer, held.lines), notes=answer.notes, dropped=dropped)
        if held.enough and _passes(shown, texts):
            return shown
        return replace(_noted(answer, _UNSUPPORTED), dropped=dropped)

    def _in_words(self, answer: Answer, lines: Sequence[str]) -> Answer:
        """``answer`` saying ``lines``. The notes were held to their sources with the extractive answer."""
        return replace(
            answer,
            answer="\n".join(lines) if "\n" in answer.answer else " ".join(lines),
            mode="generated",
            model=self._model.model,
        )

    def _drafted(
        self, messages: Sequence[Message], holding: Callable[[], Holding], told: Told
    ) -> Held | None:
        """What holds of what the model writes; None where it says that the passages do not answer.

        Raises:
            EndpointError: it gave no answer; ``allowance`` if the day's tokens are used up.
        """
        taken: list[Drafted] = []
        held_so_far = holding()

        def read(text: str) -> bool:
            for sentence in finished(text)[len(taken) :]:
                taken.append(sentence)
                held_so_far.take(sentence)
            for line in held_so_far.news():
                told(line)
            return held_so_far.full or _runs_on(text)

        text, whole = self._model.write(messages, read)
        if NOTHING.fullmatch(text):
            return None
        every = drafted(text, whole=whole)
        if every[: len(taken)] != taken:  # what came last showed that sentences were parted wrongly
            taken, held_so_far = [], holding()
        for sentence in every[len(taken) :]:
            held_so_far.take(sentence)
        return held_so_far.held()


def _gives_orders(citation: Citation) -> bool:
    return any(
        orders_the_model(text)
        for text in (citation.passage, citation.article.title, citation.context, citation.article.publisher)
        if text
    )


def _runs_on(text: str) -> bool:
    """Whether no more need be read: the same line comes again and again."""
    counts = Counter(_pieces(text))
    return any(count > 3 for count in counts.values())


def _pieces(text: str) -> Iterator[str]:
    for piece in text.replace("\n", ". ").split(". "):
        if len(piece) > 20:
            yield piece.strip().casefold()


def _passes(shown: Answer, texts: Mapping[str, str]) -> bool:
    """Whether a generated answer passes the gates that every answer does."""
    try:
        check(replace(shown, notes=()), lambda key: texts.get(key, ""))
    except GateError as exc:
        log.info("generated words were stopped at the gate: %s", exc.gate)
        return False
    return True


def _noted(answer: Answer, note: str) -> Answer:
    return replace(answer, notes=(*answer.notes, note))


def _log(held: Held) -> None:
    """Counts alone: what was written may hold what somebody asked."""
    log.info(
        "generated: %d of %d sentences stand",
        held.stand,
        held.drafted,
        extra={
            "stand": held.stand,
            "drafted": held.drafted,
            "dropped": dict(Counter(reason for reason, _ in held.dropped)),
        },
    )
