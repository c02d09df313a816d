"""What is measured of a run of sentences that could be quoted; the weights are learned."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.tables import TableSpan
from retrieval.asked import Asked, Traces
from retrieval.expect import told_by_looks, wanted
from retrieval.rank import Ranked, freshness, reference_day
from retrieval.search import Candidates
from retrieval.understand import Query

Analyze = Callable[[str], Sequence[str]]

_MOST_WANTED = 4
_NEAR_HEAD = 40  # characters on either side of what is wanted, in which the noun asked about is looked for
_SAYS = re.compile(
    r"\b(?:said|says?|saying|told|tells|warn(?:s|ed)|add(?:s|ed)|call(?:s|ed)|describ(?:es|ed)|insist(?:s|ed)"
    r"|argu(?:es|ed)|announc(?:es|ed)|stress(?:es|ed)|according to|stat(?:es|ed)|declar(?:es|ed)"
    r"|pledg(?:es|ed)|vow(?:s|ed)|urg(?:es|ed)|claim(?:s|ed)|wrote|writes|tweeted|posted)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, a clause of a long one, or a table's row; ``words`` are its own as indexed."""

    start: int
    end: int
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Consecutive sentences of a passage; ``around`` are their neighbours, of a table's row its head."""

    ranked: Ranked
    place: int
    sentences: tuple[Sentence, ...]
    around: tuple[Sentence, ...]
    table: TableSpan | None = None

    @property
    def start(self) -> int:
        """The first character of the first sentence."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """Behind the last character of the last sentence."""
        return self.sentences[-1].end

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of all its sentences, as indexed."""
        return tuple(word for one in self.sentences for word in one.words)


QUOTE_FEATURES = (
    "passage_score",
    "passage_score_below_best",
    "passage_reciprocal_rank",
    "coverage",
    "coverage_with_title",
    "coverage_with_neighbours",
    "coverage_of_passage",
    "coverage_of_opening",
    "density",
    "rarest_missing",
    "pairs",
    "order",
    "spread",
    "names",
    "numbers",
    "expected",
    "expected_count",
    "expected_near_head",
    "speaker",
    "speaker_says",
    "length",
    "title_echoed",
    "place",
    "place_in_passage",
    "table",
    "cosine_of_passage",
    "fresh_14",
)

LIKE_THE_ANSWER = {
    **dict.fromkeys(
        (
            "passage_score", "passage_score_below_best", "passage_reciprocal_rank", "coverage",
            "coverage_with_title", "coverage_with_neighbours", "coverage_of_passage", "pairs", "order",
            "names", "numbers", "expected", "expected_count", "expected_near_head", "speaker", "speaker_says",
            "cosine_of_passage", "fresh_14",
        ),
        1,
    ),
    "rarest_missing": -1,
}  # fmt: skip
"""Which measures can only speak for a quote as they grow (1), or only against it (-1): what is learned keeps
to that."""


