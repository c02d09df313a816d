"""Choosing quotes: the run of sentences of a passage that answers, at most 400 characters of its text."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.sentences import clauses, sentences
from index.tables import TableSpan, cells, tables_in
from retrieval.quote_measures import Run, Sentence, quote_rows
from retrieval.rank import Ranked
from retrieval.search import Candidates
from retrieval.trees import Trees
from retrieval.understand import Query

QUOTE_LENGTH = 400
PASSAGE_LENGTH = 1200
QUOTED_FROM = 12
"""The best passages of the ranking are searched for quotes."""

_FROM_THE_SOURCE = 1.0
"""Added, in the logarithm of the odds, to what comes from the source that a question names."""
_SOURCE_NEAR = 300  # characters around a quote in which a source that is quoted is named
_RUN = 3  # sentences at most in one quote
_ENDS = re.compile(r"""[.!?…:;。！？।؟](?:\[\d+\]|["”’'»)\]\s])*$""")
_MOMENT = re.compile(r"\b\d{1,2}:\d\d\b.{0,20}$")
_MOMENT_LENGTH = 60
_HEAD = 300  # characters; what stands before the first sentence there is title, byline and the like


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quote:
    """A stretch ``text[start:end]`` of the article of ``ranked``, and how likely it answers.

    ``sentences`` are the spans it is made of; ``preferred`` is what its score has, in the logarithm of the
    odds, for coming from a source that the question names. ``near`` is its row of
    `retrieval.closer.CLOSER_FEATURES`, once it was looked at closely.
    """

    ranked: Ranked
    start: int
    end: int
    score: float
    features: NDArray[np.float32]
    sentences: tuple[tuple[int, int], ...]
    table: TableSpan | None = None
    preferred: float = 0.0
    near: NDArray[np.float32] | None = None

    def scored(self, score: float, near: NDArray[np.float32] | None = None) -> "Quote":
        """The same quote with another score, and with ``near`` if that is given.

        Some two hundred a question; `dataclasses.replace` takes three times as long.
        """
        return Quote(
            ranked=self.ranked,
            start=self.start,
            end=self.end,
            score=score,
            features=self.features,
            table=self.table,
            sentences=self.sentences,
            preferred=self.preferred,
            near=self.near if near is None else near,
        )


def quotes(
    query: Query,
    found: Candidates,
    ranked: Sequence[Ranked],
    *,
    texts: Mapping[str, str],
    analyze: Callable[[str], Sequence[str]],
    trees: Trees,
) -> list[Quote]:
    """Every run of sentences of the best passages that fits a quote, best first.

    ``texts`` holds the texts of their articles by id.
    """
    runs = runs_of(ranked[:QUOTED_FROM], texts, analyze)
    if not runs:
        return []
    rows = quote_rows(query, found, runs, texts, analyze, best=ranked[0].score)
    preferred = preferences(query, runs, texts)
    scores = 1 / (1 + np.exp(-(trees.scores(rows) + preferred)))
    order = np.argsort(-scores, kind="stable")
    return [quote_of(runs[i], rows[i], float(scores[i]), preferred=float(preferred[i])) for i in order]


def quote_of(run: Run, row: NDArray[np.float32], score: float, *, preferred: float = 0.0) -> Quote:
    """A run of sentences as a quote with what is measured of it."""
    return Quote(
        ranked=run.ranked,
        start=run.start,
        end=run.end,
        score=score,
        features=row,
        table=run.table,
        sentences=tuple((one.start, one.end) for one in run.sentences),
        preferred=preferred,
    )


def preferences(query: Query, runs: Sequence[Run], texts: Mapping[str, str]) -> NDArray[np.float32]:
    """What is added to the scores of runs from the source that the question names ("according to the BBC").

    That source may have published the article, or be quoted in it near the run.
    """
    added = np.zeros(len(runs), dtype=np.float32)
    names = {name.casefold() for name in (*query.publishers, query.quoted_source) if name}
    if not names:
        return added
    for row, run in enumerate(runs):
        passage = run.ranked.candidate.passage
        near = texts[passage.article_id][max(0, run.start - _SOURCE_NEAR) : run.end + _SOURCE_NEAR]
        said = (passage.publisher or "").casefold(), near.casefold()
        if any(name == said[0] or re.search(rf"\b{re.escape(name)}\b", said[1]) for name in names):
            added[row] = _FROM_THE_SOURCE
    return added


def runs_of(
    ranked: Sequence[Ranked], texts: Mapping[str, str], analyze: Callable[[str], Sequence[str]]
) -> list[Run]:
    """Everything in the ranked passages that could be quoted."""
    return [
        run
        for place, one in enumerate(ranked)
        for run in _runs(one, place, texts[one.candidate.passage.article_id], analyze)
    ]


def is_label(sentence: str) -> bool:
    """Whether this is no sentence: a heading, a byline, a moment of publication."""
    line = sentence.strip()
    return not _ENDS.search(line) or (len(line) < _MOMENT_LENGTH and bool(_MOMENT.search(line)))


def passage_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of whole sentences around ``text[start:end]``, at most `PASSAGE_LENGTH` characters."""
    before, after = start, end
    room = PASSAGE_LENGTH - (end - start)
    reach_start, reach_end = max(0, start - room), min(len(text), end + room)
    earlier = [
        span for span in sentences(text, reach_start, start) if span[0] > reach_start or reach_start == 0
    ]
    later = [
        span for span in sentences(text, end, reach_end) if span[1] < reach_end or reach_end == len(text)
    ]
    turn = 0
    while earlier or later:
        if later and (turn % 3 != 2 or not earlier):
            candidate = later.pop(0)[1]
            if candidate - before > PASSAGE_LENGTH:
                later = []
                continue
            after = candidate
        else:
            candidate = earlier.pop()[0]
            if after - candidate > PASSAGE_LENGTH:
                earlier = []
                continue
            before = candidate
        turn += 1
    return before, after


def row_context(text: str, table: TableSpan, row: tuple[int, int]) -> str:
    """A table's caption and its headers with the row's cells, in words."""
    headers = cells(text[slice(*table.header)])
    values = cells(text[slice(*row)])
    named = [f"{name}: {value}" if name else value for name, value in zip(headers, values, strict=False)]
    caption = f"{text[slice(*table.caption)].strip()}: " if table.caption else "Table: "
    return caption + "; ".join(named)


def _runs(ranked: Ranked, place: int, text: str, analyze: Callable[[str], Sequence[str]]) -> list[Run]:
    passage = ranked.candidate.passage
    if passage.table:
        return _rows(ranked, place, text, analyze)
    spans: list[tuple[int, int]] = []
    parted: list[int | None] = []  # which sentence a span is only a part of
    for number, (start, end) in enumerate(sentences(text, passage.start, passage.end)):
        parts = clauses(text, start, end, QUOTE_LENGTH) if end - start > QUOTE_LENGTH else [(start, end)]
        spans += parts
        parted += [number if len(parts) > 1 else None] * len(parts)
    cut = [Sentence(start, end, tuple(analyze(text[start:end]))) for start, end in spans]
    opening = _head(text, spans) if passage.start < _HEAD else 0
    runs = []
    for first in range(len(spans)):
        for last in range(first, min(first + _RUN, len(spans))):
            start, end = spans[first][0], spans[last][1]
            if parted[first] != parted[last]:  # half a sentence beside another one
                break
            if first < opening < last + 1 and last > first:  # the byline beside the first sentence
                break
            if end - start > QUOTE_LENGTH:
                break
            around = (*cut[max(0, first - 1) : first], *cut[last + 1 : last + 2])
            own = tuple(cut[first : last + 1])
            runs.append(Run(ranked=ranked, place=place, sentences=own, around=around))
    return runs


def _head(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """How many of the spans stand before the article's first sentence; 0 where that is further on."""
    for number, (start, end) in enumerate(spans):
        if not is_label(text[start:end]):
            return number if start < _HEAD else 0
    return 0


def _rows(ranked: Ranked, place: int, text: str, analyze: Callable[[str], Sequence[str]]) -> list[Run]:
    """Each row of a table on its own; its caption and headers count as its neighbours."""
    passage = ranked.candidate.passage
    table = next(
        (one for one in tables_in(text) if one.start <= passage.start and passage.end <= one.end), None
    )
    if table is None:
        return []
    start, end = table.start, table.header[1]
    head = Sentence(start, end, tuple(analyze(text[start:end])))
    return [
        Run(
            ranked=ranked,
            place=place,
            sentences=(Sentence(start, cut, tuple(analyze(text[start:cut]))),),
            around=(head,),
            table=table,
        )
        for start, end in table.rows
        if passage.start <= start and end <= passage.end and text[start:end].strip()
        for cut in (min(end, start + QUOTE_LENGTH),)
    ]
