"""An Answer and what it is made of: what ``retrieval`` gives and every renderer shows.

The words of the JSON form (`Answer.as_json`) are a contract with other tools.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from index.figures.figure import Figure

Refusal = Literal["nothing_close", "outside_window", "language", "not_a_question", "empty_collection"]
Speech = Literal["direct", "reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRef:
    """The article a citation comes from. ``link`` goes to the quote itself, where there is a way to it."""

    id: str
    title: str | None
    publisher: str | None
    published: date | None
    url: str | None
    link: str | None
    source: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote, ``text[start:end]`` of the stored article, with what is needed to understand and to find it.

    ``quote`` has at most 400 characters and ``passage``, which holds it, at most 1,200. ``context`` is in
    our words: a table row's caption and headers, or whom a pronoun means. ``also`` names those who carried
    the same story. ``page`` is counted from 1 in what has pages.
    """

    n: int
    quote: str
    passage: str
    start: int
    end: int
    article: ArticleRef
    context: str | None = None
    speaker: str | None = None
    speech: Speech | None = None
    also: tuple[str, ...] = ()
    page: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        record = asdict(self)
        record["article"]["published"] = _day(self.article.published)
        record["also"] = list(self.also)
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of days that was applied, both ends included, None where open; ``reason`` is in words."""

    start: date | None
    end: date | None
    reason: str

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies inside."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question got.

    With ``found`` false, ``refusal`` is the reason and ``nearest`` what comes closest.
    """

    id: str
    question: str
    understood: str
    found: bool
    answer: str
    refusal: Refusal | None = None
    confidence: float = 0.0
    mode: Literal["extractive", "generated"] = "extractive"
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    figures: tuple[Figure, ...] = ()
    took_ms: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    """Milliseconds by stage, for the metrics; not part of the JSON form."""
    model: str | None = None
    """The language model that wrote a generated answer; in the JSON form only there."""
    dropped: tuple[str, ...] = ()
    """What a model wrote and the passages do not bear out, each with the reason; not in the JSON form."""

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        return {
            "id": self.id,
            "question": self.question,
            "understood": self.understood,
            "found": self.found,
            "refusal": self.refusal,
            "confidence": round(self.confidence, 4),
            "mode": self.mode,
            "answer": self.answer,
            "citations": [citation.as_json() for citation in self.citations],
            "nearest": [citation.as_json() for citation in self.nearest],
            "notes": list(self.notes),
            "windows": [
                {"from": _day(window.start), "to": _day(window.end), "reason": window.reason}
                for window in self.windows
            ],
            "figures": [figure.as_json() for figure in self.figures],
            "took_ms": round(self.took_ms, 1),
            **({"model": self.model} if self.model else {}),
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
