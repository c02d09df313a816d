"""What is measured of a run of sentences that could be quoted; the weights are learned."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.tables import TableSpan
from retrieval.asked import NONE_ASKED, Asked, Traces
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
    if not runs:
        return np.zeros((0, len(QUOTE_FEATURES)), dtype=np.float32)
    asked = Asked(query, found.words, analyze)
    day = reference_day(query)
    looks = _Looks(query, asked, analyze)
    passages: dict[int, _Passage] = {}
    sentences: list[list[int]] = []
    around: list[list[int]] = []
    echoes: list[float] = []
    for run in runs:
        if run.place not in passages:
            passages[run.place] = _Passage(run.ranked, texts, asked, analyze, day)
        of = passages[run.place]
        sentences.append([looks.row(of.article, of.text, one) for one in run.sentences])
        around.append([looks.row(of.article, of.text, one) for one in run.around])
        counted = sentences[-1] if run.table is None else sentences[-1] + around[-1]
        own = looks.words[counted[0]].union(*[looks.words[row] for row in counted[1:]])
        echoes.append(len(own & of.title_words) / max(1, len(own)))
    rows = _filled_up(sentences)
    seen = asked.traced(looks.traces, looks.lengths)
    whole = seen.joined(rows)
    beside = seen.joined(_filled_up(around)).there
    tables = np.array([run.table is not None for run in runs])
    there = whole.there | (beside & tables[:, None])  # a row with its head
    its = [passages[run.place] for run in runs]
    titled = there | asked.there([of.title for of in its])
    half = np.maximum(1, whole.length // 2)
    start = np.array([run.start for run in runs])
    covered = asked.coverage(there)
    order, matches, near_head, speaker_says = (
        np.append(each, 0)[rows] for each in zip(*looks.measures, strict=True)
    )
    columns = {
        "passage_score": [of.score for of in its],
        "passage_score_below_best": [of.score - best for of in its],
        "passage_reciprocal_rank": [1 / (1 + run.place) for run in runs],
        "coverage": covered,
        "coverage_with_title": asked.coverage(titled),
        "coverage_with_neighbours": asked.coverage(there | beside),
        "coverage_of_passage": [of.coverage for of in its],
        "coverage_of_opening": asked.coverage(whole.first < half[:, None]),
        "density": covered / np.maximum(1, whole.length) * 10,
        "rarest_missing": asked.rarest_missing(there),
        "pairs": asked.paired(whole.pairs),
        "order": order.max(axis=1),
        "spread": asked.spread(whole),
        "names": asked.names(there),
        "numbers": asked.numbers(there),
        "expected": matches.any(axis=1) if looks.tells else np.full(len(runs), NONE_ASKED),
        "expected_count": np.minimum(_MOST_WANTED, matches.sum(axis=1)),
        "expected_near_head": near_head.max(axis=1),
        "speaker": asked.named(titled),
        "speaker_says": speaker_says.any(axis=1) if asked.speaker else np.full(len(runs), NONE_ASKED),
        "length": np.array([run.end for run in runs]) - start,
        "title_echoed": echoes,
        "place": start / np.array([max(1, len(of.text)) for of in its]),
        "place_in_passage": (start - [of.start for of in its]) / np.array([of.length for of in its]),
        "table": tables,
        "cosine_of_passage": [of.cosine for of in its],
        "fresh_14": [of.fresh for of in its],
    }
    return np.array([columns[name] for name in QUOTE_FEATURES], dtype=np.float32).T


def _filled_up(rows: Sequence[Sequence[int]]) -> NDArray[np.intp]:
    """Rows of one length, filled up with -1."""
    most = max(1, max(map(len, rows), default=1))
    return np.array([[*row, *[-1] * (most - len(row))] for row in rows], dtype=np.intp)


class _Passage:
    """What all runs of a passage share."""

    def __init__(
        self, ranked: Ranked, texts: Mapping[str, str], asked: Asked, analyze: Analyze, day: date
    ) -> None:
        passage = ranked.candidate.passage
        self.article = passage.article_id
        self.text = texts[self.article]
        self.start = passage.start
        self.length = max(1, passage.end - passage.start)
        self.score = ranked.score
        self.cosine = ranked.candidate.cosine
        self.title_words = frozenset(analyze(passage.title))
        self.title = asked.traces(tuple(self.title_words)).mask
        self.coverage = float(asked.coverage(asked.there([asked.traces(ranked.words).mask]))[0])
        self.fresh = freshness((day - passage.published).days if passage.published else None, 14)


class _Looks:
    """What sentences look like to one question, each looked at once and given a row."""

    def __init__(self, query: Query, asked: Asked, analyze: Analyze) -> None:
        self.tells = told_by_looks(query)
        self._query = query
        self._asked = asked
        self._analyze = analyze
        self._rows: dict[tuple[str, int, int], int] = {}
        self.traces: list[Traces] = []
        self.words: list[frozenset[str]] = []
        self.lengths: list[int] = []
        self.measures: list[tuple[float, int, float, bool]] = []
        """How much stands in the question's order, how often what is wanted stands there, how near the noun
        asked about is to it, and whether the speaker says something."""

    def row(self, article: str, text: str, sentence: Sentence) -> int:
        """The row of a ``sentence`` of this article."""
        key = (article, sentence.start, sentence.end)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self._rows)
            self._look(text[sentence.start : sentence.end], sentence.words)
        return row

    def _look(self, text: str, words: tuple[str, ...]) -> None:
        spans = wanted(self._query, text)
        traces = self._asked.traces(words)
        self.traces.append(traces)
        self.words.append(frozenset(words))
        self.lengths.append(len(words))
        self.measures.append(
            (
                self._asked.order(traces.places),
                len(spans),
                self._near_head(text, spans) if traces.mask & self._asked.head else 0.0,
                bool(traces.mask & self._asked.speaker) and bool(_SAYS.search(text)),
            )
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
