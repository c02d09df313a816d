"""Candidates for an answer: what either index finds, with both scores for each."""

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from index.embed import Embedder
from index.errors import StoreError
from index.machine import cores
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from index.store.reading import FoundPassage, Reader
from retrieval.answer import Window
from retrieval.understand.times import admits
from retrieval.words import names_in

if TYPE_CHECKING:
    from index.embed import Vectors

log = logging.getLogger(__name__)

CANDIDATES = 100
"""How many passages each index is asked for."""
_STRAY = 1
"""A word that stands in no more passages than this may be misspelt, unless it is a name: who asks after a
name that the collection does not have must not be told of another."""
WORDS_ALONE = "The index of meanings does not answer just now; this was found by the words alone."
"""The note of an answer while Chroma is away."""
IN_WINDOW = 1000
"""How many, where only those published in a span of days may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A passage that may answer: BM25 of the question's words (0 where not found by it), and the cosine."""

    passage: FoundPassage
    bm25: float
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """What was found for a question, and what it was found by."""

    passages: list[Candidate]
    words: dict[str, float]
    """The question's words as they are indexed, with their inverse document frequency."""
    vector: "Vectors"
    outside: int
    """How many passages that were found lie outside the windows."""
    notes: tuple[str, ...] = ()
    """What the reader has to know of how they were found."""


class Searcher:
    """Searches both indexes and joins what they return with the database: only what is shown is found.

    What a question means is looked for beside its words, and waited for in ``aside``. While Chroma does not
    answer, passages are found by their words; without any hit it is an error.

    Raises:
        StoreError: the database or the index of words failed.
        ModelError: the model cannot be loaded.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        embedder: Embedder,
        dense: DenseIndex,
        lexical: LexicalIndex,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._reader = reader
        self._embedder = embedder
        self._dense = dense
        self._lexical = lexical
        self._aside = aside
        self._threads = ThreadPoolExecutor(cores(), thread_name_prefix="meaning")

    def search(
        self,
        text: str,
        *,
        until: date | None = None,
        windows: Sequence[Window] = (),
        stop: frozenset[str] = frozenset(),
        among: Collection[str] | None = None,
        publishers: Collection[str] = (),
    ) -> Candidates:
        """Passages for ``text``: published ``until`` then, and in one of ``windows`` (or undated) if any.

        ``stop`` holds the words that say nothing, in lower case; with ``among`` only passages of these
        articles are found, with ``publishers`` only of what they published.
        """
        theirs = self._reader.passages_of(among) if among is not None else ()
        few = among is not None and len(theirs) <= IN_WINDOW
        count = IN_WINDOW if windows or publishers or among is not None else CANDIDATES
        within = copy_context()  # whose question it is, for the log
        meaning = self._threads.submit(within.run, self._by_meaning, text, 0 if few else count)
        try:
            words = self._words(text, stop)
            plain = dict.fromkeys(words, 1.0)  # BM25 weighs them by their frequency itself
            lexical = dict(self._lexical.search(plain, count=count, among=theirs if few else None))
            read = partial(self._reader.found, model=self._embedder.model, until=until)
            found = read(list(lexical))
        except BaseException:
            if not meaning.cancel():
                with self._aside():
                    wait([meaning])  # or it would use the stores when they are closed
            raise
        with self._aside():
            vector, dense, away = meaning.result()
        if away is not None:
            if not lexical:
                raise away
            log.warning("a question is answered from words alone: %s", away)
        if few:
            dense = dict.fromkeys(theirs, 0.0)
        found |= read([number for number in dense if number not in lexical])
        allowed = {name.casefold() for name in publishers}
        permitted = [
            passage
            for passage in found.values()
            if (among is None or passage.article_id in among)
            and (not allowed or (passage.publisher or "").casefold() in allowed)
        ]
        inside = [passage for passage in permitted if admits(passage.published, windows)]
        return Candidates(
            passages=[
                Candidate(
                    passage=passage,
                    bm25=lexical.get(passage.id, 0.0),
                    cosine=dense.get(passage.id) or float(passage.vector @ vector),
                )
                for passage in inside
            ],
            words=words,
            vector=vector,
            outside=len(permitted) - len(inside),
            notes=(WORDS_ALONE,) if away is not None else (),
        )

    def heard(self, word: str) -> bool:
        """Whether the collection has this word at all."""
        return self._lexical.holds(word)

    def _by_meaning(self, text: str, count: int) -> "tuple[Vectors, dict[int, float], StoreError | None]":
        """The vector of ``text``; the ``count`` passages nearest to it with their cosine, or why not."""
        vector = self._embedder.embed_query(text)
        if not count:
            return vector, {}, None
        try:
            return vector, dict(self._dense.nearest(vector, count=count)), None
        except StoreError as exc:
            return vector, {}, exc

    def _words(self, text: str, stop: frozenset[str]) -> dict[str, float]:
        """The words of ``text`` that say something, with BM25's inverse document frequency."""
        from math import log

        kept = " ".join(word for word in text.split() if word.lower().strip(".,;:!?'\"()") not in stop)
        typed = list(dict.fromkeys(self._lexical.analyze(kept) or self._lexical.analyze(text)))
        frequencies, total = self._lexical.frequencies(typed)
        names = {stem for name in names_in(text) for stem in self._lexical.analyze(name)}
        meant = {
            word: self._lexical.respelled(word) if frequencies[word] <= _STRAY and word not in names else word
            for word in typed
        }
        words = list(dict.fromkeys(meant[word] or word for word in typed))
        if words != typed:
            empty = {stem for word in stop for stem in self._lexical.analyze(word)}
            words = [word for word in words if word not in empty] or typed
            frequencies, total = self._lexical.frequencies(words)
        return {word: log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in frequencies.items()}
