"""Generated answers: the model writes from what the extractive answer cites, and is held to it.

Whatever goes wrong, and wherever too little of what was written holds, the extractive answer stands.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

from index.store.allowance import Allowance
from retrieval.answer import Answer, Citation
from retrieval.errors import EndpointError, GateError
from retrieval.generate.client import Client, Message, Writing
from retrieval.generate.draft import NOTHING, Drafted, drafted
from retrieval.generate.evidence import Source, orders_the_model, source_of, source_of_row
from retrieval.generate.prompt import CHARACTERS_PER_TOKEN, prompt, tokens_of
from retrieval.generate.support import Support
from retrieval.verify import check

log = logging.getLogger(__name__)

MOST_SENTENCES: Final = 8
"""Further ones are not waited for."""
_SHARE: Final = 0.5  # of the sentences that must hold, or the extractive answer stands
_LONGEST_DRAFT: Final = 6000  # characters

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What became of a draft: the ``lines`` to show and how many of the sentences ``stand``."""

    lines: tuple[str, ...]
    stand: int
    drafted: int
    dropped: tuple[tuple[str, str], ...]
    """Pairs of a reason and a sentence."""
    rows: frozenset[int] = frozenset()
    """The official rows that what stands rests on."""


class Writer:
    """Asks ``answerer`` and has the model write from what it cites. Thread-safe.

    ``text_of`` gives the stored text of an article by its id, for the last gate. ``instructions`` are the
    operator's.
    """

    def __init__(
        self,
        answerer: Asked,
        client: Client,
        *,
        support: Support,
        allowance: Allowance,
        texts_of: Callable[[Sequence[str]], dict[str, str]],
        instructions: str = "",
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._answerer = answerer
        self._client = client
        self._support = support
        self._allowance = allowance
        self._texts_of = texts_of
        self._instructions = instructions
        self._today = today

    def ask(self, question: str, **options: Any) -> Answer:
        """The generated answer, or the extractive one with a note that says why.

        A refusal and official figures alone are said exactly as they are; so is what is looked for in
        certain ``articles`` only, which is told unasked.
        """
        answer = self._answerer.ask(question, **options)
        if not answer.found or not answer.citations or options.get("articles") is not None:
            return answer
        begin = time.perf_counter()
        written = self.written(answer)
        took = 1000 * (time.perf_counter() - begin)
        return replace(written, took_ms=answer.took_ms + took, stages={**answer.stages, "generate": took})

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        """See `retrieval.answerer.Answerer.closest`."""
        return self._answerer.closest(text, as_of=as_of)

    def written(self, answer: Answer) -> Answer:
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
        )
        try:
            draft = self._draft(messages)
        except EndpointError as exc:
            log.info("the language model gave no answer: %s", exc)
            return _noted(answer, _SPENT if str(exc) == "allowance" else _NO_ANSWER)
        if draft is None:
            return answer
        sources = {one.n: source_of(one) for one in citations}
        rows = {n: source_of_row(one) for n, one in enumerate(answer.figures, 1)}
        held = hold(draft, sources, rows, citations=citations, support=self._support)
        _log(held)
        return self._shown(answer, held)

    def _shown(self, answer: Answer, held: Held) -> Answer:
        dropped = tuple(f"{reason}: {sentence}" for reason, sentence in held.dropped)
        enough = held.stand and held.stand >= _SHARE * held.drafted
        if not enough or (answer.figures and not held.rows):
            return replace(_noted(answer, _UNSUPPORTED), dropped=dropped)
        shown = replace(
            answer,
            answer="\n".join(held.lines) if "\n" in answer.answer else " ".join(held.lines),
            mode="generated",
            model=self._client.endpoint.model,
            dropped=dropped,
        )
        texts = self._texts_of([one.article.id for one in answer.citations])
        try:
            # The notes were held to their sources with the extractive answer.
            check(replace(shown, notes=()), lambda key: texts.get(key, ""))
        except GateError as exc:
            log.info("a generated answer was stopped at the gate: %s", exc.gate)
            return replace(_noted(answer, _UNSUPPORTED), dropped=dropped)
        return shown

    def _draft(self, messages: Sequence[Message]) -> list[Drafted] | None:
        """What the model wrote; None where it says that the passages do not answer.

        Raises:
            EndpointError: it gave no answer; ``allowance`` if the day's tokens are used up.
        """
        endpoint = self._client.endpoint
        day, asked = self._today(), tokens_of(messages)
        held = asked + endpoint.longest
        if not self._allowance.hold(day, endpoint.model, held):
            raise EndpointError("allowance")
        said: list[str] = []
        whole = False
        writing: Writing | None = None
        try:
            with self._client.write(messages) as writing:
                for words in writing.words:
                    said.append(words)
                    if _runs_on("".join(said)):
                        break
                whole = writing.whole
        finally:
            text = "".join(said)
            told = (writing.prompt_tokens, writing.completion_tokens) if writing else (None, None)
            prompt_tokens = told[0] if told[0] is not None else asked if text else 0
            completion = told[1] if told[1] is not None else -(-len(text) // CHARACTERS_PER_TOKEN)
            self._allowance.book(day, endpoint.model, held=held, prompt=prompt_tokens, completion=completion)
        if NOTHING.fullmatch(text):
            return None
        return drafted(text, whole=whole)


def hold(
    draft: Sequence[Drafted],
    sources: dict[int, Source],
    rows: dict[int, Source],
    *,
    citations: Sequence[Citation],
    support: Support,
) -> Held:
    """Hold each sentence to what it cites; one that fails is dropped, or gives way to what it cites.

    A sentence that says again what stands already is dropped without counting as one. Where nothing
    says what the first quote does, which answers best, that quote goes before.
    """
    lines: list[str] = []
    dropped: list[tuple[str, str]] = []
    relied: set[int] = set()
    leads = False
    quoted: set[int] = set()
    seen: set[str] = set()
    stand = 0
    for sentence in draft:
        plain = " ".join(sentence.text.casefold().split())
        if plain in seen:
            dropped.append(("repeated", sentence.text))
            continue
        seen.add(plain)
        if len(seen) > MOST_SENTENCES:
            dropped.append(("too many", sentence.text))
            continue
        bearing, reason = _bearing(sentence, sources, rows, support)
        if reason is None:
            stand += 1
            relied |= {n for kind, n in bearing if kind}
            leads = leads or _says_the_lead(sentence, bearing, citations[0], support)
            lines.append(_marked(sentence.text, [n for kind, n in bearing if not kind]))
            continue
        dropped.append((reason, sentence.text))
        if reason in _QUOTABLE and (quote := _quote(sentence, citations, quoted)):
            lines.append(quote)
    if stand and not leads and (lead := citations[0]).n not in quoted:
        lines[:0] = filter(None, [_quote(Drafted(text="", cited=(lead.n,), rows=()), citations, quoted)])
    repeated = sum(reason == "repeated" for reason, _ in dropped)
    return Held(
        lines=tuple(lines),
        stand=stand,
        drafted=stand + len(dropped) - repeated,
        dropped=tuple(dropped),
        rows=frozenset(relied),
    )


_QUOTABLE: Final = frozenset({"words", "names", "numbers", "negation", "certainty", "order", "quotation"})


def _bearing(
    sentence: Drafted, sources: dict[int, Source], rows: dict[int, Source], support: Support
) -> tuple[list[tuple[str, int]], str | None]:
    """Which of what it cites bears a sentence out, or why nothing does. All that is cited must exist."""
    cited = [*(("", n) for n in sentence.cited), *(("F", n) for n in sentence.rows)]
    if not cited:
        return [], "cites nothing"
    if any(n not in (rows if kind else sources) for kind, n in cited):
        return [], "cites what is not there"
    bearing, reasons = [], []
    for kind, n in cited:
        fault = support.fault(sentence.text, (rows if kind else sources)[n])
        if fault is None:
            bearing.append((kind, n))
        else:
            reasons.append(fault)
    return bearing, None if bearing else reasons[0]


def _says_the_lead(
    sentence: Drafted, bearing: Sequence[tuple[str, int]], lead: Citation, support: Support
) -> bool:
    """Whether a sentence that stands rests on the very quote of the first citation, or on its table."""
    if ("", lead.n) not in bearing:
        return False
    source = source_of(lead)
    if "|" in lead.quote:
        return True
    quote = " ".join(lead.quote.split())
    return support.fault(sentence.text, replace(source, sentences=(quote,))) is None


def _marked(text: str, cited: Sequence[int]) -> str:
    if not text.rstrip("\"”»’')").endswith((".", "!", "?", "…")):
        text += "."
    return " ".join([text, *(f"[{n}]" for n in cited)])


def _quote(sentence: Drafted, citations: Sequence[Citation], quoted: set[int]) -> str | None:
    """The quote of what a sentence cites, once; a table's row says nothing by itself."""
    for citation in citations:
        if citation.n in sentence.cited and citation.n not in quoted and "|" not in citation.quote:
            quoted.add(citation.n)
            return f"{' '.join(citation.quote.split())} [{citation.n}]"
    return None


def _gives_orders(citation: Citation) -> bool:
    return any(
        orders_the_model(text)
        for text in (citation.passage, citation.article.title, citation.context, citation.article.publisher)
        if text
    )


def _runs_on(text: str) -> bool:
    """Whether no more need be read: too long, or the same line again and again."""
    if len(text) > _LONGEST_DRAFT:
        return True
    counts = Counter(_pieces(text))
    return any(count > 3 for count in counts.values())


def _pieces(text: str) -> Iterator[str]:
    for piece in text.replace("\n", ". ").split(". "):
        if len(piece) > 20:
            yield piece.strip().casefold()


def _noted(answer: Answer, note: str) -> Answer:
    return replace(answer, notes=(*answer.notes, note))


def _log(held: Held) -> None:
    """Counts alone: what was written may hold what somebody asked."""
    reasons = Counter(reason for reason, _ in held.dropped)
    log.info(
        "generated: %d of %d sentences stand", held.stand, held.drafted, extra={"dropped": dict(reasons)}
    )