def quote_rows(
    query: Query,
    found: Candidates,
    runs: Sequence[Run],
    texts: Mapping[str, str],
    analyze: Analyze,
    *,
    best: float,
) -> NDArray[np.float32]:
    """One row of `QUOTE_FEATURES` for each of ``runs``; ``best`` is the best passage's score."""
    asked = Asked(query, found.words, analyze)
    day = reference_day(query)
    looks = _Looks(query, asked, analyze)
    rows: list[tuple[float, ...]] = []
    passages: dict[int, _Passage] = {}
    for run in runs:
        if run.place not in passages:
            passages[run.place] = _Passage(run.ranked, asked, analyze, day)
        of = passages[run.place]
        passage = run.ranked.candidate.passage
        text = texts[passage.article_id]
        seen = [looks.of(passage.article_id, text, one) for one in run.sentences]
        own = set(run.words)
        around = 0
        for sentence in run.around:
            around |= looks.of(passage.article_id, text, sentence).traces.mask
        mask = 0
        if run.table is not None:
            own.update(*(sentence.words for sentence in run.around))
            mask = around
        for one in seen:
            mask |= one.traces.mask
        places = _joined(run.sentences, seen)
        length = len(run.words)
        half = max(1, length // 2)
        covered = asked.coverage(mask)
        measured = (
            run.ranked.score,
            run.ranked.score - best,
            1 / (1 + run.place),
            covered,
            asked.coverage(mask | of.title),
            asked.coverage(mask | around),
            of.coverage,
            asked.coverage(asked.mask(place for place in places if place[0] < half)),
            covered / max(1, length) * 10,
            asked.rarest_missing(mask),
            asked.pairs(places),
            max(one.order for one in seen),
            asked.spread(places),
            asked.names(mask),
            asked.numbers(mask),
            float(any(one.wanted for one in seen)) if looks.tells else 0.5,
            min(_MOST_WANTED, sum(one.wanted for one in seen)),
            max(one.near_head for one in seen),
            asked.named(mask | of.title),
            float(any(one.speaker_says for one in seen)) if asked.speaker else 0.5,
            run.end - run.start,
            len(own & of.title_words) / max(1, len(own)),
            run.start / max(1, len(text)),
            (run.start - passage.start) / max(1, passage.end - passage.start),
            run.table is not None,
            run.ranked.candidate.cosine,
            of.fresh,
        )
        rows.append(measured)
    return np.array(rows, dtype=np.float32).reshape(len(runs), len(QUOTE_FEATURES))


class _Passage:
    """What all runs of a passage share."""

    def __init__(self, ranked: Ranked, asked: Asked, analyze: Analyze, day: date) -> None:
        passage = ranked.candidate.passage
        self.title_words = frozenset(analyze(passage.title))
        self.title = asked.traces(tuple(self.title_words)).mask
        self.coverage = asked.coverage(asked.traces(ranked.words).mask)
        self.fresh = freshness((day - passage.published).days if passage.published else None, 14)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one sentence looks like."""

    traces: Traces
    order: float
    wanted: int
    near_head: float
    speaker_says: bool


class _Looks:
    """What sentences look like to one question, each looked at once."""

    def __init__(self, query: Query, asked: Asked, analyze: Analyze) -> None:
        self.tells = told_by_looks(query)
        self._query = query
        self._asked = asked
        self._analyze = analyze
        self._seen: dict[tuple[str, int, int], _Seen] = {}

    def of(self, article_id: str, text: str, sentence: Sentence) -> _Seen:
        """How ``sentence`` of this article looks."""
        key = (article_id, sentence.start, sentence.end)
        if key not in self._seen:
            self._seen[key] = self._look(text[sentence.start : sentence.end], sentence.words)
        return self._seen[key]

    def _look(self, text: str, words: tuple[str, ...]) -> _Seen:
        spans = wanted(self._query, text)
        traces = self._asked.traces(words)
        return _Seen(
            traces=traces,
            order=self._asked.order(traces.places),
            wanted=len(spans),
            near_head=self._near_head(text, spans) if traces.mask & self._asked.head else 0.0,
            speaker_says=bool(traces.mask & self._asked.speaker) and bool(_SAYS.search(text)),
        )

    def _near_head(self, text: str, spans: Sequence[tuple[int, int]]) -> float:
        """How near the noun asked about stands to what is wanted: 1 right behind it, less further off."""
        near = 0.0
        for start, end in spans:
            behind = self._heads(text[end : end + _NEAR_HEAD])
            before = self._heads(text[max(0, start - _NEAR_HEAD) : start], backwards=True)
            near = max(near, 1 / (1 + behind[0]) if behind else 0.0, 0.7 / (1 + before[0]) if before else 0.0)
        return near

    def _heads(self, text: str, *, backwards: bool = False) -> list[int]:
        """How many words stand before each mention of the noun asked about, from one end of ``text``."""
        words = list(self._analyze(text))
        places = self._asked.traces(words[::-1] if backwards else words).places
        return [place for place, number in places if 1 << number & self._asked.head]


def _joined(sentences: Sequence[Sentence], seen: Sequence[_Seen]) -> list[tuple[int, int]]:
    """The places of the question's words in a run of sentences."""
    places: list[tuple[int, int]] = []
    before = 0
    for sentence, one in zip(sentences, seen, strict=True):
        places += [(before + place, number) for place, number in one.traces.places]
        before += len(sentence.words)
    return places
