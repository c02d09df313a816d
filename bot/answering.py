"""The answering side as the desk needs it: questions, claims, and passages to read."""

from typing import TYPE_CHECKING, Any

from bot.desk.ports import Reading
from retrieval.figures.check import ClaimCheck, check_claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.root import Root
    from index.figures.store import FigureStore
    from index.store.reading import Reader
    from retrieval.answer import Answer, Citation
    from retrieval.generate.support import Analyze
    from retrieval.generate.writer import Asked, Told

_AROUND = 900  # characters shown on each side of a quote


def in_words(answerer: "Asked", root: "Root", *, analyze: "Analyze") -> "Asked":
    """What answers in the words of the language model that the settings name, on top of ``answerer``."""
    from retrieval.generate.metered import Metered
    from retrieval.generate.rewording import Rewording
    from retrieval.generate.support import Support
    from retrieval.generate.writer import Writer

    settings = root.settings
    if root.language_model is None:
        return answerer
    model = Metered(root.language_model, root.allowance)

    def texts_of(ids: "Sequence[str]") -> dict[str, str]:
        return {key: text for key, (_, text) in root.reader.articles(ids).items()}

    if reworded := settings.reworded:
        answerer = Rewording(
            answerer,
            model,
            analyze=analyze,
            texts_of=texts_of,
            follow_ups="follow-ups" in reworded,
            parts="parts" in reworded,
        )
    return Writer(
        answerer,
        model,
        support=Support(analyze, root.embedder.embed),
        texts_of=texts_of,
        instructions=settings.llm_instructions,
        prompt_tokens=settings.llm_prompt_tokens,
    )


class Answers:
    """`bot.desk.ports.Answerer` on the collection and the official figures. Thread-safe.

    ``writes`` says that ``answerer`` tells lines as it writes them. Every method may raise StoreError, and
    those that search ModelError.
    """

    def __init__(
        self, answerer: "Asked", reader: "Reader", figures: "FigureStore", *, writes: bool = False
    ) -> None:
        self._writes = writes
        self._answerer = answerer
        self._reader = reader
        self._figures = figures

    def ask(self, question: str, *, told: "Told | None" = None, **options: Any) -> "Answer":
        """What `retrieval.answerer.Answerer.ask` answers; ``told`` gets the lines of what is written."""
        if told is not None and self._writes:
            options["told"] = told
        return self._answerer.ask(question, **options)

    def check(self, claim: str) -> ClaimCheck:
        """What the official figures and the passages closest to it say about ``claim``."""
        return check_claim(claim, self._figures, passages=self._answerer.closest)

    def passage(self, citation: "Citation") -> Reading | None:
        """The quote among its neighbours; an old version serves where the article has changed since."""
        found = self._reader.quoting(citation.article.id, citation.quote, start=citation.start)
        if found is None:
            return None
        article, text = found
        begin, end = max(0, citation.start - _AROUND), citation.start + len(citation.quote)
        return Reading(
            title=article.title,
            publisher=article.publisher,
            published=article.published,
            text=text[begin : end + _AROUND],
            start=citation.start - begin,
            end=end - begin,
        )
