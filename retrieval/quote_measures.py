"""What is measured of a run of sentences that could be quoted; the weights are learned."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.tables import TableSpan
from retrieval.expect import told_by_looks, wanted
from retrieval.rank import Ranked, freshness, reference_day
from retrieval.search import Candidates
from retrieval.understand import Query
from retrieval.words import coverage, names_in, pairs

Analyze = Callable[[str], Sequence[str]]

_MOST_WANTED = 4
_NEAR_HEAD = 40  # characters on either side of what is wanted, in which the noun asked about is looked for
_LONG_WORD = re.compile(r"[^\W\d_][\w’'-]{3,}")
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
    """Consecutive sentences of a passage; ``around`` are the words of their neighbours."""

    ranked: Ranked
    place: int
    sentences: tuple[Sentence, ...]
    around: tuple[str, ...]
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
    "capitals",
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
    "capitals": -1,
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
    weights = found.words
    asked = tuple(weights)
    asked_pairs = pairs(asked)
    named = {word for name in names_in(query.search_text) for word in analyze(name)}
    numbers = {word for word in weights if any(c.isdigit() for c in word)}
    speaker = set(analyze(query.speaker or ""))
    day = reference_day(query)
    looks = _Looks(query, analyze, speaker)
    rows = np.zeros((len(runs), len(QUOTE_FEATURES)), dtype=np.float32)
    for row, run in enumerate(runs):
        passage = run.ranked.candidate.passage
        text = texts[passage.article_id]
        own = set(run.words)
        title = set(analyze(passage.title))
        if run.table is not None:
            own |= set(run.around)
        days = (day - passage.published).days if passage.published else None
        covered = coverage(own, weights)
        seen = [looks.of(passage.article_id, text, one) for one in run.sentences]
        letters = sum(one.long_words for one in seen)
        rows[row] = (
            run.ranked.score,
            run.ranked.score - best,
            1 / (1 + run.place),
            covered,
            coverage(own | title, weights),
            coverage(own | set(run.around), weights),
            coverage(run.ranked.words, weights),
            coverage(run.words[: max(1, len(run.words) // 2)], weights),
            covered / max(1, len(run.words)) * 10,
            max((weight for word, weight in weights.items() if word not in own), default=0.0),
            len(asked_pairs & pairs(run.words)) / len(asked_pairs) if asked_pairs else 0.0,
            max(_in_order(asked, one.words) for one in run.sentences),
            _spread(weights, run.words),
            len(named & own) / len(named) if named else 0.5,
            len(numbers & own) / len(numbers) if numbers else 0.5,
            float(any(one.wanted for one in seen)) if looks.tells else 0.5,
            min(_MOST_WANTED, sum(one.wanted for one in seen)),
            max(one.near_head for one in seen),
            len(speaker & (own | title)) / len(speaker) if speaker else 0.5,
            float(any(one.speaker_says for one in seen)) if speaker else 0.5,
            run.end - run.start,
            sum(one.capitals for one in seen) / letters if letters else 1.0,
            len(own & title) / max(1, len(own)),
            run.start / max(1, len(text)),
            (run.start - passage.start) / max(1, passage.end - passage.start),
            run.table is not None,
            run.ranked.candidate.cosine,
            freshness(days, 14),
        )
    return rows


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one sentence looks like."""

    wanted: int
    near_head: float
    speaker_says: bool
    long_words: int
    capitals: int


class _Looks:
    """What sentences look like to one question, each looked at once."""

    def __init__(self, query: Query, analyze: Analyze, speaker: set[str]) -> None:
        self.tells = told_by_looks(query)
        self._query = query
        self._analyze = analyze
        self._speaker = speaker
        self._head = set(analyze(query.head or ""))
        self._seen: dict[tuple[str, int, int], _Seen] = {}

    def of(self, article_id: str, text: str, sentence: Sentence) -> _Seen:
        """How ``sentence`` of this article looks."""
        key = (article_id, sentence.start, sentence.end)
        if key not in self._seen:
            self._seen[key] = self._look(text[sentence.start : sentence.end], sentence.words)
        return self._seen[key]

    def _look(self, text: str, words: tuple[str, ...]) -> _Seen:
        spans = wanted(self._query, text)
        long = _LONG_WORD.findall(text)
        return _Seen(
            wanted=len(spans),
            near_head=self._near_head(text, spans, words),
            speaker_says=bool(self._speaker & set(words)) and bool(_SAYS.search(text)),
            long_words=len(long),
            capitals=sum(word[0].isupper() for word in long),
        )

    def _near_head(self, text: str, spans: Sequence[tuple[int, int]], words: tuple[str, ...]) -> float:
        """How near the noun asked about stands to what is wanted: 1 right behind it, less further off."""
        if not self._head & set(words):
            return 0.0
        near = 0.0
        for start, end in spans:
            behind = self._analyze(text[end : end + _NEAR_HEAD])
            before = list(reversed(self._analyze(text[max(0, start - _NEAR_HEAD) : start])))
            near = max(
                near,
                *(1 / (1 + place) for place, word in enumerate(behind) if word in self._head),
                *(0.7 / (1 + place) for place, word in enumerate(before) if word in self._head),
                0.0,
            )
        return near


def _in_order(asked: Sequence[str], words: Sequence[str]) -> float:
    """The share of the question's words that stand in the same order: the longest common subsequence."""
    known = set(asked)
    kept = [word for word in words if word in known]
    if not kept:
        return 0.0
    before = [0] * (len(asked) + 1)
    for word in kept:
        now = [0]
        for place, other in enumerate(asked):
            now.append(before[place] + 1 if word == other else max(before[place + 1], now[-1]))
        before = now
    return before[-1] / len(asked)


def _spread(asked: Collection[str], words: Sequence[str]) -> float:
    """Over how many words the question's are spread, for each of them that is there; 20 where none is."""
    places = [place for place, word in enumerate(words) if word in asked]
    if not places:
        return 20.0
    return (places[-1] - places[0] + 1) / len({words[place] for place in places})
