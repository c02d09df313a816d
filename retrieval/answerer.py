"""A question in, an Answer out: understand, search, rank, quote, verify, abstain."""

import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from index.embed import Embedder
from index.figures.store import FigureStore
from index.machine import cores
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import Counts, Reader, StoredArticle
from retrieval import disagree
from retrieval.answer import Answer, Citation, Refusal, Window
from retrieval.cite import Citer, ReadingRoom
from retrieval.closer import closer
from retrieval.compose import answer_text, bare_text, long_ago, refusal_text
from retrieval.confidence import UNHEARD, confidence_features, unheard_names
from retrieval.corrections import Correction, corrections
from retrieval.errors import GateError
from retrieval.figures.differences import disagreements
from retrieval.figures.lookup import look_up
from retrieval.figures.request import FigureAnswer
from retrieval.figures.words import figure_query
from retrieval.pace import Clock, Line
from retrieval.quote import QUOTED_FROM, Quote, quotes
from retrieval.rank import Ranked, rank
from retrieval.rerank import Reranker, reranked
from retrieval.search import Candidates, Searcher
from retrieval.select import Selection, carried, selected, story_of
from retrieval.trees import Trees, shipped
from retrieval.understand import Query, Turn, understand
from retrieval.verify import check, sound_notes
from retrieval.words import STOP_WORDS, Analysis, content_words

log = logging.getLogger(__name__)

