"""Answering with one part switched off, to see what each part is worth.

Features are taken from learned trees by giving every row the same value, the middle of the thresholds that
the trees hold it against. The trees are not learned again without them, so what is shown is how much the
shipped weights lean on a part, which is somewhat more than nothing else could make up for.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.root import Collection, Root
from index.embed import Embedder
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from retrieval.answerer import Answerer
from retrieval.closer import CLOSER_FEATURES
from retrieval.confidence import CONFIDENCE_FEATURES
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.rank import PASSAGE_FEATURES
from retrieval.select import Selection
from retrieval.trees import Rows, Trees
from retrieval.understand import Query

if TYPE_CHECKING:
    from index.embed import Vectors

STAGES = {
    "passages": PASSAGE_FEATURES,
    "quotes": QUOTE_FEATURES,
    "closer": CLOSER_FEATURES,
    "confidence": CONFIDENCE_FEATURES,
}


class Muted(Trees):
    """Trees for which some features are the same in every row."""

    def __init__(self, record: Mapping[str, Any], muted: Callable[[str], bool]) -> None:
        super().__init__(dict(record))
        thresholds: dict[int, list[float]] = {}
        for tree in record["trees"]:
            for node in tree:
                if len(node) > 1:
                    thresholds.setdefault(int(node[0]), []).append(float(node[1]))
        chosen = [column for column in thresholds if muted(self.features[column])]
        self._columns = np.array(chosen, dtype=np.int64)
        self._middle = np.array([median(thresholds[column]) for column in chosen], dtype=np.float32)

    def scores(self, rows: Rows) -> Rows:
        """See `Trees.scores`."""
        level = rows.copy()
        level[:, self._columns] = self._middle
        return super().scores(level)


class Plain(Trees):
    """A weighted sum of a few features in the place of trees."""

    def __init__(self, features: Sequence[str], weights: Mapping[str, float]) -> None:
        super().__init__({"features": features, "trees": []})
        self._weights = np.array([weights.get(name, 0.0) for name in features], dtype=np.float32)

    def scores(self, rows: Rows) -> Rows:
        """The weighted sum of each of ``rows``."""
        total: Rows = rows @ self._weights
        return total

    def probabilities(self, rows: Rows) -> Rows:
        """The same, between 0 and 1."""
        return np.clip(self.scores(rows), 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part by name, and what is done without it.

    ``muted`` matches ``stage.feature`` of what is taken from the trees; ``plain`` holds weighted sums that
    replace the trees of a stage; ``reread`` changes what was understood.
    """

    name: str
    muted: str | None = None
    plain: Mapping[str, Mapping[str, float]] | None = None
    reread: Callable[[Query], Query] | None = None
    respelled: bool = True
    candidates: tuple[str, ...] = ("dense", "lexical")
    selected: bool = True
    figures: bool = True

    def mutes(self, stage: str, feature: str) -> bool:
        """Whether the trees of ``stage`` are not to see ``feature``."""
        return self.muted is not None and re.search(self.muted, f"{stage}.{feature}") is not None


def _without_windows(query: Query) -> Query:
    return replace(query, windows=(), window_strict=False)


def _as_typed(query: Query) -> Query:
    return replace(query, search_text=query.understood)


_SUM = {"bm25_of_best": 0.6, "cosine": 0.4}
_COVERED = {"coverage": 0.5, "cosine_of_passage": 0.5}

