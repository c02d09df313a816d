"""What a conversation keeps of one question and its answer, as far as a follow-up may refer to it."""

from dataclasses import dataclass

from retrieval.answer import Answer, Window
from retrieval.countries import countries_in, country


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


def turn_of(answer: Answer) -> Turn:
    """What a conversation keeps of ``answer``; of a refusal only the question."""
    mentioned = countries_in(" ".join([answer.understood, *(one.quote for one in answer.citations)]))
    return Turn(
        question=answer.question,
        understood=answer.understood,
        answer_text=answer.answer if answer.found else "",
        titles=tuple(one.article.title for one in answer.citations if one.article.title),
        speakers=tuple(dict.fromkeys(one.speaker for one in answer.citations if one.speaker)),
        countries=tuple(dict.fromkeys(country(one.iso3).name for one in mentioned if one.iso3)),
        windows=answer.windows,
    )