THRESHOLD = 0.34
"""Below this confidence the question is refused."""
CITED = 5
NEAREST = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What searching and ranking came to."""

    candidates: Candidates
    ranked: list[Ranked]
    quotes: list[Quote]
    articles: dict[str, tuple[StoredArticle, str]]
    confidence: float
    unheard: list[str]
    """Names in the question that the collection does not have."""


class Answerer:
    """Answers from the collection. Thread-safe; every method may raise StoreError and ModelError.

    As many questions are worked on at once as there are cores (`index.machine.cores`), and the others wait:
    with more, all of them are answered later, and fewer in a second. One that is alone has all cores for the
    closer look. Where the database is a file they take turns in computing in Python; a server's replies are
    waited for, and whoever waited with the turn would keep the others.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        embedder: Embedder,
        dense: DenseIndex,
        lexical: LexicalIndex,
        reading_room: ReadingRoom | None = None,
        figures: FigureStore | None = None,
        threshold: float = THRESHOLD,
        reranker: Reranker | None = None,
    ) -> None:
        self._reader = reader
        self._embedder = embedder
        self._figures = figures
        self._line = Line(cores(), turns=reader.is_local)
        self._searcher = Searcher(
            reader, embedder=embedder, dense=dense, lexical=lexical, aside=self._line.aside
        )
        self._analyze = Analysis(lexical.analyze)
        self._citer = Citer(reading_room)
        self._threshold = threshold
        self._reranker = reranker
        self._lock = threading.Lock()
        self._facts: tuple[int, Counts, list[str]] | None = None

    def ask(
        self,
        question: str,
        *,
        id: str = "q1",  # noqa: A002 - the contract's word
        as_of: date | None = None,
        now: datetime | None = None,
        turns: Sequence[Turn] = (),
        publishers: Sequence[str] = (),
        windows: Sequence[Window] | None = None,
        newest_only: bool = False,
        widen: bool = False,
        articles: Collection[str] | None = None,
    ) -> Answer:
        """The answer to ``question``; a refusal is one too.

        ``as_of`` is the day on which it is asked (today): what was published later is not known. ``now`` is
        the asker's clock, ``turns`` the conversation before. ``publishers`` and ``windows`` narrow the search
        beyond what the question says; ``newest_only`` answers from the newest article that does, ``widen``
        drops the question's own windows. With ``articles`` only these are quoted, and no official figures.
        """
        clock = Clock()
        as_of = as_of or (now or datetime.now(UTC)).date()
        with self._line:
            clock.stages["wait"] = clock.total()
            counts, known_publishers = self._collection()
            with clock.stage("understand"):
                query = understand(
                    question,
                    as_of=as_of,
                    turns=turns,
                    publishers=known_publishers,
                    now=now,
                )
            query = _adjusted(query, publishers, windows, newest_only=newest_only, widen=widen)
            return self._reply(id, query, clock, counts, among=articles, publishers=publishers)

    def _reply(
        self,
        id: str,  # noqa: A002 - the contract's word
        query: Query,
        clock: Clock,
        counts: Counts,
        *,
        among: Collection[str] | None,
        publishers: Collection[str],
    ) -> Answer:
        """The answer to what was understood, or a refusal."""
        refusal = _refused_unread(query, counts)
        asks_figures = among is None and refusal in (None, "empty_collection")
        official = self._official(query, clock) if asks_figures else None
        has_figures = official is not None and official.found
        if refusal is not None and not has_figures:
            return self._refuse(id, query, refusal, clock, counts, official=official)
        found = self._find(query, clock, counts, among=among, publishers=publishers)
        close = found is not None and found.confidence >= self._threshold
        if not close and not has_figures:
            return self._refuse(id, query, "nothing_close", clock, counts, found=found, official=official)
        return self._answer(id, query, found if close else None, clock, counts, official=official)

    def _answer(
        self,
        id: str,  # noqa: A002 - the contract's word
        query: Query,
        found: _Found | None,
        clock: Clock,
        counts: Counts,
        *,
        official: FigureAnswer | None,
    ) -> Answer:
        """An answer from official figures, from quotes, or from both beside each other."""
        citations: tuple[Citation, ...] = ()
        notes: list[str] = []
        with clock.stage("compose"):
            if found is not None:
                chosen = self._selected(query, found, count=CITED)
                citations = self._cited(chosen, found, until=query.as_of)
                notes += [*chosen.notes, *found.candidates.notes, *long_ago(query, citations)]
            figures = official.figures if official is not None and official.found else ()
            notes += disagree.disagreements(query.understood, citations)
            corrected = self._corrections(citations, found)
            notes += [one.note for one in corrected]
            if official is not None and self._figures is not None:
                notes += official.notes if figures else (official.sentence, *official.notes)
                notes += disagreements(figures, citations, self._figures)
            answer = Answer(
                id=id,
                question=query.question,
                understood=query.understood,
                found=True,
                answer=answer_text(query, citations, official=official if figures else None),
                confidence=found.confidence if found is not None else 1.0,
                citations=citations,
                notes=tuple(dict.fromkeys(notes)),
                windows=query.windows,
                figures=figures,
            )
        known = " . ".join([_known(counts, official), *(one.source for one in corrected)])
        return self._checked(answer, found, clock, known)

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        """The quotes closest to a sentence, whether or not they answer anything."""
        with self._line:
            counts, _ = self._collection()
            query = understand(text, as_of=as_of or datetime.now(UTC).date())
            found = self._find(query, Clock(), counts)
            if found is None:
                return ()
            return self._cited(self._selected(None, found, count=CITED), found, until=query.as_of)

    def _official(self, query: Query, clock: Clock) -> FigureAnswer | None:
        """What the official tables say, if the question asks them."""
        if self._figures is None:
            return None
        with clock.stage("figures"):
            asked = figure_query(query.understood, as_of=query.as_of)
            return look_up(asked, self._figures) if asked is not None else None

    def _refuse(
        self,
        id: str,  # noqa: A002 - the contract's word
        query: Query,
        refusal: Refusal,
        clock: Clock,
        counts: Counts,
        *,
        found: _Found | None = None,
        official: FigureAnswer | None = None,
    ) -> Answer:
        """What is missing, what comes closest, and what to try."""
        nearest = Selection([])
        if found is not None:
            nearest = self._selected(query, found, count=NEAREST)
        outside = found.candidates.outside if found else 0
        if refusal == "nothing_close" and query.windows and query.window_strict and outside:
            refusal = "outside_window"
        answer = Answer(
            id=id,
            question=query.question,
            understood=query.understood,
            found=False,
            refusal=refusal,
            answer=official.sentence
            if official is not None
            else refusal_text(
                query,
                refusal,
                unheard=found.unheard if found else (),
                missing=self._missing(query, found),
                span=_span(counts),
                outside=outside,
            ),
            confidence=found.confidence if found else 0.0,
            nearest=self._cited(nearest, found, until=query.as_of) if found else (),
            notes=(*(found.candidates.notes if found else ()), *(official.notes if official else ())),
            windows=query.windows,
        )
        return self._checked(answer, found, clock, f"{_known(counts, official)} . {query.as_of}")

    def _find(
        self,
        query: Query,
        clock: Clock,
        counts: Counts,
        *,
        among: Collection[str] | None = None,
        publishers: Collection[str] = (),
    ) -> _Found | None:
        """Search, rank and quote; None where nothing at all is found."""
        if not counts.articles:
            return None
        with clock.stage("search"):
            candidates = self._searcher.search(
                query.search_text or query.understood,
                until=query.as_of,
                windows=query.windows if query.window_strict else (),
                stop=STOP_WORDS,
                among=among,
                publishers=publishers,
            )
        if not candidates.passages:
            return None
        with clock.stage("rank"):
            ranked = rank(query, candidates, analyze=self._analyze, trees=self._trees("passages"))
        with clock.stage("quote"):
            ids = list(dict.fromkeys(one.candidate.passage.article_id for one in ranked[:QUOTED_FROM]))
            articles = self._reader.articles(ids)
            top = [one for one in ranked[:QUOTED_FROM] if one.candidate.passage.article_id in articles]
            texts = {key: text for key, (_, text) in articles.items()}
            trees = self._trees("quotes")
            quoted = quotes(query, candidates, top, texts=texts, analyze=self._analyze, trees=trees)
        with clock.stage("look closer"):
            trees = self._trees("closer")
            quoted = closer(
                query,
                quoted,
                texts,
                embedder=self._embedder,
                trees=trees,
                hurry=self._line.alone,
                aside=self._line.aside,
            )
            if self._reranker is not None:
                with self._line.aside():
                    quoted = reranked(query.understood, quoted, texts, self._reranker)
        if not quoted:
            return None
        row = confidence_features(query, candidates, ranked, quoted)
        confidence = float(self._trees("confidence").probabilities(row[None, :])[0])
        unheard = unheard_names(query, self._searcher.heard, _span(counts))
        if unheard:
            confidence *= UNHEARD
        return _Found(candidates, ranked, quoted, articles, confidence, unheard)

    def _trees(self, name: str) -> Trees:
        """The trees that are learned for one stage: passages, quotes, closer or confidence."""
        return shipped(name)

    def _selected(self, query: Query | None, found: _Found, *, count: int) -> Selection:
        """Which of the quotes are shown."""
        return selected(query, found.quotes, found.articles, count=count)

    def _cited(self, chosen: Selection, found: _Found, *, until: date) -> tuple[Citation, ...]:
        """The quotes as citations, each with all who had carried its story by then."""
        carriers = self._reader.carriers([story_of(one) for one in chosen.quotes], until=until)
        return self._citer.citations(carried(chosen, carriers, found.articles), found.articles)

    def _corrections(self, citations: Sequence[Citation], found: _Found | None) -> list[Correction]:
        """What was changed in the cited articles since they were first taken in."""
        if found is None:
            return []
        ids = dict.fromkeys(one.article.id for one in citations)
        changed = [one for one in ids if found.articles[one][0].version > 1]
        return corrections(citations, {one: self._reader.versions(one) for one in changed})

    def _checked(self, answer: Answer, found: _Found | None, clock: Clock, known: str) -> Answer:
        """The answer through the gates; words of ours that fail give way to the bare quote."""
        texts = {key: text for key, (_, text) in found.articles.items()} if found else {}
        with clock.stage("verify"):
            answer = replace(answer, notes=sound_notes(answer, known=known))
            try:
                check(answer, lambda article_id: texts.get(article_id, ""), known=known)
            except GateError:
                if answer.found and not answer.citations:
                    raise
                log.exception("words of ours did not pass the gates and were left out")
                answer = replace(answer, answer=bare_text(answer.citations))
                check(answer, lambda article_id: texts.get(article_id, ""), known=known)
        return replace(answer, took_ms=clock.total(), stages=clock.stages)

    def _missing(self, query: Query, found: _Found | None) -> list[str]:
        """Words of the question that stand in none of the nearest passages and titles."""
        if found is None:
            return []
        near = {word for one in found.ranked[:10] for word in one.words}
        near |= {word for one in found.ranked[:10] for word in self._analyze(one.candidate.passage.title)}
        return [
            word
            for word in dict.fromkeys(content_words(query.search_text))
            if not set(self._analyze(word)) & near
        ]

    def _collection(self) -> tuple[Counts, list[str]]:
        """What the collection holds, asked again only when it has changed."""
        revision = self._reader.revision()
        with self._lock:
            if self._facts is None or self._facts[0] != revision:
                self._facts = (revision, self._reader.counts(), self._reader.publishers())
            return self._facts[1], self._facts[2]


