"""What is measured of a run of sentences that could be quoted; the weights are learned."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True, slots=True, kw_only=True)
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
        seen = looks.together([looks.of(passage.article_id, text, one) for one in run.sentences])
        around = 0
        for sentence in run.around:
            around |= looks.of(passage.article_id, text, sentence).traces.mask
        mask, places = seen.traces
        own = seen.words
        if run.table is not None:
            mask |= around
            own = own.union(*(sentence.words for sentence in run.around))
        half = max(1, seen.length // 2)
        covered = asked.coverage(mask)
        measured = (
            run.ranked.score,
            run.ranked.score - best,
            1 / (1 + run.place),
            covered,
            asked.coverage(mask | of.title),
            asked.coverage(mask | around),
            of.coverage,
            asked.coverage(asked.mask([place for place in places if place[0] < half])),
            covered / max(1, seen.length) * 10,
            asked.rarest_missing(mask),
            asked.pairs(places),
            seen.order,
            asked.spread(places),
            asked.names(mask),
            asked.numbers(mask),
            float(seen.wanted > 0) if looks.tells else 0.5,
            min(_MOST_WANTED, seen.wanted),
            seen.near_head,
            asked.named(mask | of.title),
            float(seen.speaker_says) if asked.speaker else 0.5,
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


@dataclass(slots=True)
class _Seen:
    """What one sentence looks like, or several in a row."""

    traces: Traces
    words: frozenset[str]
    length: int
    """In words, those that stand there twice counted twice."""
    order: float
    """Of the sentence that has most of the question's words in its order."""
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

    def together(self, seen: Sequence[_Seen]) -> _Seen:
        """How sentences in a row look."""
        first = seen[0]
        if len(seen) == 1:
            return first
        mask, places = first.traces
        joined = list(places)
        whole = _Seen(
            first.traces,
            first.words.union(*[one.words for one in seen]),
            first.length,
            first.order,
            first.wanted,
            first.near_head,
            first.speaker_says,
        )
        for one in seen[1:]:
            mask |= one.traces.mask
            joined += [(whole.length + place, number) for place, number in one.traces.places]
            whole.length += one.length
            whole.order = max(whole.order, one.order)
            whole.wanted += one.wanted
            whole.near_head = max(whole.near_head, one.near_head)
            whole.speaker_says |= one.speaker_says
        whole.traces = Traces(mask, tuple(joined))
        return whole

    def _look(self, text: str, words: tuple[str, ...]) -> _Seen:
        spans = wanted(self._query, text)
        traces = self._asked.traces(words)
        return _Seen(
            traces=traces,
            words=frozenset(words),
            length=len(words),
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
