"""What a conversation keeps of one question and its answer, as far as a follow-up may refer to it."""

from dataclasses import dataclass

from retrieval.answer import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with its answer.

    ``answer_text`` is `Answer.answer` as it was shown; ``titles`` and ``speakers`` are those of the
    citations, best first; ``countries`` the names the question and the quotes mention; ``windows`` what was
    applied. A turn that was refused has an empty ``answer_text``, so that nothing refers to the refusal's
    words.
    """

    question: str
    understood: str
    answer_text: str = ""
    titles: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
