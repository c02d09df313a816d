"""Stand-ins for the answering side, through the protocols that the desk states."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from bot.desk import Addition, Check, Reading, Source, SpendingQuery, SpendingReport, Stats
from bot.desk.notices import put
from bot.desk.watches import Watch
from bot.desk.watching import message
from index.errors import IndexingError, SourceError
from index.figures.figure import Figure
from retrieval.answer import Answer, ArticleRef, Citation, Window
from retrieval.understand.turn import Turn
from tests.bot.answers import FACT, HARBOUR, NOTHING_CLOSE, citation

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class Asking:
    """One call of `FakeAnswerer.ask`."""

    question: str
    turns: tuple[Turn, ...]
    publishers: tuple[str, ...]
    newest_only: bool
    widen: bool


@dataclass
class FakeAnswerer:
    """Answers every question by repeating it, or with the Answer prepared for it.

    "nonsense" finds nothing, "break" fails. ``seconds`` is how long an answer takes.
    """

    prepared: dict[str, Answer] = field(default_factory=dict)
    seconds: float = 0.0
    lines: Sequence[str] = ()
    """Told while it is answered, to whom listens; after each ``between`` is called."""
    between: Callable[[], object] = lambda: None
    asked: list[Asking] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        question: str,
        *,
        id: str,  # noqa: A002 - the protocol's word
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
        with self._lock:
            self.asked.append(Asking(question, tuple(turns), tuple(publishers), newest_only, widen))
        if self.seconds:
            time.sleep(self.seconds)
        if told is not None:
            for line in self.lines:
                told(line)
                self.between()
        if "break" in question:
            raise IndexingError("The index broke.")
        if question in self.prepared:
            return replace(self.prepared[question], id=id, question=question)
        if "nonsense" in question:
            return replace(NOTHING_CLOSE, id=id, question=question, understood=question)
        return replace(FACT, id=id, question=question, understood=question, answer=f"{question} Yes. [1]")

    def check(self, claim: str) -> Check:
        with self._lock:
            self.checked.append(claim)
        return Check(
            claim=claim,
            verdict="supported",
            reason="The depot's size is reported.",
            citations=FACT.citations[:1],
        )

    def passage(self, citation: Citation) -> Reading | None:
        if citation.article.id != "scraped000000000":
            return None
        text = "Before it. “We will be ready before the first snow,” said Ingrid Dahl. After it."
        return Reading(title="Minutes", publisher=None, published=None, text=text, start=11, end=70)


@dataclass
class FakeFigures:
    """One figure for each country asked for, with a chart."""

    queries: list[SpendingQuery] = field(default_factory=list)

    def spending(self, query: SpendingQuery) -> SpendingReport:
        self.queries.append(query)
        names = query.countries or ("Poland", "Estonia", "Latvia")
        figures = tuple(
            Figure(
                country=name,
                iso3=None,
                metric="share",
                unit="% of GDP",
                year=query.year or 2024,
                value=2.5,
                estimate=True,
                edition="2024",
                edition_date=date(2024, 6, 17),
                base_year=2015,
                source=query.source,
                url=None,
            )
            for name in names
        )
        return SpendingReport(
            title="Defence expenditure as a share of GDP",
            figures=figures,
            notes=("Estimates are marked.",),
            chart=PNG,
            chart_alt="Bars of the shares by country",
            csv="country,year,value\n",
        )

    def countries(self, typed: str, *, limit: int = 25) -> Sequence[str]:
        names = ["Estonia", "France", "Germany", "Latvia", "Poland", "Portugal"]
        return [name for name in names if name.casefold().startswith(typed.casefold())][:limit]


@dataclass
class FakeLibrary:
    """A collection that takes everything but addresses with "broken" in them."""

    added: list[str] = field(default_factory=lambda: ["https://harbour.example/feed"])

    def add(self, source: str) -> Addition:
        if "broken" in source:
            raise SourceError(source, "the site does not answer.")
        self.added.append(source)
        return Addition(added=2, passages=9, failed=((f"{source}/3", "no text"),))

    def add_file(self, name: str, content: bytes) -> Addition:
        self.added.append(f"{name} ({len(content)} bytes)")
        return Addition(added=1, passages=3)

    def sources(self) -> Sequence[Source]:
        return [Source(address=address, articles=2, state="fetched 5 May 2025") for address in self.added]

    def remove(self, source: str) -> int | None:
        if source in self.added:
            self.added.remove(source)
            return 2
        return None

    def refresh(self) -> Addition:
        return Addition(unchanged=len(self.added))

    def stats(self) -> Stats:
        return Stats(
            articles=7,
            passages=41,
            publishers=3,
            undated=1,
            oldest=date(2023, 3, 1),
            newest=date(2025, 5, 9),
            editions=("NATO 2024",),
        )

    def newest(self, limit: int) -> Sequence[ArticleRef]:
        return [HARBOUR][:limit]


def found_by(watch: Watch, connection: Connection) -> None:
    """Have it posted that a watch has found two quotes, as if new articles had come in."""
    first, second = (
        FACT.citations[0],
        citation(2, "“We are ready,” she said.", HARBOUR, speaker="Ingrid Dahl"),
    )
    request = watch.request("n1", datetime.now(UTC))
    put(connection, request, message(watch, [[first], [second]]))