def _adjusted(
    query: Query,
    publishers: Sequence[str],
    windows: Sequence[Window] | None,
    *,
    newest_only: bool,
    widen: bool,
) -> Query:
    if publishers:
        query = replace(query, publishers=tuple(publishers))
    if windows is not None:
        query = replace(query, windows=tuple(windows), window_strict=bool(windows))
    if widen:
        query = replace(query, windows=(), window_strict=False)
    if newest_only:
        query = replace(query, recency="latest")
    return query


def _refused_unread(query: Query, counts: Counts) -> Refusal | None:
    """Why a question is not searched for at all, if it is not."""
    if query.kind in ("smalltalk", "empty"):
        return "not_a_question"
    if counts.articles == 0:
        return "empty_collection"
    return "language" if query.language is not None else None


def _span(counts: Counts) -> tuple[date, date] | None:
    if counts.first_published is None or counts.last_published is None:
        return None
    return counts.first_published, counts.last_published


def _known(counts: Counts, official: FigureAnswer | None) -> str:
    """What a refusal or a note may say beyond what is quoted: of the collection and the official tables."""
    facts = [str(counts.articles), str(counts.passages)]
    facts += [str(day) for day in (counts.first_published, counts.last_published) if day is not None]
    if official is not None:
        facts += [official.sentence, *official.notes]
    return " . ".join(facts)
