"""Choosing quotes: the run of sentences of a passage that answers, at most 400 characters of its text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.sentences import clauses, sentences
from index.tables import TableSpan, cells, tables_in
from retrieval.expect import meets
from retrieval.rank import Ranked, freshness, reference_day
from retrieval.search import Candidates
from retrieval.trees import Trees
from retrieval.understand import Query
from retrieval.words import coverage, names_in, pairs

QUOTE_LENGTH = 400
PASSAGE_LENGTH = 1200
QUOTED_FROM = 12
"""The best passages of the ranking are searched for quotes."""

READ_CLOSELY = 3
"""Of so many passages every sentence is compared with the question by its own vector."""

_RUN = 3  # sentences at most in one quote


Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors of length 1, float32, shape (texts, dimensions)."""
Cosines = Mapping[tuple[str, int], float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quote:
    """A stretch ``text[start:end]`` of the article of ``ranked``, and how likely it answers."""

    ranked: Ranked
    start: int
    end: int
    score: float
    features: NDArray[np.float32]
    table: TableSpan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive sentences of a passage; ``words`` are theirs, ``around`` those of their neighbours."""

    ranked: Ranked
    place: int
    start: int
    end: int
    starts: tuple[int, ...]
    """Where its sentences begin."""
    words: tuple[str, ...]
    around: tuple[str, ...]
    table: TableSpan | None = None


QUOTE_FEATURES = (
    "passage_score",
    "passage_score_below_best",
    "passage_reciprocal_rank",
    "coverage",
    "coverage_with_title",
    "coverage_with_neighbours",
    "coverage_of_passage",
    "density",
    "rarest_missing",
    "pairs",
    "names",
    "numbers",
    "expected",
    "speaker",
    "length",
    "sentences",
    "place",
    "opens_article",
    "asks",
    "quotation_marks",
    "table",
    "cosine_of_passage",
    "cosine",
    "cosine_below_best",
    "read_closely",
    "fresh_14",
    "question_words",
)


def quotes(
    query: Query,
    found: Candidates,
    ranked: Sequence[Ranked],
    *,
    texts: Mapping[str, str],
    analyze: Callable[[str], Sequence[str]],
    embed: Embed,
    trees: Trees,
) -> list[Quote]:
    """Every run of sentences of the best passages that fits a quote, best first.

    ``texts`` holds the texts of their articles by id.
    """
    runs = runs_of(ranked[:QUOTED_FROM], texts, analyze)
    if not runs:
        return []
    cosines = sentence_cosines(found, ranked[:READ_CLOSELY], texts, embed)
    rows = quote_rows(query, found, runs, texts, analyze, cosines=cosines, best=ranked[0].score)
    scores = trees.probabilities(rows)
    order = np.argsort(-scores, kind="stable")
    return [
        Quote(
            ranked=runs[i].ranked,
            start=runs[i].start,
            end=runs[i].end,
            score=float(scores[i]),
            features=rows[i],
            table=runs[i].table,
        )
        for i in order
    ]


def runs_of(
    ranked: Sequence[Ranked], texts: Mapping[str, str], analyze: Callable[[str], Sequence[str]]
) -> list[Run]:
    """Everything in the ranked passages that could be quoted."""
    return [
        run
        for place, one in enumerate(ranked)
        for run in _runs(one, place, texts[one.candidate.passage.article_id], analyze)
    ]


def sentence_cosines(
    found: Candidates, ranked: Sequence[Ranked], texts: Mapping[str, str], embed: Embed
) -> Cosines:
    """How close each sentence of the passages comes to the question, by article and first character."""
    places = [
        (one.candidate.passage.article_id, start, end)
        for one in ranked
        if not one.candidate.passage.table
        for start, end in sentences(
            texts[one.candidate.passage.article_id], one.candidate.passage.start, one.candidate.passage.end
        )
    ]
    if not places:
        return {}
    vectors = embed([texts[article][start:end] for article, start, end in places])
    return {
        (article, start): float(cosine)
        for (article, start, _), cosine in zip(places, vectors @ found.vector, strict=True)
    }


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
    words = [tuple(analyze(text[start:end])) for start, end in spans]
    runs = []
    for first in range(len(spans)):
        for last in range(first, min(first + _RUN, len(spans))):
            start, end = spans[first][0], spans[last][1]
            if parted[first] != parted[last]:  # half a sentence beside another one
                break
            if end - start > QUOTE_LENGTH:
                break
            own = tuple(word for line in words[first : last + 1] for word in line)
            around = (words[first - 1] if first else ()) + (words[last + 1] if last + 1 < len(words) else ())
            runs.append(
                Run(
                    ranked=ranked,
                    place=place,
                    start=start,
                    end=end,
                    starts=tuple(begin for begin, _ in spans[first : last + 1]),
                    words=own,
                    around=around,
                )
            )
    return runs


def _rows(ranked: Ranked, place: int, text: str, analyze: Callable[[str], Sequence[str]]) -> list[Run]:
    """Each row of a table on its own; its caption and headers count as its neighbours."""
    passage = ranked.candidate.passage
    table = next(
        (one for one in tables_in(text) if one.start <= passage.start and passage.end <= one.end), None
    )
    if table is None:
        return []
    head = tuple(analyze(text[table.start : table.header[1]]))
    return [
        Run(
            ranked=ranked,
            place=place,
            start=start,
            end=min(end, start + QUOTE_LENGTH),
            starts=(start,),
            words=tuple(analyze(text[start:end])),
            around=head,
            table=table,
        )
        for start, end in table.rows
        if passage.start <= start and end <= passage.end and text[start:end].strip()
    ]


def quote_rows(
    query: Query,
    found: Candidates,
    runs: Sequence[Run],
    texts: Mapping[str, str],
    analyze: Callable[[str], Sequence[str]],
    *,
    cosines: Cosines,
    best: float,
) -> NDArray[np.float32]:
    """One row of `QUOTE_FEATURES` for each of ``runs``; ``best`` is the best passage's score."""
    closest = max(cosines.values(), default=0.0)
    weights = found.words
    asked_pairs = pairs(tuple(weights))
    named = {word for name in names_in(query.search_text) for word in analyze(name)}
    numbers = {word for word in weights if any(c.isdigit() for c in word)}
    speaker = set(analyze(query.speaker or ""))
    day = reference_day(query)
    rows = np.zeros((len(runs), len(QUOTE_FEATURES)), dtype=np.float32)
    for row, run in enumerate(runs):
        passage = run.ranked.candidate.passage
        text = texts[passage.article_id]
        quote = text[run.start : run.end]
        own = set(run.words)
        title = set(analyze(passage.title))
        if run.table is not None:
            own |= set(run.around)
        days = (day - passage.published).days if passage.published else None
        covered = coverage(own, weights)
        close = max(
            (
                cosines[passage.article_id, start]
                for start in run.starts
                if (passage.article_id, start) in cosines
            ),
            default=None,
        )
        rows[row] = (
            run.ranked.score,
            run.ranked.score - best,
            1 / (1 + run.place),
            covered,
            coverage(own | title, weights),
            coverage(own | set(run.around), weights),
            coverage(run.ranked.words, weights),
            covered / max(1, len(run.words)) * 10,
            max((weight for word, weight in weights.items() if word not in own), default=0.0),
            len(asked_pairs & pairs(run.words)) / len(asked_pairs) if asked_pairs else 0.0,
            len(named & own) / len(named) if named else 0.5,
            len(numbers & own) / len(numbers) if numbers else 0.5,
            meets(query, quote),
            len(speaker & (own | title)) / len(speaker) if speaker else 0.5,
            run.end - run.start,
            len(run.starts),
            run.start / max(1, len(text)),
            run.start < 5,
            quote.rstrip().endswith("?"),
            any(mark in quote for mark in '“”"«'),
            run.table is not None,
            run.ranked.candidate.cosine,
            -1.0 if close is None else close,
            -1.0 if close is None else close - closest,
            close is not None,
            freshness(days, 14),
            len(weights),
        )
    return rows