PARTS = (
    Part(name="dates of articles", muted=r"\.(passage_)?(days|fresh_\d+|after|undated)$"),
    Part(name="windows", reread=_without_windows),
    Part(name="BM25", muted=r"bm25"),
    Part(name="coverage of rare words", muted=r"coverage|rarest_missing|density"),
    Part(name="order of words", muted=r"\.(quote_)?(pairs|order|spread)$"),
    Part(name="names and numbers", muted=r"names|numbers"),
    Part(name="title", muted=r"title"),
    Part(name="the article's other passages", muted=r"article_|neighbours|coverage_of_passage|agreeing"),
    Part(name="vectors of passages", muted=r"cosine"),
    Part(name="kind of answer", muted=r"expected|wants_"),
    Part(name="speaker and quotation marks", muted=r"speaker|quotation_marks"),
    Part(name="place and length", muted=r"\.(first|place|place_in_passage|length|table)$"),
    Part(name="dense candidates", candidates=("lexical",)),
    Part(name="lexical candidates", candidates=("dense",)),
    Part(name="rewording for the search", reread=_as_typed),
    Part(name="spelling", respelled=False),
    Part(name="selection", selected=False),
    Part(name="official figures", figures=False),
    Part(name="learned confidence", plain={"confidence": {"quote_score": 1.0}}),
    Part(name="closer look", plain={"closer": {"score": 1.0}}),
    Part(name="learned quotes", plain={"quotes": _COVERED}),
    Part(name="learned passages and quotes", plain={"passages": _SUM, "quotes": _COVERED}),
)


class Remembering:
    """An `Embedder` that embeds no text twice: each part costs little once the whole was measured."""

    def __init__(self, embedder: Embedder) -> None:
        self.model = embedder.model
        self._embedder = embedder
        self._passages: dict[str, Vectors] = {}
        self._questions: dict[str, Vectors] = {}
        self._tokens: dict[str, Vectors] = {}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder.count_tokens`."""
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """See `Embedder.embed`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._passages]
        if new:
            self._passages.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._passages[text] for text in texts])

    def embed_query(self, text: str) -> "Vectors":
        """See `Embedder.embed_query`."""
        if text not in self._questions:
            self._questions[text] = self._embedder.embed_query(text)
        return self._questions[text]

    def embed_tokens(self, texts: Sequence[str], *, hurry: bool = False) -> "list[Vectors]":
        """See `Embedder.embed_tokens`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._tokens]
        if new:
            self._tokens.update(zip(new, self._embedder.embed_tokens(new, hurry=hurry), strict=True))
        return [self._tokens[text] for text in texts]

    def warm(self) -> None:
        """See `Embedder.warm`."""
        self._embedder.warm()


class _NothingDense(DenseIndex):
    """Finds nothing."""

    def nearest(self, vector: "Vectors", *, count: int) -> list[tuple[int, float]]:
        return []


class _Words(LexicalIndex):
    """The same words, without a part."""

    def __init__(self, home: Any, part: Part) -> None:
        super().__init__(home / "words")
        self._part = part

    def search(self, *given: Any, **options: Any) -> list[tuple[int, float]]:
        return super().search(*given, **options) if "lexical" in self._part.candidates else []

    def respelled(self, word: str) -> str | None:
        return super().respelled(word) if self._part.respelled else None


class Partial(Answerer):
    """Answers without ``part``."""

    def __init__(self, root: Root, collection: Collection, *, embedder: Embedder, part: Part) -> None:
        dense = collection.dense
        if "dense" not in part.candidates:
            dense = _NothingDense(root.home / "chroma", model=embedder.model)
        super().__init__(
            root.reader,
            embedder=embedder,
            dense=dense,
            lexical=_Words(root.home, part),
            figures=root.figures if part.figures else None,
        )
        self._part = part
        self._kept = {stage: self._learned(stage) for stage in STAGES}

    def _learned(self, stage: str) -> Trees:
        weights = (self._part.plain or {}).get(stage)
        if weights is not None:
            return Plain(STAGES[stage], weights)
        text = files("retrieval").joinpath("learned", f"{stage}.json").read_text(encoding="utf-8")
        return Muted(json.loads(text), lambda feature: self._part.mutes(stage, feature))

    def _trees(self, name: str) -> Trees:
        return self._kept[name]

    def _find(self, query: Query, *given: Any, **options: Any) -> Any:
        return super()._find(self._part.reread(query) if self._part.reread else query, *given, **options)

    def _selected(self, query: Query | None, found: Any, *, count: int) -> Selection:
        if self._part.selected:
            return super()._selected(query, found, count=count)
        return Selection(found.quotes[:count])
