"""What the desk needs from the answering side; the composition root fills it in.

Implementations are synchronous and thread-safe, and are called through `bot.desk.workers`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from index.figures.figure import Figure, Metric, Publisher
from retrieval.answer import Answer, ArticleRef, Citation, Window
from retrieval.figures.check import ClaimCheck
from retrieval.understand.turn import Turn

View = Literal["country", "compare", "rank", "history", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A stretch of a stored article among its neighbours: ``text[start:end]`` is the quoted part."""

    title: str | None
    publisher: str | None
    published: date | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingQuery:
    """What is asked of the official figures. ``target`` is in percent of GDP."""

    view: View
    countries: tuple[str, ...] = ()
    year: int | None = None
    edition: str | None = None
    source: Publisher = "nato"
    metric: Metric = "share"
    rank: int | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingReport:
    """Figures in the order to show them. ``chart`` is a PNG described by ``chart_alt``; ``csv`` a table.

    ``problem`` is the sentence to show instead, where nothing can be shown.
    """

    title: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    chart: bytes | None = None
    chart_alt: str = ""
    csv: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that was added: a file, a page, a feed. ``state`` is in words (``fetched 5 May 2025``)."""

    address: str
    articles: int
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What adding or refreshing changed."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    """Pairs of source and reason."""
    passages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What the collection holds. ``oldest`` and ``newest`` are publication dates.

    ``model`` names the language model that questions and passages go to, and whose machine it is on.
    """

    articles: int
    passages: int
    publishers: int = 0
    undated: int = 0
    oldest: date | None = None
    newest: date | None = None
    editions: tuple[str, ...] = ()
    model: str | None = None


class Answerer(Protocol):
    """Answers questions and checks sentences. Thread-safe."""

    def ask(
        self,
        question: str,
        *,
        id: str,  # noqa: A002 - the contract's word for it
        as_of: date | None = None,
        now: datetime | None = None,
        turns: Sequence[Turn] = (),
        publishers: Sequence[str] = (),
        windows: Sequence[Window] | None = None,
        newest_only: bool = False,
        widen: bool = False,
        articles: Collection[str] | None = None,
        told: Callable[[str], None] | None = None,
    ) -> Answer:
        """The answer; a refusal is one too. With ``articles`` it is drawn from these alone.

        ``told`` gets the lines of an answer that a language model writes, as soon as each has passed.

        Raises:
            IndexingError, RetrievalError: it cannot be answered now; the text may be shown.
        """

    def check(self, claim: str) -> ClaimCheck:
        """What the collection and the official figures say about ``claim``."""

    def passage(self, citation: Citation) -> Reading | None:
        """The quote among its neighbours, in the version that it was taken from; None where it is gone."""


class Figures(Protocol):
    """The official figures. Thread-safe."""

    def spending(self, query: SpendingQuery) -> SpendingReport:
        """The figures asked for; ``problem`` is set where there are none."""

    def countries(self, typed: str, *, limit: int = 25) -> Sequence[str]:
        """Names of countries that ``typed`` may mean (any name or alias), best first. Local and fast."""


class Library(Protocol):
    """The collection, for those who look after it. Thread-safe."""

    def add(self, source: str) -> Addition:
        """Take in a URL of an article, a feed or a sitemap.

        Raises:
            SourceError: it cannot be read.
        """

    def add_file(self, name: str, content: bytes) -> Addition:
        """Take in an uploaded file, known as ``name``.

        Raises:
            SourceError: it cannot be read.
        """

    def sources(self) -> Sequence[Source]:
        """What was added, newest first."""

    def remove(self, source: str) -> int | None:
        """Take out a source, or an article by its id; how many articles went, None where there is neither."""

    def refresh(self) -> Addition:
        """Fetch every feed and sitemap again."""

    def stats(self) -> Stats:
        """What the collection holds."""

    def newest(self, limit: int) -> Sequence[ArticleRef]:
        """The articles published last (those without a date come last)."""
